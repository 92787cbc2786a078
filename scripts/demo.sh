#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Shows what svf does: installs what is needed, builds, brings 8 VFs up, gives
# two of them to containers, lets them talk to each other, to this host and to
# another host, shows tables and counters, and leaves nothing behind.
#
# Without PF it makes a "wire": a veth pair whose far end is another host in a
# namespace. With PF no address and no link state of the PF is changed, and what
# is shown stays inside this machine; it asks first.

set -eu
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

n_vfs=8
demo=svf-demo-$$	# names of namespaces and containers start so
far=$demo-far
pf='' own_wire='' yes='' runc='' work='' up_done=''
host_ip='' far_ip='' container_ip=()

usage()
{
	cat <<-EOF
	Usage: demo.sh [PF] [--yes]
	  PF     the network interface to share; without it a wire is made
	  --yes  do not ask before VFs are made on PF
	EOF
}

parse_arguments()
{
	while [ $# -gt 0 ]; do
		case $1 in
		--yes | -y) yes=1 ;;
		-h | --help) usage; exit 0 ;;
		-*) usage >&2; exit 1 ;;
		*) [ -z "$pf" ] || { usage >&2; exit 1; }; pf=$1 ;;
		esac
		shift
	done
}

choose_addresses()
{
	local net
	net=$(free_network)
	host_ip=$net.1 far_ip=$net.2
	container_ip=("$net.10" "$net.11")
}

# --- the PF --------------------------------------------------------------------

ask_first()
{
	local answer
	[ -z "$yes" ] || return 0
	printf '%s\n' \
		"This puts $n_vfs VFs on $pf for some seconds and gives two to containers." \
		"$pf keeps its addresses and its link; the containers' broadcasts leave by it."
	read -r -p "Go on? [y/N] " answer || true
	case $answer in
	y | Y | yes) ;;
	*) die "nothing was done" ;;
	esac
}

make_wire()
{
	pf=svfd$(($$ % 10000))
	! link_exists "$pf" || die "there is a netdev $pf already"
	own_wire=1
	step "A wire: $pf is the network card, the far end of its cable another host"
	ns_add "$far"
	wire_add "$pf" "$far" 2
	ip address add "$host_ip/24" dev "$pf"
	ip -n "$far" address add "$far_ip/24" dev wire
	note "this host $host_ip on $pf; the far host $far_ip in namespace $far"
}

prepare_pf()
{
	if [ -z "$pf" ]; then
		make_wire
	else
		link_exists "$pf" || die "there is no netdev $pf"
		! "$svf_loader" show "$pf" >/dev/null 2>&1 ||
			die "$pf has VFs already; take them down first: svf-loader down $pf"
		ask_first
	fi
}

make_vfs()
{
	step "$n_vfs VFs on $pf"
	up_done=1
	show "$svf_loader" up "$pf" --vfs "$n_vfs"
}

# --- containers ----------------------------------------------------------------

# The containers' file system: busybox and iperf3.
make_rootfs()
{
	local rootfs=$1 name lib
	mkdir -p "$rootfs"/{bin,dev,etc,proc,sys,tmp}
	cp "$(command -v busybox)" "$rootfs/bin/"
	for name in sh sleep ping ip; do
		ln -s busybox "$rootfs/bin/$name"
	done
	cp "$(command -v iperf3)" "$rootfs/bin/"
	ldd "$(command -v iperf3)" | grep -o '/[^ ]*' | while read -r lib; do
		install -D "$lib" "$rootfs$lib"
	done
}

# runc's own example configuration, but: our namespace, no terminal, ping's
# capability, no rlimits (raising them may be forbidden where this runs), and a
# control group that nobody else has: $$ is unique in one pid namespace only.
make_bundle()
{
	local bundle=$1 ns=$2
	make_rootfs "$bundle/rootfs"
	(cd "$bundle" && runc spec)
	jq --arg ns "$netns_dir/$ns" --arg cgroup "/${work##*/}-$ns" '
		.process.terminal = false
		| .process.args = ["sleep", "3600"]
		| del(.process.rlimits)
		| .process.capabilities |= map_values(. + ["CAP_NET_RAW"])
		| .root.readonly = false
		| .linux.cgroupsPath = $cgroup
		| .linux.namespaces |= map(if .type == "network" then .path = $ns else . end)
		' "$bundle/config.json" >"$bundle/config.new"
	mv "$bundle/config.new" "$bundle/config.json"
}

