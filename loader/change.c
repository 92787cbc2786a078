// SPDX-License-Identifier: GPL-2.0-only
/*
 * `set` as a transaction: a list of steps, each with its undoing. The new configuration of a VF is
 * published by one of them, at which every frame changes over; so is what is set for the PF. What
 * follows from all VFs' configurations (trunks, who is promiscuous, whether everybody is shaped) is
 * counted anew each time, so that what a killed `set` left is put right by the next.
 */
#include "change.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "attribute.h"
#include "change_job.h"
#include "ethtool.h"
#include "macaddr.h"
#include "vf_macs.h"
#include "vfinfo.h"

#define UNKNOWN_SPEED_MBIT 10000 /* of a PF that tells none, as virtio */

static void job_done(struct svf_change_job *job)
{
	job->nl = svf_nl_free(job->nl);
	job->sorter = svf_sorter_free(job->sorter);
	free(job->vfs);
	job->vfs = NULL;
}

/* --- what is --- */

/* Nothing of this name is up. */
static int refuse_pf(struct svf_change_job *job, struct svf_errmsg *err)
{
	const char *pf = job->change->pf;
	int r = svf_nl_new(&job->nl, err);

	if (!r)
		r = svf_link_get_by_name(job->nl, pf, &job->pf, err);
	if (!r)
		r = svf_pf_check_name(pf, job->pf.ifindex, err);
	if (r < 0)
		return r;
	return svf_errmsg_exit_set(err, SVF_EXIT_NOT_FOUND, -ENOENT,
				   "%s: is not up: `svf-loader up %s --vfs N` first", pf, pf);
}

static int load_state(struct svf_change_job *job, struct svf_errmsg *err)
{
	int r = svf_state_load(job->paths, &job->state, err);

	if (r == -ENOENT)
		return refuse_pf(job, err);
	return r;
}

static int read_pf(struct svf_change_job *job, struct svf_errmsg *err)
{
	const char *pf = job->change->pf;
	int r = svf_link_get(job->nl, SVF_NSID_SELF, job->state.pf_ifindex, &job->pf, NULL);

	if (r == -ENODEV)
		return svf_errmsg_set(err, r, "%s: the PF is gone: `svf-loader down %s` clears up",
				      pf, pf);
	if (!r)
		r = svf_sorter_get_policy(job->sorter, &job->old_policy);
	if (r < 0)
		return svf_errmsg_set(err, r, "%s: cannot read its configuration: %s", pf,
				      strerror(-r));
	job->written_policy = job->new_policy = job->old_policy;
	return 0;
}

static int read_vfs(struct svf_change_job *job, struct svf_errmsg *err)
{
	const unsigned int vfs = job->state.args.vfs;
	int r = 0;

	job->vfs = calloc(vfs + 1, sizeof(*job->vfs));
	if (!job->vfs)
		return svf_errmsg_set(err, -ENOMEM, "%s: out of memory", job->change->pf);
	for (unsigned int vf = 0; vf < vfs && !r; vf++) {
		r = svf_sorter_get_vf(job->sorter, vf, &job->vfs[vf]);
		if (r == -ENOENT) { /* numbers have holes; what is there has a generation */
			job->vfs[vf] = (struct svf_vf_config){};
			r = 0;
		}
		if (r < 0)
			return svf_errmsg_set(err, r,
					      "%s: vf %u: cannot read its configuration: %s",
					      job->change->pf, vf, strerror(-r));
	}
	return 0;
}

/* A VF is taken back (svf_change_clear()) whether its netdevs are there or not. */
static int read_representor(struct svf_change_job *job)
{
	const bool clears = !job->change->argc && !job->change->trunk;
	int r = -ENODEV;

	if (job->old.representor)
		r = svf_link_get(job->nl, SVF_NSID_SELF, (int)job->old.representor,
				 &job->representor, NULL);
	return r == -ENODEV && clears ? 0 : r;
}

