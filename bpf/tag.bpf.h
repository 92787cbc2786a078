/* SPDX-License-Identifier: GPL-2.0 */
/*
 * VLAN tags taken off and put on. On the wire and at the host a frame has frame->tci's,
 * at a VF with a trunk too, at other VFs none. All return 0, or -1: the kernel
 * could not, and the frame must be dropped, for it could be in the wrong VLAN.
 */
#pragma once

#include <stdbool.h>

#include <linux/bpf.h>
#include <linux/if_ether.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include <svf/abi.h>

#include "frame.bpf.h"
#include "vlan.bpf.h"

#define SVF_PCP_SHIFT 13

__noinline int pop_tag(struct __sk_buff *skb, struct svf_frame *frame)
{
	__u32 len = skb->len;

	if (!frame || bpf_skb_vlan_pop(skb))
		return -1;
	/* skb_vlan_pop() believes skb->protocol, which a packet socket's user chose: it
	 * may report success and leave a tag in the data, or take payload below the tag for
	 * another one and put that on (6.1 to 6.18). */
	if (frame->tag_data && skb->len >= len)
		return -1;
	if (skb->vlan_present && !frame->two_tags)
		return -1;
	frame->tag_on = false;
	frame->tag_data = false;
	return 0;
}

/* A tag below, a tenant's own, moves from the metadata into the data; pop_tag() takes it
 * back from there. */
__noinline int push_tag(struct __sk_buff *skb, struct svf_frame *frame)
{
	if (!frame || bpf_skb_vlan_push(skb, frame->tpid, frame->tci))
		return -1;
	frame->tag_on = true;
	return 0;
}

static __always_inline int strip_tag(struct __sk_buff *skb, struct svf_frame *frame)
{
	return frame->tag_on ? pop_tag(skb, frame) : 0;
}

static __always_inline int stamp_tag(struct __sk_buff *skb, struct svf_frame *frame)
{
	return frame->has_tag && !frame->tag_on ? push_tag(skb, frame) : 0;
}

/* As VFs with a trunk, or those without one, see the frame. A priority tag is for none. */
static __always_inline int dress(struct __sk_buff *skb, struct svf_frame *frame, bool trunk)
{
	return trunk && frame->vlan ? stamp_tag(skb, frame) : strip_tag(skb, frame);
}

/* The frame is to leave the VFs with the tag of `config`, whatever it has now being the
 * tenant's, inside of that. */
static __always_inline void set_outer_tag(struct svf_frame *frame,
					  const struct svf_vf_config *config)
{
	bool is_802_1ad = svf_home_vlan(config) & SVF_VLAN_8021AD;

	frame->two_tags = frame->tag_on;
	if (frame->tag_on)
		frame->bytes += SVF_TAG_LEN;
	frame->tag_on = false;
	frame->tag_data = false;
	frame->vlan = svf_home_vlan(config);
	frame->tpid = bpf_htons(is_802_1ad ? ETH_P_8021AD : ETH_P_8021Q);
	frame->tci = config->qos << SVF_PCP_SHIFT | config->vlan;
	frame->has_tag = frame->tci != 0;
}

/* A VF's frame, which may be in this VLAN, enters it: what it leaves the VFs with is
 * known, what it must not is gone. */
static __always_inline int enter_vlan(struct __sk_buff *skb, struct svf_frame *frame,
				      const struct svf_vf_config *config)
{
	if (config->has_trunk && frame->vlan)
		return 0;
	/* Below an 802.1ad tag, also a priority tag is the tenant's. */
	if (!(svf_home_vlan(config) & SVF_VLAN_8021AD) && strip_tag(skb, frame))
		return -1;
	set_outer_tag(frame, config);
	if (config->has_trunk)
		frame->vlan = 0;
	return 0;
}
