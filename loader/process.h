/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Starting and ending the long-running processes: PF daemon (by `up`) and vf-agent (by
 * the PF daemon). A child that is ready writes one line to its ready fd (see svf_ready_parse()).
 */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#include <svf/errmsg.h>

#define SVF_READY_LINE_MAX   640
#define SVF_READY_DEADLINE_S 10
#define SVF_AGENT_NAME	     "vf-agent"
#define SVF_STOP_PATIENCE_MS 3000 /* between SIGTERM and SIGKILL */

/* Starts path with argv in the background (its own session, stdio on /dev/null, all signals
 * unblocked), with ready_fd kept open in it (-1: none) under the same number. */
int svf_process_start(const char *path, char *const argv[], int ready_fd, pid_t *ret_pid,
		      struct svf_errmsg *err);

/* Path of the program that runs as us ("svf-loader"), and of vf-agent beside it. */
int svf_process_self(char *buf, size_t size, struct svf_errmsg *err);
int svf_process_agent(char *buf, size_t size, struct svf_errmsg *err);

/* Waits for the one line a child writes to fd, at most SVF_READY_DEADLINE_S seconds, ended early by
 * SIGINT or SIGTERM (-EINTR), both blocked in the caller. */
int svf_ready_read(int fd, const char *pf, char line[SVF_READY_LINE_MAX], struct svf_errmsg *err);

/* 0 for "ready ..."; for "error <exit code> <text>" that failure. */
int svf_ready_parse(const char *line, const char *pf, struct svf_errmsg *err);

/* Writes a failure as such a line and closes fd; nothing if fd is -1. */
void svf_ready_fail(int fd, int error, const struct svf_errmsg *err);

/* Ends a process that is not (necessarily) our child: SIGTERM, after patience_ms SIGKILL; returns
 * when it is gone. */
int svf_process_end(pid_t pid, int patience_ms);

/* Whether a process of this pid lives and is called name (its comm). */
bool svf_process_is(pid_t pid, const char *name);
