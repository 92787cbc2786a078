#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Installs what is needed, builds with warnings as errors, and runs every test:
# all stages, also after one has failed. Ends with the ten slowest tests and the
# test runners' own summary lines; the exit code is 0 only if everything passed.
#
# --long runs the net tests at full length and the virtual machine's long form.

set -eu
set -o pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

form=--short
pytest_flags=''
logs=''
failed=''

usage() { echo "Usage: test.sh [--long]"; }

# stage NAME COMMAND...: runs it, keeps its output, remembers whether it failed.
stage()
{
	local name=$1 start=$SECONDS status=0
	shift
	step "$name: ${*//$top\//}"
	"$@" </dev/null 2>&1 | tee "$logs/$name" || status=$?
	give_back
	[ "$status" = 0 ] || failed+=" $name"
	note "$name: $([ "$status" = 0 ] && echo passed || echo "FAILED ($status)"), $((SECONDS - start)) s"
}

run_make()
{
	make -k -j "$(nproc)" -C "$top" --no-print-directory BUILD="$build" WERROR=1 "$@"
}

# From pytest's --durations and prove's timer: "SECONDS TEST", slowest first.
slowest()
{
	cat "$logs"/* | awk '
		/^[0-9.]+s (call|setup|teardown) / {
			seconds = $1 + 0
			phase = $2
			sub(/^[0-9.]+s +[a-z]+ +/, "")
			printf "%8.2f s  %s (%s)\n", seconds, $0, phase
		}
		# a test may print comments between its name and its result
		/^\[[0-9:]+\] [^ ]+ \.\./ { file = $2; sub(/.*\/(build|scripts)\//, "", file) }
		match($0, /(^|\.\. ?)ok +[0-9]+ ms/) {
			split(substr($0, RSTART, RLENGTH), word, / +/)
			for (i in word)
				if (word[i] ~ /^[0-9]+$/)
					printf "%8.2f s  %s\n", word[i] / 1000, file
		}' | sort -rn | sed -n 1,10p
}

summaries()
{
	local log
	for log in "$logs"/*; do
		grep -E '^(Files=|Result: |=+ .*(passed|failed|error).* in .*=+$)' "$log" |
			sed "s/^/${log##*/}: /" || true
	done
}

report()
{
	step "The ten slowest"
	slowest
	step "Summary"
	summaries
	if [ -n "$failed" ]; then
		echo "FAILED:$failed"
		return 1
	fi
	echo "all stages passed in $SECONDS s"
}

clean_up()
{
	rm -rf "$logs"
	give_back
}

main()
{
	while [ $# -gt 0 ]; do
		case $1 in
		--long) form=--long pytest_flags=--long ;;
		-h | --help) usage; exit 0 ;;
		*) usage >&2; exit 1 ;;
		esac
		shift
	done
	need_root
	logs=$(mktemp -d "${TMPDIR:-/tmp}/svf-test.XXXXXX")
	clean_up_by clean_up
	export HARNESS_TIMER=1 PYTHONDONTWRITEBYTECODE=1
	# git serves root in a user's clone only if told to
	export GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=safe.directory GIT_CONFIG_VALUE_0=$top

	stage install "$top/scripts/install-deps.sh" --all
	stage build run_make all
	stage lint run_make lint
	stage check run_make check
	stage check-san run_make check-san
	stage check-bpf run_make check-bpf
	stage check-net run_make check-net PYTEST_FLAGS="$pytest_flags"
	stage check-net-san run_make check-net-san
	stage vm prove --comments --failures --exec bash "$top/scripts/test-vm.sh" :: "$form"
	report
}

main "$@"
