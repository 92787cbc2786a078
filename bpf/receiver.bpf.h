/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a VF takes that is for it. A frame that it does not take is its loss, not the
 * sender's: counted as a drop of its RX.
 */
#pragma once

#include <stdbool.h>

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include <svf/abi.h>

#include "frame.bpf.h"
#include "isolation.bpf.h"
#include "link.bpf.h"
#include "owner.bpf.h"
#include "size.bpf.h"

/* Whether it can take the frame, whoever sent it. */
static __always_inline bool is_ready(const struct svf_frame *frame,
				     const struct svf_vf_config *config)
{
	return is_link_up(config) && !is_too_long(frame, config->mtu);
}

/* Why the VF does not take what the wire sends back of somebody here: what they may not say to
 * each other, they may not by way of the wire's switch. */
static __always_inline enum svf_drop judge_reflected(__u32 origin, const struct svf_vf_config *to)
{
	if (origin & SVF_ORIGIN_PRIVATE)
		return SVF_DROP_ISOLATION;
	if (origin & SVF_ORIGIN_VF && is_private(to))
		return SVF_DROP_ISOLATION;
	if (origin & SVF_ORIGIN_HOST && !to->host_access)
		return SVF_DROP_HOST_ACCESS;
	return SVF_DROP_NONE;
}

/* Why the VF does not take what `from` sent, or SVF_DROP_NONE. */
__noinline enum svf_drop judge_receiver(const struct svf_frame *frame, __u32 from,
					const struct svf_vf_config *to)
{
	if (!frame || !to || !is_link_up(to))
		return SVF_DROP_LINK_DOWN;
	if (is_too_long(frame, to->mtu))
		return SVF_DROP_MTU;
	if (from != SVF_WIRE_ID)
		return SVF_DROP_NONE;
	if (owns(to, frame->src))
		return SVF_DROP_SRC_PRUNE;
	return judge_reflected(find_origin(frame), to);
}
