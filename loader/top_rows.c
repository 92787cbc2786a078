// SPDX-License-Identifier: GPL-2.0-only
/*
 * The rows of `top`. Columns are in one list; where there is no room for all, those of the highest
 * rank go first. Cells have no blanks in them, so that awk can count them.
 */
#include <stdio.h>
#include <string.h>

#include "labels.h"
#include "macaddr.h"
#include "top_rows.h"

#define CELL_MAX      40
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

static const char *const link_names[SVF_TOP_N_LINKS] = {
	[SVF_TOP_LINK_UP] = "up",
	[SVF_TOP_LINK_NONE] = "down",
	[SVF_TOP_LINK_DOWN] = "off",
	[SVF_TOP_LINK_GONE] = "gone",
};

const char *svf_top_link_name(enum svf_top_link link)
{
	return link_names[link];
}

void svf_top_number_format(char buf[SVF_TOP_NUMBER_MAX], double number)
{
	static const char units[] = "kMGTPE";
	unsigned int unit = 0;

	if (number < 999.5) {
		(void)snprintf(buf, SVF_TOP_NUMBER_MAX, "%.*f", number >= 0.05 && number < 9.95,
			       number);
		return;
	}
	number /= 1000;
	while (number >= 999.5 && unit + 2 < sizeof(units)) {
		number /= 1000;
		unit++;
	}
	(void)snprintf(buf, SVF_TOP_NUMBER_MAX, "%.*f%c",
		       number < 9.995	? 2
		       : number < 99.95 ? 1
					: 0,
		       number, units[unit]);
}

/* --- cells --- */

static void format_pf(char cell[CELL_MAX], const struct svf_top_row *row)
{
	(void)snprintf(cell, CELL_MAX, "%s", row->pf->name);
}

static void format_vf(char cell[CELL_MAX], const struct svf_top_row *row)
{
	(void)snprintf(cell, CELL_MAX, "%u", row->vf->vf);
}

static void format_link(char cell[CELL_MAX], const struct svf_top_row *row)
{
	(void)snprintf(cell, CELL_MAX, "%s", link_names[row->vf->link]);
}

static void format_lane(char cell[CELL_MAX], const struct svf_top_row *row)
{
	(void)snprintf(cell, CELL_MAX, "%s", svf_lane_name(row->vf->lane));
}

static void format_rate(char cell[CELL_MAX], const struct svf_top_row *row, double rate)
{
	if (row->known)
		svf_top_number_format(cell, rate);
	else
		(void)strcpy(cell, "-");
}

static void format_rx_packets(char cell[CELL_MAX], const struct svf_top_row *row)
{
	format_rate(cell, row, row->rates[SVF_DIRECTION_RX].packets);
}

static void format_rx_bits(char cell[CELL_MAX], const struct svf_top_row *row)
{
	format_rate(cell, row, row->rates[SVF_DIRECTION_RX].bits);
}

static void format_tx_packets(char cell[CELL_MAX], const struct svf_top_row *row)
{
	format_rate(cell, row, row->rates[SVF_DIRECTION_TX].packets);
}

static void format_tx_bits(char cell[CELL_MAX], const struct svf_top_row *row)
{
	format_rate(cell, row, row->rates[SVF_DIRECTION_TX].bits);
}

static void format_drops(char cell[CELL_MAX], const struct svf_top_row *row)
{
	format_rate(cell, row,
		    row->rates[SVF_DIRECTION_RX].dropped + row->rates[SVF_DIRECTION_TX].dropped);
}

static void format_reason(char cell[CELL_MAX], const struct svf_top_row *row)
{
	if (row->worst)
		(void)snprintf(cell, CELL_MAX, "%s:%s",
			       row->worst_direction == SVF_DIRECTION_RX ? "rx" : "tx",
			       row->worst->name);
	else
		(void)strcpy(cell, "-");
}

static void format_fill(char cell[CELL_MAX], const struct svf_top_row *row, uint32_t permille)
{
	if (row->vf->has_fill)
		(void)snprintf(cell, CELL_MAX, "%u", svf_fill_percent(permille));
	else
		(void)strcpy(cell, "-");
}

static void format_rx_fill(char cell[CELL_MAX], const struct svf_top_row *row)
{
	format_fill(cell, row, row->vf->fill.rx);
}

static void format_tx_fill(char cell[CELL_MAX], const struct svf_top_row *row)
{
	format_fill(cell, row, row->vf->fill.tx);
}

