# SPDX-License-Identifier: GPL-2.0-only
#
# What is tested on a real driver and a stock kernel: up and down, the delivery
# matrix, VLANs and the policy in both lanes, the agent's death; and the sorter
# frame by frame, for this kernel's verifier and helpers.
#
# usage: cases.sh short|long. The PF is eth0 (virtio-net, 2 queues), its cable
# leads to eth1, which is moved into namespace far.

# shellcheck shell=bash
cd "$(dirname "$0")" || exit
# shellcheck source-path=SCRIPTDIR source=tap.sh
. ./tap.sh
# shellcheck source-path=SCRIPTDIR source=frames.sh
. ./frames.sh
# shellcheck source-path=SCRIPTDIR source=policy.sh
. ./policy.sh

pf=eth0
vlan=100

# --- the machine ---------------------------------------------------------------

address_of() { ip -n "$1" -j link show dev "$2" | jq -r '.[0].address'; }

setup()
{
	local ns
	ip link set dev lo up
	for ns in far a b c; do
		ip netns add "$ns"
		ip -n "$ns" link set dev lo up
	done
	ip link set dev eth1 netns far
	ip -n far link set dev eth1 up promisc on
	ip -n far address add 192.0.2.1/24 dev eth1
	ip link set dev $pf up
	ip address add 192.0.2.2/24 dev $pf
	mac[wire]=$(address_of far eth1)
	mac[host]=$(ip -j link show dev $pf | jq -r '.[0].address')
}

# What `down` must leave as `up` found it.
snapshot()
{
	ip -d -j link | jq -S 'map(del(.stats64))'
	tc qdisc show
	tc filter show dev $pf ingress
	tc filter show dev $pf egress
	ethtool -k $pf
	ethtool -l $pf
	ip maddress show dev $pf | sort # PF down and up changes the order
	bpftool -j prog list
	bpftool -j map list
	bpftool -j link list
	find /sys/fs/bpf /run/svf 2>/dev/null
	ps -o comm | sort | grep -E '^(svf|vf)-'
}

same_as_before()
{
	snapshot >/tmp/after
	diff /tmp/before /tmp/after
}

up()
{
	up_options=("$@")
	svf-loader up $pf --vfs 4 "$@"
}

# Hands VF 0, 1 and 2 to a, b and c, VF 2 with a VLAN. VF 3 stays down and here.
give_vfs()
{
	local n=0 ns
	for ns in a b c; do
		ip link set dev ${pf}v$n netns "$ns" name eth0 || return
		ip -n "$ns" address add "192.0.2.1$n/24" dev eth0 || return
		ip -n "$ns" link set dev eth0 up || return
		n=$((n + 1))
	done
	svf-loader set $pf vf 2 vlan $vlan
}

# All three join one group, and VF 0 another.
join_groups()
{
	local ns
	for ns in a b c; do
		ip -n "$ns" maddress add "${mac[multicast]}" dev eth0 || return
	done
	ip -n a maddress add "${mac[seldom]}" dev eth0 || return
	within 10 groups_are_known
}

