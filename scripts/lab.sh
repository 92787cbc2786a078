#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Keeps the demo's topology up for playing with: a PF "svfpf0" in this namespace
# whose cable leads to another host in namespace svf-lab-far, 8 VFs on it, VF 0
# and VF 1 in the "containers" svf-lab-c0 and svf-lab-c1.
#
# Touches nothing but these names; refuses where one of them is taken.

set -eu
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

pf=svfpf0
far=svf-lab-far

usage()
{
	cat <<-EOF
	Usage: lab.sh up [option of svf-loader up]...
	       lab.sh shell [far|c0|c1] [COMMAND...]
	       lab.sh down
	EOF
}

lab_up()
{
	local ns net
	ns_exists "$far" && die "the lab is up; take it down first: lab.sh down"
	link_exists "$pf" && die "there is a netdev $pf that is not the lab's"
	"$top/scripts/install-deps.sh" --build --demo
	build_product all
	net=$(free_network)
	clean_up_by lab_down
	for ns in "$far" svf-lab-c0 svf-lab-c1; do
		ns_add "$ns"
	done
	wire_add "$pf" "$far" 2
	ip address add "$net.1/24" dev "$pf"
	ip -n "$far" address add "$net.2/24" dev wire
	show "$svf_loader" up "$pf" --vfs 8 "$@"
	vf_give "$pf" 0 svf-lab-c0 "$net.10/24"
	vf_give "$pf" 1 svf-lab-c1 "$net.11/24"
	trap - EXIT INT TERM HUP
	lab_tell "$net"
}

# lab_tell NETWORK
lab_tell()
{
	cat <<-EOF

	The lab is up:
	  $1.1   this host, on $pf
	  $1.2   the far host, on the other end of the cable: lab.sh shell far
	  $1.10  VF 0: lab.sh shell c0
	  $1.11  VF 1: lab.sh shell c1
	VF 2 to 7 are here: ${pf}v2 ... Try, for example
	  scripts/lab.sh shell c0 ping -c 3 $1.2
	  build/svf-loader set $pf vf 0 vlan 100
	  build/svf-loader -s -d show $pf
	EOF
}

lab_down()
{
	local ns
	if link_exists "$pf" && ns_exists "$far"; then
		[ ! -x "$svf_loader" ] || "$svf_loader" down "$pf"
		link_del "$pf"
	fi
	for ns in "$far" svf-lab-c0 svf-lab-c1; do
		ns_del "$ns"
	done
}

lab_shell()
{
	local ns=svf-lab-${1:-c0}
	[ $# = 0 ] || shift
	ns_exists "$ns" || die "no namespace $ns: lab.sh up makes far, c0 and c1"
	[ $# -gt 0 ] || set -- "${SHELL:-/bin/sh}"
	in_ns "$ns" "$@"
}

main()
{
	local verb=${1-}
	[ $# = 0 ] || shift
	case $verb in
	up | down | shell) need_root; "lab_$verb" "$@" ;;
	-h | --help) usage ;;
	*) usage >&2; exit 1 ;;
	esac
}

main "$@"
