// SPDX-License-Identifier: GPL-2.0
/*
 * Test programs around the sorter: see probe.h. probe_tc consumes what it sees, so that
 * no stack answers and every frame is seen once.
 */
#include <stdbool.h>

#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/pkt_cls.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "probe.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, SVF_MAX_SIGHTINGS);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, struct svf_sighting);
} sightings SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} under_test SEC(".maps");

__u32 n_sightings = 0;
struct svf_dress dress = {};

static bool is_tag(__be16 type)
{
	switch (bpf_ntohs(type)) {
	case ETH_P_8021Q:
	case ETH_P_8021AD:
	case 0x9100:
	case 0x9200:
	case 0x9300:
		return true;
	default:
		return false;
	}
}

/* The tags in the data. */
static void note_tags(struct __sk_buff *skb, struct svf_sighting *seen)
{
	__u32 at = ETH_HLEN;
	__be16 type = seen->type;
	struct {
		__be16 tci;
		__be16 next_type;
	} tag;

	for (int i = 0; i < SVF_SEEN_TAGS; i++) {
		seen->tags[i].tpid = 0;
		if (!is_tag(type) || bpf_skb_load_bytes(skb, at, &tag, sizeof(tag)))
			type = 0;
		else {
			seen->tags[i].tpid = type;
			seen->tags[i].tci = tag.tci;
			type = tag.next_type;
			at += sizeof(tag);
		}
	}
}

SEC("tc")
int probe_tc(struct __sk_buff *skb)
{
	__u32 i = n_sightings; /* one CPU */
	struct svf_sighting *seen = bpf_map_lookup_elem(&sightings, &i);
	struct ethhdr eth;

	if (!seen || bpf_skb_load_bytes(skb, 0, &eth, sizeof(eth)))
		return TC_ACT_SHOT;
	seen->ifindex = skb->ifindex;
	seen->mark = skb->mark;
	seen->tc_index = skb->tc_index;
	seen->len = skb->len;
	seen->priority = skb->priority;
	seen->meta_tpid = skb->vlan_present ? skb->vlan_proto : 0;
	seen->meta_tci = skb->vlan_tci;
	seen->type = eth.h_proto;
	__builtin_memcpy(seen->dst, eth.h_dest, ETH_ALEN);
	__builtin_memcpy(seen->src, eth.h_source, ETH_ALEN);
	note_tags(skb, seen);
	__sync_fetch_and_add(&n_sightings, 1);
	return TC_ACT_SHOT;
}

static void put_on(struct __sk_buff *skb)
{
	if (skb->ifindex != dress.ifindex)
		return;
	skb->tc_index = dress.tc_index;
	if (dress.push)
		bpf_skb_vlan_push(skb, dress.tpid_be, dress.tci);
}

/* At the egress of who sends: dresses the frame, not one that is sent on from elsewhere. */
SEC("tc")
int dress_tc(struct __sk_buff *skb)
{
	if (!skb->ingress_ifindex)
		put_on(skb);
	return TC_ACT_UNSPEC;
}

/* For a test run: dresses the frame and becomes the program under test. */
SEC("tc")
int dress_and_call_tc(struct __sk_buff *skb)
{
	put_on(skb);
	bpf_tail_call(skb, &under_test, 0);
	return TC_ACT_TRAP; /* no verdict of the sorter's */
}

char LICENSE[] SEC("license") = "GPL";
