// SPDX-License-Identifier: GPL-2.0-only
/*
 * The part of a change that qdiscs see: TBF on the representor for what a VF gets, classes of the
 * shaper for what it sends. What a qdisc that goes away has dropped is kept in the losses.
 */
#include <string.h>

#include "change_job.h"
#include "qdisc.h"
#include "shaper.h"

#define TAG_BYTES 4

/* --- what it gets --- */

/* A frame must fit into the bucket. */
uint32_t svf_change_rx_burst(const struct svf_vf_config *config)
{
	const uint32_t frame = config->mtu + ETH_HLEN + 2 * TAG_BYTES;
	const uint32_t burst =
		config->burst ? config->burst : svf_qdisc_default_burst(config->max_rx_rate);

	return burst > frame ? burst : frame;
}

static int set_tbf(struct svf_change_job *job, const struct svf_vf_config *config,
		   struct svf_errmsg *err)
{
	return svf_qdisc_set_tbf(job->nl, job->representor.name, job->representor.ifindex,
				 config->max_rx_rate, svf_change_rx_burst(config), err);
}

static int del_tbf(struct svf_change_job *job, struct svf_errmsg *err)
{
	const struct svf_link *representor = &job->representor;
	struct svf_losses losses = {};
	uint64_t dropped = 0;
	int r;

	if (!representor->ifindex) /* it went with its netdev */
		return 0;
	r = svf_qdisc_drain_tbf(job->nl, representor->name, representor->ifindex, &dropped);

	if (!r)
		r = svf_qdisc_del_root(job->nl, representor->name, representor->ifindex, err);
	losses.rate = dropped;
	if (!r && losses.rate)
		r = svf_sorter_add_losses(job->sorter, (uint16_t)job->change->vf, SVF_DIRECTION_RX,
					  &losses);
	return r;
}

static bool same_tbf(const struct svf_change_job *job)
{
	return job->new.max_rx_rate == job->old.max_rx_rate &&svf_change_rx_burst(&job->new) ==
	       svf_change_rx_burst(&job->old);
}

static int add_tbf(struct svf_change_job *job, struct svf_errmsg *err)
{
	return job->new.max_rx_rate && !same_tbf(job) ? set_tbf(job, &job->new, err) : 0;
}

static void undo_add_tbf(struct svf_change_job *job)
{
	if (!job->new.max_rx_rate || same_tbf(job))
		return;
	if (job->old.max_rx_rate)
		(void)set_tbf(job, &job->old, NULL);
	else
		(void)del_tbf(job, NULL);
}

static int remove_tbf(struct svf_change_job *job, struct svf_errmsg *err)
{
	return job->old.max_rx_rate && !job->new.max_rx_rate ? del_tbf(job, err) : 0;
}

static void undo_remove_tbf(struct svf_change_job *job)
{
	if (job->old.max_rx_rate && !job->new.max_rx_rate)
		(void)set_tbf(job, &job->old, NULL);
}

const struct svf_change_step svf_step_add_tbf = { add_tbf, undo_add_tbf };
const struct svf_change_step svf_step_remove_tbf = { remove_tbf, undo_remove_tbf };

/* --- what it sends --- */

/* The classes as one of the two configurations wants them. */
struct plan {
	const struct svf_change_job *job;
	const struct svf_vf_config *config; /* of the VF that is changed */
	bool all;			    /* everybody has a class */
	uint32_t total;			    /* Mbit/s that they share */
};

struct class
{
	bool there;
	struct svf_shaper_rates rates;
};

/* Without a min_tx_rate nobody shares anything. */
static struct plan plan_of(const struct svf_change_job *job, bool is_new)
{
	const struct svf_policy *policy = is_new ? &job->new_policy : &job->old_policy;

	return (struct plan){
		.job = job,
		.config = is_new ? &job->new : &job->old,
		.all = policy->shape_all,
		.total = !policy->shape_all ? SVF_RATE_MAX
			 : is_new	    ? job->new_rate
					    : job->old_rate,
	};
}

