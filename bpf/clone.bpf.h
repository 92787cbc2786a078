/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One clone of a frame for one VF. Who makes several walks a list by bpf_loop(), whose
 * callbacks return 0 to go on and 1 to end. They count with `i`, never with a
 * variable of their own: since 6.7 the verifier walks a callback until its state
 * repeats, and a growing number never does.
 */
#pragma once

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include <svf/abi.h>

#include "count.bpf.h"
#include "frame.bpf.h"
#include "owner.bpf.h"
#include "size.bpf.h"
#include "storm.bpf.h"

/* The frame is dressed for the VF. Whether it has it now. */
static __always_inline bool clone_to_vf(struct __sk_buff *skb, const struct svf_frame *frame,
					const struct svf_vf *to, enum svf_verdict verdict)
{
	enum svf_drop reason = SVF_DROP_CLONE;

	if (is_too_long(frame, to->config->mtu))
		reason = SVF_DROP_MTU;
	else if (is_over_rx_pps(frame, to))
		reason = SVF_DROP_PPS;
	else if (!bpf_clone_redirect(skb, to->config->representor, 0)) {
		count(frame, to->id, SVF_DIRECTION_RX, verdict);
		return true;
	}
	drop(frame, to->id, SVF_DIRECTION_RX, reason);
	return false;
}
