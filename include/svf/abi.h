/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * The contract between the sorter (bpf/) and user space: everything both sides
 * know is here and nowhere else. docs/abi.md describes the same for people.
 *
 * VLAN ids are in host byte order everywhere except in the frame itself.
 * VLAN 0 means "untagged": a priority tag (VID 0) counts as no tag.
 * The layout is made for SVF_MAX_VFS VFs, whatever `up` allows today.
 */
#pragma once

#include <linux/if_ether.h>
#include <linux/types.h>

#define SVF_ABI_VERSION		 1
#define SVF_MAX_VFS		 4096 /* layout limit; `up` refuses more than SVF_UP_MAX_VFS */
#define SVF_UP_MAX_VFS		 256
#define SVF_MAX_QUEUES		 64	/* PF RX queues the rings can serve */
#define SVF_PF_ID		 0xffff /* stands for the PF (the host) where a VF number is expected */
#define SVF_VLAN_MAX		 4094
#define SVF_QOS_MAX		 7
#define SVF_FLOOD_BLOCK		 64 /* clones a fan-out pass may make: 5-12 us each, backlog is 1000 */
#define SVF_N_FLOOD_BLOCKS	 (SVF_MAX_VFS / SVF_FLOOD_BLOCK)
#define SVF_HEARTBEAT_MAX_AGE_NS 2000000000ULL /* agent ticks every 250 ms: 8 missed */

/* Pins: SVF_PIN_ROOT/<pf>/<map name>; programs in progs/, the XDP link in links/. */
#define SVF_PIN_ROOT "/sys/fs/bpf/svf"
#define SVF_RUN_ROOT "/run/svf"
#define SVF_ETC_ROOT "/etc/svf"

enum svf_direction {
	SVF_DIRECTION_RX = 0, /* to the VF (for the PF: to the host) */
	SVF_DIRECTION_TX = 1, /* from the VF (for the PF: from the host) */
	SVF_N_DIRECTIONS,
};

enum svf_lane {
	SVF_LANE_TC = 0,
	SVF_LANE_AFXDP = 1,
	SVF_N_LANES,
};

enum svf_role {
	SVF_ROLE_REPRESENTOR = 1, /* host end of the VF's veth pair */
	SVF_ROLE_RING_PORT = 2,	  /* tap between agent and sorter */
};

/*
 * How a frame ended. Delivered verdicts: X(NAME, field, help). Each is a named
 * counter in struct svf_stats, counted once per frame and receiver (RX) or once
 * per frame sent (TX). A superframe counts as the frames it stands for.
 */
#define SVF_VERDICTS(X)                                                                            \
	X(RING, ring, "carried by the VF's ring (afxdp lane)")                                     \
	X(TC, tc, "carried between VF and wire by the tc lane")                                    \
	X(NO_AGENT, no_agent, "afxdp lane, but no living agent: carried by the tc lane")           \
	X(NO_RING, no_ring, "afxdp lane, but the frame met no ring (queue without one, skb mode)") \
	X(VEB, veb, "switched between two VFs")                                                    \
	X(HOST, host, "between the VF and the host")                                               \
	X(FLOOD, flood, "broadcast or multicast")                                                  \
	X(PASS, pass, "between host and wire: no VF owns the address")

/* Dropped: X(NAME, field, help). Named counters in struct svf_drops; their sum is `dropped`. */
#define SVF_DROPS(X)                                                                               \
	X(MALFORMED, malformed, "too short for its headers, or an impossible source address")      \
	X(SPOOF_VLAN, spoof_vlan, "the VF sent a VLAN tag it may not use")                         \
	X(TO_SELF, to_self, "the VF sent to its own address")                                      \
	X(NO_VF, no_vf, "the port belongs to no VF (being set up or torn down)")                   \
	X(FOREIGN, foreign, "not from this VF: the host's stack spoke through a ring port")        \
	X(HIDDEN_TAG, hidden_tag, "XDP saw another VLAN than the stack: the PF hides tags")        \
	X(CLONE, clone, "a copy of a multicast could not be handed over: VF netdev down, no room") \
	X(VLAN_OP, vlan_op, "the kernel could not push or pop the VLAN tag")

enum svf_verdict {
#define SVF_X(name, field, help) SVF_VERDICT_##name,
	SVF_VERDICTS(SVF_X) SVF_N_VERDICTS,
#undef SVF_X
};

enum svf_drop {
#define SVF_X(name, field, help) SVF_DROP_##name,
	SVF_DROPS(SVF_X) SVF_N_DROPS,
#undef SVF_X
};

/* svf_fdb: {mac, vlan} -> the VF to ask. An index only: svf_vfs decides. */
struct svf_fdb_key {
	__u8 mac[ETH_ALEN];
	__u16 vlan; /* 0: untagged */
};
_Static_assert(sizeof(struct svf_fdb_key) == 8, "abi");

struct svf_fdb_owner {
	__u32 vf;
};
_Static_assert(sizeof(struct svf_fdb_owner) == 4, "abi");

/* svf_vfs: vf (__u32) -> its configuration, replaced whole (HASH, one RCU grace
 * period between two replacements of a key), so that a frame sees one version. */
