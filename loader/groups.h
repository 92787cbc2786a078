/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The VFs' multicast groups in the sorter (svf_mcast), and what of them is there already: only
 * differences are written. A change never leaves a moment in which the VF misses what it has before
 * and after it: what is new is joined before anything is left.
 */
#pragma once

#include "mcast_list.h"
#include "sorter.h"

struct svf_groups; /* lists of all VFs, as they are in the map; borrows the sorter */

/* Learns from the map what a former PF daemon has left. A VF of which nothing is there floods. */
int svf_groups_new(struct svf_groups **ret_groups, const struct svf_sorter *sorter,
		   unsigned int vfs);
struct svf_groups *svf_groups_free(struct svf_groups *groups);
SVF_DEFINE_CLEANUP(groups, struct svf_groups *, svf_groups_free(val_), NULL)

/* The VF's list as it is in the sorter: with flood, rows may be there beside that entry. */
const struct svf_mcast_list *svf_groups_get(const struct svf_groups *groups, unsigned int vf);
/* Makes the VF a member of the groups in the list and of no others; of all where the map cannot
 * take them. An empty list: of none. */
int svf_groups_set(struct svf_groups *groups, unsigned int vf, const struct svf_mcast_list *list);
