// SPDX-License-Identifier: GPL-2.0-only
/* Numbers, netdev names, keywords (loader/parse.c, loader/words.c). */
#include <errno.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../../loader/parse.h"
#include "../../loader/words.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

static void test_plain_words(void **state)
{
	static const char *const plain[] = { "eth0", "eth0.100", "/proc/12/ns/net", "a-b_c@d",
					     "0" };
	static const char *const others[] = {
		"",	    "x;reboot;", "$(id)", "`id`",      "a b",	 "-rf", "a\nb",
		"a\033[2J", "a\xff",	 "a'b",	  "../../etc", "a/../b", ".",	"a&b",
		"a|b",	    "a*",	 "~",	  "a#b",       "a\"b",	 "a\\b"
	};

	(void)state;
	for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++)
		assert_true(svf_word_is_plain(plain[i]));
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (svf_word_is_plain(others[i]))
			fail_msg("plain: %s", others[i]);
}

static void test_numbers(void **state)
{
	static const struct {
		const char *text;
		unsigned int min, max;
		int r;
		unsigned int value;
	} rows[] = {
		{ "0", 0, 9, 0, 0 },
		{ "9", 0, 9, 0, 9 },
		{ "10", 0, 9, -ERANGE, 0 },
		{ "1", 2, 9, -ERANGE, 0 },
		{ "010", 0, 99, 0, 10 },
		{ "4294967295", 0, UINT_MAX, 0, UINT_MAX },
		{ "4294967296", 0, UINT_MAX, -ERANGE, 0 },
		{ "18446744073709551616", 0, UINT_MAX, -ERANGE, 0 },
		{ "99999999999999999999999999999999", 0, 9, -ERANGE, 0 },
		{ "", 0, 9, -EINVAL, 0 },
		{ "-1", 0, 9, -EINVAL, 0 },
		{ "+1", 0, 9, -EINVAL, 0 },
		{ " 1", 0, 9, -EINVAL, 0 },
		{ "1 ", 0, 9, -EINVAL, 0 },
		{ "1x", 0, 9, -EINVAL, 0 },
		{ "0x1", 0, 9, -EINVAL, 0 },
		{ "99999999999999999999x", 0, 9, -EINVAL, 0 },
		{ "\xd9\xa1", 0, 9, -EINVAL, 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		unsigned int value = 12345;
		int r = svf_parse_number(rows[i].text, rows[i].min, rows[i].max, &value);

		if (r != rows[i].r)
			fail_msg("\"%s\": %d instead of %d", rows[i].text, r, rows[i].r);
		assert_int_equal(value, r ? 12345 : rows[i].value);
	}
}

static void test_ifnames(void **state)
{
	static const char *const good[] = {
		"eth0", "a", "br-0123456789ab", "eth0.100", "...", "p@1"
	};
	static const char *const bad[] = { "",	  ".",	 "..", "0123456789abcdef", "a/b", "a b",
					   "a:1", "a\n", "a\t" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(good); i++)
		assert_int_equal(svf_parse_ifname(good[i]), 0);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_int_equal(svf_parse_ifname(bad[i]), -EINVAL);
}

static const char *const names[] = { "set", "show", "shown", "up" };

static void test_find_word(void **state)
{
	(void)state;
	assert_int_equal(svf_word_find("up", names, ARRAY_SIZE(names)), 3);
	assert_int_equal(svf_word_find("u", names, ARRAY_SIZE(names)), 3);
	assert_int_equal(svf_word_find("se", names, ARRAY_SIZE(names)), 0);
	/* whole, although it is a beginning too */
	assert_int_equal(svf_word_find("show", names, ARRAY_SIZE(names)), 1);
	assert_int_equal(svf_word_find("shown", names, ARRAY_SIZE(names)), 2);
	assert_int_equal(svf_word_find("s", names, ARRAY_SIZE(names)), -ENOTUNIQ);
	assert_int_equal(svf_word_find("sho", names, ARRAY_SIZE(names)), -ENOTUNIQ);
	assert_int_equal(svf_word_find("showns", names, ARRAY_SIZE(names)), -ENOENT);
	assert_int_equal(svf_word_find("", names, ARRAY_SIZE(names)), -ENOENT);
}

static void test_nearest_word(void **state)
{
	static const char *const long_names[] = { "ring-size", "queues", "zero-copy", "mac" };
	static const char huge[] = "0123456789012345678901234567890123456789";

	(void)state;
	assert_string_equal(svf_word_nearest("shwo", names, 2), "show");  /* swapped */
	assert_string_equal(svf_word_nearest("shw", names, 2), "show");	  /* left out */
	assert_string_equal(svf_word_nearest("sshow", names, 2), "show"); /* doubled */
	assert_string_equal(svf_word_nearest("shaw", names, 2), "show");  /* replaced */
	assert_null(svf_word_nearest("list", names, ARRAY_SIZE(names)));
	assert_null(svf_word_nearest("x", names, ARRAY_SIZE(names)));
	assert_null(svf_word_nearest("", names, ARRAY_SIZE(names)));
	assert_null(svf_word_nearest(huge, names, ARRAY_SIZE(names)));
	assert_string_equal(svf_word_nearest("ringsiez", long_names, 4), "ring-size");
	assert_string_equal(svf_word_nearest("queueus", long_names, 4), "queues");
	assert_null(svf_word_nearest("trust", long_names, 4));
}

static void test_hints(void **state)
{
	char hint[SVF_HINT_MAX];

	(void)state;
	assert_string_equal(svf_word_hint(hint, "shwo", "--", names, 2, "see help"),
			    "did you mean `--show`?");
	assert_string_equal(svf_word_hint(hint, "s", "", names, 2, "see help"),
			    "it could be `set` or `show`");
	assert_string_equal(svf_word_hint(hint, "list", "", names, 2, "see help"), "see help");
	assert_string_equal(svf_word_hint(hint, "", "", names, 2, "see help"), "see help");
}

static void test_rates(void **state)
{
	static const struct {
		const char *text;
		int r;
		unsigned int mbit;
	} rows[] = {
		{ "0", 0, 0 },
		{ "1000000", 0, 1000000 },
		{ "1000001", -ERANGE, 0 },
		{ "100mbit", 0, 100 },
		{ "100Mbit", 0, 100 },
		{ "1000kbit", 0, 1 },
		{ "1500kbit", -EDOM, 0 },
		{ "1000000bit", 0, 1 },
		{ "1bit", -EDOM, 0 },
		{ "0bit", 0, 0 },
		{ "1.5gbit", 0, 1500 },
		{ "2.5Gbit", 0, 2500 },
		{ ".5gbit", 0, 500 },
		{ "1.0005gbit", -EDOM, 0 },
		{ "1tbit", 0, 1000000 },
		{ "1.000001tbit", -ERANGE, 0 },
		{ "999999999999999999tbps", -ERANGE, 0 },
		{ "9999999999999999999tbps", -EINVAL, 0 },
		{ "125kbps", 0, 1 },
		{ "1mbps", 0, 8 },
		{ "1gbps", 0, 8000 },
		{ "125000bps", 0, 1 },
		{ "1mibit", -EDOM, 0 },
		{ "15625kibit", 0, 16 },
		{ "1.5", -EDOM, 0 },
		{ "2.0", 0, 2 },
		{ "1.2.3gbit", -EINVAL, 0 },
		{ "", -EINVAL, 0 },
		{ "mbit", -EINVAL, 0 },
		{ ".", -EINVAL, 0 },
		{ "-1mbit", -EINVAL, 0 },
		{ "1 mbit", -EINVAL, 0 },
		{ "1mb", -EINVAL, 0 },
		{ "1mbits", -EINVAL, 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		unsigned int mbit = 12345;
		int r = svf_parse_rate(rows[i].text, 1000000, &mbit);

		if (r != rows[i].r)
			fail_msg("\"%s\": %d instead of %d", rows[i].text, r, rows[i].r);
		assert_int_equal(mbit, r ? 12345 : rows[i].mbit);
	}
}

static void test_sizes(void **state)
{
	static const struct {
		const char *text;
		int r;
		unsigned int bytes;
	} rows[] = {
		{ "0", 0, 0 },
		{ "1500", 0, 1500 },
		{ "1500b", 0, 1500 },
		{ "64k", 0, 65536 },
		{ "64KB", 0, 65536 },
		{ "1m", 0, 1 << 20 },
		{ "2mb", 0, 2 << 20 },
		{ "3m", -ERANGE, 0 },
		{ "2097153", -ERANGE, 0 },
		{ "1g", -EINVAL, 0 },
		{ "1.5k", -EINVAL, 0 },
		{ "", -EINVAL, 0 },
		{ "k", -EINVAL, 0 },
		{ "-1", -EINVAL, 0 },
		{ "1kbit", -EINVAL, 0 },
		{ "999999999999999999m", -ERANGE, 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		unsigned int bytes = 12345;
		int r = svf_parse_size(rows[i].text, 2 << 20, &bytes);

		if (r != rows[i].r)
			fail_msg("\"%s\": %d instead of %d", rows[i].text, r, rows[i].r);
		assert_int_equal(bytes, r ? 12345 : rows[i].bytes);
	}
}

static void test_counts(void **state)
{
	static const struct {
		const char *text;
		int r;
		unsigned int count;
	} rows[] = {
		{ "0", 0, 0 },		{ "1000", 0, 1000 },	  { "1k", 0, 1000 },
		{ "10M", 0, 10000000 }, { "10001k", -ERANGE, 0 }, { "10000001", -ERANGE, 0 },
		{ "", -EINVAL, 0 },	{ "k", -EINVAL, 0 },	  { "-1", -EINVAL, 0 },
		{ "1.5k", -EINVAL, 0 }, { "1kb", -EINVAL, 0 },	  { "1g", -EINVAL, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		unsigned int count = 12345;
		int r = svf_parse_count(rows[i].text, 10000000, &count);

		if (r != rows[i].r)
			fail_msg("\"%s\": %d instead of %d", rows[i].text, r, rows[i].r);
		assert_int_equal(count, r ? 12345 : rows[i].count);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_numbers),	     cmocka_unit_test(test_rates),
		cmocka_unit_test(test_sizes),	     cmocka_unit_test(test_counts),
		cmocka_unit_test(test_ifnames),	     cmocka_unit_test(test_find_word),
		cmocka_unit_test(test_nearest_word), cmocka_unit_test(test_plain_words),
		cmocka_unit_test(test_hints),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
