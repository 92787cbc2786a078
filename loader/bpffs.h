/* SPDX-License-Identifier: GPL-2.0-only */
/* The file system that pins live in: there it must be, and leave no directory behind. */
#pragma once

#include <svf/errmsg.h>

/* Mounts bpffs on /sys/fs/bpf unless one is there. Refuses (-EBUSY) under `ip netns exec`: it put a
 * /sys of its own in front, and pins made there would vanish with the command. */
int svf_bpffs_ensure(struct svf_errmsg *err);

/* The same refusal without the mounting: for commands that only look. */
int svf_bpffs_check(struct svf_errmsg *err);

/* Makes path and what is missing above it, mode 0700. 0 if it is there. */
int svf_bpffs_mkdirs(const char *path);

/* Removes a directory below bpffs with all it holds; unpinning is what ends the objects.
 * Continues after errors and returns the first. Success if there is none; -EINVAL if path
 * is not on a bpffs. */
int svf_bpffs_remove_tree(const char *path);
