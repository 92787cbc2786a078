/* SPDX-License-Identifier: GPL-2.0 */
/*
 * XDP's view of a frame's VLAN, left as metadata for svf_wire_tc. If the PF, or the
 * far end of a veth PF, keeps tags out of the data, XDP takes a tagged frame for an
 * untagged one; the skb knows better, and the two disagree. Drivers without metadata
 * leave no view: then nothing is compared.
 */
#pragma once

#include <stdbool.h>

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "frame.bpf.h"

#define SVF_VIEW_MAGIC 0x73766600U /* "svf" */

struct svf_view {
	__u32 magic;
	__u32 vlan;
};
_Static_assert(sizeof(struct svf_view) % 4 == 0, "bpf_xdp_adjust_meta() wants words");

static __always_inline void leave_view(struct xdp_md *xdp, const struct svf_frame *frame)
{
	struct svf_view *view;

	if (bpf_xdp_adjust_meta(xdp, -(int)sizeof(*view)))
		return;
	view = (void *)(long)xdp->data_meta;
	if ((void *)(view + 1) > (void *)(long)xdp->data)
		return; /* never; the verifier asks for it */
	view->magic = SVF_VIEW_MAGIC;
	view->vlan = frame->vlan;
}

static __always_inline bool is_tag_hidden(struct __sk_buff *skb, const struct svf_frame *frame)
{
	struct svf_view *view = (void *)(long)skb->data_meta;

	if ((void *)(view + 1) > (void *)(long)skb->data)
		return false;
	return view->magic == SVF_VIEW_MAGIC && view->vlan != frame->vlan;
}
