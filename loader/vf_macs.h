/* SPDX-License-Identifier: GPL-2.0-only */
/* The stable addresses of a PF's VFs. */
#pragma once

#include "link.h"

/* Chooses addresses for VFs 0..vfs-1: derived from machine, PF and VF number, so the same at every
 * `up`, and different from each other and from those of all netdevs here. */
int svf_vf_macs_choose(struct svf_nl *nl, const struct svf_link *pf, unsigned int vfs,
		       uint8_t ret_macs[][ETH_ALEN], struct svf_errmsg *err);
