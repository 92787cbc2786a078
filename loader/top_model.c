// SPDX-License-Identifier: GPL-2.0-only
/* Rates from two samples, and the order in which `top` shows them. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "macaddr.h"
#include "top_model.h"

#define NS_PER_S      1e9
#define BITS_PER_BYTE 8

const char *const svf_top_key_names[SVF_TOP_N_KEYS] = {
	[SVF_TOP_KEY_VF] = "vf",       [SVF_TOP_KEY_RX] = "rx",	    [SVF_TOP_KEY_TX] = "tx",
	[SVF_TOP_KEY_DROPS] = "drops", [SVF_TOP_KEY_NAME] = "name",
};

void svf_top_sample_done(struct svf_top_sample *sample)
{
	for (unsigned int i = 0; i < sample->n_pfs; i++)
		free(sample->pfs[i].vfs);
	free(sample->pfs);
	*sample = (struct svf_top_sample){};
}

/* --- rates --- */

static const struct svf_top_pf *find_pf(const struct svf_top_sample *sample, const char *name)
{
	for (unsigned int i = 0; sample && i < sample->n_pfs; i++)
		if (strcmp(sample->pfs[i].name, name) == 0)
			return &sample->pfs[i];
	return NULL;
}

/* The VF as it was before, NULL if it was not; they are in the order of their numbers. */
static const struct svf_top_vf *find_vf(const struct svf_top_pf *pf, unsigned int vf)
{
	unsigned int low = 0, high = pf ? pf->n_vfs : 0;

	while (low < high) {
		const unsigned int middle = (low + high) / 2;

		if (pf->vfs[middle].vf == vf)
			return &pf->vfs[middle];
		if (pf->vfs[middle].vf < vf)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

static void find_worst(struct svf_top_row *row)
{
	uint64_t most = 0;

	for (int d = 0; d < SVF_N_DIRECTIONS; d++) {
		for (unsigned int i = 0; i < SVF_N_REASONS; i++) {
			const uint64_t n = svf_reason_get(&svf_reasons[i], &row->since[d]);

			if (n <= most)
				continue;
			most = n;
			row->worst = &svf_reasons[i];
			row->worst_direction = (enum svf_direction)d;
		}
	}
}

static void fill_row(struct svf_top_row *row, const struct svf_top_vf *before, double seconds)
{
	row->known = before && seconds > 0;
	for (int d = 0; d < SVF_N_DIRECTIONS && row->known; d++) {
		struct svf_side *side = &row->since[d];

		*side = row->vf->sides[d];
		svf_side_subtract(side, &before->sides[d]);
		row->rates[d] = (struct svf_top_rate){
			.packets = (double)side->stats.packets / seconds,
			.bits = BITS_PER_BYTE * (double)side->stats.bytes / seconds,
			.dropped = (double)svf_side_dropped(side) / seconds,
		};
	}
	if (row->known)
		find_worst(row);
}

bool svf_top_row_is_active(const struct svf_top_row *row)
{
	for (int d = 0; d < SVF_N_DIRECTIONS; d++)
		if (row->rates[d].packets > 0 || row->rates[d].dropped > 0)
			return true;
	return false;
}

static void add_to_total(struct svf_top_total *total, const struct svf_top_row *row)
{
	total->known |= row->known;
	total->n_active += svf_top_row_is_active(row);
	for (int d = 0; d < SVF_N_DIRECTIONS; d++) {
		total->frames += row->vf->sides[d].stats.packets;
		total->rates[d].packets += row->rates[d].packets;
		total->rates[d].bits += row->rates[d].bits;
		total->rates[d].dropped += row->rates[d].dropped;
	}
}

static double get_cpu_percent(const struct svf_top_pf *pf, const struct svf_top_pf *before,
			      double seconds)
{
	if (!before || seconds <= 0 || !pf->has_cpu || !before->has_cpu ||
	    pf->agent_pid != before->agent_pid || pf->agent_cpu_ns < before->agent_cpu_ns)
		return -1;
	return 100 * (double)(pf->agent_cpu_ns - before->agent_cpu_ns) / NS_PER_S / seconds;
}

int svf_top_table_init(struct svf_top_table *table, const struct svf_top_sample *now,
		       const struct svf_top_sample *before)
{
	unsigned int n_rows = 0;

	*table = (struct svf_top_table){ .real_ns = now->real_ns, .n_totals = now->n_pfs };
	if (before && now->mono_ns > before->mono_ns)
		table->seconds = (double)(now->mono_ns - before->mono_ns) / NS_PER_S;
	for (unsigned int i = 0; i < now->n_pfs; i++)
		n_rows += now->pfs[i].n_vfs;
	table->totals = calloc(now->n_pfs + 1, sizeof(*table->totals));
	table->rows = calloc(n_rows + 1, sizeof(*table->rows));
	if (!table->totals || !table->rows) {
		svf_top_table_done(table);
		return -ENOMEM;
	}
	for (unsigned int i = 0; i < now->n_pfs; i++) {
		const struct svf_top_pf *pf = &now->pfs[i];
		const struct svf_top_pf *then = find_pf(before, pf->name);

		table->totals[i].pf = pf;
		table->totals[i].cpu_percent = get_cpu_percent(pf, then, table->seconds);
		for (unsigned int v = 0; v < pf->n_vfs; v++) {
			struct svf_top_row *row = &table->rows[table->n_rows++];

			row->pf = pf;
			row->vf = &pf->vfs[v];
			fill_row(row, find_vf(then, row->vf->vf), table->seconds);
			add_to_total(&table->totals[i], row);
		}
	}
	table->n_shown = table->n_rows;
	return 0;
}

void svf_top_table_done(struct svf_top_table *table)
{
	free(table->totals);
	free(table->rows);
	*table = (struct svf_top_table){};
}

/* --- order --- */

/* Whether a drop for a reason of which this is a part was counted. */
static bool has_reason(const struct svf_top_row *row, const char *text)
{
	for (int d = 0; d < SVF_N_DIRECTIONS; d++)
		for (unsigned int i = 0; i < SVF_N_REASONS; i++)
			if (svf_reason_get(&svf_reasons[i], &row->since[d]) &&
			    strcasestr(svf_reasons[i].name, text))
				return true;
	return false;
}

static bool is_shown(const struct svf_top_row *row, const struct svf_top_order *order)
{
	char name[IFNAMSIZ + 16], mac[SVF_MAC_TEXT_MAX];

	if (order->active_only && !svf_top_row_is_active(row))
		return false;
	if (!order->text[0])
		return true;
	(void)snprintf(name, sizeof(name), "%s vf %u", row->pf->name, row->vf->vf);
	svf_mac_format(mac, row->vf->mac);
	return strcasestr(name, order->text) || strcasestr(row->vf->netdev, order->text) ||
	       strcasestr(row->vf->owner, order->text) || strcasestr(mac, order->text) ||
	       has_reason(row, order->text);
}

static int compare_numbers(double a, double b)
{
	return (a > b) - (a < b);
}

/* The larger first. */
static int compare_rates(const struct svf_top_row *a, const struct svf_top_row *b,
			 enum svf_direction direction)
{
	const struct svf_top_rate *x = &a->rates[direction], *y = &b->rates[direction];
	const int r = compare_numbers(y->bits, x->bits);

	return r ? r : compare_numbers(y->packets, x->packets);
}

static double get_dropped(const struct svf_top_row *row)
{
	return row->rates[SVF_DIRECTION_RX].dropped + row->rates[SVF_DIRECTION_TX].dropped;
}

static int compare_keys(const struct svf_top_row *a, const struct svf_top_row *b,
			enum svf_top_key key)
{
	switch (key) {
	case SVF_TOP_KEY_RX:
		return compare_rates(a, b, SVF_DIRECTION_RX);
	case SVF_TOP_KEY_TX:
		return compare_rates(a, b, SVF_DIRECTION_TX);
	case SVF_TOP_KEY_DROPS:
		return compare_numbers(get_dropped(b), get_dropped(a));
	case SVF_TOP_KEY_NAME:
		return strverscmp(a->vf->netdev, b->vf->netdev);
	default:
		return 0;
	}
}

/* PFs and VFs lie in the sample in the order of their names and numbers. */
static int compare_places(const struct svf_top_row *a, const struct svf_top_row *b)
{
	if (a->pf != b->pf)
		return a->pf < b->pf ? -1 : 1;
	return (a->vf > b->vf) - (a->vf < b->vf);
}

static int compare_rows(const void *left, const void *right, void *arg)
{
	const struct svf_top_row *a = left, *b = right;
	const struct svf_top_order *order = arg;
	int r;

	if (a->shown != b->shown)
		return a->shown ? -1 : 1;
	if (order->key == SVF_TOP_KEY_VF)
		return order->reverse ? compare_places(b, a) : compare_places(a, b);
	r = compare_keys(a, b, order->key);
	if (r)
		return order->reverse ? -r : r;
	return compare_places(a, b);
}

void svf_top_table_arrange(struct svf_top_table *table, const struct svf_top_order *order)
{
	table->n_shown = 0;
	for (unsigned int i = 0; i < table->n_rows; i++) {
		table->rows[i].shown = is_shown(&table->rows[i], order);
		table->n_shown += table->rows[i].shown;
	}
	qsort_r(table->rows, table->n_rows, sizeof(*table->rows), compare_rows, (void *)order);
}
