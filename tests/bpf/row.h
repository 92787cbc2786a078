/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One row of the tables: a frame in, and everything that must come of it. What a row
 * does not name must not happen: no other counter moves, no other netdev sees a frame.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/bpf.h>
#include <linux/pkt_cls.h>

#include "frame.h"
#include "world.h"

#define VIEW_OF(vlan) ((vlan) + 1) /* of struct row: 0 is "none left" */

struct row {
	const char *name;
	unsigned int world;
	const char *set; /* what of the world is otherwise: world_set()'s words */
	enum world_program program;
	enum world_netdev at;	/* the netdev it is seen on; DEV_NONE: the PF */
	enum world_netdev from; /* a test run's ingress_ifindex; for a port its own */
	bool stack;		/* it came in nowhere: the host's stack made it */
	struct svf_frame_spec frame;
	uint32_t mark;
	uint32_t tc_index;
	uint32_t queue;
	bool orphan;	/* run by the program of world->orphan */
	uint16_t claim; /* walks: the protocol that its sender says it is of */

	uint32_t ret;
	/* `who.direction.counter`, with =n where it is not the frame's own count; who: a VF, `pf`,
	 * `wire`. The VFs beyond the named ones, which are alike, add up as `many`. `vf.redirects`
	 * and `vf.mcast` (an event) too. */
	const char *counts;
	/* `netdev[:tag][+tag]...` for each frame that was really sent: clones in a test run, all
	 * in a walk. tag: vid[.pcp][ad], behind : in metadata, behind + in the data. */
	const char *seen;
	size_t bytes;	  /* it counts for; 0: the frame without its outermost tag */
	uint32_t packets; /* what it counts for; 0: gso_segs, or 1 */
	uint32_t ret_mark;
	uint32_t ret_priority;
	uint16_t ret_type; /* what follows the addresses in the end; 0: what was there */
	uint32_t ret_view; /* XDP: VIEW_OF(vlan) that it leaves */
};

/* Runs its program by BPF_PROG_TEST_RUN; a row without one walks: its frame is sent out of
 * row->from, past the attached programs. Asserts (cmocka) what came of it. */
void row_run(struct world *world, const struct row *row);

/* Frames that the row's frame counts for. */
uint32_t row_n_packets(const struct row *row);

struct row_table {
	const struct row *rows;
	size_t n_rows;
};
extern const struct row_table wire_rows;
extern const struct row_table host_rows;
extern const struct row_table port_rows;
extern const struct row_table ring_rows;
extern const struct row_table walk_rows;
extern const struct row_table sender_rows;
extern const struct row_table control_rows;
extern const struct row_table switch_rows;
extern const struct row_table group_rows;
extern const struct row_table shaper_rows;
extern const struct row_table shaper_walks;
extern const struct row_table pps_rows;
extern const struct row_table size_rows;
