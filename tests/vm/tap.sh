# SPDX-License-Identifier: GPL-2.0-only
#
# Test results as TAP: one line each, the plan at the end.
#
# Sourced by cases.sh. A test is a command: it passes if the command succeeds;
# what it printed is shown, as a comment, if it does not. It runs in this shell,
# so that it may start processes and set variables.

# shellcheck shell=bash

n_tests=0

# check NAME COMMAND...
check()
{
	local name=$1 status=0
	shift
	n_tests=$((n_tests + 1))
	"$@" >/tmp/check 2>&1 || status=$?
	if [ "$status" = 0 ]; then
		echo "ok $n_tests - $name"
	else
		echo "not ok $n_tests - $name"
		sed 's/^/#   /' /tmp/check
		echo "#   (exit status $status)"
	fi
	return "$status"
}

plan() { echo "1..$n_tests"; }

equal() { [ "$1" = "$2" ] || { printf 'is:       %s\nexpected: %s\n' "$1" "$2"; return 1; }; }

# within SECONDS COMMAND...: tries until it succeeds.
within()
{
	local deadline=$((${EPOCHREALTIME/[.,]/} + $1 * 1000000))
	shift
	until "$@"; do
		[ "${EPOCHREALTIME/[.,]/}" -lt "$deadline" ] || return 1
		sleep 0.1
	done
}
