/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Follows what is deleted: a VF whose netdev, representor or ring port goes - with its namespace,
 * by the tenant or by the host's root - gets a new one in the PF's namespace, under the PF's lock.
 */
#pragma once

#include "watch.h"

struct svf_lack_follower {
	struct svf_watch *watch;
	int64_t due_ns;	   /* when to look at all VFs (CLOCK_MONOTONIC); INT64_MAX: no need */
	int64_t glance_ns; /* when to look for those that a killed `reset` has left */
	bool told;	   /* a failure has been logged, and nothing went well since */
};

/* Looks at all VFs by the first run. */
void svf_lack_follower_init(struct svf_lack_follower *follower, struct svf_watch *watch);
/* Some netdev here was deleted, or what is told was lost. */
void svf_lack_follower_mark(struct svf_lack_follower *follower);
/* Mends what is missing if nobody has the PF's lock; an agent that had a lost ring port is ended,
 * for the keeper to start again. Returns when to be called again, INT64_MAX: no need. */
int64_t svf_lack_follower_run(struct svf_lack_follower *follower, int64_t now_ns);
