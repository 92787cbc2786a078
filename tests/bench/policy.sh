# SPDX-License-Identifier: GPL-2.0-only
#
# The parts of bench.sh about what VFs are allowed and told: how soon links,
# multicast groups and addresses are followed, and how exact rates are. Latencies
# are medians; a rate is one run, which is long. bench-rates.sh has the tables of
# rates with more frame sizes and shorter runs.
#
# Sourced by scripts/bench.sh, after measure.sh; uses its begin, end and line.

# shellcheck shell=bash disable=SC2154

python=/usr/bin/python3
limits='10 100 1000'
lanes='tc afxdp'
limited_s=10	# of a run under a limit
limited_tcp_s=5
alone_s=3	# of a run without, and of one VF that has no competitor
begun_s=1	# until a run is what it stays
senders=3	# one alone leaves the queue empty when it waits for a CPU
frame_bytes=1514
headroom=1.5	# times a limit is what a lane has to carry, or there is no verdict
flow_pids=()

set_vf() { loader set pf0 vf "$@"; }

# --- following -------------------------------------------------------------------

# follow WHAT: measures it; columns of ms.
follow()
{
	"$python" "$top/tests/bench/follow.py" "$1" "$rounds" "$host" "$far" "$guest" \
		"$svf_loader" >"$work/follow"
}

# followed_line COLUMN TITLE [LIMIT-MS]
followed_line()
{
	local value
	value=$(awk -v n="$1" '{ print $n }' "$work/follow" | median)
	# shellcheck disable=SC2086 # an operator and a number, or nothing
	line "$2" "$value" ms ${3:+'<=' $3}
}

# bench_carrier VFS [LIMIT-MS]: of the last one, which is the last to be done.
bench_carrier()
{
	local limit=${2-}
	loader up pf0 --vfs "$1" >"$work/up"
	guest_takes "pf0v$(($1 - 1))"
	follow carrier
	followed_line 1 "carrier lost after PF down, $1 VFs" "$limit"
	followed_line 2 "carrier back after PF up, $1 VFs" "$limit"
	followed_line 3 "carrier lost after cable pulled, $1 VFs" "$limit"
	followed_line 4 "carrier back after cable put in, $1 VFs" "$limit"
	loader down pf0 >/dev/null
}

# bench_listeners LANE
bench_listeners()
{
	begin "$1"
	set_vf 0 trust on
	follow join
	followed_line 1 "first frame after IGMP join, $1 lane" 200
	follow maddr
	followed_line 1 "first frame after ip maddr add, $1 lane" 200
	follow mac
	followed_line 1 "frames both ways with a new MAC, $1 lane" 1000
	followed_line 2 "    and shown, asked after that" 1000
	end "$1"
}

bench_follow()
{
	local lane
	step "Following links, groups and addresses"
	bench_carrier 8 100
	bench_carrier 256
	for lane in $lanes; do
		bench_listeners "$lane"
	done
}

# --- limits ----------------------------------------------------------------------

# flow FROM-NAMESPACE FROM-NETDEV TO-NAMESPACE TO-NETDEV: programs send frames as
# fast as they go, until end_flows.
flow()
{
	local i file=$work/frames.$2.$4
	{
		# shellcheck disable=SC2059 # the octal digits are the format
		printf "$(printf '\\%03o\\%03o' $((frame_bytes / 256)) $((frame_bytes % 256)))"
		small_frame "$(mac_of "$3" "$4")" "$(mac_of "$1" "$2")"
		head -c $((frame_bytes - 60)) /dev/zero
	} >"$file"
	for ((i = 0; i < senders; i++)); do
		start_in_ns "$1" "$tools/svf-send" --count 1000000000 "$2" \
			<"$file" >>"$work/send" 2>&1
		flow_pids+=($!)
	done
}

end_flows()
{
	stop_process "${flow_pids[@]}"
	flow_pids=()
}

# received NAMESPACE NETDEV SECONDS: Mbit/s of frames.
received() { in_ns "$1" "$top/tests/bench/rx-rate.sh" "$2" "$begun_s" "$3"; }

