// SPDX-License-Identifier: GPL-2.0-only
/* The rings' fill, in place in the map. Readers in other processes see aligned words. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "fill.h"
#include "maps.h"

/* Values of an array map lie at multiples of 8 bytes. */
_Static_assert(sizeof(struct svf_ring_fill) == 8, "rows of the map are an array in C");

int svf_fill_init(struct svf_fill_map *fill, int map, uint32_t n_rows)
{
	const size_t bytes = n_rows * sizeof(*fill->rows);
	void *values;
	int r;

	*fill = (struct svf_fill_map){ .n_rows = n_rows };
	fill->pasts = calloc(n_rows, sizeof(*fill->pasts));
	if (!fill->pasts)
		return -ENOMEM;
	r = svf_maps_mmap(map, bytes, &values);
	if (r < 0) {
		svf_fill_done(fill);
		return r;
	}
	fill->rows = values;
	memset(fill->rows, 0, bytes);
	return 0;
}

void svf_fill_done(struct svf_fill_map *fill)
{
	if (fill->rows)
		(void)munmap(fill->rows, fill->n_rows * sizeof(*fill->rows));
	free(fill->pasts);
	*fill = (struct svf_fill_map){};
}

void svf_fill_set(struct svf_fill_map *fill, uint32_t slot, const struct svf_ring_fill *tick)
{
	struct svf_fill_past *past = &fill->pasts[slot];
	struct svf_ring_fill most = {};

	memmove(&past->ticks[1], &past->ticks[0], (SVF_FILL_TICKS - 1) * sizeof(past->ticks[0]));
	past->ticks[0] = *tick;
	for (int i = 0; i < SVF_FILL_TICKS; i++) {
		if (past->ticks[i].rx > most.rx)
			most.rx = past->ticks[i].rx;
		if (past->ticks[i].tx > most.tx)
			most.tx = past->ticks[i].tx;
	}
	fill->rows[slot] = most;
}