# The sorter's table has the four; no VF gets all groups because nobody knows its own.
groups_are_known()
{
	bpftool -j map dump pinned /sys/fs/bpf/svf/$pf/svf_mcast | jq -e '
		map(.formatted.key.mac | map(tonumber? // .)) |
		map(select(.[:5] == [1, 0, 94, 127, 0])) | length == 4' &&
		svf_is '[.vfinfo_list[0, 1, 2].svf.mcast_flood] | any | not'
}

learn_macs()
{
	local ns
	for ns in a b c; do
		mac[$ns]=$(address_of "$ns" eth0)
	done
}

show_json() { svf-loader -j -s -d show $pf; }
# svf_is FILTER: jq's answer about the PF is true.
svf_is() { show_json | jq -e ".[0] | $1"; }
agent_pid() { show_json | jq '.[0].svf.agent.pid'; }

# --- the delivery matrix -------------------------------------------------------

# A row: source, destination, VID that the source puts on the frame or -, and
# where it has to arrive (with the VID that it must carry there), in this order.
# multicast is a group that all have joined, seldom one that only a has.
rows='
	wire a         -   : a
	wire b         -   : b
	wire c         -   : host
	wire c         100 : c
	wire a         100 : host
	wire c         200 : host
	wire host      -   : host
	wire broadcast -   : host a b
	wire multicast -   : host a b
	wire seldom    -   : host a
	wire broadcast 100 : host c
	wire multicast 100 : host c
	wire broadcast 200 : host
	host a         -   : a
	host c         -   : wire
	host c         100 : c
	host wire      -   : wire
	host unknown   -   : wire
	host unknown   100 : wire:100
	host broadcast -   : wire a b
	host multicast -   : wire a b
	host seldom    -   : wire a
	host broadcast 100 : wire:100 c
	a    b         -   : b
	a    c         -   : wire
	a    host      -   : host
	a    wire      -   : wire
	a    unknown   -   : wire
	a    a         -   :
	a    wire      100 :
	a    broadcast -   : wire host b
	a    multicast -   : wire host b
	a    seldom    -   : wire host
	a    broadcast 100 :
	b    wire      -   : wire
	b    host      -   : host
	b    seldom    -   : wire host a
	forger wire    -   :
	forger host    -   :
	forger b       -   :
	forger broadcast - :
	c    a         -   : wire:100
	c    host      -   : host
	c    wire      -   : wire:100
	c    unknown   -   : wire:100
	c    wire      200 :
	c    broadcast -   : wire:100 host
	c    multicast -   : wire:100 host'

# The rows, numbered from 1.
row_list() { grep . <<<"$rows" | awk '{ print NR, $0 }'; }

# Sends each row's frame, id = the row's number, and then, as a sentinel for its
# path, each frame that has to arrive a second time.
send_rows()
{
	local round=$1 id source destination vid expected place
	sentinels=()
	rm -f /tmp/send.* /tmp/sentinel.*
	while read -r id source destination vid _ expected; do
		frame "$round" "$id" "$source" "$destination" "$vid" >>"/tmp/send.$source"
		[ -n "$expected" ] || continue
		frame "$round" $((sentinel_base + id)) "$source" "$destination" "$vid" \
			>>"/tmp/sentinel.$source"
		for place in $expected; do
			place=${place%:*}
			sentinels[$place]=$((${sentinels[$place]-0} + 1))
		done
	done < <(row_list)
	for source in $places forger; do
		send "$source" <"/tmp/send.$source"
	done
	for source in $places; do
		send "$source" <"/tmp/sentinel.$source"
	done
}

# matrix NAME ROUND: one test per row.
matrix()
{
	local name=$1 round=$2 id source destination vid expected place
	local places_of=()
	check "$name: captures are ready" captures_start || return
	send_rows "$round"
	collect "$round" >/tmp/arrived
	captures_stop
	for place in $places; do
		check "$name: all sentinels arrived at $place" grep -x \
			"sentinels $place ${sentinels[$place]}" /tmp/arrived
	done
	while read -r id place; do
		places_of[id]+=" $place"
	done < <(grep '^[0-9]' /tmp/arrived)
	while read -r id source destination vid _ expected; do
		check "$name: $source to $destination, VID $vid, reaches ${expected:-nobody}" \
			equal "${places_of[$id]-}" "${expected:+ $expected}"
	done < <(row_list)
}

# What the NIC counted is what the sorter counted, and so on.
account_is_exact()
{
	svf-loader stats $pf --check && svf-loader stats $pf --check | grep -q 'exact$'
}

# --- what else is looked at ----------------------------------------------------

# The unicast frames between wire and VF in the rows, each sent twice.
unicast_of()
{
	row_list | awk -v vf="$1" '
		$3 ~ /cast$/ { next }
		$2 == "wire" && $3 == vf && $6 == vf { rx += 2 }
		$2 == vf && $6 ~ /^wire/ && NF == 6 { tx += 2 }
		END { print rx + 0, tx + 0 }'
}

# rings_carried VF PLACE ROUNDS: exactly the unicast of so many matrices, in the
# sorter's verdicts as in the rings' own counters.
rings_carried()
{
	local rx tx
	read -r rx tx <<<"$(unicast_of "$2")"
	svf_is ".vfinfo_list[$1].svf |
		[.verdicts.rx.ring, .verdicts.tx.ring,
		 ([.rings[].rx_packets] | add), ([.rings[].tx_packets] | add)]
		== [$((rx * $3)), $((tx * $3)), $((rx * $3)), $((tx * $3))]" || {
		show_json | jq -c ".[0].vfinfo_list[$1].svf | .rings, .verdicts"
		return 1
	}
}

check_rings()
{
	local name=$1 rounds=$2 vf=0 place
	for place in a b c; do
		check "$name: all unicast of VF $vf went through its rings" \
			within 2 rings_carried $vf $place "$rounds"
		vf=$((vf + 1))
	done
	check "$name: no frame took the fallback" svf_is \
		'[.vfinfo_list[].svf.verdicts[] | .no_agent, .no_ring] | add == 0'
}

# What VF 0 and VF 2 were not to send, in the rows, is counted as what it is. Not
# asked about: clones for VF 3, which is down, and for those that were until just now.
rows_dropped()
{
	svf_is '[(.vfinfo_list[0, 2].svf.drops.tx | .spoof_mac, .spoof_vlan, .to_self),
		([.vfinfo_list[0, 1, 2].svf.drops.rx | del(.clone)[]] | add)]
		== [4, 2, 1, 0, 1, 0, 0]' || {
		show_json | jq -c '.[0].vfinfo_list[].svf.drops'
		return 1
	}
}

