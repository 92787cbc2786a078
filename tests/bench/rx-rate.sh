#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# rx-rate.sh NETDEV PAUSE SECONDS: waits, then prints what the netdev of the
# network namespace it runs in receives during that time, in Mbit/s of Ethernet
# frames. One process reads counter and clock together: starting programs in
# between would be in the result.

set -eu

# Prints the bytes received so far and the time in us.
look()
{
	local name bytes rest
	while read -r name bytes rest; do
		[ "$name" != "$1:" ] || break
	done </proc/net/dev
	echo "$bytes ${EPOCHREALTIME/[.,]/}"
}

sleep "$2"
first=$(look "$1")
sleep "$3"
last=$(look "$1")
awk -v first="$first" -v last="$last" 'BEGIN {
	split(first, a)
	split(last, b)
	printf "%.2f\n", (b[1] - a[1]) * 8 / (b[2] - a[2])
}'
