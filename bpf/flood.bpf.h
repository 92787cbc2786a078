/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Broadcast and multicast: one clone for each VF of the frame's VLAN that wants it and
 * may have it. VFs that are not to get it are not counted.
 * A pass makes at most SVF_FLOOD_BLOCK clones, since all of them land in this CPU's
 * backlog; where further blocks have members, one more clone goes round through the
 * PF's ingress with its position in the mark, and the next pass starts from there.
 * It carries the frame's tag, so the VLAN is read from the frame in every pass.
 */
#pragma once

#include <stdbool.h>

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include <svf/abi.h>

#include "clone.bpf.h"
#include "control.bpf.h"
#include "count.bpf.h"
#include "frame.bpf.h"
#include "group.bpf.h"
#include "isolation.bpf.h"
#include "link.bpf.h"
#include "maps.bpf.h"
#include "mark.bpf.h"
#include "owner.bpf.h"
#include "receiver.bpf.h"
#include "tag.bpf.h"

_Static_assert(SVF_N_FLOOD_BLOCKS - 1 <= SVF_MARK_BLOCK_MASK, "every block fits into a mark");

struct svf_block_search {
	__u32 first;
	__u32 found; /* the first block from `first` on with members */
	__u16 vlan;
};

struct svf_flood {
	struct __sk_buff *skb;
	const struct svf_frame *frame;
	const struct svf_vlan_members *members;
	struct svf_vf from;
	__u32 origin;	 /* SVF_ORIGIN_ bits of what comes from the wire */
	__u16 list_vlan; /* whose members these are */
	__u8 control;	 /* only for VFs that speak this protocol */
};

static long try_block(__u32 i, void *data)
{
	struct svf_block_search *search = data;
	struct svf_vlan_key key = { .vlan = search->vlan, .block = search->first + i };
	struct svf_vlan_key trunk = { .vlan = SVF_VLAN_TRUNK, .block = search->first + i };

	if (!bpf_map_lookup_elem(&svf_vlans, &key) &&
	    !(has_trunks() && bpf_map_lookup_elem(&svf_vlans, &trunk)))
		return 0;
	search->found = key.block;
	return 1;
}

/* What the VF is set to get, wherever it comes from. */
static __always_inline bool wants_flood(const struct svf_flood *flood, const struct svf_vf *to)
{
	const struct svf_frame *frame = flood->frame;

	if (!may_use_vlan(to->config, frame->vlan) || !is_link_up(to->config) ||
	    !may_control(to->config, flood->control))
		return false;
	return is_broadcast(frame->dst) ? to->config->bcast : is_member(to, frame->dst);
}

/* Whether it may come from there. */
static __always_inline bool may_flood(const struct svf_flood *flood, const struct svf_vf *to)
{
	if (flood->from.id == SVF_WIRE_ID)
		return judge_reflected(flood->origin, to->config) == SVF_DROP_NONE;
	if (flood->from.id == SVF_PF_ID)
		return to->config->host_access && !is_vepa_with_host(to->config);
	return !is_private(to->config) && !is_vepa(to->config);
}

static long flood_to_member(__u32 i, void *data)
{
	struct svf_flood *flood = data;
	struct svf_vf to;

	if (i >= SVF_FLOOD_BLOCK)
		return 1;
	to.id = flood->members->vf[i];
	to.config = bpf_map_lookup_elem(&svf_vfs, &to.id);
	if (!to.config || to.id == flood->from.id || svf_home_vlan(to.config) != flood->list_vlan ||
	    !wants_flood(flood, &to))
		return 0;
	if (flood->origin & SVF_ORIGIN_VF && owns(to.config, flood->frame->src))
		drop(flood->frame, to.id, SVF_DIRECTION_RX, SVF_DROP_SRC_PRUNE);
	else if (may_flood(flood, &to))
		clone_to_vf(flood->skb, flood->frame, &to, SVF_VERDICT_FLOOD);
	return 0;
}

/* Blocks that VFs are in. */
static __always_inline __u32 count_blocks(void)
{
	const struct svf_pf_config *pf = get_pf();

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

/* To the block's VFs of one list; -1: the tag could not be moved. */
static __always_inline int flood_list(struct svf_flood *flood, struct svf_frame *frame,
				      __u16 list_vlan, __u32 block)
{
	struct svf_vlan_key key = { .vlan = list_vlan, .block = block };

	flood->list_vlan = list_vlan;
	flood->members = bpf_map_lookup_elem(&svf_vlans, &key);
	if (!flood->members)
		return 0;
	if (dress(flood->skb, frame, list_vlan == SVF_VLAN_TRUNK))
		return -1;
	bpf_loop(flood->members->count, flood_to_member, flood, 0);
	return 0;
}

/* Whom a frame from `from` may reach: false, no VF at all. */
static __always_inline bool start_flood(struct svf_flood *flood, const struct svf_frame *frame)
{
	if (flood->from.config) /* a control protocol is between a VF and the switch */
		return !frame->control && !is_private(flood->from.config) &&
		       !is_vepa(flood->from.config);
	if (is_reserved(frame->dst))
		flood->control = control_of(frame);
	if (flood->from.id == SVF_WIRE_ID)
		flood->origin = find_origin(frame);
	return true;
}

/* The rest, from `block` on, in a pass of its own. */
static __always_inline void flood_later(struct __sk_buff *skb, const struct svf_frame *frame,
					__u32 from, __u32 block)
{
	skb->mark = svf_mark_flood(block, from);
	if (bpf_clone_redirect(skb, svf_cfg.pf_ifindex, BPF_F_INGRESS))
		drop(frame, SVF_PF_ID, SVF_DIRECTION_RX, SVF_DROP_CLONE);
}

/*
 * Gives the frame to the VFs of `block` and the following ones. Afterwards the frame
 * has its tag on. -1: the tag could not be moved, the frame must be dropped.
 */
__noinline int flood(struct __sk_buff *skb, struct svf_frame *frame, __u32 from,
		     const struct svf_vf_config *config, __u32 block)
{
	struct svf_flood flood = { .skb = skb, .frame = frame };
	__u32 n_blocks = count_blocks();
	__u32 mark = skb->mark;

	if (!frame)
		return -1;
	flood.from.id = from;
	flood.from.config = config;
	block = next_block(frame->vlan, block, n_blocks);
	if (block >= n_blocks || !start_flood(&flood, frame))
		return stamp_tag(skb, frame);
	skb->mark = 0;
	skb->tc_index = 0;
	if (flood_list(&flood, frame, frame->vlan, block))
		return -1;
	if (has_trunks() && flood_list(&flood, frame, SVF_VLAN_TRUNK, block))
		return -1;
	if (stamp_tag(skb, frame))
		return -1;
	block = next_block(frame->vlan, block + 1, n_blocks);
	if (block < n_blocks)
		flood_later(skb, frame, from, block);
	skb->mark = mark;
	return 0;
}
