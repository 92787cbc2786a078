// SPDX-License-Identifier: GPL-2.0-only
/*
 * The tag matrix (matrix.h): each form of tags, from and to each kind of VF. A cell says what
 * becomes of the tags; the frames it stands for, to and from everybody, are rows made here.
 */
#include "matrix.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "row.h"
#include "rows.h"

#define TEXT_MAX 128
#define TAG_LEN	 4
#define N_KINDS	 8
#define V	 WORLD_VLAN

/* VF 1 as ... The others have no broadcast, so that they do not matter. */
static const char *const kinds[N_KINDS][2] = {
	{ "no VLAN", "all.bcast=0 1.bcast=1" },
	{ "VST V", "all.bcast=0 1.bcast=1 1.vlan=100" },
	{ "802.1ad VST V", "all.bcast=0 1.bcast=1 1.vlan=100 1.vlan_proto=ad" },
	{ "trunk", "all.bcast=0 1.bcast=1 1.trunk=100" },
	{ "802.1ad trunk", "all.bcast=0 1.bcast=1 1.trunkad=100" },
	{ "tagged-only trunk", "all.bcast=0 1.bcast=1 1.trunk=100 1.untagged=0" },
	{ "tagged only, no VLAN", "all.bcast=0 1.bcast=1 1.untagged=0" },
	{ "priority", "all.bcast=0 1.bcast=1 1.qos=5" },
};
#define KIND_8021AD_VST 2

/*
 * sent: what the wire and the host see of a frame that the VF sends, got: what the VF sees of one
 * sent to it. "=" its tags as they are, "-" not at all (sent: spoof_vlan; got: it is not
 * the VF's).
 */
struct form {
	const char *name;
	struct svf_tag_spec meta;
	struct svf_tag_spec tags[SVF_TAGS_MAX];
	const char *sent[N_KINDS];
	const char *got[N_KINDS];
};

#define ALL(cell)                                                                                  \
	{                                                                                          \
		cell, cell, cell, cell, cell, cell, cell, cell                                     \
	}

