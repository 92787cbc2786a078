/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Who gets a frame. Nothing here knows a hook, a lane or a netdev; the source is an
 * argument. What is wrong with the frame itself was asked before (sender.bpf.h), what
 * the receiver says is asked after (receiver.bpf.h).
 */
#pragma once

#include <stdbool.h>

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include <svf/abi.h>

#include "frame.bpf.h"
#include "isolation.bpf.h"
#include "mac.bpf.h"
#include "owner.bpf.h"
#include "pf.bpf.h"

enum svf_target {
	SVF_TARGET_VF,
	SVF_TARGET_COPIES, /* several VFs have the address */
	SVF_TARGET_HOST,
	SVF_TARGET_FLOOD,
	SVF_TARGET_UNKNOWN, /* nobody's here: out of the PF, or on to the host from there */
	SVF_TARGET_DROP,
};

struct svf_ruling {
	enum svf_target target;
	enum svf_drop reason; /* of SVF_TARGET_DROP */
	struct svf_vf to;     /* of SVF_TARGET_VF */
};

static __always_inline enum svf_target refuse(enum svf_drop reason, enum svf_drop *ret_reason)
{
	*ret_reason = reason;
	return SVF_TARGET_DROP;
}

/* From VF to VF. */
static __always_inline enum svf_target judge_pair(const struct svf_vf_config *from,
						  const struct svf_vf_config *to,
						  enum svf_drop *ret_reason)
{
	if (is_private(from) || is_private(to))
		return refuse(SVF_DROP_ISOLATION, ret_reason);
	return is_vepa(from) || is_vepa(to) ? SVF_TARGET_UNKNOWN : SVF_TARGET_VF;
}

/* To a VF that owns the destination. A control protocol is no VF's business. */
static __always_inline enum svf_target judge_to_vf(const struct svf_frame *frame,
						   const struct svf_vf *from,
						   const struct svf_vf *to,
						   enum svf_drop *ret_reason)
{
	if (from->id == SVF_WIRE_ID)
		return SVF_TARGET_VF;
	if (!from->config) { /* the host */
		if (!to->config->host_access)
			return refuse(SVF_DROP_HOST_ACCESS, ret_reason);
		return is_vepa_with_host(to->config) ? SVF_TARGET_UNKNOWN : SVF_TARGET_VF;
	}
	if (from->id == to->id)
		return refuse(SVF_DROP_TO_SELF, ret_reason);
	if (frame->control)
		return SVF_TARGET_UNKNOWN;
	return judge_pair(from->config, to->config, ret_reason);
}

/* To the PF's address, in any VLAN: the host's side is a trunk. */
static __always_inline enum svf_target judge_to_host(const struct svf_vf *from,
						     enum svf_drop *ret_reason)
{
	if (!from->config)
		return SVF_TARGET_UNKNOWN; /* where it is going */
	/* First: the wire's switch would bring it back to the host. */
	if (!from->config->host_access)
		return refuse(SVF_DROP_HOST_ACCESS, ret_reason);
	return is_vepa(from->config) ? SVF_TARGET_UNKNOWN : SVF_TARGET_HOST;
}

/* Where `frame` goes that comes from `from`. */
static __always_inline void judge(const struct svf_frame *frame, const struct svf_vf *from,
				  struct svf_ruling *ret_ruling)
{
	if (is_multicast(frame->dst)) {
		ret_ruling->target = SVF_TARGET_FLOOD;
		return;
	}
	if (is_pf_mac(frame->dst)) {
		ret_ruling->target = judge_to_host(from, &ret_ruling->reason);
		return;
	}
	switch (find_owner(frame->dst, frame->vlan, &ret_ruling->to)) {
	case SVF_OWNED_BY_ONE:
		ret_ruling->target = judge_to_vf(frame, from, &ret_ruling->to, &ret_ruling->reason);
		break;
	case SVF_OWNED_BY_SEVERAL:
		ret_ruling->target = SVF_TARGET_COPIES;
		break;
	default:
		ret_ruling->target = SVF_TARGET_UNKNOWN;
	}
}
