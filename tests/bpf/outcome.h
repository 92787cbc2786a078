/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What came of a frame, as text to be compared with a row's: a sorted list of words, so
 * that a failed assertion shows both whole.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "frame.h"
#include "words.h"
#include "world.h"

/* What everybody who gets the frame has in common. */
struct outcome_frame {
	uint32_t n_packets; /* it counts for */
	size_t bytes;	    /* it counts for, all of its packets together */
	const uint8_t *dst;
	const struct svf_frame_spec *spec; /* what offenders show; NULL: too short for that */
	int sender;			   /* the VF whose port it comes from; -1: none */
};

/* All counters that are not zero. Asserts (cmocka) that the sums are what the parts make
 * them: packets, dropped, bytes, skbs, broadcast and multicast; that each drop, and nothing else,
 * has its offender and its event, and that unicast was counted at its address (hits). */
void outcome_format_counts(struct world *world, const struct outcome_frame *frame,
			   char ret_text[WORDS_TEXT_MAX]);

/* All sightings but the sentinels'. */
void outcome_format_seen(const struct world *world, char ret_text[WORDS_TEXT_MAX]);

/* The part of outcome_format_counts() that is told beside the counters (outcome_told.c): adds
 * events of joins to the words. */
void outcome_check_told(struct world *world, const struct outcome_frame *frame,
			struct words *words);
