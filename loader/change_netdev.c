// SPDX-License-Identifier: GPL-2.0-only
/*
 * The part of a change that netdevs see: addresses that the PF lets through, address and MTU of the
 * VF netdev wherever it is, and its carrier, which is the representor's being up.
 */
#include <errno.h>
#include <string.h>

#include "change_job.h"
#include "settings.h"
#include "vf.h"
#include "vfinfo.h"

/* --- the PF's unicast filters --- */

static int find_filter(const struct svf_state *state, const uint8_t mac[ETH_ALEN])
{
	for (unsigned int i = 0; i < state->n_filters; i++)
		if (!memcmp(state->filters[i], mac, ETH_ALEN))
			return (int)i;
	return -ENOENT;
}

static void forget_filter(struct svf_state *state, const uint8_t mac[ETH_ALEN])
{
	int i = find_filter(state, mac);

	if (i >= 0)
		memmove(state->filters[i], state->filters[--state->n_filters], ETH_ALEN);
}

/* Where the NIC has no room, promiscuous mode serves too. */
static int make_promisc(struct svf_change_job *job, struct svf_errmsg *err)
{
	int r;

	if (job->pf.flags & IFF_PROMISC || job->set_promisc)
		return 0;
	job->set_promisc = true;
	job->state.before.changed_promisc = true;
	r = svf_state_save(job->paths, &job->state, err);
	if (!r)
		r = svf_link_set_flags(job->nl, SVF_NSID_SELF, job->pf.ifindex, IFF_PROMISC,
				       IFF_PROMISC, err);
	if (!r)
		(void)svf_errmsg_set(job->warning, 0,
				     "%s: promisc on: the NIC has no room for another address",
				     job->change->pf);
	return r;
}

/* It is not there, or not by us: `down` is not to remove it. */
static int unrecord_filter(struct svf_change_job *job, const uint8_t mac[ETH_ALEN],
			   struct svf_errmsg *err)
{
	forget_filter(&job->state, mac);
	job->n_added--;
	return svf_state_save(job->paths, &job->state, err);
}

/* Before the filter is there, so that a killed `set` leaves none that `down` does not know. */
static int record_filter(struct svf_change_job *job, const uint8_t mac[ETH_ALEN],
			 struct svf_errmsg *err)
{
	int r;

	if (job->state.n_filters == SVF_FILTERS_MAX)
		return svf_errmsg_set(err, -ENOSPC,
				      "%s: has %d addresses beside its own already, which is the "
				      "maximum",
				      job->change->pf, SVF_FILTERS_MAX);
	memcpy(job->state.filters[job->state.n_filters++], mac, ETH_ALEN);
	memcpy(job->added[job->n_added++], mac, ETH_ALEN);
	r = svf_state_save(job->paths, &job->state, err);
	if (r < 0)
		(void)unrecord_filter(job, mac, NULL);
	return r;
}

/* A filter that is there already (another VF's in another VLAN, or the operator's) serves too. One
 * that is recorded may not be there: a `set` was killed. */
static int add_filter(struct svf_change_job *job, const uint8_t mac[ETH_ALEN],
		      struct svf_errmsg *err)
{
	const bool recorded = find_filter(&job->state, mac) >= 0;
	struct svf_errmsg detail = {};
	int r = recorded ? 0 : record_filter(job, mac, err), add;

	if (r < 0)
		return r;
	add = svf_link_add_filter(job->nl, job->pf.ifindex, mac, &detail);
	if (!add || (add == -EEXIST && recorded))
		return 0;
	if (!recorded)
		r = unrecord_filter(job, mac, err);
	if (r < 0 || add == -EEXIST || job->pf.flags & IFF_PROMISC)
		return r;
	if (add == -EOPNOTSUPP || add == -ENOSPC || add == -EINVAL)
		return make_promisc(job, err);
	return svf_errmsg_set(err, add, "%s", detail.text);
}

static int add_filters(struct svf_change_job *job, struct svf_errmsg *err)
{
	const uint8_t *macs[SVF_ADDRESSES_MAX];
	const unsigned int n = svf_change_addresses(&job->new, macs);
	int r = 0;

	for (unsigned int i = 0; i < n && !r; i++)
		if (!svf_vf_owns(&job->old, macs[i]))
			r = add_filter(job, macs[i], err);
	return r;
}

