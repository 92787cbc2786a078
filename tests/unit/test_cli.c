// SPDX-License-Identifier: GPL-2.0-only
/*
 * The command line (loader/cli*.c, loader/up_parse.c), and that its tables, help, manual page
 * and bash completion say the same. Runs in the top directory.
 */
#include <errno.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../loader/cmd.h"
#include "document.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define WORDS_MAX     32

/* A command line and the strings it points into. */
struct line {
	char text[512];
	char *words[WORDS_MAX + 1];
	struct svf_cli cli;
	struct svf_errmsg err;
};

/* Splits text at single blanks and parses it as what follows "svf-loader". */
static int parse(struct line *line, const char *text)
{
	char *rest = line->text;
	int n = 0;

	*line = (struct line){};
	(void)snprintf(line->text, sizeof(line->text), "svf-loader%s%s", *text ? " " : "", text);
	while (rest && n < WORDS_MAX)
		line->words[n++] = strsep(&rest, " ");
	return svf_cli_parse(&line->cli, n, line->words, &line->err);
}

static void test_commands(void **state)
{
	static const struct {
		const char *text;
		enum svf_command_id command;
	} rows[] = {
		{ "up", SVF_COMMAND_UP },
		{ "u eth0 --vfs 8", SVF_COMMAND_UP },
		{ "down eth0", SVF_COMMAND_DOWN },
		{ "show", SVF_COMMAND_SHOW },
		{ "sh", SVF_COMMAND_SHOW },
		{ "se eth0", SVF_COMMAND_SET },
		{ "run eth0", SVF_COMMAND_RUN },
		{ "to -b eth0 --sort drops", SVF_COMMAND_TOP },
		{ "at eth0 vf any", SVF_COMMAND_ATTACH },
		{ "det eth0 vf 1", SVF_COMMAND_DETACH },
		{ "help up", SVF_COMMAND_HELP },
		{ "-j -s show eth0", SVF_COMMAND_SHOW },
		{ "--timeout 5 down eth0", SVF_COMMAND_DOWN },
		{ "--timeout=5 down eth0", SVF_COMMAND_DOWN },
		{ "-jsd show", SVF_COMMAND_SHOW },
		{ "show -- eth0", SVF_COMMAND_SHOW },
		{ "-br show", SVF_COMMAND_SHOW },
		{ "-s -d -o show eth0", SVF_COMMAND_SHOW },
		{ "-c=auto show", SVF_COMMAND_SHOW },
		{ "-color=never show", SVF_COMMAND_SHOW },
		{ "-stats -det -pretty -json show", SVF_COMMAND_SHOW },
		{ "-n web show eth0", SVF_COMMAND_SHOW },
		{ "-netns web down eth0", SVF_COMMAND_DOWN },
		{ "-j down eth0", SVF_COMMAND_DOWN },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct line line;

		if (parse(&line, rows[i].text) < 0)
			fail_msg("%s: %s", rows[i].text, line.err.text);
		assert_ptr_equal(line.cli.command, &svf_commands[rows[i].command]);
	}
}

