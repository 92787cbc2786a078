// SPDX-License-Identifier: GPL-2.0-only
/*
 * Taking snapshots of all counters, and subtracting them. Maps and kernel counters are read one
 * after another while frames pass: a snapshot is of a moment some milliseconds long.
 */
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "link.h"
#include "losses.h"
#include "shaper.h"
#include "stats.h"

#define NS_PER_S 1000000000ULL

const struct svf_reason svf_reasons[SVF_N_REASONS] = {
#define SVF_X(name_, field, help) { #field, help, offsetof(struct svf_side, drops.field) },
	SVF_DROPS(SVF_X)
#undef SVF_X
#define SVF_X(name_, field, help) { #field, help, offsetof(struct svf_side, losses.field) },
		SVF_LOSSES(SVF_X)
#undef SVF_X
};

uint64_t svf_reason_get(const struct svf_reason *reason, const struct svf_side *side)
{
	uint64_t value;

	memcpy(&value, (const char *)side + reason->offset, sizeof(value));
	return value;
}

uint64_t svf_side_dropped(const struct svf_side *side)
{
	return svf_drops_sum(&side->drops) + svf_losses_sum(&side->losses);
}

void svf_side_subtract(struct svf_side *side, const struct svf_side *older)
{
	uint64_t *words = (uint64_t *)side;
	const uint64_t *old = (const uint64_t *)older;

	for (size_t i = 0; i < sizeof(*side) / sizeof(*words); i++)
		words[i] = words[i] > old[i] ? words[i] - old[i] : 0;
}

const struct svf_station *svf_snapshot_find(const struct svf_snapshot *snapshot, uint16_t id)
{
	for (unsigned int i = 0; i < snapshot->n_stations; i++)
		if (snapshot->stations[i].id == id)
			return &snapshot->stations[i];
	return NULL;
}

void svf_snapshot_subtract(struct svf_snapshot *snapshot, const struct svf_snapshot *older)
{
	for (unsigned int i = 0; i < snapshot->n_stations; i++) {
		struct svf_station *station = &snapshot->stations[i];
		const struct svf_station *then = svf_snapshot_find(older, station->id);

		for (int d = 0; d < SVF_N_DIRECTIONS && then; d++)
			svf_side_subtract(&station->sides[d], &then->sides[d]);
	}
}

void svf_snapshot_done(struct svf_snapshot *snapshot)
{
	free(snapshot->stations);
	*snapshot = (struct svf_snapshot){};
}

/* --- taking one --- */

struct taker {
	struct svf_nl *nl;
	const struct svf_sorter *sorter;
	const struct svf_state *state;
	struct svf_policy policy;
};

