/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Copies of unicast: to each VF that has the destination, where several do (an address moves
 * from VF to VF, or is shared), and to promiscuous VFs. A copy never takes a ring.
 */
#pragma once

#include <stdbool.h>

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include <svf/abi.h>

#include "clone.bpf.h"
#include "count.bpf.h"
#include "frame.bpf.h"
#include "judge.bpf.h"
#include "maps.bpf.h"
#include "owner.bpf.h"
#include "pf.bpf.h"
#include "receiver.bpf.h"
#include "tag.bpf.h"

/* What came of the copies for the owners. */
struct svf_copied {
	__u8 to_vf;   /* one was to get the frame here; whether it took it is its own matter */
	__u8 to_wire; /* one gets it from the wire's switch */
	__u8 refused; /* one may not get it */
	__u8 reason;  /* ... enum svf_drop */
};

struct svf_copies {
	struct __sk_buff *skb;
	const struct svf_frame *frame;
	const struct svf_fdb_owners *owners;
	struct svf_vf from;
	__u16 list_vlan; /* whose owners these are */
	struct svf_copied done;
};

struct svf_promisc_copies {
	struct __sk_buff *skb;
	const struct svf_frame *frame;
	const struct svf_policy *policy;
	__u8 trunk;	 /* those with a trunk, or those without */
	__u8 is_unowned; /* nobody here has the destination */
};

static __always_inline void copy_to_owner(struct svf_copies *copies, const struct svf_vf *to)
{
	enum svf_drop reason = SVF_DROP_NONE;

	switch (judge_to_vf(copies->frame, &copies->from, to, &reason)) {
	case SVF_TARGET_VF:
		copies->done.to_vf = true;
		reason = judge_receiver(copies->frame, copies->from.id, to->config);
		if (reason != SVF_DROP_NONE) {
			drop(copies->frame, to->id, SVF_DIRECTION_RX, reason);
			break;
		}
		if (clone_to_vf(copies->skb, copies->frame, to, SVF_VERDICT_COPY))
			count_hit(copies->frame, copies->list_vlan);
		break;
	case SVF_TARGET_UNKNOWN:
		copies->done.to_wire = true;
		break;
	default:
		copies->done.refused = true;
		copies->done.reason = reason;
	}
}

static long copy_to_candidate(__u32 i, void *data)
{
	struct svf_copies *copies = data;
	struct svf_vf to;

	if (i >= SVF_OWNERS_MAX)
		return 1;
	to.id = copies->owners->vf[i];
	to.config = bpf_map_lookup_elem(&svf_vfs, &to.id);
	if (to.config && to.id != copies->from.id &&
	    svf_home_vlan(to.config) == copies->list_vlan &&
	    owns_in_vlan(to.config, copies->frame->dst, copies->frame->vlan))
		copy_to_owner(copies, &to);
	return 0;
}

static __always_inline int copy_to_list(struct svf_copies *copies, struct svf_frame *frame,
					__u16 list_vlan)
{
	copies->list_vlan = list_vlan;
	copies->owners = find_owners(frame->dst, list_vlan);
	if (!copies->owners)
		return 0;
	if (dress(copies->skb, frame, list_vlan == SVF_VLAN_TRUNK))
		return -1;
	bpf_loop(copies->owners->count, copy_to_candidate, copies, 0);
	return 0;
}

/* To all VFs but the source that have the destination. -1: the tag could not be moved,
 * the frame must be dropped. */
__noinline int copy_to_owners(struct __sk_buff *skb, struct svf_frame *frame, __u32 from,
			      const struct svf_vf_config *config, struct svf_copied *ret_done)
{
	struct svf_copies copies = { .skb = skb, .frame = frame };

	if (!frame || !ret_done)
		return -1;
	copies.from.id = from;
	copies.from.config = config;
	skb->mark = 0;
	skb->tc_index = 0;
	if (copy_to_list(&copies, frame, frame->vlan))
		return -1;
	if (has_trunks() && copy_to_list(&copies, frame, SVF_VLAN_TRUNK))
		return -1;
	*ret_done = copies.done;
	return 0;
}

static long copy_to_promisc_vf(__u32 i, void *data)
{
	struct svf_promisc_copies *copies = data;
	const struct svf_frame *frame = copies->frame;
	struct svf_vf to;

	if (i >= SVF_PROMISC_MAX)
		return 1;
	to.id = copies->policy->promisc[i];
	to.config = bpf_map_lookup_elem(&svf_vfs, &to.id);
	if (!to.config || !is_trusted(to.config, SVF_TRUST_PROMISC) ||
	    to.config->has_trunk != copies->trunk)
		return 0;
	if (to.config->promisc != SVF_PROMISC_ALL &&
	    !(to.config->promisc == SVF_PROMISC_UNMATCHED && copies->is_unowned))
		return 0;
	if (!may_use_vlan(to.config, frame->vlan) || owns(to.config, frame->dst) ||
	    judge_receiver(frame, SVF_WIRE_ID, to.config) != SVF_DROP_NONE)
		return 0;
	clone_to_vf(copies->skb, frame, &to, SVF_VERDICT_COPY);
	return 0;
}

/*
 * A frame from the wire, to the promiscuous VFs that may see it; what they would not take
 * is no loss. Afterwards the tag may be on or off. -1: it could not be moved.
 */
__noinline int copy_to_promiscuous(struct __sk_buff *skb, struct svf_frame *frame, bool is_unowned)
{
	struct svf_promisc_copies copies = {
		.skb = skb,
		.frame = frame,
		.policy = get_policy(),
		.is_unowned = is_unowned,
	};
	__u32 mark = skb->mark;

	if (!frame || !copies.policy || !copies.policy->n_promisc)
		return 0;
	skb->mark = 0;
	skb->tc_index = 0;
	if (dress(skb, frame, false))
		return -1;
	bpf_loop(copies.policy->n_promisc, copy_to_promisc_vf, &copies, 0);
	if (has_trunks()) {
		if (dress(skb, frame, true))
			return -1;
		copies.trunk = true;
		bpf_loop(copies.policy->n_promisc, copy_to_promisc_vf, &copies, 0);
	}
	skb->mark = mark;
	return 0;
}

__noinline bool search_promisc_all(void)
{
	const struct svf_policy *policy = get_policy();
	const struct svf_vf_config *config;
	__u32 vf;

	if (!policy || !policy->n_promisc)
		return false;
	for (__u32 i = 0; i < SVF_PROMISC_MAX && i < policy->n_promisc; i++) {
		vf = policy->promisc[i];
		config = bpf_map_lookup_elem(&svf_vfs, &vf);
		if (config && config->promisc == SVF_PROMISC_ALL &&
		    is_trusted(config, SVF_TRUST_PROMISC))
			return true;
	}
	return false;
}

/* Whether a VF gets a copy of all unicast: then none may go past tc. */
static __always_inline bool has_promisc_all(void)
{
	return has_promisc() && search_promisc_all();
}
