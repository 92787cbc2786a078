# SPDX-License-Identifier: GPL-2.0-only
#
# Sends test frames from five places and tells where each arrived.
#
# Sourced by cases.sh. Starting a process takes 10 ms here, so that what is done
# for every frame is done in the shell. The places:
#   wire   the far end of the PF's cable, in namespace far
#   host   the PF itself; what reached the host's stack
#   a, b   VF 0 and VF 1, untagged, in namespaces a and b
#   c      VF 2, in VLAN 100, in namespace c
# And a source that is none of them: forger, VF 0 with an address that is not its own.
# A frame carries a round and an id (tests/tools/svf-capture.c). Absence is
# proved by sentinels: frames sent after the others on every path to a place.

# shellcheck shell=bash

places='wire host a b c'
declare -A mac=([broadcast]=ff:ff:ff:ff:ff:ff [multicast]=01:00:5e:7f:00:01
	[seldom]=01:00:5e:7f:00:02 [unknown]=02:aa:aa:aa:aa:aa
	[forger]=02:bb:bb:bb:bb:bb)
declare -A capture_in capture_pid
type_test=88b5 # IEEE's "local experimental"
sentinel_base=2147483648
frame_padding=$(printf '%060d' 0)

# where PLACE: prints the namespace and the netdev.
where()
{
	case $1 in
	wire) echo far eth1 ;;
	host) echo init eth0 ;;
	forger) echo a eth0 ;;
	*) echo "$1" eth0 ;;
	esac
}

# Runs a command in a namespace; "init" is this one.
in_ns()
{
	local ns=$1
	shift
	if [ "$ns" = init ]; then
		"$@"
	else
		nsenter --net="/var/run/netns/$ns" "$@"
	fi
}

# frame ROUND ID SOURCE DESTINATION VID: prints it as svf-send reads it; no tag if
# VID is "-".
frame()
{
	local hex="${mac[$4]//:/}${mac[$3]//:/}" part
	if [ "$5" != - ]; then
		printf -v part '8100%04x' "$5"
		hex+=$part
	fi
	printf -v part '5356462d54455354%08x%08x' "$1" "$2"
	print_frame "$hex$type_test$part$frame_padding"
}

# udp_frame SOURCE DESTINATION PORT: UDP over IPv4 from a port, to no one's address.
udp_frame()
{
	local hex="${mac[$2]//:/}${mac[$1]//:/}0800" ports
	printf -v ports '%04x' "$3" 9
	hex+=4500002e00000000401166bd0a0000010a000002${ports}001a0000
	print_frame "$hex${frame_padding::36}"
}

# The length in front, as svf-send reads it; hex digits to bytes.
print_frame()
{
	local hex
	printf -v hex '%04x' $((${#1} / 2))
	hex+=$1
	# shellcheck disable=SC2059 # the hex digits are the format
	printf "${hex//??/\\x&}"
}

# send PLACE < frames
send()
{
	local ns dev
	read -r ns dev <<<"$(where "$1")"
	in_ns "$ns" svf-send "$dev" >/dev/null
}

# How many sentinels are to arrive at each place; see send_rows in cases.sh.
declare -A sentinels=()

# captures_start / captures_stop: one svf-capture per place, fed through a FIFO.
# The host's listens behind tc, where frames have "reached" it.
captures_start()
{
	local place ns dev type fd
	for place in $places; do
		read -r ns dev <<<"$(where "$place")"
		type=''
		[ "$place" != host ] || type="--type 0x$type_test"
		rm -f "/tmp/$place.in"
		mkfifo "/tmp/$place.in"
		# shellcheck disable=SC2086 # one option or none
		in_ns "$ns" svf-capture $type "$dev" </tmp/$place.in >>"/tmp/$place.out" &
		capture_pid[$place]=$!
		exec {fd}>"/tmp/$place.in"
		capture_in[$place]=$fd
	done
	for place in $places; do
		within 5 grep -q ready "/tmp/$place.out" || return 1
	done
}

captures_stop()
{
	local place fd
	for place in $places; do
		fd=${capture_in[$place]}
		exec {fd}>&-
	done
	# only now: a capture has inherited the FIFOs of those started before it
	for place in $places; do
		wait "${capture_pid[$place]}"
	done
}

# collect ROUND: waits for the sentinels everywhere (sentinels[PLACE] of them) and
# prints what arrived, as lines "ID PLACE[:VID]", place by place.
collect()
{
	local round=$1 place
	for place in $places; do
		: >"/tmp/$place.out"
		echo "collect $round ${sentinels[$place]} 5000" >&"${capture_in[$place]}"
	done
	for place in $places; do
		within 8 grep -q '"end"' "/tmp/$place.out"
		arrived "$place" <"/tmp/$place.out"
	done
}

# Reads svf-capture's report, prints "ID PLACE[:VID]" and, of the end, the
# number of sentinels as "sentinels PLACE N".
arrived()
{
	sed -n -e "s/.*\"end\": true, \"sentinels\": \([0-9]*\).*/sentinels $1 \1/p" \
		-e 's/.*"hex": "\([0-9a-f]*\)".*/\1/p' |
	while read -r word place n; do
		if [ "$word" = sentinels ]; then
			echo "$word $place $n"
			continue
		fi
		local tag='' after=${word#*5356462d54455354}
		[ "${word:24:4}" != 8100 ] || tag=:$((16#${word:28:4} & 4095))
		local id=$((16#${after:8:8}))
		[ "$id" -ge "$sentinel_base" ] || echo "$id $1$tag"
	done
}
