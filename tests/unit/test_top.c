// SPDX-License-Identifier: GPL-2.0-only
/*
 * `top` without kernel and terminal: rates from two samples, order and filter, what keys do, and
 * pages of all sizes against tests/unit/golden/ (SVF_GOLDEN_UPDATE=1 writes the files anew). Runs
 * in the top directory.
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

#include "../../loader/top_model.h"
#include "../../loader/top_rows.h"
#include "../../loader/top_state.h"
#include "../../loader/top_view.h"

#define GOLDEN	      "tests/unit/golden/"
#define OUT_MAX	      65536
#define N_PFS	      3
#define N_VFS	      4
#define NS_PER_S      1000000000ULL
#define THEN_MONO     (90000 * NS_PER_S)
#define THEN_REAL     (1767225600 * NS_PER_S) /* 2026-01-01T00:00:00Z */
#define SECONDS	      2
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define LINES_MAX     40

/* Two samples of: eth0 with VFs 0, 1, 3 and 7; eth1 in lane tc with one VF; eth2, that is gone. */
struct samples {
	struct svf_top_sample now, before;
	struct svf_top_pf pfs[2][N_PFS];
	struct svf_top_vf vfs[2][N_PFS][N_VFS];
	struct svf_top_table table;
};

static const unsigned int numbers[N_VFS] = { 0, 1, 3, 7 };

static void fill_vf(struct svf_top_vf *vf, unsigned int pf, unsigned int i)
{
	*vf = (struct svf_top_vf){
		.vf = numbers[i],
		.mac = { 2, 0, 0, 0, (uint8_t)pf, (uint8_t)numbers[i] },
		.lane = pf ? SVF_LANE_TC : SVF_LANE_AFXDP,
		.link = pf ? SVF_TOP_LINK_UP : (enum svf_top_link)i,
		.has_fill = !pf,
	};
	if (vf->link != SVF_TOP_LINK_GONE)
		(void)snprintf(vf->netdev, sizeof(vf->netdev), "eth%uv%u", pf, vf->vf);
	if (i == 1)
		(void)snprintf(vf->owner, sizeof(vf->owner), "web");
	for (int d = 0; d < SVF_N_DIRECTIONS; d++) /* what it had done before */
		vf->sides[d].stats = (struct svf_stats){ .packets = 1000, .bytes = 100000 };
}

static void fill_pf(struct samples *s, int sample, unsigned int pf)
{
	struct svf_top_pf *p = &s->pfs[sample][pf];

	*p = (struct svf_top_pf){ .n_vfs = pf ? 1 : N_VFS, .vfs = s->vfs[sample][pf] };
	(void)snprintf(p->name, sizeof(p->name), "eth%u", pf);
	p->lane = pf ? SVF_LANE_TC : SVF_LANE_AFXDP;
	p->carrier = true;
	p->daemon_pid = 70;
	if (!pf) {
		p->agent_pid = 71;
		p->agent_alive = p->has_cpu = true;
		p->agent_cpu_ns = 5 * NS_PER_S;
	}
	for (unsigned int i = 0; i < p->n_vfs; i++)
		fill_vf(&s->vfs[sample][pf][i], pf, i);
}

static void make_busy(struct svf_top_vf vfs[N_VFS])
{
	struct svf_side *rx = &vfs[0].sides[SVF_DIRECTION_RX];
	struct svf_side *tx = &vfs[1].sides[SVF_DIRECTION_TX];

	rx->stats.packets += 246900;
	rx->stats.bytes += 246900UL * 1514;
	rx->losses.ring_full += 700;
	rx->losses.port += 40;
	tx->stats.packets += 7;
	tx->stats.bytes += 700;
	tx->drops.spoof_mac += 3;
	vfs[0].fill = (struct svf_ring_fill){ .rx = 1000, .tx = 1 };
}

