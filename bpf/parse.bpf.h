/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Parses a frame. Where the outer tag is: in XDP always in the data (a tag that the NIC has
 * put aside, rxvlan, is invisible there: `up` switches that off); at tc ingress always
 * in skb metadata, since the kernel untags before tc; at tc egress in either.
 */
#pragma once

#include <stdbool.h>

#include <linux/bpf.h>
#include <linux/if_ether.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "frame.bpf.h"
#include "size.bpf.h"
#include "vlan.bpf.h"

static __always_inline void set_addresses(struct svf_frame *frame, const struct ethhdr *eth)
{
	__builtin_memcpy(frame->dst, eth->h_dest, ETH_ALEN);
	__builtin_memcpy(frame->src, eth->h_source, ETH_ALEN);
	frame->type = eth->h_proto;
	frame->next_type = eth->h_proto;
	frame->l3_type = eth->h_proto;
	frame->l3_offset = ETH_HLEN;
	frame->vlan = is_any_tag_type(eth->h_proto) ? SVF_VLAN_OTHER : 0;
}

/* The outer tag, in the data or not. */
static __always_inline void set_tag(struct svf_frame *frame, __be16 tpid, __u16 tci,
				    __be16 next_type, bool in_data)
{
	frame->has_tag = true;
	frame->tag_on = true;
	frame->tag_data = in_data;
	frame->two_tags = is_tag_type(next_type);
	frame->tpid = tpid;
	frame->tci = tci;
	frame->vlan = vlan_of_tag(tpid, tci, next_type);
	frame->next_type = next_type;
	frame->l3_type = next_type;
	frame->l3_offset = ETH_HLEN + (in_data ? SVF_TAG_LEN : 0);
}

/* 0, or -1: too short for its headers. */
static __always_inline int parse_xdp(struct xdp_md *xdp, struct svf_frame *frame)
{
	void *end = (void *)(long)xdp->data_end;
	struct ethhdr *eth = (void *)(long)xdp->data;
	struct svf_tag *tag = (void *)(eth + 1);

	*frame = (struct svf_frame){ .packets = 1, .bytes = end - (void *)eth };
	/* Never true, no kernel hands out less than ETH_HLEN; the verifier asks for it. */
	if ((void *)(eth + 1) > end)
		return -1;
	set_addresses(frame, eth);
	frame->l3_len = frame->bytes - ETH_HLEN;
	if (!is_tag_type(frame->type))
		return 0;
	if ((void *)(tag + 1) > end)
		return -1;
	set_tag(frame, frame->type, bpf_ntohs(tag->tci), tag->next_type, true);
	frame->bytes -= SVF_TAG_LEN;
	frame->l3_len -= frame->two_tags ? 2 * SVF_TAG_LEN : SVF_TAG_LEN;
	return 0;
}

/*
 * Reads the Ethernet header in place, and copies what follows: only the first bytes of an skb need
 * to be linear. They nearly always are as far as that.
 */
static __always_inline int parse_ethernet(struct __sk_buff *skb, struct svf_frame *frame)
{
	const struct ethhdr *in_place = (void *)(long)skb->data;
	struct ethhdr eth;

	if ((void *)(in_place + 1) <= (void *)(long)skb->data_end) {
		set_addresses(frame, in_place);
		return 0;
	}
	if (bpf_skb_load_bytes(skb, 0, &eth, sizeof(eth)))
		return -1;
	set_addresses(frame, &eth);
	return 0;
}

static __always_inline int parse_headers(struct __sk_buff *skb, struct svf_frame *frame)
{
	struct svf_tag tag;

	if (parse_ethernet(skb, frame))
		return -1;
	if (skb->vlan_present) {
		set_tag(frame, skb->vlan_proto, skb->vlan_tci, frame->type, false);
	} else if (is_tag_type(frame->type)) {
		if (bpf_skb_load_bytes(skb, ETH_HLEN, &tag, sizeof(tag)))
			return -1;
		set_tag(frame, frame->type, bpf_ntohs(tag.tci), tag.next_type, true);
	}
	if (!frame->two_tags || bpf_skb_load_bytes(skb, frame->l3_offset, &tag, sizeof(tag)))
		return 0;
	frame->l3_type = tag.next_type;
	frame->l3_offset += SVF_TAG_LEN;
	return 0;
}

/* Into a frame that is all zero: 0, or -1: too short for its headers. */
__noinline int parse_skb(struct __sk_buff *skb, struct svf_frame *frame)
{
	if (!frame)
		return -1;
	frame->packets = 1;
	frame->bytes = skb->len;
	if (parse_headers(skb, frame))
		return -1;
	measure(skb, frame);
	return 0;
}
