// SPDX-License-Identifier: GPL-2.0-only
/*
 * vf-agent: the ring engine of a PF's VFs. See agent.c for what it does.
 */
#include <stdio.h>

#include "agent.h"
#include "options.h"

#ifndef SVF_VERSION
#define SVF_VERSION "unknown"
#endif

int main(int argc, char *argv[])
{
	struct svf_errmsg err = {};
	struct svf_options options;

	if (svf_options_parse(&options, argc, argv, &err) < 0) {
		(void)fprintf(stderr, "vf-agent: %s\n", err.text);
		return SVF_EXIT_USAGE;
	}
	switch (options.action) {
	case SVF_ACTION_HELP:
		svf_options_show_help(stdout);
		return SVF_EXIT_OK;
	case SVF_ACTION_VERSION:
		(void)printf("vf-agent %s\n", SVF_VERSION);
		return SVF_EXIT_OK;
	case SVF_ACTION_RUN:
		break;
	}
	return (int)svf_agent_run(&options);
}
