// SPDX-License-Identifier: GPL-2.0-only
/*
 * Frames at ring ports: svf_ring_tc (from the agent) and svf_out_tc (to it).
 */
#include "rows.h"

/* A row is read as it is written; each field on its own line would hide it. */
/* clang-format off */
static const struct row rows[] = {
	{ .name = "ring: from the agent to the VF", .program = PROG_RING_TC, .at = DEV_Q0,
	  .mark = 7, .frame = { .dst = ADDR_VF0 }, .ret = REDIRECT, .counts = "0.rx.ring" },
	{ .name = "ring: port of a VF in a VLAN", .program = PROG_RING_TC, .at = DEV_Q2,
	  .frame = { .dst = ADDR_VF2, .meta = Q(WORLD_VLAN) }, .ret = REDIRECT,
	  .counts = "2.rx.ring" },
	{ .name = "ring: superframe", .program = PROG_RING_TC, .at = DEV_Q0,
	  .frame = { .dst = ADDR_VF0, .len = 1500, .gso_size = 500, .gso_segs = 5 },
	  .ret = REDIRECT, .counts = "0.rx.ring" },
	{ .name = "ring: nobody's port", .program = PROG_RING_TC, .at = DEV_SINK,
	  .frame = { .dst = ADDR_VF0 }, .ret = SHOT, .counts = "pf.rx.no_vf" },
	{ .name = "ring: a representor is no ring port", .program = PROG_RING_TC, .at = DEV_R0,
	  .frame = { .dst = ADDR_VF0 }, .ret = SHOT, .counts = "pf.rx.no_vf" },
	{ .name = "ring: its VF has no configuration", .world = WORLD_NO_CONFIG,
	  .program = PROG_RING_TC, .at = DEV_Q0, .frame = { .dst = ADDR_VF0 }, .ret = SHOT,
	  .counts = "pf.rx.no_vf" },
	{ .name = "ring: its VF has another ring port", .world = WORLD_REUSED_PORT,
	  .program = PROG_RING_TC, .at = DEV_Q0, .frame = { .dst = ADDR_VF0 }, .ret = SHOT,
	  .counts = "pf.rx.no_vf" },

	{ .name = "ring: reflected in its VLAN", .set = "3.isolation=private",
	  .program = PROG_RING_TC, .at = DEV_Q2,
	  .frame = { .dst = ADDR_VF2, .src = ADDR_VF3, .meta = Q(WORLD_VLAN) },
	  .ret = SHOT, .counts = "2.rx.isolation" },
	{ .name = "ring: not reflected, the address is another VLAN's",
	  .set = "1.isolation=private", .program = PROG_RING_TC, .at = DEV_Q2,
	  .frame = { .dst = ADDR_VF2, .src = ADDR_VF1, .meta = Q(WORLD_VLAN) },
	  .ret = REDIRECT, .counts = "2.rx.ring" },
	{ .name = "ring: a trunk's tag", .set = "0.trunk=100", .from = DEV_NONE,
	  .frame = { .dst = ADDR_VF0, .tags = { QP(WORLD_VLAN, 3) } }, .counts = "0.rx.ring",
	  .seen = "v0:100.3" },
	{ .name = "ring: its VLAN's tag and a C-tag", .set = "0.vlan=100 0.vlan_proto=ad",
	  .from = DEV_NONE, .frame = { .dst = ADDR_VF0, .tags = { AD(WORLD_VLAN), Q(7) } },
	  .counts = "0.rx.ring", .seen = "v0:7" },

	/* its VLAN has been changed while the frame waited */
	{ .name = "ring: it was in no VLAN", .set = "0.vlan=100", .from = DEV_NONE,
	  .frame = { .dst = ADDR_VF0 }, .counts = "0.rx.no_vf" },
	{ .name = "ring: it was in a VLAN", .from = DEV_NONE,
	  .frame = { .dst = ADDR_VF0, .tags = { Q(WORLD_VLAN) } }, .counts = "0.rx.no_vf" },
	{ .name = "ring: it was in another VLAN", .set = "0.vlan=200", .from = DEV_NONE,
	  .frame = { .dst = ADDR_VF0, .tags = { Q(WORLD_VLAN) } }, .counts = "0.rx.no_vf" },
	{ .name = "ring: its VLAN was an 802.1ad one", .set = "0.vlan=100", .from = DEV_NONE,
	  .frame = { .dst = ADDR_VF0, .tags = { AD(WORLD_VLAN) } }, .counts = "0.rx.no_vf" },
	{ .name = "ring: its trunk had this VLAN", .set = "0.trunk=101", .from = DEV_NONE,
	  .frame = { .dst = ADDR_VF0, .tags = { Q(WORLD_VLAN) } }, .counts = "0.rx.no_vf" },
	{ .name = "ring: its trunk has this VLAN now", .set = "0.trunk=100", .from = DEV_NONE,
	  .frame = { .dst = ADDR_VF0, .tags = { Q(WORLD_VLAN) } }, .counts = "0.rx.ring",
	  .seen = "v0:100" },
	{ .name = "ring: it got untagged frames", .set = "0.untagged=0", .from = DEV_NONE,
	  .frame = { .dst = ADDR_VF0 }, .counts = "0.rx.no_vf" },

	{ .name = "out: from the VF's representor", .program = PROG_OUT_TC, .at = DEV_Q0,
	  .from = DEV_R0, .frame = { .src = ADDR_VF0 }, .ret = UNSPEC },
	{ .name = "out: from another VF's", .program = PROG_OUT_TC, .at = DEV_Q0,
	  .from = DEV_R1, .frame = { .src = ADDR_VF0 }, .ret = SHOT, .counts = "0.tx.foreign" },
	{ .name = "out: from the PF", .program = PROG_OUT_TC, .at = DEV_Q0, .from = DEV_PF,
	  .frame = { .src = ADDR_VF0 }, .ret = SHOT, .counts = "0.tx.foreign" },
	{ .name = "out: from the host's stack, with the sorter's mark", .program = PROG_OUT_TC,
	  .at = DEV_Q2, .from = DEV_NONE, .mark = MARK_HOST, .ret_mark = MARK_HOST,
	  .frame = { .src = ADDR_VF2, .dst = ADDR_MULTICAST }, .ret = SHOT,
	  .counts = "2.tx.foreign" },
	{ .name = "out: from the host's stack, its VF is being reset", .world = WORLD_NO_PAIR,
	  .program = PROG_OUT_TC, .at = DEV_Q0, .stack = true, .frame = { .src = ADDR_VF0 },
	  .ret = SHOT, .counts = "0.tx.foreign" },
	{ .name = "out: nobody's port", .program = PROG_OUT_TC, .at = DEV_SINK,
	  .from = DEV_R0, .frame = { .src = ADDR_VF0 }, .ret = SHOT, .counts = "pf.tx.no_vf" },
};
/* clang-format on */

TABLE(ring);
