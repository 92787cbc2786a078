/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Pidfiles whose lock tells the truth: the running process holds an fcntl lock on its
 * file for as long as it lives, so a stale number is never believed. Shared by both programs.
 */
#pragma once

#include <sys/types.h>

#include <svf/errmsg.h>

/* Creates and locks path, writes our pid. Keep *ret_fd open. -EBUSY if another holds it.
 * A child does not inherit the lock: call it after fork(). */
int svf_pidfile_hold(const char *path, int *ret_fd, struct svf_errmsg *err);
/* Pid of the process that holds path's lock; 0 if none does (or it is not in our pid
 * namespace). Not for the holder itself: closing the file would release its lock. */
pid_t svf_pidfile_holder(const char *path);