struct svf_vf_config {
	__u32 representor; /* ifindex */
	__u32 ring_port;   /* ifindex; 0: the VF has none */
	__u8 mac[ETH_ALEN];
	__u16 vlan; /* VST VLAN, 0: none */
	__u8 qos;   /* PCP pushed with the VST tag */
	__u8 lane;  /* enum svf_lane */
	__u16 pad;
	__u32 generation; /* of this configuration, counts up at every change */
};
_Static_assert(sizeof(struct svf_vf_config) == 24, "abi");

/* svf_ports: ifindex (__u32) -> whose port it is */
struct svf_port {
	__u32 vf;
	__u32 role; /* enum svf_role */
};
_Static_assert(sizeof(struct svf_port) == 8, "abi");

/* svf_pf: 0 (__u32) -> the PF, one slot */
struct svf_pf_config {
	__u32 ifindex;
	__u8 mac[ETH_ALEN];
	__u16 vfs;    /* VFs that exist: 0..vfs-1 */
	__u32 daemon; /* pid of the PF daemon that wrote this last; 0: none did */
};
_Static_assert(sizeof(struct svf_pf_config) == 16, "abi");

/* svf_vlans: {vlan, block} -> member VFs vf/SVF_FLOOD_BLOCK == block, one fan-out pass */
struct svf_vlan_key {
	__u16 vlan;
	__u16 block;
};
_Static_assert(sizeof(struct svf_vlan_key) == 4, "abi");

struct svf_vlan_members {
	__u16 count;
	__u16 vf[SVF_FLOOD_BLOCK]; /* the first `count` are meant */
};
_Static_assert(sizeof(struct svf_vlan_members) == 2 + 2 * SVF_FLOOD_BLOCK, "abi");

/* svf_stats, svf_drops: per CPU, {vf or SVF_PF_ID, direction} -> counters */
struct svf_stats_key {
	__u16 vf;
	__u16 direction; /* enum svf_direction */
};
_Static_assert(sizeof(struct svf_stats_key) == 4, "abi");

struct svf_stats {
	__u64 packets; /* frames delivered; a superframe counts as gso_segs */
	__u64 bytes;   /* Ethernet header included, FCS and VST tag not */
	__u64 multicast;
	__u64 broadcast;
	__u64 dropped; /* == sum of struct svf_drops */
#define SVF_X(name, field, help) __u64 field;
	SVF_VERDICTS(SVF_X)
#undef SVF_X
};
_Static_assert(sizeof(struct svf_stats) == 8 * (5 + SVF_N_VERDICTS), "abi");

struct svf_drops {
#define SVF_X(name, field, help) __u64 field;
	SVF_DROPS(SVF_X)
#undef SVF_X
};
_Static_assert(sizeof(struct svf_drops) == 8 * SVF_N_DROPS, "abi");

/* svf_agent: 0 (__u32) -> life sign of the agent; BPF_F_MMAPABLE, written by the agent only */
struct svf_agent_life {
	__u64 heartbeat_ns; /* CLOCK_MONOTONIC; 0: none */
	__u32 pid;	    /* as the agent itself sees it */
	__u32 starts;	    /* how often an agent came up on these maps */
	__u32 zero_copy;    /* 1: the kernel bound all rings so (XDP_OPTIONS read back) */
	__u32 pad;
};
_Static_assert(sizeof(struct svf_agent_life) == 24, "abi");

/* svf_ring_stats: svf_xsk_slot(vf, queue) (__u32) -> the ring's counters; BPF_F_MMAPABLE,
 * written by the agent only, added up over its restarts. */
struct svf_ring_stats {
	__u32 vf;
	__u32 queue;
	__u64 rx_packets; /* taken from the RX ring and written to the port */
	__u64 rx_bytes;
	__u64 tx_packets; /* completed by the kernel */
	__u64 tx_bytes;
	__u64 rx_port_dropped; /* the port did not take it */
	__u64 tx_oversize;     /* longer than a UMEM frame */
	__u64 rx_dropped;      /* XDP_STATISTICS from here on */
	__u64 rx_invalid_descs;
	__u64 tx_invalid_descs;
	__u64 rx_ring_full;
	__u64 rx_fill_ring_empty_descs;
	__u64 tx_ring_empty_descs;
};
_Static_assert(sizeof(struct svf_ring_stats) == 8 + 8 * 12, "abi");

/* Slot of VF vf's socket on PF queue `queue` in svf_xsks and svf_ring_stats. */
static inline __u32 svf_xsk_slot(__u32 vf, __u32 queue, __u32 queues)
{
	return vf * queues + queue;
}

/* Index of the fan-out block that VF vf belongs to. */
static inline __u32 svf_flood_block(__u32 vf)
{
	return vf / SVF_FLOOD_BLOCK;
}

/* Map names, as pinned. X(name) */
#define SVF_MAPS(X)                                                                                \
	X(svf_fdb)                                                                                 \
	X(svf_vfs)                                                                                 \
	X(svf_ports)                                                                               \
	X(svf_pf)                                                                                  \
	X(svf_vlans)                                                                               \
	X(svf_xsks)                                                                                \
	X(svf_alive)                                                                               \
	X(svf_agent)                                                                               \
	X(svf_stats)                                                                               \
	X(svf_drops)                                                                               \
	X(svf_ring_stats)