static int read_vf(struct svf_change_job *job, struct svf_errmsg *err)
{
	const unsigned int vf = job->change->vf;
	const char *pf = job->change->pf;
	int r;

	if (svf_change_is_of_pf(job))
		return 0;
	if (vf >= job->state.args.vfs || !job->vfs[vf].generation)
		return svf_vf_set_refuse(&job->state.vfs, pf, vf, err);
	job->new = job->old = job->vfs[vf];
	r = read_representor(job);
	if (r == -ENODEV)
		return svf_errmsg_exit_set(
			err, SVF_EXIT_NOT_FOUND, r,
			"%s: vf %u: its netdev was deleted (with its namespace?): "
			"`svf-loader up %s --vfs %u` makes it anew",
			pf, vf, pf, svf_vf_set_count(&job->state.vfs));
	if (r < 0)
		return svf_errmsg_set(err, r, "%s: vf %u: cannot read its representor: %s", pf, vf,
				      strerror(-r));
	job->up = job->representor.flags & IFF_UP;
	r = svf_sorter_prune_fdb(job->sorter, vf, &job->old);
	return r < 0 ? svf_errmsg_set(err, r, "%s: vf %u: cannot read its addresses: %s", pf, vf,
				      strerror(-r))
		     : 0;
}

static int open_job(struct svf_change_job *job, struct svf_errmsg *err)
{
	int r = load_state(job, err);

	if (!r)
		r = svf_sorter_open(&job->sorter, job->paths, err);
	if (!r && !job->nl)
		r = svf_nl_new(&job->nl, err);
	if (!r)
		r = read_pf(job, err);
	if (!r)
		r = read_vfs(job, err);
	return r < 0 ? r : read_vf(job, err);
}

/* --- what shall be --- */

static const struct svf_vf_config *new_config(const struct svf_change_job *job, unsigned int vf)
{
	return vf == job->change->vf ? &job->new : &job->vfs[vf];
}

static bool has_rate(const struct svf_vf_config *config)
{
	return config->max_tx_rate || config->min_tx_rate;
}

/* What the PF has to know about its VFs. One promiscuous VF too many is svf_change_check()'s. */
static void count_facts(struct svf_change_job *job)
{
	struct svf_policy *policy = &job->new_policy;

	policy->trunks = 0;
	policy->shape_all = 0;
	policy->n_promisc = 0;
	memset(policy->promisc, 0, sizeof(policy->promisc));
	for (unsigned int vf = 0; vf < job->state.args.vfs; vf++) {
		const struct svf_vf_config *config = new_config(job, vf);

		policy->trunks += config->has_trunk;
		policy->shape_all |= config->min_tx_rate > 0;
		if (config->promisc && policy->n_promisc < SVF_PROMISC_MAX)
			policy->promisc[policy->n_promisc++] = (uint16_t)vf;
	}
}

int svf_change_total_rate(const char *pf, const struct svf_policy *policy, uint32_t *ret_mbit,
			  struct svf_errmsg *err)
{
	uint32_t speed = 0;
	int r = policy->rate ? 0 : svf_ethtool_get_speed(pf, &speed, err);

	*ret_mbit = policy->rate ? policy->rate : speed ? speed : UNKNOWN_SPEED_MBIT;
	return r;
}

static int find_rates(struct svf_change_job *job, struct svf_errmsg *err)
{
	int r = svf_change_total_rate(job->pf.name, &job->old_policy, &job->old_rate, err);

	return r < 0 ? r
		     : svf_change_total_rate(job->pf.name, &job->new_policy, &job->new_rate, err);
}

/* Netdevs that this change is about, as they are. Who sets what is set already wants the tenant's
 * own doing undone. */
static int read_netdevs(struct svf_change_job *job, struct svf_errmsg *err)
{
	const uint64_t given = job->change->given;
	int r = 0;

	job->sets_mac = given & 1ULL << SVF_VF_ATTRIBUTE_MAC ||
			memcmp(job->new.mac, job->old.mac, ETH_ALEN) != 0;
	job->sets_mtu = given & 1ULL << SVF_VF_ATTRIBUTE_MTU || job->new.mtu != job->old.mtu;
	if (job->sets_mac || job->sets_mtu)
		r = svf_link_get(job->nl, job->representor.peer_nsid, job->representor.peer_ifindex,
				 &job->netdev, err);
	if (!r && job->sets_mtu && job->old.ring_port)
		r = svf_link_get(job->nl, SVF_NSID_SELF, job->old.ring_port, &job->ring_port, err);
	return r;
}

