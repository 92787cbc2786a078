// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pages of `top` for a terminal of any size, and the same without end for a pipe: the lines above
 * the rows, and what goes first where there is little room.
 */
#include <inttypes.h>
#include <string.h>

#include "labels.h"
#include "offenders.h"
#include "top_rows.h"
#include "top_view.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
/* Heights from which a page has these lines. */
#define LINES_FOR_TITLE	  2
#define LINES_FOR_HEADING 3
#define LINES_FOR_KEYS	  5
#define LINES_FOR_PFS	  6
#define PFS_SHARE	  3 /* at most one line in so many is a PF's */
/* In svf_time_format()'s text. */
#define TIME_START 11
#define TIME_LEN   8

/* --- lines that are no rows --- */

static void format_agent(char *buf, size_t size, const struct svf_top_total *total)
{
	const struct svf_top_pf *pf = total->pf;

	if (pf->lane != SVF_LANE_AFXDP)
		(void)snprintf(buf, size, "no agent");
	else if (!pf->agent_alive)
		(void)snprintf(buf, size, "agent %s", pf->agent_pid ? "hung" : "dead");
	else if (total->cpu_percent < 0)
		(void)snprintf(buf, size, "agent %d", (int)pf->agent_pid);
	else
		(void)snprintf(buf, size, "agent %d CPU %.1f %%", (int)pf->agent_pid,
			       total->cpu_percent);
}

static void format_total_rates(char *buf, size_t size, const struct svf_top_total *total)
{
	const struct svf_top_rate *rx = &total->rates[SVF_DIRECTION_RX];
	const struct svf_top_rate *tx = &total->rates[SVF_DIRECTION_TX];
	char n[5][SVF_TOP_NUMBER_MAX];

	buf[0] = '\0';
	if (!total->known)
		return;
	svf_top_number_format(n[0], rx->packets);
	svf_top_number_format(n[1], rx->bits);
	svf_top_number_format(n[2], tx->packets);
	svf_top_number_format(n[3], tx->bits);
	svf_top_number_format(n[4], rx->dropped + tx->dropped);
	(void)snprintf(buf, size, ", drop %s/s, rx %s/s %sbit/s, tx %s/s %sbit/s", n[4], n[0], n[1],
		       n[2], n[3]);
}

static void format_total(char line[SVF_TOP_LINE_MAX], const struct svf_top_total *total)
{
	const struct svf_top_pf *pf = total->pf;
	char agent[48], rates[96], daemon[16] = "dead";

	if (pf->error) {
		(void)snprintf(line, SVF_TOP_LINE_MAX, "%.*s", SVF_TOP_LINE_MAX - 1,
			       pf->problem.text);
		return;
	}
	format_agent(agent, sizeof(agent), total);
	format_total_rates(rates, sizeof(rates), total);
	if (pf->daemon_pid)
		(void)snprintf(daemon, sizeof(daemon), "%d", (int)pf->daemon_pid);
	(void)snprintf(line, SVF_TOP_LINE_MAX,
		       "%s:%s %s%s, %u of %u VFs active, %" PRIu64 " frames, lane %s, daemon %s",
		       pf->name, pf->carrier ? "" : " no carrier,", agent, rates, total->n_active,
		       pf->n_vfs, total->frames, svf_lane_name(pf->lane), daemon);
}

/* Whether the PF is not as it should be. */
static bool is_alarming(const struct svf_top_pf *pf)
{
	return pf->error || !pf->carrier || !pf->daemon_pid ||
	       (pf->lane == SVF_LANE_AFXDP && !pf->agent_alive);
}

static void format_title(char line[SVF_TOP_LINE_MAX], const struct svf_top_table *table,
			 const struct svf_top_state *state)
{
	const struct svf_top_order *order = &state->order;
	char when[SVF_TIME_TEXT_MAX];

	svf_time_format(when, table->real_ns);
	(void)snprintf(line, SVF_TOP_LINE_MAX,
		       "svf top %.*s UTC%s every %u s, by %s%s, %u of %u VFs%s%s%s", TIME_LEN,
		       when + TIME_START, state->paused ? " PAUSED," : ",", state->interval_s,
		       svf_top_key_names[order->key], order->reverse ? " reversed" : "",
		       table->n_shown, table->n_rows, order->active_only ? ", active ones" : "",
		       order->text[0] ? ", with " : "", order->text);
}

/* --- pages --- */

static const char *const help_lines[] = {
	"v r t d n     sort by VF, RX, TX, drops, netdev name; again: the other way round",
	"/             show VFs with a text in name, netdev, owner, address, drop reason",
	"a             show active VFs only",
	"Esc           show all again",
	"p, blank      pause, go on",
	"+ -           longer, shorter interval",
	"arrows, PgUp, PgDn, Home, End     scroll",
	"h             this help, and back",
	"q             quit",
	"",
	"RX is to the VF, TX from it, each per second. REASON is why most were dropped;",
	"svf-loader stats PF vf N tells all. RX% TX%: the most that was in a ring at",
	"once in the last second. LINK off: netdev switched off; down: no carrier.",
};

