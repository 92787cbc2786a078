#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Measures how exact rates are, on one veth wire: each limit with each frame size
# in both lanes, TCP with two congestion controls, what two minima leave of each
# other, how long a frame waits. Takes about five minutes, and wants a machine
# that does little else. Puts its tables into docs/rates.md.
#
# A figure is what arrived in a time, by the counters of the receiving netdev (or
# by iperf3's receiver), and how far that is from the limit. Where the sender
# itself is no faster than the limit there is nothing to limit, and the cell says
# what it gave.

set -eu
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source-path=SCRIPTDIR source=../tests/bench/measure.sh
. "$top/tests/bench/measure.sh"

limits='10 100 1000'
sizes='60 512 1514'
lanes='tc afxdp'
queues=2
senders=3
rate_s=2	# of one figure
python=/usr/bin/python3
name=svf-rates-$$
host=$name-host far=$name-far guest=$name-guest other=$name-other
tools=$build/tools
document=$top/docs/rates.md
work=''
other_ip=192.0.2.11
headroom=1.1 # a sender that gives this much more than a limit is good enough

usage() { echo "Usage: bench-rates.sh [--output FILE]   (default: docs/rates.md)"; }

# --- places ----------------------------------------------------------------------

loader() { in_ns "$host" "$svf_loader" "$@"; }
set_vf() { loader set pf0 vf "$@"; }

make_wire()
{
	local ns
	for ns in "$host" "$far" "$guest" "$other"; do
		ns_add "$ns"
	done
	wire_add pf0 "$far" "$queues" "$host"
	ip -n "$host" address add 192.0.2.1/24 dev pf0
	ip -n "$far" address add "$far_ip/24" dev wire
}

# take VF NAMESPACE ADDRESS
take()
{
	ip -n "$host" link set dev "pf0v$1" netns "$2" name eth0
	ip -n "$2" address add "$3/24" dev eth0
	ip -n "$2" link set dev eth0 up
	ip -n "$far" neigh flush dev wire
	wait_for 5 in_ns "$2" ping -c 1 -W 1 "$far_ip" || die "vf $1: no answer to ping"
}

begin()
{
	loader up pf0 --vfs 2 --lane "$1" >"$work/up"
	take 0 "$guest" "$guest_ip"
	take 1 "$other" "$other_ip"
}

end() { loader down pf0 >/dev/null; }

# --- measuring -------------------------------------------------------------------

# mbit_at NAMESPACE NETDEV: what it receives, in Mbit/s of Ethernet frames. One
# process looks at counter and clock: starting one takes longer than 1 % of the time.
mbit_at()
{
	in_ns "$1" "$python" - "$2" "$settle_s" "$rate_s" <<-'END'
	import sys, time

	def look():
	    with open("/proc/net/dev", encoding="ascii") as table:
	        row = next(line for line in table if line.split(":")[0].strip() == sys.argv[1])
	    return int(row.split(":")[1].split()[0]), time.monotonic()

	time.sleep(float(sys.argv[2]))
	first = look()
	time.sleep(float(sys.argv[3]))
	last = look()
	print(f"{(last[0] - first[0]) * 8e-6 / (last[1] - first[1]):.2f}")
	END
}

# frame_of SIZE DESTINATION SOURCE: small_frame() with zeros behind, and its length before.
frame_of()
{
	# shellcheck disable=SC2059 # the octal digits are the format
	printf "$(printf '\\%03o\\%03o' $(($1 / 256)) $(($1 % 256)))"
	small_frame "$2" "$3"
	head -c $(($1 - 60)) /dev/zero
}

# stream SIZE FROM FROM-NETDEV TO TO-NETDEV: frames as fast as they go. By several
# senders: one alone leaves the queue empty when it has to wait for a CPU.
stream()
{
	local i pids=()
	frame_of "$1" "$(mac_of "$4" "$5")" "$(mac_of "$2" "$3")" >"$work/frames"
	for ((i = 0; i < senders; i++)); do
		start_in_ns "$2" "$tools/svf-send" --count 1000000000 "$3" \
			<"$work/frames" >"$work/send" 2>&1
		pids+=($!)
	done
	mbit_at "$4" "$5"
	stop_process "${pids[@]}"
}

frames_out() { stream "$1" "$guest" eth0 "$far" wire; }
frames_in() { stream "$1" "$far" wire "$guest" eth0; }

# tcp NAMESPACE CONTROL PORT: to the far end; Mbit/s of payload.
tcp()
{
	start_in_ns "$far" iperf3 --server --one-off --port "$3" --forceflush >"$work/server.$3" 2>&1
	wait_for 5 grep -q listening "$work/server.$3"
	in_ns "$1" iperf3 --client "$far_ip" --port "$3" --congestion "$2" --time "$tcp_s" \
		--json >"$work/iperf.$3" || { jq -r .error "$work/iperf.$3" >&2; return 1; }
	jq '.end.sum_received.bits_per_second / 1e6' "$work/iperf.$3"
}

# --- tables ----------------------------------------------------------------------

# cell MEASURED LIMIT UNLIMITED
cell()
{
	awk -v m="$1" -v l="$2" -v u="$3" -v h="$headroom" 'BEGIN {
		if (u < h * l)
			printf " (%.0f without) |", u
		else
			printf " %.2f (%+.1f %%) |", m, (m - l) / l * 100
	}'
}

# frames_table in|out ATTRIBUTE
frames_table()
{
	local limit size lane measured free
	printf '| limit, Mbit/s | frame, bytes | tc lane | afxdp lane |\n|---|---|---|---|\n'
	for limit in $limits; do
		for size in $sizes; do
			printf '| %s | %s |' "$limit" "$size"
			for lane in $lanes; do
				read -r measured <"$work/$1.$lane.$limit.$size"
				read -r free <"$work/$1.$lane.0.$size"
				cell "$measured" "$limit" "$free"
			done
			printf '\n'
		done
	done
}

