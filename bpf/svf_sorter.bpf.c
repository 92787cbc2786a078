// SPDX-License-Identifier: GPL-2.0
/*
 * The sorter: for every frame at the PF and at the VFs' ports, who gets it and is it
 * allowed. One program for each place a frame is seen at; all of them parse
 * (parse.bpf.h), judge (sender.bpf.h, judge.bpf.h, receiver.bpf.h), count (count.bpf.h) and deliver
 * (deliver.bpf.h, flood.bpf.h, copy.bpf.h) with the same functions, so a frame meets the same
 * policy whatever way it takes.
 *
 * "To the host" and "to the wire as it is" are TC_ACT_UNSPEC: filters of others on
 * the PF still run.
 */
#include <stdbool.h>

#include <linux/bpf.h>
#include <linux/if_packet.h>
#include <linux/pkt_cls.h>

#include <bpf/bpf_helpers.h>

#include <svf/abi.h>

#include "copy.bpf.h"
#include "count.bpf.h"
#include "deliver.bpf.h"
#include "flood.bpf.h"
#include "frame.bpf.h"
#include "group.bpf.h"
#include "judge.bpf.h"
#include "lane.bpf.h"
#include "maps.bpf.h"
#include "mark.bpf.h"
#include "parse.bpf.h"
#include "port.bpf.h"
#include "receiver.bpf.h"
#include "sender.bpf.h"
#include "shape.bpf.h"
#include "storm.bpf.h"
#include "tag.bpf.h"
#include "view.bpf.h"

/* A VF's frame goes on in its ring, with its tag: svf_ring_tc has to know the VLAN it came in.
 * What is over the VF's limit is dropped here, before it costs the agent anything; what is not
 * has been charged, so svf_ring_tc does not ask again. */
static __always_inline int enter_ring(const struct svf_frame *frame, const struct svf_vf *to)
{
	if (is_over_rx_pps(frame, to)) {
		count(frame, SVF_WIRE_ID, SVF_DIRECTION_RX, SVF_VERDICT_NO_RING);
		drop(frame, to->id, SVF_DIRECTION_RX, SVF_DROP_PPS);
		return XDP_DROP;
	}
	count_redirect(to->id);
	return XDP_REDIRECT;
}

/* PF, XDP: a VF's frame from the wire goes straight into its ring; what its source says
 * about it, svf_ring_tc asks. All else passes, to be judged and counted by svf_wire_tc. */
SEC("xdp")
int svf_wire(struct xdp_md *xdp)
{
	struct svf_vf wire = { .id = SVF_WIRE_ID };
	struct svf_ruling ruling = {};
	struct svf_frame frame;
	bool is_for_vf;

	if (svf_cfg.skb_mode || parse_xdp(xdp, &frame))
		return XDP_PASS;
	judge(&frame, &wire, &ruling);
	is_for_vf = ruling.target == SVF_TARGET_VF;
	/* The redirect first: what no ring takes is not charged here. */
	if (is_for_vf && is_ready(&frame, ruling.to.config) && !has_promisc_all() &&
	    redirect_to_ring(xdp, &ruling.to) == XDP_REDIRECT)
		return enter_ring(&frame, &ruling.to);
	if (is_for_vf || frame.has_tag)
		leave_view(xdp, &frame);
	return XDP_PASS;
}

/* The rest of a fan-out goes on; only its clones are meant. */
static __always_inline int flood_on(struct __sk_buff *skb, struct svf_frame *frame, __u32 mark)
{
	struct svf_vf from;

	if (!find_source(svf_mark_source(mark), &from) ||
	    flood(skb, frame, from.id, from.config, svf_mark_block(mark)))
		drop(frame, SVF_PF_ID, SVF_DIRECTION_RX, SVF_DROP_VLAN_OP);
	return TC_ACT_STOLEN;
}

/* PF, tc ingress: from the wire, or sent here by the sorter itself. */
SEC("tc")
int svf_wire_tc(struct __sk_buff *skb)
{
	struct svf_frame frame = {};
	__u32 mark = skb->mark;

	/* dev_loopback_xmit(): the host hears its own multicast. The VFs did at egress. */
	if (skb->pkt_type == PACKET_LOOPBACK)
		return TC_ACT_UNSPEC;
	if (svf_mark_is_ours(mark))
		clear_traces(skb);
	if (svf_mark_is_host(mark))
		return TC_ACT_UNSPEC;
	if (parse_skb(skb, &frame))
		return drop(&frame, SVF_WIRE_ID, SVF_DIRECTION_RX, SVF_DROP_MALFORMED);
	if (svf_mark_is_flood(mark))
		return flood_on(skb, &frame, mark);
	if (is_tag_hidden(skb, &frame))
		return drop(&frame, SVF_WIRE_ID, SVF_DIRECTION_RX, SVF_DROP_HIDDEN_TAG);
	return deliver_from_wire(skb, &frame);
}

/* PF, tc egress: the host sends, or the sorter did on behalf of a VF, or of the host
 * through the shaper. */
SEC("tc")
int svf_host_tc(struct __sk_buff *skb)
{
	struct svf_frame frame = {};

	/* By ingress_ifindex, which is the kernel's; a mark is any local process's. */
	if (is_our_port(skb->ingress_ifindex)) {
		clear_traces(skb);
		return TC_ACT_UNSPEC;
	}
	if (parse_skb(skb, &frame))
		return drop(&frame, SVF_PF_ID, SVF_DIRECTION_TX, SVF_DROP_MALFORMED);
	if (is_shaped(NULL))
		return shape(skb, SVF_PF_ID);
	return deliver_from_host(skb, &frame);
}

