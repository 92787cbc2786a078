// SPDX-License-Identifier: GPL-2.0-only
/*
 * How many frames a queue needs, so that no VF can take another's:
 *
 *	frames >= sum of RX rings + FILL + sum of TX quotas + COMPLETION + batch
 *
 * - RX rings: up to four times ring_size where the VFs are few. A TCP sender stops at the
 *   receiver's window, some 4,000 frames by Linux' default; a ring that overflows before costs
 *   it its rate: into one VF 512 descriptors gave 0.25-0.33 of macvlan, 1,024 0.37-0.55, 2,048
 *   0.44-0.57, 4,096 no more. A VF that is not drained keeps its ring's size of frames, never more;
 *the kernel drops what follows and keeps the frame for the next one.
 * - FILL: with every RX ring full, FILL can still be full; this is also what a NIC in zero
 *   copy keeps in its own ring (4,096 at most, commonly).
 * - TX quotas: a VF has at most its TX ring's size of frames between port and COMPLETION.
 * - COMPLETION: finished, not yet taken back. They still count against their VF's quota, so
 *   this is slack; it costs 8 bytes plus a frame per descriptor.
 * - a batch: what one call holds in hand.
 *
 * FILL and COMPLETION hold what all TX rings hold, but at most 8,192: sixteen default ones from
 * empty to full between two rounds. FILL is filled again after every 64 frames that are received.
 * COMPLETION needs no more either: the kernel stops sending when it is full, and it is emptied
 * every round.
 */
#include <assert.h>
#include <errno.h>
#include <sys/mman.h>

#include <svf/abi.h>
#include <svf/frames.h>

#include "forward.h"
#include "umem.h"

_Static_assert(SVF_RECEIVE_BATCH == SVF_FRAMES_IN_HAND, "as the loader reckons");
_Static_assert(SVF_RECEIVE_BATCH >= SVF_TRANSMIT_BATCH, "one batch is in hand at a time");

void svf_umem_plan(struct svf_umem_plan *ret_plan, uint32_t vfs, uint32_t ring_size,
		   uint32_t frame_size)
{
	uint32_t sum = vfs * ring_size;
	uint32_t shared = svf_shared_ring_size(sum);
	uint32_t rx_ring_size = svf_rx_ring_size(vfs, ring_size);

	assert(ring_size > 0 && (ring_size & (ring_size - 1)) == 0);
	*ret_plan = (struct svf_umem_plan){
		.frames = svf_umem_frames(vfs, ring_size),
		.frame_size = frame_size,
		.rx_ring_size = rx_ring_size,
		.fill_size = shared,
		.completion_size = shared,
		.receive_quota = vfs * rx_ring_size + shared,
	};
	ret_plan->bytes = (size_t)ret_plan->frames * frame_size;
}

int svf_umem_new(const struct svf_umem_plan *plan, uint8_t **ret_umem)
{
	void *umem =
		mmap(NULL, plan->bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (umem == MAP_FAILED)
		return -errno;
	/* Huge pages where the kernel has them to give: fewer faults when the UMEM is pinned. */
	(void)madvise(umem, plan->bytes, MADV_HUGEPAGE);
	*ret_umem = umem;
	return 0;
}

void svf_umem_free(uint8_t *umem, const struct svf_umem_plan *plan)
{
	if (umem)
		(void)munmap(umem, plan->bytes);
}
