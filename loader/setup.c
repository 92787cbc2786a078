// SPDX-License-Identifier: GPL-2.0-only
/* A PF's setup: read from what is, and as JSON. Reads without the PF's lock; who wants one version
 * of it holds that. */
#include "setup.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "pf_open.h"
#include "preflight.h"
#include "vf_macs.h"
#include "vfinfo.h"

struct svf_setup *svf_setup_free(struct svf_setup *setup)
{
	if (setup)
		free(setup->all);
	free(setup);
	return NULL;
}

void svf_setup_default_vf(const struct svf_setup *setup, struct svf_vf_config *ret_config)
{
	*ret_config = (struct svf_vf_config){};
	svf_attributes_reset_vf(ret_config, setup->mtu);
}

int svf_setup_new(struct svf_setup **ret_setup, const char *pf, unsigned int mtu)
{
	svf_cleanup(setup) struct svf_setup *setup = calloc(1, sizeof(*setup));
	if (!setup)
		return -ENOMEM;
	setup->all = calloc(SVF_UP_MAX_VFS, sizeof(*setup->all));
	if (!setup->all)
		return -ENOMEM;
	(void)snprintf(setup->pf, sizeof(setup->pf), "%s", pf);
	(void)snprintf(setup->netdev, sizeof(setup->netdev), "%s", pf);
	setup->mtu = mtu;
	setup->args.lane = SVF_LANE_AFXDP;
	svf_attributes_reset_pf(&setup->policy);
	for (unsigned int vf = 0; vf < SVF_UP_MAX_VFS; vf++)
		svf_setup_default_vf(setup, &setup->all[vf]);
	*ret_setup = TAKE_PTR(setup);
	return 0;
}

/* --- what is --- */

static int read_vf(struct svf_setup *setup, const struct svf_open_pf *pf,
		   const struct svf_link *link, unsigned int vf, struct svf_errmsg *err)
{
	struct svf_vf_config *config = &setup->all[vf];
	struct svf_link representor = {};
	bool stable;
	int r = svf_sorter_get_vf(pf->sorter, vf, config);

	if (!r && svf_link_get(pf->nl, SVF_NSID_SELF, (int)config->representor, &representor, NULL))
		representor = (struct svf_link){};
	if (!r)
		r = svf_vf_macs_is_stable(pf->nl, link, vf, &representor, config->mac, &stable,
					  err);
	if (!r && stable)
		memset(config->mac, 0, ETH_ALEN);
	return r < 0 ? svf_errmsg_set(err, r, "%s: vf %u: cannot read its configuration: %s",
				      setup->pf, vf, strerror(-r))
		     : 0;
}

static void take_args(struct svf_setup *setup, const struct svf_state *state)
{
	const bool rings = state->args.lane == SVF_LANE_AFXDP;
	struct svf_up_args *args = &setup->args;

	*args = state->args;
	args->has_lane = args->has_max_vfs = true;
	args->has_queues = args->has_ring_size = args->has_xdp_mode = args->has_engines = rings;
	args->has_zero_copy = rings && args->zero_copy;
	if (rings && setup->mtu > svf_frame_max_mtu(state->frame_size))
		setup->mtu = svf_frame_max_mtu(state->frame_size);
}

static int read_up(struct svf_setup *setup, const struct svf_link *link, struct svf_errmsg *err)
{
	struct svf_open_pf pf;
	int r = svf_open_pf_init(&pf, setup->pf, err);

	if (!r && pf.state.changing)
		r = svf_errmsg_exit_set(
			err, SVF_EXIT_BUSY, -EBUSY,
			"%s: a change of its VFs was cut short: `svf-loader up %s --vfs %u` ends it",
			setup->pf, setup->pf, svf_vf_set_count(&pf.state.vfs));
	if (!r)
		r = svf_sorter_get_policy(pf.sorter, &setup->policy);
	if (!r) {
		setup->up = true;
		setup->vfs = pf.state.vfs;
		take_args(setup, &pf.state);
	}
	for (unsigned int vf = 0; vf < SVF_UP_MAX_VFS && !r; vf++) {
		svf_setup_default_vf(setup, &setup->all[vf]);
		if (svf_vf_set_has(&setup->vfs, vf))
			r = read_vf(setup, &pf, link, vf, err);
	}
	svf_open_pf_done(&pf);
	return r;
}

/* By its name; where that is gone, by the number on record: it may have been renamed. */
static int find_link(const char *pf, const struct svf_state *state, struct svf_link *ret_link,
		     struct svf_errmsg *err)
{
	svf_cleanup(nl) struct svf_nl *nl = NULL;
	int r = svf_nl_new(&nl, err);

