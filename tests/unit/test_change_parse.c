// SPDX-License-Identifier: GPL-2.0-only
/* The words of `set` (loader/change_parse.c). */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "../../loader/change.h"
#include "../../loader/macaddr.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define WORDS_MAX     16

/* Splits line at single blanks and parses it as what follows "set eth0 vf 3". */
static int parse(struct svf_change *ret_change, const char *line, struct svf_errmsg *err)
{
	char *words[WORDS_MAX], copy[256], *rest = copy;
	int n = 0;

	(void)snprintf(copy, sizeof(copy), "%s", line);
	while (rest && *rest)
		words[n++] = strsep(&rest, " ");
	return svf_change_parse(ret_change, "eth0", 3, n, words, err);
}

static void test_good(void **state)
{
	static const struct {
		const char *line;
		const char *mac; /* NULL: none */
		int vlan, qos;	 /* -1: none */
	} rows[] = {
		{ "mac 02:00:00:00:00:0a", "02:00:00:00:00:0a", -1, -1 },
		{ "mac 02-00-00-00-00-0A", "02:00:00:00:00:0a", -1, -1 },
		{ "m fe:ff:ff:ff:ff:ff", "fe:ff:ff:ff:ff:ff", -1, -1 },
		{ "vlan 0", NULL, 0, -1 },
		{ "vlan 4094", NULL, 4094, -1 },
		{ "v 100 q 7", NULL, 100, 7 },
		{ "vlan 100 qos 0", NULL, 100, 0 },
		{ "vlan 0 qos 0", NULL, 0, 0 },
		{ "qos 5 vlan 100", NULL, 100, 5 },
		{ "vlan 1 mac 02:00:00:00:00:01 qos 3", "02:00:00:00:00:01", 1, 3 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct svf_change change;
		struct svf_errmsg err = {};
		char mac[SVF_MAC_TEXT_MAX];

		if (parse(&change, rows[i].line, &err) < 0)
			fail_msg("%s: %s", rows[i].line, err.text);
		svf_mac_format(mac, change.mac);
		assert_int_equal(change.has_mac, rows[i].mac != NULL);
		assert_string_equal(mac, rows[i].mac ? rows[i].mac : "00:00:00:00:00:00");
		assert_int_equal(change.has_vlan ? change.vlan : -1, rows[i].vlan);
		assert_int_equal(change.has_qos ? change.qos : -1, rows[i].qos);
	}
}

static void test_bad(void **state)
{
	static const struct {
		const char *line, *text; /* text follows "eth0: vf 3: " */
	} rows[] = {
		{ "", "nothing to set: mac LLADDR, vlan VID [qos Q]" },
		{ "mac", "mac needs a value" },
		{ "mac x", "mac x: must be an address like 02:00:00:00:00:01" },
		{ "mac 02:00:00:00:00", "mac 02:00:00:00:00: must be an address like "
					"02:00:00:00:00:01" },
		{ "mac 00:00:00:00:00:00",
		  "mac 00:00:00:00:00:00: a VF cannot have the zero address" },
		{ "mac 01:00:5e:00:00:01",
		  "mac 01:00:5e:00:00:01: a VF cannot have a multicast address" },
		{ "mac ff:ff:ff:ff:ff:ff",
		  "mac ff:ff:ff:ff:ff:ff: a VF cannot have a multicast address" },
		{ "vlan 4095", "vlan 4095: must be a number from 0 (none) to 4094" },
		{ "vlan -1", "vlan -1: must be a number from 0 (none) to 4094" },
		{ "vlan 1 qos 8", "qos 8: must be a number from 0 to 7" },
		{ "vlan 1 qos", "qos needs a value" },
		{ "qos 3", "qos needs vlan: vlan VID qos 3" },
		{ "mac 02:00:00:00:00:01 qos 0", "qos needs vlan: vlan VID qos 0" },
		{ "vlan 0 qos 3", "vlan 0 qos 3: without a VLAN there is no tag to carry qos" },
		{ "vlan 1 vlan 1", "vlan is given twice" },
		{ "mac 02:00:00:00:00:01 mac 02:00:00:00:00:02", "mac is given twice" },
		{ "vlna 5", "unknown word `vlna`: did you mean `vlan`?" },
		{ "trust on", "unknown word `trust`: mac, vlan and qos can be set" },
		{ "macs 02:00:00:00:00:01", "unknown word `macs`: did you mean `mac`?" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct svf_change change = { .vlan = 77 };
		struct svf_errmsg err = {};
		char text[sizeof(err.text)];

		(void)snprintf(text, sizeof(text), "eth0: vf 3: %s", rows[i].text);
		assert_int_equal(parse(&change, rows[i].line, &err), -EINVAL);
		assert_string_equal(err.text, text);
		assert_int_equal(svf_errmsg_exit(&err, -EINVAL), SVF_EXIT_USAGE);
		assert_int_equal(change.vlan, 77); /* nothing is handed out */
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_bad),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
