/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How many UMEM frames a queue takes: what the agent allocates (vf-agent/umem.c has the argument)
 * and what the loader asks the machine for before it starts one.
 */
#pragma once

#include <stdint.h>

#include <svf/abi.h>

#define SVF_SHARED_RING_MIN 2048 /* a NIC's common ring size, twice */
#define SVF_SHARED_RING_MAX 8192
_Static_assert((SVF_SHARED_RING_MIN & (SVF_SHARED_RING_MIN - 1)) == 0, "rings: powers of two");
_Static_assert((SVF_SHARED_RING_MAX & (SVF_SHARED_RING_MAX - 1)) == 0, "rings: powers of two");

#define SVF_FRAMES_IN_HAND 64 /* one batch */

/* Size of FILL, and of COMPLETION, of a queue whose VFs' RX (or TX) rings hold `sum` frames. */
static inline uint32_t svf_shared_ring_size(uint32_t sum)
{
	uint32_t size = SVF_SHARED_RING_MIN;

	while (size < sum && size < SVF_SHARED_RING_MAX)
		size *= 2;
	return size;
}

/* Frames of one queue's UMEM: RX rings, FILL, TX rings, COMPLETION, one batch. */
static inline uint32_t svf_umem_frames(uint32_t vfs, uint32_t ring_size)
{
	uint32_t tx = vfs * ring_size;

	return vfs * svf_rx_ring_size(vfs, ring_size) + tx + 2 * svf_shared_ring_size(tx) +
	       SVF_FRAMES_IN_HAND;
}