static void undo_add_filters(struct svf_change_job *job)
{
	if (!job->n_added && !job->set_promisc)
		return;
	for (; job->n_added; job->n_added--) {
		const uint8_t *mac = job->added[job->n_added - 1];

		(void)svf_link_del_filter(job->nl, job->pf.ifindex, mac, NULL);
		forget_filter(&job->state, mac);
	}
	if (job->set_promisc)
		(void)svf_link_set_flags(job->nl, SVF_NSID_SELF, job->pf.ifindex, 0, IFF_PROMISC,
					 NULL);
	job->state.before.changed_promisc &= !job->set_promisc;
	(void)svf_state_save(job->paths, &job->state, NULL);
}

static bool is_anothers(const struct svf_change_job *job, const uint8_t mac[ETH_ALEN])
{
	for (unsigned int vf = 0; vf < job->state.args.vfs; vf++)
		if (vf != job->change->vf && svf_vf_owns(&job->vfs[vf], mac))
			return true;
	return false;
}

static int remove_filter(struct svf_change_job *job, const uint8_t mac[ETH_ALEN],
			 struct svf_errmsg *err)
{
	int r;

	if (find_filter(&job->state, mac) < 0 || is_anothers(job, mac))
		return 0;
	r = svf_link_del_filter(job->nl, job->pf.ifindex, mac, err);
	if (r < 0 && r != -ENOENT)
		return r;
	memcpy(job->deleted[job->n_deleted++], mac, ETH_ALEN);
	forget_filter(&job->state, mac);
	return 0;
}

static int remove_filters(struct svf_change_job *job, struct svf_errmsg *err)
{
	const uint8_t *macs[SVF_ADDRESSES_MAX];
	const unsigned int n = svf_change_addresses(&job->old, macs);
	int r = 0;

	for (unsigned int i = 0; i < n && !r; i++)
		if (!svf_vf_owns(&job->new, macs[i]))
			r = remove_filter(job, macs[i], err);
	if (!r && job->n_deleted)
		r = svf_state_save(job->paths, &job->state, err);
	return r;
}

static void undo_remove_filters(struct svf_change_job *job)
{
	if (!job->n_deleted)
		return;
	for (; job->n_deleted; job->n_deleted--) {
		const uint8_t *mac = job->deleted[job->n_deleted - 1];

		(void)svf_link_add_filter(job->nl, job->pf.ifindex, mac, NULL);
		memcpy(job->state.filters[job->state.n_filters++], mac, ETH_ALEN);
	}
	(void)svf_state_save(job->paths, &job->state, NULL);
}

const struct svf_change_step svf_step_add_filters = { add_filters, undo_add_filters };
const struct svf_change_step svf_step_remove_filters = { remove_filters, undo_remove_filters };

/* --- MTU --- */

/* Its netdevs, and the namespaces they are in. */
struct place {
	const struct svf_link *link;
	int nsid;
};

#define N_PLACES 3

static void find_places(const struct svf_change_job *job, struct place ret_places[N_PLACES])
{
	ret_places[0] = (struct place){ &job->representor, SVF_NSID_SELF };
	ret_places[1] = (struct place){ &job->netdev, job->representor.peer_nsid };
	ret_places[2] = (struct place){ &job->ring_port, SVF_NSID_SELF };
}

/* Sets those that have a lower one, or the VF netdev if it has a higher one. Our own ends are never
 * lowered: the sorter is to see and count what is too long, and below 1280 the kernel takes IPv6
 * off a netdev and, later, gives it back unmuted. */
static bool is_to_set_mtu(const struct svf_change_job *job, const struct svf_link *link, bool raise)
{
	if (!job->sets_mtu || !link->ifindex)
		return false;
	return raise ? link->mtu < job->new.mtu : link == &job->netdev && link->mtu > job->new.mtu;
}

static int set_mtu(struct svf_change_job *job, bool raise, struct svf_errmsg *err)
{
	struct place places[N_PLACES];
	int r = 0;

	find_places(job, places);
	for (unsigned int i = 0; i < N_PLACES && !r; i++) {
		const struct svf_link *link = places[i].link;

		if (!is_to_set_mtu(job, link, raise))
			continue;
		r = svf_link_set_mtu(job->nl, places[i].nsid, link->ifindex, job->new.mtu, err);
		if (!r)
			job->set_mtus |= 1U << i;
	}
	return r;
}

