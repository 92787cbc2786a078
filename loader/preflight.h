/* SPDX-License-Identifier: GPL-2.0-only */
/* What can be known before anything is changed: is this netdev a PF, and with which arguments. */
#pragma once

#include "link.h"
#include "settings.h"
#include "state.h"

/* Largest MTU rings carry: what native XDP leaves of a page on veth (3,500 passes, 3,520 does not).
 */
#define SVF_RING_MAX_MTU 3500

/* Largest MTU that UMEM frames of this size carry, in rings. */
unsigned int svf_frame_max_mtu(unsigned int frame_size);

/* Refuses what cannot be a PF (one line in err), and fills state with the arguments as they will be
 * used: queues, ring size and frame size chosen where the user left them open. Warnings go to said.
 */
int svf_preflight(struct svf_nl *nl, const struct svf_link *pf, const struct svf_up_args *args,
		  struct svf_state *ret_state, struct svf_settings_text *said,
		  struct svf_errmsg *err);

struct svf_checkup;
/* For doctor, of a PF that is not up: checkup->state as a plain `up` of some VFs would have it. */
void svf_preflight_assume(struct svf_checkup *checkup);
