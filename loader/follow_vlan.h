/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Follows the VLAN netdevs over VF netdevs. Those of a VF that svf_change_may_register() are its
 * trunk (svf_vf_config.registered), by the same transaction as `set`; of another's the log tells.
 * Where they cannot be read there are none.
 *
 * They are looked for in the VF netdev's own namespace; of a VF netdev in the PF's also in every
 * namespace that has an id in there, which all have that a VLAN netdev was moved to from there.
 */
#pragma once

#include "watch.h"

struct svf_vlan_follower; /* borrows the watch */

int svf_vlan_follower_new(struct svf_vlan_follower **ret_follower, struct svf_watch *watch);
struct svf_vlan_follower *svf_vlan_follower_free(struct svf_vlan_follower *follower);

/* The VF's VLAN netdevs, where its netdev is, or its configuration may have changed: the next run
 * looks. */
void svf_vlan_follower_mark(struct svf_vlan_follower *follower, unsigned int vf);
/* Some VLAN netdev over a netdev of another namespace has changed: all VFs of ours are marked. */
void svf_vlan_follower_mark_strays(struct svf_vlan_follower *follower);

/* Looks at the VFs that are marked, as 5 % of a CPU allow, and at all once in a second, as 0.1 % of
 * a CPU allows. Returns when to be called again (CLOCK_MONOTONIC). */
int64_t svf_vlan_follower_run(struct svf_vlan_follower *follower, int64_t now_ns);
