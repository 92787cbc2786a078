/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Broadcast and multicast: one clone for each VF of the frame's VLAN but the source.
 * A pass makes at most SVF_FLOOD_BLOCK clones, since all of them land in this CPU's
 * backlog; where further blocks have members, one more clone goes round through the
 * PF's ingress with its position in the mark, and the next pass starts from there.
 * It carries the frame's tag, so the VLAN is read from the frame in every pass.
 */
#pragma once

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include <svf/abi.h>

#include "count.bpf.h"
#include "frame.bpf.h"
#include "maps.bpf.h"
#include "mark.bpf.h"
#include "tag.bpf.h"

_Static_assert(SVF_N_FLOOD_BLOCKS - 1 <= SVF_MARK_BLOCK_MASK, "every block fits into a mark");
_Static_assert(SVF_MAX_VFS <= SVF_MARK_SOURCE_MASK, "every VF fits into a mark as a source");

struct svf_block_search {
	__u32 first;
	__u32 found; /* the first block from `first` on with members */
	__u16 vlan;
};

struct svf_fan_out {
	struct __sk_buff *skb;
	const struct svf_frame *frame;
	const struct svf_vlan_members *members;
	__u32 source;
};

/*
 * bpf_loop() callbacks: 0 goes on, 1 ends the loop. They count with `i`, never with a
 * variable of their own: since 6.7 the verifier walks a callback until its state
 * repeats, and a growing number never does.
 */
static long try_block(__u32 i, void *data)
{
	struct svf_block_search *search = data;
	struct svf_vlan_key key = { .vlan = search->vlan, .block = search->first + i };

	if (!bpf_map_lookup_elem(&svf_vlans, &key))
		return 0;
	search->found = key.block;
	return 1;
}

static long clone_to_member(__u32 i, void *data)
{
	struct svf_fan_out *out = data;
	const struct svf_vf_config *config;
	__u32 vf;

	if (i >= SVF_FLOOD_BLOCK)
		return 1;
	vf = out->members->vf[i];
	config = bpf_map_lookup_elem(&svf_vfs, &vf);
	if (!config || config->vlan != out->frame->vlan || vf == out->source)
		return 0;
	if (bpf_clone_redirect(out->skb, config->representor, 0))
		count_drop(out->frame, vf, SVF_DIRECTION_RX, SVF_DROP_CLONE);
	else
		count(out->frame, vf, SVF_DIRECTION_RX, SVF_VERDICT_FLOOD);
	return 0;
}

/* Blocks that VFs are in. */
static __always_inline __u32 count_blocks(void)
{
	struct svf_pf_config *pf;
	__u32 zero = 0;

	pf = bpf_map_lookup_elem(&svf_pf, &zero);
	return pf && pf->vfs ? svf_flood_block(pf->vfs - 1) + 1 : 0;
}

/* The first block from `block` on with members of `vlan`; n_blocks if there is none. */
static __always_inline __u32 next_block(__u16 vlan, __u32 block, __u32 n_blocks)
{
	struct svf_block_search search = { .first = block, .found = n_blocks, .vlan = vlan };

	if (block < n_blocks)
		bpf_loop(n_blocks - block, try_block, &search, 0);
	return search.found;
}

static __always_inline void clone_to_members(struct __sk_buff *skb, const struct svf_frame *frame,
					     __u32 source, __u32 block)
{
	struct svf_vlan_key key = { .vlan = frame->vlan, .block = block };
	struct svf_fan_out out = { .skb = skb, .frame = frame, .source = source };

	out.members = bpf_map_lookup_elem(&svf_vlans, &key);
	if (out.members)
		bpf_loop(out.members->count, clone_to_member, &out, 0);
}

/*
 * Gives the frame to the VFs of `block` and the following ones. Afterwards the frame
 * has its tag on. -1: the tag could not be moved, the frame must be dropped.
 */
static __always_inline int flood(struct __sk_buff *skb, struct svf_frame *frame, __u32 source,
				 __u32 block)
{
	__u32 n_blocks = count_blocks();
	__u32 mark = skb->mark;

	block = next_block(frame->vlan, block, n_blocks);
	if (block >= n_blocks)
		return stamp_tag(skb, frame);
	if (strip_tag(skb, frame))
		return -1;
	skb->mark = 0;
	skb->tc_index = 0;
	clone_to_members(skb, frame, source, block);
	if (stamp_tag(skb, frame))
		return -1;
	block = next_block(frame->vlan, block + 1, n_blocks);
	if (block < n_blocks) {
		skb->mark = svf_mark_flood(block, source);
		if (bpf_clone_redirect(skb, svf_cfg.pf_ifindex, BPF_F_INGRESS))
			count_drop(frame, SVF_PF_ID, SVF_DIRECTION_RX, SVF_DROP_CLONE);
	}
	skb->mark = mark;
	return 0;
}
