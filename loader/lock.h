/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One lock per PF: flock() on <run>/lock; the holder writes "<pid> <command>" into it so that
 * who waits can say for whom.
 */
#pragma once

#include <svf/cleanup.h>
#include <svf/errmsg.h>
#include <svf/paths.h>

/*
 * Takes the lock, creating /run/svf/<label>. Waits at most timeout_s seconds (0: not at all), in
 * one blocking call ended by a timer (no polling; SIGALRM is ours meanwhile). command is the verb
 * ("up"). -EBUSY with "eth0: busy: `svf-loader up` (pid 4711) has been at work for 10 s";
 * -EINTR on a signal that is neither blocked nor handled with SA_RESTART. The lock goes with
 * the fd; the directory stays (down removes it while holding the lock, and a waiter that
 * finds its file unlinked starts again).
 */
int svf_lock_take(const struct svf_paths *paths, const char *pf, const char *command,
		  unsigned int timeout_s, int *ret_fd, struct svf_errmsg *err);
