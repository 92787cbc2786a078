/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How many frames on a wire a superframe (GSO, GRO) stands for, and how long they
 * are. The kernel knows the number as gso_segs, except for frames that came with a virtio-net
 * header (a tap's, or a virtio NIC's with receive offloads): there gso_segs is 0 until the kernel
 * segments, and the number follows from the length and gso_size.
 */
#pragma once

#include <stdbool.h>

#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/tcp.h>
#include <linux/udp.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include <svf/abi.h>

#include "frame.bpf.h"
#include "vlan.bpf.h"

#define SVF_WORD_LEN	 4	/* unit of ihl and doff */
#define SVF_GSO_BY_FRAGS 0xffff /* gso_size: each segment is as long as it is (SCTP) */

/* Length of the TCP or UDP header at `offset`; 0 if it is neither. */
static __always_inline __u32 transport_len(struct __sk_buff *skb, __u32 offset, __u8 protocol)
{
	struct tcphdr tcp;

	if (protocol == IPPROTO_UDP)
		return sizeof(struct udphdr);
	if (protocol != IPPROTO_TCP || bpf_skb_load_bytes(skb, offset, &tcp, sizeof(tcp)))
		return 0;
	return tcp.doff * SVF_WORD_LEN;
}

/* Length of all headers that each segment repeats. What is behind an IPv6 extension header or
 * in a tunnel is taken for payload: the count is then a little high, the length low. */
static __always_inline __u32 headers_len(struct __sk_buff *skb, const struct svf_frame *frame)
{
	__u32 len = frame->l3_offset;
	struct ipv6hdr ip6;
	struct iphdr ip4;

	if (frame->l3_type == bpf_htons(ETH_P_IP) &&
	    !bpf_skb_load_bytes(skb, len, &ip4, sizeof(ip4))) {
		len += ip4.ihl * SVF_WORD_LEN;
		return len + transport_len(skb, len, ip4.protocol);
	}
	if (frame->l3_type == bpf_htons(ETH_P_IPV6) &&
	    !bpf_skb_load_bytes(skb, len, &ip6, sizeof(ip6))) {
		len += sizeof(ip6);
		return len + transport_len(skb, len, ip6.nexthdr);
	}
	return len;
}

static __always_inline __u32 count_segments(struct __sk_buff *skb, __u32 headers)
{
	__u32 size = skb->gso_size;

	if (skb->gso_segs)
		return skb->gso_segs;
	if (!size || skb->len <= headers)
		return 1;
	return (skb->len - headers + size - 1) / size;
}

/* Sets what the frame counts for and how long it is. */
static __always_inline void measure(struct __sk_buff *skb, struct svf_frame *frame)
{
	__u32 size = skb->gso_size;
	__u32 headers;

	frame->bytes = skb->len - (frame->tag_data ? SVF_TAG_LEN : 0);
	frame->l3_len = skb->len - frame->l3_offset;
	frame->packets = 1;
	if (!size && !skb->gso_segs)
		return;
	headers = headers_len(skb, frame);
	frame->packets = count_segments(skb, headers);
	if (size == SVF_GSO_BY_FRAGS)
		frame->l3_len = 0;
	else if (size && headers + size < skb->len)
		frame->l3_len = headers + size - frame->l3_offset;
}

/* mtu 0: not known. */
static __always_inline bool is_too_long(const struct svf_frame *frame, __u32 mtu)
{
	return mtu && frame->l3_len > mtu;
}

/* A superframe of which the kernel would make an absurd number of frames. */
static __always_inline bool is_bad_gso(struct __sk_buff *skb)
{
	__u32 size = skb->gso_size;

	return size && size < SVF_GSO_SIZE_MIN;
}
