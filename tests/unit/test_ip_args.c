// SPDX-License-Identifier: GPL-2.0-only
/* Which of ip's command lines svf-ip takes for its own, by the abbreviations that ip has. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "../../loader/ip_args.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define WORDS_MAX     16

struct line {
	char text[256];
	char *words[WORDS_MAX + 1];
	struct svf_ip_args args;
};

static void parse(struct line *line, const char *text)
{
	char *rest = line->text;
	int n = 0;

	*line = (struct line){};
	(void)snprintf(line->text, sizeof(line->text), "%s", text);
	while (rest && n < WORDS_MAX)
		line->words[n++] = strsep(&rest, " ");
	svf_ip_args_parse(&line->args, n, line->words);
}

static void check_task(const char *const *texts, size_t n, enum svf_ip_task task)
{
	for (size_t i = 0; i < n; i++) {
		struct line line;

		parse(&line, texts[i]);
		if (line.args.task != task)
			fail_msg("%s: task %d", texts[i], line.args.task);
	}
}

static void test_passed(void **state)
{
	static const char *const texts[] = {
		"ip",
		"ip addr",
		"ip a",
		"ip -s a",
		"ip -V",
		"ip -h",
		"ip -help link",
		"ip -batch file",
		"ip -b file link",
		"ip -br link",
		"ip -sd link",
		"ip -n",
		"ip --",
		"ip link add x type dummy",
		"ip link del x",
		"ip link help",
		"ip link xstats type bond",
		"ip l show novf",
		"ip link set eth0 up",
		"ip link s eth0 up",
		"ip link set dev",
		"ip link set",
		"ip link set vf",
		"ip lo",
	};

	(void)state;
	check_task(texts, ARRAY_SIZE(texts), SVF_IP_PASS);
}

static void test_shown(void **state)
{
	static const char *const texts[] = {
		"ip l",
		"ip link",
		"ip li sh",
		"ip link l",
		"ip link lst eth0",
		"ip -s -d -j l sh",
		"ip --stats link list dev eth0 up",
		"ip -n web link",
		"ip -netns web -s link show type veth",
		"ip -f inet link",
		"ip -family inet -4 link",
		"ip -r -rc 4096 -l 3 link",
		"ip -- link",
		"ip -c -col=auto -color=always link",
		"ip -iec -human -o -t -ts -fo -N -a link",
	};

	(void)state;
	check_task(texts, ARRAY_SIZE(texts), SVF_IP_SHOW);
}

static void test_flags(void **state)
{
	struct line line;

	(void)state;
	parse(&line, "ip -s -stat -d -j -p -o -h -i -n web link show eth0");
	assert_true(line.args.stats && line.args.details && line.args.json && line.args.pretty);
	assert_true(line.args.oneline && line.args.human && line.args.iec);
	assert_string_equal(line.args.netns, "web");
	assert_int_equal(line.args.n_global, 11);
	parse(&line, "ip -f inet -fo link");
	assert_false(line.args.stats || line.args.color_auto || line.args.color_always);
	parse(&line, "ip -c link");
	assert_true(line.args.color_always);
	parse(&line, "ip -c -c=auto link");
	assert_true(line.args.color_auto && !line.args.color_always);
	parse(&line, "ip -co=never link");
	assert_false(line.args.color_auto || line.args.color_always);
	parse(&line, "ip -c=mauve link");
	assert_int_equal(line.args.task, SVF_IP_PASS);
}

static void test_set(void **state)
{
	static const struct {
		const char *text;
		int i_dev, i_vf;
	} rows[] = {
		{ "ip link set eth0 vf 0 mac 02:00:00:00:00:01", 3, 4 },
		{ "ip link set dev eth0 vf 0 vlan 5", 4, 5 },
		{ "ip li s dev eth0 vf 0 vlan 5 vf 1 vlan 6", 4, 5 },
		{ "ip l change eth0 up vf 3 trust on", 3, 5 },
		{ "ip -n web link set dev eth0 mtu 1400 vf 0 rate 5", 6, 9 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct line line;

		parse(&line, rows[i].text);
		assert_int_equal(line.args.task, SVF_IP_SET);
		assert_string_equal(line.args.dev, "eth0");
		assert_int_equal(line.args.i_dev, rows[i].i_dev);
		assert_int_equal(line.args.i_vf, rows[i].i_vf);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_passed),
		cmocka_unit_test(test_shown),
		cmocka_unit_test(test_flags),
		cmocka_unit_test(test_set),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
