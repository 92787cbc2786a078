/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What came of a frame, as text to be compared with a row's: a sorted list of words, so
 * that a failed assertion shows both whole.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "world.h"

#define SVF_OUTCOME_MAX 8192

/* All counters that are not zero. Asserts (cmocka) that the sums are what the parts make
 * them: packets, dropped, bytes of frames of `len`, broadcast and multicast. */
void outcome_format_counts(const struct world *world, uint32_t n_packets, size_t len,
			   const uint8_t *dst, char ret_text[SVF_OUTCOME_MAX]);

/* All sightings but the sentinels'. */
void outcome_format_seen(const struct world *world, char ret_text[SVF_OUTCOME_MAX]);

/* A row's words, sorted; NULL is none. */
void outcome_format_expected(const char *words, char ret_text[SVF_OUTCOME_MAX]);

unsigned int outcome_count_words(const char *words);
