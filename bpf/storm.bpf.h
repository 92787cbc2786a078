/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Limits on frames a second, as GCRA: a state is the time at which the next frame would come
 * if all came evenly. What comes earlier passes until that time is a burst ahead.
 * One word, changed by compare-and-swap, since several CPUs see frames of one source.
 */
#pragma once

#include <stdbool.h>

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include <svf/abi.h>

#include "frame.bpf.h"
#include "mac.bpf.h"
#include "maps.bpf.h"

#define SVF_NS_PER_S	 1000000000ULL
#define SVF_BURST_NS	 100000000ULL /* what comes in this time may come at once */
#define SVF_SWAP_RETRIES 8	      /* who loses as often meets a storm */

/* One frame (or superframe) that takes cost_ns of the limit: may it pass? */
static __always_inline bool conforms(__u64 *next_ns, __u64 cost_ns)
{
	__u64 burst_ns = cost_ns > SVF_BURST_NS ? cost_ns : SVF_BURST_NS;
	__u64 now = bpf_ktime_get_ns();

	for (int i = 0; i < SVF_SWAP_RETRIES; i++) {
		__u64 old = *(volatile __u64 *)next_ns;
		__u64 next = (old > now ? old : now) + cost_ns;

		if (next - now > burst_ns)
			return false;
		if (__sync_val_compare_and_swap(next_ns, old, next) == old)
			return true;
	}
	return false;
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
	return rate && !conforms(&rate->next_ns, SVF_NS_PER_S * frame->packets / limit);
}

static __always_inline bool is_storm(const struct svf_frame *frame, __u32 id, __u32 limit)
{
	return limit && is_multicast(frame->dst) && is_over_limit(frame, id, limit);
}