/* Representor, tc ingress: the one place that judges what a VF sends. */
SEC("tc")
int svf_port_tc(struct __sk_buff *skb)
{
	struct svf_frame frame = {};
	enum svf_drop reason;
	struct svf_vf vf;
	int parsed;

	clear_traces(skb); /* a tenant may have set them */
	parsed = parse_skb(skb, &frame);
	if (!find_port_owner(skb->ifindex, SVF_ROLE_REPRESENTOR, &vf))
		return drop(&frame, SVF_PF_ID, SVF_DIRECTION_TX, SVF_DROP_NO_VF);
	if (parsed)
		return drop(&frame, vf.id, SVF_DIRECTION_TX, SVF_DROP_MALFORMED);
	reason = judge_sender(skb, &frame, vf.config);
	if (reason != SVF_DROP_NONE)
		return drop(&frame, vf.id, SVF_DIRECTION_TX, reason);
	tell_groups(skb, &frame, vf.id);
	if (is_storm(&frame, vf.id, vf.config->storm))
		return drop(&frame, vf.id, SVF_DIRECTION_TX, SVF_DROP_STORM);
	if (is_over_tx_pps(&frame, &vf))
		return drop(&frame, vf.id, SVF_DIRECTION_TX, SVF_DROP_PPS);
	if (is_shaped(vf.config))
		return shape(skb, vf.id);
	return deliver_from_vf(skb, &frame, &vf);
}

/* Shaper's far end, tc ingress: a VF's frame, or the host's, that was let through. What the
 * VF may send can have changed while it waited, so it is asked again. */
SEC("tc")
int svf_shaped_tc(struct __sk_buff *skb)
{
	__u32 id = svf_mark_source(skb->mark);
	bool is_ours = svf_mark_is_shaped(skb->mark);
	struct svf_frame frame = {};
	enum svf_drop reason;
	struct svf_vf vf;
	int parsed;

	clear_traces(skb);
	parsed = parse_skb(skb, &frame);
	if (!is_ours)
		return drop(&frame, SVF_PF_ID, SVF_DIRECTION_TX, SVF_DROP_FOREIGN);
	if (!find_source(id, &vf) || id == SVF_WIRE_ID)
		return drop(&frame, SVF_PF_ID, SVF_DIRECTION_TX, SVF_DROP_NO_VF);
	if (parsed)
		return drop(&frame, id, SVF_DIRECTION_TX, SVF_DROP_MALFORMED);
	if (!vf.config)
		return deliver_from_host(skb, &frame);
	reason = judge_sender(skb, &frame, vf.config);
	if (reason != SVF_DROP_NONE)
		return drop(&frame, id, SVF_DIRECTION_TX, reason);
	return deliver_from_vf(skb, &frame, &vf);
}

/* Why the VF does not take what svf_wire put into its ring: it knew the VF as it was then,
 * and did not look at the source. SVF_DROP_NONE: it does. */
static __always_inline enum svf_drop judge_from_ring(const struct svf_frame *frame,
						     const struct svf_vf_config *to)
{
	if (!owns_in_vlan(to, frame->dst, frame->vlan))
		return SVF_DROP_NO_VF;
	return judge_receiver(frame, SVF_WIRE_ID, to);
}

/* Ring port, tc ingress: what the agent took from a VF's ring goes on to the VF. */
SEC("tc")
int svf_ring_tc(struct __sk_buff *skb)
{
	struct svf_frame frame = {};
	enum svf_drop reason;
	struct svf_vf vf;
	int parsed;

	parsed = parse_skb(skb, &frame);
	if (!find_port_owner(skb->ifindex, SVF_ROLE_RING_PORT, &vf))
		return drop(&frame, SVF_PF_ID, SVF_DIRECTION_RX, SVF_DROP_NO_VF);
	if (parsed)
		return drop(&frame, vf.id, SVF_DIRECTION_RX, SVF_DROP_MALFORMED);
	reason = judge_from_ring(&frame, vf.config);
	if (reason != SVF_DROP_NONE)
		return drop(&frame, vf.id, SVF_DIRECTION_RX, reason);
	if (dress(skb, &frame, vf.config->has_trunk))
		return drop(&frame, vf.id, SVF_DIRECTION_RX, SVF_DROP_VLAN_OP);
	return hand_to_vf(skb, &frame, &vf, SVF_VERDICT_RING);
}

/* Ring port, tc egress: only what svf_port_tc or svf_shaped_tc sent here on behalf of this VF
 * passes to the agent; the host's stack has nothing to say. */
SEC("tc")
int svf_out_tc(struct __sk_buff *skb)
{
	struct svf_frame frame = {};
	struct svf_vf vf;

	(void)parse_skb(skb, &frame); /* for the count; its addresses do not matter here */
	if (!find_port_owner(skb->ifindex, SVF_ROLE_RING_PORT, &vf))
		return drop(&frame, SVF_PF_ID, SVF_DIRECTION_TX, SVF_DROP_NO_VF);
	/* What the host's own stack sends has come in nowhere, nor has a VF that is being reset. */
	if ((!vf.config->representor || skb->ingress_ifindex != vf.config->representor) &&
	    !is_shaper_far_end(skb->ingress_ifindex))
		return drop(&frame, vf.id, SVF_DIRECTION_TX, SVF_DROP_FOREIGN);
	return TC_ACT_UNSPEC;
}

char LICENSE[] SEC("license") = "GPL";
