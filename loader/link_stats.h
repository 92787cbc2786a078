/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the kernel counted of a netdev and of its qdiscs, over rtnetlink: the side of the account
 * that the sorter has no hand in.
 */
#pragma once

#include <stdint.h>

#include "nl.h"

/* A netdev's counters, in buffers as its driver and the stack's core count them. */
struct svf_link_stats {
	uint64_t rx_packets, rx_bytes;
	uint64_t tx_packets, tx_bytes;
	uint64_t rx_dropped; /* by the driver, the backlog, or nobody on the host wanted them */
	uint64_t tx_dropped; /* by the driver, or the netdev was down */
};

/* A qdisc's counters. */
struct svf_qdisc_stats {
	uint64_t drops;	  /* buffers it refused, or that a filter on it ordered dropped */
	uint64_t backlog; /* buffers that wait in it */
};

/* nsid as for svf_link_get(). -ENODEV: no such netdev (zeros then). */
int svf_link_stats_get(struct svf_nl *nl, int nsid, int ifindex, struct svf_link_stats *ret_stats);

/* The qdisc in this place (TC_H_ROOT, TC_H_CLSACT) of a netdev of our namespace; zeros if there
 * is none or the netdev is gone. */
int svf_qdisc_stats_get(struct svf_nl *nl, int ifindex, uint32_t parent,
			struct svf_qdisc_stats *ret_stats);
