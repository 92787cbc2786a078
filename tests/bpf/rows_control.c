// SPDX-License-Identifier: GPL-2.0-only
/*
 * Link-local control protocols (allow_proto) and storms.
 */
#include "rows.h"

/* A row is read as it is written; each field on its own line would hide it. */
/* clang-format off */
/* A VF sends it: it is dropped; allowed, it goes to the wire and the host only. */
#define CONTROL(what, allow, to, ethertype)                                                        \
	{ .name = "control: " what,                                                                \
	  .from = DEV_V1,                                                                          \
	  .counts = "1.tx.control",                                                                \
	  .frame = { .dst = to, .src = ADDR_VF1, .type = ethertype } },                            \
	{                                                                                          \
		.name = "control: " what ", allowed", .set = "1.allow_" allow "=1",                \
		.from = DEV_V1, .frame = { .dst = to, .src = ADDR_VF1, .type = ethertype },        \
		.counts = "1.tx.flood wire.tx.flood pf.rx.flood", .seen = "wire host"              \
	}

/* All others are allowed, it is not. */
#define CONTROL_ONLY(what, others, to, ethertype)                                                  \
	{                                                                                          \
		.name = "control: " what ", all others allowed", .set = others, .from = DEV_V1,    \
		.frame = { .dst = to, .src = ADDR_VF1, .type = ethertype },                        \
		.counts = "1.tx.control"                                                           \
	}

#define NOT_CONTROL(what, to)                                                                      \
	{ .name = "control: " what, .from = DEV_V1, .frame = { .dst = to, .src = ADDR_VF1 },       \
	  .counts = "1.tx.flood wire.tx.flood pf.rx.flood", .seen = "wire host" }

