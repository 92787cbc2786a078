/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A frame as the sorter sees it: addresses, the VLAN it belongs to, how much to
 * count for it. Parsed alike from XDP's bytes and from an skb.
 *
 * Where the outer tag is: in XDP always in the data (a tag that the NIC has put
 * aside, rxvlan, is invisible there: `up` switches that off); at tc ingress always
 * in skb metadata, since the kernel untags before tc; at tc egress in either.
 *
 * Which VLAN: no tag and a priority tag (802.1Q, VID 0) mean VLAN 0. Any other
 * 802.1Q tag means its VID, whatever lies below it. An 802.1ad tag, or a tag
 * hidden below a priority tag, belongs to no VF's VLAN: SVF_VLAN_OTHER.
 */
#pragma once

#include <stdbool.h>

#include <linux/bpf.h>
#include <linux/if_ether.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "superframe.bpf.h"

#define SVF_VLAN_OTHER 0xffff /* no VID, so in no map */
#define SVF_VID_MASK   0x0fff
#define SVF_TAG_LEN    4

/* What follows the addresses of a frame with its tag in the data. */
struct svf_tag {
	__be16 tci;
	__be16 next_type; /* of what is tagged */
};

struct svf_frame {
	__u8 dst[ETH_ALEN];
	__u8 src[ETH_ALEN];
	__be16 type;   /* after the addresses; a tag's if that is in the data */
	__u16 vlan;    /* it belongs to, or SVF_VLAN_OTHER */
	__u16 tci;     /* of its tag outside the VFs: on the wire and at the host */
	__u8 has_tag;  /* it has one there */
	__u8 tag_on;   /* that tag is on the frame now */
	__u8 tag_data; /* ... and is in the data */
	__u8 two_tags; /* another one follows it */
	__u32 packets; /* on a wire: a superframe is several */
	__u32 bytes;   /* without the tag, wherever that is */
};

static __always_inline bool is_tag_type(__be16 type)
{
	return type == bpf_htons(ETH_P_8021Q) || type == bpf_htons(ETH_P_8021AD);
}

static __always_inline bool is_multicast(const __u8 mac[ETH_ALEN])
{
	return mac[0] & 1;
}

/* Addresses compared as three halves: clang 14 makes a call of memcmp(). All addresses
 * here lie on even offsets of aligned structs. */
typedef __u16 __attribute__((__may_alias__)) svf_mac_half;

static __always_inline bool is_same_mac(const __u8 a[ETH_ALEN], const __u8 b[ETH_ALEN])
{
	const svf_mac_half *x = (const void *)a, *y = (const void *)b;

	return x[0] == y[0] && x[1] == y[1] && x[2] == y[2];
}

static __always_inline bool is_broadcast(const __u8 mac[ETH_ALEN])
{
	const svf_mac_half *x = (const void *)mac;

	return (x[0] & x[1] & x[2]) == 0xffff;
}

static __always_inline bool is_zero_mac(const __u8 mac[ETH_ALEN])
{
	const svf_mac_half *x = (const void *)mac;

	return !(x[0] | x[1] | x[2]);
}

static __always_inline void set_addresses(struct svf_frame *frame, const struct ethhdr *eth)
{
	__builtin_memcpy(frame->dst, eth->h_dest, ETH_ALEN);
	__builtin_memcpy(frame->src, eth->h_source, ETH_ALEN);
	frame->type = eth->h_proto;
}

static __always_inline void set_tag(struct svf_frame *frame, __be16 tpid, __u16 tci,
				    __be16 next_type)
{
	frame->has_tag = true;
	frame->tag_on = true;
	frame->two_tags = is_tag_type(next_type);
	frame->tci = tci;
	frame->vlan = tci & SVF_VID_MASK;
	if (tpid != bpf_htons(ETH_P_8021Q) || (!frame->vlan && frame->two_tags))
		frame->vlan = SVF_VLAN_OTHER;
}

/* 0, or -1: too short for its headers. */
static __always_inline int parse_xdp(struct xdp_md *xdp, struct svf_frame *frame)
{
	void *end = (void *)(long)xdp->data_end;
	struct ethhdr *eth = (void *)(long)xdp->data;
	struct svf_tag *tag = (void *)(eth + 1);

	*frame = (struct svf_frame){ .packets = 1 };
	/* Never true, no kernel hands out less than ETH_HLEN; the verifier asks for it. */
	if ((void *)(eth + 1) > end)
		return -1;
	set_addresses(frame, eth);
	if (!is_tag_type(frame->type))
		return 0;
	if ((void *)(tag + 1) > end)
		return -1;
	set_tag(frame, frame->type, bpf_ntohs(tag->tci), tag->next_type);
	frame->tag_data = true;
	return 0;
}

/*
 * 0, or -1: too short for its headers. Copies instead of reading in place: only the
 * first bytes of an skb need to be linear, and copying works for any.
 */
static __always_inline int parse_skb(struct __sk_buff *skb, struct svf_frame *frame)
{
	struct ethhdr eth;
	struct svf_tag tag;

	*frame = (struct svf_frame){ .packets = count_segments(skb), .bytes = skb->len };
	if (bpf_skb_load_bytes(skb, 0, &eth, sizeof(eth)))
		return -1;
	set_addresses(frame, &eth);
	if (skb->vlan_present) {
		set_tag(frame, skb->vlan_proto, skb->vlan_tci, frame->type);
		return 0;
	}
	if (!is_tag_type(frame->type))
		return 0;
	if (bpf_skb_load_bytes(skb, sizeof(eth), &tag, sizeof(tag)))
		return -1;
	set_tag(frame, frame->type, bpf_ntohs(tag.tci), tag.next_type);
	frame->tag_data = true;
	frame->bytes -= SVF_TAG_LEN;
	return 0;
}
