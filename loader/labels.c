// SPDX-License-Identifier: GPL-2.0-only
/* Tables of names, generated from the lists in abi.h where there is one. */
#include <string.h>

#include "labels.h"

#include <linux/if_link.h>

#define PERMILLE_PER_CENT 10

#define SVF_X(name_, field, help) { #field, offsetof(struct svf_stats, field) },
const struct svf_counter svf_verdict_counters[] = { SVF_VERDICTS(SVF_X) };
#undef SVF_X

#define SVF_X(name_, field, help) { #field, offsetof(struct svf_drops, field) },
const struct svf_counter svf_drop_counters[] = { SVF_DROPS(SVF_X) };
#undef SVF_X

#define SVF_X(name_, field, help) { #field, offsetof(struct svf_losses, field) },
const struct svf_counter svf_loss_counters[] = { SVF_LOSSES(SVF_X) };
#undef SVF_X

#define SVF_X(field) { #field, offsetof(struct svf_ring_stats, field) },
const struct svf_counter svf_ring_counters[] = { SVF_RING_COUNTERS(SVF_X) };
#undef SVF_X

const char *const svf_lane_names[] = {
	[SVF_LANE_TC] = "tc",
	[SVF_LANE_AFXDP] = "afxdp",
};
_Static_assert(sizeof(svf_lane_names) / sizeof(svf_lane_names[0]) == SVF_N_LANES, "all lanes");

uint64_t svf_counter_get(const struct svf_counter *counter, const void *counters)
{
	uint64_t value;

	memcpy(&value, (const char *)counters + counter->offset, sizeof(value));
	return value;
}

const char *svf_lane_name(unsigned int lane)
{
	return lane < SVF_N_LANES ? svf_lane_names[lane] : "unknown";
}

unsigned int svf_change_names(const struct svf_pf_before *before,
			      const char *ret_names[SVF_CHANGES_MAX])
{
	const struct {
		bool changed;
		const char *name;
	} changes[] = {
		{ before->changed_rxvlan, "rx-vlan-hw-parse" },
		{ before->changed_rxstag, "rx-vlan-stag-hw-parse" },
		{ before->changed_filter, "rx-vlan-filter" },
		{ before->changed_lro, "rx-lro" },
		{ before->changed_gro_hw, "rx-gro-hw" },
		{ before->changed_allmulti, "allmulticast" },
		{ before->changed_promisc, "promisc" },
		{ before->changed_channels, "channels" },
		{ before->made_clsact, "clsact" },
	};
	unsigned int n = 0;

	_Static_assert(sizeof(changes) / sizeof(changes[0]) == SVF_CHANGES_MAX, "room for all");
	for (unsigned int i = 0; i < SVF_CHANGES_MAX; i++)
		if (changes[i].changed)
			ret_names[n++] = changes[i].name;
	return n;
}

unsigned int svf_fill_percent(uint32_t permille)
{
	return (permille + PERMILLE_PER_CENT - 1) / PERMILLE_PER_CENT;
}

const char *svf_xdp_mode_name(unsigned int attached)
{
	switch (attached) {
	case XDP_ATTACHED_DRV:
	case XDP_ATTACHED_HW:
		return "native";
	case XDP_ATTACHED_SKB:
		return "skb";
	default:
		return "none";
	}
}
