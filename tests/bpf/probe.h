/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the test's own BPF programs (probe.bpf.c) and the test share. A probe sits where
 * a frame leaves the sorter and notes it; a dress puts on a frame what a test
 * run cannot give it: a VLAN tag in skb metadata and tc_index.
 */
#pragma once

#include <linux/types.h>

#define SVF_MAX_SIGHTINGS 512

struct svf_sighting {
	__u32 ifindex;
	__u32 mark;
	__u32 tc_index;
	__u32 has_tag; /* in metadata */
	__u32 tpid_be;
	__u32 tci;
	__u32 type_be; /* ethertype after the addresses */
	__u32 len;
};

struct svf_dress {
	__u32 ifindex; /* of the netdev where it is put on; 0: nowhere */
	__u32 push;    /* a tag */
	__u32 tpid_be;
	__u32 tci;
	__u32 tc_index;
};
