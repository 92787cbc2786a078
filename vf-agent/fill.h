/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How full the rings are, in svf_ring_fill, shared memory with whoever reads the map. What was in a
 * ring at one moment says little, since the agent empties it at once: told is the most that was in
 * it during the last second, put together from the agent's ticks.
 */
#pragma once

#include <stdint.h>

#include <svf/abi.h>

#define SVF_FILL_TICKS 4 /* of 250 ms: a second */

/* A ring's last ticks, the latest first. */
struct svf_fill_past {
	struct svf_ring_fill ticks[SVF_FILL_TICKS];
};

struct svf_fill_map {
	struct svf_ring_fill *rows;  /* the map's values, n_rows of them; NULL: not open */
	struct svf_fill_past *pasts; /* the same, owned */
	uint32_t n_rows;
};

/* Maps the rows of map (fd) and empties them: they tell of a former agent's rings. */
int svf_fill_init(struct svf_fill_map *fill, int map, uint32_t n_rows);
/* Unmaps; accepts a zeroed one. */
void svf_fill_done(struct svf_fill_map *fill);
/* Enters the most that was in a ring during one tick. To be called at each tick. */
void svf_fill_set(struct svf_fill_map *fill, uint32_t slot, const struct svf_ring_fill *tick);
