/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What `top` looks like: a table as lines of text, for the screen (a page of so many lines and
 * columns), for a pipe (all of it), and as JSON (top_json.c). Writes to nothing itself.
 */
#pragma once

#include <stdio.h>

#include <jansson.h>

#include "top_model.h"
#include "top_state.h"

enum svf_top_style {
	SVF_TOP_STYLE_PLAIN,
	SVF_TOP_STYLE_TITLE,   /* the line of the whole, and that of the keys */
	SVF_TOP_STYLE_HEADING, /* of the columns */
	SVF_TOP_STYLE_ALERT,   /* something was dropped, or is not as it should be */
};

/* Gets each line of a page, from 0; text has no more than `columns` characters. */
typedef void (*svf_top_emit)(unsigned int line, enum svf_top_style style, const char *text,
			     void *arg);

/* Composes a page of any size, also 1 x 1: what has no room is left out. The table is arranged.
 * The state learns how many rows the page has. */
void svf_top_page(const struct svf_top_table *table, struct svf_top_state *state,
		  unsigned int lines, unsigned int columns, svf_top_emit emit, void *arg);

/* All of the table: a line with the time, one for each PF, the heading, one for each VF with blanks
 * between its words and "-" where there is nothing, an empty line. */
void svf_top_text(FILE *out, const struct svf_top_table *table);

/* NULL if memory ran out. Caller owns the reference. */
json_t *svf_top_json(const struct svf_top_table *table);
