// SPDX-License-Identifier: GPL-2.0-only
/*
 * What `stats` and `fdb show` print, against tests/unit/golden/ (SVF_GOLDEN_UPDATE=1 writes the
 * files anew); how losses are told from counters, and how the equations of `stats --check` are
 * judged. Runs in the top directory.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../loader/account.h"
#include "../../loader/fdb.h"
#include "../../loader/losses.h"
#include "../../loader/offenders.h"
#include "../../loader/stats.h"

#define GOLDEN	      "tests/unit/golden/"
#define OUT_MAX	      65536
#define N_STATIONS    4
#define NS_PER_S      1000000000ULL
#define NOW_REAL      (1767225600 * NS_PER_S + 250000000) /* 2026-01-01T00:00:00.250Z */
#define NOW_MONO      (90000 * NS_PER_S)
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

static const struct svf_stats_options all = { .vf = SVF_STATS_ALL };
static const struct svf_stats_options one = { .vf = 1 };
static const struct svf_stats_options rates = { .vf = 1, .seconds = 2 };

struct sample {
	struct svf_snapshot snapshot;
	struct svf_station stations[N_STATIONS];
};

static void fill_busy(struct svf_station *station)
{
	struct svf_side *rx = &station->sides[SVF_DIRECTION_RX];
	struct svf_side *tx = &station->sides[SVF_DIRECTION_TX];

	rx->stats = (struct svf_stats){ .packets = 13,
					.bytes = 1234,
					.multicast = 3,
					.broadcast = 4,
					.dropped = 5,
					.skbs = 12,
					.dropped_skbs = 5,
					.ring = 6,
					.flood = 7 };
	rx->drops = (struct svf_drops){ .src_prune = 5 };
	rx->losses = (struct svf_losses){ .ring_full = 30, .agent = 2 };
	tx->stats = (struct svf_stats){ .packets = 123456789,
					.bytes = 1ULL << 53,
					.dropped = 3,
					.ring = 123456780,
					.host = 9 };
	tx->drops = (struct svf_drops){ .spoof_mac = 2, .spoof_vlan = 1 };
	station->last[SVF_DIRECTION_TX][SVF_DROP_SPOOF_MAC] = (struct svf_offender){
		.time_ns = NOW_MONO - 1500000000,
		.dst = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff },
		.src = { 2, 0, 0, 0, 0, 0x99 },
		.vlan = 0,
		.ethertype = ETH_P_ARP,
	};
	station->last[SVF_DIRECTION_TX][SVF_DROP_SPOOF_VLAN] = (struct svf_offender){
		.time_ns = NOW_MONO - 7200 * NS_PER_S,
		.dst = { 2, 0, 0, 0, 0, 7 },
		.src = { 2, 0, 0, 0, 0, 1 },
		.vlan = SVF_VLAN_8021AD | 5,
		.ethertype = 0x1234,
	};
}

static void fill(struct sample *s)
{
	*s = (struct sample){
		.snapshot = {
			.pf = "eth0",
			.ifindex = 5,
			.real_ns = NOW_REAL,
			.mono_ns = NOW_MONO,
			.n_stations = N_STATIONS,
			.stations = s->stations,
		},
		.stations = {
			{ .id = SVF_WIRE_ID },
			{ .id = SVF_PF_ID, .mac = { 0x52, 0x54, 0, 0x12, 0x34, 0x56 } },
			{ .id = 0, .mac = { 2, 0, 0, 0, 0, 0 } },
			{ .id = 1, .mac = { 2, 0, 0, 0, 0, 1 }, .since_ns = NOW_REAL - NS_PER_S },
		},
	};
	fill_busy(&s->stations[3]);
	s->stations[0].sides[SVF_DIRECTION_RX].stats =
		(struct svf_stats){ .packets = 7, .bytes = 700, .pass = 7 };
}

/* --- against files --- */

static void check_golden(const char *name, const char *text)
{
	char path[256], expected[OUT_MAX];
	FILE *file;
	size_t n;

	(void)snprintf(path, sizeof(path), GOLDEN "%s", name);
	if (getenv("SVF_GOLDEN_UPDATE")) {
		file = fopen(path, "w");
		assert_non_null(file);
		assert_true(fputs(text, file) >= 0);
		assert_int_equal(fclose(file), 0);
		return;
	}
	file = fopen(path, "r");
	if (!file)
		fail_msg("%s: %s", path, strerror(errno));
	n = fread(expected, 1, sizeof(expected) - 1, file);
	expected[n] = '\0';
	(void)fclose(file);
	assert_string_equal(text, expected);
}

/* Takes over json. */
static void check_json(const char *name, json_t *json)
{
	char *text, out[OUT_MAX];

	assert_non_null(json);
	text = json_dumps(json, JSON_INDENT(4));
	assert_non_null(text);
	(void)snprintf(out, sizeof(out), "%s\n", text);
	check_golden(name, out);
	free(text);
	json_decref(json);
}

