// SPDX-License-Identifier: GPL-2.0-only
/*
 * Takes the command line apart by the tables of cli_table.c. getopt_long_only() does the
 * walking; what is wrong is told by us, in one line.
 */
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <string.h>

#include <svf/abi.h>

#include "cli.h"
#include "parse.h"
#include "words.h"

/* getopt_long_only() returns LONG_BASE + id for long options, beyond any letter. */
#define LONG_BASE (UCHAR_MAX + 1)

#define usage_error(err, ...) svf_errmsg_exit_set(err, SVF_EXIT_USAGE, -EINVAL, __VA_ARGS__)

struct getopt_tables {
	struct option longs[SVF_N_OPTIONS + 1];
	char shorts[3 * SVF_N_OPTIONS + 2];
};

static void fill_getopt_tables(struct getopt_tables *tables)
{
	char *p = tables->shorts;

	*tables = (struct getopt_tables){};
	*p++ = ':'; /* a missing value is told apart from an unknown option */
	for (int i = 0; i < SVF_N_OPTIONS; i++) {
		const struct svf_option *option = &svf_options[i];

		tables->longs[i] = (struct option){
			.name = option->name,
			.has_arg = option->may_lack  ? optional_argument
				   : option->metavar ? required_argument
						     : no_argument,
			.val = LONG_BASE + i,
		};
		if (!option->letter)
			continue;
		*p++ = option->letter;
		if (option->metavar)
			*p++ = ':';
		if (option->may_lack)
			*p++ = ':';
	}
}

/* Option id of what getopt_long_only() returned or left in optopt; SVF_N_OPTIONS: none. */
static unsigned int find_option(int val)
{
	if (val >= LONG_BASE)
		return (unsigned int)(val - LONG_BASE);

	for (unsigned int i = 0; i < SVF_N_OPTIONS; i++)
		if (svf_options[i].letter && svf_options[i].letter == val)
			return i;
	return SVF_N_OPTIONS;
}

static int unknown_long_option(const char *text, struct svf_errmsg *err)
{
	const char *names[SVF_N_OPTIONS];
	char word[64], hint[SVF_HINT_MAX];

	for (unsigned int i = 0; i < SVF_N_OPTIONS; i++)
		names[i] = svf_options[i].name;
	(void)snprintf(word, sizeof(word), "%s", text);
	word[strcspn(word, "=")] = '\0';
	return usage_error(
		err, "unknown option --%s: %s", word,
		svf_word_hint(hint, word, "--", names, SVF_N_OPTIONS, "see `svf-loader --help`"));
}

/* What getopt_long_only() complained about: `complaint` is ':' or '?', text the argument it stood
 * at. */
static int option_error(int complaint, const char *text, struct svf_errmsg *err)
{
	unsigned int id = find_option(optopt);

	if (complaint == ':' && id < SVF_N_OPTIONS)
		return usage_error(err, "option --%s needs a value: --%s %s", svf_options[id].name,
				   svf_options[id].name, svf_options[id].metavar);
	if (optopt >= LONG_BASE && id < SVF_N_OPTIONS)
		return usage_error(err, "option --%s takes no value", svf_options[id].name);
	if (text[0] == '-' && text[1] >= '0' && text[1] <= '9')
		return usage_error(err, "unknown option %s: no number here is negative", text);
	if (!optopt && text[1] != '-' && text[1] && !text[2])
		return usage_error(err, "unknown option %s: see `svf-loader --help`", text);
	if (optopt)
		return usage_error(err, "unknown option -%c: see `svf-loader --help`", optopt);
	return unknown_long_option(text + strspn(text, "-"), err);
}

/* Words of ip's that getopt_long_only() would take for something else: "-c=WHEN" and "-netns". */
static void adapt(int argc, char *argv[])
{
	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
		char *word = argv[i];

		if (strncmp(word, "-c=", strlen("-c=")) == 0)
			memmove(word + 2, word + 3, strlen(word + 3) + 1);
		else if (strlen(word) > 2 && strncmp("-netns", word, strlen(word)) == 0)
			argv[i] = (char *)"-n";
	}
}

static int keep_repeated(struct svf_cli *cli, unsigned int id, const char *value,
			 struct svf_errmsg *err)
{
	if (!svf_options[id].repeats)
		return 0;
	if (cli->n_repeated == SVF_REPEATED_MAX)
		return usage_error(err, "option --%s: is given too often", svf_options[id].name);
	cli->repeated[cli->n_repeated++] = (struct svf_cli_repeated){ id, value };
	return 0;
}

