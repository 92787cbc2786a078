/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The rings' counters in svf_ring_stats, shared memory with whoever reads the map. Frame
 * counters are added to by the ring's worker; the XDP_STATISTICS fields are set by the main
 * thread to what was there when it started plus what the socket says, so that counters
 * survive the agent.
 */
#pragma once

#include <stdint.h>

#include <linux/if_xdp.h>
#include <svf/abi.h>

struct svf_stats_map {
	struct svf_ring_stats *rows; /* the map's values, n_rows of them; NULL: not open */
	struct svf_ring_stats *base; /* rows as they were at the start */
	uint32_t n_rows;
};

/* Maps the rows of map (fd) and writes vf and queue into each. */
int svf_stats_init(struct svf_stats_map *stats, int map, uint32_t n_rows, uint32_t queues);
/* Unmaps; the counters stay in the map. Accepts a zeroed one. */
void svf_stats_done(struct svf_stats_map *stats);
/* Sets a row's XDP_STATISTICS fields from what its socket says. */
void svf_stats_set_socket(struct svf_stats_map *stats, uint32_t slot,
			  const struct xdp_statistics *statistics);