/* A form is read as it is written. */
/* clang-format off */
static const struct form forms[] = {
	{ "none", .sent = { "", ":100", ":100ad", "", "", "-", "-", ":0.5" },
	  .got = { "", "-", "-", "", "", "-", "-", "" } },
	{ "VID 0", .tags = { QP(0, 3) },
	  .sent = { "", ":100", ":100ad+0.3", "", "", "-", "-", ":0.5" },
	  .got = { "", "-", "-", "", "", "-", "-", "" } },
	{ "V", .tags = { QP(V, 3) },
	  .sent = { "-", "-", ":100ad+100.3", "=", "-", "=", "-", "-" },
	  .got = { "-", "", "-", "=", "-", "=", "-", "-" } },
	{ "W", .tags = { Q(7) }, .sent = { "-", "-", ":100ad+7", "-", "-", "-", "-", "-" },
	  .got = ALL("-") },
	{ "S-tag V", .tags = { AD(V) }, .sent = { "-", "-", "-", "-", "=", "-", "-", "-" },
	  .got = { "-", "-", "", "-", "=", "-", "-", "-" } },
	{ "S-tag W", .tags = { AD(7) }, .sent = ALL("-"), .got = ALL("-") },
	{ "S-tag V, C-tag", .tags = { AD(V), Q(7) },
	  .sent = { "-", "-", "-", "-", "=", "-", "-", "-" },
	  .got = { "-", "-", ":7", "-", "=", "-", "-", "-" } },
	{ "S-tag V, VID 0", .tags = { AD(V), QP(0, 2) },
	  .sent = { "-", "-", "-", "-", "=", "-", "-", "-" },
	  .got = { "-", "-", ":0.2", "-", "=", "-", "-", "-" } },
	{ "S-tag V, V", .tags = { AD(V), Q(V) },
	  .sent = { "-", "-", "-", "-", "=", "-", "-", "-" },
	  .got = { "-", "-", ":100", "-", "=", "-", "-", "-" } },
	{ "VID 0, V", .tags = { Q(0), Q(V) },
	  .sent = { "-", "-", ":100ad+0+100", "-", "-", "-", "-", "-" }, .got = ALL("-") },
	{ "VID 0, VID 0", .tags = { Q(0), Q(0) },
	  .sent = { "-", "-", ":100ad+0+0", "-", "-", "-", "-", "-" }, .got = ALL("-") },
	{ "VID 0, S-tag V", .tags = { Q(0), AD(V) }, .sent = ALL("-"), .got = ALL("-") },
	{ "VID 0, 0x9100", .tags = { Q(0), OLD(ETH_P_QINQ1, V) }, .sent = ALL("-"),
	  .got = ALL("-") },
	{ "V, W", .tags = { Q(V), Q(7) },
	  .sent = { "-", "-", ":100ad+100+7", "-", "-", "-", "-", "-" },
	  .got = { "-", ":7", "-", "=", "-", "=", "-", "-" } },
	{ "V, VID 0", .tags = { Q(V), Q(0) },
	  .sent = { "-", "-", ":100ad+100+0", "-", "-", "-", "-", "-" },
	  .got = { "-", ":0", "-", "=", "-", "=", "-", "-" } },
	{ "V, S-tag", .tags = { Q(V), AD(8) }, .sent = ALL("-"),
	  .got = { "-", ":8ad", "-", "=", "-", "=", "-", "-" } },
	{ "V, 0x9100", .tags = { Q(V), OLD(ETH_P_QINQ1, 8) }, .sent = ALL("-"),
	  .got = { "-", "+8x9100", "-", "=", "-", "=", "-", "-" } },
	{ "S-tag V, S-tag", .tags = { AD(V), AD(8) }, .sent = ALL("-"),
	  .got = { "-", "-", ":8ad", "-", "=", "-", "-", "-" } },
	{ "S-tag V, 0x9100", .tags = { AD(V), OLD(ETH_P_QINQ1, 8) }, .sent = ALL("-"),
	  .got = { "-", "-", "+8x9100", "-", "=", "-", "-", "-" } },
	{ "S-tag V, C-tag, S-tag", .tags = { AD(V), Q(7), AD(8) }, .sent = ALL("-"),
	  .got = { "-", "-", ":7+8ad", "-", "=", "-", "-", "-" } },
	{ "S-tag VID 0", .tags = { AD(0) }, .sent = ALL("-"), .got = ALL("-") },
	{ "VID 4095", .tags = { Q(4095) },
	  .sent = { "-", "-", ":100ad+4095", "-", "-", "-", "-", "-" }, .got = ALL("-") },
	{ "S-tag VID 4095", .tags = { AD(4095) }, .sent = ALL("-"), .got = ALL("-") },
	{ "0x9100", .tags = { OLD(ETH_P_QINQ1, V) }, .sent = ALL("-"), .got = ALL("-") },
	{ "0x9200", .tags = { OLD(ETH_P_QINQ2, V) }, .sent = ALL("-"), .got = ALL("-") },
	{ "0x9300", .tags = { OLD(ETH_P_QINQ3, V) }, .sent = ALL("-"), .got = ALL("-") },
	{ "C-tag, 0x9100", .tags = { Q(7), OLD(ETH_P_QINQ1, V) }, .sent = ALL("-"),
	  .got = ALL("-") },
	{ "C-tag, C-tag, 0x9200", .tags = { Q(7), Q(8), OLD(ETH_P_QINQ2, V) },
	  .sent = ALL("-"), .got = ALL("-") },
	{ "S-tag V, three C-tags", .tags = { AD(V), Q(7), Q(8), Q(9) },
	  .sent = { "-", "-", "-", "-", "=", "-", "-", "-" },
	  .got = { "-", "-", ":7+8+9", "-", "=", "-", "-", "-" } },
	{ "S-tag V, four C-tags", .tags = { AD(V), Q(7), Q(8), Q(9), Q(10) },
	  .sent = ALL("-"), .got = { "-", "-", ":7+8+9+10", "-", "=", "-", "-", "-" } },
	{ "four C-tags", .tags = { Q(7), Q(8), Q(9), Q(10) },
	  .sent = { "-", "-", ":100ad+7+8+9+10", "-", "-", "-", "-", "-" }, .got = ALL("-") },
	{ "five C-tags", .tags = { Q(7), Q(8), Q(9), Q(10), Q(11) }, .sent = ALL("-"),
	  .got = ALL("-") },

	/* already in metadata when it leaves the VF; from the wire it would be hidden */
	{ "V in metadata", .meta = QP(V, 3),
	  .sent = { "-", "-", ":100ad+100.3", "=", "-", "=", "-", "-" } },
	{ "VID 0 in metadata", .meta = QP(0, 3),
	  .sent = { "", ":100", ":100ad+0.3", "", "", "-", "-", ":0.5" } },
	{ "S-tag V in metadata", .meta = AD(V),
	  .sent = { "-", "-", "-", "-", "=", "-", "-", "-" } },
	{ "S-tag V in metadata, C-tag", .meta = AD(V), .tags = { Q(7) },
	  .sent = { "-", "-", "-", "-", "=", "-", "-", "-" } },
	{ "VID 0 in metadata, V", .meta = Q(0), .tags = { Q(V) },
	  .sent = { "-", "-", ":100ad+0+100", "-", "-", "-", "-", "-" } },
	{ "C-tag in metadata, 0x9100", .meta = Q(7), .tags = { OLD(ETH_P_QINQ1, V) },
	  .sent = ALL("-") },
	{ "V in metadata, W", .meta = Q(V), .tags = { Q(7) },
	  .sent = { "-", "-", ":100ad+100+7", "-", "-", "-", "-", "-" } },
};
/* clang-format on */