struct pager {
	svf_top_emit emit;
	void *arg;
	unsigned int line, lines, columns;
};

static void put(struct pager *pager, enum svf_top_style style, const char *text)
{
	char cut[SVF_TOP_LINE_MAX];

	if (pager->line >= pager->lines)
		return;
	(void)snprintf(cut, sizeof(cut), "%.*s", (int)pager->columns, text);
	pager->emit(pager->line++, style, cut, pager->arg);
}

/* Leaves out what has no room, from comma to comma: half a number would be another one. */
static void put_facts(struct pager *pager, enum svf_top_style style, char *facts)
{
	char *comma;

	while (strlen(facts) > pager->columns && (comma = strrchr(facts, ',')))
		*comma = '\0';
	put(pager, style, facts);
}

/* The last line of the page. */
static void put_keys(struct pager *pager, const struct svf_top_state *state)
{
	char line[SVF_TOP_LINE_MAX];

	if (state->typing)
		(void)snprintf(line, sizeof(line), "filter: %s_", state->text);
	else
		(void)snprintf(
			line, sizeof(line),
			"q quit  h help  v r t d n sort  / filter  a active  p pause  + - interval");
	pager->line = pager->lines++;
	put(pager, SVF_TOP_STYLE_TITLE, line);
}

static void put_rows(struct pager *pager, const struct svf_top_table *table,
		     struct svf_top_state *state, bool heading)
{
	struct svf_top_layout layout;
	char line[SVF_TOP_LINE_MAX];

	svf_top_layout_init(&layout, table, pager->columns);
	svf_top_heading_format(line, &layout);
	if (heading)
		put(pager, SVF_TOP_STYLE_HEADING, line);
	svf_top_state_fit(state, table->n_shown, pager->lines - pager->line);
	if (table->n_totals == 0)
		put(pager, SVF_TOP_STYLE_PLAIN, "no PF is up: svf-loader up PF --vfs N");
	else if (table->n_rows > 0 && table->n_shown == 0)
		put(pager, SVF_TOP_STYLE_PLAIN, "no such VF: Esc shows all");
	for (unsigned int i = state->first; i < table->n_shown && pager->line < pager->lines; i++) {
		svf_top_row_format(line, &layout, &table->rows[i]);
		put(pager, table->rows[i].worst ? SVF_TOP_STYLE_ALERT : SVF_TOP_STYLE_PLAIN, line);
	}
}

static void put_totals(struct pager *pager, const struct svf_top_table *table)
{
	const unsigned int most = pager->lines / PFS_SHARE;
	char line[SVF_TOP_LINE_MAX];

	for (unsigned int i = 0; i < table->n_totals && i < most; i++) {
		const struct svf_top_pf *pf = table->totals[i].pf;

		format_total(line, &table->totals[i]);
		put_facts(pager, is_alarming(pf) ? SVF_TOP_STYLE_ALERT : SVF_TOP_STYLE_PLAIN, line);
	}
}

void svf_top_page(const struct svf_top_table *table, struct svf_top_state *state,
		  unsigned int lines, unsigned int width, svf_top_emit emit, void *arg)
{
	struct pager pager = { .emit = emit, .arg = arg, .lines = lines, .columns = width };
	const bool keys = lines >= LINES_FOR_KEYS || (state->typing && lines > 0);
	char line[SVF_TOP_LINE_MAX];

	if (keys)
		pager.lines--;
	if (state->help) {
		for (size_t i = 0; i < ARRAY_SIZE(help_lines); i++)
			put(&pager, SVF_TOP_STYLE_PLAIN, help_lines[i]);
	} else {
		format_title(line, table, state);
		if (lines >= LINES_FOR_TITLE)
			put_facts(&pager, SVF_TOP_STYLE_TITLE, line);
		if (lines >= LINES_FOR_PFS)
			put_totals(&pager, table);
		put_rows(&pager, table, state, lines >= LINES_FOR_HEADING);
	}
	if (keys)
		put_keys(&pager, state);
}

void svf_top_text(FILE *out, const struct svf_top_table *table)
{
	char line[SVF_TOP_LINE_MAX], when[SVF_TIME_TEXT_MAX];
	struct svf_top_layout layout;

	svf_time_format(when, table->real_ns);
	fprintf(out, "%s\n", when);
	for (unsigned int i = 0; i < table->n_totals; i++) {
		format_total(line, &table->totals[i]);
		fprintf(out, "%s\n", line);
	}
	svf_top_layout_init(&layout, table, 0);
	svf_top_heading_format(line, &layout);
	fprintf(out, "%s\n", line);
	for (unsigned int i = 0; i < table->n_shown; i++) {
		svf_top_row_format(line, &layout, &table->rows[i]);
		fprintf(out, "%s\n", line);
	}
	fputc('\n', out);
}
