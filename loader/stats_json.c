// SPDX-License-Identifier: GPL-2.0-only
/*
 * A snapshot as JSON: totals as integers, rates as numbers per second. All counters are there,
 * also those that are 0; "last" has the reasons that have an offender. json_pack() takes over the
 * values given by "o" and fails if one is NULL.
 */
#include "labels.h"
#include "macaddr.h"
#include "offenders.h"
#include "stats.h"

#define NS_PER_S 1e9

SVF_DEFINE_CLEANUP(json, json_t *, json_decref(val_), NULL)

/* What the values are made with. */
struct maker {
	const struct svf_snapshot *snapshot;
	double seconds; /* 0: totals */
};

static json_t *make_number(const struct maker *m, uint64_t value)
{
	if (m->seconds > 0)
		return json_real((double)value / m->seconds);
	return json_integer((json_int_t)value);
}

static json_t *make_verdicts(const struct maker *m, const struct svf_stats *stats)
{
	svf_cleanup(json) json_t *object = json_object();

	for (unsigned int i = 0; object && i < SVF_N_VERDICTS; i++) {
		const struct svf_counter *c = &svf_verdict_counters[i];

		if (json_object_set_new(object, c->name,
					make_number(m, svf_counter_get(c, stats))) < 0)
			return NULL;
	}
	return TAKE_PTR(object);
}

static json_t *make_reasons(const struct maker *m, const struct svf_side *side)
{
	svf_cleanup(json) json_t *object = json_object();

	for (unsigned int i = 0; object && i < SVF_N_REASONS; i++) {
		const struct svf_reason *reason = &svf_reasons[i];

		if (json_object_set_new(object, reason->name,
					make_number(m, svf_reason_get(reason, side))) < 0)
			return NULL;
	}
	return TAKE_PTR(object);
}

/* VLAN id and protocol as two members; null for what has none. */
static json_t *make_vlan_id(uint16_t vlan)
{
	char text[SVF_VLAN_TEXT_MAX];

	svf_vlan_format(text, vlan, "other");
	if (text[0] == 'u' || text[0] == 'o')
		return json_null();
	return json_integer(vlan & SVF_VLAN_TRUNK);
}

static const char *get_vlan_kind(uint16_t vlan)
{
	if (vlan == 0)
		return "untagged";
	if (vlan <= SVF_VLAN_MAX)
		return "802.1Q";
	return (vlan & ~SVF_VLAN_TRUNK) == SVF_VLAN_8021AD ? "802.1ad" : "other";
}

static json_t *make_offender(const struct maker *m, const struct svf_offender *last)
{
	const struct svf_snapshot *s = m->snapshot;
	uint64_t age_ns = s->mono_ns > last->time_ns ? s->mono_ns - last->time_ns : 0;
	const char *name = svf_ethertype_name(last->ethertype);
	char when[SVF_TIME_TEXT_MAX], src[SVF_MAC_TEXT_MAX], dst[SVF_MAC_TEXT_MAX];

	svf_time_format(when, s->real_ns - age_ns);
	svf_mac_format(src, last->src);
	svf_mac_format(dst, last->dst);
	return json_pack("{s:s, s:f, s:s, s:s, s:o, s:s, s:i, s:o}", "time", when, "age",
			 (double)age_ns / NS_PER_S, "src", src, "dst", dst, "vlan",
			 make_vlan_id(last->vlan), "tag", get_vlan_kind(last->vlan), "ethertype",
			 (int)last->ethertype, "protocol", name ? json_string(name) : json_null());
}

static json_t *make_offenders(const struct maker *m, const struct svf_offender last[SVF_N_DROPS])
{
	svf_cleanup(json) json_t *object = json_object();

	for (unsigned int i = 0; object && i < SVF_N_DROPS; i++)
		if (last[i].time_ns && json_object_set_new(object, svf_reasons[i].name,
							   make_offender(m, &last[i])) < 0)
			return NULL;
	return TAKE_PTR(object);
}

static json_t *make_side(const struct maker *m, const struct svf_station *station,
			 enum svf_direction direction)
{
	const struct svf_side *side = &station->sides[direction];
	const struct svf_stats *stats = &side->stats;

	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "bytes",
			 make_number(m, stats->bytes), "packets", make_number(m, stats->packets),
			 "multicast", make_number(m, stats->multicast), "broadcast",
			 make_number(m, stats->broadcast), "skbs", make_number(m, stats->skbs),
			 "dropped", make_number(m, svf_side_dropped(side)), "verdicts",
			 make_verdicts(m, stats), "drops", make_reasons(m, side), "last",
			 make_offenders(m, station->last[direction]));
}

static json_t *make_station(const struct maker *m, const struct svf_station *station)
{
	char mac[SVF_MAC_TEXT_MAX], since[SVF_TIME_TEXT_MAX];
	svf_cleanup(json) json_t *object = json_object();

	svf_mac_format(mac, station->mac);
	svf_time_format(since, station->since_ns);
	if (!object ||
	    (station->id < SVF_WIRE_ID &&
	     json_object_set_new(object, "vf", json_integer(station->id)) < 0) ||
	    (station->id != SVF_WIRE_ID &&
	     json_object_set_new(object, "address", json_string(mac)) < 0) ||
	    json_object_set_new(object, "since",
				station->since_ns ? json_string(since) : json_null()) < 0 ||
	    json_object_set_new(object, "rx", make_side(m, station, SVF_DIRECTION_RX)) < 0 ||
	    json_object_set_new(object, "tx", make_side(m, station, SVF_DIRECTION_TX)) < 0)
		return NULL;
	return TAKE_PTR(object);
}

/* Adds a station where it belongs: VFs to a list, the others by their names. */
static int add_station(const struct maker *m, json_t *object, json_t *vfs,
		       const struct svf_station *station)
{
	json_t *made = make_station(m, station); /* the receiver's, NULL too */

	if (station->id < SVF_WIRE_ID)
		return json_array_append_new(vfs, made);
	return json_object_set_new(object, station->id == SVF_WIRE_ID ? "wire" : "host", made);
}

json_t *svf_stats_json(const struct svf_snapshot *snapshot, const struct svf_stats_options *options)
{
	const struct maker m = { .snapshot = snapshot, .seconds = options->seconds };
	svf_cleanup(json) json_t *object = NULL;
	char now[SVF_TIME_TEXT_MAX];
	json_t *vfs = json_array(); /* object's, below */

	svf_time_format(now, snapshot->real_ns);
	object = json_pack("{s:i, s:s, s:s, s:o, s:o}", "ifindex", snapshot->ifindex, "ifname",
			   snapshot->pf, "time", now, "seconds",
			   m.seconds > 0 ? json_real(m.seconds) : json_null(), "vfs", vfs);
	for (unsigned int i = 0; object && i < snapshot->n_stations; i++) {
		const struct svf_station *station = &snapshot->stations[i];

		if (options->vf != SVF_STATS_ALL && options->vf != station->id)
			continue;
		if (add_station(&m, object, vfs, station) < 0)
			return NULL;
	}
	return TAKE_PTR(object);
}
