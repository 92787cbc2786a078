/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The agent: owns the maps, workers and life signs of one PF, from start to SIGTERM.
 */
#pragma once

#include <svf/errmsg.h>

#include "options.h"

/* Runs until SIGTERM or SIGINT (exit 0), or until something fails: then one line has been
 * written, to the readiness descriptor if we were not ready and there is one, else to the log. */
enum svf_exit svf_agent_run(const struct svf_options *options);
