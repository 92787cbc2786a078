// SPDX-License-Identifier: GPL-2.0-only
/* The words of `set` and what they do to a configuration (loader/change_parse.c, attribute*.c). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "set_line.h"

static void test_defaults(void **state)
{
	struct svf_vf_config config = {
		.mac = { 0x02, 0, 0, 0, 0, 9 },
		.representor = 1,
		.ring_port = 2,
		.generation = 3,
		.lane = SVF_LANE_AFXDP,
		.vlan = 5,
		.n_macs = 2,
		.has_trunk = 1,
		.trust = 1,
		.max_tx_rate = 100,
	};
	struct svf_policy policy = { .rate = 1, .storm = 2, .shaper_near = 3, .trunks = 4 };
	char text[TEXT_MAX];

	(void)state;
	svf_attributes_reset_vf(&config, 9000);
	assert_int_equal(config.representor, 1);
	assert_int_equal(config.ring_port, 2);
	assert_int_equal(config.generation, 3);
	assert_int_equal(config.lane, SVF_LANE_AFXDP);
	render(&config, text);
	assert_string_equal(
		text,
		"mac 02:00:00:00:00:09, spoof checking on, link-state auto, trust off, query_rss off\n"
		"        query_rss off (no effect), untagged on, promisc off, allmulti off, bcast on,\n"
		"        isolation inherit (vepa), host_access on, mtu 9000\n");
	svf_attributes_reset_pf(&policy);
	assert_int_equal(policy.rate + policy.storm, 0);
	assert_int_equal(policy.isolation, SVF_ISOLATION_VEB);
	assert_int_equal(policy.shaper_near, 3);
	assert_int_equal(policy.trunks, 4);
}

/* Each row: a field's value after `set` from the defaults. */
static void test_fields(void **state)
{
	static const struct {
		const char *line;
		size_t offset, size;
		unsigned int value;
	} rows[] = {
#define ROW(line, field, value)                                                                    \
	{ line, offsetof(struct svf_vf_config, field), sizeof(((struct svf_vf_config *)0)->field), \
	  value }
		ROW("vlan 4094", vlan, 4094),
		ROW("vlan 0", vlan, 0),
		ROW("v 100 qo 7", qos, 7),
		ROW("qos 5 vlan 100", qos, 5),
		ROW("vlan 100", vlan_proto, ETH_P_8021Q),
		ROW("vlan 100 proto 802.1ad", vlan_proto, ETH_P_8021AD),
		ROW("proto 802.1AD vlan 100", vlan_proto, ETH_P_8021AD),
		ROW("vlan 100 proto 802.1q", vlan_proto, ETH_P_8021Q),
		ROW("vlan 0 qos 3", qos, 3),
		ROW("max_tx_rate 100", max_tx_rate, 100),
		ROW("rate 100", max_tx_rate, 100),
		ROW("ra 1gbit", max_tx_rate, 1000),
		ROW("rate 10 max_tx_rate 10mbit", max_tx_rate, 10),
		ROW("min_tx_rate 12500kbps", min_tx_rate, 100),
		ROW("max_rx_rate 1tbit", max_rx_rate, SVF_RATE_MAX),
		ROW("spoof off", spoofchk, 0),
		ROW("spoofchk of", spoofchk, 0),
		ROW("trus on", trust, SVF_TRUST_ALL),
		ROW("trust on", trust, SVF_TRUST_ALL),
		ROW("trust of", trust, 0),
		ROW("trust mac", trust, 1U << SVF_TRUST_MAC),
		ROW("trust v,m,m", trust, 1U << SVF_TRUST_MAC | 1U << SVF_TRUST_VLAN),
		ROW("trust allmulti,promisc,vlan,mac", trust, SVF_TRUST_ALL),
		ROW("promisc all trust promisc", promisc, SVF_PROMISC_ALL),
		ROW("trust mac,allmulti allmulti on", allmulti, 1),
		ROW("state dis", link_state, SVF_LINK_STATE_DISABLE),
		ROW("sta e", link_state, SVF_LINK_STATE_ENABLE),
		ROW("query on", query_rss, 1),
		ROW("untagged off", untagged, 0),
		ROW("trunk rem 0", untagged, 0),
		ROW("trunk rem 0 untagged off", untagged, 0),
		ROW("promisc all trust on", promisc, SVF_PROMISC_ALL),
		ROW("trust on promisc un", promisc, SVF_PROMISC_UNMATCHED),
		ROW("allmulti on trust on", allmulti, 1),
		ROW("bcast off", bcast, 0),
		ROW("isolation private", isolation, SVF_ISOLATION_PRIVATE),
		ROW("iso inherit", isolation, SVF_ISOLATION_INHERIT),
		ROW("host_access off", host_access, 0),
		ROW("burst 64k", burst, 65536),
		ROW("burst 65536", burst, 65536),
		ROW("storm 1000", storm, 1000),
		ROW("storm 1k", storm, 1000),
		ROW("max_tx_pps 10m", max_tx_pps, SVF_PPS_MAX),
		ROW("max_rx_pps 250K", max_rx_pps, 250000),
		ROW("max_rx_pps 0", max_rx_pps, 0),
		ROW("allow_proto add lldp,lacp", allow_lldp, 1),
		ROW("allow_proto add lldp,lacp", allow_lacp, 1),
		ROW("allow_proto add lldp,lacp rem lldp", allow_lldp, 0),
		ROW("allow a reserved", allow_reserved, 1),
		ROW("mtu 68", mtu, 68),
		ROW("mtu 65535", mtu, 65535),
#undef ROW
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct svf_vf_config config;
		unsigned int value = 0;

		reset(&config);
		set(&config, rows[i].line);
		memcpy(&value, (char *)&config + rows[i].offset, rows[i].size);
		if (value != rows[i].value)
			fail_msg("%s: %u instead of %u", rows[i].line, value, rows[i].value);
	}
}

