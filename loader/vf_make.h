/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One VF of a PF that is up, from nothing to all it needs and back, and made whole again. The
 * caller holds the PF's lock. What changes in the PF's state (filters) is saved by the caller.
 */
#pragma once

#include "pf_open.h"
#include "vf.h"
#include "vf_set.h"

/* The number's netdevs, address, filter, place in the sorter and programs: all but the link, which
 * svf_vf_link_up() makes when its rings are about to be there. Leftovers of the number go first. */
int svf_vf_make(struct svf_open_pf *pf, unsigned int vf, struct svf_errmsg *err);

/* Has the sorter forget the VF: nothing passes any more, nothing of it is left but counters,
 * netdevs and rings. Success where there is nothing; goes on after errors and returns the first. */
int svf_vf_unmake(struct svf_open_pf *pf, unsigned int vf, struct svf_errmsg *err);

/* Takes the addresses that no VF has any more off the PF's filters. */
int svf_vf_drop_filters(struct svf_open_pf *pf, struct svf_errmsg *err);

/* Deletes the netdevs that bear our alias with a number in `vfs`, whatever the sorter knows of
 * them. */
int svf_vf_sweep(struct svf_open_pf *pf, const struct svf_vf_set *vfs, struct svf_errmsg *err);

/* What is missing of a VF, as flags. */
enum svf_vf_lack {
	SVF_VF_LACKS_PAIR = 1U << 0,	  /* somebody deleted its netdev, or the representor */
	SVF_VF_LACKS_RING_PORT = 1U << 1, /* ... its ring port */
};

/* 0 where all is there; -ENOENT: there is no such VF. */
int svf_vf_find_lack(const struct svf_open_pf *pf, unsigned int vf, unsigned int *ret_lack);

/* Makes what is missing, with the VF's number, names, address and attributes, in our namespace. No
 * agent may live where a ring port is missing. Until all is there the sorter knows that it is not.
 */
int svf_vf_mend(struct svf_open_pf *pf, unsigned int vf, unsigned int lack, struct svf_errmsg *err);

/* What a command that was killed may not have come to: indexes, filter, programs, link. */
int svf_vf_settle(struct svf_open_pf *pf, unsigned int vf, struct svf_errmsg *err);
