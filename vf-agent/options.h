/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vf-agent's command line. One table in options.c makes the parser and the help text.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include <svf/errmsg.h>

/* What the command line asks for. */
enum svf_action {
	SVF_ACTION_RUN,
	SVF_ACTION_HELP,
	SVF_ACTION_VERSION,
};

struct svf_options {
	enum svf_action action;
	const char *pf;	     /* the PF's interface name */
	uint32_t vfs;	     /* VFs below this number are served, those that there are */
	uint32_t max_vfs;    /* VFs that memory is made for, at least; 0: vfs */
	uint32_t queues;     /* PF queues, a worker each */
	uint32_t ring_size;  /* descriptors of each TX ring, a power of two */
	uint32_t frame_size; /* bytes: 2048 or 4096 */
	const char *pins;    /* directory of the pinned maps */
	const char *pidfile; /* held locked while the agent lives */
	const char
		*xdp_mode;  /* "native" or "skb": how the sorter is attached, for the ready line */
	int ready_fd;	    /* readiness line goes there; -1: nowhere */
	bool zero_copy;	    /* ask for zero copy */
	bool engines;	    /* merge and segment TCP */
	bool foreground;    /* messages to stderr instead of syslog */
	bool verify_frames; /* check the ledger's counts after each round */
	bool debug;	    /* debug messages too */
};

/* Parses argv; strings point into it. SVF_ACTION_HELP and _VERSION need nothing else. -EINVAL
 * with exit code 1 and one clear line in err for anything wrong. */
int svf_options_parse(struct svf_options *ret_options, int argc, char *argv[],
		      struct svf_errmsg *err);
/* Prints usage and every option of the table. */
void svf_options_show_help(FILE *out);
