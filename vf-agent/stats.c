// SPDX-License-Identifier: GPL-2.0-only
/*
 * Counters of the rings, in place in the map. Readers in other processes see aligned 64-bit
 * words that are each written by one thread.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "maps.h"
#include "stats.h"

/* Values of an array map lie at multiples of 8 bytes. */
_Static_assert(sizeof(struct svf_ring_stats) % 8 == 0, "rows of the map are an array in C");

int svf_stats_init(struct svf_stats_map *stats, int map, uint32_t n_rows, uint32_t queues)
{
	size_t bytes = n_rows * sizeof(*stats->rows);
	void *values;
	int r;

	*stats = (struct svf_stats_map){ .n_rows = n_rows };
	stats->base = calloc(n_rows, sizeof(*stats->base));
	if (!stats->base)
		return -ENOMEM;
	r = svf_maps_mmap(map, bytes, &values);
	if (r < 0) {
		svf_stats_done(stats);
		return r;
	}
	stats->rows = values;
	for (uint32_t slot = 0; slot < n_rows; slot++) {
		stats->rows[slot].vf = slot / queues;
		stats->rows[slot].queue = slot % queues;
	}
	memcpy(stats->base, stats->rows, bytes);
	return 0;
}

void svf_stats_done(struct svf_stats_map *stats)
{
	if (stats->rows)
		(void)munmap(stats->rows, stats->n_rows * sizeof(*stats->rows));
	free(stats->base);
	*stats = (struct svf_stats_map){};
}

void svf_stats_set_socket(struct svf_stats_map *stats, uint32_t slot,
			  const struct xdp_statistics *statistics)
{
	struct svf_ring_stats *row = &stats->rows[slot];
	const struct svf_ring_stats *base = &stats->base[slot];

	row->rx_dropped = base->rx_dropped + statistics->rx_dropped;
	row->rx_invalid_descs = base->rx_invalid_descs + statistics->rx_invalid_descs;
	row->tx_invalid_descs = base->tx_invalid_descs + statistics->tx_invalid_descs;
	row->rx_ring_full = base->rx_ring_full + statistics->rx_ring_full;
	row->rx_fill_ring_empty_descs =
		base->rx_fill_ring_empty_descs + statistics->rx_fill_ring_empty_descs;
	row->tx_ring_empty_descs = base->tx_ring_empty_descs + statistics->tx_ring_empty_descs;
}
