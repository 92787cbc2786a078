// SPDX-License-Identifier: GPL-2.0-only
/*
 * The trunk that a VF makes for itself: VLANs of its own VLAN netdevs, which the PF daemon finds
 * (follow_vlan.c). It goes when the admin gives the VF a VLAN or a trunk, or no longer trusts it.
 */
#include <string.h>

#include "attribute.h"
#include "change.h"

bool svf_change_may_register(const struct svf_vf_config *config)
{
	return config->trust & 1U << SVF_TRUST_VLAN && !config->vlan && !config->qos &&
	       (!config->has_trunk || config->registered);
}

void svf_change_settle_registered(struct svf_vf_config *config)
{
	if (config->registered && !svf_change_may_register(config))
		svf_attribute_clear_trunk(config);
}

void svf_change_merge_registered(const struct svf_change *change, struct svf_vf_config *config)
{
	svf_change_settle_registered(config);
	if (!svf_change_may_register(config))
		return;
	memcpy(config->trunk, change->trunk, sizeof(config->trunk));
	memcpy(config->trunk_8021ad, change->trunk_8021ad, sizeof(config->trunk_8021ad));
	svf_attribute_count_trunk(config);
	config->registered = config->has_trunk;
}

int svf_change_set_registered(const struct svf_paths *paths, const char *pf, unsigned int vf,
			      const __u64 trunk[SVF_TRUNK_WORDS],
			      const __u64 trunk_8021ad[SVF_TRUNK_WORDS], struct svf_errmsg *err)
{
	const struct svf_change change = {
		.pf = pf,
		.vf = vf,
		.trunk = trunk,
		.trunk_8021ad = trunk_8021ad,
	};
	struct svf_errmsg warning;

	return svf_change_apply(paths, &change, &warning, err);
}
