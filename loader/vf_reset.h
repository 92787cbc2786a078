/* SPDX-License-Identifier: GPL-2.0-only */
/* `reset`: what a function level reset is to a card's VF. */
#pragma once

#include "pf_open.h"

/* Takes the VF's link, waits until its rings and its ring port are empty, and gives the link back:
 * the tenant sees its carrier go and come once. Attributes, address, counters and netdevs stay.
 * Where the PF does not send what waits (it has no link) the agent is restarted, which drops it.
 * -ENODEV (exit 3): its netdevs are gone. */
int svf_vf_reset(struct svf_open_pf *pf, unsigned int vf, struct svf_errmsg *err);
