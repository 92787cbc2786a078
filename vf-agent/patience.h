/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Waiting for what a killed agent still holds: the kernel closes its sockets one after
 * another (13 ms each) before its taps and its queues' pools are free. Bounded, with pauses
 * of 1, 2, 4 .. 64 ms.
 */
#pragma once

#include <stdint.h>

struct svf_patience {
	uint32_t timeout_ms; /* all pauses together */
	uint32_t waited_ms;
	uint32_t pause_ms; /* the last one; 0 before the first */
};

/* Pauses once more. -ETIMEDOUT if the time is used up, -EINTR if a stop signal (SIGTERM, SIGINT;
 * blocked by the caller) came. */
int svf_patience_wait(struct svf_patience *patience);