tcp_table()
{
	local limit control lane measured
	printf '| limit, Mbit/s | congestion control | tc lane | afxdp lane |\n|---|---|---|---|\n'
	for limit in $limits; do
		for control in cubic reno; do
			printf '| %s | %s |' "$limit" "$control"
			for lane in $lanes; do
				read -r measured <"$work/tcp.$lane.$limit.$control"
				awk -v m="$measured" -v l="$limit" \
					'BEGIN { printf " %.2f (%.1f %% of it) |", m, m / l * 100 }'
			done
			printf '\n'
		done
	done
}

share_table()
{
	local lane vf0 vf1 alone
	printf '| lane | VF 0 (min 60) | VF 1 (min 20) | VF 1 alone |\n|---|---|---|---|\n'
	for lane in $lanes; do
		read -r vf0 vf1 alone <"$work/share.$lane"
		printf '| %s | %.1f | %.1f | %.1f |\n' "$lane" "$vf0" "$vf1" "$alone"
	done
}

wait_table()
{
	local lane limit idle busy
	printf '| lane | limit, Mbit/s | ping, ms | ping during TCP, ms |\n|---|---|---|---|\n'
	for lane in $lanes; do
		for limit in 10 100; do
			read -r idle busy <"$work/wait.$lane.$limit"
			printf '| %s | %s | %s | %s |\n' "$lane" "$limit" "$idle" "$busy"
		done
	done
}

# --- what is measured in one lane --------------------------------------------------

bench_frames()
{
	local lane=$1 limit size
	for size in $sizes; do
		for limit in 0 $limits; do
			set_vf 0 max_tx_rate "$limit"
			frames_out "$size" >"$work/out.$lane.$limit.$size"
			set_vf 0 max_tx_rate 0 max_rx_rate "$limit"
			frames_in "$size" >"$work/in.$lane.$limit.$size"
			set_vf 0 max_rx_rate 0
		done
	done
}

ping_ms() { in_ns "$guest" ping -q -n -c 20 -i 0.05 "$far_ip" | sed -n 's|^rtt.*= [^/]*/\([^/]*\)/.*|\1|p'; }

bench_tcp()
{
	local lane=$1 limit control idle pid
	for limit in $limits; do
		set_vf 0 max_tx_rate "$limit"
		for control in cubic reno; do
			tcp "$guest" "$control" 5201 >"$work/tcp.$lane.$limit.$control"
		done
		idle=$(ping_ms)
		tcp "$guest" cubic 5201 >/dev/null &
		pid=$!
		sleep "$settle_s"
		echo "$idle $(ping_ms)" >"$work/wait.$lane.$limit"
		wait "$pid"
	done
	set_vf 0 max_tx_rate 0
}

bench_share()
{
	local lane=$1 pid
	loader set pf0 rate 100
	set_vf 0 min_tx_rate 60
	set_vf 1 min_tx_rate 20
	tcp "$guest" cubic 5201 >"$work/share.0" &
	pid=$!
	tcp "$other" cubic 5202 >"$work/share.1"
	wait "$pid"
	echo "$(<"$work/share.0") $(<"$work/share.1") $(tcp "$other" cubic 5202)" \
		>"$work/share.$lane"
}

bench_lane()
{
	step "$1 lane"
	begin "$1"
	bench_frames "$1"
	bench_tcp "$1"
	bench_share "$1"
	end
}

write_tables()
{
	cat <<-END

	$(nproc) CPUs ($(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)), kernel $(uname -r), $(date -u +%F). A veth wire with
	$queues queues; Mbit/s of Ethernet frames without preamble and FCS.

	### max_tx_rate, VF to wire

	$(frames_table out)

	### max_rx_rate, wire to VF

	$(frames_table in)

	### TCP under max_tx_rate, payload

	With full frames 95.6 % of the limit is payload.

	$(tcp_table)

	### min_tx_rate: two VFs at once under \`rate 100\`, payload

	$(share_table)

	### Waiting

	$(wait_table)

	END
}

# What is between the two marks is replaced.
put_tables()
{
	write_tables >"$work/tables"
	awk -v tables="$work/tables" '
		/^<!-- bench-rates.sh: end -->/ { inside = 0 }
		!inside { print }
		/^<!-- bench-rates.sh: begin -->/ {
			inside = 1
			while ((getline line < tables) > 0)
				print line
		}' "$document" >"$work/document"
	cat "$work/document" >"$document"
	note "written to $document"
}

# --- main --------------------------------------------------------------------------

leave_nothing()
{
	local ns
	# shellcheck disable=SC2046 # a list of process ids
	stop_process $(jobs -p)
	! ns_exists "$host" || loader down pf0 >/dev/null 2>&1
	for ns in "$guest" "$other" "$far" "$host"; do
		ns_del "$ns"
	done
	rm -rf "$work"
	give_back
}

main()
{
	local lane
	while [ $# -gt 0 ]; do
		case $1 in
		--output) document=${2:?}; shift ;;
		-h | --help) usage; exit 0 ;;
		*) usage >&2; exit 1 ;;
		esac
		shift
	done
	need_root
	grep -q '^<!-- bench-rates.sh: begin -->' "$document" || die "$document: no place for tables"
	"$top/scripts/install-deps.sh" --build --demo
	build_product all tools
	work=$(mktemp -d "${TMPDIR:-/tmp}/$name.XXXXXX")
	clean_up_by leave_nothing
	make_wire
	for lane in $lanes; do
		bench_lane "$lane"
	done
	put_tables
}

main "$@"