static uint64_t now_ns(clockid_t clock)
{
	struct timespec now;

	(void)clock_gettime(clock, &now);
	return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

/* What the sorter counted, and what svf_losses keeps. */
static int take_counters(const struct taker *taker, struct svf_station *station)
{
	int r = 0;

	for (int d = 0; d < SVF_N_DIRECTIONS && !r; d++) {
		struct svf_side *side = &station->sides[d];

		r = svf_sorter_get_stats(taker->sorter, station->id, (enum svf_direction)d,
					 &side->stats, &side->drops);
		if (!r)
			r = svf_sorter_get_losses(taker->sorter, station->id, (enum svf_direction)d,
						  &side->losses);
	}
	return r;
}

static int take_offenders(const struct taker *taker, struct svf_station *station)
{
	struct svf_offender_key key = { .vf = station->id };

	for (key.direction = 0; key.direction < SVF_N_DIRECTIONS; key.direction++) {
		for (key.reason = 0; key.reason < SVF_N_DROPS; key.reason++) {
			struct svf_offender *last = &station->last[key.direction][key.reason];
			int r = svf_sorter_get_offender(taker->sorter, &key, last);

			if (r == -ENOENT)
				*last = (struct svf_offender){};
			else if (r < 0)
				return r;
		}
	}
	return 0;
}

static int take_rings(const struct taker *taker, uint32_t vf, struct svf_ring_stats *rings)
{
	const unsigned int queues = taker->state->args.queues;
	int r = 0;

	for (unsigned int queue = 0; queue < queues && !r; queue++)
		r = svf_sorter_get_ring_stats(taker->sorter, svf_xsk_slot(vf, queue, queues),
					      &rings[queue]);
	return r;
}

static int take_vf(const struct taker *taker, struct svf_station *station)
{
	const unsigned int queues = taker->state->args.queues;
	svf_cleanup(mem) struct svf_ring_stats *rings = calloc(queues + 1, sizeof(*rings));
	struct svf_loss_sources sources;
	struct svf_vf_config config;
	int r = rings ? svf_sorter_get_vf(taker->sorter, station->id, &config) : -ENOMEM;

	if (r < 0)
		return r;
	memcpy(station->mac, config.mac, ETH_ALEN);
	r = take_counters(taker, station);
	if (!r && config.ring_port)
		r = take_rings(taker, station->id, rings);
	if (!r)
		r = svf_loss_sources_read(&sources, taker->nl, taker->sorter, &taker->policy,
					  station->id, &config);
	if (r < 0)
		return r;
	sources.rings = rings;
	sources.queues = queues;
	sources.clones = station->sides[SVF_DIRECTION_RX].drops.clone;
	sources.delivered = station->sides[SVF_DIRECTION_RX].stats.skbs;
	for (int d = 0; d < SVF_N_DIRECTIONS; d++)
		svf_losses_tell(&sources, (enum svf_direction)d, &station->sides[d].losses);
	return take_offenders(taker, station);
}

/* What the shaper lost of the host's frames and, on its way between its two ends, of anybody's. */
static int take_host(const struct taker *taker, struct svf_station *station)
{
	struct svf_losses *losses = &station->sides[SVF_DIRECTION_TX].losses;
	struct svf_shaper_counts counts = {};
	struct svf_link_stats far = {};
	int r = take_counters(taker, station);

	if (!r && taker->policy.shape_all)
		r = svf_shaper_get_counts(taker->nl, &taker->policy, SVF_PF_ID, &counts);
	if (!r && taker->policy.shaper_far)
		r = svf_link_stats_get(taker->nl, SVF_NSID_SELF, (int)taker->policy.shaper_far,
				       &far);
	if (r < 0 && r != -ENODEV)
		return r;
	losses->rate += counts.dropped;
	losses->backlog += far.rx_dropped;
	return take_offenders(taker, station);
}

static int take_stations(const struct taker *taker, const struct svf_pf_config *pf,
			 struct svf_snapshot *snapshot)
{
	int r = 0;

	snapshot->stations = calloc(2 + pf->vfs, sizeof(*snapshot->stations));
	if (!snapshot->stations)
		return -ENOMEM;
	snapshot->n_stations = 2;
	snapshot->stations[0].id = SVF_WIRE_ID;
	snapshot->stations[1].id = SVF_PF_ID;
	memcpy(snapshot->stations[1].mac, pf->mac, ETH_ALEN);
	r = take_counters(taker, &snapshot->stations[0]);
	if (!r)
		r = take_offenders(taker, &snapshot->stations[0]);
	if (!r)
		r = take_host(taker, &snapshot->stations[1]);
	for (unsigned int vf = 0; vf < pf->vfs && !r; vf++) {
		struct svf_station *station = &snapshot->stations[snapshot->n_stations];

		station->id = (uint16_t)vf;
		r = take_vf(taker, station);
		snapshot->n_stations += !r;
		if (r == -ENOENT) /* numbers have holes, and a command may be at work */
			r = 0;
	}
	return r;
}

int svf_snapshot_take(struct svf_snapshot *ret_snapshot, struct svf_nl *nl,
		      const struct svf_sorter *sorter, const struct svf_state *state)
{
	struct taker taker = { .nl = nl, .sorter = sorter, .state = state };
	struct svf_snapshot snapshot = {
		.ifindex = state->pf_ifindex,
		.real_ns = now_ns(CLOCK_REALTIME),
		.mono_ns = now_ns(CLOCK_MONOTONIC),
	};
	struct svf_pf_config pf;
	int r = svf_sorter_get_pf(sorter, &pf);

	memcpy(snapshot.pf, state->pf, sizeof(snapshot.pf));
	if (!r)
		r = svf_sorter_get_policy(sorter, &taker.policy);
	if (!r)
		r = take_stations(&taker, &pf, &snapshot);
	if (r < 0) {
		svf_snapshot_done(&snapshot);
		return r;
	}
	*ret_snapshot = snapshot;
	return 0;
}
