// SPDX-License-Identifier: GPL-2.0-only
/*
 * The part of a change that the sorter sees: where a VF is found, what the PF knows of its VFs, and
 * the publishing itself.
 */
#include <errno.h>
#include <string.h>

#include "change_job.h"
#include "grace.h"
#include "vfinfo.h"

/* --- addresses --- */

static bool same_home(const struct svf_change_job *job)
{
	return svf_home_vlan(&job->new) == svf_home_vlan(&job->old);
}

/* Whether the index has the address for a configuration. */
static bool is_indexed(const struct svf_change_job *job, const struct svf_vf_config *config,
		       const uint8_t mac[ETH_ALEN])
{
	return same_home(job) && svf_vf_owns(config, mac);
}

/* Adds what `config` needs and `other` did not. */
static int add_addresses(const struct svf_change_job *job, const struct svf_vf_config *config,
			 const struct svf_vf_config *other)
{
	const uint8_t *macs[SVF_ADDRESSES_MAX];
	const unsigned int n = svf_change_addresses(config, macs);
	int r = 0;

	for (unsigned int i = 0; i < n && !r; i++)
		if (!is_indexed(job, other, macs[i]))
			r = svf_sorter_add_fdb(job->sorter, macs[i], svf_home_vlan(config),
					       job->change->vf);
	return r;
}

/* Removes what `config` needed and `other` does not. */
static int remove_addresses(const struct svf_change_job *job, const struct svf_vf_config *config,
			    const struct svf_vf_config *other)
{
	const uint8_t *macs[SVF_ADDRESSES_MAX];
	const unsigned int n = svf_change_addresses(config, macs);
	int first = 0;

	for (unsigned int i = 0; i < n; i++) {
		int r;

		if (is_indexed(job, other, macs[i]))
			continue;
		r = svf_sorter_del_fdb(job->sorter, macs[i], svf_home_vlan(config),
				       job->change->vf);
		if (r < 0 && r != -ENOENT && !first)
			first = r;
	}
	return first;
}

static int add_fdb(struct svf_change_job *job, struct svf_errmsg *err)
{
	(void)err;
	return add_addresses(job, &job->new, &job->old);
}

static void undo_add_fdb(struct svf_change_job *job)
{
	(void)remove_addresses(job, &job->new, &job->old);
}

static int remove_fdb(struct svf_change_job *job, struct svf_errmsg *err)
{
	(void)err;
	return remove_addresses(job, &job->old, &job->new);
}

static void undo_remove_fdb(struct svf_change_job *job)
{
	(void)add_addresses(job, &job->old, &job->new);
}

const struct svf_change_step svf_step_add_fdb = { add_fdb, undo_add_fdb };
const struct svf_change_step svf_step_remove_fdb = { remove_fdb, undo_remove_fdb };

/* --- VLANs --- */

static int join_vlan(struct svf_change_job *job, struct svf_errmsg *err)
{
	(void)err;
	if (same_home(job))
		return 0;
	return svf_sorter_join_vlan(job->sorter, svf_home_vlan(&job->new), job->change->vf);
}

static void undo_join_vlan(struct svf_change_job *job)
{
	if (!same_home(job))
		(void)svf_sorter_leave_vlan(job->sorter, svf_home_vlan(&job->new), job->change->vf);
}

static int leave_vlan(struct svf_change_job *job, struct svf_errmsg *err)
{
	(void)err;
	if (same_home(job))
		return 0;
	return svf_sorter_leave_vlan(job->sorter, svf_home_vlan(&job->old), job->change->vf);
}

static void undo_leave_vlan(struct svf_change_job *job)
{
	if (!same_home(job))
		(void)svf_sorter_join_vlan(job->sorter, svf_home_vlan(&job->old), job->change->vf);
}

const struct svf_change_step svf_step_join_vlan = { join_vlan, undo_join_vlan };
const struct svf_change_step svf_step_leave_vlan = { leave_vlan, undo_leave_vlan };

/* --- limits on frames a second: a VF's, or for the PF the wire's --- */

