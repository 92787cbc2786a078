/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How many frames on a wire a superframe (GSO, GRO) stands for. The kernel knows
 * as gso_segs, except for frames that came with a virtio-net header (a tap's, or
 * a virtio NIC's with receive offloads): there gso_segs is 0 until the
 * kernel segments, and the number follows from the length and gso_size.
 */
#pragma once

#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/tcp.h>
#include <linux/udp.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define SVF_WORD_LEN 4 /* unit of ihl and doff */

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

/* Length of all headers that each segment repeats. What is behind a tag in the data or
 * an IPv6 extension header is taken for payload: the count is then a little high. */
static __always_inline __u32 headers_len(struct __sk_buff *skb)
{
	__u32 len = ETH_HLEN;
	struct ipv6hdr ip6;
	struct iphdr ip4;

	if (skb->protocol == bpf_htons(ETH_P_IP) &&
	    !bpf_skb_load_bytes(skb, len, &ip4, sizeof(ip4))) {
		len += ip4.ihl * SVF_WORD_LEN;
		return len + transport_len(skb, len, ip4.protocol);
	}
	if (skb->protocol == bpf_htons(ETH_P_IPV6) &&
	    !bpf_skb_load_bytes(skb, len, &ip6, sizeof(ip6))) {
		len += sizeof(ip6);
		return len + transport_len(skb, len, ip6.nexthdr);
	}
	return len;
}

static __always_inline __u32 count_segments(struct __sk_buff *skb)
{
	__u32 size = skb->gso_size;
	__u32 headers;

	if (skb->gso_segs)
		return skb->gso_segs;
	if (!size)
		return 1;
	headers = headers_len(skb);
	if (skb->len <= headers)
		return 1;
	return (skb->len - headers + size - 1) / size;
}
