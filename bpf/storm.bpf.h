/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Limits on frames a second, as GCRA: a state is the time at which the next frame would come
 * if all came evenly. What comes earlier passes until that time is a burst ahead.
 * One word for all CPUs, without a lock and without a loop: that time is first brought up to now
 * if it lies in the past (another CPU may have done that), then what passes is added. CPUs that
 * ask at the same moment may all pass where one should, but each is charged, so the rate holds.
 */
#pragma once

#include <stdbool.h>

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include <svf/abi.h>

#include "frame.bpf.h"
#include "mac.bpf.h"
#include "maps.bpf.h"
#include "owner.bpf.h"

#define SVF_NS_PER_S 1000000000ULL
#define SVF_BURST_NS 100000000ULL /* what comes in this time may come at once */

/* Of max_tx_pps and max_rx_pps, however low. TCP sends superframes of up to 64 KiB, 45 frames: if
 * they were more than a burst, they would pass only where nothing else has passed for that long,
 * and TCP would starve beside anything that sends small frames. */
#define SVF_PPS_BURST 64

/* One frame (or superframe) that takes cost_ns of the limit: may it pass? One that takes more
 * than a burst does so where the whole burst is left. */
static __always_inline bool conforms(__u64 *next_ns, __u64 cost_ns, __u64 burst_ns)
{
	__u64 now = bpf_ktime_get_ns();
	__u64 old = *(volatile __u64 *)next_ns;
	__u64 ahead_ns = old > now ? old - now : 0;

	if (ahead_ns && ahead_ns + cost_ns > burst_ns)
		return false;
	if (!ahead_ns)
		(void)__sync_val_compare_and_swap(next_ns, old, now);
	__sync_fetch_and_add(next_ns, cost_ns);
	return true;
}

/* State of a VF or the wire; made when it is first needed. */
static __always_inline struct svf_rate *get_rate(__u32 id)
{
	struct svf_rate *rate = bpf_map_lookup_elem(&svf_rates, &id);
	struct svf_rate none = {};

	if (rate)
		return rate;
	bpf_map_update_elem(&svf_rates, &id, &none, BPF_NOEXIST);
	return bpf_map_lookup_elem(&svf_rates, &id);
}

/* Whether broadcast or multicast from `id` is over its limit of frames a second, 0: none. */
__noinline bool is_over_limit(const struct svf_frame *frame, __u32 id, __u32 limit)
{
	struct svf_rate *rate;

	if (!frame || !limit)
		return false;
	rate = get_rate(id);
	return rate &&
	       !conforms(&rate->next_ns, SVF_NS_PER_S * frame->packets / limit, SVF_BURST_NS);
}

static __always_inline bool is_storm(const struct svf_frame *frame, __u32 id, __u32 limit)
{
	return limit && is_multicast(frame->dst) && is_over_limit(frame, id, limit);
}

/* Whether the frame is over max_tx_pps of its sender or max_rx_pps of its receiver; if not, it
 * has been charged. */
__noinline bool is_over_pps(const struct svf_frame *frame, __u32 vf, enum svf_direction direction,
			    __u32 limit)
{
	__u64 burst_ns = SVF_BURST_NS;
	struct svf_rate *rate;

	if (!frame || !limit)
		return false;
	rate = get_rate(vf);
	if (!rate)
		return false;
	if (limit < SVF_PPS_BURST * SVF_NS_PER_S / SVF_BURST_NS)
		burst_ns = SVF_PPS_BURST * SVF_NS_PER_S / limit;
	return !conforms(direction == SVF_DIRECTION_TX ? &rate->tx_next_ns : &rate->rx_next_ns,
			 SVF_NS_PER_S * frame->packets / limit, burst_ns);
}

static __always_inline bool is_over_tx_pps(const struct svf_frame *frame, const struct svf_vf *from)
{
	__u32 limit = from->config->max_tx_pps;

	return limit && is_over_pps(frame, from->id, SVF_DIRECTION_TX, limit);
}

static __always_inline bool is_over_rx_pps(const struct svf_frame *frame, const struct svf_vf *to)
{
	__u32 limit = to->config->max_rx_pps;

	return limit && is_over_pps(frame, to->id, SVF_DIRECTION_RX, limit);
}
