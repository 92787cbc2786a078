/* SPDX-License-Identifier: GPL-2.0-only */
/* What the commands that take a file have in common (cmd_state.c, cmd_try.c). */
#pragma once

#include "cli.h"
#include "converge.h"

/* Takes the operand FILE. */
int svf_state_take_file(struct svf_cli *cli, const char **ret_file, struct svf_errmsg *err);
/* Locks all PFs of the file: as svf_cmd_lock() does, or with `look`, whatever is on trial and for
 * as long as by default. */
int svf_state_lock(const struct svf_cli *cli, struct svf_converge *converge, bool look,
		   struct svf_errmsg *err);
/* Repairs the PFs, makes the plan, and refuses it if it takes VFs that somebody holds, unless
 * --force. */
int svf_state_prepare(const struct svf_cli *cli, struct svf_converge *converge,
		      struct svf_errmsg *err);