#define N_FORMS (sizeof(forms) / sizeof(forms[0]))

static void add(char text[TEXT_MAX], const char *format, ...)
{
	size_t at = strlen(text);
	va_list args;

	va_start(args, format);
	(void)vsnprintf(text + at, TEXT_MAX - at, format, args);
	va_end(args);
}

static void add_tag(char text[TEXT_MAX], char mark, const struct svf_tag_spec *tag)
{
	add(text, "%c%u", mark, tag->vid);
	if (tag->pcp)
		add(text, ".%u", tag->pcp);
	if (tag->tpid == ETH_P_8021AD)
		add(text, "ad");
	else if (tag->tpid != ETH_P_8021Q)
		add(text, "x%x", tag->tpid);
}

/* A netdev that sees the form's tags, or others. */
static void add_seen(char text[TEXT_MAX], const char *dev, const struct form *form,
		     const char *tags)
{
	const struct svf_tag_spec *first = &form->tags[0];
	size_t i = 0;

	add(text, "%s", dev);
	if (*tags != '=') {
		add(text, "%s", tags);
	} else {
		/* The kernel takes a tag that it knows out of the data. */
		if (form->meta.tpid)
			add_tag(text, ':', &form->meta);
		else if (first->tpid)
			add_tag(text, first->tpid < ETH_P_QINQ1 ? ':' : '+', &form->tags[i++]);
		for (; i < SVF_SEEN_TAGS + 1 && form->tags[i].tpid; i++)
			add_tag(text, '+', &form->tags[i]);
	}
	add(text, " ");
}

static void run(struct world *world, const struct row *like, const char *counts, const char *seen)
{
	struct row row = *like;

	row.counts = counts;
	row.seen = seen;
	row_run(world, &row);
}

/* VF 1 sends it to a stranger, to the host and to all. */
static void check_sent(struct world *world, const struct form *form, int kind, const char *more)
{
	const bool dropped = *form->sent[kind] == '-';
	char set[TEXT_MAX] = "", wire[TEXT_MAX] = "", host[TEXT_MAX] = "", all[TEXT_MAX] = "";
	struct row row = { .set = set, .from = DEV_V1, .frame = { .src = ADDR_VF1 } };

	row.frame.meta = form->meta;
	memcpy(row.frame.tags, form->tags, sizeof(form->tags));
	if (kind == KIND_8021AD_VST) /* what it has on is the tenant's */
		row.bytes = SVF_FRAME_LEN + (form->meta.tpid ? TAG_LEN : 0);
	add(set, "%s%s", kinds[kind][1], more);
	if (!dropped) {
		add_seen(wire, "wire", form, form->sent[kind]);
		add_seen(host, "host", form, form->sent[kind]);
		add(all, "%s%s", wire, host);
	}
	row.frame.dst = ADDR_FAR;
	run(world, &row, dropped ? "1.tx.spoof_vlan" : "1.tx.tc wire.tx.tc", wire);
	row.frame.dst = ADDR_PF;
	run(world, &row, dropped ? "1.tx.spoof_vlan" : "1.tx.host pf.rx.host", host);
	row.frame.dst = ADDR_BROADCAST;
	run(world, &row, dropped ? "1.tx.spoof_vlan" : "1.tx.flood wire.tx.flood pf.rx.flood", all);
}

