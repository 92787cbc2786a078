# SPDX-License-Identifier: GPL-2.0-only
#
# A short case of each rule on a real driver: trunk, VLANs that a VF registers,
# 802.1ad, link state, rates, a VF that changes its address. What the rules say is
# tests/net's to prove; here is what depends on the NIC and on the kernel, which
# has 8021q.
#
# Sourced by cases.sh, and uses what is there. Every case leaves all as it was.

# shellcheck shell=bash disable=SC2154

limit=8           # Mbit/s; what emulation carries easily
burst=32k         # 32 ms of that: an emulated CPU is late by more than the default
udp_payload=1400  # of a frame of 1442
measured_s=3
new_mac=02:00:00:00:bb:01

set_vf() { svf-loader set "$pf" vf "$@"; }
ping_once() { in_ns "$1" ping -c 1 -W 1 "$2"; }
reaches() { within 10 ping_once "$1" "$2"; }
is_cut_off() { ! ping_once "$1" "$2"; }
address_is() { svf_is ".vfinfo_list[$1].address == \"$2\""; }

# drops VF DIRECTION REASON: prints how many.
drops() { show_json | jq ".[0].vfinfo_list[$1].svf.drops.$2.$3"; }

# makes_drops N VF DIRECTION REASON COMMAND...: the command succeeds and so many
# more are counted.
makes_drops()
{
	local n=$1 vf=$2 direction=$3 reason=$4 before
	shift 4
	before=$(drops "$vf" "$direction" "$reason")
	"$@" || return
	within 2 svf_is ".vfinfo_list[$vf].svf.drops.$direction.$reason == $((before + n))" || {
		echo "$reason: $(drops "$vf" "$direction" "$reason"), before: $before"
		return 1
	}
}

# is_cut_off_by VF REASON NAMESPACE ADDRESS: what it sends there is dropped for that.
is_cut_off_by()
{
	local before
	before=$(drops "$1" tx "$2")
	is_cut_off "$3" "$4" && [ "$(drops "$1" tx "$2")" -gt "$before" ]
}

# --- VLANs ---------------------------------------------------------------------

# add_vlan NAMESPACE NETDEV NAME ADDRESS VID [PROTOCOL]
add_vlan()
{
	ip -n "$1" link add link "$2" name "$3" type vlan protocol "${6-802.1Q}" id "$5" &&
		ip -n "$1" address add "$4/24" dev "$3" &&
		ip -n "$1" link set dev "$3" up
}

# VF 1's tenant has VLAN devices of its own; VLAN 40 is not in the list.
make_trunk()
{
	set_vf 1 trunk add 20,30 &&
		add_vlan b eth0 eth0.20 198.51.100.2 20 &&
		add_vlan b eth0 eth0.40 203.0.113.2 40 &&
		add_vlan far eth1 eth1.20 198.51.100.1 20 &&
		add_vlan far eth1 eth1.40 203.0.113.1 40
}

remove_trunk()
{
	local dev
	for dev in 20 40; do
		ip -n b link del "eth0.$dev"
		ip -n far link del "eth1.$dev"
	done
	set_vf 1 trunk rem 20,30
}

trunk_cases()
{
	check "$1: a trunk of VLANs 20 and 30" make_trunk
	check "$1: trunk: VLAN device and far VLAN device" reaches b 198.51.100.1
	check "$1: trunk: TCP in the VLAN, VF to far host" tcp b far 198.51.100.1
	check "$1: trunk: TCP in the VLAN, far host to VF" tcp far b 198.51.100.2
	check "$1: trunk: untagged, too" reaches b 192.0.2.1
	check "$1: trunk: VLAN 40 is not in it (spoof_vlan)" \
		is_cut_off_by 1 spoof_vlan b 203.0.113.1
	check "$1: trunk: taken away" remove_trunk
	check "$1: trunk: no VLAN any more, but untagged" reaches b 192.0.2.1
}

# --- VLANs that a VF registers -------------------------------------------------

