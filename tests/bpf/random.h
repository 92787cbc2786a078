/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Random worlds and frames from a seed: structured, so that most frames hit a rule or nearly
 * do.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "oracle.h"
#include "world.h"

struct random {
	uint64_t state; /* not 0 */
};

uint32_t random_below(struct random *random, uint32_t n);
bool random_one_in(struct random *random, uint32_t n);

/* A setup, and whether there is an agent in *ret_flags. */
void random_setup(struct random *random, const struct world *world, struct world_setup *ret_setup,
		  unsigned int *ret_flags);

/* A frame from `from`, a VF or ORACLE_WIRE or ORACLE_PF. */
void random_frame(struct random *random, const struct world_setup *setup, unsigned int from,
		  struct oracle_frame *ret_frame);
