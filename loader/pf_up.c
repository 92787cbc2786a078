// SPDX-License-Identifier: GPL-2.0-only
/*
 * `up`: from nothing to running, or all the way back. Each step leaves the kernel in a state that
 * svf_pf_down() can take apart, so one label is the whole unwinding.
 */
#include "pf.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <svf/cleanup.h>

#include "account.h"
#include "attribute.h"
#include "daemon.h"
#include "interrupt.h"
#include "labels.h"
#include "link.h"
#include "pidfile.h"
#include "preflight.h"
#include "progress.h"
#include "settings.h"
#include "shaper.h"
#include "sorter.h"
#include "tc.h"
#include "vf.h"
#include "vf_macs.h"
#include "vfinfo.h"
#include "vfs.h"

/* Everything one `up` works with. */
struct up {
	const char *name;
	const struct svf_paths *paths;
	struct svf_nl *nl;	   /* owned */
	struct svf_sorter *sorter; /* owned */
	struct svf_link pf;
	struct svf_state state;
	struct svf_vf_config *vfs; /* owned; state.args.vfs of them */
	struct svf_settings_text said;
	char ready[128]; /* the agent's line */
};

static void up_done(struct up *up)
{
	up->nl = svf_nl_free(up->nl);
	up->sorter = svf_sorter_free(up->sorter);
	free(up->vfs);
	up->vfs = NULL;
}

/* --- the steps, in their order --- */

static int load_sorter(struct up *up, struct svf_errmsg *err)
{
	const struct svf_up_args *args = &up->state.args;
	const struct svf_sorter_params params = {
		.pf_ifindex = up->pf.ifindex,
		.queues = args->queues,
		.max_vfs = SVF_UP_MAX_VFS, /* numvfs may go beyond max_vfs */
		.skb_mode = args->skb_mode,
	};
	struct svf_pf_config pf = {
		.ifindex = up->pf.ifindex,
		.vfs = args->vfs,
		.mtu = up->pf.mtu,
		.carrier = svf_link_is_up(&up->pf),
	};
	struct svf_policy policy = {};
	int r = svf_sorter_new(&up->sorter, &params, err);

	if (r < 0)
		return r;
	memcpy(pf.mac, up->pf.mac, ETH_ALEN);
	svf_attributes_reset_pf(&policy);
	r = svf_sorter_set_pf(up->sorter, &pf);
	if (!r)
		r = svf_sorter_set_policy(up->sorter, &policy);
	if (r < 0)
		return svf_errmsg_set(err, r, "%s: cannot fill the sorter's maps: %s", up->name,
				      strerror(-r));
	return svf_sorter_pin(up->sorter, up->paths, err);
}

static int make_shaper(struct up *up, struct svf_errmsg *err)
{
	struct svf_policy policy;
	int r = svf_sorter_get_policy(up->sorter, &policy);

	if (!r)
		r = svf_shaper_new(up->nl, up->sorter, up->name, up->paths->label, &policy, err);
	if (!r)
		r = svf_sorter_set_policy(up->sorter, &policy);
	return r < 0 ? svf_errmsg_set(err, r, "%s: cannot make its shaper: %s", up->name,
				      strerror(-r))
		     : 0;
}

static int apply_settings(struct up *up, struct svf_errmsg *err)
{
	int r = svf_settings_apply(up->nl, &up->pf, &up->state, &up->said, err);

	if (r < 0)
		return svf_errmsg_set(err, r, "%s: cannot change its settings: %s", up->name,
				      strerror(-r));
	return 0;
}

static int create_vfs(struct up *up, struct svf_errmsg *err)
{
	const struct svf_up_args *args = &up->state.args;
	struct svf_vf_spec spec = svf_vf_spec(&up->state, up->paths->label, 0);
	int r = 0;

	spec.mtu = up->pf.mtu;
	for (spec.vf = 0; spec.vf < args->vfs && !r; spec.vf++) {
		memcpy(spec.mac, up->state.filters[spec.vf], ETH_ALEN);
		r = svf_interrupt_check(up->name, err);
		if (!r)
			r = svf_vf_create(up->nl, &spec, &up->vfs[spec.vf], err);
		if (!r)
			r = svf_vf_publish(up->sorter, up->name, spec.vf, &up->vfs[spec.vf], err);
		svf_progress_count(up->name, "making VFs", spec.vf + 1, args->vfs);
	}
	if (!r)
		r = svf_sorter_fill_vlan(up->sorter, 0, args->vfs);
	return r < 0 ? svf_errmsg_set(err, r, "%s: cannot make its VFs: %s", up->name, strerror(-r))
		     : 0;
}

