// SPDX-License-Identifier: GPL-2.0-only
/* Batches (loader/batch.c) and failures as JSON (loader/failure.c). */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../loader/batch.h"
#include "../../loader/failure.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

static void test_split(void **state)
{
	static const struct {
		const char *line;
		int n;
		const char *words; /* joined by "|" */
	} rows[] = {
		{ "", 0, "" },
		{ " \t\n", 0, "" },
		{ "# set\n", 0, "" },
		{ "show eth0\n", 2, "show|eth0" },
		{ "  show\teth0  # all\n", 2, "show|eth0" },
		{ "show eth0#1", 2, "show|eth0#1" },
		{ "a 'b c' \"d 'e\" f''g", 4, "a|b c|d 'e|fg" },
		{ "a '' b", 3, "a||b" },
		{ "a 'b", -EINVAL, "" },
		{ "a b\\\nc", 3, "a|b\\|c" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char line[64], joined[64] = "", *words[SVF_BATCH_WORDS_MAX + 1];
		int n;

		(void)snprintf(line, sizeof(line), "%s", rows[i].line);
		n = svf_batch_split(line, words);
		assert_int_equal(n, rows[i].n);
		for (int w = 0; w < n; w++) {
			size_t len = strlen(joined);

			(void)snprintf(joined + len, sizeof(joined) - len, "%s%s", w ? "|" : "",
				       words[w]);
		}
		assert_string_equal(joined, rows[i].words);
	}
}

static void test_too_many_words(void **state)
{
	char line[2 * SVF_BATCH_WORDS_MAX + 3], *words[SVF_BATCH_WORDS_MAX + 1];

	(void)state;
	for (size_t i = 0; i + 1 < sizeof(line); i += 2)
		memcpy(line + i, "a ", 2);
	line[2 * SVF_BATCH_WORDS_MAX] = '\0';
	assert_int_equal(svf_batch_split(line, words), SVF_BATCH_WORDS_MAX);
	for (size_t i = 0; i + 1 < sizeof(line); i += 2)
		memcpy(line + i, "a ", 2);
	line[2 * SVF_BATCH_WORDS_MAX + 2] = '\0';
	assert_int_equal(svf_batch_split(line, words), -E2BIG);
}

static void test_failures(void **state)
{
	static const struct {
		const char *text, *json;
		int error;
		enum svf_exit code;
	} rows[] = {
		{ "eth0: no such netdev",
		  "{\"error\":{\"object\":\"eth0\",\"pf\":\"eth0\",\"message\":"
		  "\"eth0: no such netdev\",\"exit\":3,\"errno\":\"ENODEV\"}}",
		  -ENODEV, 0 },
		{ "set: eth0: vf 3: vlan x: no",
		  "{\"error\":{\"object\":\"eth0: vf 3\",\"pf\":\"eth0\",\"vf\":3,\"message\":"
		  "\"set: eth0: vf 3: vlan x: no\",\"exit\":1,\"errno\":\"EINVAL\"}}",
		  -EINVAL, SVF_EXIT_USAGE },
		{ "show: has no option --vfs: see `x`",
		  "{\"error\":{\"object\":\"show\",\"message\":"
		  "\"show: has no option --vfs: see `x`\",\"exit\":1,\"errno\":\"EINVAL\"}}",
		  -EINVAL, SVF_EXIT_USAGE },
		{ "no command given: see `x`",
		  "{\"error\":{\"object\":null,\"message\":\"no command given: see `x`\","
		  "\"exit\":1,\"errno\":\"EINVAL\"}}",
		  -EINVAL, SVF_EXIT_USAGE },
		{ "",
		  "{\"error\":{\"object\":null,\"message\":\"Cannot allocate memory\",\"exit\":2,"
		  "\"errno\":\"ENOMEM\"}}",
		  -ENOMEM, 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct svf_errmsg err = { .exit = rows[i].code };
		json_t *json;
		char *text;

		(void)snprintf(err.text, sizeof(err.text), "%s", rows[i].text);
		json = svf_failure_json(&err, rows[i].error);
		text = json_dumps(json, JSON_COMPACT);
		assert_non_null(text);
		assert_string_equal(text, rows[i].json);
		free(text);
		json_decref(json);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_split),
		cmocka_unit_test(test_too_many_words),
		cmocka_unit_test(test_failures),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