start_container()
{
	local name=$1
	{
		make_bundle "$work/$name" "$name" &&
			runc --root "$work/runc" run --detach --bundle "$work/$name" "$name"
	} </dev/null >"$work/$name.log" 2>&1
}

# Sets the array enter: what to put before a command to run it in container 0 or
# 1, at the far host ("far"), or here ("host").
enter_place()
{
	case $1 in
	host) enter=() ;;
	far) enter=(nsenter --net="$netns_dir/$far" --) ;;
	*)
		enter=(nsenter --net="$netns_dir/$demo-c$1" --)
		[ -z "$runc" ] || enter=(runc --root "$work/runc" exec "$demo-c$1")
		;;
	esac
}

# A container takes a VF netdev as it would take a hardware VF's: it is moved
# into the container's network namespace and configured there.
make_containers()
{
	local n name
	step "Two containers take VF 0 and VF 1"
	runc=1
	for n in 0 1; do
		name=$demo-c$n
		ns_add "$name"
		note "ip link set dev ${pf}v$n netns $name name eth0"
		vf_give "$pf" "$n" "$name" "${container_ip[n]}/24"
		if [ -n "$runc" ] && ! start_container "$name"; then
			runc=''
			note "runc cannot be used here: $(tail -n 1 "$work/$name.log")"
			note "plain network namespaces stand in for the containers"
		fi
	done
	[ -z "$runc" ] || runc --root "$work/runc" list
}

# --- traffic -------------------------------------------------------------------

# ping_shown TITLE PLACE ADDRESS: three pings, one line.
ping_shown()
{
	local title=$1 address=$3 enter output
	enter_place "$2"
	if output=$("${enter[@]}" ping -c 3 -i 0.2 -W 2 "$address" 2>&1); then
		printf '   %-32s %s, %s\n' "$title" \
			"$(sed -n 's/.* transmitted, \([0-9]*\).*received.*/\1 of 3 answered/p' <<<"$output")" \
			"$(sed -n 's/.*= [0-9.]*\/\([0-9.]*\).*/\1 ms/p' <<<"$output")"
	else
		printf '%s\n' "$output" >&2
		die "no answer: $title"
	fi
}

# transfer TITLE CLIENT SERVER ADDRESS: one TCP transfer of 2 s to the place SERVER; its Mbit/s into rate.
transfer()
{
	local title=$1 client=$2 address=$4 enter pid
	enter_place "$3"
	"${enter[@]}" iperf3 --server --one-off --forceflush >"$work/iperf.server" 2>&1 &
	pid=$!
	wait_for 5 grep -q listening "$work/iperf.server" || die "iperf3 does not start"
	enter_place "$client"
	"${enter[@]}" iperf3 --client "$address" --time 2 --json >"$work/iperf" || {
		jq -r '.error' "$work/iperf" >&2
		die "no TCP: $title"
	}
	stop_process "$pid"
	rate=$(jq '.end.sum_received.bits_per_second // empty | . / 1e6 | floor' "$work/iperf")
}

# tcp_shown TITLE CLIENT SERVER ADDRESS. iperf3 3.12 now and then loses the results that its two ends
# exchange when all is sent, and says success: then once more.
tcp_shown()
{
	local rate=''
	transfer "$@"
	[ -n "$rate" ] || transfer "$@"
	[ -n "$rate" ] || die "iperf3 has no result: $1"
	printf '   %-32s %d Mbit/s\n' "$1" "$rate"
}