static void test_refused(void **state)
{
	static const struct {
		const char *text, *message;
	} rows[] = {
		{ "", "no command given: see `svf-loader --help`" },
		{ "shwo", "unknown command `shwo`: did you mean `show`?" },
		{ "s", "unknown command `s`: it could be `show` or `stats` or `set` or `save`" },
		{ "list", "unknown command `list`: see `svf-loader --help`" },
		{ "up --vsf 8", "unknown option --vsf: did you mean `--vfs`?" },
		{ "up --ringsize=8", "unknown option --ringsize: did you mean `--ring-size`?" },
		{ "up --v 8", "unknown option --v: it could be `--vfs` or `--version`" },
		{ "up --colour", "unknown option --colour: did you mean `--color`?" },
		{ "up -color", "up: has no option --color: see `svf-loader up --help`" },
		{ "-n", "option --namespace needs a value: --namespace NETNS" },
		{ "-batch f --vfs 8", "--vfs goes with a command, not with --batch" },
		{ "-batch f show", "show: has no option --batch: see `svf-loader show --help`" },
		{ "up -y", "unknown option -y: see `svf-loader --help`" },
		{ "show -jx", "unknown option -x: see `svf-loader --help`" },
		{ "set eth0 vf 0 storm -1", "unknown option -1: no number here is negative" },
		{ "set eth0 vf 0 vlan -25", "unknown option -25: no number here is negative" },
		{ "up eth0 --vfs", "option --vfs needs a value: --vfs N" },
		{ "show --json=1", "option --json takes no value" },
		{ "show --timeout 1",
		  "show: has no option --timeout: see `svf-loader show --help`" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct line line;

		assert_int_equal(parse(&line, rows[i].text), -EINVAL);
		assert_string_equal(line.err.text, rows[i].message);
		assert_int_equal(svf_errmsg_exit(&line.err, -EINVAL), SVF_EXIT_USAGE);
	}
}

static void test_batch(void **state)
{
	struct line line, inner;

	(void)state;
	assert_int_equal(parse(&line, "-j -s -batch - -force -n web --timeout 3"), 0);
	assert_null(line.cli.command);
	assert_string_equal(line.cli.values[SVF_OPTION_BATCH], "-");
	assert_true(svf_cli_has(&line.cli, SVF_OPTION_FORCE));
	assert_int_equal(parse(&inner, "down eth0"), 0);
	svf_cli_inherit(&inner.cli, &line.cli);
	assert_string_equal(inner.cli.values[SVF_OPTION_TIMEOUT], "3");
	assert_true(svf_cli_has(&inner.cli, SVF_OPTION_JSON));
	assert_false(svf_cli_has(&inner.cli, SVF_OPTION_STATS));     /* down has none */
	assert_false(svf_cli_has(&inner.cli, SVF_OPTION_NAMESPACE)); /* we are there */
	assert_int_equal(parse(&inner, "down eth0 --timeout 5"), 0);
	svf_cli_inherit(&inner.cli, &line.cli);
	assert_string_equal(inner.cli.values[SVF_OPTION_TIMEOUT], "5");
}

static void test_wants_json(void **state)
{
	static const struct {
		const char *text;
		bool wants;
	} rows[] = {
		{ "show", false },	 { "-j show", true },
		{ "show --json", true }, { "show --js", true },
		{ "-sj bla", true },	 { "-json bla", true },
		{ "-jx show", false },	 { "show -- -j", false },
		{ "show -d -s", false }, { "set j vf 0 mac j", false },
		{ "-n j show", false },	 { "show --", false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct line line;
		int n = 0;

		(void)parse(&line, rows[i].text);
		while (line.words[n])
			n++;
		if (svf_cli_wants_json(n, line.words) != rows[i].wants)
			fail_msg("%s", rows[i].text);
	}
}

static void test_help_wanted(void **state)
{
	struct line line;

	(void)state;
	assert_int_equal(parse(&line, "--help"), 0);
	assert_true(line.cli.help);
	assert_null(line.cli.command);
	assert_int_equal(parse(&line, "up -h"), 0);
	assert_true(line.cli.help);
	assert_ptr_equal(line.cli.command, &svf_commands[SVF_COMMAND_UP]);
	assert_int_equal(parse(&line, "-V"), 0);
	assert_true(line.cli.version);
}

static void test_operands(void **state)
{
	struct line line;
	const char *pf;
	unsigned int vf;

	(void)state;
	assert_int_equal(parse(&line, "show dev eth0 -s vf 3"), 0);
	assert_int_equal(svf_cli_take_pf(&line.cli, &pf, &line.err), 0);
	assert_string_equal(pf, "eth0");
	assert_int_equal(svf_cli_end(&line.cli, &line.err), -EINVAL);
	line.err = (struct svf_errmsg){};
	assert_int_equal(svf_cli_take_vf(&line.cli, pf, &vf, &line.err), 0);
	assert_int_equal(vf, 3);
	assert_int_equal(svf_cli_end(&line.cli, &line.err), 0);
	assert_true(svf_cli_has(&line.cli, SVF_OPTION_STATS));
	assert_false(svf_cli_has(&line.cli, SVF_OPTION_JSON));

	/* a netdev may be called dev */
	assert_int_equal(parse(&line, "show dev"), 0);
	assert_int_equal(svf_cli_take_pf(&line.cli, &pf, &line.err), 0);
	assert_string_equal(pf, "dev");
}

static void test_operands_refused(void **state)
{
	static const struct {
		const char *text, *message;
	} rows[] = {
		{ "set", "set: no PF given: svf-loader set PF [vf N] ATTRIBUTE VALUE ..." },
		{ "set a/b", "set: `a/b` cannot be the name of a netdev" },
		{ "set 0123456789abcdef",
		  "set: `0123456789abcdef` cannot be the name of a netdev" },
		{ "set eth0",
		  "set: eth0: no VF given: svf-loader set PF [vf N] ATTRIBUTE VALUE ..." },
		{ "set eth0 mac", "set: eth0: expected `vf N` instead of `mac`" },
		{ "set eth0 vf", "set: eth0: `vf` needs a number" },
		{ "set vf 0 vlan 10",
		  "set: no PF given: svf-loader set PF [vf N] ATTRIBUTE VALUE ..." },
		{ "set eth0 vf x", "set: eth0: vf x: must be a number, from 0 to 255 at most" },
		{ "set eth0 vf 4096",
		  "set: eth0: vf 4096: must be a number, from 0 to 255 at most" },
		{ "set eth0 vf 1 x",
		  "set: unexpected word `x`: svf-loader set PF [vf N] ATTRIBUTE VALUE ..." },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct line line;
		const char *pf;
		unsigned int vf;
		int r = parse(&line, rows[i].text);

		assert_int_equal(r, 0);
		r = svf_cli_take_pf(&line.cli, &pf, &line.err);
		if (r == 0)
			r = svf_cli_take_vf(&line.cli, pf, &vf, &line.err);
		if (r == 0)
			r = svf_cli_end(&line.cli, &line.err);
		assert_int_equal(r, -EINVAL);
		assert_string_equal(line.err.text, rows[i].message);
	}
}

static int parse_up(struct line *line, const char *text, struct svf_up_args *ret_args)
{
	const char *pf;
	int r = parse(line, text);

	return r < 0 ? r : svf_up_parse(&line->cli, &pf, ret_args, &line->err);
}

static void test_up(void **state)
{
	struct svf_up_args args;
	struct line line;

	(void)state;
	assert_int_equal(parse_up(&line, "up eth0 --vfs 8", &args), 0);
	assert_int_equal(args.vfs, 8);
	assert_int_equal(args.lane, SVF_LANE_AFXDP);
	assert_false(args.has_max_vfs || args.has_lane || args.has_queues || args.has_ring_size ||
		     args.has_xdp_mode || args.has_zero_copy || args.skb_mode || args.zero_copy);

	assert_int_equal(parse_up(&line,
				  "up eth0 --vfs 256 --max-vfs 256 --lane tc --queues 64 "
				  "--ring-size 4096 --xdp-mode skb --timeout 0",
				  &args),
			 0);
	assert_int_equal(args.vfs, 256);
	assert_int_equal(args.max_vfs, 256);
	assert_int_equal(args.lane, SVF_LANE_TC);
	assert_int_equal(args.queues, 64);
	assert_int_equal(args.ring_size, 4096);
	assert_true(args.has_max_vfs && args.has_lane && args.has_queues && args.has_ring_size &&
		    args.has_xdp_mode && args.skb_mode);

	assert_int_equal(parse_up(&line, "up eth0 --vfs 1 --zero-copy", &args), 0);
	assert_true(args.has_zero_copy && args.zero_copy && !args.no_flap);
	assert_int_equal(parse_up(&line, "up eth0 --vfs 1 --no-flap", &args), 0);
	assert_true(args.no_flap);
	assert_false(args.has_engines || args.engines_off);

	assert_int_equal(parse_up(&line, "up eth0 --vfs 1 --engines off", &args), 0);
	assert_true(args.has_engines && args.engines_off);
	assert_int_equal(parse_up(&line, "up eth0 --vfs 1 --engines on", &args), 0);
	assert_true(args.has_engines && !args.engines_off);
}

static void test_up_refused(void **state)
{
	static const struct {
		const char *text, *message;
	} rows[] = {
		{ "up eth0", "up: eth0: how many VFs? svf-loader up eth0 --vfs N" },
		{ "up eth0 8", "up: unexpected word `8`: svf-loader up PF --vfs N" },
		{ "up eth0 --vfs 0",
		  "up: eth0: --vfs 0: to remove the VFs, `svf-loader down eth0`" },
		{ "up eth0 --vfs 257", "up: --vfs 257: must be a number from 1 to 256" },
		{ "up eth0 --vfs -1", "up: --vfs -1: must be a number from 1 to 256" },
		{ "up eth0 --vfs=", "up: --vfs : must be a number from 1 to 256" },
		{ "up eth0 --vfs 8 --max-vfs 7", "up: eth0: --max-vfs 7 is less than --vfs 8" },
		{ "up eth0 --vfs 8 --queues 0", "up: --queues 0: must be a number from 1 to 64" },
		{ "up eth0 --vfs 8 --queues 65", "up: --queues 65: must be a number from 1 to 64" },
		{ "up eth0 --vfs 8 --ring-size 32",
		  "up: --ring-size 32: must be a number from 64 to 4096" },
		{ "up eth0 --vfs 8 --ring-size 100",
		  "up: eth0: --ring-size 100: must be a power of two" },
		{ "up eth0 --vfs 8 --ring-size 8192",
		  "up: --ring-size 8192: must be a number from 64 to 4096" },
		{ "up eth0 --vfs 8 --lane xdp", "up: --lane xdp: must be tc or afxdp" },
		{ "up eth0 --vfs 8 --xdp-mode x", "up: --xdp-mode x: must be native or skb" },
		{ "up eth0 --vfs 8 --zero-copy --lane tc",
		  "up: eth0: --zero-copy needs --lane afxdp" },
		{ "up eth0 --vfs 8 --zero-copy --xdp-mode skb",
		  "up: eth0: --zero-copy needs --xdp-mode native" },
		{ "up eth0 --vfs 8 --engines 1", "up: --engines 1: must be off or on" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct svf_up_args args = { .vfs = 77 };
		struct line line;

		assert_int_equal(parse_up(&line, rows[i].text, &args), -EINVAL);
		assert_string_equal(line.err.text, rows[i].message);
		assert_int_equal(svf_errmsg_exit(&line.err, -EINVAL), SVF_EXIT_USAGE);
		assert_int_equal(args.vfs, 77);
	}
}

/* --- tables, help, manual page, completion --- */

static bool is_option_char(char c)
{
	return c == '-' || (c >= 'a' && c <= 'z');
}

/* The set of options (1ULL << id) that text has as "--name"; fails at one that does not exist. */
static uint64_t find_options(const char *where, const char *text)
{
	uint64_t set = 0;

	for (const char *p = text; (p = strstr(p, "--"));) {
		size_t len = 0;
		unsigned int id;

		p += strlen("--");
		while (is_option_char(p[len]))
			len++;
		if (len == 0) /* end of options, a pattern */
			continue;
		for (id = 0; id < SVF_N_OPTIONS; id++)
			if (strlen(svf_options[id].name) == len &&
			    strncmp(svf_options[id].name, p, len) == 0)
				break;
		if (id == SVF_N_OPTIONS)
			fail_msg("%s: there is no option --%.*s", where, (int)len, p);
		set |= 1ULL << id;
		p += len;
	}
	return set;
}

static void check_options(const char *where, uint64_t has, uint64_t wants)
{
	for (unsigned int id = 0; id < SVF_N_OPTIONS; id++)
		if ((has ^ wants) & 1ULL << id)
			fail_msg("%s: --%s is %s", where, svf_options[id].name,
				 wants & 1ULL << id ? "missing" : "not its option");
}

static void test_help(void **state)
{
	(void)state;
	for (int i = 0; i < SVF_N_COMMANDS; i++) {
		const struct svf_command *command = &svf_commands[i];
		char text[FILE_MAX], *line = text;
		FILE *file = fmemopen(text, sizeof(text), "w");

		assert_non_null(file);
		svf_cli_help(file, command);
		assert_int_equal(fclose(file), 0);
		assert_non_null(strstr(text, command->operands));
		check_options(command->name, find_options(command->name, text),
			      command->options | 1ULL << SVF_OPTION_HELP);
		while (line) {
			const char *this = strsep(&line, "\n");

			if (strlen(this) > 100)
				fail_msg("%s: too long: %s", command->name, this);
		}
	}
}

/* Each ".TP" item's tag is an option of its own, with its letter, its range and its default. */
static void check_man_option(const char *command, const char *section,
			     const struct svf_option *option)
{
	char needle[128];

	if (option->letter)
		(void)snprintf(needle, sizeof(needle), "\n.TP\n.BR -%c \", \" --%s\n",
			       option->letter, option->name);
	else if (option->metavar)
		(void)snprintf(needle, sizeof(needle), "\n.TP\n.BI --%s\\~ %s\n", option->name,
			       option->metavar);
	else
		(void)snprintf(needle, sizeof(needle), "\n.TP\n.B --%s\n", option->name);
	if (!strstr(section, needle))
		fail_msg(MAN ": %s: no item %s", command, needle);

	if (!option->max || option->max == INT_MAX || strstr(section, "\nAs above."))
		return;
	(void)snprintf(needle, sizeof(needle), " to %u", option->max);
	if (!strstr(section, needle))
		fail_msg(MAN ": %s: --%s: no \"%s\"", command, option->name, needle);
}

/* Takes out the section that has container engines' options, too. */
static void cut_containers(char page[FILE_MAX])
{
	char *start = strstr(page, "\n.SH CONTAINERS\n");
	char *end = start ? strstr(start + 1, "\n.SH ") : NULL;

	assert_non_null(end);
	memmove(start, end, strlen(end) + 1);
}

static void test_man(void **state)
{
	char page[FILE_MAX], section[FILE_MAX];

	(void)state;
	read_file(MAN, page);
	unescape(page);
	cut_containers(page);
	for (int i = 0; i < SVF_N_COMMANDS; i++) {
		const struct svf_command *command = &svf_commands[i];

		cut_section(page, command->name, section);
		for (unsigned int id = 0; id < SVF_N_OPTIONS; id++)
			if (command->options & 1ULL << id)
				check_man_option(command->name, section, &svf_options[id]);
		/* `help` speaks of --help, the others have it from OPTIONS */
		check_options(command->name,
			      find_options(command->name, section) & ~(1ULL << SVF_OPTION_HELP),
			      command->options);
	}
	check_options(MAN, find_options(MAN, page), (1ULL << SVF_N_OPTIONS) - 1);
}

/* Every counter and every exit code that a user can meet is explained. */
static void test_man_words(void **state)
{
	static const char *const words[] = {
#define SVF_X(name, field, help) #field,
		SVF_VERDICTS(SVF_X) SVF_DROPS(SVF_X) SVF_LOSSES(SVF_X)
#undef SVF_X
	};
	char page[FILE_MAX], needle[64];

	(void)state;
	read_file(MAN, page);
	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		(void)snprintf(needle, sizeof(needle), "\n.BR %s ,", words[i]);
		if (!strstr(page, needle))
			fail_msg(MAN ": %s is not explained", words[i]);
	}
	for (int code = SVF_EXIT_OK; code <= SVF_EXIT_DIFFERS; code++) {
		(void)snprintf(needle, sizeof(needle), "\n.TP\n.B %d\n", code);
		assert_non_null(strstr(page, needle));
	}
}

static void test_completion(void **state)
{
	char script[FILE_MAX], text[512];

	(void)state;
	read_file(COMPLETION, script);
	(void)find_options(COMPLETION, script + strcspn(script, "{"));
	for (int i = 0; i < SVF_N_COMMANDS; i++) {
		const char *blank = "";
		int n = snprintf(text, sizeof(text), "\t[%s]=\"", svf_commands[i].name);

		for (unsigned int id = 0; id < SVF_N_OPTIONS; id++) {
			if (!(svf_commands[i].options & 1ULL << id))
				continue;
			n += snprintf(text + n, sizeof(text) - (size_t)n, "%s--%s", blank,
				      svf_options[id].name);
			blank = " ";
		}
		(void)snprintf(text + n, sizeof(text) - (size_t)n, "\"\n");
		expect_in_completion(script, text);
	}
	for (unsigned int id = 0; id < SVF_N_OPTIONS; id++) {
		const struct svf_option *option = &svf_options[id];
		int n;

		if (!option->metavar)
			continue;
		n = snprintf(text, sizeof(text), "[--%s]=\"", option->name);
		for (unsigned int i = 0; i < option->n_choices; i++)
			n += snprintf(text + n, sizeof(text) - (size_t)n, "%s%s", i ? " " : "",
				      option->choices[i]);
		expect_in_completion(script, text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_commands),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_batch),
		cmocka_unit_test(test_wants_json),
		cmocka_unit_test(test_help_wanted),
		cmocka_unit_test(test_operands),
		cmocka_unit_test(test_operands_refused),
		cmocka_unit_test(test_up),
		cmocka_unit_test(test_up_refused),
		cmocka_unit_test(test_help),
		cmocka_unit_test(test_man),
		cmocka_unit_test(test_man_words),
		cmocka_unit_test(test_completion),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
