/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tests that are no rows. Each takes a struct world as its cmocka state.
 */
#pragma once

/* Frames of every length from none to beyond a whole tag, at every program. */
void extra_every_length(void **state);

/* The host hears its own multicast, the VFs hear it once. Gives the PF an address. */
void extra_own_multicast(void **state);
