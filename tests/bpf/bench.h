/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How long the sorter takes for a frame, by BPF_PROG_TEST_RUN.
 */
#pragma once

#include "world.h"

/* Prints nanoseconds per run. 0 or -errno. */
int bench_run(struct world *world);
