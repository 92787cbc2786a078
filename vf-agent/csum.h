/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The Internet checksum (RFC 1071), in parts. Sums are of 16-bit words as they lie in memory,
 * so results are stored as they are, without byte swapping.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "headers.h"

/* What a correct checksum makes a whole header and its data add up to. */
#define SVF_CSUM_OK 0xffff

/* Adds n bytes to a sum; n may be odd in the last part only. A frame never overflows it. */
uint64_t svf_csum_add(uint64_t sum, const void *data, size_t n);
/* The sum as 16 bits; its complement is what goes into a header. */
uint16_t svf_csum_fold(uint64_t sum);
/* Sum of the pseudo-header for n bytes of TCP (header and payload) in this frame, whose IP header
 * is plain. */
uint64_t svf_csum_pseudo(const uint8_t *frame, const struct svf_headers *headers, uint32_t n);
/* Whether the checksums of a plain IP and the TCP header are right, and as anybody computes them:
 * 0xffff, which is as good as 0, nobody does. */
bool svf_csum_is_valid(const uint8_t *frame, const struct svf_headers *headers);
