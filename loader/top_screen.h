/* SPDX-License-Identifier: GPL-2.0-only */
/* `top` on a terminal, by ncurses: the only file that knows it. */
#pragma once

#include <svf/errmsg.h>

#include "top_state.h"
#include "top_take.h"

/*
 * Shows samples until a key, SIGINT, SIGTERM or SIGHUP ends it, or `count` pages (0: without end);
 * the terminal is then as it was. `first` is shown at once and owned from here on.
 * svf_interrupt_block() was called. -EOPNOTSUPP (exit code unsupported): no such terminal.
 */
int svf_top_screen(struct svf_top_taker *taker, struct svf_top_sample *first,
		   struct svf_top_state *state, unsigned int count, struct svf_errmsg *err);
