// SPDX-License-Identifier: GPL-2.0-only
/*
 * Switching: isolation in every pair of modes and every direction, access to the host, frames that
 * come back, addresses held twice.
 */
#include "rows.h"

/* VF 1 and VF 4 are of VLAN 0, as VF 0, which stays veb. */
#define BETWEEN(one, other) "1.isolation=" one " 4.isolation=" other

/* VF 1 to VF 4: switched, on to the wire, or dropped. */
#define SWITCHED(one, other)                                                                       \
	{                                                                                          \
		.name = "isolation: VF to VF, " one " to " other, .set = BETWEEN(one, other),      \
		.from = DEV_V1, .frame = { .dst = ADDR_TWIN, .src = ADDR_VF1 },                    \
		.counts = "1.tx.veb 4.rx.veb", .seen = "v4"                                        \
	}
#define TO_WIRE(one, other)                                                                        \
	{                                                                                          \
		.name = "isolation: VF to VF, " one " to " other, .set = BETWEEN(one, other),      \
		.from = DEV_V1, .frame = { .dst = ADDR_TWIN, .src = ADDR_VF1 },                    \
		.counts = "1.tx.tc wire.tx.tc", .seen = "wire"                                     \
	}
#define ISOLATED(one, other)                                                                       \
	{                                                                                          \
		.name = "isolation: VF to VF, " one " to " other, .set = BETWEEN(one, other),      \
		.from = DEV_V1, .frame = { .dst = ADDR_TWIN, .src = ADDR_VF1 },                    \
		.counts = "1.tx.isolation"                                                         \
	}

/* The wire's switch sends VF 1's frame back, to VF 4. */
#define REFLECTED(one, other)                                                                      \
	{                                                                                          \
		.name = "isolation: reflected, " one " to " other, .set = BETWEEN(one, other),     \
		.from = DEV_WIRE, .frame = { .dst = ADDR_TWIN, .src = ADDR_VF1 },                  \
		.counts = "wire.rx.tc 4.rx.tc", .seen = "v4"                                       \
	}
#define NOT_REFLECTED(one, other)                                                                  \
	{                                                                                          \
		.name = "isolation: reflected, " one " to " other, .set = BETWEEN(one, other),     \
		.from = DEV_WIRE, .frame = { .dst = ADDR_TWIN, .src = ADDR_VF1 },                  \
		.counts = "wire.rx.tc 4.rx.isolation"                                              \
	}

/* VF 1 to all; who hears it. */
#define TO_ALL(one, other, who, hears)                                                             \
	{ .name = "isolation: VF to all, " one " and " other,                                      \
	  .set = BETWEEN(one, other),                                                              \
	  .from = DEV_V1,                                                                          \
	  .frame = { .dst = ADDR_BROADCAST, .src = ADDR_VF1 },                                     \
	  .counts = "1.tx.flood wire.tx.flood " who,                                               \
	  .seen = "wire " hears },                                                                 \
	{                                                                                          \
		.name = "isolation: VF to a group, " one " and " other,                            \
		.set = BETWEEN(one, other), .from = DEV_V1,                                        \
		.frame = { .dst = ADDR_MULTICAST, .src = ADDR_VF1 },                               \
		.counts = "1.tx.flood wire.tx.flood " who, .seen = "wire " hears                   \
	}
#define ALL_REFLECTED(one, other, who, hears)                                                      \
	{                                                                                          \
		.name = "isolation: to all, reflected, " one " and " other,                        \
		.set = BETWEEN(one, other), .from = DEV_WIRE,                                      \
		.frame = { .dst = ADDR_BROADCAST, .src = ADDR_VF1 },                               \
		.counts = "wire.rx.flood 1.rx.src_prune pf.rx.flood " who, .seen = "host " hears   \
	}

#define VF_TO_HOST(words, result, where)                                                           \
	{                                                                                          \
		.name = "isolation: VF to the host, " words, .set = words, .from = DEV_V1,         \
		.frame = { .dst = ADDR_PF, .src = ADDR_VF1 }, .counts = result, .seen = where      \
	}
