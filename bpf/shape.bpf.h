/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The way through the shaper pair: HTB at its near end finds the class by skb->priority,
 * svf_shaped_tc at its far end knows by the mark whose frame it is. The pair is in the
 * PF's namespace, so the mark comes through; the priority does not.
 */
#pragma once

#include <stdbool.h>

#include <linux/bpf.h>
#include <linux/pkt_sched.h>

#include <bpf/bpf_helpers.h>

#include <svf/abi.h>

#include "mark.bpf.h"
#include "pf.bpf.h"

/* Whether what the VF sends is shaped; config NULL: the host. */
static __always_inline bool is_shaped(const struct svf_vf_config *config)
{
	const struct svf_policy *policy = get_policy();

	if (!policy || !policy->shaper_near)
		return false;
	return policy->shape_all || (config && config->shaped);
}

static __always_inline bool is_shaper_far_end(__u32 ifindex)
{
	const struct svf_policy *policy = get_policy();

	return policy && policy->shaper_far && policy->shaper_far == ifindex;
}

/* Into the shaper, on behalf of a VF or the host (SVF_PF_ID). Nothing is counted yet: the
 * class tells what it drops. */
static __always_inline int shape(struct __sk_buff *skb, __u32 id)
{
	const struct svf_policy *policy = get_policy();

	skb->priority = TC_H_MAKE(SVF_SHAPER_MAJOR << 16, svf_shaper_class(id));
	skb->mark = svf_mark_shaped(id);
	return bpf_redirect(policy ? policy->shaper_near : 0, 0);
}
