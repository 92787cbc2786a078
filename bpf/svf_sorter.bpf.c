// SPDX-License-Identifier: GPL-2.0
/*
 * The sorter: for every frame at the PF and at the VFs' ports, who gets it and is it
 * allowed. One program for each place a frame is seen at; all of them parse
 * (frame.bpf.h), judge (judge.bpf.h), count (count.bpf.h) and deliver (deliver.bpf.h,
 * flood.bpf.h) with the same functions, so a frame meets the same policy whatever
 * way it takes.
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

#include "count.bpf.h"
#include "deliver.bpf.h"
#include "flood.bpf.h"
#include "frame.bpf.h"
#include "judge.bpf.h"
#include "lane.bpf.h"
#include "maps.bpf.h"
#include "mark.bpf.h"
#include "port.bpf.h"
#include "tag.bpf.h"
#include "view.bpf.h"

/* PF, XDP: a VF's frame from the wire goes straight into its ring. All else passes, to
 * be judged and counted by svf_wire_tc. */
SEC("xdp")
int svf_wire(struct xdp_md *xdp)
{
	struct svf_frame frame;
	struct svf_vf vf;
	bool is_for_vf;

	if (svf_cfg.skb_mode || parse_xdp(xdp, &frame))
		return XDP_PASS;
	is_for_vf = judge(&frame, SVF_SOURCE_WIRE, &vf) == SVF_TARGET_VF;
	/* The redirect first: a frame that no ring takes must pass with its tag on. */
	if (is_for_vf && redirect_to_ring(xdp, &vf) == XDP_REDIRECT) {
		if (!strip_tag_xdp(xdp, &frame))
			return XDP_REDIRECT;
		count_drop(&frame, vf.id, SVF_DIRECTION_RX, SVF_DROP_VLAN_OP);
		return XDP_DROP;
	}
	if (is_for_vf || frame.has_tag)
		leave_view(xdp, &frame);
	return XDP_PASS;
}

/* PF, tc ingress: from the wire, or sent here by the sorter itself. */
SEC("tc")
int svf_wire_tc(struct __sk_buff *skb)
{
	struct svf_frame frame;
	__u32 mark = skb->mark;

	/* dev_loopback_xmit(): the host hears its own multicast. The VFs did at egress. */
	if (skb->pkt_type == PACKET_LOOPBACK)
		return TC_ACT_UNSPEC;
	if (svf_mark_is_ours(mark))
		clear_traces(skb);
	if (svf_mark_is_host(mark))
		return TC_ACT_UNSPEC;
	if (parse_skb(skb, &frame))
		return drop(&frame, SVF_PF_ID, SVF_DIRECTION_RX, SVF_DROP_MALFORMED);
	if (svf_mark_is_flood(mark)) {
		if (flood(skb, &frame, svf_mark_source(mark), svf_mark_block(mark)))
			count_drop(&frame, SVF_PF_ID, SVF_DIRECTION_RX, SVF_DROP_VLAN_OP);
		return TC_ACT_STOLEN; /* only its clones were meant */
	}
	if (is_tag_hidden(skb, &frame))
		return drop(&frame, SVF_PF_ID, SVF_DIRECTION_RX, SVF_DROP_HIDDEN_TAG);
	return deliver_from_wire(skb, &frame);
}

/* PF, tc egress: the host sends, or the sorter did on behalf of a VF. */
SEC("tc")
int svf_host_tc(struct __sk_buff *skb)
{
	struct svf_frame frame;

	/* By ingress_ifindex, which is the kernel's; a mark is any local process's. */
	if (is_our_port(skb->ingress_ifindex)) {
		clear_traces(skb);
		return TC_ACT_UNSPEC;
	}
	if (parse_skb(skb, &frame))
		return drop(&frame, SVF_PF_ID, SVF_DIRECTION_TX, SVF_DROP_MALFORMED);
	return deliver_from_host(skb, &frame);
}

/* Representor, tc ingress: the one place that judges what a VF sends. */
SEC("tc")
int svf_port_tc(struct __sk_buff *skb)
{
	struct svf_frame frame;
	enum svf_drop reason;
	struct svf_vf vf;
	int parsed;

	clear_traces(skb); /* a tenant may have set them */
	parsed = parse_skb(skb, &frame);
	if (!find_port_owner(skb->ifindex, SVF_ROLE_REPRESENTOR, &vf))
		return drop(&frame, SVF_PF_ID, SVF_DIRECTION_TX, SVF_DROP_NO_VF);
	if (parsed)
		return drop(&frame, vf.id, SVF_DIRECTION_TX, SVF_DROP_MALFORMED);
	if (judge_sender(&frame, &reason))
		return drop(&frame, vf.id, SVF_DIRECTION_TX, reason);
	if (enter_vlan(skb, &frame, vf.config))
		return drop(&frame, vf.id, SVF_DIRECTION_TX, SVF_DROP_VLAN_OP);
	return deliver_from_vf(skb, &frame, &vf);
}

/* Ring port, tc ingress: what the agent took from a VF's ring goes on to the VF. It was
 * judged by svf_wire. */
SEC("tc")
int svf_ring_tc(struct __sk_buff *skb)
{
	struct svf_frame frame;
	struct svf_vf vf;
	int parsed;

	parsed = parse_skb(skb, &frame);
	if (!find_port_owner(skb->ifindex, SVF_ROLE_RING_PORT, &vf))
		return drop(&frame, SVF_PF_ID, SVF_DIRECTION_RX, SVF_DROP_NO_VF);
	if (parsed)
		return drop(&frame, vf.id, SVF_DIRECTION_RX, SVF_DROP_MALFORMED);
	return deliver_to_vf(skb, &frame, &vf, SVF_VERDICT_RING);
}

/* Ring port, tc egress: only what svf_port_tc sent here on behalf of this VF passes to the
 * agent; the host's stack has nothing to say. */
SEC("tc")
int svf_out_tc(struct __sk_buff *skb)
{
	struct svf_frame frame;
	struct svf_vf vf;

	(void)parse_skb(skb, &frame); /* for the count; its addresses do not matter here */
	if (!find_port_owner(skb->ifindex, SVF_ROLE_RING_PORT, &vf))
		return drop(&frame, SVF_PF_ID, SVF_DIRECTION_TX, SVF_DROP_NO_VF);
	if (skb->ingress_ifindex != vf.config->representor)
		return drop(&frame, vf.id, SVF_DIRECTION_TX, SVF_DROP_FOREIGN);
	return TC_ACT_UNSPEC;
}

char LICENSE[] SEC("license") = "GPL";
