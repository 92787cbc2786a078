/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * -n: working in another network namespace. Only that is changed: mounts stay the host's, and with
 * them bpffs and /run, which `ip netns exec` would hide.
 */
#pragma once

#include <svf/errmsg.h>

/* Enters the namespace called name by ip-netns(8), or at a path (with a "/"). *ret_fd: the one we
 * came from, for svf_netns_leave(). */
int svf_netns_enter(const char *name, int *ret_fd, struct svf_errmsg *err);
/* Goes back, and closes fd; nothing if fd is -1. */
int svf_netns_leave(int fd, struct svf_errmsg *err);
