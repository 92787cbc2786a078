/* SPDX-License-Identifier: GPL-2.0-only */
/* Takes the samples of `top` from the kernel: one PF or all that are up in our namespace. */
#pragma once

#include <svf/errmsg.h>

#include "top_model.h"

/* What is kept from one sample to the next, because finding it out costs more than a sample. */
struct svf_top_taker;

/* pf: the only one to be looked at, not copied; NULL: all. */
int svf_top_taker_new(struct svf_top_taker **ret_taker, const char *pf);
struct svf_top_taker *svf_top_taker_free(struct svf_top_taker *taker);
SVF_DEFINE_CLEANUP(top_taker, struct svf_top_taker *, svf_top_taker_free(val_), NULL)

/* Takes a sample. A PF that cannot be read, perhaps because it goes down just now, is in it with
 * the reason; the call fails only if nothing can be told: -ENOMEM, or /run/svf cannot be read. */
int svf_top_take(struct svf_top_taker *taker, struct svf_top_sample *ret_sample,
		 struct svf_errmsg *err);
