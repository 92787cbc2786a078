/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * PFs on their way from what is to what a file says: whole or not at all. What was before is kept
 * and gone back to when a step fails.
 */
#pragma once

#include <svf/paths.h>

#include "document.h"
#include "plan.h"

/* One PF of the file. */
struct svf_target {
	const char *pf; /* the document's */
	struct svf_paths paths;
	int lock_fd;		  /* owned; -1: not locked */
	struct svf_setup *before; /* owned */
	struct svf_setup *wanted; /* owned */
};

struct svf_converge {
	struct svf_document document;
	struct svf_target *targets; /* owned */
	unsigned int n;
	struct svf_plan plan;
};

/* Loads the file, makes its targets; nothing is locked. svf_converge_done() also after a failure.
 */
int svf_converge_init(struct svf_converge *converge, const char *file, struct svf_errmsg *err);
void svf_converge_done(struct svf_converge *converge);

/* Ends what was cut short and mends what was broken of the PFs that are up; they are locked. */
int svf_converge_repair(const struct svf_converge *converge, struct svf_errmsg *err);
/* Reads what is and makes the plan. */
int svf_converge_plan(struct svf_converge *converge, struct svf_errmsg *err);
/* Runs the plan; on failure everything is as before, or err says what is not. */
int svf_converge_run(struct svf_converge *converge, struct svf_errmsg *err);

/* Brings one PF, which is locked, back to `before`. */
int svf_converge_restore(const struct svf_setup *before, const struct svf_paths *paths,
			 struct svf_errmsg *err);