static void test_mac(void **state)
{
	static const struct {
		const char *line, *mac;
	} rows[] = {
		{ "mac 02:00:00:00:00:0a", "02:00:00:00:00:0a" },
		{ "mac 02-00-00-00-00-0A", "02:00:00:00:00:0a" },
		{ "vlan 1 mac fe:ff:ff:ff:ff:ff qos 3", "fe:ff:ff:ff:ff:ff" },
		{ "mac 0", "00:00:00:00:00:00" },
		{ "mac 00:00:00:00:00:00", "00:00:00:00:00:00" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct svf_vf_config config;
		char mac[SVF_MAC_TEXT_MAX];

		reset(&config);
		set(&config, rows[i].line);
		svf_mac_format(mac, config.mac);
		assert_string_equal(mac, rows[i].mac);
	}
}

/* As ip: qos and proto belong to the VLAN that they are given with. */
static void test_vlan_resets(void **state)
{
	struct svf_vf_config config;

	(void)state;
	reset(&config);
	set(&config, "vlan 5 qos 3 proto 802.1ad");
	set(&config, "trust on");
	assert_int_equal(config.qos, 3);
	set(&config, "vlan 6 qos 4");
	assert_int_equal(config.qos, 4);
	assert_int_equal(config.vlan_proto, ETH_P_8021Q);
	set(&config, "proto 802.1ad vlan 6");
	assert_int_equal(config.qos, 0);
	assert_int_equal(config.vlan_proto, ETH_P_8021AD);
	set(&config, "vlan 0");
	assert_int_equal(config.vlan_proto, ETH_P_8021Q);
}

/* The example of the VGT+ proposal, and the same in the other syntax. */
static void test_trunk(void **state)
{
	static const char *const vgt[] = { "trunk add 10 100", "trunk add 105 proto 802.1ad",
					   "trunk rem 90", "trunk rem 50 60", NULL };
	static const char expected[] = "        Allowed 802.1Q VLANs: 10-49, 61-89, 91-100.\n"
				       "        Allowed 802.1ad VLANs: 105.\n";
	struct svf_vf_config config;

	(void)state;
	reset(&config);
	set_all(&config, vgt);
	assert_true(config.has_trunk);
	assert_true(svf_trunk_has(&config, 10) && svf_trunk_has(&config, 100));
	assert_false(svf_trunk_has(&config, 90) || svf_trunk_has(&config, 105));
	assert_true(svf_trunk_has(&config, SVF_VLAN_8021AD | 105));
	expect_lines(&config, expected);

	reset(&config);
	set(&config, "trunk add 10-100 rem 90,50-60 add 105 proto 802.1ad trust on");
	assert_int_equal(config.trust, SVF_TRUST_ALL);
	expect_lines(&config, expected);
	set(&config, "trunk rem 1-4094 rem 1-4094 proto 802.1ad");
	assert_false(config.has_trunk);
	assert_int_equal(config.untagged, 1);

	set(&config, "trunk add 1,4094,0-2 rem 0");
	assert_int_equal(config.untagged, 0);
	expect_lines(&config, "        Allowed 802.1Q VLANs: 1-2, 4094.\n");
	set(&config, "trunk rem 5"); /* not in it: nothing to do */
	set(&config, "trunk rem 1 4094");
	assert_false(config.has_trunk);
}

static void test_trunk_is_wrapped(void **state)
{
	char text[TEXT_MAX] = "trunk add 1", lines[TEXT_MAX], *line = lines;
	struct svf_vf_config config;

	(void)state;
	for (unsigned int vid = 1001; vid < 1100; vid += 2) {
		size_t len = strlen(text);

		(void)snprintf(text + len, sizeof(text) - len, ",%u", vid);
	}
	reset(&config);
	set(&config, text);
	render(&config, lines);
	while (line) {
		const char *this = strsep(&line, "\n");

		assert_in_range(strlen(this), 0, SVF_WRAP_COLUMNS);
	}
}

static void test_mac_list(void **state)
{
	struct svf_vf_config config;
	char text[TEXT_MAX];

	(void)state;
	reset(&config);
	set(&config, "mac_list add 02:00:00:00:01:01,02:00:00:00:01:02");
	set(&config, "mac_list add 02:00:00:00:01:02,02:00:00:00:01:03 rem 02:00:00:00:01:01");
	set(&config, "mac_list rem 02:00:00:00:01:ff");
	assert_int_equal(config.n_macs, 2);
	expect_lines(&config, "        mac_list 02:00:00:00:01:02, 02:00:00:00:01:03\n");
	set(&config, "allow_proto add dot1x,stp");
	expect_lines(&config, "        mac_list 02:00:00:00:01:02, 02:00:00:00:01:03\n"
			      "        allow_proto stp, dot1x\n");

	for (unsigned int i = 0; config.n_macs < SVF_MACS_MAX; i++) {
		(void)snprintf(text, sizeof(text), "mac_list add 02:00:00:00:02:%02x", i);
		set(&config, text);
	}
	set(&config, text); /* is in it */
}

static void test_pf(void **state)
{
	struct svf_policy policy = { .isolation = SVF_ISOLATION_VEB, .trunks = 5 };
	static const struct {
		const char *line, *text;
	} rows[] = {
		{ "", "eth0: nothing to set: see `svf-loader set --help`" },
		{ "isolation inherit", "eth0: isolation inherit: must be veb, vepa or private" },
		{ "trust on", "eth0: `trust` is a VF's: svf-loader set eth0 vf N trust ..." },
		{ "strom 5", "eth0: unknown word `strom`: did you mean `storm`?" },
		{ "0 vlan 5", "eth0: unknown word `0`: did you mean `vf 0`?" },
		{ "rate 1 rate 1", "eth0: rate is given twice" },
	};
	struct line line;

	(void)state;
	assert_int_equal(parse(&line, SVF_PF_ID, "rate 10gbit isolation pri storm 500"), 0);
	assert_int_equal(svf_change_merge_pf(&line.change, &policy, &line.err), 0);
	assert_int_equal(policy.rate, 10000);
	assert_int_equal(policy.isolation, SVF_ISOLATION_PRIVATE);
	assert_int_equal(policy.storm, 500);
	assert_int_equal(policy.trunks, 5);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		assert_int_equal(parse(&line, SVF_PF_ID, rows[i].line), -EINVAL);
		assert_string_equal(line.err.text, rows[i].text);
		assert_int_equal(svf_errmsg_exit(&line.err, -EINVAL), SVF_EXIT_USAGE);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_defaults), cmocka_unit_test(test_fields),
		cmocka_unit_test(test_mac),	 cmocka_unit_test(test_vlan_resets),
		cmocka_unit_test(test_trunk),	 cmocka_unit_test(test_trunk_is_wrapped),
		cmocka_unit_test(test_mac_list), cmocka_unit_test(test_pf),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
