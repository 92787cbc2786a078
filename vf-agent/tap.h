/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One queue of a ring port, an existing persistent tap, as a svf_vf_port.
 */
#pragma once

#include "port.h"

/* How to attach to a ring port. */
struct svf_tap_params {
	uint32_t timeout_ms; /* how long a tap that a killed agent still holds is waited for */
	bool multi_queue;    /* as the loader made it */
	bool tso;	     /* TCP superframes and unfinished checksums may come */
};

/* Attaches to a queue of the tap called name. Queue q is the q-th that is opened. -EBUSY: still
 * held by another agent after the timeout. -ENODEV if no tap has that name: none is ever
 * created. */
int svf_tap_open(const char *name, const struct svf_tap_params *params,
		 struct svf_vf_port **ret_port);
