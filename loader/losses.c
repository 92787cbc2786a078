// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a VF lost in all, from the counters of sorter and rings. No frame is counted twice:
 * - the sorter counts a frame from the wire when it comes back from the ring (svf_ring_tc), so
 *   one lost in the ring is in none of its counters;
 * - XDP_STATISTICS' rx_dropped (no UMEM frame, or longer than one) excludes rx_ring_full when
 *   asked with all six fields (net/xdp/xsk.c: xsk_getsockopt(), since 5.9);
 * - rx_fill_ring_empty_descs and rx_invalid_descs are the FILL ring's, which all sockets of a
 *   queue share; what was lost for want of a frame is in rx_dropped already.
 */
#include "vfinfo.h"

static uint64_t ring_losses(const struct svf_ring_stats *ring, enum svf_direction direction)
{
	if (direction == SVF_DIRECTION_RX)
		return ring->rx_dropped + ring->rx_ring_full + ring->rx_port_dropped;
	return ring->tx_oversize + ring->tx_invalid_descs;
}

uint64_t svf_vf_dropped(const struct svf_pf_info *info, const struct svf_vf_info *vf,
			enum svf_direction direction)
{
	uint64_t dropped = vf->stats[direction].dropped;

	for (unsigned int queue = 0; vf->rings && queue < info->state.args.queues; queue++)
		dropped += ring_losses(&vf->rings[queue], direction);
	return dropped;
}
