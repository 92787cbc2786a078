// SPDX-License-Identifier: GPL-2.0-only
/*
 * The options of vf-agent, once: name, argument, help and setter in one table. Numbers are
 * range-checked here; nothing behind this file sees a number out of range.
 */
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include <svf/abi.h>

#include "options.h"

#define RING_SIZE_MIN 64   /* one batch */
#define RING_SIZE_MAX 4096 /* 2 x 4,096 frames of 4 KiB: 32 MiB of each VF and queue */
#define FRAME_SMALL   2048
#define FRAME_LARGE   4096
#define DEFAULT_RING  512

/* Setters say what they expect; NULL: the argument is fine. */
struct option_row {
	const char *name;
	const char *argument; /* NULL: takes none */
	const char *help;
	const char *(*set)(struct svf_options *options, const char *text);
};

static bool parse_number(const char *text, uint32_t min, uint32_t max, uint32_t *ret_number)
{
	unsigned long number;
	char *end;

	if (*text < '0' || *text > '9')
		return false;
	errno = 0;
	number = strtoul(text, &end, 10);
	if (errno || *end || number < min || number > max)
		return false;
	*ret_number = (uint32_t)number;
	return true;
}

static const char *set_vfs(struct svf_options *options, const char *text)
{
	return parse_number(text, 1, SVF_MAX_VFS, &options->vfs) ? NULL : "a number from 1 to 4096";
}

static const char *set_max_vfs(struct svf_options *options, const char *text)
{
	return parse_number(text, 1, SVF_MAX_VFS, &options->max_vfs) ? NULL
								     : "a number from 1 to 4096";
}

static const char *set_queues(struct svf_options *options, const char *text)
{
	return parse_number(text, 1, SVF_MAX_QUEUES, &options->queues) ? NULL
								       : "a number from 1 to 64";
}

static const char *set_ring_size(struct svf_options *options, const char *text)
{
	uint32_t size;

	if (!parse_number(text, RING_SIZE_MIN, RING_SIZE_MAX, &size) || (size & (size - 1)))
		return "a power of two from 64 to 4096";
	options->ring_size = size;
	return NULL;
}

static const char *set_frame_size(struct svf_options *options, const char *text)
{
	uint32_t size;

	if (!parse_number(text, FRAME_SMALL, FRAME_LARGE, &size) ||
	    (size != FRAME_SMALL && size != FRAME_LARGE))
		return "2048 or 4096";
	options->frame_size = size;
	return NULL;
}

static const char *set_pins(struct svf_options *options, const char *text)
{
	options->pins = text;
	return *text ? NULL : "a directory";
}

static const char *set_pidfile(struct svf_options *options, const char *text)
{
	options->pidfile = text;
	return *text ? NULL : "a file";
}

static const char *set_xdp_mode(struct svf_options *options, const char *text)
{
	options->xdp_mode = text;
	return strcmp(text, "native") == 0 || strcmp(text, "skb") == 0 ? NULL : "native or skb";
}

static const char *set_ready_fd(struct svf_options *options, const char *text)
{
	uint32_t fd;

	if (!parse_number(text, 0, INT_MAX, &fd))
		return "an open file descriptor";
	options->ready_fd = (int)fd;
	return NULL;
}

static const char *set_zero_copy(struct svf_options *options, const char *text)
{
	(void)text;
	options->zero_copy = true;
	return NULL;
}

static const char *set_engines(struct svf_options *options, const char *text)
{
	options->engines = strcmp(text, "on") == 0;
	return options->engines || strcmp(text, "off") == 0 ? NULL : "on or off";
}

static const char *set_foreground(struct svf_options *options, const char *text)
{
	(void)text;
	options->foreground = true;
	return NULL;
}

static const char *set_verify_frames(struct svf_options *options, const char *text)
{
	(void)text;
	options->verify_frames = true;
	return NULL;
}

static const char *set_debug(struct svf_options *options, const char *text)
{
	(void)text;
	options->debug = true;
	return NULL;
}

static const char *set_help(struct svf_options *options, const char *text)
{
	(void)text;
	options->action = SVF_ACTION_HELP;
	return NULL;
}

static const char *set_version(struct svf_options *options, const char *text)
{
	(void)text;
	options->action = SVF_ACTION_VERSION;
	return NULL;
}

