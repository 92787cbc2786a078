/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Carries out at tc what judge() said: counts the frame's ends, then returns what a
 * tc program returns. Redirects to a netdev that is gone or down lose the frame
 * without a counter of ours; user space removes a VF's entries before its netdevs.
 */
#pragma once

#include <stdbool.h>

#include <linux/bpf.h>
#include <linux/pkt_cls.h>

#include <bpf/bpf_helpers.h>

#include <svf/abi.h>

#include "copy.bpf.h"
#include "count.bpf.h"
#include "flood.bpf.h"
#include "frame.bpf.h"
#include "isolation.bpf.h"
#include "judge.bpf.h"
#include "lane.bpf.h"
#include "maps.bpf.h"
#include "mark.bpf.h"
#include "pf.bpf.h"
#include "receiver.bpf.h"
#include "storm.bpf.h"
#include "tag.bpf.h"

/* A frame leaves the sorter's sight: nothing of its own or of a tenant's is left on it. */
static __always_inline void clear_traces(struct __sk_buff *skb)
{
	skb->mark = 0;
	skb->tc_index = 0;
}

/* To the netdev behind the VF's representor. The frame is dressed for it. */
static __always_inline int hand_to_vf(struct __sk_buff *skb, const struct svf_frame *frame,
				      const struct svf_vf *to, enum svf_verdict verdict)
{
	clear_traces(skb);
	count(frame, to->id, SVF_DIRECTION_RX, verdict);
	count_hit(frame, svf_home_vlan(to->config));
	return bpf_redirect(to->config->representor, 0);
}