# Flows of different ports are spread over the NIC's queues.
both_queues()
{
	local port
	for port in $(seq 5000 5031); do
		udp_frame wire a "$port"
	done | send wire
	within 5 svf_is '[.vfinfo_list[0].svf.rings[] | .rx_packets > 0] == [true, true]'
}

ping_from() { in_ns "$1" ping -c 3 -W 5 "$2"; }

# The far host's own VLAN interface and the VF of that VLAN.
vlan_ping()
{
	ip -n far link add link eth1 name eth1.$vlan type vlan id $vlan
	ip -n far address add 198.51.100.1/24 dev eth1.$vlan
	ip -n far link set dev eth1.$vlan up
	ip -n c address add 198.51.100.2/24 dev eth0
	ping_from c 198.51.100.1
	local status=$?
	ip -n far link del dev eth1.$vlan
	ip -n c address del 198.51.100.2/24 dev eth0
	return $status
}

bad_checksums()
{
	in_ns "$1" cat /proc/net/snmp | awk '
		$1 ~ /^(Tcp|Udp):$/ {
			if ($1 in at) { bad += $(at[$1]); next }
			for (i = 2; i <= NF; i++) if ($i == "InCsumErrors") at[$1] = i
		}
		END { print bad + 0 }'
}

# tcp FROM TO ADDRESS: 2 MB without one bad checksum on either side.
tcp()
{
	local before after
	before="$(bad_checksums "$1") $(bad_checksums "$2")"
	nsenter --net="/var/run/netns/$2" iperf3 -s -1 --forceflush >/tmp/iperf 2>&1 &
	within 10 grep -q listening /tmp/iperf || return
	in_ns "$1" timeout 30 iperf3 -c "$3" -n 2M || return
	wait $!
	after="$(bad_checksums "$1") $(bad_checksums "$2")"
	equal "$after" "$before"
}

# sorter_tests FRAMES: tests/bpf in this kernel, with so many random frames. One is
# left out that needs a faster machine: its frames are lost before the sorter.
sorter_tests()
{
	SVF_FUZZ_FRAMES=$1 SVF_SKIP='never a mixture*' CMOCKA_MESSAGE_OUTPUT=TAP \
		bpf_sorter >/tmp/sorter 2>&1 || { grep -v '^ok' /tmp/sorter; return 1; }
}

quiet_kernel() { ! dmesg | grep -E 'WARNING|BUG|Oops|Call Trace|general protection'; }