static bool has_limit(const struct svf_vf_config *config)
{
	return config->storm || config->max_tx_pps || config->max_rx_pps;
}

static uint32_t limit_id(const struct svf_change_job *job)
{
	return svf_change_is_of_pf(job) ? SVF_WIRE_ID : job->change->vf;
}

static bool had_limit(const struct svf_change_job *job)
{
	return svf_change_is_of_pf(job) ? job->old_policy.storm : has_limit(&job->old);
}

static bool is_limited(const struct svf_change_job *job)
{
	return svf_change_is_of_pf(job) ? job->new_policy.storm : has_limit(&job->new);
}

static int add_limit(struct svf_change_job *job, struct svf_errmsg *err)
{
	(void)err;
	return is_limited(job) ? svf_sorter_add_rate(job->sorter, limit_id(job)) : 0;
}

static void undo_add_limit(struct svf_change_job *job)
{
	if (!had_limit(job))
		(void)svf_sorter_del_rate(job->sorter, limit_id(job));
}

static int remove_limit(struct svf_change_job *job, struct svf_errmsg *err)
{
	int r = had_limit(job) && !is_limited(job) ? svf_sorter_del_rate(job->sorter, limit_id(job))
						   : 0;

	(void)err;
	return r == -ENOENT ? 0 : r;
}

static void undo_remove_limit(struct svf_change_job *job)
{
	if (had_limit(job))
		(void)svf_sorter_add_rate(job->sorter, limit_id(job));
}

const struct svf_change_step svf_step_add_limit = { add_limit, undo_add_limit };
const struct svf_change_step svf_step_remove_limit = { remove_limit, undo_remove_limit };

/* --- the PF's policy --- */

static int write_policy(struct svf_change_job *job, const struct svf_policy *policy)
{
	int r;

	if (!memcmp(policy, &job->written_policy, sizeof(*policy)))
		return 0;
	r = svf_sorter_set_policy(job->sorter, policy);
	if (!r)
		job->written_policy = *policy;
	return r;
}

/* Before a VF's configuration changes, the PF knows what the old and what the new one ask for. */
static int add_policy(struct svf_change_job *job, struct svf_errmsg *err)
{
	struct svf_policy both = job->old_policy;

	(void)err;
	if (both.trunks < job->new_policy.trunks)
		both.trunks = job->new_policy.trunks;
	both.shape_all |= job->new_policy.shape_all;
	if (both.n_promisc <= job->new_policy.n_promisc) {
		both.n_promisc = job->new_policy.n_promisc;
		memcpy(both.promisc, job->new_policy.promisc, sizeof(both.promisc));
	}
	return write_policy(job, &both);
}

static void undo_add_policy(struct svf_change_job *job)
{
	(void)write_policy(job, &job->old_policy);
}

static int settle_policy(struct svf_change_job *job, struct svf_errmsg *err)
{
	int r = write_policy(job, &job->new_policy);

	(void)err;
	/* Who still sends all through the shaper is to be done before classes go. */
	if (!r && job->old_policy.shape_all && !job->new_policy.shape_all)
		r = svf_grace_wait();
	return r;
}

/* Back to what serves both configurations. */
static void undo_settle_policy(struct svf_change_job *job)
{
	(void)add_policy(job, NULL);
}

const struct svf_change_step svf_step_add_policy = { add_policy, undo_add_policy };
const struct svf_change_step svf_step_settle_policy = { settle_policy, undo_settle_policy };

/* --- the configuration --- */

static bool same_config(const struct svf_change_job *job)
{
	return !memcmp(&job->new, &job->old, sizeof(job->new));
}

static int publish(struct svf_change_job *job, struct svf_errmsg *err)
{
	(void)err;
	return same_config(job) ? 0 : svf_sorter_set_vf(job->sorter, job->change->vf, &job->new);
}

static void undo_publish(struct svf_change_job *job)
{
	if (!same_config(job))
		(void)svf_sorter_set_vf(job->sorter, job->change->vf, &job->old);
}

const struct svf_change_step svf_step_publish = { publish, undo_publish };