# frames_out SECONDS, frames_in SECONDS: what goes from or to VF 0, Mbit/s in $work/rate.
frames_out()
{
	flow "$guest" eth0 "$far" wire
	received "$far" wire "$1" >"$work/rate"
	end_flows
}

frames_in()
{
	flow "$far" wire "$guest" eth0
	received "$guest" eth0 "$1" >"$work/rate"
	end_flows
}

# tcp_out CONTROL SECONDS: the guest's server sends; Mbit/s of payload in $work/rate.
tcp_out()
{
	in_ns "$far" iperf3 --client "$guest_ip" --reverse --congestion "$1" --time "$2" \
		--json >"$work/iperf" || { jq -r .error "$work/iperf" >&2; return 1; }
	jq '.end.sum_received.bits_per_second / 1e6' "$work/iperf" >"$work/rate"
}

# rate_line TITLE EXPECTED PERCENT [ALONE]: $work/rate may be so far from what is
# expected, if the lane alone carries enough.
rate_line()
{
	local value
	value=$(<"$work/rate")
	line "$1" "$(printf '%.2f' "$value")" Mbit/s
	if awk -v a="${4:-0}" -v e="$2" -v h="$headroom" 'BEGIN { exit !(a && a < h * e) }'; then
		note "    no verdict: the lane alone carries less than $headroom times that"
		return
	fi
	line "    away from $2" "$(awk -v v="$value" -v e="$2" 'BEGIN {
		d = (v - e) / e * 100
		printf "%.1f", d < 0 ? -d : d
	}')" % '<=' "$3"
}

# frames_under ATTRIBUTE frames_out|frames_in LANE
frames_under()
{
	local limit alone
	"$2" "$alone_s"
	alone=$(<"$work/rate")
	line "frames without $1, $3 lane" "$alone" Mbit/s
	for limit in $limits; do
		set_vf 0 "$1" "$limit"
		"$2" "$limited_s"
		rate_line "$1 $limit, $3 lane" "$limit" 5 "$alone"
	done
	set_vf 0 "$1" 0
}

# tcp_under LANE
tcp_under()
{
	local limit alone control
	tcp_out cubic "$tcp_s"
	alone=$(<"$work/rate")
	line "TCP without max_tx_rate, $1 lane" "$(printf '%.2f' "$alone")" Mbit/s
	for limit in $limits; do
		set_vf 0 max_tx_rate "$limit"
		for control in cubic reno; do
			tcp_out "$control" "$limited_tcp_s"
			rate_line "TCP $control, max_tx_rate $limit, $1 lane" "$limit" 10 "$alone"
		done
	done
	set_vf 0 max_tx_rate 0
}

# bench_shares LANE: VF 0 sends to the wire, VF 1 to VF 2; 1 and 2 stay in the host.
bench_shares()
{
	local pid
	ip -n "$host" link set dev pf0v1 up
	ip -n "$host" link set dev pf0v2 up
	loader set pf0 rate 200
	set_vf 0 min_tx_rate 150
	set_vf 1 min_tx_rate 50
	flow "$host" pf0v1 "$host" pf0v2
	received "$host" pf0v2 "$alone_s" >"$work/rate"
	rate_line "rate 200, VF 1 alone (min 50), $1 lane" 200 10
	flow "$guest" eth0 "$far" wire
	received "$host" pf0v2 "$limited_s" >"$work/rate.1" &
	pid=$!
	received "$far" wire "$limited_s" >"$work/rate"
	wait "$pid"
	end_flows
	rate_line "rate 200, VF 0 (min 150), both, $1 lane" 150 10
	mv "$work/rate.1" "$work/rate"
	rate_line "rate 200, VF 1 (min 50), both, $1 lane" 50 10
	set_vf 0 min_tx_rate 0
	set_vf 1 min_tx_rate 0
	loader set pf0 rate 0
}

bench_limits()
{
	local lane
	step "Limits"
	note "frames of $frame_bytes bytes, one run of $limited_s s; TCP's payload, one of" \
		"$limited_tcp_s s; no medians"
	for lane in $lanes; do
		begin "$lane"
		frames_under max_tx_rate frames_out "$lane"
		frames_under max_rx_rate frames_in "$lane"
		tcp_under "$lane"
		bench_shares "$lane"
		end "$lane"
	done
}
