// SPDX-License-Identifier: GPL-2.0-only
/* state.json: written whole to a new file and renamed, so that a reader or a crash sees one
 * version. */
#include "state.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <svf/cleanup.h>

#include "macaddr.h"

#define STATE_FILE    "state.json"
#define STATE_TEMP    "state.json.new"
#define STATE_VERSION 2

SVF_DEFINE_CLEANUP(json, json_t *, json_decref(val_), NULL)

static json_t *args_to_json(const struct svf_up_args *args)
{
	return json_pack("{s:i, s:i, s:i, s:i, s:i, s:b, s:b, s:b}", "vfs", (int)args->vfs,
			 "max_vfs", (int)args->max_vfs, "lane", (int)args->lane, "queues",
			 (int)args->queues, "ring_size", (int)args->ring_size, "skb_mode",
			 args->skb_mode, "zero_copy", args->zero_copy, "engines_off",
			 args->engines_off);
}

static int args_from_json(json_t *json, struct svf_up_args *ret_args)
{
	int vfs, max_vfs, lane, queues, ring_size, skb_mode, zero_copy, engines_off = 0;

	if (json_unpack(json, "{s:i, s:i, s:i, s:i, s:i, s:b, s:b, s?b}", "vfs", &vfs, "max_vfs",
			&max_vfs, "lane", &lane, "queues", &queues, "ring_size", &ring_size,
			"skb_mode", &skb_mode, "zero_copy", &zero_copy, "engines_off",
			&engines_off) < 0)
		return -EINVAL;
	*ret_args = (struct svf_up_args){
		.vfs = vfs,
		.max_vfs = max_vfs,
		.lane = lane,
		.queues = queues,
		.ring_size = ring_size,
		.skb_mode = skb_mode,
		.zero_copy = zero_copy,
		.engines_off = engines_off,
	};
	return 0;
}

static json_t *before_to_json(const struct svf_pf_before *before)
{
	const struct svf_channels *ch = &before->channels;

	return json_pack("{s:b, s:b, s:b, s:b, s:b, s:b, s:b, s:b, s:b, s:[i,i,i,i,i,i]}", "rxvlan",
			 before->changed_rxvlan, "rxstag", before->changed_rxstag, "filter",
			 before->changed_filter, "lro", before->changed_lro, "gro_hw",
			 before->changed_gro_hw, "allmulti", before->changed_allmulti, "promisc",
			 before->changed_promisc, "channels_changed", before->changed_channels,
			 "clsact", before->made_clsact, "channels", (int)ch->rx, (int)ch->max_rx,
			 (int)ch->tx, (int)ch->max_tx, (int)ch->combined, (int)ch->max_combined);
}

static int before_from_json(json_t *json, struct svf_pf_before *ret_before)
{
	int rxvlan, rxstag, filter, lro, gro_hw, allmulti, promisc, changed, clsact;
	int rx, max_rx, tx, max_tx, combined, max_combined;

	if (json_unpack(json, "{s:b, s:b, s:b, s:b, s:b, s:b, s:b, s:b, s:b, s:[i,i,i,i,i,i]}",
			"rxvlan", &rxvlan, "rxstag", &rxstag, "filter", &filter, "lro", &lro,
			"gro_hw", &gro_hw, "allmulti", &allmulti, "promisc", &promisc,
			"channels_changed", &changed, "clsact", &clsact, "channels", &rx, &max_rx,
			&tx, &max_tx, &combined, &max_combined) < 0)
		return -EINVAL;
	*ret_before = (struct svf_pf_before){
		.changed_rxvlan = rxvlan,
		.changed_rxstag = rxstag,
		.changed_filter = filter,
		.changed_lro = lro,
		.changed_gro_hw = gro_hw,
		.changed_allmulti = allmulti,
		.changed_promisc = promisc,
		.changed_channels = changed,
		.channels = { rx, max_rx, tx, max_tx, combined, max_combined },
		.made_clsact = clsact,
	};
	return 0;
}

static json_t *filters_to_json(const struct svf_state *state)
{
	json_t *array = json_array();

	for (unsigned int i = 0; i < state->n_filters; i++) {
		char text[SVF_MAC_TEXT_MAX];

		svf_mac_format(text, state->filters[i]);
		(void)json_array_append_new(array, json_string(text));
	}
	return array;
}

static int filters_from_json(json_t *array, struct svf_state *state)
{
	size_t i;
	json_t *item;

	if (json_array_size(array) > SVF_FILTERS_MAX)
		return -EINVAL;
	json_array_foreach (array, i, item) {
		const char *text = json_string_value(item);

		if (!text || svf_mac_parse(text, state->filters[i]) < 0)
			return -EINVAL;
	}
	state->n_filters = json_array_size(array);
	return 0;
}

static json_t *vfs_to_json(const struct svf_vf_set *set)
{
	json_t *array = json_array();

	for (unsigned int vf = 0; vf < SVF_UP_MAX_VFS; vf++)
		if (svf_vf_set_has(set, vf))
			(void)json_array_append_new(array, json_integer(vf));
	return array;
}