static int add_filters(struct up *up, struct svf_errmsg *err)
{
	up->state.n_filters = up->state.args.vfs;
	return svf_settings_add_filters(up->nl, &up->pf, up->paths, &up->state, &up->said, err);
}

static int attach_vfs(struct up *up, struct svf_errmsg *err)
{
	int r = 0;

	for (unsigned int vf = 0; vf < up->state.args.vfs && !r; vf++) {
		r = svf_interrupt_check(up->name, err);
		if (!r)
			r = svf_vf_attach(up->nl, up->sorter, up->name, vf, &up->vfs[vf], err);
		if (!r)
			r = svf_vf_link_up(up->nl, up->name, vf, &up->vfs[vf],
					   svf_link_is_up(&up->pf), err);
		svf_progress_count(up->name, "attaching VFs", vf + 1, up->state.args.vfs);
	}
	return r;
}

static int attach_programs(struct up *up, struct svf_errmsg *err)
{
	const int in = svf_sorter_program_fd(up->sorter, SVF_PROGRAM_WIRE_TC);
	const int out = svf_sorter_program_fd(up->sorter, SVF_PROGRAM_HOST_TC);
	bool made;
	int r = svf_tc_has_clsact(up->nl, up->name, up->pf.ifindex, &made, err);

	if (r < 0)
		return r;
	if (!made) /* once ours, always ours, also when attached again */
		up->state.before.made_clsact = true;
	r = svf_state_save(up->paths, &up->state, err);
	if (!r)
		r = svf_tc_add_clsact(up->nl, up->name, up->pf.ifindex, &made, err);
	if (!r)
		r = svf_tc_attach(up->nl, up->name, up->pf.ifindex, SVF_TC_INGRESS, in,
				  svf_program_name(SVF_PROGRAM_WIRE_TC), err);
	if (!r)
		r = svf_tc_attach(up->nl, up->name, up->pf.ifindex, SVF_TC_EGRESS, out,
				  svf_program_name(SVF_PROGRAM_HOST_TC), err);
	if (!r && up->state.args.lane == SVF_LANE_AFXDP)
		r = svf_sorter_attach_xdp(up->sorter, up->paths, up->name, up->pf.ifindex,
					  up->state.args.skb_mode, err);
	return r;
}

/* Where the PF's own counters stand is kept for `stats --check`; if it cannot be, that takes a
 * moment of rest of its own. */
static int attach_pf(struct up *up, struct svf_errmsg *err)
{
	struct svf_account_base before, after;
	int known = svf_account_base_read(&before, up->nl, up->sorter, &up->state);
	int r = attach_programs(up, err);

	if (!r && !known && !svf_account_base_read(&after, up->nl, up->sorter, &up->state))
		(void)svf_account_base_save(up->paths, &before, &after);
	return r;
}

static int start_daemon(struct up *up, struct svf_errmsg *err)
{
	svf_progress_say(up->name, "waiting for its daemon and agent");
	return svf_daemon_start(up->name, up->ready, sizeof(up->ready), err);
}

static int complete(struct up *up, struct svf_errmsg *err)
{
	up->state.complete = true;
	return svf_state_save(up->paths, &up->state, err);
}

static int build(struct up *up, struct svf_errmsg *err)
{
	static int (*const steps[])(struct up *, struct svf_errmsg *) = {
		load_sorter, apply_settings, make_shaper,  create_vfs, add_filters,
		attach_vfs,  attach_pf,	     start_daemon, complete,
	};
	int r = svf_state_save(up->paths, &up->state, err);

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]) && !r; i++) {
		r = svf_interrupt_check(up->name, err);
		if (!r)
			r = steps[i](up, err);
	}
	svf_progress_end();
	return r < 0 ? r : svf_interrupt_check(up->name, err);
}

/* --- running already --- */

static int refuse_difference(const char *pf, const char *option, const char *has, const char *asked,
			     struct svf_errmsg *err)
{
	return svf_errmsg_exit_set(err, SVF_EXIT_BUSY, -EBUSY,
				   "%s: is up with %s %s, not %s: `svf-loader down %s` first", pf,
				   option, has, asked, pf);
}

