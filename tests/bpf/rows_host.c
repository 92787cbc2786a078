// SPDX-License-Identifier: GPL-2.0-only
/*
 * Frames that the host sends through the PF: svf_host_tc.
 */
#include "rows.h"

/* A row is read as it is written; each field on its own line would hide it. */
/* clang-format off */
static const struct row rows[] = {
	{ .name = "host: nobody's address is the wire's", .program = PROG_HOST_TC,
	  .frame = { .dst = ADDR_FAR }, .ret = UNSPEC, .counts = "pf.tx.pass wire.tx.pass" },
	{ .name = "host: the PF's own address is no VF's", .program = PROG_HOST_TC,
	  .frame = { .dst = ADDR_PF }, .ret = UNSPEC, .counts = "pf.tx.pass wire.tx.pass" },
	{ .name = "host: to a VF", .program = PROG_HOST_TC, .mark = 7,
	  .frame = { .dst = ADDR_VF1 }, .ret = REDIRECT, .counts = "1.rx.host pf.tx.host" },
	{ .name = "host: to a VF in the afxdp lane, never by its ring", .world = WORLD_AGENT,
	  .program = PROG_HOST_TC, .frame = { .dst = ADDR_VF0 }, .ret = REDIRECT,
	  .counts = "0.rx.host pf.tx.host" },
	{ .name = "host: tag in metadata", .program = PROG_HOST_TC,
	  .frame = { .dst = ADDR_VF3, .meta = Q(WORLD_VLAN) }, .ret = REDIRECT,
	  .counts = "3.rx.host pf.tx.host" },
	{ .name = "host: tag in the data is popped", .program = PROG_HOST_TC,
	  .frame = { .dst = ADDR_VF3, .tags = { Q(WORLD_VLAN) } }, .ret = REDIRECT,
	  .counts = "3.rx.host pf.tx.host", .ret_type = SVF_FRAME_TYPE },
	{ .name = "host: priority tag is popped", .program = PROG_HOST_TC,
	  .frame = { .dst = ADDR_VF1, .tags = { QP(0, 1) } }, .ret = REDIRECT,
	  .counts = "1.rx.host pf.tx.host", .ret_type = SVF_FRAME_TYPE },
	{ .name = "host: untagged for a VF in a VLAN", .program = PROG_HOST_TC,
	  .frame = { .dst = ADDR_VF3 }, .ret = UNSPEC, .counts = "pf.tx.pass wire.tx.pass" },
	{ .name = "host: other VLAN keeps its tag", .program = PROG_HOST_TC,
	  .frame = { .dst = ADDR_VF3, .tags = { Q(7) } }, .ret = UNSPEC,
	  .counts = "pf.tx.pass wire.tx.pass" },
	{ .name = "host: index says VF 1, its configuration another address",
	  .world = WORLD_STALE_FDB, .program = PROG_HOST_TC, .frame = { .dst = ADDR_STALE },
	  .ret = UNSPEC, .counts = "pf.tx.pass wire.tx.pass" },
	{ .name = "host: forged mark does not help", .program = PROG_HOST_TC,
	  .mark = MARK_HOST, .frame = { .dst = ADDR_VF1 }, .ret = REDIRECT,
	  .counts = "1.rx.host pf.tx.host" },
	{ .name = "host: forged mark of a fan-out does not help", .program = PROG_HOST_TC,
	  .mark = MARK_FLOOD(0, 1), .frame = { .dst = ADDR_FAR }, .ret = UNSPEC,
	  .counts = "pf.tx.pass wire.tx.pass", .ret_mark = MARK_FLOOD(0, 1) },
	{ .name = "host: from a representor: already judged", .program = PROG_HOST_TC,
	  .from = DEV_R0, .mark = 7, .frame = { .dst = ADDR_VF1 }, .ret = UNSPEC },
	{ .name = "host: from another netdev is the host's", .program = PROG_HOST_TC,
	  .from = DEV_SINK, .frame = { .dst = ADDR_VF1 }, .ret = REDIRECT,
	  .counts = "1.rx.host pf.tx.host" },
	{ .name = "host: broadcast", .program = PROG_HOST_TC, .mark = 7, .tc_index = 3,
	  .frame = { .dst = ADDR_BROADCAST }, .ret = UNSPEC, .ret_mark = 7,
	  .counts = "0.rx.flood 1.rx.flood 4.rx.flood pf.tx.flood wire.tx.flood",
	  .seen = "v0 v1 v4" },
	{ .name = "host: multicast in a VLAN", .program = PROG_HOST_TC,
	  .frame = { .dst = ADDR_MULTICAST, .meta = Q(WORLD_VLAN) }, .ret = UNSPEC,
	  .counts = "2.rx.flood 3.rx.flood 5.rx.flood pf.tx.flood wire.tx.flood",
	  .seen = "v2 v3 v5" },
	{ .name = "host: broadcast to three blocks", .world = WORLD_MANY,
	  .program = PROG_HOST_TC, .frame = { .dst = ADDR_BROADCAST }, .ret = UNSPEC,
	  .counts = "0.rx.flood 1.rx.flood 4.rx.flood many.rx.flood=124 pf.tx.flood "
		    "wire.tx.flood",
	  .seen = "v0 v1 v4 sink*124" },
};
/* clang-format on */

TABLE(host);
