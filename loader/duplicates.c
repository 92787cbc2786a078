// SPDX-License-Identifier: GPL-2.0-only
/*
 * Addresses that several VFs have in one VLAN. That is allowed (a swap of two addresses passes
 * through it) and each of them gets a copy, so it has to be seen. Goes by the configurations, since
 * a VF with a trunk and one with a VLAN of that trunk stand in different places of svf_fdb.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "vfinfo.h"

bool svf_vf_owns(const struct svf_vf_config *config, const uint8_t mac[ETH_ALEN])
{
	if (!memcmp(config->mac, mac, ETH_ALEN))
		return true;
	for (unsigned int i = 0; i < config->n_macs; i++)
		if (!memcmp(config->macs[i], mac, ETH_ALEN))
			return true;
	return false;
}

static bool is_in_vlan(const struct svf_vf_config *config, __u16 vlan)
{
	if (config->has_trunk)
		return vlan ? svf_trunk_has(config, vlan) : config->untagged;
	return svf_home_vlan(config) == vlan && (vlan || config->untagged);
}

bool svf_vfs_share_vlan(const struct svf_vf_config *a, const struct svf_vf_config *b)
{
	if (!a->has_trunk)
		return is_in_vlan(a, svf_home_vlan(a)) && is_in_vlan(b, svf_home_vlan(a));
	if (!b->has_trunk)
		return svf_vfs_share_vlan(b, a);
	for (unsigned int i = 0; i < SVF_TRUNK_WORDS; i++)
		if (a->trunk[i] & b->trunk[i] || a->trunk_8021ad[i] & b->trunk_8021ad[i])
			return true;
	return a->untagged && b->untagged;
}

static int add_dup(struct svf_vf_info *vf, const uint8_t mac[ETH_ALEN], unsigned int other)
{
	struct svf_vf_dup *dups = reallocarray(vf->dups, vf->n_dups + 1, sizeof(*dups));

	if (!dups)
		return -ENOMEM;
	vf->dups = dups;
	dups[vf->n_dups].vf = other;
	memcpy(dups[vf->n_dups++].mac, mac, ETH_ALEN);
	return 0;
}

static int find_shared(struct svf_vf_info *vf, const struct svf_vf_info *other)
{
	const struct svf_vf_config *config = &vf->config;
	int r = 0;

	if (svf_vf_owns(&other->config, config->mac))
		r = add_dup(vf, config->mac, other->vf);
	for (unsigned int i = 0; !r && i < config->n_macs; i++)
		if (memcmp(config->macs[i], config->mac, ETH_ALEN) != 0 &&
		    svf_vf_owns(&other->config, config->macs[i]))
			r = add_dup(vf, config->macs[i], other->vf);
	return r;
}

int svf_pf_info_find_dups(struct svf_pf_info *info)
{
	for (unsigned int i = 0; i < info->n_vfs; i++) {
		for (unsigned int j = 0; j < info->n_vfs; j++) {
			int r = 0;

			if (i != j &&
			    svf_vfs_share_vlan(&info->vfs[i].config, &info->vfs[j].config))
				r = find_shared(&info->vfs[i], &info->vfs[j]);
			if (r < 0)
				return r;
		}
	}
	return 0;
}
