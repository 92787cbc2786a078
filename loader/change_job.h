/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A change at work: what is, what shall be, and the steps from one to the other. Steps before the
 * new configuration is published only add what it needs, steps after it only remove what the old
 * one needed; each can be taken back. For change*.c only.
 */
#pragma once

#include "change.h"
#include "link.h"
#include "sorter.h"
#include "state.h"

#define SVF_ADDRESSES_MAX (1 + SVF_MACS_MAX) /* a VF's own and its mac_list */

struct svf_change_job {
	const struct svf_change *change;
	const struct svf_paths *paths;
	struct svf_nl *nl;	   /* owned */
	struct svf_sorter *sorter; /* owned */
	struct svf_errmsg *warning;
	struct svf_state state;
	struct svf_link pf;
	struct svf_vf_config *vfs; /* owned; of all VFs, as they are */

	/* Of the PF: as it was, as it shall be. */
	struct svf_policy old_policy, new_policy;
	uint32_t old_rate, new_rate; /* Mbit/s: what is set, or the link's speed */

	/* Of the VF that is changed; zeros where it is the PF. */
	struct svf_vf_config old, new;
	struct svf_link representor; /* as it was; its peer is the VF netdev. All zero: gone */
	bool sets_mac, sets_mtu;     /* of the VF netdev, also to what the VF has already */
	struct svf_link netdev;	     /* as it was; read if one of these is set */
	struct svf_link ring_port;   /* the same, of the MTU */

	/* What steps have done, for their undoing. */
	struct svf_policy written_policy;
	bool set_promisc, set_mac;
	bool up;			 /* whether the representor is */
	unsigned int set_mtus;		 /* bits: of representor, VF netdev, ring port */
	unsigned int n_added, n_deleted; /* unicast filters of the PF */
	uint8_t added[SVF_ADDRESSES_MAX][ETH_ALEN], deleted[SVF_ADDRESSES_MAX][ETH_ALEN];
};

struct svf_change_step {
	int (*run)(struct svf_change_job *job, struct svf_errmsg *err);
	/* Takes back what run did, also where that was a part of its work, or nothing. */
	void (*undo)(struct svf_change_job *job);
};

/* change_netdev.c: VF netdev, representor, ring port and the PF's unicast filters. */
extern const struct svf_change_step svf_step_add_filters, svf_step_remove_filters;
extern const struct svf_change_step svf_step_raise_mtu, svf_step_lower_mtu;
extern const struct svf_change_step svf_step_set_mac;
extern const struct svf_change_step svf_step_link_up, svf_step_settle_link;
/* Whether a netdev is to be other than it is, though the VF's configuration may stay the same. */
bool svf_change_repairs(const struct svf_change_job *job);
/* change_index.c: the sorter's maps. */
extern const struct svf_change_step svf_step_add_fdb, svf_step_remove_fdb;
extern const struct svf_change_step svf_step_join_vlan, svf_step_leave_vlan;
extern const struct svf_change_step svf_step_add_limit, svf_step_remove_limit;
extern const struct svf_change_step svf_step_add_policy, svf_step_settle_policy;
extern const struct svf_change_step svf_step_publish;
/* change_rates.c: qdiscs. */
extern const struct svf_change_step svf_step_add_tbf, svf_step_remove_tbf;
extern const struct svf_change_step svf_step_add_classes, svf_step_remove_classes;

/* Refuses what cannot be, given the PF and the other VFs; job->warning gets what can, but is worth
 * a word (change_check.c). */
int svf_change_check(const struct svf_change_job *job, struct svf_errmsg *err);

/* The VF's addresses, `mac` first; returns how many. */
static inline unsigned int svf_change_addresses(const struct svf_vf_config *config,
						const uint8_t *ret_macs[SVF_ADDRESSES_MAX])
{
	unsigned int n = 0;

	ret_macs[n++] = config->mac;
	for (unsigned int i = 0; i < config->n_macs; i++)
		ret_macs[n++] = config->macs[i];
	return n;
}

static inline bool svf_change_is_of_pf(const struct svf_change_job *job)
{
	return job->change->vf == SVF_PF_ID;
}