static void fill(struct samples *s)
{
	*s = (struct samples){};
	for (int sample = 0; sample < 2; sample++)
		for (unsigned int pf = 0; pf < N_PFS - 1; pf++)
			fill_pf(s, sample, pf);
	make_busy(s->vfs[0][0]);
	s->vfs[0][1][0].sides[SVF_DIRECTION_TX].stats.packets += 1;
	s->pfs[0][0].agent_cpu_ns += NS_PER_S / 4;
	s->pfs[0][2] = (struct svf_top_pf){ .name = "eth2", .error = -ENODEV };
	(void)svf_errmsg_set(&s->pfs[0][2].problem, -ENODEV, "eth2: no such netdev");
	s->before = (struct svf_top_sample){
		.real_ns = THEN_REAL, .mono_ns = THEN_MONO, .n_pfs = 2, .pfs = s->pfs[1]
	};
	s->now = (struct svf_top_sample){ .real_ns = THEN_REAL + SECONDS * NS_PER_S,
					  .mono_ns = THEN_MONO + SECONDS * NS_PER_S,
					  .n_pfs = N_PFS,
					  .pfs = s->pfs[0] };
	assert_int_equal(svf_top_table_init(&s->table, &s->now, &s->before), 0);
}

static const struct svf_top_row *find(const struct samples *s, const char *pf, unsigned int vf)
{
	for (unsigned int i = 0; i < s->table.n_rows; i++)
		if (!strcmp(s->table.rows[i].pf->name, pf) && s->table.rows[i].vf->vf == vf)
			return &s->table.rows[i];
	fail_msg("no row of %s vf %u", pf, vf);
	return NULL;
}

static void expect_near(double value, double expected)
{
	if (value < expected * 0.999999 || value > expected * 1.000001)
		fail_msg("%f is not %f", value, expected);
}

/* --- the model --- */

static void test_rates(void **state)
{
	const struct svf_top_row *row;
	struct samples s;

	(void)state;
	fill(&s);
	expect_near(s.table.seconds, SECONDS);
	row = find(&s, "eth0", 0);
	assert_true(row->known);
	expect_near(row->rates[SVF_DIRECTION_RX].packets, 123450);
	expect_near(row->rates[SVF_DIRECTION_RX].bits, 123450.0 * 1514 * 8);
	expect_near(row->rates[SVF_DIRECTION_RX].dropped, 370);
	assert_true(row->rates[SVF_DIRECTION_TX].packets == 0);
	assert_string_equal(row->worst->name, "ring_full");
	assert_int_equal(row->worst_direction, SVF_DIRECTION_RX);
	row = find(&s, "eth0", 1);
	assert_string_equal(row->worst->name, "spoof_mac");
	assert_int_equal(row->worst_direction, SVF_DIRECTION_TX);
	assert_null(find(&s, "eth0", 3)->worst);
	assert_false(svf_top_row_is_active(find(&s, "eth0", 3)));
	assert_true(svf_top_row_is_active(find(&s, "eth1", 0)));
	svf_top_table_done(&s.table);
}

static void test_totals(void **state)
{
	struct samples s;

	(void)state;
	fill(&s);
	assert_int_equal(s.table.n_totals, N_PFS);
	assert_int_equal(s.table.totals[0].n_active, 2);
	assert_int_equal(s.table.totals[0].frames, N_VFS * 2 * 1000 + 246900 + 7);
	expect_near(s.table.totals[0].cpu_percent, 12.5);
	expect_near(s.table.totals[0].rates[SVF_DIRECTION_TX].packets, 3.5);
	expect_near(s.table.totals[0].rates[SVF_DIRECTION_TX].dropped, 1.5);
	assert_true(s.table.totals[1].cpu_percent < 0);
	assert_false(s.table.totals[2].known);
	svf_top_table_done(&s.table);
}

