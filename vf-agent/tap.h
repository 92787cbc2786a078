/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One queue of a ring port, an existing persistent tap, as a svf_vf_port.
 */
#pragma once

#include "port.h"

/* Attaches to a queue of the tap called name (IFF_MULTI_QUEUE if multi_queue, as the
 * loader made it) and turns its offloads off. Queue q is the q-th that is opened. A tap that a
 * killed agent still holds is waited for, timeout_ms at most (-EBUSY). -ENODEV if no tap has that
 * name: none is ever created. */
int svf_tap_open(const char *name, bool multi_queue, uint32_t timeout_ms,
		 struct svf_vf_port **ret_port);
