/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the test's own BPF programs (probe.bpf.c) and the test share. A probe sits where
 * a frame leaves the sorter and notes it; a dress puts on a frame what a test
 * run cannot give it: a VLAN tag in skb metadata and tc_index.
 */
#pragma once

#include <linux/if_ether.h>
#include <linux/types.h>

#define SVF_MAX_SIGHTINGS 512
#define SVF_SEEN_TAGS	  4 /* tags in the data that are noted */

struct svf_seen_tag {
	__be16 tpid; /* 0: none more */
	__be16 tci;
};

struct svf_sighting {
	__u32 ifindex;
	__u32 mark;
	__u32 tc_index;
	__u32 len;
	__u32 priority;
	__be16 meta_tpid; /* of a tag in metadata; 0: none */
	__u16 meta_tci;	  /* host order */
	__be16 type;	  /* ethertype below the addresses */
	__u16 pad;
	__u8 dst[ETH_ALEN];
	__u8 src[ETH_ALEN];
	struct svf_seen_tag tags[SVF_SEEN_TAGS];
};
_Static_assert(sizeof(struct svf_sighting) % 8 == 0, "elements of a mapped array");

struct svf_dress {
	__u32 ifindex; /* of the netdev where it is put on; 0: nowhere */
	__u32 push;    /* a tag */
	__u32 tpid_be;
	__u32 tci;
	__u32 tc_index;
};