/* VFs and agents come and go between samples, and counters begin anew: no rate is invented. */
static void test_changes(void **state)
{
	struct samples s;

	(void)state;
	fill(&s);
	svf_top_table_done(&s.table);
	memmove(&s.vfs[1][0][1], &s.vfs[1][0][2], 2 * sizeof(struct svf_top_vf));
	s.pfs[1][0].n_vfs = N_VFS - 1; /* VF 1 was not there */
	s.pfs[1][0].agent_pid = 72;    /* and another agent was */
	s.vfs[1][0][0].sides[SVF_DIRECTION_RX].stats.packets = 1000000;
	assert_int_equal(svf_top_table_init(&s.table, &s.now, &s.before), 0);
	assert_false(find(&s, "eth0", 1)->known);
	assert_null(find(&s, "eth0", 1)->worst);
	assert_true(find(&s, "eth0", 7)->known);
	assert_true(find(&s, "eth0", 0)->rates[SVF_DIRECTION_RX].packets == 0);
	assert_true(s.table.totals[0].cpu_percent < 0);
	svf_top_table_done(&s.table);
	assert_int_equal(svf_top_table_init(&s.table, &s.now, NULL), 0);
	for (unsigned int i = 0; i < s.table.n_rows; i++)
		assert_false(s.table.rows[i].known);
	svf_top_table_done(&s.table);
}

/* "eth0/1 eth0/0 ...", those that are shown. */
static void expect_order(struct samples *s, const struct svf_top_order *order, const char *expected)
{
	char text[256] = "";

	svf_top_table_arrange(&s->table, order);
	for (unsigned int i = 0; i < s->table.n_shown; i++) {
		const size_t len = strlen(text);

		(void)snprintf(text + len, sizeof(text) - len, "%s%s/%u", len ? " " : "",
			       s->table.rows[i].pf->name, s->table.rows[i].vf->vf);
	}
	assert_string_equal(text, expected);
}

static void test_order(void **state)
{
	static const struct {
		enum svf_top_key key;
		bool reverse;
		const char *expected;
	} rows[] = {
		{ SVF_TOP_KEY_VF, false, "eth0/0 eth0/1 eth0/3 eth0/7 eth1/0" },
		{ SVF_TOP_KEY_VF, true, "eth1/0 eth0/7 eth0/3 eth0/1 eth0/0" },
		{ SVF_TOP_KEY_RX, false, "eth0/0 eth0/1 eth0/3 eth0/7 eth1/0" },
		{ SVF_TOP_KEY_RX, true, "eth0/1 eth0/3 eth0/7 eth1/0 eth0/0" },
		{ SVF_TOP_KEY_TX, false, "eth0/1 eth1/0 eth0/0 eth0/3 eth0/7" },
		{ SVF_TOP_KEY_DROPS, false, "eth0/0 eth0/1 eth0/3 eth0/7 eth1/0" },
		{ SVF_TOP_KEY_DROPS, true, "eth0/3 eth0/7 eth1/0 eth0/1 eth0/0" },
		{ SVF_TOP_KEY_NAME, false, "eth0/7 eth0/0 eth0/1 eth0/3 eth1/0" },
	};
	struct samples s;

	(void)state;
	fill(&s);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct svf_top_order order = { .key = rows[i].key,
						     .reverse = rows[i].reverse };

		expect_order(&s, &order, rows[i].expected);
	}
	svf_top_table_done(&s.table);
}

static void test_filter(void **state)
{
	static const struct {
		const char *text, *expected;
	} rows[] = {
		{ "eth0 vf 3", "eth0/3" },
		{ "ETH1", "eth1/0" },
		{ "eth0v1", "eth0/1" },
		{ "web", "eth0/1" },
		{ "00:00:03", "eth0/3" },
		{ "spoof", "eth0/1" },
		{ "port", "eth0/0" }, /* not the worst of its reasons */
		{ "storm", "" },      /* a reason that did not occur */
		{ "", "eth0/0 eth0/1 eth0/3 eth0/7 eth1/0" },
	};
	struct svf_top_order order = {};
	struct samples s;

	(void)state;
	fill(&s);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		(void)snprintf(order.text, sizeof(order.text), "%s", rows[i].text);
		expect_order(&s, &order, rows[i].expected);
	}
	order.active_only = true;
	expect_order(&s, &order, "eth0/0 eth0/1 eth1/0");
	(void)snprintf(order.text, sizeof(order.text), "eth1");
	expect_order(&s, &order, "eth1/0");
	svf_top_table_done(&s.table);
}

