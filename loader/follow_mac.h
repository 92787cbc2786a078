/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Follows the addresses that VFs give themselves. That of a VF with SVF_TRUST_MAC becomes its
 * address, by the same transaction as `set mac`, a few times at once and then once in a second; of
 * another's the log tells, and its frames are dropped as spoof_mac. `set mac` changes the netdev
 * before it publishes the address: so a difference counts only when it is seen under the PF's lock.
 */
#pragma once

#include "watch.h"

struct svf_mac_follower; /* borrows the watch */

int svf_mac_follower_new(struct svf_mac_follower **ret_follower, struct svf_watch *watch);
struct svf_mac_follower *svf_mac_follower_free(struct svf_mac_follower *follower);

/* The VF's netdev or configuration may have changed: the next run looks at it. */
void svf_mac_follower_mark(struct svf_mac_follower *follower, unsigned int vf);

/* Looks at VFs that are marked, for some ms, and once in a second (less often where that would cost
 * more than 0.1 % of a CPU) at all. Returns when to be called again (CLOCK_MONOTONIC). */
int64_t svf_mac_follower_run(struct svf_mac_follower *follower, int64_t now_ns);
