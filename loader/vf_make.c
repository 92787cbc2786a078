// SPDX-License-Identifier: GPL-2.0-only
/* Making a VF of a PF that is up, and having the sorter forget it. */
#include "vf_make.h"

#include <errno.h>
#include <string.h>

#include "account_former.h"
#include "change.h"
#include "settings.h"
#include "shaper.h"
#include "vf_macs.h"
#include "vfinfo.h"

static int read_pf(const struct svf_open_pf *pf, struct svf_link *ret_link, struct svf_errmsg *err)
{
	int r = svf_link_get(pf->nl, SVF_NSID_SELF, pf->state.pf_ifindex, ret_link, NULL);

	return r < 0 ? svf_errmsg_set(err, r, "%s: the PF is gone: `svf-loader down %s` clears up",
				      pf->state.pf, pf->state.pf)
		     : 0;
}

/* --- making --- */

/* Where all VFs are shaped each has a class. */
static int add_class(struct svf_open_pf *pf, unsigned int vf, struct svf_errmsg *err)
{
	const struct svf_shaper_rates rates = {};
	struct svf_policy policy;
	uint32_t total;
	int r = svf_sorter_get_policy(pf->sorter, &policy);

	if (r < 0 || !policy.shape_all)
		return r;
	r = svf_change_total_rate(pf->state.pf, &policy, &total, err);
	return r < 0 ? r : svf_shaper_set_class(pf->nl, &policy, vf, &rates, total, err);
}

static int create(struct svf_open_pf *pf, unsigned int vf, struct svf_vf_config *ret_config,
		  struct svf_errmsg *err)
{
	const struct svf_link nobody = { .peer_nsid = SVF_NSID_SELF };
	struct svf_vf_spec spec = svf_vf_spec(&pf->state, pf->paths.label, vf);
	struct svf_link link;
	int r = read_pf(pf, &link, err);

	spec.mtu = link.mtu;
	if (!r)
		r = svf_vf_macs_restore(pf->nl, &link, vf, &nobody, spec.mac, err);
	if (!r)
		r = svf_vf_create(pf->nl, &spec, ret_config, err);
	if (!r)
		r = svf_settings_add_filter(pf->nl, &link, &pf->paths, &pf->state, spec.mac, err);
	return r;
}

int svf_vf_make(struct svf_open_pf *pf, unsigned int vf, struct svf_errmsg *err)
{
	struct svf_vf_set just_it = {};
	struct svf_vf_config config;
	int r;

	svf_vf_set_add(&just_it, vf);
	r = svf_vf_sweep(pf, &just_it, err);
	if (!r)
		r = svf_former_retire(pf->sorter, vf, pf->state.args.queues);
	if (!r)
		r = create(pf, vf, &config, err);
	if (!r)
		r = svf_vf_attach(pf->nl, pf->sorter, pf->state.pf, vf, &config, err);
	if (!r)
		r = svf_vf_publish(pf->sorter, pf->state.pf, vf, &config, err);
	if (!r)
		r = svf_sorter_join_vlan(pf->sorter, 0, vf);
	if (!r)
		r = add_class(pf, vf, err);
	return r < 0 ? svf_errmsg_set(err, r, "%s: vf %u: cannot make it: %s", pf->state.pf, vf,
				      strerror(-r))
		     : 0;
}

/* --- forgetting --- */

static void keep_first(int *first, int r)
{
	if (!*first && r < 0 && r != -ENOENT)
		*first = r;
}

static bool is_anybodys(const struct svf_open_pf *pf, const uint8_t mac[ETH_ALEN])
{
	struct svf_vf_config config;

	for (unsigned int vf = 0; vf < SVF_UP_MAX_VFS; vf++)
		if (!svf_sorter_get_vf(pf->sorter, vf, &config) && svf_vf_owns(&config, mac))
			return true;
	return false;
}

