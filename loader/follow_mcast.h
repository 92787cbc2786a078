/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Follows the VFs' multicast groups: what a VF netdev wants to hear is what its VF gets. The lists
 * are read in the netdevs' own namespaces, by a thread that enters them one after the other and
 * ends: none is kept open in between. What cannot be read, or is longer than SVF_GROUPS_MAX, stands
 * for all groups.
 *
 * IGMP and MLD sent by the VF, and the kernel's events, say when to read; but joining by
 * `ip maddr add` or a packet socket says nothing. So all lists are read every 150 ms, or as often
 * as 0.5 % of a CPU allows.
 */
#pragma once

#include "watch.h"

struct svf_mcast_follower; /* borrows the watch */

/* The first run reads all. */
int svf_mcast_follower_new(struct svf_mcast_follower **ret_follower, struct svf_watch *watch);
struct svf_mcast_follower *svf_mcast_follower_free(struct svf_mcast_follower *follower);

/* The VF's groups may have changed: its list is read by the next run. moved: its netdev may be
 * elsewhere by now, too, and is looked for, which takes the kernel's RTNL: not without need, since
 * joining a group may be waiting for it. */
void svf_mcast_follower_mark(struct svf_mcast_follower *follower, unsigned int vf, bool moved);

/* Reads what is due. Returns when to be called again (CLOCK_MONOTONIC). */
int64_t svf_mcast_follower_run(struct svf_mcast_follower *follower, int64_t now_ns);
