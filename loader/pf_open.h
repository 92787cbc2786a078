/* SPDX-License-Identifier: GPL-2.0-only */
/* A PF that is up, opened for reading: what `show`, `stats` and `fdb` begin with. */
#pragma once

#include <svf/cleanup.h>
#include <svf/errmsg.h>
#include <svf/paths.h>

#include "nl.h"
#include "sorter.h"
#include "state.h"

struct svf_open_pf {
	struct svf_paths paths;
	struct svf_state state;
	struct svf_nl *nl;	   /* owned */
	struct svf_sorter *sorter; /* owned */
};

/* -ENODEV or -ENOENT (exit code not found): no such netdev, or it is no PF of ours. The caller ends
 * with svf_open_pf_done(), also after a failure. */
int svf_open_pf_init(struct svf_open_pf *open, const char *pf, struct svf_errmsg *err);
void svf_open_pf_done(struct svf_open_pf *open);
