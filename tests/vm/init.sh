#!/usr/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The guest's first and only process besides the tests: brings the machine up,
# runs cases.sh (or a shell), powers off. Its serial console is the tests' output.

export PATH=/build:/usr/bin:/bin HOME=/tmp SVF_AGENT_OPTIONS=--verify-frames

mount_all()
{
	/bin/busybox --install -s /bin
	ln -sf /usr/bin/bash /bin/sh # busybox's has an ip of its own
	mount -t proc none /proc
	mount -t sysfs none /sys
	mount -t devtmpfs none /dev
	mount -t tmpfs none /run
	mount -t bpf none /sys/fs/bpf
	ln -s /proc/self/fd /dev/fd
	mkdir -p /dev/pts && mount -t devpts none /dev/pts
}

load_modules()
{
	local module
	while read -r module; do
		insmod "/lib/modules/$module" || echo "# cannot load $module"
	done </lib/modules/order
}

main()
{
	local form
	mount_all
	load_modules
	mkdir -p /etc && echo 00112233445566778899aabbccddeeff >/etc/machine-id
	form=$(sed -n 's/.*svf\.form=\([a-z]*\).*/\1/p' /proc/cmdline)
	cd / || exit
	if [ "$form" = shell ]; then
		setsid cttyhack bash -i
	else
		bash /cases.sh "$form" 2>&1
	fi
	poweroff -f
}

main
