/* SPDX-License-Identifier: GPL-2.0-only */
/* What the PF's account has to know of VFs that were removed, and of netdevs that were deleted. */
#pragma once

#include "nl.h"
#include "sorter.h"

/* The sums of all VFs of this number, former ones and the present one. */
int svf_flows_read(struct svf_flows *ret_flows, const struct svf_sorter *sorter, uint32_t vf,
		   unsigned int queues);

/* Nobody counts for the VF any more: keeps what the account needs, sets its counters to zero. What
 * one who was killed in between has left is finished first. */
int svf_former_retire(const struct svf_sorter *sorter, uint32_t vf, unsigned int queues);

/* The VF's veth pair is about to be a new one, whose counters begin at zero; the sorter still knows
 * it by the old one, which is gone. */
int svf_former_begin_pair(struct svf_nl *nl, const struct svf_sorter *sorter, uint32_t vf);
/* The same of the ring port, while no agent lives. Frames to the wire that went with the old one
 * become losses, `port`. */
int svf_former_begin_port(struct svf_nl *nl, const struct svf_sorter *sorter, uint32_t vf,
			  unsigned int queues);
