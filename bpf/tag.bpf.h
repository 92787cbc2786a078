/* SPDX-License-Identifier: GPL-2.0 */
/*
 * VLAN tags taken off and put on. Inside the VFs frames have none (VST); on the
 * wire and at the host they have frame->tci's. All return 0, or -1: the kernel
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

#define SVF_PCP_SHIFT 13

static __always_inline int strip_tag(struct __sk_buff *skb, struct svf_frame *frame)
{
	__u32 len = skb->len;

	if (!frame->tag_on)
		return 0;
	if (bpf_skb_vlan_pop(skb))
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

static __always_inline int stamp_tag(struct __sk_buff *skb, struct svf_frame *frame)
{
	if (!frame->has_tag || frame->tag_on)
		return 0;
	if (bpf_skb_vlan_push(skb, bpf_htons(ETH_P_8021Q), frame->tci))
		return -1;
	frame->tag_on = true;
	return 0;
}

/* A VF's frame enters the VF's VLAN: what tag it came with is gone, what tag it is to
 * leave with is known. */
static __always_inline int enter_vlan(struct __sk_buff *skb, struct svf_frame *frame,
				      const struct svf_vf_config *config)
{
	if (strip_tag(skb, frame))
		return -1;
	frame->vlan = config->vlan;
	frame->tci = config->qos << SVF_PCP_SHIFT | config->vlan;
	frame->has_tag = config->vlan != 0;
	return 0;
}

/* In XDP: the addresses move over the tag. */
static __always_inline int strip_tag_xdp(struct xdp_md *xdp, const struct svf_frame *frame)
{
	void *end = (void *)(long)xdp->data_end;
	__u8 *data = (void *)(long)xdp->data;

	if (!frame->tag_on)
		return 0;
	if ((void *)(data + ETH_HLEN + SVF_TAG_LEN) > end)
		return -1;
	__builtin_memcpy(data + SVF_TAG_LEN, frame->dst, ETH_ALEN);
	__builtin_memcpy(data + SVF_TAG_LEN + ETH_ALEN, frame->src, ETH_ALEN);
	return bpf_xdp_adjust_head(xdp, SVF_TAG_LEN) ? -1 : 0;
}