static void undo_mtu(struct svf_change_job *job)
{
	struct place places[N_PLACES];

	find_places(job, places);
	for (unsigned int i = 0; i < N_PLACES; i++)
		if (job->set_mtus & 1U << i)
			(void)svf_link_set_mtu(job->nl, places[i].nsid, places[i].link->ifindex,
					       places[i].link->mtu, NULL);
	job->set_mtus = 0;
}

static int raise_mtu(struct svf_change_job *job, struct svf_errmsg *err)
{
	return set_mtu(job, true, err);
}

static int lower_mtu(struct svf_change_job *job, struct svf_errmsg *err)
{
	return set_mtu(job, false, err);
}

const struct svf_change_step svf_step_raise_mtu = { raise_mtu, undo_mtu };
const struct svf_change_step svf_step_lower_mtu = { lower_mtu, undo_mtu };

/* --- address --- */

/* A trusted VF that took the address itself has it. */
static bool is_to_set_mac(const struct svf_change_job *job)
{
	return job->sets_mac && memcmp(job->new.mac, job->netdev.mac, ETH_ALEN) != 0;
}

static int set_mac(struct svf_change_job *job, struct svf_errmsg *err)
{
	const struct svf_link *representor = &job->representor;
	int r;

	if (!is_to_set_mac(job))
		return 0;
	r = svf_link_set_mac(job->nl, representor->peer_nsid, representor->peer_ifindex,
			     job->new.mac, err);
	job->set_mac = !r;
	return r;
}

/* It may have had another than the sorter knew. */
static void undo_set_mac(struct svf_change_job *job)
{
	if (job->set_mac)
		(void)svf_link_set_mac(job->nl, job->representor.peer_nsid,
				       job->representor.peer_ifindex, job->netdev.mac, NULL);
}

const struct svf_change_step svf_step_set_mac = { set_mac, undo_set_mac };

bool svf_change_repairs(const struct svf_change_job *job)
{
	struct place places[N_PLACES];
	bool repairs = is_to_set_mac(job);

	find_places(job, places);
	for (unsigned int i = 0; i < N_PLACES; i++)
		repairs = repairs || is_to_set_mtu(job, places[i].link, true) ||
			  is_to_set_mtu(job, places[i].link, false);
	return repairs;
}

/* --- carrier --- */

static int set_link(struct svf_change_job *job, bool up, struct svf_errmsg *err)
{
	int r;

	if (job->up == up || !job->representor.ifindex)
		return 0;
	r = svf_link_set_flags(job->nl, SVF_NSID_SELF, job->representor.ifindex, up ? IFF_UP : 0,
			       IFF_UP, err);
	if (!r)
		job->up = up;
	return r;
}

static bool same_state(const struct svf_change_job *job)
{
	return job->new.link_state == job->old.link_state;
}

static int link_up(struct svf_change_job *job, struct svf_errmsg *err)
{
	struct svf_pf_config pf;
	int r = same_state(job) ? 0 : svf_sorter_get_pf(job->sorter, &pf);

	if (r < 0 || same_state(job) || !svf_vf_has_link(&job->new, pf.carrier))
		return r;
	return set_link(job, true, err);
}

/* The PF daemon writes the carrier first and then looks at the VFs' states; we the other way round:
 * whoever is last acts on both. */
static int settle_link(struct svf_change_job *job, struct svf_errmsg *err)
{
	struct svf_pf_config before, after = {};
	int r = same_state(job) ? 0 : svf_sorter_get_pf(job->sorter, &after);

	if (r < 0 || same_state(job))
		return r;
	do {
		before = after;
		r = set_link(job, svf_vf_has_link(&job->new, before.carrier), err);
		if (!r)
			r = svf_sorter_get_pf(job->sorter, &after);
	} while (!r && after.carrier != before.carrier);
	return r;
}

static void undo_link(struct svf_change_job *job)
{
	(void)set_link(job, job->representor.flags & IFF_UP, NULL);
}

const struct svf_change_step svf_step_link_up = { link_up, undo_link };
const struct svf_change_step svf_step_settle_link = { settle_link, undo_link };