static int parse_options(struct svf_cli *cli, int argc, char *argv[], struct svf_errmsg *err)
{
	struct getopt_tables tables;
	int c, r;

	fill_getopt_tables(&tables);
	adapt(argc, argv);
	opterr = 0;
	optind = 0; /* glibc: start anew */
	while ((c = getopt_long_only(argc, argv, tables.shorts, tables.longs, NULL)) != -1) {
		unsigned int id = find_option(c);

		if (c == '?' || c == ':' || id >= SVF_N_OPTIONS)
			return option_error(c, argv[optind - 1], err);
		r = keep_repeated(cli, id, optarg, err);
		if (r < 0)
			return r;
		cli->values[id] = optarg ? optarg : "";
	}
	cli->words = argv + optind;
	cli->n_words = argc - optind;
	cli->help = cli->values[SVF_OPTION_HELP];
	cli->version = cli->values[SVF_OPTION_VERSION];
	return 0;
}

int svf_cli_find_command(const char *word, const struct svf_command **ret_command,
			 struct svf_errmsg *err)
{
	const char *names[SVF_N_COMMANDS];
	char hint[SVF_HINT_MAX];
	int i;

	for (i = 0; i < SVF_N_COMMANDS; i++)
		names[i] = svf_commands[i].name;
	i = svf_word_find(word, names, SVF_N_COMMANDS);
	if (i < 0)
		return usage_error(err, "unknown command `%s`: %s", word,
				   svf_word_hint(hint, word, "", names, SVF_N_COMMANDS,
						 "see `svf-loader --help`"));
	*ret_command = &svf_commands[i];
	return 0;
}

/* Refuses options that exist, but not for this command. */
static int check_options(const struct svf_cli *cli, struct svf_errmsg *err)
{
	const uint64_t allowed = cli->command->options | SVF_GLOBAL_OPTIONS;

	for (unsigned int i = 0; i < SVF_N_OPTIONS; i++)
		if (cli->values[i] && !(allowed & SVF_OPTION_BIT(i)))
			return usage_error(
				err, "%s: has no option --%s: see `svf-loader %s --help`",
				cli->command->name, svf_options[i].name, cli->command->name);
	return 0;
}

/* No command: the options must be of the few that make sense so. */
static int check_no_command(const struct svf_cli *cli, struct svf_errmsg *err)
{
	if (cli->help || cli->version)
		return 0;
	if (!cli->values[SVF_OPTION_BATCH])
		return usage_error(err, "no command given: see `svf-loader --help`");
	for (unsigned int i = 0; i < SVF_N_OPTIONS; i++)
		if (cli->values[i] &&
		    !((SVF_BATCH_OPTIONS | SVF_GLOBAL_OPTIONS) & SVF_OPTION_BIT(i)))
			return usage_error(err, "--%s goes with a command, not with --batch",
					   svf_options[i].name);
	return 0;
}

int svf_cli_parse(struct svf_cli *ret_cli, int argc, char *argv[], struct svf_errmsg *err)
{
	struct svf_cli cli = {};
	int r;

	r = parse_options(&cli, argc, argv, err);
	if (r < 0)
		return r;
	if (cli.n_words > 0) {
		r = svf_cli_find_command(cli.words[0], &cli.command, err);
		if (r < 0)
			return r;
		cli.words++;
		cli.n_words--;
		r = check_options(&cli, err);
	} else {
		r = check_no_command(&cli, err);
	}
	if (!r)
		*ret_cli = cli;
	return r;
}

bool svf_cli_wants_json(int argc, char *const argv[])
{
	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
		const char *word = argv[i];

		if (word[0] != '-' || !word[1])
			continue;
		if (word[1] == '-' ? strlen(word) > 2 && !strncmp("--json", word, strlen(word))
				   : !strncmp("-json", word, strlen(word)) ||
					     (strchr(word, 'j') && !word[strspn(word, "-jpsdo")]))
			return true;
	}
	return false;
}

