#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Boots Debian 12's stock kernel in QEMU (software emulation: no KVM needed) and
# runs tests/vm/ there on a 2-queue virtio-net NIC as PF, because veth hides
# nothing and filters nothing and real NICs do both. Prints the guest's TAP.
#
# The PF's far end is the guest's second NIC, in a namespace there. Two queues
# need taps on this side; they are in a network namespace of QEMU's own, joined
# by a bridge that learns nothing, that is: by a hub. The guest runs from an
# initramfs made here of the build tree and of what Debian has installed.

set -eu
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

# What the guest loads, in this order; dependencies are found by modules.dep.
modules='virtio_pci virtio_net veth tun sch_ingress cls_bpf 8021q
	sch_htb sch_tbf'
# What the guest's tests run, besides busybox and the product.
tools='bash ip tc ethtool bpftool jq iperf3'
test_tools='svf-send svf-capture'
pf_mac=52:54:00:00:00:01
far_mac=52:54:00:00:00:02

usage()
{
	cat <<-EOF
	Usage: test-vm.sh [--short|--long] [--shell]
	  --short  what test.sh runs (the default)
	  --long   also what takes minutes under emulation
	  --shell  a shell in the guest instead of the tests; exit powers it off
	EOF
}

# Prints the paths, in loading order, of modules and what they depend on.
module_order()
{
	local dep=$1
	shift
	awk -v wanted="$*" '
		{
			name = $1; sub(/:$/, "", name)
			base = name; sub(/.*\//, "", base); sub(/\.ko.*$/, "", base)
			path[base] = name
			for (i = 2; i <= NF; i++) {
				d = $i; sub(/.*\//, "", d); sub(/\.ko.*$/, "", d)
				needs[base] = needs[base] " " d
			}
		}
		function want(m,    list, n, i) {
			if (m in done || !(m in path))
				return
			done[m] = 1
			n = split(needs[m], list, " ")
			for (i = 1; i <= n; i++)
				want(list[i])
			print path[m]
		}
		END {
			n = split(wanted, all, " ")
			for (w = 1; w <= n; w++)
				want(all[w])
		}' "$dep"
}

# Copies a program and the shared libraries that it needs into the root.
add_program()
{
	local root=$1 program=$2 target=$3 lib
	install -D "$program" "$root$target"
	ldd "$program" 2>/dev/null | grep -o '/[^ ]*' | while read -r lib; do
		[ -e "$root$lib" ] || install -D "$lib" "$root$lib"
	done
}

add_modules()
{
	local root=$1 version path
	version=$(ls "$kernel/lib/modules")
	# shellcheck disable=SC2086 # a list of words
	module_order "$kernel/lib/modules/$version/modules.dep" $modules |
		while read -r path; do
			install -D -m 644 "$kernel/lib/modules/$version/$path" \
				"$root/lib/modules/${path##*/}"
			echo "${path##*/}" >>"$root/lib/modules/order"
		done
}

make_initramfs()
{
	local root=$work/root name
	mkdir -p "$root"/{bin,dev,proc,sys,tmp,run,etc,var}
	ln -s ../run "$root/var/run"
	add_program "$root" "$(command -v busybox)" /bin/busybox
	for name in $tools; do
		add_program "$root" "$(command -v "$name")" "/usr/bin/$name"
	done
	for name in svf-loader vf-agent; do
		add_program "$root" "$build/$name" "/build/$name"
	done
	for name in $test_tools; do
		add_program "$root" "$build/tools/$name" "/usr/bin/$name"
	done
	for name in bpf_sorter low_level; do
		add_program "$root" "$build/tests/$name" "/usr/bin/$name"
	done
	add_modules "$root"
	install "$top/tests/vm/init.sh" "$root/init"
	install -m 644 "$top"/tests/vm/*.sh "$root/"
	(cd "$root" && find . | cpio -o -H newc --quiet -R 0:0) >"$work/initramfs"
}

# In QEMU's own namespace: two taps on a hub.
make_hub()
{
	local tap
	ip link add hub type bridge mcast_snooping 0 group_fwd_mask 65528
	ip tuntap add pf mode tap vnet_hdr multi_queue
	ip tuntap add far mode tap vnet_hdr
	for tap in pf far; do
		ip link set dev "$tap" master hub addrgenmode none
		bridge link set dev "$tap" learning off
		ip link set dev "$tap" up
	done
	ip link set dev hub addrgenmode none up
}

run_qemu()
{
	make_hub
	exec timeout --foreground "$vm_limit_s" qemu-system-x86_64 \
		-machine q35 -accel tcg,thread=multi -smp 2 -m "$vm_memory_mib" \
		-nodefaults -no-reboot -display none -serial mon:stdio \
		-kernel "$vm_kernel" -initrd "$vm_work/initramfs" \
		-append "console=ttyS0 quiet loglevel=1 panic=-1 mitigations=off nokaslr net.ifnames=0 svf.form=$vm_form" \
		-netdev tap,id=pf,ifname=pf,queues=2,script=no,downscript=no \
		-device "virtio-net-pci,netdev=pf,mq=on,romfile=,mac=$pf_mac" \
		-netdev tap,id=far,ifname=far,script=no,downscript=no \
		-device "virtio-net-pci,netdev=far,romfile=,mac=$far_mac"
}

# Runs QEMU, prints the guest's TAP, and judges it: every planned test was run,
# none failed.
run_guest()
{
	local unshare=(unshare --net)
	[ "$(id -u)" = 0 ] || unshare=(unshare --user --map-root-user --net)
	export vm_form=$1 vm_limit_s=$2 vm_work=$work vm_memory_mib=1024
	[ "$1" != long ] || vm_memory_mib=2048 # the rings of 64 VFs
	vm_kernel=$(echo "$kernel"/boot/vmlinuz-*)
	export vm_kernel
	if [ "$1" = shell ]; then
		"${unshare[@]}" -- "$0" --qemu
		return
	fi
	"${unshare[@]}" -- "$0" --qemu </dev/null | tr -d '\r' | tee "$work/log" || true
	awk '
		/^1\.\.[0-9]+/ { planned = substr($1, 4) + 0 }
		/^ok / { ok++ }
		/^not ok / { failed++ }
		END {
			if (!planned || failed || ok != planned) {
				printf "# virtual machine: %d of %d tests passed\n", ok, planned
				exit 1
			}
		}' "$work/log"
}

remove_work() { rm -rf "$work"; }

main()
{
	local form=short limit_s=480
	while [ $# -gt 0 ]; do
		case $1 in
		--short) form=short limit_s=480 ;;
		--long) form=long limit_s=1800 ;;
		--shell) form=shell limit_s=86400 ;;
		--qemu) run_qemu ;;
		-h | --help) usage; exit 0 ;;
		*) usage >&2; exit 1 ;;
		esac
		shift
	done
	"$top/scripts/install-deps.sh" --build --vm >&2
	kernel=$(cache_dir)/kernel
	build_product all tools "$build/tests/bpf_sorter" "$build/tests/low_level" >&2
	work=$(mktemp -d "${TMPDIR:-/tmp}/svf-vm.XXXXXX")
	clean_up_by remove_work
	make_initramfs
	run_guest "$form" "$limit_s"
}

main "$@"
