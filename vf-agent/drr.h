/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Deficit round robin: which VF may send next, and how much, so that each backlogged VF
 * gets the same share of bytes whatever the size of its frames. A frame's length is only
 * known once it is read, so a turn may overdraw by what one visit reads; the VF pays it
 * back in its next turns.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* One VF's account. */
struct svf_drr_account {
	int64_t deficit; /* bytes it may still send in this turn; below 0: overdrawn */
	bool active;	 /* it has something to send, as far as known */
};

struct svf_drr {
	struct svf_drr_account *accounts; /* n of them */
	uint32_t n;
	uint32_t n_active;
	uint32_t turn;	  /* the VF whose turn it is */
	uint32_t quantum; /* bytes a turn is worth */
	bool begun;	  /* the turn has got its quantum */
};

/* Nobody active. Owner calls svf_drr_done(), which accepts a zeroed one too. */
int svf_drr_init(struct svf_drr *drr, uint32_t n, uint32_t quantum);
void svf_drr_done(struct svf_drr *drr);

/* The VF has something to send; no effect if that was known. */
void svf_drr_set_active(struct svf_drr *drr, uint32_t vf);
/* It has nothing to send (its account is closed), or must wait for room (keep_account). */
void svf_drr_set_idle(struct svf_drr *drr, uint32_t vf, bool keep_account);

/* Whose turn it is. -ENOENT if nobody is active. Walks over overdrawn accounts, paying each
 * its quantum, so it may take n * overdraft / quantum steps, never more. */
int svf_drr_get_next(struct svf_drr *drr, uint32_t *ret_vf);
/* The VF got from svf_drr_get_next() sent this many bytes. */
void svf_drr_charge(struct svf_drr *drr, uint32_t vf, uint64_t bytes);
