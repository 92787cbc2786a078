/* SPDX-License-Identifier: GPL-2.0-only */
/* vf-agent's command line, made from what `up` was asked for. */
#pragma once

#include <svf/paths.h>

#include "state.h"

#define SVF_AGENT_ARGS_MAX 32

struct svf_agent_args {
	char *argv[SVF_AGENT_ARGS_MAX +
		   1]; /* NULL-terminated; points into the rest and into paths */
	int argc;
	char numbers[6][12];
	char pidfile[SVF_PATH_MAX];
	char extra[128];
};

/* Fills args; state and paths must outlive it. ready_fd -1: nobody waits. The words of the
 * environment variable SVF_AGENT_OPTIONS come last. */
void svf_agent_args_format(struct svf_agent_args *args, const struct svf_state *state,
			   const struct svf_paths *paths, int ready_fd);
