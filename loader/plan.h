/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The way from a PF's present setup to the one wanted, as commands that a user could type. Those
 * that make come first, those that take away last, so that what fails in the middle can be taken
 * back without having lost a netdev.
 */
#pragma once

#include <stdio.h>

#include "setup.h"

enum svf_step_kind {
	SVF_STEP_UP,
	SVF_STEP_ADD, /* VFs */
	SVF_STEP_SET, /* the PF's policy, or a VF */
	SVF_STEP_DEL, /* VFs */
	SVF_STEP_DOWN,
};

struct svf_step {
	enum svf_step_kind kind;
	char pf[IFNAMSIZ];
	unsigned int vf;	 /* of SET; SVF_PF_ID: the PF itself */
	char *words;		 /* of SET, each after a blank; owned */
	struct svf_up_args args; /* of UP */
	struct svf_vf_set vfs;	 /* of ADD and DEL: which, */
	struct svf_vf_set after; /* and all that there are then */
};

struct svf_plan {
	struct svf_step *steps; /* owned */
	size_t n;
};

void svf_plan_done(struct svf_plan *plan);
/* Appends what one PF needs. -EINVAL (exit 2) naming what cannot change while the PF is up. The
 * plan is not in order until svf_plan_sort(). */
int svf_plan_add(struct svf_plan *plan, const struct svf_setup *present,
		 const struct svf_setup *wanted, struct svf_errmsg *err);
/* What takes away goes last, of all PFs. */
void svf_plan_sort(struct svf_plan *plan);

/* One line for each command: "set eth0 vf 3 vlan 100". */
void svf_plan_show(FILE *out, const struct svf_plan *plan);
/* The same as an array: [{"pf": "eth0", "command": "set eth0 vf 3 vlan 100"}]. NULL: no memory. */
json_t *svf_plan_to_json(const struct svf_plan *plan);

/* -EBUSY (exit 4) naming one that another namespace holds, of the VFs that would go. */
int svf_plan_check_holders(const struct svf_plan *plan, struct svf_errmsg *err);
/* Runs the steps; the PFs' locks are held, signals blocked. Stops at the first failure. Which VFs
 * have which address is in its middle not what it will be, so warnings come from svf_plan_warn().
 */
int svf_plan_run(const struct svf_plan *plan, struct svf_errmsg *err);
