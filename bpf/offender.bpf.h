/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The last frame dropped for each reason, so that a person can see who it was. The first
 * one in a second is told to the PF daemon.
 */
#pragma once

#include <stdbool.h>

#include <linux/bpf.h>
#include <linux/if_ether.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include <svf/abi.h>

#include "event.bpf.h"
#include "frame.bpf.h"
#include "maps.bpf.h"
#include "storm.bpf.h"

static __always_inline void note_offender(const struct svf_frame *frame, __u32 id,
					  enum svf_direction direction, enum svf_drop reason)
{
	struct svf_offender_key key = { .vf = id, .direction = direction, .reason = reason };
	struct svf_offender offender = {
		.time_ns = bpf_ktime_get_coarse_ns(),
		.vlan = told_vlan(frame),
		.ethertype = bpf_ntohs(frame->next_type),
	};
	struct svf_offender *last = bpf_map_lookup_elem(&svf_offenders, &key);
	bool is_news = !last || offender.time_ns - last->time_ns >= SVF_NS_PER_S;

	__builtin_memcpy(offender.dst, frame->dst, ETH_ALEN);
	__builtin_memcpy(offender.src, frame->src, ETH_ALEN);
	bpf_map_update_elem(&svf_offenders, &key, &offender, BPF_ANY);
	if (is_news)
		tell(SVF_EVENT_DROP, id, reason, frame);
}
