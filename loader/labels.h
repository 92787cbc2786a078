/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What things are called in output, text and JSON alike: lanes, counters, the PF settings
 * that `up` changed. Counter names are the field names of include/svf/abi.h.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <svf/abi.h>

#include "state.h"

/* Counters of struct svf_ring_stats: X(field). */
#define SVF_RING_COUNTERS(X)                                                                       \
	X(rx_packets)                                                                              \
	X(rx_bytes)                                                                                \
	X(tx_packets)                                                                              \
	X(tx_bytes)                                                                                \
	X(rx_port_dropped)                                                                         \
	X(rx_merged)                                                                               \
	X(tx_oversize)                                                                             \
	X(tx_unsegmented)                                                                          \
	X(rx_dropped)                                                                              \
	X(rx_invalid_descs)                                                                        \
	X(tx_invalid_descs)                                                                        \
	X(rx_ring_full)                                                                            \
	X(rx_fill_ring_empty_descs)                                                                \
	X(tx_ring_empty_descs)

#define SVF_N_RING_COUNTERS	  14
#define SVF_N_RING_BASIC_COUNTERS 4 /* the first ones: packets and bytes, of interest even if 0 */
_Static_assert(sizeof(struct svf_ring_stats) == 2 * sizeof(__u32) + 8 * SVF_N_RING_COUNTERS,
	       "every ring counter is listed");

/* A named __u64 in a struct of counters. */
struct svf_counter {
	const char *name;
	size_t offset;
};

/* The counters of struct svf_stats, svf_drops, svf_losses and svf_ring_stats. */
extern const struct svf_counter svf_verdict_counters[SVF_N_VERDICTS];
extern const struct svf_counter svf_drop_counters[SVF_N_DROPS];
extern const struct svf_counter svf_loss_counters[SVF_N_LOSSES];
extern const struct svf_counter svf_ring_counters[SVF_N_RING_COUNTERS];

/* The counter's value in the struct at `counters`. */
uint64_t svf_counter_get(const struct svf_counter *counter, const void *counters);

extern const char *const svf_lane_names[SVF_N_LANES];

/* The lane's name; "unknown" for a number that is no lane. */
const char *svf_lane_name(unsigned int lane);

/* Thousandths of a ring as percent, rounded up: 0 says that it was empty. */
unsigned int svf_fill_percent(uint32_t permille);

/* What the kernel reads back as an XDP program's mode (XDP_ATTACHED_*): "native", "skb", "none". */
const char *svf_xdp_mode_name(unsigned int attached);

#define SVF_CHANGES_MAX 9
/* Fills names with the PF settings that `up` changed; returns how many. */
unsigned int svf_change_names(const struct svf_pf_before *before,
			      const char *ret_names[SVF_CHANGES_MAX]);
