/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a tenant has stacked on a VF netdev: macvlans, VLANs and the like. They stay in its
 * namespaces when the netdev moves, and go on sending and hearing through it.
 */
#pragma once

#include "nl.h"

/* Deletes what is stacked on the netdev of our namespace, in every namespace that a mount, a
 * process or a descriptor of one leads to. To be called when the netdev is out of the tenant's
 * reach: then it can stack no more. */
int svf_uppers_delete(int ifindex, struct svf_errmsg *err);
