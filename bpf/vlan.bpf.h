/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which VLAN a frame belongs to, and which a VF may use.
 *
 * No tag and a priority tag (802.1Q, VID 0) mean VLAN 0. A tag with another VID means
 * that VLAN, of 802.1Q or of 802.1ad, whatever lies below it. What is left belongs to
 * no VF's VLAN, SVF_VLAN_OTHER: a tag hidden below a priority tag, 802.1ad with VID 0, VID 4095,
 * and the tag types that some switches use and Linux does not know.
 */
#pragma once

#include <stdbool.h>

#include <linux/bpf.h>
#include <linux/if_ether.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include <svf/abi.h>

#include "frame.bpf.h"

#define SVF_VLAN_OTHER 0xffff /* no VLAN of svf_fdb */
#define SVF_VID_MASK   0x0fff
#define SVF_TAG_LEN    4
#define SVF_TAGS_MAX   4 /* in a VF's frame; what has more is refused */

/* What follows the addresses of a frame with its tag in the data. */
struct svf_tag {
	__be16 tci;
	__be16 next_type; /* of what is tagged */
};

/* The tags that Linux knows: only these can be in skb metadata, or be pushed and popped. */
static __always_inline bool is_tag_type(__be16 type)
{
	return type == bpf_htons(ETH_P_8021Q) || type == bpf_htons(ETH_P_8021AD);
}

/* Those and the ones from before 802.1ad. */
static __always_inline bool is_any_tag_type(__be16 type)
{
	return is_tag_type(type) || type == bpf_htons(ETH_P_QINQ1) ||
	       type == bpf_htons(ETH_P_QINQ2) || type == bpf_htons(ETH_P_QINQ3);
}

static __always_inline __u16 vlan_of_tag(__be16 tpid, __u16 tci, __be16 next_type)
{
	__u16 vid = tci & SVF_VID_MASK;

	if (vid > SVF_VLAN_MAX)
		return SVF_VLAN_OTHER;
	if (tpid == bpf_htons(ETH_P_8021AD))
		return vid ? SVF_VLAN_8021AD | vid : SVF_VLAN_OTHER;
	return !vid && is_any_tag_type(next_type) ? SVF_VLAN_OTHER : vid;
}

static __always_inline bool is_trunk_tag(const struct svf_vf_config *config, __u16 vlan)
{
	return vlan && vlan != SVF_VLAN_OTHER && svf_trunk_has(config, vlan);
}

/* Whether frames of `vlan` are the VF's to send and to get. */
static __always_inline bool may_use_vlan(const struct svf_vf_config *config, __u16 vlan)
{
	if (!vlan && !config->untagged && (config->has_trunk || !config->vlan))
		return false;
	if (config->has_trunk)
		return !vlan || is_trunk_tag(config, vlan);
	return vlan == svf_home_vlan(config);
}
