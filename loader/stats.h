/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What `stats` shows: the counters of the wire, the host and all VFs at one moment, as plain data
 * (collected by stats.c, printed by stats_text.c and stats_json.c, set aside by stats_reset.c).
 */
#pragma once

#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include <jansson.h>
#include <linux/if_ether.h>
#include <svf/abi.h>
#include <svf/cleanup.h>
#include <svf/errmsg.h>
#include <svf/paths.h>

#include "nl.h"
#include "sorter.h"
#include "state.h"

/* One direction of a station. All words are counters, so that two sides can be subtracted. */
struct svf_side {
	struct svf_stats stats;
	struct svf_drops drops;
	struct svf_losses losses; /* behind the sorter */
};
_Static_assert(sizeof(struct svf_side) % sizeof(uint64_t) == 0, "an array of counters");

/* Who has counters: a VF, the host or the wire. */
struct svf_station {
	uint16_t id;	       /* VF number, SVF_PF_ID or SVF_WIRE_ID */
	uint8_t mac[ETH_ALEN]; /* all zero: the wire */
	uint64_t since_ns;     /* CLOCK_REALTIME of the reset it is counted from; 0: `up` */
	struct svf_side sides[SVF_N_DIRECTIONS];
	/* The last frame dropped for each reason; time_ns 0: none. */
	struct svf_offender last[SVF_N_DIRECTIONS][SVF_N_DROPS];
};

struct svf_snapshot {
	char pf[IFNAMSIZ];
	int ifindex;
	uint64_t real_ns; /* CLOCK_REALTIME when it was taken */
	uint64_t mono_ns; /* CLOCK_MONOTONIC */
	unsigned int n_stations;
	struct svf_station *stations; /* owned: the wire, the host, VF 0, VF 1, ... */
};

/* Why frames were dropped: by the sorter or behind it. */
struct svf_reason {
	const char *name, *help;
	size_t offset; /* of its counter in struct svf_side */
};
#define SVF_N_REASONS (SVF_N_DROPS + SVF_N_LOSSES)
extern const struct svf_reason svf_reasons[SVF_N_REASONS]; /* the first ones are enum svf_drop */

uint64_t svf_reason_get(const struct svf_reason *reason, const struct svf_side *side);

/* All that was dropped, the sum of the reasons. */
uint64_t svf_side_dropped(const struct svf_side *side);

/* Counts that went down (which none does) are taken for 0. */
void svf_side_subtract(struct svf_side *side, const struct svf_side *older);

/* Takes a snapshot. */
int svf_snapshot_take(struct svf_snapshot *ret_snapshot, struct svf_nl *nl,
		      const struct svf_sorter *sorter, const struct svf_state *state);
/* A VF's, SVF_PF_ID's or SVF_WIRE_ID's; NULL: it has none. */
const struct svf_station *svf_snapshot_find(const struct svf_snapshot *snapshot, uint16_t id);
/* Counts each station from `older` on; one that is new there from the beginning. */
void svf_snapshot_subtract(struct svf_snapshot *snapshot, const struct svf_snapshot *older);
void svf_snapshot_done(struct svf_snapshot *snapshot);

/* --- the view that --reset makes (stats_reset.c) --- */

/* Keeps this snapshot, or of it VF vf only (SVF_STATS_ALL: all), as what later ones are counted
 * from. The file goes with `down`. */
#define SVF_STATS_ALL (-1)
int svf_snapshot_reset(const struct svf_paths *paths, const struct svf_snapshot *snapshot, int vf,
		       struct svf_errmsg *err);
/* Counts from the last reset on, where there was one. */
int svf_snapshot_apply_reset(const struct svf_paths *paths, struct svf_snapshot *snapshot,
			     struct svf_errmsg *err);

/* --- printing --- */

struct svf_stats_options {
	int vf;		/* one VF, or SVF_STATS_ALL */
	double seconds; /* > 0: counters are differences over that time, shown per second */
};

void svf_stats_text(FILE *out, const struct svf_snapshot *snapshot,
		    const struct svf_stats_options *options);
/* NULL if memory ran out. Caller owns the reference. */
json_t *svf_stats_json(const struct svf_snapshot *snapshot,
		       const struct svf_stats_options *options);