static const struct row rows[] = {
	CONTROL("LLDP", "lldp", ADDR_LLDP, ETH_P_LLDP),
	CONTROL("LLDP to another group", "lldp", ADDR_MULTICAST, ETH_P_LLDP),
	CONTROL("LLDP to all", "lldp", ADDR_BROADCAST, ETH_P_LLDP),
	CONTROL("LACP", "lacp", ADDR_SLOW, ETH_P_SLOW),
	CONTROL("pause", "pause", ADDR_PAUSE, ETH_P_PAUSE),
	CONTROL("802.1X", "dot1x", ADDR_PAE, ETH_P_PAE),
	CONTROL("spanning tree", "stp", ADDR_BRIDGES, 0x0026),
	CONTROL("spanning tree of providers", "stp", ADDR_PROVIDERS, 0x0026),
	CONTROL("reserved, last", "reserved", ADDR_LAST, 0),
	CONTROL("reserved: LLDP's address, another protocol", "reserved", ADDR_LLDP, 0),
	CONTROL("reserved: LACP's address, another protocol", "reserved", ADDR_SLOW, 0),
	CONTROL("MMRP", "reserved", ADDR_MMRP, 0x88f6),
	CONTROL("MVRP", "reserved", ADDR_MVRP, 0x88f5),
	CONTROL("reserved for MRP, last", "reserved", ADDR_LAST_MRP, 0),
	CONTROL("LLDP to the bridges' group", "lldp", ADDR_BRIDGES, ETH_P_LLDP),
	CONTROL_ONLY("LLDP", "1.allow_lacp=1 1.allow_stp=1 1.allow_pause=1 1.allow_dot1x=1 "
		     "1.allow_reserved=1", ADDR_LLDP, ETH_P_LLDP),
	CONTROL_ONLY("LACP", "1.allow_lldp=1 1.allow_stp=1 1.allow_pause=1 1.allow_dot1x=1 "
		     "1.allow_reserved=1", ADDR_SLOW, ETH_P_SLOW),
	CONTROL_ONLY("pause", "1.allow_lldp=1 1.allow_lacp=1 1.allow_stp=1 1.allow_dot1x=1 "
		     "1.allow_reserved=1", ADDR_PAUSE, ETH_P_PAUSE),
	CONTROL_ONLY("802.1X", "1.allow_lldp=1 1.allow_lacp=1 1.allow_stp=1 1.allow_pause=1 "
		     "1.allow_reserved=1", ADDR_PAE, ETH_P_PAE),
	CONTROL_ONLY("spanning tree", "1.allow_lldp=1 1.allow_lacp=1 1.allow_pause=1 "
		     "1.allow_dot1x=1 1.allow_reserved=1", ADDR_BRIDGES, 0x0026),
	CONTROL_ONLY("reserved", "1.allow_lldp=1 1.allow_lacp=1 1.allow_stp=1 1.allow_pause=1 "
		     "1.allow_dot1x=1", ADDR_LAST, 0),
	{ .name = "control: LLDP to one station", .from = DEV_V1,
	  .frame = { .dst = ADDR_FAR, .src = ADDR_VF1, .type = ETH_P_LLDP },
	  .counts = "1.tx.control" },
	{ .name = "control: LLDP to the host", .from = DEV_V1,
	  .frame = { .dst = ADDR_PF, .src = ADDR_VF1, .type = ETH_P_LLDP },
	  .counts = "1.tx.control" },
	{ .name = "control: 802.1X to another VF", .from = DEV_V1,
	  .frame = { .dst = ADDR_VF0, .src = ADDR_VF1, .type = ETH_P_PAE },
	  .counts = "1.tx.control" },
	{ .name = "control: trust does not allow it", .set = "1.trust=all", .from = DEV_V1,
	  .frame = { .dst = ADDR_LLDP, .src = ADDR_VF1, .type = ETH_P_LLDP },
	  .counts = "1.tx.control" },
	{ .name = "control: allowed for another VF", .set = "0.allow_lldp=1", .from = DEV_V1,
	  .frame = { .dst = ADDR_LLDP, .src = ADDR_VF1, .type = ETH_P_LLDP },
	  .counts = "1.tx.control" },
	{ .name = "control: allowed to others too, which do not get it", .from = DEV_V1,
	  .set = "all.allow_lldp=1",
	  .frame = { .dst = ADDR_LLDP, .src = ADDR_VF1, .type = ETH_P_LLDP },
	  .counts = "1.tx.flood wire.tx.flood pf.rx.flood", .seen = "wire host" },

	/* beside it */
	{ .name = "control: the first address that is not reserved", .from = DEV_V1,
	  .frame = { .dst = ADDR_BEYOND, .src = ADDR_VF1 },
	  .counts = "1.tx.flood wire.tx.flood pf.rx.flood", .seen = "wire host" },
	NOT_CONTROL("the first address behind those for MRP", ADDR_BEYOND_MRP),
	NOT_CONTROL("differs from the reserved at the end", ADDR_NEARLY),
	NOT_CONTROL("differs from the reserved in the middle", ADDR_NEARLY2),
	NOT_CONTROL("differs from the reserved at the front", ADDR_NEARLY3),
	{ .name = "control: the type before LLDP's", .from = DEV_V1,
	  .frame = { .src = ADDR_VF1, .type = ETH_P_LLDP - 1 },
	  .counts = "1.tx.tc wire.tx.tc", .seen = "wire" },
	{ .name = "control: the type after LACP's", .from = DEV_V1,
	  .frame = { .src = ADDR_VF1, .type = ETH_P_SLOW + 1 },
	  .counts = "1.tx.tc wire.tx.tc", .seen = "wire" },
	{ .name = "control: the type after 802.1X's", .from = DEV_V1,
	  .frame = { .src = ADDR_VF1, .type = ETH_P_PAE + 1 },
	  .counts = "1.tx.tc wire.tx.tc", .seen = "wire" },

	/* below tags */
	{ .name = "control: LLDP below a priority tag", .from = DEV_V1,
	  .frame = { .dst = ADDR_LLDP, .src = ADDR_VF1, .tags = { Q(0) }, .type = ETH_P_LLDP },
	  .counts = "1.tx.control" },
	{ .name = "control: LLDP below a priority tag in metadata", .from = DEV_V1,
	  .frame = { .dst = ADDR_FAR, .src = ADDR_VF1, .meta = Q(0), .type = ETH_P_LLDP },
	  .counts = "1.tx.control" },
	{ .name = "control: LLDP below a trunk's tag", .set = "1.trunk=100", .from = DEV_V1,
	  .frame = { .src = ADDR_VF1, .tags = { Q(WORLD_VLAN) }, .type = ETH_P_LLDP },
	  .counts = "1.tx.control" },
	{ .name = "control: LLDP below a trunk's tag, allowed", .from = DEV_V1,
	  .set = "1.trunk=100 1.allow_lldp=1", .frame = { .dst = ADDR_LLDP, .src = ADDR_VF1,
	  .tags = { Q(WORLD_VLAN) }, .type = ETH_P_LLDP },
	  .counts = "1.tx.flood wire.tx.flood pf.rx.flood", .seen = "wire:100 host:100" },
	{ .name = "control: pause below a trunk's S-tag", .set = "1.trunkad=100",
	  .from = DEV_V1,
	  .frame = { .src = ADDR_VF1, .tags = { AD(WORLD_VLAN) }, .type = ETH_P_PAUSE },
	  .counts = "1.tx.control" },
	{ .name = "control: LACP below a trunk's S-tag and a C-tag", .set = "1.trunkad=100",
	  .from = DEV_V1,
	  .frame = { .src = ADDR_VF1, .tags = { AD(WORLD_VLAN), Q(7) }, .type = ETH_P_SLOW },
	  .counts = "1.tx.control" },
	{ .name = "control: LLDP below a C-tag", .set = "1.vlan=100 1.vlan_proto=ad",
	  .from = DEV_V1,
	  .frame = { .src = ADDR_VF1, .tags = { Q(7) }, .type = ETH_P_LLDP },
	  .counts = "1.tx.control" },
	{ .name = "control: 802.1X below two C-tags", .set = "1.vlan=100 1.vlan_proto=ad",
	  .from = DEV_V1,
	  .frame = { .src = ADDR_VF1, .tags = { Q(7), Q(8) }, .type = ETH_P_PAE },
	  .counts = "1.tx.control" },
	{ .name = "control: LLDP below four C-tags", .set = "1.vlan=100 1.vlan_proto=ad",
	  .from = DEV_V1,
	  .frame = { .src = ADDR_VF1, .tags = { Q(7), Q(8), Q(9), Q(10) }, .type = ETH_P_LLDP },
	  .counts = "1.tx.control" },
	{ .name = "control: another protocol below four C-tags", .from = DEV_V1,
	  .set = "1.vlan=100 1.vlan_proto=ad",
	  .frame = { .src = ADDR_VF1, .tags = { Q(7), Q(8), Q(9), Q(10) } },
	  .counts = "1.tx.tc wire.tx.tc", .seen = "wire:100ad+7+8+9+10",
	  .bytes = SVF_FRAME_LEN },
	{ .name = "control: LLDP below five C-tags", .set = "1.vlan=100 1.vlan_proto=ad",
	  .from = DEV_V1, .frame = { .src = ADDR_VF1,
	  .tags = { Q(7), Q(8), Q(9), Q(10), Q(11) }, .type = ETH_P_LLDP },
	  .counts = "1.tx.spoof_vlan" },
	{ .name = "control: another protocol below five C-tags", .from = DEV_V1,
	  .set = "1.vlan=100 1.vlan_proto=ad",
	  .frame = { .src = ADDR_VF1, .tags = { Q(7), Q(8), Q(9), Q(10), Q(11) } },
	  .counts = "1.tx.spoof_vlan" },
	{ .name = "control: a tag that is cut short below a C-tag", .from = DEV_V1,
	  .set = "1.vlan=100 1.vlan_proto=ad",
	  .frame = { .src = ADDR_VF1, .tags = { Q(7) }, .type = ETH_P_8021Q, .len = 20 },
	  .counts = "1.tx.malformed" },

	/* from the wire: for the host, and whom it is allowed */
	{ .name = "control: LLDP from the wire", .from = DEV_WIRE,
	  .frame = { .dst = ADDR_LLDP, .type = ETH_P_LLDP },
	  .counts = "wire.rx.flood pf.rx.flood", .seen = "host" },
	{ .name = "control: LLDP from the wire, joined", .set = "1.group=LLDP",
	  .from = DEV_WIRE, .frame = { .dst = ADDR_LLDP, .type = ETH_P_LLDP },
	  .counts = "wire.rx.flood pf.rx.flood", .seen = "host" },
	{ .name = "control: LLDP from the wire, all groups", .set = "1.group=ZERO",
	  .from = DEV_WIRE, .frame = { .dst = ADDR_LLDP, .type = ETH_P_LLDP },
	  .counts = "wire.rx.flood pf.rx.flood", .seen = "host" },
	{ .name = "control: LLDP from the wire, allowed to one of two", .from = DEV_WIRE,
	  .set = "1.allow_lldp=1 1.group=LLDP 0.group=LLDP",
	  .frame = { .dst = ADDR_LLDP, .type = ETH_P_LLDP },
	  .counts = "wire.rx.flood 1.rx.flood pf.rx.flood", .seen = "v1 host" },
	{ .name = "control: LLDP from the wire, allowed, not joined", .from = DEV_WIRE,
	  .set = "1.allow_lldp=1", .frame = { .dst = ADDR_LLDP, .type = ETH_P_LLDP },
	  .counts = "wire.rx.flood pf.rx.flood", .seen = "host" },
	{ .name = "control: LLDP from the wire, LACP is allowed", .from = DEV_WIRE,
	  .set = "1.allow_lacp=1 1.group=LLDP", .frame = { .dst = ADDR_LLDP, .type = ETH_P_LLDP },
	  .counts = "wire.rx.flood pf.rx.flood", .seen = "host" },
	{ .name = "control: LLDP from the wire below two tags, allowed", .from = DEV_WIRE,
	  .set = "1.trunkad=100 1.allow_lldp=1 1.group=LLDP",
	  .frame = { .dst = ADDR_LLDP, .tags = { AD(WORLD_VLAN), Q(7) }, .type = ETH_P_LLDP },
	  .counts = "wire.rx.flood 1.rx.flood pf.rx.flood",
	  .seen = "v1:100ad+7 host:100ad+7" },
	{ .name = "control: LLDP from the wire below two tags, not allowed", .from = DEV_WIRE,
	  .set = "1.trunkad=100 1.allow_reserved=1 1.group=LLDP",
	  .frame = { .dst = ADDR_LLDP, .tags = { AD(WORLD_VLAN), Q(7) }, .type = ETH_P_LLDP },
	  .counts = "wire.rx.flood pf.rx.flood", .seen = "host:100ad+7" },
	{ .name = "control: spanning tree from the wire, allowed to one", .from = DEV_WIRE,
	  .set = "1.allow_stp=1 1.group=BRIDGES", .frame = { .dst = ADDR_BRIDGES, .type = 0x0026 },
	  .counts = "wire.rx.flood 1.rx.flood pf.rx.flood", .seen = "v1 host" },
	{ .name = "control: reserved from the wire, allowed to one", .from = DEV_WIRE,
	  .set = "4.allow_reserved=1 4.group=LAST", .frame = { .dst = ADDR_LAST },
	  .counts = "wire.rx.flood 4.rx.flood pf.rx.flood", .seen = "v4 host" },
	{ .name = "control: MVRP from the wire, allowed to one of two", .from = DEV_WIRE,
	  .set = "1.group=MVRP 1.allow_reserved=1 0.group=MVRP",
	  .frame = { .dst = ADDR_MVRP, .type = 0x88f5 },
	  .counts = "wire.rx.flood 1.rx.flood pf.rx.flood", .seen = "v1 host" },
	{ .name = "control: MVRP from the host, allowed to one of two", .from = DEV_PF,
	  .set = "1.group=MVRP 1.allow_reserved=1 0.group=MVRP",
	  .frame = { .dst = ADDR_MVRP, .type = 0x88f5 },
	  .counts = "pf.tx.flood 1.rx.flood wire.tx.flood", .seen = "v1 wire" },
	{ .name = "control: beyond the reserved from the wire, joined", .from = DEV_WIRE,
	  .set = "1.group=BEYOND", .frame = { .dst = ADDR_BEYOND },
	  .counts = "wire.rx.flood 1.rx.flood pf.rx.flood", .seen = "v1 host" },

	/* storm */
	{ .name = "storm: broadcast over the limit", .set = "1.storm=9 1.busy=1",
	  .from = DEV_V1, .frame = { .dst = ADDR_BROADCAST, .src = ADDR_VF1 },
	  .counts = "1.tx.storm" },
	{ .name = "storm: multicast over the limit", .set = "1.storm=9 1.busy=1",
	  .from = DEV_V1, .frame = { .dst = ADDR_GROUP, .src = ADDR_VF1 },
	  .counts = "1.tx.storm" },
	{ .name = "storm: unicast is not limited", .set = "1.storm=9 1.busy=1",
	  .from = DEV_V1, .frame = { .dst = ADDR_FAR, .src = ADDR_VF1 },
	  .counts = "1.tx.tc wire.tx.tc", .seen = "wire" },
	{ .name = "storm: within the limit", .set = "1.storm=9", .from = DEV_V1,
	  .frame = { .dst = ADDR_GROUP, .src = ADDR_VF1 },
	  .counts = "1.tx.flood wire.tx.flood pf.rx.flood", .seen = "wire host" },
	{ .name = "storm: no limit", .set = "1.busy=1", .from = DEV_V1,
	  .frame = { .dst = ADDR_GROUP, .src = ADDR_VF1 },
	  .counts = "1.tx.flood wire.tx.flood pf.rx.flood", .seen = "wire host" },
	{ .name = "storm: another VF's limit is used up", .from = DEV_V1,
	  .set = "all.storm=9 0.busy=1 policy.storm=9 policy.busy=1",
	  .frame = { .dst = ADDR_GROUP, .src = ADDR_VF1 },
	  .counts = "1.tx.flood wire.tx.flood pf.rx.flood", .seen = "wire host" },
	{ .name = "storm: broadcast from the wire over the limit", .from = DEV_WIRE,
	  .set = "policy.storm=9 policy.busy=1", .frame = { .dst = ADDR_BROADCAST },
	  .counts = "wire.rx.storm" },
	{ .name = "storm: multicast from the wire over the limit", .from = DEV_WIRE,
	  .set = "policy.storm=9 policy.busy=1", .frame = { .dst = ADDR_GROUP },
	  .counts = "wire.rx.storm" },
	{ .name = "storm: unicast from the wire is not limited", .from = DEV_WIRE,
	  .set = "policy.storm=9 policy.busy=1", .frame = { .dst = ADDR_VF1 },
	  .counts = "wire.rx.tc 1.rx.tc", .seen = "v1" },
	{ .name = "storm: from the wire within the limit", .from = DEV_WIRE,
	  .set = "policy.storm=9 all.storm=9 all.busy=1", .frame = { .dst = ADDR_GROUP },
	  .counts = "wire.rx.flood pf.rx.flood", .seen = "host" },
	{ .name = "storm: from the wire, no limit", .from = DEV_WIRE,
	  .set = "policy.busy=1", .frame = { .dst = ADDR_GROUP },
	  .counts = "wire.rx.flood pf.rx.flood", .seen = "host" },
	{ .name = "storm: the host is not limited", .from = DEV_PF,
	  .set = "policy.storm=9 policy.busy=1 all.storm=9 all.busy=1",
	  .frame = { .dst = ADDR_GROUP }, .counts = "pf.tx.flood wire.tx.flood",
	  .seen = "wire" },
	{ .name = "storm: the next pass of a fan-out is no new frame", .world = WORLD_MANY,
	  .set = "policy.storm=9 policy.busy=1", .program = PROG_WIRE_TC,
	  .mark = MARK_FLOOD(2, 0), .frame = { .dst = ADDR_BROADCAST }, .ret = STOLEN,
	  .counts = "many.rx.flood=2", .seen = "sink*2" },
};
/* clang-format on */

TABLE(control);