#define HOST_TO_VF(words, result, where)                                                           \
	{                                                                                          \
		.name = "isolation: host to a VF, " words, .set = words, .from = DEV_PF,           \
		.frame = { .dst = ADDR_VF1 }, .counts = result, .seen = where                      \
	}
#define HOST_TO_ALL(words, who, hears)                                                             \
	{                                                                                          \
		.name = "isolation: host to all, " words, .set = words, .from = DEV_PF,            \
		.frame = { .dst = ADDR_BROADCAST }, .counts = "pf.tx.flood wire.tx.flood " who,    \
		.seen = "wire " hears                                                              \
	}

/* A row is read as it is written; each field on its own line would hide it. */
/* clang-format off */
static const struct row rows[] = {
	SWITCHED("veb", "veb"), TO_WIRE("veb", "vepa"), ISOLATED("veb", "private"),
	TO_WIRE("vepa", "veb"), TO_WIRE("vepa", "vepa"), ISOLATED("vepa", "private"),
	ISOLATED("private", "veb"), ISOLATED("private", "vepa"), ISOLATED("private", "private"),
	SWITCHED("inherit", "veb"), TO_WIRE("inherit", "vepa"), ISOLATED("inherit", "private"),
	SWITCHED("inherit", "veb policy.isolation=veb"),
	TO_WIRE("inherit", "veb policy.isolation=vepa"),
	ISOLATED("inherit", "veb policy.isolation=private"),
	TO_WIRE("veb", "inherit policy.isolation=vepa"),
	ISOLATED("veb", "inherit policy.isolation=private"),
	SWITCHED("veb", "veb policy.isolation=private"),
	SWITCHED("veb", "veb policy.isolation=vepa"),
	TO_WIRE("inherit", "inherit policy.isolation=vepa"),
	ISOLATED("inherit", "inherit policy.isolation=private"),

	REFLECTED("veb", "veb"), REFLECTED("veb", "vepa"), NOT_REFLECTED("veb", "private"),
	REFLECTED("vepa", "veb"), REFLECTED("vepa", "vepa"), NOT_REFLECTED("vepa", "private"),
	NOT_REFLECTED("private", "veb"), NOT_REFLECTED("private", "vepa"),
	NOT_REFLECTED("private", "private"),
	NOT_REFLECTED("inherit", "veb policy.isolation=private"),
	NOT_REFLECTED("veb", "inherit policy.isolation=private"),
	{ .name = "isolation: a stranger to a private VF", .set = "4.isolation=private",
	  .from = DEV_WIRE, .frame = { .dst = ADDR_TWIN, .src = ADDR_FAR },
	  .counts = "wire.rx.tc 4.rx.tc", .seen = "v4" },
	{ .name = "isolation: the PF's address to a private VF", .set = "4.isolation=private",
	  .from = DEV_WIRE, .frame = { .dst = ADDR_TWIN, .src = ADDR_PF },
	  .counts = "wire.rx.tc 4.rx.tc", .seen = "v4" },
	{ .name = "isolation: reflected, the address is another VLAN's", .from = DEV_WIRE,
	  .set = "all.isolation=private", .frame = { .dst = ADDR_TWIN, .src = ADDR_VF3 },
	  .counts = "wire.rx.tc 4.rx.tc", .seen = "v4" },
	{ .name = "isolation: reflected in a VLAN", .set = "3.isolation=private",
	  .from = DEV_WIRE,
	  .frame = { .dst = ADDR_TWIN, .src = ADDR_VF3, .tags = { Q(WORLD_VLAN) } },
	  .counts = "wire.rx.tc 5.rx.isolation" },
	{ .name = "isolation: reflected from a private VF with a trunk", .from = DEV_WIRE,
	  .set = "1.trunk=100 1.isolation=private",
	  .frame = { .dst = ADDR_TWIN, .src = ADDR_VF1, .tags = { Q(WORLD_VLAN) } },
	  .counts = "wire.rx.tc 5.rx.isolation" },
	{ .name = "isolation: to all, reflected from a private VF with a trunk",
	  .set = "1.trunk=100 1.isolation=private", .from = DEV_WIRE,
	  .frame = { .dst = ADDR_BROADCAST, .src = ADDR_VF1, .tags = { Q(WORLD_VLAN) } },
	  .counts = "wire.rx.flood 1.rx.src_prune pf.rx.flood", .seen = "host:100" },
	{ .name = "isolation: reflected from a trunk, a VLAN it has not", .from = DEV_WIRE,
	  .set = "1.trunk=7 1.isolation=private",
	  .frame = { .dst = ADDR_TWIN, .src = ADDR_VF1, .tags = { Q(WORLD_VLAN) } },
	  .counts = "wire.rx.tc 5.rx.tc", .seen = "v5" },
	{ .name = "isolation: reflected, from a ring", .set = "1.isolation=private",
	  .from = DEV_NONE, .frame = { .dst = ADDR_VF0, .src = ADDR_VF1 },
	  .counts = "0.rx.isolation" },
	{ .name = "isolation: reflected into a ring", .world = WORLD_AGENT, .from = DEV_WIRE,
	  .frame = { .dst = ADDR_VF0, .src = ADDR_VF1 }, .counts = "0.redirects" },
	{ .name = "isolation: unknown to the wire from a private VF", .from = DEV_V1,
	  .set = "1.isolation=private", .frame = { .src = ADDR_VF1 },
	  .counts = "1.tx.tc wire.tx.tc", .seen = "wire" },

	TO_ALL("veb", "veb", "0.rx.flood 4.rx.flood pf.rx.flood", "v0 v4 host"),
	TO_ALL("veb", "vepa", "0.rx.flood pf.rx.flood", "v0 host"),
	TO_ALL("veb", "private", "0.rx.flood pf.rx.flood", "v0 host"),
	TO_ALL("vepa", "veb", "", ""), TO_ALL("vepa", "vepa", "", ""),
	TO_ALL("vepa", "private", "", ""),
	TO_ALL("private", "veb", "pf.rx.flood", "host"),
	TO_ALL("private", "vepa", "pf.rx.flood", "host"),
	TO_ALL("private", "private", "pf.rx.flood", "host"),
	TO_ALL("inherit", "inherit policy.isolation=vepa", "", ""),
	TO_ALL("inherit", "inherit policy.isolation=private", "pf.rx.flood", "host"),
	TO_ALL("veb", "veb policy.isolation=private", "4.rx.flood pf.rx.flood", "v4 host"),
	ALL_REFLECTED("veb", "veb", "0.rx.flood 4.rx.flood", "v0 v4"),
	ALL_REFLECTED("veb", "vepa", "0.rx.flood 4.rx.flood", "v0 v4"),
	ALL_REFLECTED("veb", "private", "0.rx.flood", "v0"),
	ALL_REFLECTED("vepa", "vepa", "0.rx.flood 4.rx.flood", "v0 v4"),
	ALL_REFLECTED("vepa", "private", "0.rx.flood", "v0"),
	ALL_REFLECTED("private", "veb", "", ""), ALL_REFLECTED("private", "private", "", ""),
	ALL_REFLECTED("veb", "inherit policy.isolation=private", "", ""),
	{ .name = "isolation: a stranger to all, all private", .set = "all.isolation=private",
	  .from = DEV_WIRE, .frame = { .dst = ADDR_BROADCAST },
	  .counts = "wire.rx.flood 0.rx.flood 1.rx.flood 4.rx.flood pf.rx.flood",
	  .seen = "v0 v1 v4 host" },

	VF_TO_HOST("1.isolation=veb", "1.tx.host pf.rx.host", "host"),
	VF_TO_HOST("1.isolation=vepa", "1.tx.tc wire.tx.tc", "wire"),
	VF_TO_HOST("1.isolation=private", "1.tx.host pf.rx.host", "host"),
	VF_TO_HOST("policy.isolation=vepa", "1.tx.tc wire.tx.tc", "wire"),
	VF_TO_HOST("policy.isolation=vepa 1.isolation=veb", "1.tx.host pf.rx.host", "host"),
	VF_TO_HOST("1.host_access=0", "1.tx.host_access", ""),
	VF_TO_HOST("0.host_access=0", "1.tx.host pf.rx.host", "host"),
	VF_TO_HOST("1.host_access=0 1.isolation=vepa", "1.tx.host_access", ""),
	HOST_TO_VF("1.isolation=veb", "pf.tx.host 1.rx.host", "v1"),
	HOST_TO_VF("1.isolation=vepa", "pf.tx.pass wire.tx.pass", "wire"),
	HOST_TO_VF("1.isolation=private", "pf.tx.host 1.rx.host", "v1"),
	HOST_TO_VF("policy.isolation=vepa", "pf.tx.pass wire.tx.pass", "wire"),
	HOST_TO_VF("policy.isolation=vepa 1.isolation=veb", "pf.tx.pass wire.tx.pass", "wire"),
	HOST_TO_VF("policy.isolation=private", "pf.tx.host 1.rx.host", "v1"),
	HOST_TO_VF("1.host_access=0", "pf.tx.host_access", ""),
	HOST_TO_VF("0.host_access=0", "pf.tx.host 1.rx.host", "v1"),
	HOST_TO_VF("1.host_access=0 1.isolation=vepa", "pf.tx.host_access", ""),
	HOST_TO_ALL("4.isolation=vepa", "0.rx.flood 1.rx.flood", "v0 v1"),
	HOST_TO_ALL("4.isolation=private", "0.rx.flood 1.rx.flood 4.rx.flood", "v0 v1 v4"),
	HOST_TO_ALL("policy.isolation=vepa", "", ""),
	HOST_TO_ALL("policy.isolation=vepa all.isolation=veb", "", ""),
	HOST_TO_ALL("policy.isolation=private", "0.rx.flood 1.rx.flood 4.rx.flood", "v0 v1 v4"),
	HOST_TO_ALL("4.host_access=0", "0.rx.flood 1.rx.flood", "v0 v1"),
	{ .name = "host access: VF without it to all", .set = "1.host_access=0",
	  .from = DEV_V1, .frame = { .dst = ADDR_BROADCAST, .src = ADDR_VF1 },
	  .counts = "1.tx.flood 0.rx.flood 4.rx.flood wire.tx.flood", .seen = "v0 v4 wire" },
	{ .name = "host access: another VF's does not matter", .set = "0.host_access=0",
	  .from = DEV_V1, .frame = { .dst = ADDR_BROADCAST, .src = ADDR_VF1 },
	  .counts = "1.tx.flood 0.rx.flood 4.rx.flood wire.tx.flood pf.rx.flood",
	  .seen = "v0 v4 wire host" },
	{ .name = "host access: VF without it to the wire", .set = "1.host_access=0",
	  .from = DEV_V1, .frame = { .src = ADDR_VF1 }, .counts = "1.tx.tc wire.tx.tc",
	  .seen = "wire" },
	{ .name = "host access: VF without it to a VF", .set = "all.host_access=0",
	  .from = DEV_V1, .frame = { .dst = ADDR_VF0, .src = ADDR_VF1 },
	  .counts = "1.tx.veb 0.rx.veb", .seen = "v0" },
	{ .name = "host access: wire to a VF without it", .set = "1.host_access=0",
	  .from = DEV_WIRE, .frame = { .dst = ADDR_VF1 }, .counts = "wire.rx.tc 1.rx.tc",
	  .seen = "v1" },

	/* ... by way of the wire's switch, which sends all of it back */
	{ .name = "host access: the host's to all, sent back", .set = "1.host_access=0",
	  .from = DEV_WIRE, .frame = { .dst = ADDR_BROADCAST, .src = ADDR_PF },
	  .counts = "wire.rx.flood 0.rx.flood 4.rx.flood pf.rx.flood", .seen = "v0 v4 host" },
	{ .name = "host access: the host's to a group, sent back", .set = "1.host_access=0",
	  .from = DEV_WIRE, .frame = { .dst = ADDR_MULTICAST, .src = ADDR_PF },
	  .counts = "wire.rx.flood 0.rx.flood 4.rx.flood pf.rx.flood", .seen = "v0 v4 host" },
	{ .name = "host access: the host's to a VF, sent back", .set = "1.host_access=0",
	  .from = DEV_WIRE, .frame = { .dst = ADDR_VF1, .src = ADDR_PF },
	  .counts = "wire.rx.tc 1.rx.host_access" },
	{ .name = "host access: the host's to a VF with it, sent back", .set = "0.host_access=0",
	  .from = DEV_WIRE, .frame = { .dst = ADDR_VF1, .src = ADDR_PF },
	  .counts = "wire.rx.tc 1.rx.tc", .seen = "v1" },
	{ .name = "host access: the host's to a VF, sent back, from its ring",
	  .set = "0.host_access=0", .from = DEV_NONE,
	  .frame = { .dst = ADDR_VF0, .src = ADDR_PF }, .counts = "0.rx.host_access" },
	{ .name = "host access: the host's, sent back, for a promiscuous VF", .from = DEV_WIRE,
	  .set = "1.promisc=all 1.trust=promisc 1.host_access=0",
	  .frame = { .src = ADDR_PF }, .counts = "wire.rx.pass pf.rx.pass", .seen = "host" },
	{ .name = "host access: a VF's to all, sent back", .set = "1.host_access=0",
	  .from = DEV_WIRE, .frame = { .dst = ADDR_BROADCAST, .src = ADDR_VF1 },
	  .counts = "wire.rx.flood 1.rx.src_prune 0.rx.flood 4.rx.flood", .seen = "v0 v4" },
	{ .name = "host access: a VF's to a group, sent back", .set = "1.host_access=0",
	  .from = DEV_WIRE, .frame = { .dst = ADDR_GROUP, .src = ADDR_VF1 },
	  .counts = "wire.rx.flood" },
	{ .name = "host access: a VF's to the host, sent back", .set = "1.host_access=0",
	  .from = DEV_WIRE, .frame = { .dst = ADDR_PF, .src = ADDR_VF1 },
	  .counts = "wire.rx.pass pf.rx.host_access" },
	{ .name = "host access: a VF's to nobody here, sent back", .set = "1.host_access=0",
	  .from = DEV_WIRE, .frame = { .src = ADDR_VF1 },
	  .counts = "wire.rx.pass pf.rx.host_access" },
	{ .name = "host access: a VF's with it, sent back", .set = "0.host_access=0",
	  .from = DEV_WIRE, .frame = { .dst = ADDR_PF, .src = ADDR_VF1 },
	  .counts = "wire.rx.pass pf.rx.pass", .seen = "host" },
	{ .name = "host access: another's of this address in another VLAN, to all",
	  .set = "1.host_access=0", .from = DEV_WIRE,
	  .frame = { .dst = ADDR_GROUP, .src = ADDR_VF1, .tags = { Q(WORLD_VLAN) } },
	  .counts = "wire.rx.flood pf.rx.flood", .seen = "host:100" },
	{ .name = "host access: a trunk's to all, sent back", .from = DEV_WIRE,
	  .set = "1.host_access=0 1.trunk=100",
	  .frame = { .dst = ADDR_GROUP, .src = ADDR_VF1, .tags = { Q(WORLD_VLAN) } },
	  .counts = "wire.rx.flood" },
	{ .name = "host access: one of two with this address, to all, sent back",
	  .set = "1.host_access=0 1.macs=EXTRA 4.macs=EXTRA", .from = DEV_WIRE,
	  .frame = { .dst = ADDR_GROUP, .src = ADDR_EXTRA }, .counts = "wire.rx.flood" },
	{ .name = "host access: allowed control", .set = "1.host_access=0 1.allow_lldp=1",
	  .from = DEV_V1,
	  .frame = { .dst = ADDR_LLDP, .src = ADDR_VF1, .type = ETH_P_LLDP },
	  .counts = "1.tx.flood wire.tx.flood", .seen = "wire" },

	/* frames that come back */
	{ .name = "src_prune: its own to itself", .from = DEV_WIRE,
	  .frame = { .dst = ADDR_VF1, .src = ADDR_VF1 },
	  .counts = "wire.rx.tc 1.rx.src_prune" },
	{ .name = "src_prune: one of its list to itself", .set = "1.macs=EXTRA",
	  .from = DEV_WIRE, .frame = { .dst = ADDR_VF1, .src = ADDR_EXTRA },
	  .counts = "wire.rx.tc 1.rx.src_prune" },
	{ .name = "src_prune: its own from its ring", .from = DEV_NONE,
	  .frame = { .dst = ADDR_VF0, .src = ADDR_VF0 }, .counts = "0.rx.src_prune" },
	{ .name = "src_prune: its own to all", .from = DEV_WIRE,
	  .frame = { .dst = ADDR_BROADCAST, .src = ADDR_VF1 },
	  .counts = "wire.rx.flood 0.rx.flood 1.rx.src_prune 4.rx.flood pf.rx.flood",
	  .seen = "v0 v4 host" },
	{ .name = "src_prune: its own to a group", .from = DEV_WIRE,
	  .frame = { .dst = ADDR_MULTICAST, .src = ADDR_VF1 },
	  .counts = "wire.rx.flood 0.rx.flood 1.rx.src_prune 4.rx.flood pf.rx.flood",
	  .seen = "v0 v4 host" },
	{ .name = "src_prune: another VLAN's address", .from = DEV_WIRE,
	  .frame = { .dst = ADDR_BROADCAST, .src = ADDR_VF3 },
	  .counts = "wire.rx.flood 0.rx.flood 1.rx.flood 4.rx.flood pf.rx.flood",
	  .seen = "v0 v1 v4 host" },
	{ .name = "src_prune: the same address in two VLANs", .from = DEV_WIRE,
	  .frame = { .dst = ADDR_BROADCAST, .src = ADDR_TWIN, .tags = { Q(WORLD_VLAN) } },
	  .counts = "wire.rx.flood 2.rx.flood 3.rx.flood 5.rx.src_prune pf.rx.flood",
	  .seen = "v2 v3 host:100" },
	{ .name = "src_prune: to the host it goes", .from = DEV_WIRE,
	  .frame = { .dst = ADDR_PF, .src = ADDR_VF1 }, .counts = "wire.rx.pass pf.rx.pass",
	  .seen = "host" },

	/* an address held twice: TWIN, by VF 1 and VF 4 */
	{ .name = "owners: wire to both", .set = "1.macs=TWIN", .from = DEV_WIRE,
	  .frame = { .dst = ADDR_TWIN }, .counts = "wire.rx.copy 1.rx.copy 4.rx.copy",
	  .seen = "v1 v4" },
	{ .name = "owners: wire to both in a VLAN", .set = "3.macs=TWIN", .from = DEV_WIRE,
	  .frame = { .dst = ADDR_TWIN, .tags = { Q(WORLD_VLAN) } },
	  .counts = "wire.rx.copy 3.rx.copy 5.rx.copy", .seen = "v3 v5" },
	{ .name = "owners: host to both", .set = "1.macs=TWIN", .from = DEV_PF,
	  .frame = { .dst = ADDR_TWIN }, .counts = "pf.tx.copy 1.rx.copy 4.rx.copy",
	  .seen = "v1 v4" },
	{ .name = "owners: VF to both", .set = "1.macs=TWIN", .from = DEV_V0,
	  .frame = { .dst = ADDR_TWIN, .src = ADDR_VF0 },
	  .counts = "0.tx.copy 1.rx.copy 4.rx.copy", .seen = "v1 v4" },
	{ .name = "owners: one of them to the other", .set = "1.macs=TWIN", .from = DEV_V1,
	  .frame = { .dst = ADDR_TWIN, .src = ADDR_VF1 }, .counts = "1.tx.copy 4.rx.copy",
	  .seen = "v4" },
	{ .name = "owners: never by a ring", .set = "0.macs=TWIN", .world = WORLD_AGENT,
	  .from = DEV_WIRE, .frame = { .dst = ADDR_TWIN },
	  .counts = "wire.rx.copy 0.rx.copy 4.rx.copy", .seen = "v0 v4" },
	{ .name = "owners: the last of them to a private one", .from = DEV_V4,
	  .set = "1.macs=TWIN 1.isolation=private",
	  .frame = { .dst = ADDR_TWIN, .src = ADDR_TWIN }, .counts = "4.tx.isolation" },
	{ .name = "owners: no traces", .set = "1.macs=TWIN", .program = PROG_HOST_TC,
	  .mark = 7, .tc_index = 3, .frame = { .dst = ADDR_TWIN }, .ret = STOLEN,
	  .counts = "pf.tx.copy 1.rx.copy 4.rx.copy", .seen = "v1 v4", .ret_mark = 7 },
	{ .name = "owners: wire to both, no traces", .set = "1.macs=TWIN", .mark = 7,
	  .program = PROG_WIRE_TC, .tc_index = 3, .frame = { .dst = ADDR_TWIN }, .ret = STOLEN,
	  .counts = "wire.rx.copy 1.rx.copy 4.rx.copy", .seen = "v1 v4" },
	{ .name = "owners: two, and an index that is not borne out", .world = WORLD_STALE_FDB,
	  .set = "0.macs=STALE 4.macs=STALE", .from = DEV_WIRE, .frame = { .dst = ADDR_STALE },
	  .counts = "wire.rx.copy 0.rx.copy 4.rx.copy", .seen = "v0 v4" },
	{ .name = "owners: three", .set = "0.macs=TWIN 1.macs=TWIN", .from = DEV_WIRE,
	  .frame = { .dst = ADDR_TWIN },
	  .counts = "wire.rx.copy 0.rx.copy 1.rx.copy 4.rx.copy", .seen = "v0 v1 v4" },
	{ .name = "owners: one's link is down", .set = "1.macs=TWIN 1.link_state=disable",
	  .from = DEV_WIRE, .frame = { .dst = ADDR_TWIN },
	  .counts = "wire.rx.copy 1.rx.link_down 4.rx.copy", .seen = "v4" },
	{ .name = "owners: one's mtu is less", .set = "1.macs=TWIN 1.mtu=100",
	  .from = DEV_WIRE, .frame = { .dst = ADDR_TWIN, .len = 200 },
	  .counts = "wire.rx.copy 1.rx.mtu 4.rx.copy", .seen = "v4" },
	{ .name = "owners: by the index of its old VLAN too, one", .world = WORLD_STALE_FDB,
	  .set = "1.trunk=100 1.macs=STALE", .from = DEV_WIRE, .frame = { .dst = ADDR_STALE },
	  .counts = "wire.rx.tc 1.rx.tc", .seen = "v1" },
	{ .name = "owners: by the index of its old VLAN too, once", .world = WORLD_STALE_FDB,
	  .set = "1.trunk=100 1.macs=STALE 4.macs=STALE", .from = DEV_WIRE,
	  .frame = { .dst = ADDR_STALE }, .counts = "wire.rx.copy 1.rx.copy 4.rx.copy",
	  .seen = "v1 v4" },
	{ .name = "owners: one's netdev is gone", .set = "1.macs=TWIN", .world = WORLD_GONE,
	  .from = DEV_WIRE, .frame = { .dst = ADDR_TWIN },
	  .counts = "wire.rx.copy 1.rx.clone 4.rx.copy", .seen = "v4" },
	{ .name = "owners: host to one that may and one that may not", .from = DEV_PF,
	  .set = "1.macs=TWIN 1.host_access=0", .frame = { .dst = ADDR_TWIN },
	  .counts = "pf.tx.copy 4.rx.copy", .seen = "v4" },
	{ .name = "owners: host to two that may not", .from = DEV_PF,
	  .set = "1.macs=TWIN 1.host_access=0 4.host_access=0", .frame = { .dst = ADDR_TWIN },
	  .counts = "pf.tx.host_access" },
	{ .name = "owners: host to one by the wire's switch", .from = DEV_PF,
	  .set = "1.macs=TWIN 1.isolation=vepa", .frame = { .dst = ADDR_TWIN },
	  .counts = "pf.tx.copy 4.rx.copy wire.tx.copy", .seen = "v4 wire" },
	{ .name = "owners: VF to two private ones", .from = DEV_V0,
	  .set = "1.macs=TWIN 1.isolation=private 4.isolation=private",
	  .frame = { .dst = ADDR_TWIN, .src = ADDR_VF0 }, .counts = "0.tx.isolation" },
	{ .name = "owners: VF to one here and one by the wire's switch", .from = DEV_V0,
	  .set = "1.macs=TWIN 1.isolation=vepa",
	  .frame = { .dst = ADDR_TWIN, .src = ADDR_VF0 },
	  .counts = "0.tx.copy 4.rx.copy wire.tx.copy", .seen = "v4 wire" },
	{ .name = "owners: VF to one here and a private one", .from = DEV_V0,
	  .set = "1.macs=TWIN 1.isolation=private",
	  .frame = { .dst = ADDR_TWIN, .src = ADDR_VF0 },
	  .counts = "0.tx.copy 4.rx.copy", .seen = "v4" },
	{ .name = "owners: wire to both, one has the source", .set = "1.macs=TWIN",
	  .from = DEV_WIRE, .frame = { .dst = ADDR_TWIN, .src = ADDR_VF1 },
	  .counts = "wire.rx.copy 1.rx.src_prune 4.rx.copy", .seen = "v4" },
	{ .name = "control: 802.1X to another VF, allowed: the wire's", .from = DEV_V1,
	  .set = "all.allow_dot1x=1",
	  .frame = { .dst = ADDR_TWIN, .src = ADDR_VF1, .type = ETH_P_PAE },
	  .counts = "1.tx.tc wire.tx.tc", .seen = "wire" },
	{ .name = "owners: in different VLANs", .set = "3.macs=VF1", .from = DEV_WIRE,
	  .frame = { .dst = ADDR_VF1 }, .counts = "wire.rx.tc 1.rx.tc", .seen = "v1" },
	{ .name = "owners: in a VLAN and in a trunk", .set = "4.trunk=100 4.untagged=0",
	  .from = DEV_WIRE, .frame = { .dst = ADDR_TWIN, .tags = { Q(WORLD_VLAN) } },
	  .counts = "wire.rx.copy 4.rx.copy 5.rx.copy", .seen = "v4:100 v5" },
	{ .name = "owners: in a VLAN and in a trunk without it", .set = "4.trunk=7",
	  .from = DEV_WIRE, .frame = { .dst = ADDR_TWIN, .tags = { Q(WORLD_VLAN) } },
	  .counts = "wire.rx.tc 5.rx.tc", .seen = "v5" },
	{ .name = "owners: an index that is not borne out is none", .world = WORLD_STALE_FDB,
	  .set = "4.macs=STALE", .from = DEV_WIRE, .frame = { .dst = ADDR_STALE },
	  .counts = "wire.rx.tc 4.rx.tc", .seen = "v4" },
};
/* clang-format on */

TABLE(switch);
