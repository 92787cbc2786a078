# SPDX-License-Identifier: GPL-2.0-only
#
# How bench.sh measures: each function takes one measurement and prints one
# number. The places: namespace $host has the PF, $far the other end of the cable
# (netdev wire), $guest what is measured (netdev eth0).
#
# Sourced by scripts/bench.sh, after lib.sh.

# shellcheck shell=bash disable=SC2154,SC2034

tcp_s=2		# of one TCP run
small_s=1.5	# of one small-frame run, after what starting takes
settle_s=0.4
idle_s=5
guest_ip=192.0.2.10
far_ip=192.0.2.2
udp_port=9	# discard: nobody listens

median() { sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }

# seconds COMMAND...: how long it took.
seconds()
{
	local start=${EPOCHREALTIME/[.,]/}
	"$@" >"$work/last" 2>&1 || { cat "$work/last" >&2; return 1; }
	awk -v us=$((${EPOCHREALTIME/[.,]/} - start)) 'BEGIN { printf "%.3f\n", us / 1e6 }'
}

# TCP: the server is in the guest; Mbit/s as the receiver counted.
start_iperf()
{
	start_in_ns "$guest" iperf3 --server --forceflush >"$work/iperf.server" 2>&1
	iperf_pid=$!
	wait_for 5 grep -q listening "$work/iperf.server"
}

stop_iperf() { stop_process "$iperf_pid"; }

# tcp_rate in|out, seen from the guest
tcp_rate()
{
	local reverse=''
	[ "$1" = in ] || reverse=--reverse
	# shellcheck disable=SC2086 # one option or none
	in_ns "$far" iperf3 --client "$guest_ip" --time "$tcp_s" $reverse --json >"$work/iperf" ||
		{ jq -r .error "$work/iperf" >&2; return 1; }
	jq '.end.sum_received.bits_per_second / 1e6' "$work/iperf"
}

rx_packets()
{
	ip -n "$1" -s -j link show dev "$2" | jq '.[0].stats64.rx.packets'
}

# rate_at NAMESPACE NETDEV: received frames per second, in thousands.
rate_at()
{
	local start_us first last
	sleep "$settle_s"
	start_us=${EPOCHREALTIME/[.,]/}
	first=$(rx_packets "$@")
	sleep "$small_s"
	last=$(rx_packets "$@")
	awk -v n=$((last - first)) -v us=$((${EPOCHREALTIME/[.,]/} - start_us)) \
		'BEGIN { printf "%.1f\n", n / us * 1e3 }'
}

mac_of() { ip -n "$1" -j link show dev "$2" | jq -r '.[0].address'; }

# small_frame DESTINATION SOURCE: 60 bytes of UDP over IPv4, from $far_ip to an
# address that nobody has: the receiving stack drops it after looking at it.
small_frame()
{
	local hex=${1//:/}${2//:/}0800
	hex+=4500002e00000000401166bd0a0000010a000002$(printf '%04x' $udp_port $udp_port)001a0000
	hex+=$(printf '%036d' 0)
	# shellcheck disable=SC2059 # the hex digits are the format
	printf "${hex//??/\\x&}"
}

# Frames made inside the kernel at the far end, counted in the guest.
small_in()
{
	local pid
	small_frame "$(mac_of "$guest" eth0)" "$(mac_of "$far" wire)" >"$work/frame"
	start_in_ns "$far" "$tools/svf-flood" --seconds 20 wire \
		<"$work/frame" >"$work/flood" 2>&1
	pid=$!
	rate_at "$guest" eth0
	stop_process "$pid"
}

# Frames sent by a program in the guest (one system call each), counted at the
# far end.
small_out()
{
	local pid
	{
		printf '\0\074' # the length: 60
		small_frame "$(mac_of "$far" wire)" "$(mac_of "$guest" eth0)"
	} >"$work/frames"
	start_in_ns "$guest" "$tools/svf-send" --count 1000000000 eth0 \
		<"$work/frames" >"$work/send" 2>&1
	pid=$!
	rate_at "$far" wire
	stop_process "$pid"
}

# --- the agent -----------------------------------------------------------------

show_json() { in_ns "$host" "$svf_loader" -j -d show pf0; }
agent_pid() { show_json | jq '.[0].svf.agent.pid'; }

# CPU time of a process in nanoseconds, all its threads.
cpu_ns() { cat /proc/"$1"/task/*/schedstat | awk '{ ns += $1 } END { printf "%d", ns }'; }

# Percent of a CPU that the agent uses while nothing is sent.
idle_cpu()
{
	local pid first
	pid=$(agent_pid)
	first=$(cpu_ns "$pid")
	sleep "$idle_s"
	awk -v ns=$(($(cpu_ns "$pid") - first)) -v s="$idle_s" \
		'BEGIN { printf "%.2f\n", ns / s / 1e7 }'
}

# Resident memory of the agent in MiB: UMEM and rings are its mappings.
agent_memory() { awk '/^VmRSS:/ { printf "%.1f\n", $2 / 1024 }' "/proc/$(agent_pid)/status"; }

agent_is_back()
{
	show_json | jq -e --argjson old "$1" '.[0].svf.agent | .alive and .pid != $old'
}

# Kills the agent during a ping flood from the far end. Prints: the longest time
# between two replies in ms, the replies lost, the seconds until a new agent is there.
outage()
{
	local pid ping_pid start_us back_s
	pid=$(agent_pid)
	start_in_ns "$far" ping -D -n -i 0.002 -c 3000 -W 1 "$guest_ip" >"$work/ping"
	ping_pid=$!
	sleep 1
	kill -KILL "$pid"
	start_us=${EPOCHREALTIME/[.,]/}
	wait_for 15 agent_is_back "$pid" || warn "no new agent within 15 s"
	back_s=$(awk -v us=$((${EPOCHREALTIME/[.,]/} - start_us)) 'BEGIN { printf "%.2f", us / 1e6 }')
	wait "$ping_pid" || true
	awk -v back="$back_s" '
		/^\[/ {
			t = substr($1, 2) + 0
			if (last && t - last > gap)
				gap = t - last
			last = t
		}
		/packets transmitted/ { lost = $1 - $4 }
		END { printf "%.1f %d %s\n", gap * 1000, lost, back }' "$work/ping"
}