void svf_cli_inherit(struct svf_cli *cli, const struct svf_cli *outer)
{
	const uint64_t own = cli->command ? cli->command->options | SVF_GLOBAL_OPTIONS : 0;
	const uint64_t keep = SVF_BATCH_OPTIONS | SVF_OPTION_BIT(SVF_OPTION_JSON);
	const uint64_t never = SVF_OPTION_BIT(SVF_OPTION_BATCH) | SVF_OPTION_BIT(SVF_OPTION_FORCE);

	for (unsigned int i = 0; i < SVF_N_OPTIONS; i++)
		if (!cli->values[i] && (own & keep & ~never & SVF_OPTION_BIT(i)))
			cli->values[i] = outer->values[i];
}

bool svf_cli_has(const struct svf_cli *cli, enum svf_option_id option)
{
	return cli->values[option];
}

int svf_cli_get_number(const struct svf_cli *cli, enum svf_option_id option,
		       unsigned int *ret_value, struct svf_errmsg *err)
{
	const struct svf_option *o = &svf_options[option];

	if (!cli->values[option])
		return 0;
	if (svf_parse_number(cli->values[option], o->min, o->max, ret_value) < 0)
		return usage_error(err, "%s: --%s %s: must be a number from %u to %u",
				   cli->command->name, o->name, cli->values[option], o->min,
				   o->max);
	return 0;
}

int svf_cli_get_choice(const struct svf_cli *cli, enum svf_option_id option,
		       unsigned int *ret_choice, struct svf_errmsg *err)
{
	const struct svf_option *o = &svf_options[option];
	char all[128] = "";
	int i;

	if (!cli->values[option])
		return 0;
	i = svf_word_find(cli->values[option], o->choices, o->n_choices);
	if (i >= 0) {
		*ret_choice = (unsigned int)i;
		return 0;
	}
	for (unsigned int n = 0; n < o->n_choices; n++) {
		size_t len = strlen(all);

		(void)snprintf(all + len, sizeof(all) - len, "%s%s", n ? " or " : "",
			       o->choices[n]);
	}
	return usage_error(err, "%s: --%s %s: must be %s", cli->command->name, o->name,
			   cli->values[option], all);
}

/* "vf 0 ...": a netdev called vf would be followed by something else. */
static bool lacks_pf(const struct svf_cli *cli)
{
	unsigned int vf;

	return cli->n_words > 1 && strcmp(cli->words[0], "vf") == 0 &&
	       svf_parse_number(cli->words[1], 0, SVF_MAX_VFS - 1, &vf) == 0;
}

int svf_cli_take_pf(struct svf_cli *cli, const char **ret_pf, struct svf_errmsg *err)
{
	if (cli->n_words > 1 && strcmp(cli->words[0], "dev") == 0) {
		cli->words++;
		cli->n_words--;
	}
	if (cli->n_words == 0 || lacks_pf(cli))
		return usage_error(err, "%s: no PF given: svf-loader %s %s", cli->command->name,
				   cli->command->name, cli->command->operands);
	if (svf_parse_ifname(cli->words[0]) < 0)
		return usage_error(err, "%s: `%s` cannot be the name of a netdev",
				   cli->command->name, cli->words[0]);
	*ret_pf = cli->words[0];
	cli->words++;
	cli->n_words--;
	return 0;
}

int svf_cli_take_vf(struct svf_cli *cli, const char *pf, unsigned int *ret_vf,
		    struct svf_errmsg *err)
{
	if (cli->n_words == 0)
		return usage_error(err, "%s: %s: no VF given: svf-loader %s %s", cli->command->name,
				   pf, cli->command->name, cli->command->operands);
	if (strcmp(cli->words[0], "vf") != 0)
		return usage_error(err, "%s: %s: expected `vf N` instead of `%s`",
				   cli->command->name, pf, cli->words[0]);
	if (cli->n_words < 2)
		return usage_error(err, "%s: %s: `vf` needs a number", cli->command->name, pf);
	/* One that the layout has room for is looked for, and then told that it is not there. */
	if (svf_parse_number(cli->words[1], 0, SVF_MAX_VFS - 1, ret_vf) < 0)
		return usage_error(err, "%s: %s: vf %s: must be a number, from 0 to %d at most",
				   cli->command->name, pf, cli->words[1], SVF_UP_MAX_VFS - 1);
	cli->words += 2;
	cli->n_words -= 2;
	return 0;
}

int svf_cli_end(const struct svf_cli *cli, struct svf_errmsg *err)
{
	if (cli->n_words > 0)
		return usage_error(err, "%s: unexpected word `%s`: svf-loader %s %s",
				   cli->command->name, cli->words[0], cli->command->name,
				   cli->command->operands);
	return 0;
}
