// SPDX-License-Identifier: GPL-2.0-only
/*
 * A table of `top` as JSON: one object, all VFs that the filter lets through, all reasons that
 * occurred. Rates are null where there are none yet. json_pack() takes over the values given by "o"
 * and fails if one is NULL.
 */
#include "json.h"
#include "labels.h"
#include "macaddr.h"
#include "offenders.h"
#include "top_rows.h"
#include "top_view.h"

static json_t *make_rate(bool known, double rate)
{
	return known ? json_real(rate) : json_null();
}

static json_t *make_fill(const struct svf_top_vf *vf, uint32_t permille)
{
	return vf->has_fill ? json_real(permille / 10.0) : json_null();
}

static json_t *make_rates(bool known, const struct svf_top_rate *rate)
{
	return json_pack("{s:o, s:o, s:o}", "packets", make_rate(known, rate->packets), "bits",
			 make_rate(known, rate->bits), "dropped", make_rate(known, rate->dropped));
}

/* The reasons that occurred, per second. */
static json_t *make_reasons(const struct svf_side *since, double seconds)
{
	svf_cleanup(json) json_t *object = json_object();

	for (unsigned int i = 0; object && i < SVF_N_REASONS; i++) {
		const uint64_t n = svf_reason_get(&svf_reasons[i], since);

		if (n && json_object_set_new(object, svf_reasons[i].name,
					     json_real((double)n / seconds)) < 0)
			return NULL;
	}
	return TAKE_PTR(object);
}

static json_t *make_side(const struct svf_top_row *row, enum svf_direction direction,
			 uint32_t permille, double seconds)
{
	svf_cleanup(json) json_t *side = make_rates(row->known, &row->rates[direction]);

	if (!side ||
	    json_object_set_new(side, "drops", make_reasons(&row->since[direction], seconds)) < 0 ||
	    json_object_set_new(side, "ring_percent", make_fill(row->vf, permille)) < 0)
		return NULL;
	return TAKE_PTR(side);
}

static json_t *make_text(const char *text)
{
	return text[0] ? json_string(text) : json_null();
}

static json_t *make_row(const struct svf_top_row *row, double seconds)
{
	const struct svf_top_vf *vf = row->vf;
	char mac[SVF_MAC_TEXT_MAX];

	svf_mac_format(mac, vf->mac);
	return json_pack("{s:i, s:s, s:s, s:s, s:o, s:o, s:o, s:o}", "vf", (int)vf->vf, "address",
			 mac, "link", svf_top_link_name(vf->link), "lane", svf_lane_name(vf->lane),
			 "netdev", make_text(vf->netdev), "owner", make_text(vf->owner), "rx",
			 make_side(row, SVF_DIRECTION_RX, vf->fill.rx, seconds), "tx",
			 make_side(row, SVF_DIRECTION_TX, vf->fill.tx, seconds));
}

/* The rows of one PF. */
static json_t *make_rows(const struct svf_top_table *table, const struct svf_top_pf *pf)
{
	svf_cleanup(json) json_t *array = json_array();

	for (unsigned int i = 0; array && i < table->n_shown; i++)
		if (table->rows[i].pf == pf &&
		    json_array_append_new(array, make_row(&table->rows[i], table->seconds)) < 0)
			return NULL;
	return TAKE_PTR(array);
}

static json_t *make_agent(const struct svf_top_total *total)
{
	const struct svf_top_pf *pf = total->pf;

	if (pf->lane != SVF_LANE_AFXDP)
		return json_null();
	return json_pack("{s:b, s:o, s:o}", "alive", pf->agent_alive, "pid",
			 pf->agent_pid ? json_integer(pf->agent_pid) : json_null(), "cpu_percent",
			 make_rate(total->cpu_percent >= 0, total->cpu_percent));
}

static json_t *make_total(const struct svf_top_table *table, const struct svf_top_total *total)
{
	const struct svf_top_pf *pf = total->pf;

	if (pf->error)
		return json_pack("{s:s, s:s}", "ifname", pf->name, "error", pf->problem.text);
	return json_pack("{s:s, s:s, s:b, s:o, s:o, s:I, s:o, s:o, s:o}", "ifname", pf->name,
			 "lane", svf_lane_name(pf->lane), "carrier", pf->carrier, "agent",
			 make_agent(total), "daemon",
			 pf->daemon_pid ? json_integer(pf->daemon_pid) : json_null(), "frames",
			 (json_int_t)total->frames, "rx",
			 make_rates(total->known, &total->rates[SVF_DIRECTION_RX]), "tx",
			 make_rates(total->known, &total->rates[SVF_DIRECTION_TX]), "vfs",
			 make_rows(table, pf));
}

json_t *svf_top_json(const struct svf_top_table *table)
{
	svf_cleanup(json) json_t *pfs = json_array();
	char when[SVF_TIME_TEXT_MAX];

	for (unsigned int i = 0; pfs && i < table->n_totals; i++)
		if (json_array_append_new(pfs, make_total(table, &table->totals[i])) < 0)
			return NULL;
	if (!pfs)
		return NULL;
	svf_time_format(when, table->real_ns);
	return json_pack("{s:s, s:f, s:o}", "time", when, "seconds", table->seconds, "pfs",
			 TAKE_PTR(pfs));
}
