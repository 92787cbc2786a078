/* SPDX-License-Identifier: GPL-2.0-only */
/* What the keys of `top` have set: order, filter, interval, place. Pure: no terminal. */
#pragma once

#include <stdbool.h>

#include "top_model.h"

/* Keys that are no characters, beyond all that are. */
enum svf_top_special {
	SVF_TOP_UP = 0x1000,
	SVF_TOP_DOWN,
	SVF_TOP_PAGE_UP,
	SVF_TOP_PAGE_DOWN,
	SVF_TOP_HOME,
	SVF_TOP_END,
	SVF_TOP_BACKSPACE,
	SVF_TOP_ENTER,
	SVF_TOP_ESCAPE,
};

struct svf_top_state {
	struct svf_top_order order;
	unsigned int interval_s;
	unsigned int first;   /* row at the top, counted among those shown */
	unsigned int n_shown; /* rows that there are, as of the last page */
	unsigned int n_lines; /* rows that a page has */
	bool paused, help, quit;
	bool typing;		     /* text is being typed */
	char text[SVF_TOP_TEXT_MAX]; /* what was typed so far */
};

/* What a key did. */
enum svf_top_effect {
	SVF_TOP_EFFECT_NONE,
	SVF_TOP_EFFECT_PAGE,	 /* the page is to be drawn anew */
	SVF_TOP_EFFECT_ORDER,	 /* the table is to be arranged first */
	SVF_TOP_EFFECT_INTERVAL, /* the next sample comes at another time; the page too */
};

enum svf_top_effect svf_top_state_press(struct svf_top_state *state, int key);
/* Keeps the place inside what there is to show. */
void svf_top_state_fit(struct svf_top_state *state, unsigned int n_shown, unsigned int n_lines);