/* As it would be if the tag were still in the data at the representor. */
static void check_sent_in_data(struct world *world, const struct form *form, int kind)
{
	const bool dropped = *form->sent[kind] == '-';
	struct row row = {
		.set = kinds[kind][1],
		.program = PROG_PORT_TC,
		.at = DEV_R1,
		.frame = { .src = ADDR_VF1 },
		.ret = dropped ? SHOT : REDIRECT,
	};

	memcpy(row.frame.tags, form->tags, sizeof(form->tags));
	if (kind == KIND_8021AD_VST)
		row.bytes = SVF_FRAME_LEN;
	else if (!dropped && *form->sent[kind] != '=') /* popped */
		row.ret_type = SVF_FRAME_TYPE;
	run(world, &row, dropped ? "1.tx.spoof_vlan" : "1.tx.tc wire.tx.tc", "");
}

/* The wire or the host sends it to VF 1 and to all. */
static void check_got(struct world *world, const struct form *form, int kind, bool from_wire)
{
	const char *past = from_wire ? "host" : "wire", *cell = form->got[kind];
	char other[TEXT_MAX] = "", one[TEXT_MAX] = "", all[TEXT_MAX] = "";
	struct row row = { .set = kinds[kind][1], .from = from_wire ? DEV_WIRE : DEV_PF };
	const bool is_its = *cell != '-';

	memcpy(row.frame.tags, form->tags, sizeof(form->tags));
	add_seen(other, past, form, "=");
	if (is_its)
		add_seen(one, "v1", form, cell);
	add(all, "%s%s", other, one);
	row.frame.dst = ADDR_VF1;
	if (from_wire)
		run(world, &row, is_its ? "wire.rx.tc 1.rx.tc" : "wire.rx.pass pf.rx.pass",
		    is_its ? one : other);
	else
		run(world, &row, is_its ? "pf.tx.host 1.rx.host" : "pf.tx.pass wire.tx.pass",
		    is_its ? one : other);
	row.frame.dst = ADDR_BROADCAST;
	if (from_wire)
		run(world, &row,
		    is_its ? "wire.rx.flood pf.rx.flood 1.rx.flood" : "wire.rx.flood pf.rx.flood",
		    all);
	else
		run(world, &row,
		    is_its ? "pf.tx.flood wire.tx.flood 1.rx.flood" : "pf.tx.flood wire.tx.flood",
		    all);
}

/* From the agent: in the ring it has all of its tags. The kinds are VF 1's, the ring VF 0's. */
static void check_from_ring(struct world *world, const struct form *form, int kind)
{
	const char *cell = form->got[kind];
	char set[TEXT_MAX] = "", seen[TEXT_MAX] = "";
	struct row row = { .set = set, .from = DEV_NONE, .frame = { .dst = ADDR_VF0 } };

	add(set, "%s", kinds[kind][1]);
	for (char *at = set; (at = strstr(at, "1.")) != NULL; at++)
		*at = '0';
	memcpy(row.frame.tags, form->tags, sizeof(form->tags));
	if (*cell != '-')
		add_seen(seen, "v0", form, cell);
	run(world, &row, *cell == '-' ? "0.rx.no_vf" : "0.rx.ring", seen);
}

size_t matrix_count(void)
{
	return N_FORMS * N_KINDS;
}

void matrix_name(size_t cell, char ret_name[MATRIX_NAME_MAX])
{
	(void)snprintf(ret_name, MATRIX_NAME_MAX, "tags: %s, VF: %s", forms[cell / N_KINDS].name,
		       kinds[cell % N_KINDS][0]);
}

void matrix_run(struct world *world, size_t cell)
{
	const struct form *form = &forms[cell / N_KINDS];
	const int kind = (int)(cell % N_KINDS);

	check_sent(world, form, kind, "");
	check_sent(world, form, kind, " 1.shaped=1");
	if (!form->got[kind])
		return;
	check_sent_in_data(world, form, kind);
	check_got(world, form, kind, true);
	check_got(world, form, kind, false);
	check_from_ring(world, form, kind);
}
