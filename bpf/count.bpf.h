/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Every frame's end is counted here before a program returns it, once at who sent it and
 * once at each who gets it: a verdict or a drop. A superframe counts as the
 * frames it stands for, everywhere, so that packets == sum of the verdicts.
 * Counters are per CPU and programs run with softirqs off: plain additions do.
 */
#pragma once

#include <linux/bpf.h>
#include <linux/pkt_cls.h>

#include <bpf/bpf_helpers.h>

#include <svf/abi.h>

#include "frame.bpf.h"
#include "mac.bpf.h"
#include "maps.bpf.h"
#include "offender.bpf.h"

/* The verifier does not know that the upper half of a global function's enum is zero; so
 * the bound has to be one that clang cannot take for given. */
#define SVF_COUNTER_MASK 31U
_Static_assert(SVF_N_VERDICTS <= SVF_COUNTER_MASK && SVF_N_DROPS <= SVF_COUNTER_MASK, "a bound");

/* The counters named by SVF_VERDICTS are the last ones of their struct, in its order. */
static __always_inline void add_verdict(struct svf_stats *stats, enum svf_verdict verdict,
					__u32 packets)
{
	__u64 *counters = (__u64 *)(stats + 1) - SVF_N_VERDICTS;
	__u32 i = verdict & SVF_COUNTER_MASK;

	if (i < SVF_N_VERDICTS)
		counters[i] += packets;
}

/* Those named by SVF_DROPS are all there is in theirs. */
static __always_inline void add_drop(struct svf_drops *drops, enum svf_drop reason, __u32 packets)
{
	__u64 *counters = (__u64 *)drops;
	__u32 i = reason & SVF_COUNTER_MASK;

	if (i < SVF_N_DROPS)
		counters[i] += packets;
}

__noinline int count(const struct svf_frame *frame, __u32 id, enum svf_direction direction,
		     enum svf_verdict verdict)
{
	struct svf_stats_key key = { .vf = id, .direction = direction };
	struct svf_stats *stats = bpf_map_lookup_elem(&svf_stats, &key);

	if (!frame || !stats)
		return 0;
	stats->packets += frame->packets;
	stats->bytes += frame->bytes;
	stats->skbs++;
	if (is_broadcast(frame->dst))
		stats->broadcast += frame->packets;
	else if (is_multicast(frame->dst))
		stats->multicast += frame->packets;
	add_verdict(stats, verdict, frame->packets);
	return 0;
}

/* Returns what a tc program returns for the dropped frame. */
__noinline int drop(const struct svf_frame *frame, __u32 id, enum svf_direction direction,
		    enum svf_drop reason)
{
	struct svf_stats_key key = { .vf = id, .direction = direction };
	struct svf_drops *drops = bpf_map_lookup_elem(&svf_drops, &key);
	struct svf_stats *stats = bpf_map_lookup_elem(&svf_stats, &key);

	if (!frame)
		return TC_ACT_SHOT;
	if (drops && stats) {
		stats->dropped += frame->packets;
		stats->dropped_skbs++;
		add_drop(drops, reason, frame->packets);
	}
	note_offender(frame, id, direction, reason);
	return TC_ACT_SHOT;
}

/* svf_wire put the frame into a ring. */
static __always_inline void count_redirect(__u32 vf)
{
	__u64 *redirects = bpf_map_lookup_elem(&svf_redirects, &vf);

	if (redirects)
		(*redirects)++;
}

/* A unicast frame delivered to a VF that has its destination; home_vlan is where svf_fdb has
 * that. */
__noinline int count_hit(const struct svf_frame *frame, __u16 home_vlan)
{
	struct svf_fdb_key key = { .vlan = home_vlan };
	struct svf_fdb_hits none = {};
	struct svf_fdb_hits *hits;

	if (!frame)
		return 0;
	__builtin_memcpy(key.mac, frame->dst, ETH_ALEN);
	hits = bpf_map_lookup_elem(&svf_fdb_hits, &key);
	if (!hits) {
		bpf_map_update_elem(&svf_fdb_hits, &key, &none, BPF_NOEXIST);
		hits = bpf_map_lookup_elem(&svf_fdb_hits, &key);
	}
	if (!hits)
		return 0;
	hits->hits += frame->packets;
	hits->last_ns = bpf_ktime_get_coarse_ns();
	return 0;
}
