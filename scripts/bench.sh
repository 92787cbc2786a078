#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Measures, in one run on one veth wire: up and down and the memory for 8 and 256
# VFs; TCP and small frames of both lanes against macvlan; the agent's CPU at
# idle; the outage when the agent is killed; how soon links, groups and addresses
# are followed; how exact rates are. Takes about eight minutes.
#
# The three ways take turns, five times, and medians are printed (but of rates
# under a limit: one long run each): figures of different runs, or of different
# machines, are not comparable. Where there is a limit the line says whether it is
# met. Everything is in namespaces of its own.

set -eu
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source-path=SCRIPTDIR source=../tests/bench/measure.sh
. "$top/tests/bench/measure.sh"
# shellcheck source-path=SCRIPTDIR source=../tests/bench/policy.sh
. "$top/tests/bench/policy.sh"

rounds=5
queues=2
sections='life lanes agent follow limits'
name=svf-bench-$$
host=$name-host far=$name-far guest=$name-guest
tools=$build/tools
work=''
not_met=0

usage() { echo "Usage: bench.sh [--rounds N] [--only ${sections// /|}]..."; }

# --- printing ------------------------------------------------------------------

# line NAME VALUE UNIT [OPERATOR LIMIT]: "met" if VALUE OPERATOR LIMIT.
line()
{
	local verdict=''
	[ -n "$2" ] || die "not measured: $1"
	if [ $# -gt 3 ]; then
		if awk -v v="$2" -v l="$5" "BEGIN { exit !(v $4 l) }"; then
			verdict="$4 $5: met"
		else
			verdict="$4 $5: not met"
			not_met=$((not_met + 1))
		fi
	fi
	printf '  %-44s %10s %-7s %s\n' "$1" "$2" "$3" "$verdict"
}

ratio() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.2f\n", b ? a / b : 0 }'; }
median_of() { median <"$work/$1"; }

tell_machine()
{
	step "svf bench"
	note "$(nproc) CPUs ($(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1))," \
		"kernel $(uname -r), $(date -u +%F), load $(cut -d " " -f 1 /proc/loadavg)"
	note "veth wire with $queues queues; far end: tx off, txvlan off; medians of $rounds"
}

# --- the things compared -------------------------------------------------------

loader() { in_ns "$host" "$svf_loader" "$@"; }

make_wire()
{
	local ns
	for ns in "$host" "$far" "$guest"; do
		ns_add "$ns"
	done
	wire_add pf0 "$far" "$queues" "$host"
	ip -n "$host" address add 192.0.2.1/24 dev pf0
	ip -n "$far" address add "$far_ip/24" dev wire
}

# The netdev becomes the guest's eth0, and the far end talks to it.
guest_takes()
{
	ip -n "$host" link set dev "$1" netns "$guest" name eth0
	ip -n "$guest" address add "$guest_ip/24" dev eth0
	ip -n "$guest" link set dev eth0 up
	# who had the address before had another MAC
	ip -n "$far" neigh flush dev wire
	wait_for 5 in_ns "$far" ping -c 1 -W 1 "$guest_ip" || die "$1: no answer to ping"
}

# begin macvlan|afxdp|tc: the guest gets an eth0 of that kind.
begin()
{
	local netdev=mv0
	if [ "$1" = macvlan ]; then
		ip -n "$host" link add link pf0 name mv0 type macvlan mode bridge
	else
		loader up pf0 --vfs 8 --lane "$1" >"$work/up"
		netdev=pf0v0
	fi
	# so that the PF takes the frames that svf-flood makes, whoever is behind
	in_ns "$host" ethtool -K pf0 gro on
	guest_takes "$netdev"
	start_iperf
}

end()
{
	stop_iperf
	case $1 in
	macvlan) ip -n "$guest" link del dev eth0 ;;
	*) loader down pf0 >/dev/null ;;
	esac
}

measure_rates()
{
	local round way
	for ((round = 1; round <= rounds; round++)); do
		for way in macvlan afxdp tc; do
			printf '\r   round %d of %d: %-8s' "$round" "$rounds" "$way" >&2
			begin "$way"
			tcp_rate in >>"$work/$way.tcp-in"
			tcp_rate out >>"$work/$way.tcp-out"
			small_in >>"$work/$way.small-in"
			small_out >>"$work/$way.small-out"
			end "$way"
		done
	done
	printf '\r%40s\r' '' >&2
}