/* Numbers from the VFs on are the host's. */
static uint32_t id_of(const struct plan *plan, unsigned int i)
{
	return i < plan->job->state.args.vfs ? i : SVF_PF_ID;
}

static struct class class_of(const struct plan *plan, unsigned int i)
{
	const struct svf_vf_config *config;

	if (id_of(plan, i) == SVF_PF_ID)
		return (struct class){ .there = plan->all };
	config = i == plan->job->change->vf ? plan->config : &plan->job->vfs[i];
	if (!config->generation) /* no such VF */
		return (struct class){};
	return (struct class){
		.there = plan->all || config->max_tx_rate || config->min_tx_rate,
		.rates = {
			.min = config->min_tx_rate,
			.max = config->max_tx_rate,
			.burst = config->burst,
		},
	};
}

static bool is_empty(const struct plan *plan)
{
	for (unsigned int i = 0; i <= plan->job->state.args.vfs; i++)
		if (class_of(plan, i).there)
			return false;
	return true;
}

static bool is_same(const struct class *a, const struct class *b)
{
	return a->there == b->there && a->rates.min == b->rates.min &&
	       a->rates.max == b->rates.max && a->rates.burst == b->rates.burst;
}

static bool is_any_other(const struct plan *from, const struct plan *to)
{
	for (unsigned int i = 0; i <= to->job->state.args.vfs; i++) {
		const struct class had = class_of(from, i), class = class_of(to, i);

		if (!is_same(&had, &class))
			return true;
	}
	return false;
}

/* Makes and changes what `to` wants and `from` did not, and removes nothing. What is shared is set
 * again with each change of rates where it is the link's speed: that may be another one now. */
static int set_classes(const struct plan *from, const struct plan *to, struct svf_errmsg *err)
{
	const struct svf_change_job *job = to->job;
	const bool by_speed = to->all && !job->new_policy.rate && is_any_other(from, to);
	const bool total = from->total != to->total || is_empty(from) || by_speed;
	int r = 0;

	if (is_empty(to))
		return 0;
	if (total)
		r = svf_shaper_set_total(job->nl, &job->old_policy, to->total, err);
	for (unsigned int i = 0; i <= job->state.args.vfs && !r; i++) {
		const struct class had = class_of(from, i), class = class_of(to, i);

		if (!class.there || (is_same(&had, &class) && (!total || class.rates.max)))
			continue;
		r = svf_shaper_set_class(job->nl, &job->old_policy, id_of(to, i), &class.rates,
					 to->total, err);
	}
	return r;
}

/* Removes what `from` has and `to` does not want. */
static int remove_classes(const struct plan *from, const struct plan *to, struct svf_errmsg *err)
{
	const struct svf_change_job *job = to->job;
	int r = 0;

	for (unsigned int i = 0; i <= job->state.args.vfs && !r; i++)
		if (class_of(from, i).there && !class_of(to, i).there)
			r = svf_shaper_del_class(job->nl, job->sorter, &job->old_policy,
						 id_of(to, i), err);
	if (!r && !is_empty(from) && is_empty(to))
		r = svf_shaper_del_total(job->nl, &job->old_policy, err);
	return r;
}

static int run_add_classes(struct svf_change_job *job, struct svf_errmsg *err)
{
	const struct plan from = plan_of(job, false), to = plan_of(job, true);

	return set_classes(&from, &to, err);
}

static void undo_add_classes(struct svf_change_job *job)
{
	const struct plan from = plan_of(job, true), to = plan_of(job, false);

	(void)set_classes(&from, &to, NULL);
	(void)remove_classes(&from, &to, NULL);
}

static int run_remove_classes(struct svf_change_job *job, struct svf_errmsg *err)
{
	const struct plan from = plan_of(job, false), to = plan_of(job, true);

	return remove_classes(&from, &to, err);
}

static void undo_remove_classes(struct svf_change_job *job)
{
	const struct plan from = plan_of(job, true), to = plan_of(job, false);

	(void)set_classes(&from, &to, NULL);
}

const struct svf_change_step svf_step_add_classes = { run_add_classes, undo_add_classes };
const struct svf_change_step svf_step_remove_classes = { run_remove_classes, undo_remove_classes };
