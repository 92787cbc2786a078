// SPDX-License-Identifier: GPL-2.0-only
/* The agent's arguments; see agent_args.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent_args.h"
#include "process.h"

static void add_arg(struct svf_agent_args *args, const char *word)
{
	if (args->argc < SVF_AGENT_ARGS_MAX)
		args->argv[args->argc++] = (char *)word;
	args->argv[args->argc] = NULL;
}

static void add_number(struct svf_agent_args *args, int slot, const char *option,
		       unsigned int number)
{
	(void)snprintf(args->numbers[slot], sizeof(args->numbers[slot]), "%u", number);
	add_arg(args, option);
	add_arg(args, args->numbers[slot]);
}

/* SVF_AGENT_OPTIONS (svf-loader(8)): further options for the agent, "--verify-frames" above all. */
static void add_extra(struct svf_agent_args *args)
{
	const char *extra = getenv("SVF_AGENT_OPTIONS");
	char *rest;

	if (!extra)
		return;
	(void)snprintf(args->extra, sizeof(args->extra), "%s", extra);
	for (char *word = strtok_r(args->extra, " ", &rest); word;
	     word = strtok_r(NULL, " ", &rest))
		add_arg(args, word);
}

void svf_agent_args_format(struct svf_agent_args *args, const struct svf_state *state,
			   const struct svf_paths *paths, int ready_fd)
{
	const struct svf_up_args *up = &state->args;

	*args = (struct svf_agent_args){};
	(void)svf_path_join(args->pidfile, paths->run, "agent.pid");
	add_arg(args, SVF_AGENT_NAME);
	add_arg(args, state->pf);
	add_number(args, 0, "--vfs", up->vfs);
	add_number(args, 1, "--max-vfs", up->max_vfs);
	add_number(args, 2, "--queues", up->queues);
	add_number(args, 3, "--ring-size", up->ring_size);
	add_number(args, 4, "--frame-size", state->frame_size);
	add_arg(args, "--pins");
	add_arg(args, paths->pins);
	add_arg(args, "--pidfile");
	add_arg(args, args->pidfile);
	add_arg(args, "--xdp-mode");
	add_arg(args, up->skb_mode ? "skb" : "native");
	if (up->zero_copy)
		add_arg(args, "--zero-copy");
	if (up->engines_off) {
		add_arg(args, "--engines");
		add_arg(args, "off");
	}
	if (ready_fd >= 0)
		add_number(args, 5, "--ready-fd", ready_fd);
	add_extra(args);
}
