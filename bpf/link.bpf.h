/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A VF's link. The netdev's carrier shows it to the tenant (the PF daemon sets it); here
 * it is enforced, in both directions and whatever way a frame takes.
 */
#pragma once

#include <stdbool.h>

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include <svf/abi.h>

#include "pf.bpf.h"

static __always_inline bool is_link_up(const struct svf_vf_config *config)
{
	const struct svf_pf_config *pf;

	if (!config->representor) /* user space is about to make its netdevs */
		return false;
	if (config->link_state != SVF_LINK_STATE_AUTO)
		return config->link_state == SVF_LINK_STATE_ENABLE;
	pf = get_pf();
	return pf && pf->carrier;
}
