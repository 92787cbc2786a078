// SPDX-License-Identifier: GPL-2.0-only
/*
 * A snapshot as text: the columns of `ip -s link show`, and under each direction how its frames
 * were carried and why others were dropped. Reasons that did not occur are left out.
 */
#include <inttypes.h>

#include "labels.h"
#include "macaddr.h"
#include "offenders.h"
#include "stats.h"

struct printer {
	FILE *out;
	const struct svf_snapshot *snapshot;
	double seconds; /* 0: totals */
};

/* The counter as it is, or per second. */
static uint64_t scale(const struct printer *p, uint64_t value)
{
	return p->seconds > 0 ? (uint64_t)((double)value / p->seconds + 0.5) : value;
}

static void print_verdicts(const struct printer *p, const struct svf_stats *stats)
{
	const char *separator = "        carried ";

	for (unsigned int i = 0; i < SVF_N_VERDICTS; i++) {
		uint64_t value = svf_counter_get(&svf_verdict_counters[i], stats);

		if (!value)
			continue;
		fprintf(p->out, "%s%s %" PRIu64, separator, svf_verdict_counters[i].name,
			scale(p, value));
		separator = ", ";
	}
	if (separator[0] == ',')
		fprintf(p->out, "\n");
}

static void print_offender(const struct printer *p, const struct svf_offender *last)
{
	const struct svf_snapshot *s = p->snapshot;
	char age[SVF_TIME_TEXT_MAX], when[SVF_TIME_TEXT_MAX], vlan[SVF_VLAN_TEXT_MAX];
	char src[SVF_MAC_TEXT_MAX], dst[SVF_MAC_TEXT_MAX];
	const char *name = svf_ethertype_name(last->ethertype);
	/* coarse clock against fine: never from the future */
	uint64_t age_ns = s->mono_ns > last->time_ns ? s->mono_ns - last->time_ns : 0;

	svf_age_format(age, age_ns);
	svf_time_format(when, s->real_ns - age_ns);
	svf_mac_format(src, last->src);
	svf_mac_format(dst, last->dst);
	svf_vlan_format(vlan, last->vlan, "other tag");
	fprintf(p->out, "            last %s ago, %s: %s > %s %s%s, 0x%04x%s%s\n", age, when, src,
		dst, last->vlan && last->vlan != SVF_VLAN_TRUNK ? "vlan " : "", vlan,
		last->ethertype, name ? " " : "", name ? name : "");
}

static void print_reasons(const struct printer *p, const struct svf_side *side,
			  const struct svf_offender last[SVF_N_DROPS])
{
	for (unsigned int i = 0; i < SVF_N_REASONS; i++) {
		uint64_t value = svf_reason_get(&svf_reasons[i], side);

		if (!value)
			continue;
		fprintf(p->out, "        dropped %s %" PRIu64 ": %s\n", svf_reasons[i].name,
			scale(p, value), svf_reasons[i].help);
		if (i < SVF_N_DROPS && last[i].time_ns)
			print_offender(p, &last[i]);
	}
}

static void print_side(const struct printer *p, const struct svf_station *station,
		       enum svf_direction direction)
{
	const struct svf_side *side = &station->sides[direction];
	const struct svf_stats *stats = &side->stats;

	fprintf(p->out, "    %s: bytes  packets  mcast   bcast   dropped \n",
		direction == SVF_DIRECTION_RX ? "RX" : "TX");
	fprintf(p->out, "    %10" PRIu64 " %8" PRIu64 " %7" PRIu64 " %7" PRIu64 " %8" PRIu64 " \n",
		scale(p, stats->bytes), scale(p, stats->packets), scale(p, stats->multicast),
		scale(p, stats->broadcast), scale(p, svf_side_dropped(side)));
	print_verdicts(p, stats);
	print_reasons(p, side, station->last[direction]);
}

static void print_station(const struct printer *p, const struct svf_station *station)
{
	char mac[SVF_MAC_TEXT_MAX], since[SVF_TIME_TEXT_MAX];

	svf_mac_format(mac, station->mac);
	if (station->id == SVF_WIRE_ID)
		fprintf(p->out, "    wire");
	else if (station->id == SVF_PF_ID)
		fprintf(p->out, "    host     link/ether %s", mac);
	else
		fprintf(p->out, "    vf %u     link/ether %s", station->id, mac);
	if (station->since_ns) {
		svf_time_format(since, station->since_ns);
		fprintf(p->out, " since %s", since);
	}
	fprintf(p->out, "\n");
	print_side(p, station, SVF_DIRECTION_RX);
	print_side(p, station, SVF_DIRECTION_TX);
}

void svf_stats_text(FILE *out, const struct svf_snapshot *snapshot,
		    const struct svf_stats_options *options)
{
	const struct printer p = {
		.out = out,
		.snapshot = snapshot,
		.seconds = options->seconds,
	};
	char now[SVF_TIME_TEXT_MAX];

	svf_time_format(now, snapshot->real_ns);
	fprintf(out, "%d: %s: %s", snapshot->ifindex, snapshot->pf, now);
	if (p.seconds > 0)
		fprintf(out, " per second over %.1f s", p.seconds);
	fprintf(out, "\n");
	for (unsigned int i = 0; i < snapshot->n_stations; i++)
		if (options->vf == SVF_STATS_ALL || options->vf == snapshot->stations[i].id)
			print_station(&p, &snapshot->stations[i]);
}
