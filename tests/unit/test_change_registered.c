// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a VF may do by itself: `trust` as a list, and the trunk that it makes by VLAN netdevs of its
 * own (loader/attribute_trust.c, change_registered.c).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "set_line.h"

/* As `show` tells it: in ip's line, and what ip has no word for in ours and in JSON. */
static void test_trust_is_shown(void **state)
{
	static const struct {
		const char *line, *text, *ours;
		bool is_all;
		unsigned int n;
	} rows[] = {
		{ "trust on", "trust on", "", true, SVF_N_TRUSTS },
		{ "trust off", "trust off", "", false, 0 },
		{ "trust promisc,mac", "trust off", "        trusts mac,promisc\n", false, 2 },
		{ "trust vlan", "trust off", "        trusts vlan\n", false, 1 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		json_t *ip = json_object(), *ours = json_object();
		struct svf_vf_config config;
		char text[TEXT_MAX], expected[TEXT_MAX];

		reset(&config);
		set(&config, rows[i].line);
		render(&config, text);
		(void)snprintf(expected, sizeof(expected), ", %s, query_rss", rows[i].text);
		assert_non_null(strstr(text, expected));
		expect_lines(&config, rows[i].ours);
		assert_int_equal(svf_attributes_add_ip(ip, &config), 0);
		assert_int_equal(svf_attributes_add_vf(ours, &config), 0);
		assert_int_equal(json_is_true(json_object_get(ip, "trust")), rows[i].is_all);
		assert_int_equal(json_array_size(json_object_get(ours, "trusts")), rows[i].n);
		json_decref(ip);
		json_decref(ours);
	}
}

/* As if the VF had VLAN netdevs for these. */
static void register_vids(struct svf_vf_config *config, unsigned int vid, unsigned int vid_8021ad)
{
	__u64 trunk[SVF_TRUNK_WORDS] = {}, trunk_8021ad[SVF_TRUNK_WORDS] = {};
	const struct svf_change change = { .trunk = trunk, .trunk_8021ad = trunk_8021ad };

	if (vid)
		trunk[vid / 64] |= 1ULL << (vid % 64);
	if (vid_8021ad)
		trunk_8021ad[vid_8021ad / 64] |= 1ULL << (vid_8021ad % 64);
	svf_change_merge_registered(&change, config);
}

static void test_registered(void **state)
{
	struct svf_vf_config config;
	json_t *ours = json_object();

	(void)state;
	reset(&config);
	set(&config, "trust vlan");
	register_vids(&config, 10, 4094);
	assert_true(config.registered && config.has_trunk);
	assert_true(svf_trunk_has(&config, 10) && svf_trunk_has(&config, SVF_VLAN_8021AD | 4094));
	expect_lines(&config, "        trusts vlan\n        registered 10\n"
			      "        registered 802.1ad 4094\n");
	assert_int_equal(svf_attributes_add_vf(ours, &config), 0);
	assert_int_equal(json_array_size(json_object_get(ours, "trunk")), 0);
	assert_int_equal(json_array_size(json_object_get(ours, "registered")), 2);
	json_decref(ours);
	register_vids(&config, 11, 0);
	assert_false(svf_trunk_has(&config, 10));
	expect_lines(&config, "        trusts vlan\n        registered 11\n");
	set(&config, "spoofchk off trunk rem 0"); /* of untagged frames the VF registers nothing */
	assert_true(config.registered && !config.untagged);
	set(&config, "trunk rem 5 untagged on");
	assert_true(config.registered && svf_trunk_has(&config, 11));
	register_vids(&config, 0, 0);
	assert_false(config.registered || config.has_trunk);
}

/* What ends it; each line on a VF that has registered VLAN 10. */
static void test_registered_ends(void **state)
{
	static const struct {
		const char *line, *lines;
	} rows[] = {
		{ "trunk add 20", "        Allowed 802.1Q VLANs: 20.\n" },
		{ "trunk rem 10 add 20", "        Allowed 802.1Q VLANs: 20.\n" },
		{ "trunk add 20 rem 20", "" },
		{ "trust off", "" },
		{ "trust mac,promisc,allmulti", "        trusts mac,promisc,allmulti\n" },
		{ "trust off trunk rem 10", "" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct svf_vf_config config;

		reset(&config);
		set(&config, "trust on");
		register_vids(&config, 10, 0);
		set(&config, rows[i].line);
		assert_false(config.registered);
		expect_lines(&config, rows[i].lines);
	}
	for (unsigned int i = 0; i < 2; i++) {
		struct svf_vf_config config;

		reset(&config);
		set(&config, "trust on");
		register_vids(&config, 10, 11);
		set(&config, i ? "vlan 0 qos 3" : "vlan 5 trunk rem 1-4094");
		assert_false(config.registered || config.has_trunk);
		assert_int_equal(config.vlan, i ? 0 : 5);
		register_vids(&config, 10, 11); /* not now */
		assert_false(config.registered || config.has_trunk);
	}
}

/* Whom nothing is registered for, and what only the VF can give up. */
static void test_registered_is_refused(void **state)
{
	static const char *const lines[] = { "trust mac,promisc,allmulti", "trust on vlan 5",
					     "trust on vlan 0 qos 1", "trust on trunk add 7",
					     "trust on trunk add 7 proto 802.1ad" };
	struct svf_vf_config config, before;
	struct line line;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		reset(&config);
		set(&config, lines[i]);
		before = config;
		assert_false(svf_change_may_register(&config));
		register_vids(&config, 10, 0);
		assert_memory_equal(&config, &before, sizeof(config));
	}
	reset(&config);
	set(&config, "trust mac,vlan");
	register_vids(&config, 10, 0);
	before = config;
	assert_int_equal(parse(&line, 3, "trunk rem 1-4094"), 0);
	assert_int_equal(svf_change_merge_vf(&line.change, &config, &line.err), -EINVAL);
	assert_string_equal(line.err.text,
			    "eth0: vf 3: trunk rem: the VF has registered its VLANs itself (trust "
			    "vlan): `trust mac` takes them away, `trunk add` puts others in their "
			    "place");
	assert_int_equal(svf_errmsg_exit(&line.err, -EINVAL), SVF_EXIT_REFUSED);
	assert_memory_equal(&config, &before, sizeof(config));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_trust_is_shown),
		cmocka_unit_test(test_registered),
		cmocka_unit_test(test_registered_ends),
		cmocka_unit_test(test_registered_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
