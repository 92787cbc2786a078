/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The policy: who gets a frame, and may its sender send it. Nothing here knows
 * a hook, a lane or a netdev; the source is an argument. svf_fdb only says which VF
 * to ask, its configuration decides.
 */
#pragma once

#include <stdbool.h>

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include <svf/abi.h>

#include "frame.bpf.h"
#include "maps.bpf.h"

/* Sources besides the VFs, 0..SVF_MAX_VFS-1. They fit into the mark's 13 bits. */
#define SVF_SOURCE_WIRE 0x1ffe
#define SVF_SOURCE_HOST 0x1fff

struct svf_vf {
	__u32 id;
	const struct svf_vf_config *config;
};

enum svf_target {
	SVF_TARGET_VF,
	SVF_TARGET_HOST,
	SVF_TARGET_FLOOD,
	SVF_TARGET_SELF,    /* the VF that sent it */
	SVF_TARGET_UNKNOWN, /* nobody's here: out of the PF, or on to the host from there */
};

/* The VF that `mac` in `vlan` belongs to. */
static __always_inline bool find_vf(const __u8 mac[ETH_ALEN], __u16 vlan, struct svf_vf *ret_vf)
{
	struct svf_fdb_key key = { .vlan = vlan };
	struct svf_vf_config *config;
	struct svf_fdb_owner *owner;

	__builtin_memcpy(key.mac, mac, ETH_ALEN);
	owner = bpf_map_lookup_elem(&svf_fdb, &key);
	if (!owner)
		return false;
	config = bpf_map_lookup_elem(&svf_vfs, &owner->vf);
	if (!config || config->vlan != vlan || !is_same_mac(config->mac, mac))
		return false;
	ret_vf->id = owner->vf;
	ret_vf->config = config;
	return true;
}

static __always_inline bool is_pf_mac(const __u8 mac[ETH_ALEN])
{
	struct svf_pf_config *pf;
	__u32 zero = 0;

	/* An ARRAY: while the PF's address changes, a frame may meet a mix of both. It
	 * then goes to the wire instead of the host, or is one for nobody. */
	pf = bpf_map_lookup_elem(&svf_pf, &zero);
	return pf && is_same_mac(pf->mac, mac);
}

/* Where `frame` goes that comes from `source`. ret_vf is set for SVF_TARGET_VF. */
static __always_inline enum svf_target judge(const struct svf_frame *frame, __u32 source,
					     struct svf_vf *ret_vf)
{
	if (is_multicast(frame->dst))
		return SVF_TARGET_FLOOD;
	if (is_pf_mac(frame->dst)) /* in any VLAN: the host's side is a trunk */
		return SVF_TARGET_HOST;
	if (!find_vf(frame->dst, frame->vlan, ret_vf))
		return SVF_TARGET_UNKNOWN;
	return ret_vf->id == source ? SVF_TARGET_SELF : SVF_TARGET_VF;
}

/*
 * May a VF send this frame: 0, or -1 and why not. A VF's frames are untagged; its
 * VLAN is its configuration's.
 */
static __always_inline int judge_sender(const struct svf_frame *frame, enum svf_drop *ret_reason)
{
	*ret_reason = SVF_DROP_MALFORMED;
	if (is_multicast(frame->src) || is_zero_mac(frame->src))
		return -1;
	*ret_reason = SVF_DROP_SPOOF_VLAN;
	return frame->vlan ? -1 : 0;
}
