// SPDX-License-Identifier: GPL-2.0-only
/* What `set` refuses, and what it says (loader/change_parse.c, attribute_check.c). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "set_line.h"

/* Given in one command, or found in what the VF has. text follows "eth0: vf 3: ". */
static void test_refused_together(void **state)
{
	static const struct {
		const char *before, *line, *text;
	} rows[] = {
		{ NULL, "min_tx_rate 200 max_tx_rate 100",
		  "Invalid min_tx_rate 200 - must be <= max_tx_rate 100" },
		{ "max_tx_rate 100", "min_tx_rate 200",
		  "Invalid min_tx_rate 200 - must be <= max_tx_rate 100" },
		{ "min_tx_rate 100", "rate 10",
		  "Invalid max_tx_rate 10 - must be >= min_tx_rate 100" },
		{ "vlan 5", "trunk add 6",
		  "a VF has a vlan or a trunk, not both: `vlan 0` with it" },
		{ "vlan 5", "trunk add 6 proto 802.1ad",
		  "a VF has a vlan or a trunk, not both: `vlan 0` with it" },
		{ "trunk add 6", "vlan 5 qos 1",
		  "a VF has a vlan or a trunk, not both: `trunk rem 1-4094` with it" },
		{ "trunk add 6", "vlan 0 qos 1",
		  "a VF has a vlan or a trunk, not both: `trunk rem 1-4094` with it" },
		{ "trunk add 6 proto 802.1ad", "vlan 5",
		  "a VF has a vlan or a trunk, not both: `trunk rem 1-4094 proto 802.1ad` with it" },
		{ "trunk add 6 proto 802.1ad add 7", "vlan 5",
		  "a VF has a vlan or a trunk, not both: "
		  "`trunk rem 1-4094 rem 1-4094 proto 802.1ad` with it" },
		{ NULL, "vlan 5 trunk add 6", "a VF has a vlan or a trunk, not both: give one" },
		{ NULL, "vlan 0 proto 802.1ad", "proto 802.1ad needs a VLAN: vlan 0 is none" },
		{ NULL, "promisc all",
		  "promisc all needs trust promisc: `trust promisc` or `promisc off`" },
		{ "trust on promisc unmatched", "trust off",
		  "promisc unmatched needs trust promisc: `trust promisc` or `promisc off`" },
		{ "trust mac,allmulti,vlan", "promisc all",
		  "promisc all needs trust promisc: `trust on` or `promisc off`" },
		{ "trust on", "allmulti on trust off",
		  "allmulti on needs trust allmulti: `trust allmulti` or `allmulti off`" },
		{ "trust mac,promisc", "allmulti on",
		  "allmulti on needs trust allmulti: `trust mac,promisc,allmulti` or "
		  "`allmulti off`" },
		{ "vlan 5", "untagged off",
		  "untagged off: in vlan 5 the VF sends and gets untagged frames only: "
		  "`untagged on` with it" },
		{ NULL, "burst 1517",
		  "burst 1517 must hold one frame of its mtu 1500 at least: 1518 bytes" },
		{ "burst 2k", "mtu 3000",
		  "burst 2048 must hold one frame of its mtu 3000 at least: 3018 bytes" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct svf_vf_config config, before;
		struct line line;
		char text[TEXT_MAX];

		reset(&config);
		if (rows[i].before)
			set(&config, rows[i].before);
		before = config;
		(void)snprintf(text, sizeof(text), "eth0: vf 3: %s", rows[i].text);
		assert_int_equal(parse(&line, 3, rows[i].line), 0);
		assert_int_equal(svf_change_merge_vf(&line.change, &config, &line.err), -EINVAL);
		assert_string_equal(line.err.text, text);
		assert_int_equal(svf_errmsg_exit(&line.err, -EINVAL), SVF_EXIT_REFUSED);
		assert_memory_equal(&config, &before, sizeof(config));
	}
}

static void test_accepted_together(void **state)
{
	static const char *const lines[] = {
		"trust on promisc all allmulti on",
		"trust off allmulti off promisc off",
		"vlan 5 qos 3",
		"vlan 0 trunk add 5",
		"trunk rem 5 vlan 5",
		"min_tx_rate 100 vlan 0",
		"max_tx_rate 100",
		"max_tx_rate 50 min_tx_rate 50",
		"rate 0",
		NULL,
	};
	struct svf_vf_config config;

	(void)state;
	reset(&config);
	set_all(&config, lines);
	assert_int_equal(config.min_tx_rate, 50);
}

/* Words that are wrong for every VF. text follows "eth0: vf 3: ". */
static void test_bad(void **state)
{
	static const struct {
		const char *line, *text;
	} rows[] = {
		{ "", "nothing to set: see `svf-loader set --help`" },
		{ "mac", "mac needs a value: mac LLADDR" },
		{ "mac x", "mac x: must be an address like 02:00:00:00:00:01, or 0" },
		{ "mac 02:00:00:00:00",
		  "mac 02:00:00:00:00: must be an address like 02:00:00:00:00:01, or 0" },
		{ "mac 01:00:5e:00:00:01",
		  "mac 01:00:5e:00:00:01: a VF cannot have a multicast address" },
		{ "mac ff:ff:ff:ff:ff:ff",
		  "mac ff:ff:ff:ff:ff:ff: a VF cannot have a multicast address" },
		{ "vlan 4095", "vlan 4095: must be a number from 0 to 4094" },
		{ "vlan -1", "vlan -1: must be a number from 0 to 4094" },
		{ "vlan 1 qos 8", "qos 8: must be a number from 0 to 7" },
		{ "vlan 1 qos", "qos needs a value: qos Q" },
		{ "qos 3", "qos needs vlan: vlan VID qos Q" },
		{ "trust on proto 802.1ad", "proto needs vlan: vlan VID proto {802.1Q|802.1ad}" },
		{ "vlan 1 proto 802.1x", "proto 802.1x: must be 802.1Q or 802.1ad" },
		{ "vlan 1 vlan 1", "vlan is given twice" },
		{ "trunk add 1 trunk add 2", "trunk is given twice: trunk add A rem B does both" },
		{ "vlna 5", "unknown word `vlna`: did you mean `vlan`?" },
		{ "max-tx-rate 5", "unknown word `max-tx-rate`: did you mean `max_tx_rate`?" },
		{ "colour on", "unknown word `colour`: see `svf-loader set --help`" },
		{ "m 5", "unknown word `m`: it could be `mac` or `max_tx_rate` or `min_tx_rate` or "
			 "`mac_list` or `max_rx_rate` or `max_tx_pps` or `max_rx_pps` or `mtu`" },
		{ "max_tx 5", "unknown word `max_tx`: it could be `max_tx_rate` or `max_tx_pps`" },
		{ "link-state auto", "unknown word `link-state`: did you mean `state`?" },
		{ "link_state auto", "unknown word `link_state`: did you mean `state`?" },
		{ "tx_rate 5", "unknown word `tx_rate`: did you mean `rate`?" },
		{ "vlan=100", "unknown word `vlan=100`: did you mean `vlan 100`?" },
		{ "link-state=auto", "unknown word `link-state=auto`: did you mean `state auto`?" },
		{ "vlan 1 vf 2 vlan 1", "one VF per command: give `vf` once, and first" },
		{ "spoofchk yes", "spoofchk yes: must be on or off" },
		{ "trust o", "trust o: it could be `on` or `off`" },
		{ "trust yes",
		  "trust yes: must be on, off, or a list of: mac promisc allmulti vlan" },
		{ "trust mac,almulti", "trust almulti: did you mean `allmulti`?" },
		{ "trust mac,on",
		  "trust on: must be on, off, or a list of: mac promisc allmulti vlan" },
		{ "trust mac,,vlan", "trust: `mac,,vlan` must be a list like A,B,C" },
		{ "state up", "state up: must be auto, enable or disable" },
		{ "promisc on", "promisc on: must be off, unmatched or all" },
		{ "isolation none", "isolation none: must be inherit, veb, vepa or private" },
		{ "rate 10 max_tx_rate 20",
		  "rate and max_tx_rate are the same, but are given differently" },
		{ "rate 1500kbit", "rate 1500kbit: rates are whole Mbit/s, as in ip link" },
		{ "max_tx_rate -1", "max_tx_rate -1: must be Mbit/s from 0 (none) to 1000000, or "
				    "with a unit: 100mbit, 1gbit" },
		{ "max_tx_rate 10mb", "max_tx_rate 10mb: must be Mbit/s from 0 (none) to 1000000, "
				      "or with a unit: 100mbit, 1gbit" },
		{ "min_tx_rate 1000001", "min_tx_rate 1000001: must be Mbit/s from 0 (none) to "
					 "1000000, or with a unit: 100mbit, 1gbit" },
		{ "burst 1g", "burst 1g: must be bytes from 0 (chosen by rate) to 33554432, or "
			      "with a unit: 64k" },
		{ "storm -1", "storm -1: must be frames a second from 0 (no limit) to 10000000, or "
			      "with a unit: 10k, 1m" },
		{ "max_tx_pps 11m", "max_tx_pps 11m: must be frames a second from 0 (no limit) to "
				    "10000000, or with a unit: 10k, 1m" },
		{ "max_rx_pps 1.5k", "max_rx_pps 1.5k: must be frames a second from 0 (no limit) "
				     "to 10000000, or with a unit: 10k, 1m" },
		{ "mtu 67", "mtu 67: must be a number from 68 to 65535" },
		{ "mtu 65536", "mtu 65536: must be a number from 68 to 65535" },
		{ "trunk 5", "trunk 5: must be add or rem: trunk {add|rem} VIDS [proto P]" },
		{ "trunk add", "trunk add: what? trunk {add|rem} VIDS [proto P]" },
		{ "trunk add 5,,6", "trunk: `5,,6` must be a list like A,B,C" },
		{ "trunk add 20-10",
		  "trunk: `20-10` must be VLANs from 0 (untagged) to 4094, like 2,4,10-20" },
		{ "trunk add 4095",
		  "trunk: `4095` must be VLANs from 0 (untagged) to 4094, like 2,4,10-20" },
		{ "trunk add 20 10", "trunk 20 10: must be START END, from 0 (untagged) to 4094" },
		{ "trunk add 0 proto 802.1ad", "trunk: 0 is untagged, it has no proto" },
		{ "trunk add 5 proto x", "trunk ... proto x: must be 802.1Q or 802.1ad" },
		{ "trunk add 0 untagged off",
		  "trunk 0 and untagged are the same, but are given differently" },
		{ "untagged off trunk add 0",
		  "trunk 0 and untagged are the same, but are given differently" },
		{ "mac_list set 02:00:00:00:00:01",
		  "mac_list set: must be add or rem: mac_list {add|rem} MACS" },
		{ "mac_list add 02:00:00:00:00:01,x",
		  "mac_list: `x` must be an address like 02:00:00:00:00:01" },
		{ "mac_list add 01:00:5e:00:00:01",
		  "mac_list: 01:00:5e:00:00:01: a VF cannot have a multicast address" },
		{ "mac_list add 00:00:00:00:00:00",
		  "mac_list: 00:00:00:00:00:00: a VF cannot have a zero address" },
		{ "allow_proto add lldb",
		  "allow_proto: `lldb` must be one of: lldp lacp stp pause dot1x reserved" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct line line = { .change = { .vf = 77 } };
		char text[sizeof(line.err.text)];

		(void)snprintf(text, sizeof(text), "eth0: vf 3: %s", rows[i].text);
		assert_int_equal(parse(&line, 3, rows[i].line), -EINVAL);
		assert_string_equal(line.err.text, text);
		assert_int_equal(svf_errmsg_exit(&line.err, -EINVAL), SVF_EXIT_USAGE);
		assert_int_equal(line.change.vf, 77); /* nothing is handed out */
	}
}

/* Good words, but not for this VF or not here. */
static void test_refused(void **state)
{
	struct svf_vf_config config;
	struct line line;

	(void)state;
	assert_int_equal(parse(&line, 3, "node_guid 00:11:22:33:44:55:66:77"), -EINVAL);
	assert_string_equal(
		line.err.text,
		"eth0: vf 3: node_guid: an InfiniBand attribute, an Ethernet VF has none");
	assert_int_equal(svf_errmsg_exit(&line.err, -EINVAL), SVF_EXIT_REFUSED);

	reset(&config);
	config.n_macs = SVF_MACS_MAX;
	assert_int_equal(parse(&line, 3, "mac_list add 02:00:00:00:03:00"), 0);
	assert_int_equal(svf_change_merge_vf(&line.change, &config, &line.err), -EINVAL);
	assert_string_equal(
		line.err.text,
		"eth0: vf 3: mac_list: 02:00:00:00:03:00 is one too many: a VF can have 32");
	assert_int_equal(svf_errmsg_exit(&line.err, -EINVAL), SVF_EXIT_REFUSED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_refused_together),
		cmocka_unit_test(test_accepted_together),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
