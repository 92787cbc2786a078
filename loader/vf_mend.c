// SPDX-License-Identifier: GPL-2.0-only
/*
 * A VF whose netdevs somebody deleted - the tenant, the end of a namespace, the host's root - gets
 * new ones in our namespace. Its configuration is the sorter's and stays; what the container had
 * set (addresses, name, routes) went with the netdev.
 */
#include <errno.h>
#include <string.h>

#include "account_former.h"
#include "change.h"
#include "qdisc.h"
#include "settings.h"
#include "vf_make.h"

/* Whether the netdev is there, and the VF's: its number may be another's by now. */
static int is_there(const struct svf_open_pf *pf, unsigned int vf, uint32_t ifindex,
		    bool *ret_there)
{
	struct svf_link link;
	uint32_t generation;
	unsigned int owner;
	int r = ifindex ? svf_link_get(pf->nl, SVF_NSID_SELF, (int)ifindex, &link, NULL) : -ENODEV;

	*ret_there = !r && svf_alias_parse(link.alias, pf->paths.label, &owner, &generation) &&
		     owner == vf;
	return r == -ENODEV ? 0 : r;
}

int svf_vf_find_lack(const struct svf_open_pf *pf, unsigned int vf, unsigned int *ret_lack)
{
	const bool rings = pf->state.args.lane == SVF_LANE_AFXDP;
	bool pair = false, port = !rings;
	struct svf_vf_config config;
	int r = svf_sorter_get_vf(pf->sorter, vf, &config);

	if (!r)
		r = is_there(pf, vf, config.representor, &pair);
	if (!r && rings)
		r = is_there(pf, vf, config.ring_port, &port);
	*ret_lack = (pair ? 0 : SVF_VF_LACKS_PAIR) | (port ? 0 : SVF_VF_LACKS_RING_PORT);
	return r;
}

/* --- the parts --- */

static struct svf_vf_spec spec_of(const struct svf_open_pf *pf, unsigned int vf,
				  const struct svf_vf_config *config)
{
	struct svf_vf_spec spec = svf_vf_spec(&pf->state, pf->paths.label, vf);

	spec.mtu = config->mtu;
	memcpy(spec.mac, config->mac, ETH_ALEN);
	return spec;
}

/* A `reset` that was killed has only made the sorter forget which they are. */
static bool adopt_pair(const struct svf_open_pf *pf, unsigned int vf, struct svf_vf_config *config)
{
	struct svf_name name;
	struct svf_link link;
	bool there = false;

	svf_name_format(&name, pf->state.pf, SVF_NAME_REPRESENTOR, vf);
	if (config->representor || svf_link_get_by_name(pf->nl, name.name, &link, NULL) < 0 ||
	    is_there(pf, vf, (uint32_t)link.ifindex, &there) < 0 || !there)
		return false;
	config->representor = (uint32_t)link.ifindex;
	return true;
}

static int make_pair(struct svf_open_pf *pf, unsigned int vf, struct svf_vf_config *config,
		     struct svf_errmsg *err)
{
	const struct svf_vf_spec spec = spec_of(pf, vf, config);
	int r;

	if (adopt_pair(pf, vf, config))
		return 0;
	r = svf_former_begin_pair(pf->nl, pf->sorter, vf);
	return r < 0 ? r : svf_vf_create_pair(pf->nl, &spec, config, err);
}

static int make_ring_port(struct svf_open_pf *pf, unsigned int vf, struct svf_vf_config *config,
			  struct svf_errmsg *err)
{
	const struct svf_vf_spec spec = spec_of(pf, vf, config);
	struct svf_name name;
	struct svf_link link;
	bool ours = false;
	int r = svf_former_begin_port(pf->nl, pf->sorter, vf, pf->state.args.queues);

	/* One that who was killed had made and not yet told the sorter of. */
	svf_name_format(&name, pf->state.pf, SVF_NAME_RING_PORT, vf);
	if (!r && !svf_link_get_by_name(pf->nl, name.name, &link, NULL) &&
	    !is_there(pf, vf, (uint32_t)link.ifindex, &ours) && ours)
		r = svf_link_del(pf->nl, link.ifindex, err);
	return r < 0 ? r : svf_vf_create_ring_port(pf->nl, &spec, config, err);
}