static int compare_numbers(const char *pf, const struct svf_up_args *has,
			   const struct svf_up_args *asked, struct svf_errmsg *err)
{
	const struct {
		const char *option;
		bool given;
		unsigned int has, asked;
	} numbers[] = {
		{ "--max-vfs", asked->has_max_vfs, has->max_vfs, asked->max_vfs },
		{ "--queues", asked->has_queues, has->queues, asked->queues },
		{ "--ring-size", asked->has_ring_size, has->ring_size, asked->ring_size },
	};

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		char left[16], right[16];

		if (!numbers[i].given || numbers[i].has == numbers[i].asked)
			continue;
		(void)snprintf(left, sizeof(left), "%u", numbers[i].has);
		(void)snprintf(right, sizeof(right), "%u", numbers[i].asked);
		return refuse_difference(pf, numbers[i].option, left, right, err);
	}
	return 0;
}

static int compare_args(const char *pf, const struct svf_state *state,
			const struct svf_up_args *asked, struct svf_errmsg *err)
{
	const struct svf_up_args *has = &state->args;
	const unsigned int vfs = svf_vf_set_count(&state->vfs);
	int r = compare_numbers(pf, has, asked, err);

	if (r < 0)
		return r;
	if (asked->vfs != vfs)
		return svf_errmsg_exit_set(
			err, SVF_EXIT_BUSY, -EBUSY,
			"%s: is up with --vfs %u, not %u: `svf-loader numvfs %s %u` changes that",
			pf, vfs, asked->vfs, pf, asked->vfs);
	if (asked->has_lane && asked->lane != has->lane)
		return refuse_difference(pf, "--lane", svf_lane_name(has->lane),
					 svf_lane_name(asked->lane), err);
	if (asked->has_xdp_mode && asked->skb_mode != has->skb_mode)
		return refuse_difference(pf, "--xdp-mode", has->skb_mode ? "skb" : "native",
					 asked->skb_mode ? "skb" : "native", err);
	if (asked->has_zero_copy && asked->zero_copy != has->zero_copy)
		return refuse_difference(pf, "--zero-copy", "off", "on", err);
	if (asked->has_engines && asked->engines_off != has->engines_off)
		return refuse_difference(pf, "--engines", has->engines_off ? "off" : "on",
					 asked->engines_off ? "off" : "on", err);
	return 0;
}

/* Attaches again what somebody took off the PF. */
static int repair_hooks(struct up *up, bool *ret_repaired, struct svf_errmsg *err)
{
	const bool rings = up->state.args.lane == SVF_LANE_AFXDP;
	uint32_t in = 0, out = 0;
	int r = svf_tc_get(up->nl, up->pf.name, up->pf.ifindex, SVF_TC_INGRESS, &in, err);

	if (!r)
		r = svf_tc_get(up->nl, up->pf.name, up->pf.ifindex, SVF_TC_EGRESS, &out, err);
	if (r < 0 || (in && out && (!rings || up->pf.xdp_prog_id)))
		return r;
	*ret_repaired = true;
	r = svf_sorter_open(&up->sorter, up->paths, err);
	if (!r && rings)
		r = svf_sorter_detach_xdp(up->paths);
	return r < 0 ? r : attach_pf(up, err);
}

/* VFs whose netdevs were deleted, and changes of VFs that were cut short. */
static int repair_vfs(struct up *up, struct svf_vfs_repair *ret_repair, struct svf_errmsg *err)
{
	struct svf_open_pf pf = { .paths = *up->paths, .state = up->state, .nl = up->nl };
	int r = up->sorter ? 0 : svf_sorter_open(&up->sorter, up->paths, err);

	pf.sorter = up->sorter;
	if (!r)
		r = svf_vfs_repair(&pf, ret_repair, err);
	up->state = pf.state;
	return r;
}

/* The PF daemon is dead, or the agent where there should be one. */
static bool is_dead(const struct up *up)
{
	const bool rings =
		up->state.args.lane == SVF_LANE_AFXDP && svf_vf_set_count(&up->state.vfs);
	char agent[SVF_PATH_MAX], keeper[SVF_PATH_MAX];

	return svf_path_join(keeper, up->paths->run, "daemon.pid") < 0 ||
	       svf_path_join(agent, up->paths->run, "agent.pid") < 0 ||
	       !svf_pidfile_holder(keeper) || (rings && !svf_pidfile_holder(agent));
}

static int revive(struct up *up, struct svf_errmsg *err)
{
	int r = svf_daemon_stop(up->paths, err);

	return r < 0 ? r : start_daemon(up, err);
}

/* --- up --- */

