/* SPDX-License-Identifier: GPL-2.0-only */
/* The rows of `top` as lines of text: which columns there are, and how wide. */
#pragma once

#include "top_model.h"

#define SVF_TOP_LINE_MAX   256 /* longer than any line */
#define SVF_TOP_NUMBER_MAX 8
#define SVF_TOP_N_COLUMNS  15

/* "0", "2.5", "12", "1.23k", "45.6M", "789G": never more than 5 characters. */
void svf_top_number_format(char buf[SVF_TOP_NUMBER_MAX], double number);

/* "up", "down", "off", "gone" */
const char *svf_top_link_name(enum svf_top_link link);

/* How wide each column is; 0: it is left out. */
struct svf_top_layout {
	unsigned int widths[SVF_TOP_N_COLUMNS];
};

/* Columns for the rows that are shown, in `limit` characters if that can be; 0: no limit. */
void svf_top_layout_init(struct svf_top_layout *layout, const struct svf_top_table *table,
			 unsigned int limit);
void svf_top_heading_format(char line[SVF_TOP_LINE_MAX], const struct svf_top_layout *layout);
void svf_top_row_format(char line[SVF_TOP_LINE_MAX], const struct svf_top_layout *layout,
			const struct svf_top_row *row);