/* --- keys --- */

static enum svf_top_effect press_all(struct svf_top_state *state, const char *keys)
{
	enum svf_top_effect effect = SVF_TOP_EFFECT_NONE;

	for (; *keys; keys++)
		effect = svf_top_state_press(state, *keys);
	return effect;
}

static void test_keys(void **state)
{
	static const char letters[] = "vrtdn";
	struct svf_top_state s = { .interval_s = 1 };

	(void)state;
	for (unsigned int key = 1; key < SVF_TOP_N_KEYS; key++) {
		assert_int_equal(svf_top_state_press(&s, letters[key]), SVF_TOP_EFFECT_ORDER);
		assert_int_equal(s.order.key, key);
		assert_false(s.order.reverse);
		(void)svf_top_state_press(&s, letters[key]);
		assert_true(s.order.reverse);
	}
	(void)press_all(&s, "v");
	assert_int_equal(s.order.key, SVF_TOP_KEY_VF);
	assert_false(s.order.reverse);
	assert_int_equal(press_all(&s, "-"), SVF_TOP_EFFECT_NONE);
	assert_int_equal(press_all(&s, "++-"), SVF_TOP_EFFECT_INTERVAL);
	assert_int_equal(s.interval_s, 2);
	assert_int_equal(press_all(&s, "a"), SVF_TOP_EFFECT_ORDER);
	assert_true(s.order.active_only);
	assert_int_equal(press_all(&s, "p"), SVF_TOP_EFFECT_INTERVAL);
	assert_true(s.paused);
	(void)press_all(&s, " ");
	assert_false(s.paused);
	assert_int_equal(press_all(&s, "x"), SVF_TOP_EFFECT_NONE);
	assert_false(s.quit);
	(void)press_all(&s, "q");
	assert_true(s.quit);
}

static void test_typing(void **state)
{
	struct svf_top_state s = { .interval_s = 1, .first = 5 };

	(void)state;
	(void)press_all(&s, "/qvfx"); /* letters are text now */
	assert_true(s.typing);
	assert_false(s.quit);
	(void)svf_top_state_press(&s, SVF_TOP_BACKSPACE);
	(void)press_all(&s, " 3");
	assert_string_equal(s.order.text, "");
	assert_int_equal(svf_top_state_press(&s, SVF_TOP_ENTER), SVF_TOP_EFFECT_ORDER);
	assert_string_equal(s.order.text, "qvf 3");
	assert_int_equal(s.first, 0);
	(void)press_all(&s, "/other");
	(void)svf_top_state_press(&s, SVF_TOP_ESCAPE); /* not taken */
	assert_string_equal(s.order.text, "qvf 3");
	(void)svf_top_state_press(&s, SVF_TOP_ESCAPE); /* taken away */
	assert_string_equal(s.order.text, "");
	(void)svf_top_state_press(&s, '/');
	assert_int_equal(svf_top_state_press(&s, SVF_TOP_BACKSPACE), SVF_TOP_EFFECT_NONE);
	assert_int_equal(svf_top_state_press(&s, SVF_TOP_UP), SVF_TOP_EFFECT_NONE);
	for (int i = 0; i < 3 * SVF_TOP_TEXT_MAX; i++)
		(void)svf_top_state_press(&s, 'y');
	(void)svf_top_state_press(&s, SVF_TOP_ENTER);
	assert_int_equal(strlen(s.order.text), SVF_TOP_TEXT_MAX - 1);
}

