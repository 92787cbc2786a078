/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Superframes that a tenant makes by itself, of any headers (PACKET_VNET_HDR), so that the kernel
 * knows their segments as it does those of its own.
 */
#pragma once

/* The kernel tells whether segments of which the sorter knows little are within the PF's MTU.
 * Takes a struct world as its cmocka state. */
void superframe_segments(void **state);