# registers VF [VLAN...]: these, of both kinds, and no others. It takes some ms, but
# `show` a second in an emulator that has to share its CPUs.
registers()
{
	local vf=$1 vlans
	shift
	vlans=$(IFS=, && echo "$*")
	within 5 svf_is ".vfinfo_list[$vf].svf.registered |
		[.[] | range(.vlan; (.vlanEnd // .vlan) + 1)] == [$vlans]"
}

# VF 1's tenant has VLAN devices of its own, of both kinds.
make_vlans()
{
	add_vlan b eth0 eth0.50 198.51.100.2 50 &&
		add_vlan b eth0 eth0.s 203.0.113.2 60 802.1ad &&
		add_vlan far eth1 eth1.50 198.51.100.1 50 &&
		add_vlan far eth1 eth1.s 203.0.113.1 60 802.1ad
}

# vlan_frame_from_b VID: one, to the far host.
vlan_frame_from_b() { frame 9 1 b wire "$1" | send b; }

# VF 3's netdev stays here, its VLAN device goes to a container.
give_vlan_away()
{
	set_vf 3 trust vlan &&
		ip link add link "${pf}v3" name vlan80 type vlan id 80 &&
		registers 3 80 &&
		ip link set dev vlan80 netns c
}

# While nobody looks, one VLAN device goes and another comes.
restart_daemon()
{
	local pid
	pid=$(show_json | jq '.[0].svf.daemon.pid')
	kill -KILL "$pid"
	within 5 eval "! kill -0 $pid"
	ip -n b link del eth0.50
	ip -n b link add link eth0 name eth0.51 type vlan id 51
	up "${up_options[@]}"
}

registration_cases()
{
	check "$1: VLAN devices of a VF and of the far host" make_vlans
	check "$1: not trusted: cut off (spoof_vlan)" is_cut_off_by 1 spoof_vlan b 198.51.100.1
	check "$1: not trusted: 802.1ad, too" is_cut_off_by 1 spoof_vlan b 203.0.113.1
	check "$1: trust vlan" set_vf 1 trust vlan
	check "$1: its VLAN devices are its trunk" registers 1 50 60
	check "$1: registered: far VLAN device" reaches b 198.51.100.1
	check "$1: registered: far 802.1ad device" reaches b 203.0.113.1
	check "$1: registered: TCP, VF to far host" tcp b far 198.51.100.1
	check "$1: registered: TCP, far host to VF" tcp far b 198.51.100.2
	check "$1: registered: untagged, too" reaches b 192.0.2.1
	check "$1: another VLAN is not (spoof_vlan)" \
		makes_drops 1 1 tx spoof_vlan vlan_frame_from_b 70
	check "$1: one more is registered" eval \
		'ip -n b link add link eth0 name eth0.70 type vlan id 70 && registers 1 50 70 60'
	check "$1: and passes" makes_drops 0 1 tx spoof_vlan vlan_frame_from_b 70
	check "$1: deleted: not registered any more" eval \
		'ip -n b link del eth0.70 && registers 1 50 60'
	check "$1: and is dropped (spoof_vlan)" \
		makes_drops 1 1 tx spoof_vlan vlan_frame_from_b 70
	check "$1: one that is moved to a container" give_vlan_away
	check "$1: moved: it is registered" registers 3 80
	check "$1: moved: deleted there, it is not" eval 'ip -n c link del vlan80 && registers 3'
	check "$1: a new daemon" restart_daemon
	check "$1: a new daemon: VLANs as they are by now" registers 1 51 60
	check "$1: trust off" set_vf 1 trust off
	check "$1: trust off: nothing is registered" registers 1
	check "$1: trust off: cut off (spoof_vlan)" is_cut_off_by 1 spoof_vlan b 203.0.113.1
	check "$1: VLAN devices away" eval 'ip -n b link del eth0.51 && ip -n b link del eth0.s &&
		ip -n far link del eth1.50 && ip -n far link del eth1.s && set_vf 3 trust off'
}

# VF 2 is in S-VLAN 300, its tenant uses C-VLAN 7 inside of it.
make_provider_vlan()
{
	set_vf 2 vlan 300 proto 802.1ad &&
		ip -n c address add 198.51.100.2/24 dev eth0 &&
		add_vlan c eth0 eth0.7 203.0.113.2 7 &&
		add_vlan far eth1 eth1.s 198.51.100.1 300 802.1ad &&
		add_vlan far eth1.s eth1.s.7 203.0.113.1 7
}

remove_provider_vlan()
{
	ip -n c link del eth0.7
	ip -n c address del 198.51.100.2/24 dev eth0
	ip -n far link del eth1.s # and what is on it
	set_vf 2 vlan "$vlan"
}

provider_cases()
{
	check "$1: 802.1ad VLAN 300" make_provider_vlan
	check "$1: 802.1ad: far 802.1ad device" reaches c 198.51.100.1
	check "$1: 802.1ad: the tenant's 802.1Q tag inside" reaches c 203.0.113.1
	check "$1: 802.1ad: TCP with that tag, VF to far host" tcp c far 203.0.113.1
	check "$1: 802.1ad: TCP with that tag, far host to VF" tcp far c 203.0.113.2
	check "$1: 802.1ad: back to 802.1Q VLAN $vlan" remove_provider_vlan
}

# --- link state ----------------------------------------------------------------

has_carrier() { ip -n "$1" -j link show dev eth0 | jq -e '.[0].flags | index("LOWER_UP")'; }
lacks_carrier() { ! has_carrier "$1"; }
one_frame_to() { udp_frame wire "$1" 6000 | send wire; }

link_cases()
{
	check "$1: state disable" set_vf 0 state disable
	check "$1: disable: no carrier" within 5 lacks_carrier a
	check "$1: disable: counted as link_down" makes_drops 1 0 rx link_down one_frame_to a
	check "$1: disable: cut off" is_cut_off a 192.0.2.1
	check "$1: state auto" set_vf 0 state auto
	check "$1: auto: far host again" reaches a 192.0.2.1
	check "$1: state enable" eval 'set_vf 0 state enable && set_vf 1 state enable'
	check "$1: PF down" ip link set dev "$pf" down
	check "$1: PF down: auto follows it" within 5 lacks_carrier c
	check "$1: PF down: enable has a carrier" has_carrier a
	check "$1: PF down: enabled VFs talk to each other" reaches a 192.0.2.11
	check "$1: PF up" ip link set dev "$pf" up
	check "$1: PF up: auto follows it" within 5 has_carrier c
	check "$1: PF up: far host again" reaches a 192.0.2.1
	check "$1: all in state auto again" eval 'set_vf 0 state auto && set_vf 1 state auto'
}

# --- rates ---------------------------------------------------------------------

# udp_rate FROM TO ADDRESS: prints kbit/s of payload that arrived of twice the limit.
udp_rate()
{
	nsenter --net="/var/run/netns/$2" iperf3 -s -1 --forceflush >/tmp/iperf 2>&1 &
	within 10 grep -q listening /tmp/iperf || return
	in_ns "$1" timeout 30 iperf3 -J -u -c "$3" -b $((2 * limit))M -l $udp_payload \
		-t $measured_s >/tmp/iperf.json || return
	wait $!
	jq '.end.sum_received // .end.sum | .bits_per_second / 1000 | floor' /tmp/iperf.json
}

# holds_limit FROM TO ADDRESS: 15 % less or more than the limit's share of payload.
holds_limit()
{
	local rate expected=$((limit * 1000 * udp_payload / (udp_payload + 42)))
	rate=$(udp_rate "$@") || return
	echo "$rate kbit/s, expected: $expected"
	[ "$rate" -gt $((expected * 85 / 100)) ] && [ "$rate" -lt $((expected * 115 / 100)) ]
}

rate_cases()
{
	check "$1: max_tx_rate $limit" set_vf 0 max_tx_rate $limit burst $burst
	check "$1: max_tx_rate holds UDP" holds_limit a far 192.0.2.1
	check "$1: no max_tx_rate, max_rx_rate $limit" set_vf 0 max_tx_rate 0 max_rx_rate $limit
	check "$1: max_rx_rate holds UDP" holds_limit far a 192.0.2.10
	check "$1: no rates" set_vf 0 max_rx_rate 0 burst 0
}

# --- addresses -----------------------------------------------------------------

new_address() { ip -n a link set dev eth0 address "$1"; }

takes_over()
{
	set_vf 0 trust on && within 10 address_is 0 "$new_mac"
}

trust_cases()
{
	check "$1: a VF changes its address" new_address "$new_mac"
	check "$1: not trusted: it is cut off (spoof_mac)" \
		is_cut_off_by 0 spoof_mac a 192.0.2.1
	check "$1: not trusted: the PF's view is the old one" address_is 0 "${mac[a]}"
	check "$1: trusted: the PF's view follows" takes_over
	check "$1: trusted: far host" reaches a 192.0.2.1
	check "$1: it takes the old address again" new_address "${mac[a]}"
	check "$1: and the PF's view follows" within 10 address_is 0 "${mac[a]}"
	check "$1: trust off" set_vf 0 trust off
	check "$1: far host" reaches a 192.0.2.1
}

# policy NAME
policy()
{
	trunk_cases "$1"
	registration_cases "$1"
	provider_cases "$1"
	link_cases "$1"
	rate_cases "$1"
	trust_cases "$1"
}
