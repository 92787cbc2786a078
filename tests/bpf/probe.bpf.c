// SPDX-License-Identifier: GPL-2.0
/*
 * Test programs around the sorter: see probe.h. probe_tc consumes what it sees, so that
 * no stack answers and every frame is seen once.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/pkt_cls.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "probe.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, SVF_MAX_SIGHTINGS);
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

SEC("tc")
int probe_tc(struct __sk_buff *skb)
{
	__u32 i = __sync_fetch_and_add(&n_sightings, 1);
	struct svf_sighting *seen = bpf_map_lookup_elem(&sightings, &i);
	struct ethhdr eth;

	if (!seen || bpf_skb_load_bytes(skb, 0, &eth, sizeof(eth)))
		return TC_ACT_SHOT;
	seen->ifindex = skb->ifindex;
	seen->mark = skb->mark;
	seen->tc_index = skb->tc_index;
	seen->has_tag = skb->vlan_present;
	seen->tpid_be = skb->vlan_proto;
	seen->tci = skb->vlan_tci;
	seen->type_be = eth.h_proto;
	seen->len = skb->len;
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

/* At the egress of who sends: dresses the frame. */
SEC("tc")
int dress_tc(struct __sk_buff *skb)
{
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
