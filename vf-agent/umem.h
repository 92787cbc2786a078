/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The memory of one PF queue's frames: how much, and the mapping itself.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Sizes of what the VFs of a queue share. */
struct svf_umem_plan {
	uint32_t frames;
	uint32_t frame_size;	  /* bytes */
	uint32_t rx_ring_size;	  /* descriptors of each RX ring, a power of two */
	uint32_t fill_size;	  /* descriptors of FILL, a power of two */
	uint32_t completion_size; /* descriptors of COMPLETION, a power of two */
	uint32_t receive_quota;	  /* frames lent for receiving at most */
	size_t bytes;		  /* frames * frame_size */
};

/* Plans for vfs VFs with TX rings of ring_size (a power of two), and RX rings of at least that. */
void svf_umem_plan(struct svf_umem_plan *ret_plan, uint32_t vfs, uint32_t ring_size,
		   uint32_t frame_size);

/* Maps plan->bytes of page aligned memory; svf_umem_free() gives it back, NULL is fine. */
int svf_umem_new(const struct svf_umem_plan *plan, uint8_t **ret_umem);
void svf_umem_free(uint8_t *umem, const struct svf_umem_plan *plan);