static void check_text(const char *name, const struct svf_snapshot *snapshot,
		       const struct svf_stats_options *options)
{
	char out[OUT_MAX];
	FILE *file = fmemopen(out, OUT_MAX, "w");

	assert_non_null(file);
	svf_stats_text(file, snapshot, options);
	assert_int_equal(fclose(file), 0);
	check_golden(name, out);
}

static void test_text(void **state)
{
	struct sample s;

	(void)state;
	fill(&s);
	check_text("stats.txt", &s.snapshot, &all);
	check_text("stats-vf1.txt", &s.snapshot, &one);
	check_text("stats-rates.txt", &s.snapshot, &rates);
}

static void test_json(void **state)
{
	struct sample s;

	(void)state;
	fill(&s);
	check_json("stats-vf1.json", svf_stats_json(&s.snapshot, &one));
	check_json("stats-rates.json", svf_stats_json(&s.snapshot, &rates));
}

static void fill_table(struct svf_fdb_table *table, struct svf_fdb_row rows[], unsigned int n)
{
	*table = (struct svf_fdb_table){ .pf = "eth0", .n = n, .rows = rows };
}

static void test_fdb(void **state)
{
	struct svf_fdb_row rows[] = {
		{ .mac = { 0x52, 0x54, 0, 0x12, 0x34, 0x56 }, .pf = true },
		{ .mac = { 2, 0, 0, 0, 0, 0 },
		  .n_owners = 1,
		  .owners = { { 0, true } },
		  .hits = 12,
		  .age_ns = 300000000 },
		{ .mac = { 2, 0, 0, 0, 0, 1 },
		  .vlan = 100,
		  .n_owners = 2,
		  .owners = { { 1, true }, { 7, false } },
		  .hits = 1ULL << 40,
		  .age_ns = 3 * 86400 * NS_PER_S },
		{ .mac = { 2, 0, 0, 0, 0, 2 },
		  .vlan = SVF_VLAN_TRUNK,
		  .n_owners = 1,
		  .owners = { { 2, false } } },
		{ .mac = { 2, 0, 0, 0, 0, 3 },
		  .vlan = SVF_VLAN_8021AD | 5,
		  .n_owners = 1,
		  .owners = { { 255, true } } },
	};
	struct svf_fdb_table table;
	char out[OUT_MAX];
	FILE *file = fmemopen(out, OUT_MAX, "w");

	(void)state;
	fill_table(&table, rows, ARRAY_SIZE(rows));
	assert_non_null(file);
	svf_fdb_text(file, &table);
	assert_int_equal(fclose(file), 0);
	check_golden("fdb.txt", out);
	check_json("fdb.json", svf_fdb_json(&table));
}

/* --- words --- */

static void test_words(void **state)
{
	static const struct {
		uint16_t vlan;
		const char *text;
	} vlans[] = {
		{ 0, "untagged" },	     { 1, "1" },
		{ SVF_VLAN_MAX, "4094" },    { 4095, "trunk" },
		{ 0x1000 | 5, "802.1ad 5" }, { 0x1000 | 4094, "802.1ad 4094" },
		{ 0xffff, "other" },
	};
	static const struct {
		uint64_t ns;
		const char *text;
	} ages[] = {
		{ 0, "0.0 s" },
		{ 59 * NS_PER_S, "59.0 s" },
		{ 60 * NS_PER_S, "1 min" },
		{ 3599 * NS_PER_S, "59 min" },
		{ 3600 * NS_PER_S, "1 h" },
		{ 86400 * NS_PER_S, "1 d" },
	};
	char buf[SVF_TIME_TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(vlans); i++) {
		svf_vlan_format(buf, vlans[i].vlan, "trunk");
		assert_string_equal(buf, vlans[i].text);
	}
	for (size_t i = 0; i < ARRAY_SIZE(ages); i++) {
		svf_age_format(buf, ages[i].ns);
		assert_string_equal(buf, ages[i].text);
	}
	svf_time_format(buf, NOW_REAL);
	assert_string_equal(buf, "2026-01-01T00:00:00.250Z");
	assert_string_equal(svf_ethertype_name(ETH_P_LLDP), "LLDP");
	assert_string_equal(svf_ethertype_name(38), "LLC");
	assert_null(svf_ethertype_name(0x1234));
}

/* --- numbers --- */

/* The reasons are all that is dropped. */
static void test_reasons(void **state)
{
	struct sample s;
	uint64_t sum = 0;
	const struct svf_side *rx;

	(void)state;
	fill(&s);
	rx = &s.stations[3].sides[SVF_DIRECTION_RX];
	for (unsigned int i = 0; i < SVF_N_REASONS; i++) {
		assert_non_null(svf_reasons[i].name);
		sum += svf_reason_get(&svf_reasons[i], rx);
	}
	assert_int_equal(sum, svf_side_dropped(rx));
	assert_int_equal(sum, 5 + 30 + 2);
}

