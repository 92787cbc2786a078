// SPDX-License-Identifier: GPL-2.0-only
/* Where VFs go in what ip printed, and JSON printed as ip prints it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../loader/ip_merge.h"
#include "../../loader/json.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* Netdev 5 has a VF. */
static char *one_vf(void *arg, int ifindex)
{
	(void)arg;
	return ifindex == 5 ? strdup("    vf 0\n    RX\n") : NULL;
}

static void test_text(void **state)
{
	static const struct {
		bool oneline;
		const char *text, *merged;
	} rows[] = {
		{ false, "", "" },
		{ false, "5: a: <UP>\n    link/ether\n",
		  "5: a: <UP>\n    link/ether\n    vf 0\n    RX\n" },
		{ false, "4: a: <UP>\n    link/ether\n", "4: a: <UP>\n    link/ether\n" },
		/* altnames come last; an alias that looks like one does not */
		{ false, "5: a: x\n    alias b\n    altname c\n    altname d\n6: e: x\n",
		  "5: a: x\n    alias b\n    vf 0\n    RX\n    altname c\n    altname d\n6: e: x\n" },
		{ false, "5: a: x\n    altname c\n    alias 5: b\n",
		  "5: a: x\n    altname c\n    alias 5: b\n    vf 0\n    RX\n" },
		{ false, "15: a: x\n5: b: x\n    y\n55: c: x\n",
		  "15: a: x\n5: b: x\n    y\n    vf 0\n    RX\n55: c: x\n" },
		{ false, "\033[36m5: a: \033[0mx\n    y\n6: b: x\n",
		  "\033[36m5: a: \033[0mx\n    y\n    vf 0\n    RX\n6: b: x\n" },
		{ true, "5: a: x\\    y\\    altname c\n6: b: x\n",
		  "5: a: x\\    y\\    vf 0\\    RX\\    altname c\n6: b: x\n" },
		{ true, "5: a: x\n", "5: a: x\\    vf 0\\    RX\n" },
		/* no newline at the end, and what is no netdev */
		{ false, "5: a: x", "5: a: x\n    vf 0\n    RX" },
		{ false, "5:a\n", "5:a\n" },
		{ false, "Device does not exist\n", "Device does not exist\n" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char out[256] = "";
		FILE *file = fmemopen(out, sizeof(out), "w");

		assert_non_null(file);
		svf_ip_merge_text(file, rows[i].text, rows[i].oneline, one_vf, NULL);
		assert_int_equal(fclose(file), 0);
		assert_string_equal(out, rows[i].merged);
	}
}

static json_t *one_list(void *arg, int ifindex)
{
	(void)arg;
	return ifindex == 5 ? json_pack("[{s:i}]", "vf", 0) : NULL;
}

static void check_json(const char *text, const char *merged, bool pretty)
{
	json_t *links = json_loads(text, 0, NULL);
	json_t *result = svf_ip_merge_json(links, one_list, NULL);
	char out[1024] = "";
	FILE *file = fmemopen(out, sizeof(out), "w");

	assert_non_null(result);
	assert_non_null(file);
	assert_int_equal(svf_json_print(file, result, pretty), 0);
	assert_int_equal(fclose(file), 0);
	assert_string_equal(out, merged);
	json_decref(links);
	json_decref(result);
}

static void test_json(void **state)
{
	(void)state;
	check_json("[]", "[]\n", false);
	check_json("[{},{\"ifindex\":5,\"a\":[],\"altnames\":[\"x\"]},{\"ifindex\":6}]",
		   "[{},{\"ifindex\":5,\"a\":[],\"vfinfo_list\":[{\"vf\":0}],"
		   "\"altnames\":[\"x\"]},{\"ifindex\":6}]\n",
		   false);
	check_json("[{\"ifindex\":5,\"b\":{\"c\":true}}]",
		   "[{\"ifindex\":5,\"b\":{\"c\":true},\"vfinfo_list\":[{\"vf\":0}]}]\n", false);
	check_json("[{},{\"ifindex\":5,\"f\":[\"A\",\"B\"],\"o\":{\"x\":null}}]",
		   "[ {},{\n"
		   "        \"ifindex\": 5,\n"
		   "        \"f\": [ \"A\",\"B\" ],\n"
		   "        \"o\": {\n"
		   "            \"x\": null\n"
		   "        },\n"
		   "        \"vfinfo_list\": [ {\n"
		   "                \"vf\": 0\n"
		   "            } ]\n"
		   "    } ]\n",
		   true);
	check_json("[]", "[ ]\n", true);
}

/* An alias may be any bytes. */
static void test_parse(void **state)
{
	json_t *links = svf_ip_parse("[{\"ifalias\":\"\xc3\xa9\"}]");

	(void)state;
	assert_string_equal(json_string_value(json_object_get(json_array_get(links, 0), "ifalias")),
			    "\xc3\xa9");
	json_decref(links);
	links = svf_ip_parse("[{\"ifalias\":\"a\xff\xfe\"}]");
	assert_string_equal(json_string_value(json_object_get(json_array_get(links, 0), "ifalias")),
			    "a??");
	json_decref(links);
	assert_null(svf_ip_parse("Device \"x\" does not exist."));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_parse),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