static int limit_rate(struct svf_open_pf *pf, unsigned int vf, const struct svf_vf_config *config,
		      struct svf_errmsg *err)
{
	struct svf_name name;

	if (!config->max_rx_rate)
		return 0;
	svf_name_format(&name, pf->state.pf, SVF_NAME_REPRESENTOR, vf);
	return svf_qdisc_set_tbf(pf->nl, name.name, (int)config->representor, config->max_rx_rate,
				 svf_change_rx_burst(config), err);
}

/* Its link first: a representor that the sorter knows, and that is down, was set so by the admin.
 */
static int publish(struct svf_open_pf *pf, unsigned int vf, const struct svf_vf_config *old,
		   const struct svf_vf_config *new, struct svf_errmsg *err)
{
	struct svf_pf_config facts;
	int r = svf_sorter_get_pf(pf->sorter, &facts);

	if (!r)
		r = svf_vf_link_up(pf->nl, pf->state.pf, vf, new, facts.carrier, err);
	if (!r)
		r = svf_vf_publish(pf->sorter, pf->state.pf, vf, new, err);
	if (!r && old->representor && old->representor != new->representor)
		(void)svf_sorter_del_port(pf->sorter, old->representor);
	if (!r && old->ring_port && old->ring_port != new->ring_port)
		(void)svf_sorter_del_port(pf->sorter, old->ring_port);
	return r;
}

/* Frames for it are drops from now on, not deliveries to a number that may become another's. */
static void cut_off(struct svf_open_pf *pf, unsigned int vf, const struct svf_vf_config *old)
{
	struct svf_vf_config config = *old;

	if (!config.representor)
		return;
	config.representor = 0;
	config.generation++;
	if (!svf_sorter_set_vf(pf->sorter, vf, &config))
		(void)svf_sorter_del_port(pf->sorter, old->representor);
}

int svf_vf_mend(struct svf_open_pf *pf, unsigned int vf, unsigned int lack, struct svf_errmsg *err)
{
	struct svf_vf_config old, new;
	int r = svf_sorter_get_vf(pf->sorter, vf, &old);

	if (r < 0)
		return r;
	if (lack & SVF_VF_LACKS_PAIR)
		cut_off(pf, vf, &old);
	new = old;
	new.generation += 2;
	if (lack & SVF_VF_LACKS_PAIR)
		r = make_pair(pf, vf, &new, err);
	if (!r && lack & SVF_VF_LACKS_RING_PORT)
		r = make_ring_port(pf, vf, &new, err);
	if (!r)
		r = svf_vf_attach(pf->nl, pf->sorter, pf->state.pf, vf, &new, err);
	if (!r)
		r = limit_rate(pf, vf, &new, err);
	if (!r)
		r = publish(pf, vf, &old, &new, err);
	return r < 0 ? svf_errmsg_set(err, r, "%s: vf %u: cannot make its netdevs anew: %s",
				      pf->state.pf, vf, strerror(-r))
		     : 0;
}

int svf_vf_settle(struct svf_open_pf *pf, unsigned int vf, struct svf_errmsg *err)
{
	struct svf_vf_config config;
	struct svf_link link;
	int r = svf_sorter_get_vf(pf->sorter, vf, &config);

	if (!r)
		r = svf_link_get(pf->nl, SVF_NSID_SELF, pf->state.pf_ifindex, &link, err);
	if (!r)
		r = svf_settings_add_filter(pf->nl, &link, &pf->paths, &pf->state, config.mac, err);
	if (!r)
		r = svf_sorter_join_vlan(pf->sorter, svf_home_vlan(&config), vf);
	if (!r)
		r = svf_vf_attach(pf->nl, pf->sorter, pf->state.pf, vf, &config, err);
	if (!r) /* also its place in the indexes, and its link */
		r = publish(pf, vf, &config, &config, err);
	return r;
}
