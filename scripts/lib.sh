# SPDX-License-Identifier: GPL-2.0-only
#
# What the scripts share: messages, cleaning up, file ownership, network
# namespaces and the "wire" of the demo, the lab and the bench.
#
# Sourced, never run. Assumes bash and `set -eu`; sets $top (the clone).
# Namespaces are entered with nsenter, not `ip netns exec`: the latter mounts a
# new /sys and so hides bpffs with our pins.

# shellcheck shell=bash disable=SC2034

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
build=$(realpath -m "${BUILD:-$top/build}")
svf_loader=$build/svf-loader
netns_dir=/var/run/netns

# --- messages ----------------------------------------------------------------

if [ -t 1 ]; then
	bold=$'\e[1m' dim=$'\e[2m' plain=$'\e[0m'
else
	bold='' dim='' plain=''
fi

step() { printf '\n%s== %s%s\n' "$bold" "$*" "$plain"; }
note() { printf '%s   %s%s\n' "$dim" "$*" "$plain"; }
warn() { printf '%s: %s\n' "${0##*/}" "$*" >&2; }
die() { warn "$*"; exit 1; }

# Shows a command as a user would type it, then runs it.
show() { printf '%s$ %s%s\n' "$bold" "${*//$top\//}" "$plain"; "$@"; }

need_root() { [ "$(id -u)" = 0 ] || die "needs root: sudo $0"; }

# --- the clone's files -------------------------------------------------------

# Gives what root made in the clone to the clone's owner: `sudo ./scripts/...`
# must not leave files behind that the user cannot delete.
give_back()
{
	local owner
	owner=$(stat -c %u:%g "$top")
	if [ "$(id -u)" = 0 ] && [ "${owner%%:*}" != 0 ]; then
		find "$top" -xdev -path "$top/.git" -prune -o \
			-uid 0 -exec chown -h "$owner" {} +
	fi
}

# build_product TARGET...; with SVF_NO_BUILD=1 the build tree ($BUILD, default
# build/) is taken as it is.
build_product()
{
	local status=0
	[ -z "${SVF_NO_BUILD-}" ] || return 0
	make -s -C "$top" -j "$(nproc)" BUILD="$build" "$@" || status=$?
	give_back
	return "$status"
}

# Where what is downloaded once and kept lies: outside of the clone.
cache_dir()
{
	if [ "$(id -u)" = 0 ]; then
		echo /var/cache/svf
	else
		echo "${XDG_CACHE_HOME:-$HOME/.cache}/svf"
	fi
}

# --- waiting and cleaning up -------------------------------------------------

# wait_for SECONDS COMMAND...: until the command succeeds; fails at the deadline.
wait_for()
{
	local deadline=$((${EPOCHREALTIME/[.,]/} + $1 * 1000000))
	shift
	until "$@" >/dev/null 2>&1; do
		[ "${EPOCHREALTIME/[.,]/}" -lt "$deadline" ] || return 1
		sleep 0.05
	done
}

# Runs the function named $1 once, however the script ends, deaf to a second
# Ctrl-C; the exit status stays what it was (130 and 143 for the signals).
clean_up_by()
{
	svf_cleaner=$1
	trap run_cleaner EXIT
	trap 'exit 129' HUP
	trap 'exit 130' INT
	trap 'exit 143' TERM
}

run_cleaner()
{
	local status=$?
	trap '' INT TERM HUP
	trap - EXIT
	set +e
	"$svf_cleaner"
	exit "$status"
}

# stop_process PID...: ends processes of ours and waits for them.
stop_process()
{
	local pid
	for pid; do
		kill "$pid" 2>/dev/null || continue
		wait_for 3 not kill -0 "$pid" || kill -KILL "$pid" 2>/dev/null
		wait "$pid" 2>/dev/null || true
	done
}

not() { ! "$@"; }

# --- namespaces and links ----------------------------------------------------

# in_ns NAMESPACE COMMAND...
in_ns()
{
	local ns=$1
	shift
	nsenter --net="$netns_dir/$ns" -- "$@"
}

# The same in the background: $! is the command itself, not a subshell of ours
# (killing that would leave the command behind). Takes our standard input along.
start_in_ns()
{
	local ns=$1
	shift
	nsenter --net="$netns_dir/$ns" -- "$@" <&0 &
}

ns_add()
{
	ip netns add "$1"
	ip -n "$1" link set lo up
}

ns_exists() { [ -e "$netns_dir/$1" ]; }
ns_del() { ! ns_exists "$1" || ip netns del "$1"; }
link_exists() { ip link show dev "$1" >/dev/null 2>&1; }
link_del() { ! link_exists "$1" || ip link del dev "$1"; }

# Prints the first three bytes of a network for the wire that nothing on this
# machine uses or has a route into (but the default one): documentation and
# benchmark networks are used for real more often than one thinks.
free_network()
{
	local net
	for net in 198.18.213 198.51.100 203.0.113 192.0.2 10.213.213; do
		if [ -z "$(ip -4 route show table all root "$net.0/24")" ] &&
			! ip -4 route show table all match "$net.0/24" | grep -qv '^default'; then
			echo "$net"
			return
		fi
	done
	die "no free network for the wire"
}

# wire_add PF NAMESPACE QUEUES [PF_NAMESPACE]: a veth pair that stands in for NIC
# and cable. PF is in PF_NAMESPACE (default: here); the far end, called "wire",
# is another host in NAMESPACE. What a cable cannot carry is off there: finished
# checksums and tags in the data are what a NIC would see.
wire_add()
{
	local pf=$1 far=$2 queues=$3 pf_ns=${4-}

	ip ${pf_ns:+-n "$pf_ns"} link add dev "$pf" \
		numrxqueues "$queues" numtxqueues "$queues" \
		type veth peer name wire netns "$far" \
		numrxqueues "$queues" numtxqueues "$queues"
	in_ns "$far" ethtool -K wire tx off txvlan off >/dev/null
	ip -n "$far" link set dev wire up
	ip ${pf_ns:+-n "$pf_ns"} link set dev "$pf" up
}

# Prints the directory in which PF's tables are pinned, as docs/abi.md has it.
pins_of()
{
	local label=${1//%/%25}
	label=${label//./%2e} label=${label//@/%40}
	# the kernel has this sysctl in the initial network namespace only
	[ -e /proc/sys/net/core/netdev_max_backlog ] ||
		label+=@$(stat -L -c %i /proc/self/ns/net)
	echo "/sys/fs/bpf/svf/$label"
}

# vf_give PF N NAMESPACE [ADDRESS...]: VF N's netdev becomes the namespace's eth0.
vf_give()
{
	local pf=$1 n=$2 ns=$3 address
	shift 3
	ip link set dev "${pf}v$n" netns "$ns" name eth0
	for address; do
		ip -n "$ns" address add "$address" dev eth0
	done
	ip -n "$ns" link set dev eth0 up
}
