/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Carries out at tc what judge() said: counts the frame's end, then returns what a
 * tc program returns. Redirects to a netdev that is gone or down lose the frame
 * without a counter of ours; user space removes a VF's entries before its netdevs.
 */
#pragma once

#include <linux/bpf.h>
#include <linux/pkt_cls.h>

#include <bpf/bpf_helpers.h>

#include <svf/abi.h>

#include "count.bpf.h"
#include "flood.bpf.h"
#include "frame.bpf.h"
#include "judge.bpf.h"
#include "lane.bpf.h"
#include "maps.bpf.h"
#include "mark.bpf.h"
#include "tag.bpf.h"

/* A frame leaves the sorter's sight: nothing of its own or of a tenant's is left on it. */
static __always_inline void clear_traces(struct __sk_buff *skb)
{
	skb->mark = 0;
	skb->tc_index = 0;
}

/* To the netdev behind the VF's representor. The frame has no tag on. */
static __always_inline int deliver_to_vf(struct __sk_buff *skb, const struct svf_frame *frame,
					 const struct svf_vf *vf, enum svf_verdict verdict)
{
	clear_traces(skb);
	count(frame, vf->id, SVF_DIRECTION_RX, verdict);
	return bpf_redirect(vf->config->representor, 0);
}

/* To the host's stack as if it came in on the PF. The frame has its tag on. */
static __always_inline int deliver_to_host(struct __sk_buff *skb, const struct svf_frame *frame,
					   enum svf_verdict verdict)
{
	clear_traces(skb);
	skb->mark = svf_mark_host();
	count(frame, SVF_PF_ID, SVF_DIRECTION_RX, verdict);
	return bpf_redirect(svf_cfg.pf_ifindex, BPF_F_INGRESS);
}

/* A frame from the wire, at the PF's ingress. */
static __always_inline int deliver_from_wire(struct __sk_buff *skb, struct svf_frame *frame)
{
	enum svf_verdict verdict = SVF_VERDICT_PASS;
	enum svf_target target;
	struct svf_vf vf;

	target = judge(frame, SVF_SOURCE_WIRE, &vf);
	if (target == SVF_TARGET_VF) {
		if (strip_tag(skb, frame))
			return drop(frame, vf.id, SVF_DIRECTION_RX, SVF_DROP_VLAN_OP);
		return deliver_to_vf(skb, frame, &vf, verdict_without_ring(vf.config));
	}
	if (target == SVF_TARGET_FLOOD) {
		if (flood(skb, frame, SVF_SOURCE_WIRE, 0))
			return drop(frame, SVF_PF_ID, SVF_DIRECTION_RX, SVF_DROP_VLAN_OP);
		verdict = SVF_VERDICT_FLOOD;
	}
	count(frame, SVF_PF_ID, SVF_DIRECTION_RX, verdict);
	return TC_ACT_UNSPEC; /* to the host, through others' filters */
}

/* A frame that the host sends, at the PF's egress. */
static __always_inline int deliver_from_host(struct __sk_buff *skb, struct svf_frame *frame)
{
	enum svf_verdict verdict = SVF_VERDICT_PASS;
	enum svf_target target;
	struct svf_vf vf;

	target = judge(frame, SVF_SOURCE_HOST, &vf);
	if (target == SVF_TARGET_VF) {
		if (strip_tag(skb, frame))
			return drop(frame, SVF_PF_ID, SVF_DIRECTION_TX, SVF_DROP_VLAN_OP);
		count(frame, SVF_PF_ID, SVF_DIRECTION_TX, SVF_VERDICT_HOST);
		return deliver_to_vf(skb, frame, &vf, SVF_VERDICT_HOST);
	}
	if (target == SVF_TARGET_FLOOD) {
		if (flood(skb, frame, SVF_SOURCE_HOST, 0))
			return drop(frame, SVF_PF_ID, SVF_DIRECTION_TX, SVF_DROP_VLAN_OP);
		verdict = SVF_VERDICT_FLOOD;
	}
	count(frame, SVF_PF_ID, SVF_DIRECTION_TX, verdict);
	return TC_ACT_UNSPEC; /* to the wire */
}

/* Through the VF's ring, or by the PF itself. */
static __always_inline int send_to_wire(const struct svf_frame *frame, const struct svf_vf *from)
{
	enum svf_verdict verdict = verdict_to_wire(from->config);

	count(frame, from->id, SVF_DIRECTION_TX, verdict);
	if (verdict == SVF_VERDICT_RING)
		return bpf_redirect(from->config->ring_port, 0);
	return bpf_redirect(svf_cfg.pf_ifindex, 0);
}

/* To the VLAN's other VFs, the wire and the host. The wire's copy never takes a ring: it
 * comes from the middle of a fan-out, where a full ring must not cost the others. */
static __always_inline int flood_from_vf(struct __sk_buff *skb, struct svf_frame *frame,
					 const struct svf_vf *from)
{
	if (flood(skb, frame, from->id, 0))
		return drop(frame, from->id, SVF_DIRECTION_TX, SVF_DROP_VLAN_OP);
	if (bpf_clone_redirect(skb, svf_cfg.pf_ifindex, 0))
		count_drop(frame, from->id, SVF_DIRECTION_TX, SVF_DROP_CLONE);
	count(frame, from->id, SVF_DIRECTION_TX, SVF_VERDICT_FLOOD);
	return deliver_to_host(skb, frame, SVF_VERDICT_FLOOD);
}

/* A frame that VF `from` sends, already in its VLAN and without a tag on. */
static __always_inline int deliver_from_vf(struct __sk_buff *skb, struct svf_frame *frame,
					   const struct svf_vf *from)
{
	enum svf_target target;
	struct svf_vf to;

	target = judge(frame, from->id, &to);
	if (target == SVF_TARGET_SELF)
		return drop(frame, from->id, SVF_DIRECTION_TX, SVF_DROP_TO_SELF);
	if (target == SVF_TARGET_FLOOD)
		return flood_from_vf(skb, frame, from);
	if (target == SVF_TARGET_VF) {
		count(frame, from->id, SVF_DIRECTION_TX, SVF_VERDICT_VEB);
		return deliver_to_vf(skb, frame, &to, SVF_VERDICT_VEB);
	}
	if (stamp_tag(skb, frame))
		return drop(frame, from->id, SVF_DIRECTION_TX, SVF_DROP_VLAN_OP);
	if (target == SVF_TARGET_UNKNOWN)
		return send_to_wire(frame, from);
	count(frame, from->id, SVF_DIRECTION_TX, SVF_VERDICT_HOST);
	return deliver_to_host(skb, frame, SVF_VERDICT_HOST);
}