static void test_scrolling(void **state)
{
	struct svf_top_state s = { .interval_s = 1 };

	(void)state;
	svf_top_state_fit(&s, 100, 10);
	(void)svf_top_state_press(&s, SVF_TOP_UP);
	assert_int_equal(s.first, 0);
	(void)svf_top_state_press(&s, SVF_TOP_DOWN);
	(void)svf_top_state_press(&s, SVF_TOP_PAGE_DOWN);
	assert_int_equal(s.first, 11);
	(void)svf_top_state_press(&s, SVF_TOP_PAGE_UP);
	assert_int_equal(s.first, 1);
	(void)svf_top_state_press(&s, SVF_TOP_END);
	assert_int_equal(s.first, 90);
	(void)svf_top_state_press(&s, SVF_TOP_DOWN);
	assert_int_equal(s.first, 90);
	svf_top_state_fit(&s, 20, 10); /* VFs went */
	assert_int_equal(s.first, 10);
	svf_top_state_fit(&s, 20, 50);
	assert_int_equal(s.first, 0);
	svf_top_state_fit(&s, 0, 0);
	(void)svf_top_state_press(&s, SVF_TOP_PAGE_DOWN);
	(void)svf_top_state_press(&s, SVF_TOP_HOME);
	assert_int_equal(s.first, 0);
}

/* --- what it looks like --- */

static void test_numbers(void **state)
{
	static const struct {
		double number;
		const char *text;
	} rows[] = {
		{ 0, "0" },	    { 0.04, "0" },	{ 0.5, "0.5" },	     { 9.94, "9.9" },
		{ 9.96, "10" },	    { 999.4, "999" },	{ 999.6, "1.00k" },  { 1234, "1.23k" },
		{ 12345, "12.3k" }, { 99949, "99.9k" }, { 99960, "100k" },   { 999600, "1.00M" },
		{ 1e9, "1.00G" },   { 123e12, "123T" }, { 9.2e18, "9.20E" }, { 999e18, "999E" },
	};
	char text[SVF_TOP_NUMBER_MAX];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		svf_top_number_format(text, rows[i].number);
		assert_string_equal(text, rows[i].text);
	}
}

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

struct page {
	unsigned int lines, columns, n;
	char text[LINES_MAX][SVF_TOP_LINE_MAX];
	enum svf_top_style styles[LINES_MAX];
};

static void emit(unsigned int line, enum svf_top_style style, const char *text, void *arg)
{
	struct page *page = arg;

	assert_true(line < page->lines);
	assert_true(line >= page->n); /* each once, downwards */
	assert_true(strlen(text) <= page->columns);
	(void)strcpy(page->text[line], text);
	page->styles[line] = style;
	page->n = line + 1;
}

static void make_page(struct page *page, struct samples *s, struct svf_top_state *state,
		      unsigned int lines, unsigned int columns)
{
	*page = (struct page){ .lines = lines, .columns = columns };
	svf_top_table_arrange(&s->table, &state->order);
	svf_top_page(&s->table, state, lines, columns, emit, page);
}

/* Pages one below the other, each line after the letter of its style. */
static void append_page(char out[OUT_MAX], const struct page *page)
{
	size_t len = strlen(out);

	len += (size_t)snprintf(out + len, OUT_MAX - len, "--- %u x %u\n", page->columns,
				page->lines);
	for (unsigned int i = 0; i < page->n; i++)
		len += (size_t)snprintf(out + len, OUT_MAX - len, "%c|%s\n",
					" TH!"[page->styles[i]], page -> text[i]);
}

static void test_pages(void **state)
{
	static const struct {
		unsigned int lines, columns;
	} sizes[] = { { 16, 140 }, { 16, 80 }, { 8, 60 }, { 4, 40 }, { 2, 10 }, { 1, 1 } };
	char out[OUT_MAX] = "";
	struct samples s;

	(void)state;
	fill(&s);
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		struct svf_top_state keys = { .interval_s = 2 };
		struct page page;

		make_page(&page, &s, &keys, sizes[i].lines, sizes[i].columns);
		append_page(out, &page);
	}
	svf_top_table_done(&s.table);
	check_golden("top-pages.txt", out);
}

