// SPDX-License-Identifier: GPL-2.0
/*
 * For a VF's namespace: tc egress programs that tag what the container sends. The tag goes into
 * the skb's metadata, as a VLAN sub-interface's does, not into the bytes.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/pkt_cls.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define PUSH(name, protocol, tci)                                                                  \
	SEC("tc/" #name) int name(struct __sk_buff *skb)                                           \
	{                                                                                          \
		return bpf_skb_vlan_push(skb, bpf_htons(protocol), tci) ? TC_ACT_SHOT : TC_ACT_OK; \
	}

PUSH(push_100, ETH_P_8021Q, 100)
PUSH(push_priority, ETH_P_8021Q, 5 << 13) /* VID 0 */
PUSH(push_service, ETH_P_8021AD, 100)

char _license[] SEC("license") = "GPL";
