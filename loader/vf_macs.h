/* SPDX-License-Identifier: GPL-2.0-only */
/* The stable addresses of a PF's VFs. */
#pragma once

#include "link.h"

/* Chooses addresses for VFs 0..vfs-1: derived from machine, PF and VF number, so the same at every
 * `up`, and different from each other and from those of all netdevs here. */
int svf_vf_macs_choose(struct svf_nl *nl, const struct svf_link *pf, unsigned int vfs,
		       uint8_t ret_macs[][ETH_ALEN], struct svf_errmsg *err);

/* The address that VF `vf` has where none is set: as svf_vf_macs_choose() for it alone, but that
 * its own netdev, the representor's peer, may have it. */
int svf_vf_macs_restore(struct svf_nl *nl, const struct svf_link *pf, unsigned int vf,
			const struct svf_link *representor, uint8_t ret_mac[ETH_ALEN],
			struct svf_errmsg *err);

/* Whether `mac` is the address that VF `vf` has where none is set. */
int svf_vf_macs_is_stable(struct svf_nl *nl, const struct svf_link *pf, unsigned int vf,
			  const struct svf_link *representor, const uint8_t mac[ETH_ALEN],
			  bool *ret_stable, struct svf_errmsg *err);