static void test_subtract(void **state)
{
	struct sample s, older;
	struct svf_side *rx;

	(void)state;
	fill(&s);
	fill(&older);
	rx = &s.stations[3].sides[SVF_DIRECTION_RX];
	rx->stats.packets += 7;
	rx->losses.agent += 1;
	rx->stats.bytes = 0; /* a counter never goes down: not by 2^64 then */
	svf_snapshot_subtract(&s.snapshot, &older.snapshot);
	assert_int_equal(rx->stats.packets, 7);
	assert_int_equal(rx->losses.agent, 1);
	assert_int_equal(rx->stats.bytes, 0);
	assert_int_equal(svf_side_dropped(rx), 1);
}

static void test_losses(void **state)
{
	const struct svf_ring_stats rings[] = {
		{ .rx_ring_full = 1, .rx_dropped = 2, .rx_port_dropped = 3, .tx_oversize = 4 },
		{ .rx_ring_full = 10, .tx_invalid_descs = 1 },
	};
	struct svf_loss_sources sources = {
		.representor = { .rx_dropped = 5, .tx_dropped = 9 },
		.ring_port = { .rx_dropped = 7, .tx_dropped = 6 },
		.tx_limit = { .dropped = 20 },
		.rx_limit = { .dropped = 8 },
		.kept = { { .agent = 100, .rate = 1000 }, { .agent = 200, .rate = 2000 } },
		.rings = rings,
		.queues = ARRAY_SIZE(rings),
		.clones = 2,
	};
	struct svf_losses rx, tx;

	(void)state;
	svf_losses_tell(&sources, SVF_DIRECTION_RX, &rx);
	svf_losses_tell(&sources, SVF_DIRECTION_TX, &tx);
	assert_int_equal(rx.ring_full, 11);
	assert_int_equal(rx.no_buffer, 2);
	assert_int_equal(rx.port, 3);
	assert_int_equal(rx.backlog, 7 - 3); /* what the port refused is in both */
	assert_int_equal(rx.vf_down, 9 - 2); /* so are refused clones */
	assert_int_equal(rx.rate, 1008);
	assert_int_equal(rx.agent, 100);
	assert_int_equal(svf_losses_sum(&rx), 11 + 2 + 3 + 4 + 7 + 1008 + 100);
	assert_int_equal(tx.port, 6);
	assert_int_equal(tx.oversize, 5);
	assert_int_equal(tx.rate, 2020);
	assert_int_equal(tx.backlog, 5);
	assert_int_equal(tx.agent, 200);

	sources.clones = 12; /* 9 refused by the netdev, 3 by the qdisc in front of it */
	svf_losses_tell(&sources, SVF_DIRECTION_RX, &rx);
	assert_int_equal(rx.vf_down, 0);
	assert_int_equal(rx.rate, 1005);

	sources.silent = true; /* Linux 6.1: by what did not come out again */
	sources.representor.tx_packets = 50;
	sources.delivered = 50 + 1008 + 4;
	svf_losses_tell(&sources, SVF_DIRECTION_RX, &rx);
	assert_int_equal(rx.vf_down, 4);
	assert_int_equal(rx.rate, 1008);
}

static void test_equations(void **state)
{
	struct svf_equation e = {
		.station = 3,
		.name = "vf-in",
		.left = { { "a", 7 }, { "b", 3 } },
		.right = { { "c", 10 }, { "d", 0 } },
		.n_left = 2,
		.n_right = 2,
	};
	char text[256], station[16];

	(void)state;
	assert_int_equal(svf_equation_difference(&e), 0);
	svf_equation_format(text, sizeof(text), &e);
	assert_string_equal(text, "vf-in: a 7 + b 3 = c 10");
	e.right[0].value = 8;
	assert_int_equal(svf_equation_difference(&e), 2);
	e.slack = 1;
	assert_int_equal(svf_equation_difference(&e), 1);
	e.slack = 2;
	assert_int_equal(svf_equation_difference(&e), 0);
	svf_equation_format(text, sizeof(text), &e);
	assert_string_equal(text, "vf-in: a 7 + b 3 = c 8 (left may be 2 more)");
	e.right[0].value = 11; /* slack is for the left only */
	assert_int_equal(svf_equation_difference(&e), -1);
	e.left[0].value = -4ULL; /* the PF's base may be beyond its counter */
	e.left[1].value = 14;
	e.right[0].value = 10;
	assert_int_equal(svf_equation_difference(&e), 0);
	svf_account_format_station(station, SVF_WIRE_ID);
	assert_string_equal(station, "wire");
	svf_account_format_station(station, e.station);
	assert_string_equal(station, "vf 3");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text),	cmocka_unit_test(test_json),
		cmocka_unit_test(test_fdb),	cmocka_unit_test(test_words),
		cmocka_unit_test(test_reasons), cmocka_unit_test(test_subtract),
		cmocka_unit_test(test_losses),	cmocka_unit_test(test_equations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