# rate_lines WHAT TITLE UNIT AFXDP-LIMIT TC-LIMIT; limits are of macvlan's figure
rate_lines()
{
	local way value base limit
	base=$(median_of "macvlan.$1")
	line "$2, macvlan" "$(printf '%.0f' "$base")" "$3"
	for way in afxdp tc; do
		value=$(median_of "$way.$1")
		[ "$way" = afxdp ] && limit=$4 || limit=$5
		line "$2, $way lane" "$(printf '%.0f' "$value")" "$3"
		# shellcheck disable=SC2086 # an operator and a number, or nothing
		line "    of macvlan's" "$(ratio "$value" "$base")" '' ${limit:+'>=' $limit}
	done
}

bench_lanes()
{
	step "TCP and small frames"
	measure_rates
	rate_lines tcp-in 'TCP wire to VF' Mbit/s 0.15 0.8
	rate_lines tcp-out 'TCP VF to wire' Mbit/s 0.12 0.8
	rate_lines small-in 'small frames wire to VF' kpps '' ''
	rate_lines small-out 'small frames VF to wire' kpps '' ''
}

# --- up, down, memory ----------------------------------------------------------

# bench_times VFS UP-LIMIT DOWN-LIMIT MEMORY-LIMIT
bench_times()
{
	local round vfs=$1
	for ((round = 1; round <= rounds; round++)); do
		seconds loader up pf0 --vfs "$vfs" >>"$work/up.$vfs"
		seconds loader down pf0 >>"$work/down.$vfs"
	done
	line "up, $vfs VFs, $queues queues" "$(median_of "up.$vfs")" s '<' "$2"
	line "down, $vfs VFs" "$(median_of "down.$vfs")" s '<' "$3"
	loader up pf0 --vfs "$vfs" --queues 1 >/dev/null
	line "agent's memory, $vfs VFs, 1 queue" "$(agent_memory)" MiB '<' "$4"
	loader down pf0 >/dev/null
}

bench_life()
{
	step "up, down, memory"
	bench_times 8 1 3 64
	bench_times 256 15 3 1024
}

# --- the agent -----------------------------------------------------------------

# bench_outage VFS BACK-LIMIT
bench_outage()
{
	local vfs=$1 gap_ms lost back_s
	loader up pf0 --vfs "$vfs" >/dev/null
	guest_takes pf0v0
	line "agent's CPU without traffic, $vfs VFs" "$(idle_cpu)" % '<' 0.5
	read -r gap_ms lost back_s <<<"$(outage)"
	line "kill -9: longest pause, $vfs VFs" "$gap_ms" ms '<=' 100
	line "kill -9: replies lost (a ring: 512)" "$lost" '' '<=' 512
	line "kill -9: until the rings are back" "$back_s" s '<' "$2"
	loader down pf0 >/dev/null
}

bench_agent()
{
	step "The agent at idle and its death during a ping flood (500 a second)"
	bench_outage 8 1
	bench_outage 256 10
}

# --- main ----------------------------------------------------------------------

leave_nothing()
{
	local ns
	# shellcheck disable=SC2046 # a list of process ids
	stop_process $(jobs -p)
	! ns_exists "$host" || loader down pf0 >/dev/null 2>&1
	for ns in "$guest" "$far" "$host"; do
		ns_del "$ns"
	done
	rm -rf "$work"
	give_back
}

# section NAME: checks that there is such a one.
section()
{
	case " $sections " in
	*" $1 "*) echo "$1" ;;
	*) die "no section $1; there are: $sections" ;;
	esac
}

main()
{
	local only='' part
	while [ $# -gt 0 ]; do
		case $1 in
		--rounds) rounds=${2:?}; shift ;;
		--only) part=$(section "${2:?}"); only+=" $part"; shift ;;
		-h | --help) usage; exit 0 ;;
		*) usage >&2; exit 1 ;;
		esac
		shift
	done
	need_root
	"$top/scripts/install-deps.sh" --build --demo
	build_product all tools
	work=$(mktemp -d "${TMPDIR:-/tmp}/$name.XXXXXX")
	clean_up_by leave_nothing
	tell_machine
	make_wire
	for part in ${only:-$sections}; do
		"bench_$part"
	done
	printf '\n%d figures are not met, after %d s\n' "$not_met" "$SECONDS"
}

main "$@"