/* To a VF, if it takes the frame. */
static __always_inline int deliver_to_vf(struct __sk_buff *skb, struct svf_frame *frame, __u32 from,
					 const struct svf_vf *to, enum svf_verdict verdict)
{
	enum svf_drop reason = judge_receiver(frame, from, to->config);

	if (reason != SVF_DROP_NONE)
		return drop(frame, to->id, SVF_DIRECTION_RX, reason);
	if (dress(skb, frame, to->config->has_trunk))
		return drop(frame, to->id, SVF_DIRECTION_RX, SVF_DROP_VLAN_OP);
	if (is_over_rx_pps(frame, to))
		return drop(frame, to->id, SVF_DIRECTION_RX, SVF_DROP_PPS);
	return hand_to_vf(skb, frame, to, verdict);
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

/* A VF's frame to the wire, out of `ifindex`. It has its tag on. */
static __always_inline int deliver_to_wire(const struct svf_frame *frame, __u32 ifindex,
					   enum svf_verdict verdict)
{
	if (is_too_long(frame, pf_mtu()))
		return drop(frame, SVF_WIRE_ID, SVF_DIRECTION_TX, SVF_DROP_MTU);
	count(frame, SVF_WIRE_ID, SVF_DIRECTION_TX, verdict);
	return bpf_redirect(ifindex, 0);
}

/* ... a clone of it. */
static __always_inline void clone_to_wire(struct __sk_buff *skb, const struct svf_frame *frame,
					  enum svf_verdict verdict)
{
	if (is_too_long(frame, pf_mtu()))
		drop(frame, SVF_WIRE_ID, SVF_DIRECTION_TX, SVF_DROP_MTU);
	else if (bpf_clone_redirect(skb, svf_cfg.pf_ifindex, 0))
		drop(frame, SVF_WIRE_ID, SVF_DIRECTION_TX, SVF_DROP_CLONE);
	else
		count(frame, SVF_WIRE_ID, SVF_DIRECTION_TX, verdict);
}

/* A frame from the wire to the host's stack, through others' filters. It has its tag on. What the
 * wire sends back of a VF with host_access off is not for the host: if that is one of many who
 * were to get it, nothing is lost, as in flood_from_vf(). */
static __always_inline int pass_to_host(const struct svf_frame *frame, enum svf_verdict verdict)
{
	count(frame, SVF_WIRE_ID, SVF_DIRECTION_RX, verdict);
	if (find_origin(frame) & SVF_ORIGIN_NO_HOST) {
		if (is_multicast(frame->dst))
			return TC_ACT_STOLEN;
		return drop(frame, SVF_PF_ID, SVF_DIRECTION_RX, SVF_DROP_HOST_ACCESS);
	}
	count(frame, SVF_PF_ID, SVF_DIRECTION_RX, verdict);
	return TC_ACT_UNSPEC;
}

static __always_inline int flood_from_wire(struct __sk_buff *skb, struct svf_frame *frame)
{
	const struct svf_policy *policy = get_policy();

	if (policy && is_storm(frame, SVF_WIRE_ID, policy->storm))
		return drop(frame, SVF_WIRE_ID, SVF_DIRECTION_RX, SVF_DROP_STORM);
	if (flood(skb, frame, SVF_WIRE_ID, NULL, 0))
		return drop(frame, SVF_WIRE_ID, SVF_DIRECTION_RX, SVF_DROP_VLAN_OP);
	return pass_to_host(frame, SVF_VERDICT_FLOOD);
}

/* A frame from the wire, at the PF's ingress. */
static __always_inline int deliver_from_wire(struct __sk_buff *skb, struct svf_frame *frame)
{
	struct svf_vf wire = { .id = SVF_WIRE_ID };
	struct svf_copied done = {};
	struct svf_ruling ruling = {};
	enum svf_verdict verdict;

	judge(frame, &wire, &ruling);
	if (ruling.target == SVF_TARGET_FLOOD)
		return flood_from_wire(skb, frame);
	if (has_promisc() &&
	    copy_to_promiscuous(skb, frame,
				ruling.target == SVF_TARGET_UNKNOWN && !is_pf_mac(frame->dst)))
		return drop(frame, SVF_WIRE_ID, SVF_DIRECTION_RX, SVF_DROP_VLAN_OP);
	if (ruling.target == SVF_TARGET_VF) {
		verdict = verdict_without_ring(ruling.to.config);
		count(frame, SVF_WIRE_ID, SVF_DIRECTION_RX, verdict);
		return deliver_to_vf(skb, frame, SVF_WIRE_ID, &ruling.to, verdict);
	}
	if (ruling.target == SVF_TARGET_COPIES) {
		if (copy_to_owners(skb, frame, SVF_WIRE_ID, NULL, &done))
			return drop(frame, SVF_WIRE_ID, SVF_DIRECTION_RX, SVF_DROP_VLAN_OP);
		count(frame, SVF_WIRE_ID, SVF_DIRECTION_RX, SVF_VERDICT_COPY);
		return TC_ACT_STOLEN; /* only its clones were meant */
	}
	if (stamp_tag(skb, frame))
		return drop(frame, SVF_WIRE_ID, SVF_DIRECTION_RX, SVF_DROP_VLAN_OP);
	return pass_to_host(frame, SVF_VERDICT_PASS);
}

/* A frame of the host's to the wire: the PF's own egress goes on, the shaper's far end
 * has to send it there. */
static __always_inline int pass_to_wire(struct __sk_buff *skb, const struct svf_frame *frame,
					enum svf_verdict verdict)
{
	count(frame, SVF_PF_ID, SVF_DIRECTION_TX, verdict);
	count(frame, SVF_WIRE_ID, SVF_DIRECTION_TX, verdict);
	if (skb->ifindex == svf_cfg.pf_ifindex)
		return TC_ACT_UNSPEC;
	return bpf_redirect(svf_cfg.pf_ifindex, 0);
}

/* What the host sends to an address that several VFs have. */
static __always_inline int copy_from_host(struct __sk_buff *skb, struct svf_frame *frame)
{
	struct svf_copied done = {};
	__u32 mark = skb->mark;

	if (copy_to_owners(skb, frame, SVF_PF_ID, NULL, &done) || stamp_tag(skb, frame))
		return drop(frame, SVF_PF_ID, SVF_DIRECTION_TX, SVF_DROP_VLAN_OP);
	skb->mark = mark;
	if (done.to_wire)
		return pass_to_wire(skb, frame, SVF_VERDICT_COPY);
	if (done.refused && !done.to_vf)
		return drop(frame, SVF_PF_ID, SVF_DIRECTION_TX, done.reason);
	count(frame, SVF_PF_ID, SVF_DIRECTION_TX, SVF_VERDICT_COPY);
	return TC_ACT_STOLEN;
}

/* A frame that the host sends, at the PF's egress or the shaper's far end. */
static __always_inline int deliver_from_host(struct __sk_buff *skb, struct svf_frame *frame)
{
	struct svf_vf host = { .id = SVF_PF_ID };
	struct svf_ruling ruling = {};

	judge(frame, &host, &ruling);
	switch (ruling.target) {
	case SVF_TARGET_DROP:
		return drop(frame, SVF_PF_ID, SVF_DIRECTION_TX, ruling.reason);
	case SVF_TARGET_VF:
		count(frame, SVF_PF_ID, SVF_DIRECTION_TX, SVF_VERDICT_HOST);
		return deliver_to_vf(skb, frame, SVF_PF_ID, &ruling.to, SVF_VERDICT_HOST);
	case SVF_TARGET_COPIES:
		return copy_from_host(skb, frame);
	case SVF_TARGET_FLOOD:
		if (flood(skb, frame, SVF_PF_ID, NULL, 0))
			return drop(frame, SVF_PF_ID, SVF_DIRECTION_TX, SVF_DROP_VLAN_OP);
		return pass_to_wire(skb, frame, SVF_VERDICT_FLOOD);
	default:
		return pass_to_wire(skb, frame, SVF_VERDICT_PASS);
	}
}

/* Through the VF's ring, or by the PF itself. */
static __always_inline int send_to_wire(struct __sk_buff *skb, struct svf_frame *frame,
					const struct svf_vf *from)
{
	enum svf_verdict verdict = verdict_to_wire(from->config);
	__u32 ifindex = svf_cfg.pf_ifindex;

	if (stamp_tag(skb, frame))
		return drop(frame, from->id, SVF_DIRECTION_TX, SVF_DROP_VLAN_OP);
	if (verdict == SVF_VERDICT_RING && is_too_long(frame, pf_mtu()))
		verdict = SVF_VERDICT_NO_RING; /* the wire's drop comes first */
	if (verdict == SVF_VERDICT_RING)
		ifindex = from->config->ring_port;
	count(frame, from->id, SVF_DIRECTION_TX, verdict);
	return deliver_to_wire(frame, ifindex, verdict);
}

static __always_inline int send_to_host(struct __sk_buff *skb, struct svf_frame *frame,
					const struct svf_vf *from)
{
	if (stamp_tag(skb, frame))
		return drop(frame, from->id, SVF_DIRECTION_TX, SVF_DROP_VLAN_OP);
	count(frame, from->id, SVF_DIRECTION_TX, SVF_VERDICT_HOST);
	return deliver_to_host(skb, frame, SVF_VERDICT_HOST);
}

/* To the VLAN's other VFs, the wire and the host. The wire's copy never takes a ring: it
 * comes from the middle of a fan-out, where a full ring must not cost the others. */
static __always_inline int flood_from_vf(struct __sk_buff *skb, struct svf_frame *frame,
					 const struct svf_vf *from)
{
	if (flood(skb, frame, from->id, from->config, 0))
		return drop(frame, from->id, SVF_DIRECTION_TX, SVF_DROP_VLAN_OP);
	count(frame, from->id, SVF_DIRECTION_TX, SVF_VERDICT_FLOOD);
	if (!may_flood_host(from->config))
		return deliver_to_wire(frame, svf_cfg.pf_ifindex, SVF_VERDICT_FLOOD);
	clone_to_wire(skb, frame, SVF_VERDICT_FLOOD);
	return deliver_to_host(skb, frame, SVF_VERDICT_FLOOD);
}

/* To an address that several VFs have. */
static __always_inline int copy_from_vf(struct __sk_buff *skb, struct svf_frame *frame,
					const struct svf_vf *from)
{
	struct svf_copied done = {};

	if (copy_to_owners(skb, frame, from->id, from->config, &done) || stamp_tag(skb, frame))
		return drop(frame, from->id, SVF_DIRECTION_TX, SVF_DROP_VLAN_OP);
	if (!done.to_wire && done.refused && !done.to_vf)
		return drop(frame, from->id, SVF_DIRECTION_TX, done.reason);
	count(frame, from->id, SVF_DIRECTION_TX, SVF_VERDICT_COPY);
	if (done.to_wire)
		return deliver_to_wire(frame, svf_cfg.pf_ifindex, SVF_VERDICT_COPY);
	return TC_ACT_STOLEN;
}

/* A frame that VF `from` may send, at its representor or the shaper's far end. */
static __always_inline int deliver_from_vf(struct __sk_buff *skb, struct svf_frame *frame,
					   const struct svf_vf *from)
{
	struct svf_ruling ruling = {};

	if (enter_vlan(skb, frame, from->config))
		return drop(frame, from->id, SVF_DIRECTION_TX, SVF_DROP_VLAN_OP);
	judge(frame, from, &ruling);
	switch (ruling.target) {
	case SVF_TARGET_DROP:
		return drop(frame, from->id, SVF_DIRECTION_TX, ruling.reason);
	case SVF_TARGET_VF:
		count(frame, from->id, SVF_DIRECTION_TX, SVF_VERDICT_VEB);
		return deliver_to_vf(skb, frame, from->id, &ruling.to, SVF_VERDICT_VEB);
	case SVF_TARGET_COPIES:
		return copy_from_vf(skb, frame, from);
	case SVF_TARGET_FLOOD:
		return flood_from_vf(skb, frame, from);
	case SVF_TARGET_HOST:
		return send_to_host(skb, frame, from);
	default:
		return send_to_wire(skb, frame, from);
	}
}
