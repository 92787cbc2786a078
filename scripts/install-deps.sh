#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Installs the Debian 12 packages that building, the demo, the tests and the
# virtual machine need. Asks dpkg first and does nothing where nothing is
# missing. Waits for whoever holds apt's locks. Installs no kernel: the one that
# the virtual machine boots is only unpacked, into the cache directory.

set -eu
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

lock_wait_s=300
kernel_package=linux-image-cloud-amd64

packages_build='
	bpftool clang gcc libbpf-dev libc6-dev libelf-dev libjansson-dev libmd-dev
	libmnl-dev libncurses-dev libxdp-dev linux-libc-dev llvm make pkg-config zlib1g-dev'
packages_demo='
	busybox-static ethtool iperf3 iproute2 iputils-ping jq procps python3 runc'
packages_test='
	clang-format groff-base libcmocka-dev man-db perl podman python3-pyte python3-pytest
	python3-scapy shellcheck strace systemd tcpdump'
packages_vm='
	busybox-static cpio libcmocka-dev qemu-system-x86'

usage()
{
	cat <<-EOF
	Usage: install-deps.sh [--all|--build|--demo|--test|--vm]...
	  --build  what make needs
	  --demo   what demo.sh, lab.sh and bench.sh need besides
	  --test   what the tests need besides
	  --vm     what test-vm.sh needs: QEMU, and a kernel to boot in it
	  --all    all of these (the default)
	EOF
}

# Prints those of the packages that are not installed.
missing_of()
{
	local installed
	installed=$(dpkg-query -W -f '${Package} ${db:Status-Status}\n' "$@" 2>/dev/null |
		sed -n 's/ installed$//p' || true)
	printf '%s\n' "$@" | sort -u | grep -vxF -e "$installed" || true
}

apt()
{
	DEBIAN_FRONTEND=noninteractive apt-get -q -y \
		-o "DPkg::Lock::Timeout=$lock_wait_s" "$@"
}

# apt waits for dpkg's lock by itself, but not for the one on the package lists.
update_lists()
{
	local deadline=$((SECONDS + lock_wait_s)) log
	until log=$(apt update 2>&1); do
		case $log in
		*'Could not get lock'*) ;;
		*) printf '%s\n' "$log" >&2; return 1 ;;
		esac
		[ "$SECONDS" -lt "$deadline" ] || die "apt is locked since $lock_wait_s s"
		sleep 2
	done
}

install_packages()
{
	need_root
	printf 'installing: %s\n' "$*"
	apt install --no-install-recommends "$@" >/dev/null 2>&1 && return
	update_lists
	apt install --no-install-recommends "$@" >/dev/null
}

# Prints the package that the current kernel's meta package stands for.
current_kernel()
{
	apt-cache depends "$kernel_package" 2>/dev/null |
		sed -n 's/^ *Depends: \(linux-image-6\..*\)$/\1/p' | head -n 1
}

# Unpacks the kernel into DIR/kernel; all or nothing.
unpack_kernel()
{
	local dir=$1 work name
	[ -n "$(current_kernel)" ] || update_lists
	name=$(current_kernel)
	[ -n "$name" ] || die "no $kernel_package in apt's lists"
	printf 'fetching: %s\n' "$name"
	mkdir -p "$dir"
	work=$(mktemp -d "$dir/new.XXXXXX")
	chmod 755 "$work"
	if ! (cd "$work" && apt download "$name" >/dev/null 2>&1); then
		update_lists
		name=$(current_kernel)
		(cd "$work" && apt download "$name" >/dev/null)
	fi
	dpkg -x "$work"/linux-image-*.deb "$work/kernel"
	busybox depmod -b "$work/kernel" "$(ls "$work/kernel/lib/modules")"
	mv -T "$work/kernel" "$dir/kernel" || [ -d "$dir/kernel" ]
	rm -rf "$work"
}

main()
{
	local wanted='' vm='' missing dir
	[ $# -gt 0 ] || set -- --all
	while [ $# -gt 0 ]; do
		case $1 in
		--build) wanted+=$packages_build ;;
		--demo) wanted+=$packages_demo ;;
		--test) wanted+=$packages_test ;;
		--vm) wanted+=$packages_vm vm=1 ;;
		--all) wanted+="$packages_build $packages_demo $packages_test $packages_vm" vm=1 ;;
		-h | --help) usage; exit 0 ;;
		*) usage >&2; exit 1 ;;
		esac
		shift
	done
	# shellcheck disable=SC2086 # lists of words
	missing=$(missing_of $wanted)
	# shellcheck disable=SC2086
	[ -z "$missing" ] || install_packages $missing
	dir=$(cache_dir)
	[ -z "$vm" ] || [ -d "$dir/kernel" ] || unpack_kernel "$dir"
}

main "$@"