# --- the tests -----------------------------------------------------------------

# The daemon is stopped meanwhile, so that the agent stays dead for a whole matrix.
agent_death()
{
	local daemon agent
	daemon=$(show_json | jq '.[0].svf.daemon.pid')
	agent=$(agent_pid)
	kill -STOP "$daemon"
	kill -KILL "$agent"
	check 'the fallback carries at once' ping_from a 192.0.2.1
	matrix 'agent dead' 2
	check 'agent dead: its frames are counted as no_agent' svf_is \
		'[.vfinfo_list[0, 1, 2].svf.verdicts[].no_agent > 0] | all'
	kill -CONT "$daemon"
	check 'the daemon brings the agent back' within 15 svf_is \
		".svf.agent | .alive and .pid != $agent"
}

afxdp_lane()
{
	check 'up, afxdp lane' up || return
	sed 's/^/# /' /tmp/check # what it did to this NIC
	check 'XDP is native, all queues have rings' svf_is \
		'.svf | .xdp_mode == "native" and .queues == 2 and .agent.alive'
	check 'VFs are handed over' give_vfs
	learn_macs
	check 'VFs join groups' join_groups
	matrix afxdp 1
	check_rings afxdp 1
	check 'afxdp: drops are counted by reason' rows_dropped
	check 'afxdp: the account is exact' account_is_exact
	check 'both queues are used' both_queues
	check 'ping through the rings' ping_from a 192.0.2.1
	check 'ping between VLAN interface and VF' vlan_ping
	check 'TCP, VF to far host' tcp a far 192.0.2.1
	check 'TCP, far host to VF' tcp far a 192.0.2.10
	check 'TCP, VF to VF' tcp a b 192.0.2.11
	check 'TCP: the account is exact' account_is_exact
	policy afxdp
	check 'policy: the account is exact' account_is_exact
	agent_death
	check 'agent dead: the account is exact' account_is_exact
	matrix 'agent back' 3
	check 'down' svf-loader down $pf
	check 'everything is as it was before' same_as_before
}

# variant NAME ROUND OPTION...: up with these options, one matrix, the policy, down.
variant()
{
	local name=$1 round=$2
	shift 2
	check "up, $name" up "$@" || return
	check "$name: VFs are handed over" give_vfs
	learn_macs
	check "$name: VFs join groups" join_groups
	matrix "$name" "$round"
	check "$name: drops are counted by reason" rows_dropped
	policy "$name"
	check "$name: the account is exact" account_is_exact
	check "$name: down" svf-loader down $pf
	check "$name: everything is as it was before" same_as_before
}

channels_are()
{
	[ "$(ethtool -l $pf | awk '/^Current/ { now = 1 } now && /^Combined:/ { print $2 }')" = "$1" ]
}

# Fewer rings than the PF has queues: `up` takes the other queues away, `down` brings them back.
fewer_channels()
{
	check 'two channels before' channels_are 2
	check 'up with --queues 1' up --queues 1 || return
	check '--queues 1: one channel is left' channels_are 1
	check '--queues 1: down' svf-loader down $pf
	check '--queues 1: two channels again' channels_are 2
}

many_vfs()
{
	check 'up, 64 VFs' svf-loader up $pf --vfs 64
	check '64 VFs: the agent is alive' svf_is '.svf.agent.alive and .num_vf == 64'
	check '64 VFs: down' svf-loader down $pf
	check '64 VFs: everything is as it was before' same_as_before
}

long_form()
{
	variant 'one queue' 5 --queues 1
	variant 'skb mode' 6 --xdp-mode skb
	variant 'small rings' 7 --ring-size 64
	many_vfs
	check 'tests/bpf, many frames' sorter_tests 100000
	check 'tests/net/low_level' low_level
}

main()
{
	setup
	snapshot >/tmp/before
	afxdp_lane
	variant 'tc lane' 4 --lane tc
	fewer_channels
	check 'tests/bpf' sorter_tests 3000
	[ "$1" != long ] || long_form
	check 'the kernel has nothing to complain about' quiet_kernel
	plan
}

main "$@"