static void format_netdev(char cell[CELL_MAX], const struct svf_top_row *row)
{
	(void)snprintf(cell, CELL_MAX, "%s", row->vf->netdev[0] ? row->vf->netdev : "-");
}

static void format_owner(char cell[CELL_MAX], const struct svf_top_row *row)
{
	(void)snprintf(cell, CELL_MAX, "%s", row->vf->owner[0] ? row->vf->owner : "-");
}

static void format_mac(char cell[CELL_MAX], const struct svf_top_row *row)
{
	svf_mac_format(cell, row->vf->mac);
}

/* --- columns --- */

struct column {
	const char *heading;
	unsigned int width; /* at least */
	bool left;	    /* text, which stands to the left */
	bool grows;	    /* as wide as its widest cell */
	unsigned int rank;  /* those of rank 0 are always there */
	void (*format)(char cell[CELL_MAX], const struct svf_top_row *row);
};

/* Up to OWNER's neighbours: 79 columns where the PF's name has four letters. */
static const struct column columns[] = {
	{ "PF", 4, true, true, 0, format_pf },
	{ "VF", 3, false, false, 0, format_vf },
	{ "LINK", 4, true, false, 5, format_link },
	{ "LANE", 5, true, false, 4, format_lane },
	{ "RX/s", 5, false, false, 0, format_rx_packets },
	{ "RXbit/s", 7, false, false, 6, format_rx_bits },
	{ "TX/s", 5, false, false, 0, format_tx_packets },
	{ "TXbit/s", 7, false, false, 6, format_tx_bits },
	{ "DROP/s", 6, false, false, 0, format_drops },
	{ "REASON", 14, true, false, 7, format_reason },
	{ "RX%", 4, false, false, 8, format_rx_fill },
	{ "TX%", 4, false, false, 8, format_tx_fill },
	{ "NETDEV", 6, true, true, 9, format_netdev },
	{ "OWNER", 5, true, true, 10, format_owner },
	{ "ADDRESS", 17, true, false, 11, format_mac },
};
#define N_COLUMNS ARRAY_SIZE(columns)
#define RANK_MAX  11
_Static_assert(N_COLUMNS == SVF_TOP_N_COLUMNS, "a layout has all columns");

static unsigned int get_width(const struct svf_top_layout *layout)
{
	unsigned int width = 0;

	for (size_t i = 0; i < N_COLUMNS; i++)
		width += layout->widths[i] ? layout->widths[i] + 1 : 0;
	return width ? width - 1 : 0;
}

void svf_top_layout_init(struct svf_top_layout *layout, const struct svf_top_table *table,
			 unsigned int limit)
{
	char cell[CELL_MAX];

	for (size_t i = 0; i < N_COLUMNS; i++) {
		layout->widths[i] = columns[i].width;
		for (unsigned int n = 0; columns[i].grows && n < table->n_shown; n++) {
			columns[i].format(cell, &table->rows[n]);
			if (strlen(cell) > layout->widths[i])
				layout->widths[i] = (unsigned int)strlen(cell);
		}
	}
	for (unsigned int rank = RANK_MAX; limit && rank > 0 && get_width(layout) > limit; rank--)
		for (size_t i = 0; i < N_COLUMNS; i++)
			if (columns[i].rank == rank)
				layout->widths[i] = 0;
}

/* Appends a cell; the last one of a line is not padded. */
static void append(char line[SVF_TOP_LINE_MAX], const struct svf_top_layout *layout, size_t i,
		   const char *cell)
{
	const size_t len = strlen(line);

	if (layout->widths[i])
		(void)snprintf(line + len, SVF_TOP_LINE_MAX - len, "%s%*s", len ? " " : "",
			       columns[i].left ? -(int)layout->widths[i] : (int)layout->widths[i],
			       cell);
}

static void trim(char *line)
{
	size_t len = strlen(line);

	while (len > 0 && line[len - 1] == ' ')
		line[--len] = '\0';
}

void svf_top_heading_format(char line[SVF_TOP_LINE_MAX], const struct svf_top_layout *layout)
{
	line[0] = '\0';
	for (size_t i = 0; i < N_COLUMNS; i++)
		append(line, layout, i, columns[i].heading);
	trim(line);
}

void svf_top_row_format(char line[SVF_TOP_LINE_MAX], const struct svf_top_layout *layout,
			const struct svf_top_row *row)
{
	char cell[CELL_MAX];

	line[0] = '\0';
	for (size_t i = 0; i < N_COLUMNS; i++) {
		columns[i].format(cell, row);
		append(line, layout, i, cell);
	}
	trim(line);
}
