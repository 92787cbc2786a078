/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Multicast groups. Who is in one, the PF daemon reads from the VF netdevs and writes
 * into svf_mcast; a VF's IGMP and MLD frames tell it when to look.
 */
#pragma once

#include <stdbool.h>

#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include <svf/abi.h>

#include "event.bpf.h"
#include "frame.bpf.h"
#include "mac.bpf.h"
#include "maps.bpf.h"
#include "owner.bpf.h"
#include "size.bpf.h"
#include "storm.bpf.h"

/* Of one VF: 10 at once, then 100 a second. Who sends more misses some only for himself. */
#define SVF_TOLD_NS 10000000ULL

/* Whether the VF gets multicast for `group`. */
static __always_inline bool is_member(const struct svf_vf *vf, const __u8 group[ETH_ALEN])
{
	struct svf_mcast_key key = { .vf = vf->id };

	if (vf->config->allmulti && is_trusted(vf->config, SVF_TRUST_ALLMULTI))
		return true;
	if (bpf_map_lookup_elem(&svf_mcast, &key)) /* all groups */
		return true;
	__builtin_memcpy(key.mac, group, ETH_ALEN);
	return bpf_map_lookup_elem(&svf_mcast, &key);
}

static __always_inline bool is_group_report(struct __sk_buff *skb, const struct svf_frame *frame)
{
	__u32 offset = frame->l3_offset;
	__u8 protocol;

	if (frame->l3_type == bpf_htons(ETH_P_IP)) {
		offset += __builtin_offsetof(struct iphdr, protocol);
		return !bpf_skb_load_bytes(skb, offset, &protocol, sizeof(protocol)) &&
		       protocol == IPPROTO_IGMP;
	}
	if (frame->l3_type != bpf_htons(ETH_P_IPV6))
		return false;
	offset += __builtin_offsetof(struct ipv6hdr, nexthdr);
	return !bpf_skb_load_bytes(skb, offset, &protocol, sizeof(protocol)) &&
	       protocol == SVF_NEXTHDR_HOP_BY_HOP; /* MLD's router alert (RFC 2710, 3810) */
}

__noinline int tell_report(struct __sk_buff *skb, const struct svf_frame *frame, __u32 vf)
{
	struct svf_rate *told;

	if (!frame || !is_group_report(skb, frame))
		return 0;
	told = get_rate(vf);
	if (told && conforms(&told->told_ns, SVF_TOLD_NS, SVF_BURST_NS))
		tell(SVF_EVENT_MCAST, vf, 0, frame);
	return 0;
}

/* Tells the PF daemon if the VF's groups may have changed. */
static __always_inline void tell_groups(struct __sk_buff *skb, const struct svf_frame *frame,
					__u32 vf)
{
	if (is_multicast(frame->dst))
		tell_report(skb, frame, vf);
}