static void report(const struct up *up, struct svf_up_report *ret_report)
{
	char path[SVF_PATH_MAX];
	struct svf_name name;
	struct svf_link pf;
	int zero_copy = 0;

	(void)snprintf(ret_report->settings, sizeof(ret_report->settings), "%s", up->said.text);
	ret_report->xdp_mode = "none";
	if (!svf_link_get(up->nl, SVF_NSID_SELF, up->pf.ifindex, &pf, NULL))
		ret_report->xdp_mode = svf_xdp_mode_name(pf.xdp_mode);
	(void)sscanf(up->ready, "ready xdp=%*s zero_copy=%d memory=%" SCNu64, &zero_copy,
		     &ret_report->memory_bytes);
	ret_report->zero_copy = zero_copy;
	if (!svf_path_join(path, up->paths->run, "agent.pid"))
		ret_report->agent_pid = svf_pidfile_holder(path);
	ret_report->state = up->state;
	svf_name_format(&name, up->name, SVF_NAME_VF, 0);
	(void)snprintf(ret_report->first_vf, sizeof(ret_report->first_vf), "%s", name.name);
}

static int start_from_nothing(struct up *up, const struct svf_up_args *args, struct svf_errmsg *err)
{
	int r = svf_preflight(up->nl, &up->pf, args, &up->state, &up->said, err);

	if (!r)
		r = svf_settings_plan(&up->pf, &up->state, err);
	if (!r)
		/* None is a filter of the PF yet, so n_filters stays 0. */
		r = svf_vf_macs_choose(up->nl, &up->pf, up->state.args.vfs, up->state.filters, err);
	if (r < 0)
		return r;
	up->vfs = calloc(up->state.args.vfs, sizeof(*up->vfs));
	if (!up->vfs)
		return svf_errmsg_set(err, -ENOMEM, "%s: out of memory", up->name);
	svf_vf_set_resize(&up->state.vfs, up->state.args.vfs);
	r = build(up, err);
	if (r < 0)
		(void)svf_pf_down(up->name, up->paths, NULL);
	return r;
}

static int converge(struct up *up, const struct svf_up_args *args, struct svf_up_report *ret_report,
		    struct svf_errmsg *err)
{
	bool dead;
	int r = svf_state_load(up->paths, &up->state, err);

	if (!r && up->state.complete && up->state.pf_ifindex == up->pf.ifindex) {
		ret_report->already_up = true;
		dead = is_dead(up); /* now: a moment later the next one may be starting */
		r = compare_args(up->name, &up->state, args, err);
		if (!r)
			r = repair_hooks(up, &ret_report->repaired, err);
		if (!r)
			r = repair_vfs(up, &ret_report->vfs, err);
		if (!r && dead && !ret_report->vfs.restarted)
			r = revive(up, err);
		ret_report->agent_restarted = dead || ret_report->vfs.restarted;
		return r;
	}
	/* What an `up` that was killed, or another netdev of this name, has left. */
	if (r != -ENOENT)
		r = svf_pf_down(up->name, up->paths, err);
	if (r < 0 && r != -ENOENT)
		return r;
	r = svf_link_get_by_name(up->nl, up->name, &up->pf, err); /* as it is after that */
	if (!r)
		r = svf_pf_check_name(up->name, up->pf.ifindex, err);
	return r < 0 ? r : start_from_nothing(up, args, err);
}

/* By its name; where that is gone, by the number on record: it may have been renamed. */
static int find_pf(struct up *up, struct svf_errmsg *err)
{
	int r = svf_link_get_by_name(up->nl, up->name, &up->pf, NULL);

	if (!r && strcmp(up->pf.name, up->name) != 0)
		return svf_errmsg_set(err, -EINVAL, "%s: is an altname: use %s", up->name,
				      up->pf.name);
	if (r == -ENODEV && !svf_state_load(up->paths, &up->state, NULL) && up->state.complete &&
	    !svf_link_get(up->nl, SVF_NSID_SELF, up->state.pf_ifindex, &up->pf, NULL))
		return 0;
	return r < 0 ? svf_errmsg_set(err, r, "%s: no such netdev", up->name) : 0;
}

int svf_pf_up(const char *pf, const struct svf_paths *paths, const struct svf_up_args *args,
	      struct svf_up_report *ret_report, struct svf_errmsg *err)
{
	struct up up = { .name = pf, .paths = paths };
	int r;

	*ret_report = (struct svf_up_report){};
	r = svf_nl_new(&up.nl, err);
	if (!r)
		r = find_pf(&up, err);
	if (!r)
		r = converge(&up, args, ret_report, err);
	if (!r)
		report(&up, ret_report);
	up_done(&up);
	if (r < 0)
		svf_state_tidy(paths);
	return r;
}
