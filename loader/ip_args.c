// SPDX-License-Identifier: GPL-2.0-only
/*
 * Recognises ip's command line. ip takes every word by its shortest beginning, the first in its
 * own order of tests that fits; the tables here have that order (ip.c and iplink.c of
 * iproute2 6.1). Unlike getopt, ip has no letters in one word: "-sd" is no option.
 */
#include "ip_args.h"

#include <stddef.h>
#include <string.h>

struct option {
	const char *name;
	bool exact;   /* no abbreviation */
	bool value;   /* the next word belongs to it */
	bool give_up; /* other commands come in from elsewhere, or none follows */
	size_t flag;  /* of struct svf_ip_args; 0: of no interest */
};

#define FLAG(name) offsetof(struct svf_ip_args, name)

static const struct option options[] = {
	{ .name = "loops", .value = true },
	{ .name = "family", .value = true },
	{ .name = "4", .exact = true },
	{ .name = "6", .exact = true },
	{ .name = "0", .exact = true },
	{ .name = "M", .exact = true },
	{ .name = "B", .exact = true },
	{ .name = "human-readable", .flag = FLAG(human) },
	{ .name = "iec", .flag = FLAG(iec) },
	{ .name = "stats", .flag = FLAG(stats) },
	{ .name = "statistics", .flag = FLAG(stats) },
	{ .name = "details", .flag = FLAG(details) },
	{ .name = "resolve" },
	{ .name = "oneline", .flag = FLAG(oneline) },
	{ .name = "timestamp" },
	{ .name = "tshort" },
	{ .name = "Version", .give_up = true },
	{ .name = "force" },
	{ .name = "batch", .give_up = true },
	{ .name = "brief", .give_up = true }, /* has no VFs */
	{ .name = "json", .flag = FLAG(json) },
	{ .name = "pretty", .flag = FLAG(pretty) },
	{ .name = "rcvbuf", .value = true },
	{ .name = "help", .give_up = true },
	{ .name = "netns", .value = true },
	{ .name = "Numeric" },
	{ .name = "all" },
	{ .name = "echo", .exact = true },
};

/* Whether word is a beginning of name. */
static bool matches(const char *word, const char *name)
{
	return *word && strncmp(word, name, strlen(word)) == 0;
}

static const struct option *find_option(const char *word)
{
	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
		const struct option *o = &options[i];

		if (o->exact ? strcmp(word, o->name) == 0 : matches(word, o->name))
			return o;
	}
	return NULL;
}

/* "color", "c", "col=auto"; the last one counts. */
static bool take_color(struct svf_ip_args *args, const char *word)
{
	size_t len = strcspn(word, "=");
	const char *when = word[len] ? word + len + 1 : "always";

	if (len == 0 || strncmp(word, "color", len) != 0)
		return false;
	args->color_auto = strcmp(when, "auto") == 0;
	args->color_always = strcmp(when, "always") == 0;
	return args->color_auto || args->color_always || strcmp(when, "never") == 0;
}

/* Index of the object; 0: ip's alone. */
static int take_options(struct svf_ip_args *args, int argc, char *const argv[])
{
	int i;

	for (i = 1; i < argc && argv[i][0] == '-'; i++) {
		const char *word = argv[i] + (argv[i][1] == '-' ? 2 : 1);
		const struct option *o;

		if (strcmp(argv[i], "--") == 0)
			return i + 1 < argc ? i + 1 : 0;
		o = find_option(word);
		if (!o && take_color(args, word))
			continue;
		if (!o || o->give_up || (o->value && i + 1 >= argc))
			return 0;
		if (o->flag)
			*(bool *)((char *)args + o->flag) = true;
		if (strcmp(o->name, "netns") == 0)
			args->netns = argv[i + 1];
		i += o->value;
	}
	return i < argc ? i : 0;
}

static bool is_show(const char *word)
{
	return matches(word, "show") || matches(word, "lst") || matches(word, "list");
}

/* `set [dev] DEV ... vf N ...` */
static void take_set(struct svf_ip_args *args, int argc, char *const argv[], int i)
{
	if (i + 1 < argc && strcmp(argv[i], "dev") == 0)
		i++;
	if (i >= argc)
		return;
	args->dev = argv[i];
	args->i_dev = i;
	for (i++; i < argc; i++) {
		if (strcmp(argv[i], "vf") != 0)
			continue;
		args->i_vf = i;
		args->task = SVF_IP_SET;
		return;
	}
}

void svf_ip_args_parse(struct svf_ip_args *ret_args, int argc, char *const argv[])
{
	struct svf_ip_args args = {};
	int i = take_options(&args, argc, argv);

	args.n_global = i;
	*ret_args = args;
	if (i == 0 || !matches(argv[i], "link"))
		return;
	i++;
	if (i < argc && (matches(argv[i], "set") || matches(argv[i], "change"))) {
		take_set(ret_args, argc, argv, i + 1);
		return;
	}
	if (i < argc && !is_show(argv[i]))
		return;
	for (; i < argc; i++)
		if (strcmp(argv[i], "novf") == 0)
			return;
	ret_args->task = SVF_IP_SHOW;
}
