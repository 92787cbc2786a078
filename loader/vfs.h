/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which VFs a PF has, changed while it is up. The VFs that stay lose no frame: before the agent
 * ends to begin anew with other rings the sorter takes the tc lane, and the agent moves what rings
 * and ring ports hold.
 */
#pragma once

#include "pf_open.h"
#include "vf_set.h"

/* The VFs that there are, by the sorter. */
int svf_vfs_read(const struct svf_open_pf *pf, struct svf_vf_set *ret_vfs);

/*
 * Makes and removes VFs until they are those of `wanted`, and restarts PF daemon and agent where
 * their number changes. All or nothing where VFs are made: what was made goes again. Removing is
 * not taken back: it goes on after errors and returns the first; where it was cut short, `up` ends
 * it. The caller holds the PF's lock and has blocked signals.
 */
int svf_vfs_set(struct svf_open_pf *pf, const struct svf_vf_set *wanted, struct svf_errmsg *err);

/* What `up` found and put right. */
struct svf_vfs_repair {
	unsigned int mended; /* VFs that had lost netdevs */
	bool ended_change;   /* a change of VFs that was cut short */
	bool restarted;	     /* PF daemon and agent were, for that */
};

/* Brings a PF that is up in line with its state: ends what a killed command began, makes deleted
 * netdevs anew. */
int svf_vfs_repair(struct svf_open_pf *pf, struct svf_vfs_repair *ret_repair,
		   struct svf_errmsg *err);

/* -EBUSY (exit 4) naming VF and holder if one of the VFs is in another namespace than the PF. */
int svf_vfs_check_free(const struct svf_open_pf *pf, const struct svf_vf_set *vfs,
		       struct svf_errmsg *err);
