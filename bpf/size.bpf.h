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
#include "maps.bpf.h"
#include "vlan.bpf.h"

#define SVF_WORD_LEN	       4      /* unit of ihl and doff */
#define SVF_GSO_BY_FRAGS       0xffff /* gso_size: each segment is as long as it is (SCTP) */
#define SVF_NEXTHDR_HOP_BY_HOP 0
#define SVF_EXTENSION_UNIT     8
#define SVF_EXTENSIONS_MAX     8 /* RFC 8200 has each of the three once, options twice */

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

/* Those that the kernel repeats in each segment, INET6_PROTO_GSO_EXTHDR. */
static __always_inline bool is_extension(__u8 protocol)
{
	return protocol == SVF_NEXTHDR_HOP_BY_HOP || protocol == IPPROTO_ROUTING ||
	       protocol == IPPROTO_DSTOPTS;
}

/* What follows the IPv6 extension headers from *offset on, which is moved behind them. */
static __always_inline __u8 skip_extensions(struct __sk_buff *skb, __u32 *offset, __u8 protocol)
{
	struct ipv6_opt_hdr extension;

	for (int i = 0; i < SVF_EXTENSIONS_MAX && is_extension(protocol); i++) {
		if (bpf_skb_load_bytes(skb, *offset, &extension, sizeof(extension)))
			return IPPROTO_NONE;
		protocol = extension.nexthdr;
		*offset += (extension.hdrlen + 1) * SVF_EXTENSION_UNIT;
	}
	return protocol;
}

/* Length of all headers that each segment repeats; *ret_protocol is TCP's, or UDP's (whose
 * payload may be a tunnel's, with more of them), or 0: there are others. */
static __always_inline __u32 headers_len(struct __sk_buff *skb, const struct svf_frame *frame,
					 __u8 *ret_protocol)
{
	__u32 len = frame->l3_offset, transport;
	struct ipv6hdr ip6;
	struct iphdr ip4;
	__u8 protocol;

	*ret_protocol = 0;
	if (frame->l3_type == bpf_htons(ETH_P_IP) &&
	    !bpf_skb_load_bytes(skb, len, &ip4, sizeof(ip4))) {
		len += ip4.ihl * SVF_WORD_LEN;
		protocol = ip4.protocol;
	} else if (frame->l3_type == bpf_htons(ETH_P_IPV6) &&
		   !bpf_skb_load_bytes(skb, len, &ip6, sizeof(ip6))) {
		len += sizeof(ip6);
		protocol = skip_extensions(skb, &len, ip6.nexthdr);
	} else {
		return len;
	}
	transport = transport_len(skb, len, protocol);
	if (transport)
		*ret_protocol = protocol;
	return len + transport;
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

/*
 * Length of the longest segment, or more, without Ethernet header and tags. The kernel knows all
 * kinds of superframes, but tells only whether segments are within the MTU of a netdev: the
 * PF's. So where the headers are not known, they are as long as that if they are within it, else
 * as the whole; and what looks like UDP but is longer than that is a tunnel.
 */
static __always_inline __u32 segment_len(struct __sk_buff *skb, const struct svf_frame *frame,
					 __u32 headers, __u8 protocol)
{
	__u32 whole = skb->len - frame->l3_offset, size = skb->gso_size, mtu = 0;
	__u32 len = headers + size - frame->l3_offset;
	bool is_known = protocol && size != SVF_GSO_BY_FRAGS;
	long fits;

	if (is_known && len >= whole)
		return whole;
	if (is_known && protocol == IPPROTO_TCP)
		return len;
	fits = bpf_check_mtu(skb, svf_cfg.pf_ifindex, &mtu, 0, BPF_MTU_CHK_SEGS);
	if (is_known)
		return fits == BPF_MTU_CHK_RET_SEGS_TOOBIG && len <= mtu ? whole : len;
	return fits == BPF_MTU_CHK_RET_SUCCESS && mtu < whole ? mtu : whole;
}

/* Sets what the frame counts for and how long it is. */
static __always_inline void measure(struct __sk_buff *skb, struct svf_frame *frame)
{
	__u32 headers;
	__u8 protocol;

	frame->bytes = skb->len - (frame->tag_data ? SVF_TAG_LEN : 0);
	frame->l3_len = skb->len - frame->l3_offset;
	frame->packets = 1;
	if (!skb->gso_size && !skb->gso_segs)
		return;
	headers = headers_len(skb, frame, &protocol);
	frame->packets = count_segments(skb, headers);
	if (skb->gso_size)
		frame->l3_len = segment_len(skb, frame, headers, protocol);
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