static int vfs_from_json(json_t *array, struct svf_vf_set *ret_set)
{
	json_t *item;
	size_t i;

	json_array_foreach (array, i, item) {
		if (!json_is_integer(item) || json_integer_value(item) < 0 ||
		    json_integer_value(item) >= SVF_UP_MAX_VFS)
			return -EINVAL;
		svf_vf_set_add(ret_set, (unsigned int)json_integer_value(item));
	}
	return 0;
}

static json_t *state_to_json(const struct svf_state *state)
{
	return json_pack("{s:i, s:i, s:s, s:i, s:b, s:b, s:i, s:o, s:o, s:o, s:o}", "version",
			 STATE_VERSION, "abi", (int)(state->abi ? state->abi : SVF_ABI_VERSION),
			 "pf", state->pf, "pf_ifindex", state->pf_ifindex, "complete",
			 state->complete, "changing", state->changing, "frame_size",
			 (int)state->frame_size, "args", args_to_json(&state->args), "vfs",
			 vfs_to_json(&state->vfs), "before", before_to_json(&state->before),
			 "filters", filters_to_json(state));
}

int svf_state_save(const struct svf_paths *paths, const struct svf_state *state,
		   struct svf_errmsg *err)
{
	char path[SVF_PATH_MAX], temp[SVF_PATH_MAX];
	svf_cleanup(json) json_t *json = state_to_json(state);
	int r = 0;

	if (!json)
		return svf_errmsg_set(err, -ENOMEM, "%s: cannot save state: out of memory",
				      paths->label);
	if (svf_path_join(path, paths->run, STATE_FILE) < 0 ||
	    svf_path_join(temp, paths->run, STATE_TEMP) < 0)
		return svf_errmsg_set(err, -ENAMETOOLONG, "%s: cannot save state: name too long",
				      paths->label);
	/* The directory is there: the lock is in it. */
	errno = 0;
	if (json_dump_file(json, temp, JSON_INDENT(2)) < 0 || rename(temp, path) < 0) {
		r = errno ? -errno : -EIO;
		(void)unlink(temp);
		return svf_errmsg_set(err, r, "%s: cannot write %s: %s", paths->label, path,
				      strerror(-r));
	}
	return 0;
}

static int state_from_json(json_t *json, struct svf_state *ret_state)
{
	json_t *args, *vfs, *before, *filters;
	int version, ifindex, complete, changing, frame_size, abi = 0, r;
	const char *pf;

	*ret_state = (struct svf_state){};
	if (json_unpack(json, "{s:i, s?i, s:s, s:i, s:b, s:b, s:i, s:o, s:o, s:o, s:o}", "version",
			&version, "abi", &abi, "pf", &pf, "pf_ifindex", &ifindex, "complete",
			&complete, "changing", &changing, "frame_size", &frame_size, "args", &args,
			"vfs", &vfs, "before", &before, "filters", &filters) < 0)
		return -EINVAL;
	if (version != STATE_VERSION || strlen(pf) >= sizeof(ret_state->pf))
		return -EINVAL;
	(void)snprintf(ret_state->pf, sizeof(ret_state->pf), "%s", pf);
	ret_state->abi = (unsigned int)abi;
	ret_state->pf_ifindex = ifindex;
	ret_state->complete = complete;
	ret_state->changing = changing;
	ret_state->frame_size = frame_size;
	r = args_from_json(args, &ret_state->args);
	if (!r)
		r = vfs_from_json(vfs, &ret_state->vfs);
	if (!r)
		r = before_from_json(before, &ret_state->before);
	return r < 0 ? r : filters_from_json(filters, ret_state);
}

int svf_state_load(const struct svf_paths *paths, struct svf_state *ret_state,
		   struct svf_errmsg *err)
{
	char path[SVF_PATH_MAX];
	json_error_t error;
	int r = svf_path_join(path, paths->run, STATE_FILE);

	if (r < 0)
		return r;
	if (access(path, F_OK) < 0)
		return -errno;
	svf_cleanup(json) json_t *json = json_load_file(path, 0, &error);
	if (!json)
		return svf_errmsg_set(err, -EBADMSG, "%s: cannot read %s: %s", paths->label, path,
				      error.text);
	r = state_from_json(json, ret_state);
	if (r < 0)
		return svf_errmsg_set(err, -EBADMSG, "%s: %s is not a state file of this version",
				      paths->label, path);
	return 0;
}

void svf_state_remove(const struct svf_paths *paths)
{
	/* of stats_reset.c and account_base.c: they mean nothing without this sorter */
	static const char *const others[] = { "reset.json", "reset.json.new", "account.json",
					      "account.json.new" };
	char path[SVF_PATH_MAX];

	if (!svf_path_join(path, paths->run, STATE_FILE))
		(void)unlink(path);
	if (!svf_path_join(path, paths->run, STATE_TEMP))
		(void)unlink(path);
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (!svf_path_join(path, paths->run, others[i]))
			(void)unlink(path);
}

void svf_state_tidy(const struct svf_paths *paths)
{
	static const char *const files[] = { "agent.pid", "daemon.pid", "lock" };
	char path[SVF_PATH_MAX];

	if (svf_path_join(path, paths->run, STATE_FILE) < 0 || !access(path, F_OK))
		return;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		if (!svf_path_join(path, paths->run, files[i]))
			(void)unlink(path);
	(void)rmdir(paths->run);
	(void)rmdir(SVF_RUN_ROOT); /* goes with the last PF */
}
