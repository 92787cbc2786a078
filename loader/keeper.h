/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The PF daemon's agent side: starts vf-agent, starts it again when it has ended, ends it when it
 * hangs. Between two starts of an agent that does not live long there is a pause that grows.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include <svf/paths.h>

#include "link.h"
#include "process.h"
#include "sorter.h"
#include "state.h"

struct svf_keeper {
	const char *pf;
	const struct svf_paths *paths;
	struct svf_state *state; /* borrowed, as sorter and nl; the PF's name is kept up to date */
	struct svf_sorter *sorter;
	struct svf_nl *nl;
	int epoll;	    /* borrowed: where our fds are watched */
	int timer;	    /* owned */
	pid_t agent;	    /* 0: none */
	int agent_pidfd;    /* owned, -1 with no agent */
	int64_t started_ms; /* CLOCK_MONOTONIC */
	int restart_ms;	    /* delay before the next start; 0: at once */
};

/* The caller has filled in what is borrowed. */
int svf_keeper_init(struct svf_keeper *keeper);
/* Ends the agent, if there is one. */
void svf_keeper_done(struct svf_keeper *keeper);

/* The first start: waits until the agent is ready. Its line goes to ret_line; its failure to err.
 */
int svf_keeper_start(struct svf_keeper *keeper, char ret_line[SVF_READY_LINE_MAX],
		     struct svf_errmsg *err);

/* Deals with an event on fd; false if fd is none of ours. */
bool svf_keeper_run(struct svf_keeper *keeper, int fd);
