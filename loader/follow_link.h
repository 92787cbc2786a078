/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Follows the PF's link: its address, MTU and carrier go to the sorter (svf_pf, of which the PF
 * daemon is the only writer), and the representors of VFs in state auto go up and down with the
 * carrier, which is what gives their VF netdevs theirs.
 *
 * `set state` does its own VF's representor, by svf_pf.carrier as it reads it under the PF's lock.
 * The two cannot end in disagreement: the fact is written first, and the representors are done
 * under the lock after it. A `set` that had the lock before has read the old fact, and its VF is
 * done again; one that gets the lock after reads the new one.
 *
 * A representor that is down though the VF has a link was set down by the host's admin, who takes
 * the VF's carrier with that: it stays down, whatever the PF's carrier does, until the admin sets
 * it up or says `state enable`. One that is set up though the VF has no link shows a carrier, and
 * the sorter drops what comes, until the PF's carrier changes next.
 */
#pragma once

#include "vf_set.h"
#include "watch.h"

struct svf_link_follower {
	struct svf_watch *watch;
	struct svf_pf_config facts; /* as written last */
	char pf_name[IFNAMSIZ];	    /* as seen last */
	bool all;		    /* the first time: also VFs whose state does not depend on it */
	bool pending;		    /* the representors have to be done */
	struct svf_vf_set marked;   /* VFs whose representor has to be looked at */
	struct svf_vf_set held;	    /* ... was set down by the admin */
	int64_t retry_ns;	    /* when, if somebody had the lock; CLOCK_MONOTONIC */
};

/* Signs in (svf_pf.daemon) and looks for the first time. The representors are done at once if
 * `locked`: then somebody waits for us who has the PF's lock. -ENODEV: the PF is gone. */
int svf_link_follower_init(struct svf_link_follower *follower, struct svf_watch *watch,
			   bool locked);

/* Looks at the PF and writes what has changed. -ENODEV: it is gone. */
int svf_link_follower_look(struct svf_link_follower *follower);
/* The same if its carrier is not what it was, which costs one call to find out, on any socket of
 * the PF's namespace. */
int svf_link_follower_glance(struct svf_link_follower *follower, int socket_fd);

/* The VF's representor may have been set up or down. */
void svf_link_follower_mark(struct svf_link_follower *follower, unsigned int vf);

/* Does the representors if that is due and nobody has the PF's lock. Returns when to be called
 * again (CLOCK_MONOTONIC), INT64_MAX: no need. */
int64_t svf_link_follower_run(struct svf_link_follower *follower, int64_t now_ns);
