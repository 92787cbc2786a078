// SPDX-License-Identifier: GPL-2.0-only
/* The words of `set` and what they do to a configuration (loader/change_parse.c, attribute*.c). */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "../../loader/attribute.h"
#include "../../loader/change.h"
#include "../../loader/macaddr.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define WORDS_MAX     64
#define TEXT_MAX      1024
#define MTU	      1500

/* A command line's words after "set eth0 vf 3" or "set eth0". */
struct line {
	char text[TEXT_MAX];
	char *words[WORDS_MAX];
	int n;
	struct svf_change change;
	struct svf_errmsg err;
};

/* Splits text at single blanks and checks it against no state. */
static int parse(struct line *line, unsigned int vf, const char *text)
{
	char *rest = line->text;

	line->n = 0;
	line->err = (struct svf_errmsg){};
	(void)snprintf(line->text, sizeof(line->text), "%s", text);
	while (rest && *rest && line->n < WORDS_MAX)
		line->words[line->n++] = strsep(&rest, " ");
	return svf_change_parse(&line->change, "eth0", vf, line->n, line->words, &line->err);
}

static void reset(struct svf_vf_config *config)
{
	*config = (struct svf_vf_config){ .mac = { 0x02, 0, 0, 0, 0, 3 } };
	svf_attributes_reset_vf(config, MTU);
}

/* Does what one `set` after another does; fails if one is refused. */
static void set_all(struct svf_vf_config *config, const char *const texts[])
{
	for (; *texts; texts++) {
		struct line line;

		if (parse(&line, 3, *texts) < 0 ||
		    svf_change_merge_vf(&line.change, config, &line.err) < 0)
			fail_msg("%s: %s", *texts, line.err.text);
	}
}

static void set(struct svf_vf_config *config, const char *text)
{
	set_all(config, (const char *const[]){ text, NULL });
}

/* What `show -d` and ip's line say of it, in one text. */
static void render(const struct svf_vf_config *config, char text[TEXT_MAX])
{
	const struct svf_policy policy = { .isolation = SVF_ISOLATION_VEPA };
	char mac[SVF_MAC_TEXT_MAX];
	FILE *file = fmemopen(text, TEXT_MAX, "w");

	assert_non_null(file);
	svf_mac_format(mac, config->mac);
	fprintf(file, "mac %s", mac);
	svf_attributes_show_line(file, config);
	fprintf(file, "\n");
	svf_attributes_show_vf(file, config, &policy);
	assert_int_equal(fclose(file), 0);
}

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
		ROW("trus on", trust, 1),
		ROW("trust on", trust, 1),
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

static void expect_lines(const struct svf_vf_config *config, const char *expected)
{
	char text[TEXT_MAX];
	const char *lists;

	render(config, text);
	lists = strstr(text, "mtu 1500\n");
	assert_non_null(lists);
	assert_string_equal(lists + strlen("mtu 1500\n"), expected);
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
	assert_int_equal(config.trust, 1);
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
		  "Invalid min_tx_rate 100 - must be <= max_tx_rate 10" },
		{ "vlan 5", "trunk add 6",
		  "a VF has a vlan or a trunk, not both: `vlan 0` or `trunk rem 1-4094` with it" },
		{ "trunk add 6", "vlan 5 qos 1",
		  "a VF has a vlan or a trunk, not both: `vlan 0` or `trunk rem 1-4094` with it" },
		{ "trunk add 6", "vlan 0 qos 1",
		  "a VF has a vlan or a trunk, not both: `vlan 0` or `trunk rem 1-4094` with it" },
		{ NULL, "vlan 0 proto 802.1ad", "proto 802.1ad needs a VLAN: vlan 0 is none" },
		{ NULL, "promisc all", "promisc all needs trust: `trust on` or `promisc off`" },
		{ "trust on promisc unmatched", "trust off",
		  "promisc unmatched needs trust: `trust on` or `promisc off`" },
		{ "trust on", "allmulti on trust off",
		  "allmulti on needs trust: `trust on` or `allmulti off`" },
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
		{ "trunk add 1 trunk add 2", "trunk is given twice" },
		{ "vlna 5", "unknown word `vlna`: did you mean `vlan`?" },
		{ "max-tx-rate 5", "unknown word `max-tx-rate`: did you mean `max_tx_rate`?" },
		{ "colour on", "unknown word `colour`: see `svf-loader set --help`" },
		{ "m 5", "unknown word `m`: it could be `mac` or `max_tx_rate` or `min_tx_rate` or "
			 "`mac_list` or `max_rx_rate` or `mtu`" },
		{ "spoofchk yes", "spoofchk yes: must be on or off" },
		{ "trust o", "trust o: must be on or off" },
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
		{ "storm -1", "storm -1: must be a number from 0 to 10000000" },
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
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_mac),
		cmocka_unit_test(test_vlan_resets),
		cmocka_unit_test(test_trunk),
		cmocka_unit_test(test_trunk_is_wrapped),
		cmocka_unit_test(test_mac_list),
		cmocka_unit_test(test_refused_together),
		cmocka_unit_test(test_accepted_together),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_pf),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
