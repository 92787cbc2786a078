// SPDX-License-Identifier: GPL-2.0-only
/*
 * vf-agent's command line: what the daemon gives is understood, what is wrong is refused in
 * one line, and the help text and the parser know the same options.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../vf-agent/options.h"

#define WORDS_MAX 40

/* Parses a command line given as one string. */
static int parse(struct svf_options *options, struct svf_errmsg *err, char *line)
{
	char *words[WORDS_MAX] = { "vf-agent" };
	int n = 1;

	for (char *word = strtok(line, " "); word; word = strtok(NULL, " "))
		words[n++] = word;
	*err = (struct svf_errmsg){};
	return svf_options_parse(options, n, words, err);
}

static void test_full_line(void **state)
{
	char line[] =
		"eth0 --vfs 8 --max-vfs 16 --queues 2 --ring-size 1024 --frame-size 4096 "
		"--pins /p --pidfile /f --zero-copy --engines off --xdp-mode skb --ready-fd 7 "
		"--foreground --verify-frames --debug";
	struct svf_options options;
	struct svf_errmsg err;

	(void)state;
	assert_int_equal(parse(&options, &err, line), 0);
	assert_int_equal(options.action, SVF_ACTION_RUN);
	assert_string_equal(options.pf, "eth0");
	assert_int_equal(options.vfs, 8);
	assert_int_equal(options.max_vfs, 16);
	assert_int_equal(options.queues, 2);
	assert_int_equal(options.ring_size, 1024);
	assert_int_equal(options.frame_size, 4096);
	assert_string_equal(options.pins, "/p");
	assert_string_equal(options.pidfile, "/f");
	assert_string_equal(options.xdp_mode, "skb");
	assert_int_equal(options.ready_fd, 7);
	assert_true(options.zero_copy && options.foreground && options.verify_frames);
	assert_true(options.debug);
	assert_false(options.engines);
}

static void test_defaults(void **state)
{
	char line[] = "--vfs 3 --pins /p --pidfile /f eth0";
	struct svf_options options;
	struct svf_errmsg err;

	(void)state;
	assert_int_equal(parse(&options, &err, line), 0);
	assert_string_equal(options.pf, "eth0");
	assert_int_equal(options.max_vfs, 3);
	assert_int_equal(options.queues, 1);
	assert_int_equal(options.ring_size, 512);
	assert_int_equal(options.frame_size, 2048);
	assert_string_equal(options.xdp_mode, "native");
	assert_int_equal(options.ready_fd, -1);
	assert_false(options.zero_copy || options.foreground || options.verify_frames);
	assert_true(options.engines);
}

static void test_refused(void **state)
{
	static const struct {
		const char *line;
		const char *says;
	} rows[] = {
		{ "eth0 --vfs 1 --pins /p --pidfile /f --engines maybe",
		  "--engines \"maybe\": expected on or off (see --help)" },
		{ "--vfs 1 --pins p --pidfile f", "interface" },
		{ "eth0 --pins p --pidfile f", "--vfs" },
		{ "eth0 --vfs 1 --pidfile f", "--pins" },
		{ "eth0 --vfs 1 --pins p", "--pidfile" },
		{ "eth0 eth1 --vfs 1 --pins p --pidfile f", "eth1" },
		{ "eth0 --vfs 0", "\"0\"" },
		{ "eth0 --vfs 4097", "\"4097\"" },
		{ "eth0 --vfs -1", "\"-1\"" },
		{ "eth0 --vfs 1x", "\"1x\"" },
		{ "eth0 --vfs", "needs an argument" },
		{ "eth0 --queues 65", "\"65\"" },
		{ "eth0 --ring-size 500", "power of two" },
		{ "eth0 --ring-size 32", "power of two" },
		{ "eth0 --ring-size 8192", "power of two" },
		{ "eth0 --ring-size 99999999999999999999", "power of two" },
		{ "eth0 --frame-size 3000", "2048 or 4096" },
		{ "eth0 --xdp-mode generic", "native or skb" },
		{ "eth0 --ready-fd x", "file descriptor" },
		{ "eth0 --no-such", "unknown option" },
		{ "eth0 -v", "unknown option" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct svf_options options;
		struct svf_errmsg err;
		char line[128];

		(void)snprintf(line, sizeof(line), "%s", rows[i].line);
		assert_true(parse(&options, &err, line) < 0);
		assert_int_equal(err.exit, SVF_EXIT_USAGE);
		assert_null(strchr(err.text, '\n'));
		if (!strstr(err.text, rows[i].says))
			fail_msg("%s: \"%s\" does not say \"%s\"", rows[i].line, err.text,
				 rows[i].says);
	}
}

static void test_help_and_version(void **state)
{
	char help[] = "--help", version[] = "--version";
	struct svf_options options;
	struct svf_errmsg err;

	(void)state;
	assert_int_equal(parse(&options, &err, help), 0);
	assert_int_equal(options.action, SVF_ACTION_HELP);
	assert_int_equal(parse(&options, &err, version), 0);
	assert_int_equal(options.action, SVF_ACTION_VERSION);
}

#define HELP_MAX 8192

static void get_help(char help[HELP_MAX])
{
	FILE *out = fmemopen(help, HELP_MAX, "w");

	assert_non_null(out);
	svf_options_show_help(out);
	assert_true(ftell(out) < HELP_MAX - 1);
	(void)fclose(out);
}

/* What the help names is parsed, with an argument exactly if it shows one. */
static void test_help_is_the_table(void **state)
{
	char help[HELP_MAX];
	int n = 0;

	(void)state;
	get_help(help);
	for (char *row = strstr(help, "\n  --"); row; row = strstr(row + 1, "\n  --")) {
		char name[32], argument[32], line[64];
		struct svf_options options;
		struct svf_errmsg err;
		bool takes_one;

		assert_int_equal(sscanf(row, " %31s %31s", name, argument), 2);
		takes_one = argument[0] >= 'A' && argument[0] <= 'Z' && argument[1] != ' ' &&
			    strspn(argument, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == strlen(argument);
		n++;
		(void)snprintf(line, sizeof(line), "%s", name);
		(void)parse(&options, &err, line);
		assert_null(strstr(err.text, "unknown option"));
		assert_int_equal(strstr(err.text, "needs an argument") != NULL, takes_one);
	}
	assert_int_equal(n, 16);
}

/* What the PF daemon may give is in the help. */
static void test_known_options_are_in_help(void **state)
{
	static const char *const names[] = {
		"vfs",		 "max-vfs",   "queues",	  "ring-size", "frame-size", "pins",
		"pidfile",	 "zero-copy", "xdp-mode", "ready-fd",  "engines",    "foreground",
		"verify-frames", "debug",     "help",	  "version",
	};
	char help[HELP_MAX];

	(void)state;
	get_help(help);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char row[40];

		(void)snprintf(row, sizeof(row), "\n  --%s ", names[i]);
		if (!strstr(help, row))
			fail_msg("--%s is not in the help", names[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_full_line),
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_help_and_version),
		cmocka_unit_test(test_help_is_the_table),
		cmocka_unit_test(test_known_options_are_in_help),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