pf_has_link()
{
	ip -j link show dev "$pf" | jq -e '.[0].flags | index("LOWER_UP")' >/dev/null
}

talk_inside()
{
	step "Container to container: switched between two VFs, never on the wire"
	if ! pf_has_link; then
		note "$pf has no link: as a card's VF in state auto, theirs have none either"
		show "$svf_loader" set "$pf" vf 0 state enable
		show "$svf_loader" set "$pf" vf 1 state enable
	fi
	ping_shown "ping, VF 0 to VF 1" 0 "${container_ip[1]}"
	tcp_shown "TCP, VF 0 to VF 1" 0 1 "${container_ip[1]}"
}

talk_to_far()
{
	step "Container to the far host: through the VF's rings and the cable"
	ping_shown "ping, VF 0 to the far host" 0 "$far_ip"
	tcp_shown "TCP, VF 0 to the far host" 0 far "$far_ip"
	tcp_shown "TCP, the far host to VF 0" far 0 "${container_ip[0]}"
	step "Host to the far host: $pf goes on being the host's own"
	ping_shown "ping, host to the far host" host "$far_ip"
}

# On a PF of the user's the host keeps its addresses; the one it has for any
# neighbour is IPv6's link-local one.
host_address()
{
	if [ -n "$own_wire" ]; then
		echo "$host_ip"
	else
		ip -6 -j address show dev "$pf" scope link |
			jq -r '[.[].addr_info[]?.local // empty][0] // empty | . + "%eth0"'
	fi
}

talk_to_host()
{
	local address
	step "Container to host"
	address=$(host_address)
	if [ -z "$address" ]; then
		note "left out: $pf is down or has no IPv6 link-local address to talk to"
		return
	fi
	if [ -z "$own_wire" ]; then
		wait_for 5 container_is_ready 0 || die "VF 0 gets no link-local address"
	fi
	ping_shown "ping, VF 0 to the host" 0 "$address"
	tcp_shown "TCP, VF 0 to the host" 0 host "$address"
}

# Duplicate address detection is over.
container_is_ready()
{
	in_ns "$demo-c$1" ip -6 address show dev eth0 scope link -tentative | grep -q fe80
}

# --- tables and counters -------------------------------------------------------

# show_first N COMMAND...: shows the first N lines, and a sign that there is more.
show_first()
{
	local n=$1 output
	shift
	output=$(show "$@")
	# the first line is the command itself
	awk -v n="$((n + 1))" 'NR <= n; NR == n + 1 { print "    ..." }' <<<"$output"
}

show_state()
{
	step "What the VFs carried: the lines of \`ip -s -d link show\` on an SR-IOV card"
	show_first 17 "$svf_loader" -s show "$pf"
	step "The sorter's table: which address belongs to which VF"
	show_first 18 bpftool map dump pinned "$(pins_of "$pf")/svf_fdb"
}

# --- cleaning up ---------------------------------------------------------------

leave_nothing()
{
	local n
	[ -z "$up_done" ] || step "Taking everything away"
	if [ -n "$runc" ]; then
		for n in 0 1; do
			runc --root "$work/runc" delete --force "$demo-c$n" 2>/dev/null
		done
	fi
	# shellcheck disable=SC2046 # a list of process ids
	stop_process $(jobs -p)
	[ -z "$up_done" ] || "$svf_loader" down "$pf"
	for n in "$demo-c0" "$demo-c1" "$far"; do
		ns_del "$n"
	done
	[ -z "$own_wire" ] || link_del "$pf"
	rm -rf "$work"
	give_back
}

main()
{
	parse_arguments "$@"
	need_root
	step "What the build and the demo need"
	"$top/scripts/install-deps.sh" --build --demo
	build_product all
	work=$(mktemp -d "${TMPDIR:-/tmp}/$demo.XXXXXX")
	clean_up_by leave_nothing
	choose_addresses
	prepare_pf
	make_vfs
	make_containers
	talk_inside
	[ -z "$own_wire" ] || talk_to_far
	talk_to_host
	show_state
}

main "$@"
