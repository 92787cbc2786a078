/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Random frames through the attached programs, each compared with the oracle: who sees it and how,
 * and at the end of each random world all counters. SVF_FUZZ_FRAMES (10^6) frames from each side,
 * SVF_SEED (1) for others.
 */
#pragma once

/* Take a struct world as their cmocka state. */
void fuzz_from_vfs(void **state);
void fuzz_from_wire(void **state);
void fuzz_from_host(void **state); /* a tenth of the frames */
