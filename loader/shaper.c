// SPDX-License-Identifier: GPL-2.0-only
/*
 * The shaper pair and its classes: 1:1 is what all share, 1:<vf + 2> a VF's, 1:fffe the host's. A
 * class that is removed has its drops added to the sorter's losses first, so that none is
 * forgotten.
 */
#include "shaper.h"

#include <net/if.h>
#include <string.h>

#include "link.h"
#include "names.h"
#include "qdisc.h"
#include "tc.h"

#define TOTAL_MINOR 1
_Static_assert(SVF_MAX_VFS + 2 < 0xfffe, "svf_shaper_class() has a number for each");

/* The pair is no bottleneck for what VFs may send, whatever their MTU becomes. */
#define PAIR_MTU 65535

struct near {
	char name[IFNAMSIZ]; /* for messages */
	int ifindex;
};

static struct near near_of(const struct svf_policy *policy)
{
	struct near near = { .ifindex = (int)policy->shaper_near };

	if (!if_indextoname(policy->shaper_near, near.name))
		(void)snprintf(near.name, sizeof(near.name), "shaper");
	return near;
}

/* --- the pair --- */

static int set_up(struct svf_nl *nl, int ifindex, struct svf_errmsg *err)
{
	return svf_link_set_flags(nl, SVF_NSID_SELF, ifindex, IFF_UP, IFF_UP, err);
}

static int mute_end(struct svf_nl *nl, const struct svf_name *name, struct svf_link *ret_link,
		    struct svf_errmsg *err)
{
	int r = svf_link_get_by_name(nl, name->name, ret_link, err);

	if (!r)
		r = svf_link_mute(nl, ret_link, err);
	if (!r && name->hashed)
		r = svf_link_add_altname(nl, ret_link->ifindex, name->long_name, err);
	return r;
}

static int attach_far(struct svf_nl *nl, const struct svf_sorter *sorter,
		      const struct svf_link *far, struct svf_errmsg *err)
{
	const enum svf_program program = SVF_PROGRAM_SHAPED_TC;
	bool made;
	int r = svf_tc_add_clsact(nl, far->name, far->ifindex, &made, err);

	if (!r)
		r = svf_tc_attach(nl, far->name, far->ifindex, SVF_TC_INGRESS,
				  svf_sorter_program_fd(sorter, program), svf_program_name(program),
				  err);
	if (!r)
		r = svf_sorter_add_port(sorter, far->ifindex, SVF_PF_ID, SVF_ROLE_SHAPER);
	return r;
}

int svf_shaper_new(struct svf_nl *nl, const struct svf_sorter *sorter, const char *pf,
		   const char *pf_label, struct svf_policy *ret_policy, struct svf_errmsg *err)
{
	struct svf_name near_name, far_name;
	struct svf_link near, far;
	char alias[SVF_ALIAS_MAX];
	const struct svf_link_pair_spec spec = {
		.near_name = near_name.name,
		.far_name = far_name.name,
		.near_alias = alias,
		.far_alias = alias,
		.mtu = PAIR_MTU,
		.queues = 1, /* HTB has one lock */
	};
	int r;

	svf_name_format(&near_name, pf, SVF_NAME_SHAPER, 0);
	svf_name_format(&far_name, pf, SVF_NAME_SHAPER, 1);
	svf_alias_format(alias, pf_label, SVF_PF_ID, 1);
	r = svf_link_add_pair(nl, &spec, err);
	if (!r)
		r = mute_end(nl, &near_name, &near, err);
	if (!r)
		r = mute_end(nl, &far_name, &far, err);
	if (!r)
		r = attach_far(nl, sorter, &far, err);
	if (!r)
		r = set_up(nl, far.ifindex, err);
	if (!r)
		r = set_up(nl, near.ifindex, err);
	if (r < 0)
		return svf_errmsg_set(err, r, "%s: cannot make its shaper: %s", pf, strerror(-r));
	ret_policy->shaper_near = near.ifindex;
	ret_policy->shaper_far = far.ifindex;
	return 0;
}

/* --- classes --- */

int svf_shaper_set_total(struct svf_nl *nl, const struct svf_policy *policy, uint32_t rate_mbit,
			 struct svf_errmsg *err)
{
	const struct near near = near_of(policy);
	const struct svf_qdisc_class total = {
		.minor = TOTAL_MINOR,
		.rate_mbit = rate_mbit,
		.ceil_mbit = rate_mbit,
	};
	int r = svf_qdisc_add_htb(nl, near.name, near.ifindex, err);

	return r < 0 ? r : svf_qdisc_set_class(nl, near.name, near.ifindex, &total, err);
}

int svf_shaper_set_class(struct svf_nl *nl, const struct svf_policy *policy, uint32_t vf,
			 const struct svf_shaper_rates *rates, uint32_t total_mbit,
			 struct svf_errmsg *err)
{
	const struct near near = near_of(policy);
	const struct svf_qdisc_class class = {
		.minor = svf_shaper_class(vf),
		.parent = TOTAL_MINOR,
		.rate_mbit = rates->min,
		.ceil_mbit = rates->max ? rates->max : total_mbit,
		.burst_bytes = rates->burst,
	};
	int r = svf_qdisc_set_class(nl, near.name, near.ifindex, &class, err);

	return r < 0 ? r
		     : svf_qdisc_set_queue(nl, near.name, near.ifindex, class.minor,
					   class.ceil_mbit, err);
}

int svf_shaper_del_class(struct svf_nl *nl, const struct svf_sorter *sorter,
			 const struct svf_policy *policy, uint32_t vf, struct svf_errmsg *err)
{
	const struct near near = near_of(policy);
	struct svf_losses losses = {};
	uint64_t dropped = 0;
	int r = svf_qdisc_drain_class(nl, near.name, near.ifindex, svf_shaper_class(vf),
				      TOTAL_MINOR, &dropped);

	if (!r)
		r = svf_qdisc_del_class(nl, near.name, near.ifindex, svf_shaper_class(vf), err);
	losses.rate = dropped;
	if (!r && losses.rate)
		r = svf_sorter_add_losses(sorter, (uint16_t)vf, SVF_DIRECTION_TX, &losses);
	return r;
}

int svf_shaper_del_total(struct svf_nl *nl, const struct svf_policy *policy, struct svf_errmsg *err)
{
	const struct near near = near_of(policy);

	return svf_qdisc_del_root(nl, near.name, near.ifindex, err);
}

int svf_shaper_get_counts(struct svf_nl *nl, const struct svf_policy *policy, uint32_t vf,
			  struct svf_shaper_counts *ret_counts)
{
	struct svf_qdisc_counts counts;
	int r = svf_qdisc_get_queue(nl, (int)policy->shaper_near, svf_shaper_class(vf), &counts);

	*ret_counts = (struct svf_shaper_counts){
		.dropped = counts.dropped,
		.sent = counts.sent,
		.backlog = counts.backlog,
	};
	return r;
}
