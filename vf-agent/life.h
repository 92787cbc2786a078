/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The agent's life signs to the sorter: a socket in svf_alive, which the kernel takes out
 * when we die, however we die, and a heartbeat in svf_agent, for when we hang.
 */
#pragma once

#include <stdbool.h>

#include <svf/abi.h>

#include "maps.h"

struct svf_life {
	struct svf_agent_life *shared; /* svf_agent's value; NULL: not mapped */
	const struct svf_maps *maps;   /* not owned */
	int socket;		       /* in svf_alive; -1: none */
};

/* Not alive. */
void svf_life_init(struct svf_life *life, const struct svf_maps *maps);
/* Fills svf_alive, gives the first heartbeat and tells whether the rings are zero copy. To be
 * called last of all that opens file descriptors. */
int svf_life_attach(struct svf_life *life, bool zero_copy);
/* A heartbeat, now. */
void svf_life_beat(struct svf_life *life);
/* Empties svf_alive: the sorter stops using the rings. Does nothing if not attached. */
void svf_life_detach(struct svf_life *life);
/* Detaches and unmaps. */
void svf_life_done(struct svf_life *life);
