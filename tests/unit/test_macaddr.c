// SPDX-License-Identifier: GPL-2.0-only
/*
 * MAC addresses: text both ways, and the derivation. Its known values guard what is
 * promised to users: the same addresses after every restart and upgrade.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../../loader/macaddr.h"

#define MACHINE "3d1219c7c4c5404aaa1f6d2a48adfda4"

static void text_both_ways(void **state)
{
	static const struct {
		const char *text, *canonical;
	} rows[] = {
		{ "02:00:5e:10:ff:a0", "02:00:5e:10:ff:a0" },
		{ "02-00-5E-10-FF-A0", "02:00:5e:10:ff:a0" },
		{ "2:0:5e:10:ff:a0", "02:00:5e:10:ff:a0" },
		{ "ff:ff:ff:ff:ff:ff", "ff:ff:ff:ff:ff:ff" },
		{ "00:00:00:00:00:00", "00:00:00:00:00:00" },
	};
	char buf[SVF_MAC_TEXT_MAX];
	uint8_t mac[ETH_ALEN];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(svf_mac_parse(rows[i].text, mac), 0);
		svf_mac_format(buf, mac);
		assert_string_equal(buf, rows[i].canonical);
	}
}

static void bad_texts(void **state)
{
	static const char *const rows[] = {
		"",
		":",
		"02",
		"02:00:5e:10:ff",
		"02:00:5e:10:ff:",
		"02:00:5e:10:ff:a0:",
		"02:00:5e:10:ff:a0:00",
		"02:00:5e:10:ff:a0 ",
		" 02:00:5e:10:ff:a0",
		"02:00:5e:10:ff:ag",
		"02:00:5e:10:ff:1a0",
		"02:00-5e:10:ff:a0",
		"02:-0:5e:10:ff:a0",
		"02::5e:10:ff:a0",
		"02005e10ffa0",
		"02.00.5e.10.ff.a0",
		"0x2:00:5e:10:ff:a0",
	};
	uint8_t mac[ETH_ALEN] = { 1, 2, 3, 4, 5, 6 };
	static const uint8_t before[ETH_ALEN] = { 1, 2, 3, 4, 5, 6 };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(svf_mac_parse(rows[i], mac), -EINVAL);
	assert_memory_equal(mac, before, ETH_ALEN);
}

static void kinds(void **state)
{
	static const uint8_t zero[ETH_ALEN], one[ETH_ALEN] = { 0, 0, 0, 0, 0, 1 };
	static const uint8_t group[ETH_ALEN] = { 0x33, 0x33 };
	static const uint8_t broadcast[ETH_ALEN] = { 255, 255, 255, 255, 255, 255 };

	(void)state;
	assert_true(svf_mac_is_zero(zero));
	assert_false(svf_mac_is_zero(one));
	assert_true(svf_mac_is_multicast(group));
	assert_true(svf_mac_is_multicast(broadcast));
	assert_false(svf_mac_is_multicast(zero));
	assert_false(svf_mac_is_multicast(one));
}

/* Computed independently: printf 'm\0p\0' and the numbers, big endian, into sha256sum. */
static void known_values(void **state)
{
	char text[SVF_MAC_TEXT_MAX];
	uint8_t mac[ETH_ALEN];

	(void)state;
	svf_mac_derive(mac, MACHINE, "52:54:00:12:34:56", 0, 0);
	svf_mac_format(text, mac);
	assert_string_equal(text, "7a:8e:3d:8b:67:68");
	svf_mac_derive(mac, MACHINE, "pf0@init", 255, 1);
	svf_mac_format(text, mac);
	assert_string_equal(text, "56:ad:c2:2a:0a:aa");
}

static void are_local_and_unicast(void **state)
{
	uint8_t mac[ETH_ALEN];

	(void)state;
	for (unsigned int vf = 0; vf < 4096; vf++) {
		svf_mac_derive(mac, MACHINE, "pf0@init", vf, 0);
		assert_int_equal(mac[0] & 0x03, 0x02);
	}
}

static void every_input_counts(void **state)
{
	uint8_t a[ETH_ALEN], b[ETH_ALEN];

	(void)state;
	svf_mac_derive(a, MACHINE, "pf0@init", 1, 0);
	svf_mac_derive(b, MACHINE, "pf0@init", 2, 0);
	assert_memory_not_equal(a, b, ETH_ALEN);
	svf_mac_derive(b, MACHINE, "pf0@init", 1, 1);
	assert_memory_not_equal(a, b, ETH_ALEN);
	svf_mac_derive(b, MACHINE, "pf1@init", 1, 0);
	assert_memory_not_equal(a, b, ETH_ALEN);
	svf_mac_derive(b, "another", "pf0@init", 1, 0);
	assert_memory_not_equal(a, b, ETH_ALEN);

	/* The border between the two texts counts too. */
	svf_mac_derive(a, "ab", "c", 1, 0);
	svf_mac_derive(b, "a", "bc", 1, 0);
	assert_memory_not_equal(a, b, ETH_ALEN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_both_ways),
		cmocka_unit_test(bad_texts),
		cmocka_unit_test(kinds),
		cmocka_unit_test(known_values),
		cmocka_unit_test(are_local_and_unicast),
		cmocka_unit_test(every_input_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
