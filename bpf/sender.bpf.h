/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a VF may send: judge_sender() asks one rule after the other and names the first one
 * broken. docs/policy.md tells the order.
 */
#pragma once

#include <stdbool.h>

#include <linux/bpf.h>
#include <linux/if_ether.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include <svf/abi.h>

#include "control.bpf.h"
#include "frame.bpf.h"
#include "link.bpf.h"
#include "mac.bpf.h"
#include "owner.bpf.h"
#include "pf.bpf.h"
#include "size.bpf.h"
#include "vlan.bpf.h"

/* Its own addresses; without spoofchk any but the host's, which takes the trust to have another
 * address: who may take the host's may send from it. */
static __always_inline bool may_send_from(const struct svf_vf_config *config,
					  const __u8 mac[ETH_ALEN])
{
	if (config->spoofchk)
		return owns(config, mac);
	return is_trusted(config, SVF_TRUST_MAC) || !is_pf_mac(mac);
}

/* Looks below the outer tag: which tags are there, and what is below them all. 0, or
 * -1: one is cut short. */
static __always_inline int walk_inner_tags(struct __sk_buff *skb, struct svf_frame *frame)
{
	__u32 offset = ETH_HLEN + (frame->tag_data ? SVF_TAG_LEN : 0);
	__be16 type = frame->next_type;
	struct svf_tag tag;

	if (!frame->has_tag || !is_any_tag_type(type))
		return 0;
	frame->inner_tags = SVF_INNER_TAGS_C;
	for (int i = 1; i < SVF_TAGS_MAX && is_any_tag_type(type); i++) {
		if (type != bpf_htons(ETH_P_8021Q))
			frame->inner_tags = SVF_INNER_TAGS_OTHER;
		if (bpf_skb_load_bytes(skb, offset, &tag, sizeof(tag)))
			return -1;
		type = tag.next_type;
		offset += SVF_TAG_LEN;
	}
	if (is_any_tag_type(type))
		frame->inner_tags = SVF_INNER_TAGS_OTHER;
	frame->l3_type = type;
	frame->l3_offset = offset;
	return 0;
}

/* One tag of the list; below an 802.1ad one, 802.1Q ones are the tenant's. */
static __always_inline bool may_send_on_trunk(const struct svf_frame *frame,
					      const struct svf_vf_config *config)
{
	if (!frame->vlan)
		return config->untagged;
	if (!is_trunk_tag(config, frame->vlan))
		return false;
	if (frame->vlan & SVF_VLAN_8021AD)
		return frame->inner_tags != SVF_INNER_TAGS_OTHER;
	return frame->inner_tags == SVF_INNER_TAGS_NONE;
}

/* The tag, or none, with which it may be sent. A VF's VLAN is its configuration's, so
 * a frame in one brings no tag; but below an 802.1ad tag, 802.1Q ones are the tenant's. */
static __always_inline bool may_send_tag(const struct svf_frame *frame,
					 const struct svf_vf_config *config)
{
	if (config->has_trunk)
		return may_send_on_trunk(frame, config);
	if (!(svf_home_vlan(config) & SVF_VLAN_8021AD))
		return !frame->vlan && (config->vlan || config->untagged);
	if (!frame->has_tag)
		return !frame->vlan;
	return frame->tpid == bpf_htons(ETH_P_8021Q) && frame->inner_tags != SVF_INNER_TAGS_OTHER;
}

/* Why the VF may not send this frame, or SVF_DROP_NONE. The storm limit is asked apart
 * (is_storm()), since a frame may be judged twice but counts once against it. */
__noinline enum svf_drop judge_sender(struct __sk_buff *skb, struct svf_frame *frame,
				      const struct svf_vf_config *config)
{
	if (!frame || !config || !is_link_up(config))
		return SVF_DROP_LINK_DOWN;
	if (is_bad_gso(skb))
		return SVF_DROP_BAD_GSO;
	if (is_too_long(frame, config->mtu))
		return SVF_DROP_MTU;
	if (is_multicast(frame->src) || is_zero_mac(frame->src) || walk_inner_tags(skb, frame))
		return SVF_DROP_MALFORMED;
	if (!may_send_from(config, frame->src))
		return SVF_DROP_SPOOF_MAC;
	if (!may_send_tag(frame, config))
		return SVF_DROP_SPOOF_VLAN;
	frame->control = control_of(frame);
	return may_control(config, frame->control) ? SVF_DROP_NONE : SVF_DROP_CONTROL;
}
