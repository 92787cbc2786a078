// SPDX-License-Identifier: GPL-2.0
/*
 * For the far end of a wire: a switch in reflective relay. What comes in goes out again by the
 * same port, unchanged, unless it is for the far host itself.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/pkt_cls.h>

#include <bpf/bpf_helpers.h>

/* svfnet/topology.py's FAR_MAC */
static const __u8 far_mac[ETH_ALEN] = { 0x02, 0x00, 0x00, 0x00, 0xfa, 0x01 };

SEC("tc/reflect")
int reflect(struct __sk_buff *skb)
{
	__u8 dst[ETH_ALEN];
	__u8 other = 0;

	if (bpf_skb_load_bytes(skb, 0, dst, sizeof(dst)))
		return TC_ACT_SHOT;
	for (int i = 0; i < ETH_ALEN; i++)
		other |= dst[i] ^ far_mac[i];
	if (other)
		bpf_clone_redirect(skb, skb->ifindex, 0);
	return TC_ACT_OK;
}

char _license[] SEC("license") = "GPL";
