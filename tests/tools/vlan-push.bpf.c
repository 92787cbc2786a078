// SPDX-License-Identifier: GPL-2.0
/*
 * For a VF's namespace: tc egress programs that tag what the container sends. The tag goes into
 * the skb's metadata, as a VLAN sub-interface's does, not into the bytes. And one for tc ingress
 * that takes tags off: together they put a netdev into a VLAN without the kernel's 8021q.
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

SEC("tc/pop") int pop(struct __sk_buff *skb)
{
	return skb->vlan_present && bpf_skb_vlan_pop(skb) ? TC_ACT_SHOT : TC_ACT_OK;
}

char _license[] SEC("license") = "GPL";
