// SPDX-License-Identifier: GPL-2.0-only
/* Netdev names and aliases: what fits stays, what does not is hashed, and only ours parse. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <svf/abi.h>

#include "../../loader/names.h"

static void short_names(void **state)
{
	struct svf_name name;

	(void)state;
	svf_name_format(&name, "eth0", SVF_NAME_VF, 3);
	assert_string_equal(name.name, "eth0v3");
	assert_string_equal(name.long_name, "eth0v3");
	assert_false(name.hashed);
	svf_name_format(&name, "eth0", SVF_NAME_REPRESENTOR, 255);
	assert_string_equal(name.name, "eth0r255");
	svf_name_format(&name, "eth0", SVF_NAME_RING_PORT, 4095);
	assert_string_equal(name.name, "eth0q4095");
}

static void longest_that_fits(void **state)
{
	struct svf_name name;

	(void)state;
	svf_name_format(&name, "enp129s0f0np0", SVF_NAME_VF, 7);
	assert_string_equal(name.name, "enp129s0f0np0v7");
	assert_false(name.hashed);
}

static void long_names_are_hashed(void **state)
{
	struct svf_name a, b, other;

	(void)state;
	svf_name_format(&a, "enp129s0f0np0", SVF_NAME_VF, 10);
	assert_true(a.hashed);
	assert_string_equal(a.long_name, "enp129s0f0np0v10");
	assert_int_equal(strlen(a.name), 13);
	assert_memory_equal(a.name, "enp129", 6);
	assert_string_equal(a.name + 10, "v10");

	/* The same at every call, another for another PF. */
	svf_name_format(&b, "enp129s0f0np0", SVF_NAME_VF, 10);
	assert_string_equal(a.name, b.name);
	svf_name_format(&other, "enp129s0f1np1", SVF_NAME_VF, 10);
	assert_string_not_equal(a.name, other.name);
}

static void all_names_differ(void **state)
{
	struct svf_name name, longest;

	(void)state;
	for (unsigned int vf = 0; vf < 4096; vf++) {
		char wanted[8];

		svf_name_format(&name, "wlx00c0caab1234", SVF_NAME_RING_PORT, vf);
		assert_true(name.hashed);
		(void)snprintf(wanted, sizeof(wanted), "q%u", vf);
		assert_string_equal(name.name + 10, wanted);
	}
	svf_name_format(&longest, "wlx00c0caab1234", SVF_NAME_RING_PORT, 4095);
	assert_int_equal(strlen(longest.name), IFNAMSIZ - 1);
}

static void alias_round_trip(void **state)
{
	char buf[SVF_ALIAS_MAX];
	uint32_t generation;
	unsigned int vf;

	(void)state;
	svf_alias_format(buf, "eth0@4026532200", 17, 4000000000U);
	assert_string_equal(buf, "svf:eth0@4026532200:17:4000000000");
	assert_true(svf_alias_parse(buf, "eth0@4026532200", &vf, &generation));
	assert_int_equal(vf, 17);
	assert_int_equal(generation, 4000000000U);
	assert_true(svf_alias_parse(buf, NULL, &vf, &generation));
	assert_false(svf_alias_parse(buf, "eth0", &vf, &generation));
	assert_false(svf_alias_parse(buf, "eth0@40265322000", &vf, &generation));
}

static void alias_of_the_shaper(void **state)
{
	char buf[SVF_ALIAS_MAX];
	uint32_t generation;
	unsigned int vf;

	(void)state;
	svf_alias_format(buf, "eth0", SVF_PF_ID, 1);
	assert_string_equal(buf, "svf:eth0:pf:1");
	assert_true(svf_alias_parse(buf, "eth0", &vf, &generation));
	assert_int_equal(vf, SVF_PF_ID);
	assert_int_equal(generation, 1);
}

static void longest_alias_fits(void **state)
{
	char label[3 * IFNAMSIZ + 24], buf[SVF_ALIAS_MAX];
	uint32_t generation;
	unsigned int vf;

	(void)state;
	memset(label, 'x', sizeof(label));
	label[sizeof(label) - 1] = '\0';
	svf_alias_format(buf, label, 4095, UINT32_MAX);
	assert_true(svf_alias_parse(buf, label, &vf, &generation));
	assert_int_equal(vf, 4095);
	assert_int_equal(generation, UINT32_MAX);
}

static void foreign_aliases(void **state)
{
	static const char *const rows[] = {
		"",
		"svf",
		"svf:",
		"svf:eth0",
		"svf:eth0:1",
		"svf:eth0:1:",
		"svf:eth0::1",
		"svf::1:1",
		"svf:eth0:1:1 ",
		"svf:eth0:1:1:1",
		"svf:eth0:-1:1",
		"svf:eth0:+1:1",
		"svf:eth0: 1:1",
		"svf:eth0:01:1",
		"svf:eth0:4096:1",
		"svf:eth0:65535:1",
		"svf:eth0:pf0:1",
		"svf:eth0:p:1",
		"svf:eth0:pf",
		"svf:eth0:99999999999999999999:1",
		"svf:eth0:1:4294967296",
		"svf:eth0:1:x",
		"SVF:eth0:1:1",
		"xsvf:eth0:1:1",
		"uplink to the switch",
	};
	uint32_t generation = 5;
	unsigned int vf = 5;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_false(svf_alias_parse(rows[i], NULL, &vf, &generation));
	assert_int_equal(vf, 5);
	assert_int_equal(generation, 5);
}

static void vf_names_are_known(void **state)
{
	static const struct {
		const char *name;
		int vf; /* -1: no VF's */
	} rows[] = {
		{ "eth0v0", 0 },   { "eth0r255", 255 }, { "eth0q3", -1 }, /* a tap has its alias
									     before it stays */
		{ "eth0v", -1 },   { "eth0v01", -1 },	{ "eth1v1", -1 },	    { "eth0", -1 },
		{ "eth0v1x", -1 }, { "v1", -1 },	{ "eth0v99999999999", -1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		unsigned int vf = 77;

		assert_int_equal(svf_name_parse(rows[i].name, "eth0", &vf), rows[i].vf >= 0);
		assert_int_equal(vf, rows[i].vf >= 0 ? rows[i].vf : 77);
	}
}

static void hashed_vf_names_are_known(void **state)
{
	const char *pf = "verylongnetdev0";
	struct svf_name name;
	unsigned int vf;

	(void)state;
	svf_name_format(&name, pf, SVF_NAME_VF, 42);
	assert_true(name.hashed && svf_name_parse(name.name, pf, &vf));
	assert_int_equal(vf, 42);
	assert_false(svf_name_parse(name.name, "verylongnetdev1", &vf));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(short_names),
		cmocka_unit_test(longest_that_fits),
		cmocka_unit_test(long_names_are_hashed),
		cmocka_unit_test(all_names_differ),
		cmocka_unit_test(alias_round_trip),
		cmocka_unit_test(alias_of_the_shaper),
		cmocka_unit_test(longest_alias_fits),
		cmocka_unit_test(foreign_aliases),
		cmocka_unit_test(vf_names_are_known),
		cmocka_unit_test(hashed_vf_names_are_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