static const struct option_row table[] = {
	{ "vfs", "N", "serve the VFs below number N, those that there are", set_vfs },
	{ "max-vfs", "M", "VFs that memory is made for, at least (default: N)", set_max_vfs },
	{ "queues", "Q", "PF queues, each served by a thread (default: 1)", set_queues },
	{ "ring-size", "R",
	  "descriptors of each VF's TX ring, its RX ring's at least (default: 512)",
	  set_ring_size },
	{ "frame-size", "BYTES", "UMEM frame, 2048 or 4096 (default: 2048)", set_frame_size },
	{ "pins", "DIR", "directory of the sorter's pinned maps", set_pins },
	{ "pidfile", "FILE", "file to hold locked, with our pid in it", set_pidfile },
	{ "zero-copy", NULL, "ask for zero copy; what the kernel gives is told", set_zero_copy },
	{ "engines", "STATE", "on or off: merge and segment TCP here (default: on)", set_engines },
	{ "xdp-mode", "MODE", "native or skb: how the sorter is attached (default: native)",
	  set_xdp_mode },
	{ "ready-fd", "FD", "write one line there when the rings are bound, or when not",
	  set_ready_fd },
	{ "foreground", NULL, "messages to stderr instead of syslog", set_foreground },
	{ "verify-frames", NULL, "check after each round where every frame is; end if one is lost",
	  set_verify_frames },
	{ "debug", NULL, "debug messages too", set_debug },
	{ "help", NULL, "show this and exit", set_help },
	{ "version", NULL, "show the version and exit", set_version },
};
#define N_OPTIONS (sizeof(table) / sizeof(table[0]))

static int refuse(struct svf_errmsg *err, const char *what, const char *text, const char *expected)
{
	return svf_errmsg_exit_set(err, SVF_EXIT_USAGE, -EINVAL, "%s%s%s%s%s (see --help)", what,
				   text ? " \"" : "", text ? text : "",
				   text ? "\": expected " : ": ", expected);
}

static int check(const struct svf_options *options, struct svf_errmsg *err)
{
	if (!options->pf)
		return refuse(err, "PF", NULL, "the interface is missing");
	if (!options->vfs)
		return refuse(err, "--vfs", NULL, "is missing");
	if (!options->pins)
		return refuse(err, "--pins", NULL, "is missing");
	if (!options->pidfile)
		return refuse(err, "--pidfile", NULL, "is missing");
	return 0;
}

/* getopt_long() reorders argv, so the PF may stand anywhere. */
static int parse_all(struct svf_options *options, int argc, char *argv[], struct svf_errmsg *err)
{
	struct option names[N_OPTIONS + 1] = {};
	int index;

	for (size_t i = 0; i < N_OPTIONS; i++) {
		names[i].name = table[i].name;
		names[i].has_arg = table[i].argument ? required_argument : no_argument;
	}
	opterr = 0;
	optind = 0; /* glibc: start anew */
	for (;;) {
		const char *expected;
		int c = getopt_long(argc, argv, ":", names, &index);

		if (c == -1)
			break;
		if (c == ':')
			return refuse(err, argv[optind - 1], NULL, "needs an argument");
		if (c == '?')
			return refuse(err, argv[optind - 1], NULL, "unknown option");
		expected = table[index].set(options, optarg);
		if (expected)
			return refuse(err, argv[optind - (optarg ? 2 : 1)], optarg, expected);
	}
	if (optind < argc)
		options->pf = argv[optind++];
	if (optind < argc)
		return refuse(err, argv[optind], NULL, "one PF only");
	return 0;
}

int svf_options_parse(struct svf_options *ret_options, int argc, char *argv[],
		      struct svf_errmsg *err)
{
	struct svf_options options = {
		.queues = 1,
		.ring_size = DEFAULT_RING,
		.frame_size = FRAME_SMALL,
		.xdp_mode = "native",
		.ready_fd = -1,
		.engines = true,
	};
	int r = parse_all(&options, argc, argv, err);

	if (r < 0)
		return r;
	if (options.max_vfs == 0)
		options.max_vfs = options.vfs;
	if (options.action == SVF_ACTION_RUN) {
		r = check(&options, err);
		if (r < 0)
			return r;
	}
	*ret_options = options;
	return 0;
}

void svf_options_show_help(FILE *out)
{
	(void)fprintf(out,
		      "Usage: vf-agent PF --vfs N --pins DIR --pidfile FILE [OPTION...]\n"
		      "Moves frames between the AF_XDP rings of PF's VFs and their ring ports.\n"
		      "Started by svf-loader; see vf-agent(8).\n\n");
	for (size_t i = 0; i < N_OPTIONS; i++) {
		char name[32]; /* the longest is 19 */

		(void)snprintf(name, sizeof(name), "--%s%s%s", table[i].name,
			       table[i].argument ? " " : "",
			       table[i].argument ? table[i].argument : "");
		(void)fprintf(out, "  %-20s %s\n", name, table[i].help);
	}
}
