/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Rare things told to the PF daemon through svf_events. Who calls tell() sees to it that
 * they are rare; what finds no room is left out.
 */
#pragma once

#include <linux/bpf.h>
#include <linux/if_ether.h>

#include <bpf/bpf_helpers.h>

#include <svf/abi.h>

#include "frame.bpf.h"
#include "maps.bpf.h"
#include "vlan.bpf.h"

/* The frame's VLAN as the user sees it in events and in svf_offenders. */
static __always_inline __u16 told_vlan(const struct svf_frame *frame)
{
	return frame->vlan == SVF_VLAN_OTHER ? SVF_VLAN_TRUNK : frame->vlan;
}

static __always_inline void tell(enum svf_event_kind kind, __u32 vf, enum svf_drop reason,
				 const struct svf_frame *frame)
{
	struct svf_event *event = bpf_ringbuf_reserve(&svf_events, sizeof(*event), 0);

	if (!event)
		return;
	event->time_ns = bpf_ktime_get_coarse_ns();
	event->vf = vf;
	event->kind = kind;
	event->reason = reason;
	event->vlan = told_vlan(frame);
	__builtin_memcpy(event->src, frame->src, ETH_ALEN);
	event->pad = 0;
	bpf_ringbuf_submit(event, 0);
}
