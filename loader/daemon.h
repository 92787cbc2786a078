/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The PF daemon (`svf-loader run PF`): starts vf-agent, restarts it when it dies, follows
 * the PF's events. Ready when the agent's rings are bound.
 */
#pragma once

#include <svf/errmsg.h>
#include <svf/paths.h>

/* Runs until SIGTERM or the PF is gone. ready_fd (-1: none) gets the agent's readiness line. */
int svf_daemon_run(const char *pf, const struct svf_paths *paths, int ready_fd,
		   struct svf_errmsg *err);

/* Starts the daemon in the background and waits for its readiness, 10 s at most. The line is
 * put into ret_line ("ready ..."); a failure of agent or daemon comes back in err. */
int svf_daemon_start(const char *pf, char *ret_line, size_t line_size, struct svf_errmsg *err);

/* The same to finish what cannot be taken back: signals that ask us to end are taken and have no
 * effect. */
int svf_daemon_restart(const char *pf, struct svf_errmsg *err);

/* Ends daemon and agent (SIGTERM, SIGKILL after 6 s and 3 s); success if none runs. */
int svf_daemon_stop(const struct svf_paths *paths, struct svf_errmsg *err);