static void test_other_pages(void **state)
{
	static const char *const keys[] = { "/vf 1", "ardp++", "h", "/nobody" };
	char out[OUT_MAX] = "";
	struct page page;
	struct samples s;

	(void)state;
	fill(&s);
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		struct svf_top_state pressed = { .interval_s = 1 };

		(void)press_all(&pressed, keys[i]);
		if (i + 1 == ARRAY_SIZE(keys))
			(void)svf_top_state_press(&pressed, SVF_TOP_ENTER);
		make_page(&page, &s, &pressed, 16, 80);
		append_page(out, &page);
	}
	svf_top_table_done(&s.table);
	check_golden("top-keys.txt", out);
}

/* Whatever the size, nothing is written outside, and where there is a line there is a VF. */
static void test_all_sizes(void **state)
{
	struct samples s;

	(void)state;
	fill(&s);
	for (unsigned int lines = 0; lines < LINES_MAX; lines++) {
		for (unsigned int columns = 0; columns < 200; columns++) {
			struct svf_top_state pressed = { .interval_s = 1 };
			struct page page;

			make_page(&page, &s, &pressed, lines, columns);
			assert_true(lines == 0 || pressed.n_lines > 0);
			pressed.help = true;
			make_page(&page, &s, &pressed, lines, columns);
			(void)svf_top_state_press(&pressed, '/');
			make_page(&page, &s, &pressed, lines, columns);
			assert_true(columns < 8 || lines == 0 ||
				    strncmp(page.text[lines - 1], "filter: ", 8) == 0);
		}
	}
	svf_top_table_done(&s.table);
}

static void test_nothing_is_up(void **state)
{
	const struct svf_top_sample nothing = { .real_ns = THEN_REAL };
	struct svf_top_state keys = { .interval_s = 1 };
	struct samples s = {};
	struct page page;

	(void)state;
	assert_int_equal(svf_top_table_init(&s.table, &nothing, NULL), 0);
	make_page(&page, &s, &keys, 24, 80);
	assert_string_equal(page.text[2], "no PF is up: svf-loader up PF --vfs N");
	svf_top_table_done(&s.table);
}

static void test_text(void **state)
{
	const struct svf_top_order order = {};
	char out[OUT_MAX] = "";
	struct samples s;
	FILE *file = fmemopen(out, OUT_MAX, "w");

	(void)state;
	assert_non_null(file);
	fill(&s);
	s.pfs[0][0].agent_alive = false;
	s.pfs[0][0].carrier = false;
	svf_top_table_arrange(&s.table, &order);
	svf_top_text(file, &s.table);
	assert_int_equal(fclose(file), 0);
	svf_top_table_done(&s.table);
	check_golden("top.txt", out);
}

static void test_json(void **state)
{
	const struct svf_top_order order = { .key = SVF_TOP_KEY_TX };
	char *text, out[OUT_MAX];
	struct samples s;
	json_t *json;

	(void)state;
	fill(&s);
	s.pfs[1][0].n_vfs = 3; /* the last one is new */
	svf_top_table_done(&s.table);
	assert_int_equal(svf_top_table_init(&s.table, &s.now, &s.before), 0);
	svf_top_table_arrange(&s.table, &order);
	json = svf_top_json(&s.table);
	assert_non_null(json);
	text = json_dumps(json, JSON_INDENT(4));
	assert_non_null(text);
	(void)snprintf(out, sizeof(out), "%s\n", text);
	free(text);
	json_decref(json);
	svf_top_table_done(&s.table);
	check_golden("top.json", out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rates),	      cmocka_unit_test(test_totals),
		cmocka_unit_test(test_changes),	      cmocka_unit_test(test_order),
		cmocka_unit_test(test_filter),	      cmocka_unit_test(test_keys),
		cmocka_unit_test(test_typing),	      cmocka_unit_test(test_scrolling),
		cmocka_unit_test(test_numbers),	      cmocka_unit_test(test_pages),
		cmocka_unit_test(test_other_pages),   cmocka_unit_test(test_all_sizes),
		cmocka_unit_test(test_nothing_is_up), cmocka_unit_test(test_text),
		cmocka_unit_test(test_json),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