int svf_vf_drop_filters(struct svf_open_pf *pf, struct svf_errmsg *err)
{
	struct svf_link link;
	unsigned int i = 0;
	int first = 0;
	int r = read_pf(pf, &link, err);

	while (!r && i < pf->state.n_filters) {
		uint8_t mac[ETH_ALEN];

		memcpy(mac, pf->state.filters[i], ETH_ALEN);
		if (is_anybodys(pf, mac)) {
			i++;
			continue;
		}
		/* Another one is in its place then. */
		keep_first(&first, svf_settings_del_filter(pf->nl, &link, &pf->state, mac, err));
	}
	return r < 0 ? r : first;
}

/* Nothing is sent there any more: its configuration is gone. */
static int remove_class(struct svf_open_pf *pf, unsigned int vf, struct svf_errmsg *err)
{
	struct svf_policy policy;
	int r = svf_sorter_get_policy(pf->sorter, &policy);

	if (r < 0 || !policy.shape_all)
		return r;
	return svf_shaper_del_class(pf->nl, pf->sorter, &policy, vf, err);
}

/* What names the VF in the sorter. */
static int forget(struct svf_open_pf *pf, unsigned int vf, const struct svf_vf_config *config,
		  struct svf_errmsg *err)
{
	const struct svf_vf_config nothing = {};
	int first = 0;

	keep_first(&first, svf_sorter_leave_vlan(pf->sorter, 0, vf));
	keep_first(&first, svf_sorter_prune_fdb(pf->sorter, vf, &nothing));
	keep_first(&first, svf_sorter_del_vf(pf->sorter, vf));
	keep_first(&first, svf_sorter_del_port(pf->sorter, config->representor));
	keep_first(&first, svf_sorter_del_port(pf->sorter, config->ring_port));
	keep_first(&first, remove_class(pf, vf, err));
	keep_first(&first, svf_sorter_leave_groups(pf->sorter, vf));
	keep_first(&first, svf_sorter_del_rate(pf->sorter, vf));
	return first;
}

int svf_vf_unmake(struct svf_open_pf *pf, unsigned int vf, struct svf_errmsg *err)
{
	struct svf_vf_config config;
	int first = 0;
	int r = svf_sorter_get_vf(pf->sorter, vf, &config);

	if (r == -ENOENT)
		return 0;
	keep_first(&first, svf_state_save(&pf->paths, &pf->state, err));
	keep_first(&first, svf_change_clear(&pf->paths, pf->state.pf, vf, err));
	keep_first(&first, svf_state_load(&pf->paths, &pf->state, err)); /* filters have gone */
	keep_first(&first, forget(pf, vf, &config, err));
	return first < 0 ? svf_errmsg_set(err, first, "%s: vf %u: cannot remove it whole: %s",
					  pf->state.pf, vf, strerror(-first))
			 : 0;
}

/* --- leftovers --- */

struct sweep {
	const struct svf_open_pf *pf;
	const struct svf_vf_set *vfs;
	size_t count;
	int ifindexes[3 * SVF_UP_MAX_VFS];
};

static int find_ours(const struct svf_link *link, void *arg)
{
	struct sweep *sweep = arg;
	uint32_t generation;
	unsigned int vf;

	if ((svf_alias_parse(link->alias, sweep->pf->paths.label, &vf, &generation) ||
	     (sweep->pf->state.changing && svf_vf_is_half_made(link, sweep->pf->state.pf, &vf))) &&
	    svf_vf_set_has(sweep->vfs, vf) &&
	    sweep->count < sizeof(sweep->ifindexes) / sizeof(sweep->ifindexes[0]))
		sweep->ifindexes[sweep->count++] = link->ifindex;
	return 0;
}

int svf_vf_sweep(struct svf_open_pf *pf, const struct svf_vf_set *vfs, struct svf_errmsg *err)
{
	struct sweep sweep = { .pf = pf, .vfs = vfs };
	int first = svf_link_list(pf->nl, find_ours, &sweep, err);

	for (size_t i = 0; i < sweep.count; i++) {
		int r = svf_link_del(pf->nl, sweep.ifindexes[i], err);

		if (r < 0 && r != -ENODEV && !first) /* ENODEV: went with its peer */
			first = r;
	}
	return first;
}