static int merge_vf(struct svf_change_job *job, struct svf_errmsg *err)
{
	int r = 0;

	if (job->change->trunk)
		svf_change_merge_registered(job->change, &job->new);
	else
		r = svf_change_merge_vf(job->change, &job->new, err);
	if (!r && svf_mac_is_zero(job->new.mac))
		r = svf_vf_macs_restore(job->nl, &job->pf, job->change->vf, &job->representor,
					job->new.mac, err);
	if (r < 0)
		return r;
	job->new.shaped = has_rate(&job->new);
	if (memcmp(&job->new, &job->old, sizeof(job->new)) != 0)
		job->new.generation++;
	return read_netdevs(job, err);
}

static int merge(struct svf_change_job *job, struct svf_errmsg *err)
{
	int r = svf_change_is_of_pf(job) ? svf_change_merge_pf(job->change, &job->new_policy, err)
					 : merge_vf(job, err);

	if (r < 0)
		return r;
	count_facts(job);
	return find_rates(job, err);
}

static bool is_change(const struct svf_change_job *job)
{
	return memcmp(&job->new, &job->old, sizeof(job->new)) != 0 ||
	       memcmp(&job->new_policy, &job->old_policy, sizeof(job->new_policy)) != 0 ||
	       svf_change_repairs(job);
}

/* --- from one to the other --- */

static const struct svf_change_step *const steps[] = {
	/* What the new configuration needs. */
	&svf_step_add_filters,
	&svf_step_raise_mtu,
	&svf_step_set_mac,
	&svf_step_add_fdb,
	&svf_step_join_vlan,
	&svf_step_add_limit,
	&svf_step_add_tbf,
	&svf_step_add_classes,
	&svf_step_link_up,
	&svf_step_add_policy,
	/* Every frame changes over. */
	&svf_step_publish,
	/* What only the old one needed. */
	&svf_step_settle_policy,
	&svf_step_settle_link,
	&svf_step_remove_classes,
	&svf_step_remove_tbf,
	&svf_step_remove_limit,
	&svf_step_lower_mtu,
	&svf_step_remove_fdb,
	&svf_step_leave_vlan,
	&svf_step_remove_filters,
};

static int refuse(const struct svf_change_job *job, int r, struct svf_errmsg *err)
{
	if (svf_change_is_of_pf(job))
		return svf_errmsg_set(err, r, "%s: cannot change it, all is as before: %s",
				      job->change->pf, strerror(-r));
	return svf_errmsg_set(err, r, "%s: vf %u: cannot change it, all is as before: %s",
			      job->change->pf, job->change->vf, strerror(-r));
}

static int run_steps(struct svf_change_job *job, struct svf_errmsg *err)
{
	const int n = sizeof(steps) / sizeof(steps[0]);
	int r = 0, i;

	for (i = 0; i < n && !r; i++)
		r = steps[i]->run(job, err);
	if (!r)
		return 0;
	for (i--; i >= 0; i--)
		steps[i]->undo(job);
	return refuse(job, r, err);
}

int svf_change_apply(const struct svf_paths *paths, const struct svf_change *change,
		     struct svf_errmsg *ret_warning, struct svf_errmsg *err)
{
	struct svf_change_job job = { .change = change, .paths = paths, .warning = ret_warning };
	int r;

	*ret_warning = (struct svf_errmsg){};
	r = open_job(&job, err);
	if (!r)
		r = merge(&job, err);
	if (!r && is_change(&job)) {
		r = svf_change_check(&job, err);
		if (!r)
			r = run_steps(&job, err);
	}
	job_done(&job);
	if (r < 0) {
		ret_warning->text[0] = '\0';
		svf_state_tidy(paths);
	}
	return r;
}

int svf_change_clear(const struct svf_paths *paths, const char *pf, unsigned int vf,
		     struct svf_errmsg *err)
{
	const struct svf_change change = { .pf = pf, .vf = vf };
	struct svf_errmsg warning = {};
	struct svf_change_job job = { .change = &change, .paths = paths, .warning = &warning };
	int r = open_job(&job, err);

	if (!r) {
		svf_attributes_reset_vf(&job.new, job.old.mtu);
		job.new.link_state = SVF_LINK_STATE_DISABLE;
		job.new.shaped = 0;
		job.new.generation++;
		count_facts(&job);
		r = find_rates(&job, err);
	}
	if (!r)
		r = run_steps(&job, err);
	job_done(&job);
	return r;
}
