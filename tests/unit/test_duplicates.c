// SPDX-License-Identifier: GPL-2.0-only
/* Addresses that several VFs have in one VLAN (loader/duplicates.c). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../loader/attribute.h"
#include "../../loader/change.h"
#include "../../loader/vfinfo.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* A VF as it is after `set <text>`; "" for none. */
static struct svf_vf_config make(const char *text)
{
	struct svf_vf_config config = {};
	char copy[128], *words[16], *rest = copy;
	struct svf_change change;
	struct svf_errmsg err = {};
	int n = 0;

	svf_attributes_reset_vf(&config, 1500);
	(void)snprintf(copy, sizeof(copy), "%s", text);
	while (*text && rest && n < 16)
		words[n++] = strsep(&rest, " ");
	if (n && (svf_change_parse(&change, "eth0", 0, n, words, &err) < 0 ||
		  svf_change_merge_vf(&change, &config, &err) < 0))
		fail_msg("%s", err.text);
	return config;
}

static void test_vlans(void **state)
{
	static const struct {
		const char *a, *b;
		bool share;
	} rows[] = {
		{ "", "", true },
		{ "", "vlan 5", false },
		{ "vlan 5", "vlan 5", true },
		{ "vlan 5", "vlan 6", false },
		{ "vlan 5", "vlan 5 proto 802.1ad", false },
		{ "vlan 0 qos 3", "", true },
		{ "untagged off", "", false },
		{ "untagged off", "untagged off", false },
		{ "trunk add 5", "vlan 5", true },
		{ "trunk add 5", "vlan 5 proto 802.1ad", false },
		{ "trunk add 5 proto 802.1ad", "vlan 5 proto 802.1ad", true },
		{ "trunk add 5", "vlan 6", false },
		{ "trunk add 5", "", true },
		{ "trunk add 5 untagged off", "", false },
		{ "trunk add 1-10 untagged off", "trunk add 10-20", true },
		{ "trunk add 1-9 untagged off", "trunk add 10-20", false },
		{ "trunk add 1-9", "trunk add 10-20", true },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct svf_vf_config a = make(rows[i].a), b = make(rows[i].b);

		if (svf_vfs_share_vlan(&a, &b) != rows[i].share ||
		    svf_vfs_share_vlan(&b, &a) != rows[i].share)
			fail_msg("\"%s\" and \"%s\"", rows[i].a, rows[i].b);
	}
}

static void test_dups(void **state)
{
	struct svf_vf_info vfs[] = {
		{ .vf = 0, .config = make("mac 02:00:00:00:00:01") },
		{ .vf = 1,
		  .config = make("mac 02:00:00:00:00:02 mac_list add 02:00:00:00:00:01,"
				 "02:00:00:00:00:02") },
		{ .vf = 2, .config = make("mac 02:00:00:00:00:01 vlan 5") },
		{ .vf = 3, .config = make("mac 02:00:00:00:00:03") },
	};
	struct svf_pf_info info = { .n_vfs = ARRAY_SIZE(vfs), .vfs = vfs };

	(void)state;
	assert_int_equal(svf_pf_info_find_dups(&info), 0);
	assert_int_equal(vfs[0].n_dups, 1);
	assert_int_equal(vfs[0].dups[0].vf, 1);
	assert_int_equal(vfs[1].n_dups, 1);
	assert_int_equal(vfs[1].dups[0].vf, 0);
	assert_int_equal(vfs[1].dups[0].mac[5], 1);
	assert_int_equal(vfs[2].n_dups, 0);
	assert_int_equal(vfs[3].n_dups, 0);
	free(vfs[0].dups);
	free(vfs[1].dups);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vlans),
		cmocka_unit_test(test_dups),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
