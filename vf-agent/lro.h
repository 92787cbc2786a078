/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * LRO: consecutive TCP segments of a flow, found in one batch of received frames, become one
 * superframe. Nothing is copied and nothing is kept: a superframe is a chain of the batch's own
 * buffers, in front of which the first one's headers are made to fit. Cut by the segment
 * size that it tells, it gives the original frames again, byte for byte.
 */
#pragma once

#include <stdint.h>

#include "port.h"

#define SVF_LRO_BATCH SVF_PORT_PARTS_MAX /* buffers at most */

/* Chains what can be merged among n buffers, in order of arrival: svf_port_buffer's `next`, `skip`,
 * `merged` and `offload`. Each frame of a flow stays behind those that came before it. What is
 * not merged is not touched. */
void svf_lro_merge(struct svf_port_buffer *buffers, uint32_t n);
