/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Every frame's end is counted here before a program returns it: a verdict for
 * each receiver and for the sender, or one drop. A superframe counts as the
 * frames it stands for, everywhere, so that packets == sum of the verdicts.
 * Counters are per CPU and programs run with softirqs off: plain additions do.
 */
#pragma once

#include <linux/bpf.h>
#include <linux/pkt_cls.h>

#include <bpf/bpf_helpers.h>

#include <svf/abi.h>

#include "frame.bpf.h"
#include "maps.bpf.h"

static __always_inline void add_verdict(struct svf_stats *stats, enum svf_verdict verdict,
					__u32 packets)
{
	switch (verdict) {
#define SVF_X(name, field, help)                                                                   \
	case SVF_VERDICT_##name:                                                                   \
		stats->field += packets;                                                           \
		break;
		SVF_VERDICTS(SVF_X)
#undef SVF_X
	default:
		break;
	}
}

static __always_inline void add_drop(struct svf_drops *drops, enum svf_drop reason, __u32 packets)
{
	switch (reason) {
#define SVF_X(name, field, help)                                                                   \
	case SVF_DROP_##name:                                                                      \
		drops->field += packets;                                                           \
		break;
		SVF_DROPS(SVF_X)
#undef SVF_X
	default:
		break;
	}
}

static __always_inline void count(const struct svf_frame *frame, __u32 vf,
				  enum svf_direction direction, enum svf_verdict verdict)
{
	struct svf_stats_key key = { .vf = vf, .direction = direction };
	struct svf_stats *stats = bpf_map_lookup_elem(&svf_stats, &key);

	if (!stats)
		return;
	stats->packets += frame->packets;
	stats->bytes += frame->bytes;
	if (is_broadcast(frame->dst))
		stats->broadcast += frame->packets;
	else if (is_multicast(frame->dst))
		stats->multicast += frame->packets;
	add_verdict(stats, verdict, frame->packets);
}

static __always_inline void count_drop(const struct svf_frame *frame, __u32 vf,
				       enum svf_direction direction, enum svf_drop reason)
{
	struct svf_stats_key key = { .vf = vf, .direction = direction };
	struct svf_drops *drops = bpf_map_lookup_elem(&svf_drops, &key);
	struct svf_stats *stats = bpf_map_lookup_elem(&svf_stats, &key);

	if (!drops || !stats)
		return;
	stats->dropped += frame->packets;
	add_drop(drops, reason, frame->packets);
}

/* To be returned by a tc program. */
static __always_inline int drop(const struct svf_frame *frame, __u32 vf,
				enum svf_direction direction, enum svf_drop reason)
{
	count_drop(frame, vf, direction, reason);
	return TC_ACT_SHOT;
}
