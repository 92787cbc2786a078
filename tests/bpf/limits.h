/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tests of what depends on time. Each takes a struct world as its cmocka state, and skips where
 * the machine was too slow for what it is about.
 */
#pragma once

void limits_storm(void **state);
void limits_storm_least(void **state);
void limits_storm_superframes(void **state);
void limits_pps(void **state);
void limits_pps_shaped(void **state);
void limits_pps_least(void **state);
void limits_pps_superframes(void **state);
void limits_pps_rate(void **state);
void limits_offenders(void **state);
void limits_joins(void **state);