	if (r < 0)
		return r;
	r = svf_link_get_by_name(nl, pf, ret_link, NULL);
	if (r == -ENODEV && state->complete)
		r = svf_link_get(nl, SVF_NSID_SELF, state->pf_ifindex, ret_link, NULL);
	return r < 0 ? svf_errmsg_set(err, r, "%s: no such netdev", pf) : 0;
}

int svf_setup_read(struct svf_setup **ret_setup, const char *pf, struct svf_errmsg *err)
{
	svf_cleanup(setup) struct svf_setup *setup = NULL;
	struct svf_state state = {};
	struct svf_paths paths;
	struct svf_link link;
	bool known;
	int r = svf_paths_init(&paths, pf);

	if (!r)
		r = svf_state_load(&paths, &state, err);
	known = !r;
	if (r == -ENOENT)
		r = 0;
	if (!r)
		r = find_link(pf, &state, &link, err);
	if (!r)
		r = svf_setup_new(&setup, pf, link.mtu);
	if (r < 0)
		return svf_errmsg_set(err, r, "%s: cannot read its setup: %s", pf, strerror(-r));
	memcpy(setup->netdev, link.name, sizeof(setup->netdev));
	setup->remains = known && !(state.complete && state.pf_ifindex == link.ifindex);
	if (!known)
		r = svf_pf_check_name(pf, link.ifindex, err);
	else if (!setup->remains)
		r = read_up(setup, &link, err);
	if (r < 0)
		return r;
	*ret_setup = TAKE_PTR(setup);
	return 0;
}

/* --- JSON --- */

static int add_options(json_t *json, const struct svf_setup *setup)
{
	for (size_t i = 0; i < SVF_N_SETUP_OPTIONS; i++) {
		const struct svf_setup_option *option = &svf_setup_options[i];
		char key[SVF_SETUP_KEY_MAX];
		json_t *value;

		if (option->rings && setup->args.lane != SVF_LANE_AFXDP)
			continue;
		value = svf_setup_option_json(option, &setup->args);
		if (json_is_false(value))
			continue;
		if (json_object_set_new(json, svf_setup_option_key(option, key), value) < 0)
			return -ENOMEM;
	}
	return 0;
}

/* With holes in their numbers all are listed, else those that have something set. */
static json_t *vfs_to_json(const struct svf_setup *setup, bool all)
{
	svf_cleanup(json) json_t *array = json_array();
	struct svf_vf_config defaults;

	svf_setup_default_vf(setup, &defaults);
	for (unsigned int vf = 0; array && vf < SVF_UP_MAX_VFS; vf++) {
		svf_cleanup(json) json_t *json = json_pack("{s:i}", "vf", (int)vf);

		if (!json)
			return NULL;
		if (!svf_vf_set_has(&setup->vfs, vf))
			continue;
		if (svf_attributes_add_set(json, svf_vf_attributes, SVF_N_VF_ATTRIBUTES,
					   &setup->all[vf], &defaults) < 0)
			return NULL;
		if ((all || json_object_size(json) > 1) && json_array_append(array, json) < 0)
			return NULL;
	}
	return TAKE_PTR(array);
}

static int add_up(json_t *json, const struct svf_setup *setup)
{
	const unsigned int count = svf_vf_set_count(&setup->vfs);
	const bool holes = count != svf_vf_set_limit(&setup->vfs);
	struct svf_policy defaults = {};

	svf_attributes_reset_pf(&defaults);
	if (!holes && json_object_set_new(json, "numvfs", json_integer(count)) < 0)
		return -ENOMEM;
	if (add_options(json, setup) < 0 ||
	    svf_attributes_add_set(json, svf_pf_attributes, SVF_N_PF_ATTRIBUTES, &setup->policy,
				   &defaults) < 0)
		return -ENOMEM;
	return json_object_set_new(json, "vfs", vfs_to_json(setup, holes)) < 0 ? -ENOMEM : 0;
}

json_t *svf_setup_to_json(const struct svf_setup *setup)
{
	svf_cleanup(json) json_t *json = json_pack("{s:s}", "ifname", setup->pf);

	if (!json)
		return NULL;
	if (!setup->up)
		return json_object_set_new(json, "up", json_false()) < 0 ? NULL : TAKE_PTR(json);
	return add_up(json, setup) < 0 ? NULL : TAKE_PTR(json);
}

json_t *svf_setups_to_json(json_t *pfs)
{
	return json_pack("{s:i, s:o}", "version", SVF_DOCUMENT_VERSION, "pfs", pfs);
}
