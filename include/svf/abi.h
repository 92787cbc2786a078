/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * The contract between the sorter (bpf/) and user space: everything both sides
 * know is here and nowhere else. docs/abi.md describes the same for people.
 *
 * VLAN ids are in host byte order everywhere except in the frame itself.
 * VLAN 0 means "untagged": a priority tag (VID 0) counts as no tag. The VLANs of 802.1ad
 * tags are others than those of 802.1Q tags with the same id: SVF_VLAN_8021AD + id.
 * The layout is made for SVF_MAX_VFS VFs, whatever `up` allows today.
 */
#pragma once

#include <linux/if_ether.h>
#include <linux/types.h>

#define SVF_ABI_VERSION		 3
#define SVF_MAX_VFS		 4096 /* layout limit; `up` refuses more than SVF_UP_MAX_VFS */
#define SVF_UP_MAX_VFS		 256
#define SVF_MAX_QUEUES		 64	/* PF RX queues the rings can serve */
#define SVF_PF_ID		 0xffff /* stands for the PF (the host) where a VF number is expected */
#define SVF_WIRE_ID		 0xfffe /* ... and this for the wire */
#define SVF_VLAN_MAX		 4094
#define SVF_VLAN_TRUNK		 4095 /* no VLAN id: the VF's trunk list says which VLANs */
#define SVF_VLAN_8021AD		 0x1000
#define SVF_QOS_MAX		 7
#define SVF_MACS_MAX		 32  /* addresses in a VF's mac_list */
#define SVF_TRUNK_WORDS		 64  /* of 64 VLANs each */
#define SVF_OWNERS_MAX		 8   /* VFs that may have one address in one VLAN */
#define SVF_PROMISC_MAX		 8   /* promiscuous VFs of a PF */
#define SVF_GROUPS_MAX		 128 /* multicast groups of a VF in svf_mcast; beyond: all groups */
#define SVF_GSO_SIZE_MIN	 88 /* Linux' least MSS (TCP_MIN_SND_MSS 48) + 40 bytes of options */
#define SVF_RATE_MAX		 1000000 /* Mbit/s */
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
	SVF_ROLE_SHAPER = 3,	  /* far end of the shaper pair; vf is SVF_PF_ID */
};

/* The numbers are the kernel's IFLA_VF_LINK_STATE_*. */
enum svf_link_state {
	SVF_LINK_STATE_AUTO = 0,    /* as the PF's carrier */
	SVF_LINK_STATE_ENABLE = 1,  /* up, whatever the PF is */
	SVF_LINK_STATE_DISABLE = 2, /* no carrier, nothing passes */
	SVF_N_LINK_STATES,
};

enum svf_isolation {
	SVF_ISOLATION_INHERIT = 0, /* a VF's: as the PF's */
	SVF_ISOLATION_VEB = 1,	   /* switched here, between two stations that are both veb */
	SVF_ISOLATION_VEPA = 2,	   /* all to the wire; what the wire's switch sends back is taken */
	SVF_ISOLATION_PRIVATE = 3, /* never to or from another VF */
	SVF_N_ISOLATIONS,
};

enum svf_promisc {
	SVF_PROMISC_OFF = 0,
	SVF_PROMISC_UNMATCHED = 1, /* a copy of the wire's unicast that no VF and no PF owns */
	SVF_PROMISC_ALL = 2,	   /* a copy of all the wire's unicast */
	SVF_N_PROMISCS,
};

/* What a VF may do by itself, X(NAME, field, help); bits of svf_vf_config's trust. `on` is all. */
#define SVF_TRUSTS(X)                                                                              \
	X(MAC, mac, "take another address by itself")                                              \
	X(PROMISC, promisc, "be promiscuous")                                                      \
	X(ALLMULTI, allmulti, "get all multicast")                                                 \
	X(VLAN, vlan, "register VLANs by VLAN netdevs over its own")

enum svf_trust {
#define SVF_X(name, field, help) SVF_TRUST_##name,
	SVF_TRUSTS(SVF_X) SVF_N_TRUSTS,
#undef SVF_X
};
#define SVF_TRUST_ALL ((1U << SVF_N_TRUSTS) - 1)

/* Protocols between a station and its switch, X(NAME, field, help): never from a VF unless
 * allowed. */
#define SVF_PROTOS(X)                                                                              \
	X(LLDP, lldp, "LLDP (0x88cc)")                                                             \
	X(LACP, lacp, "LACP and other slow protocols (0x8809)")                                    \
	X(STP, stp, "spanning tree (01-80-C2-00-00-00 and -08)")                                   \
	X(PAUSE, pause, "PAUSE and PFC (0x8808)")                                                  \
	X(DOT1X, dot1x, "802.1X (0x888e)")                                                         \
	X(RESERVED, reserved, "all else to 01-80-C2-00-00-00 to -0F; MVRP and MMRP (-20 to -2F)")

enum svf_proto {
#define SVF_X(name, field, help) SVF_PROTO_##name,
	SVF_PROTOS(SVF_X) SVF_N_PROTOS,
#undef SVF_X
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
	X(PASS, pass, "between host and wire: no VF owns the address")                             \
	X(COPY, copy, "one of several: a copy for a promiscuous VF, or the address is held twice")

/*
 * Dropped by the sorter: X(NAME, field, help). Named counters in struct svf_drops. Counted at the
 * sender where it may not send so, at the receiver where that is what will not take the frame.
 */
#define SVF_DROPS(X)                                                                               \
	X(MALFORMED, malformed, "too short for its headers, or an impossible source address")      \
	X(LINK_DOWN, link_down,                                                                    \
	  "the VF's link is down: state disable, auto and the PF has none, or no netdev")          \
	X(MTU, mtu, "longer than the MTU of the VF or of the PF")                                  \
	X(BAD_GSO, bad_gso, "a superframe with a senseless segment size")                          \
	X(SPOOF_MAC, spoof_mac, "the VF sent from an address that is not its own")                 \
	X(SPOOF_VLAN, spoof_vlan, "the VF sent a VLAN tag it may not use, or none where it must")  \
	X(CONTROL, control, "the VF sent a control protocol that it is not allowed (allow_proto)") \
	X(STORM, storm, "more broadcast and multicast than the storm limit allows")                \
	X(PPS, pps, "more frames a second than max_tx_pps or max_rx_pps allows")                   \
	X(ISOLATION, isolation, "between VFs that may not talk to each other (isolation private)") \
	X(HOST_ACCESS, host_access, "between VF and host, which may not talk (host_access off)")   \
	X(SRC_PRUNE, src_prune, "came back from the wire with the VF's own source address")        \
	X(TO_SELF, to_self, "the VF sent to its own address")                                      \
	X(NO_VF, no_vf, "the port belongs to no VF (being set up or torn down)")                   \
	X(FOREIGN, foreign, "not from this VF: the host's stack spoke through one of our ports")   \
	X(HIDDEN_TAG, hidden_tag, "XDP saw another VLAN than the stack: the PF hides tags")        \
	X(CLONE, clone, "a copy could not be handed over: VF netdev down, no room")                \
	X(VLAN_OP, vlan_op, "the kernel could not push or pop the VLAN tag")

/*
 * Lost behind the sorter's back, X(NAME, field, help): told by counters of the kernel and of the
 * agent. What such a counter had counted when it went away (a shaping class, an agent) is kept in
 * struct svf_losses.
 */
#define SVF_LOSSES(X)                                                                              \
	X(RING_FULL, ring_full, "the VF's RX ring was full")                                       \
	X(NO_BUFFER, no_buffer, "no UMEM frame was free, or the frame is longer than one")         \
	X(PORT, port, "the ring port's queue was full")                                            \
	X(OVERSIZE, oversize, "longer than a UMEM frame on its way to the wire")                   \
	X(RATE, rate, "over the rate limit for longer than the shaper queues")                     \
	X(BACKLOG, backlog, "the kernel's backlog was full")                                       \
	X(VF_DOWN, vf_down, "the VF netdev was down or took no more")                              \
	X(AGENT, agent, "in the VF's rings when the agent died")

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

enum svf_loss {
#define SVF_X(name, field, help) SVF_LOSS_##name,
	SVF_LOSSES(SVF_X) SVF_N_LOSSES,
#undef SVF_X
};

/* svf_fdb: {mac, vlan} -> the VFs to ask. An index only: svf_vfs decides. */
struct svf_fdb_key {
	__u8 mac[ETH_ALEN];
	__u16 vlan; /* svf_home_vlan() of the owners */
};
_Static_assert(sizeof(struct svf_fdb_key) == 8, "abi");

struct svf_fdb_owners {
	__u16 count; /* more than one: the address is held twice, each gets a copy */
	__u16 vf[SVF_OWNERS_MAX];
};
_Static_assert(sizeof(struct svf_fdb_owners) == 2 + 2 * SVF_OWNERS_MAX, "abi");

/* svf_fdb_hits: per CPU, key of svf_fdb -> unicast delivered to it */
struct svf_fdb_hits {
	__u64 hits;    /* frames */
	__u64 last_ns; /* CLOCK_MONOTONIC of the latest, to a clock tick */
};
_Static_assert(sizeof(struct svf_fdb_hits) == 16, "abi");

/* svf_vfs: vf (__u32) -> its configuration, replaced whole (HASH, one RCU grace
 * period between two replacements of a key), so that a frame sees one version. */
struct svf_vf_config {
	__u32 representor; /* ifindex; 0: its netdevs are gone, it has no link */
	__u32 ring_port;   /* ifindex; 0: the VF has none */
	__u32 generation;  /* of this configuration, counts up at every change */
	__u32 max_tx_rate; /* Mbit/s, 0: no limit. Rates and burst are enforced by qdiscs. */
	__u32 min_tx_rate; /* Mbit/s, 0: none guaranteed */
	__u32 max_rx_rate; /* Mbit/s, 0: no limit */
	__u32 burst;	   /* bytes, of the three rates; 0: chosen by rate */
	__u32 storm;	   /* broadcast and multicast frames/s it may send, 0: no limit */
	__u32 max_tx_pps;  /* frames/s it may send, 0: no limit */
	__u32 max_rx_pps;  /* frames/s it may get, 0: no limit */
	__u16 vlan;	   /* VST VLAN, 0: none */
	__u16 vlan_proto;  /* of the VST tag: ETH_P_8021Q or ETH_P_8021AD */
	__u16 mtu;	   /* of what it may send and get */
	__u16 n_macs;
	__u8 mac[ETH_ALEN];
	__u8 qos;	  /* PCP of the VST tag; with vlan 0: of a priority tag */
	__u8 lane;	  /* enum svf_lane */
	__u8 link_state;  /* enum svf_link_state */
	__u8 spoofchk;	  /* 1: sends from its own addresses only */
	__u8 trust;	  /* 1 << enum svf_trust each: what it may do by itself */
	__u8 query_rss;	  /* kept and shown; no effect */
	__u8 promisc;	  /* enum svf_promisc; needs SVF_TRUST_PROMISC */
	__u8 allmulti;	  /* 1: gets all multicast of its VLANs; needs SVF_TRUST_ALLMULTI */
	__u8 bcast;	  /* 1: gets broadcast */
	__u8 untagged;	  /* 1: may send and get untagged frames (VST: always) */
	__u8 isolation;	  /* enum svf_isolation */
	__u8 host_access; /* 1: VF and host talk to each other */
	__u8 shaped;	  /* 1: what it sends goes through the shaper */
	__u8 has_trunk;	  /* 1: one of the trunks has a VLAN */
	__u8 registered;  /* 1: the trunks are the VLANs of the VF's own VLAN netdevs, not the
			     admin's */
#define SVF_X(name, field, help) __u8 allow_##field; /* 1: may send it */
	SVF_PROTOS(SVF_X)
#undef SVF_X
	__u8 pad[5];
	__u8 macs[SVF_MACS_MAX][ETH_ALEN]; /* the first n_macs: mac_list */
	/* Tags it may use, bit VID % 64 of word VID / 64: 802.1Q and 802.1ad ones. */
	__u64 trunk[SVF_TRUNK_WORDS];
	__u64 trunk_8021ad[SVF_TRUNK_WORDS];
};
_Static_assert(sizeof(struct svf_vf_config) == 80 + 192 + 2 * 512, "abi");

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
	__u16 vfs;    /* VFs have numbers below this; which of them exist svf_vfs tells */
	__u32 daemon; /* pid of the PF daemon that wrote this last; 0: none did */
	__u32 mtu;
	__u8 carrier; /* 1: the PF is up and has a link */
	__u8 pad[3];
};
_Static_assert(sizeof(struct svf_pf_config) == 24, "abi");

/* svf_policy: 0 (__u32) -> what is set for the PF as a whole; one slot. Its fields do not depend
 * on each other. */
struct svf_policy {
	__u32 rate;	   /* Mbit/s that min_tx_rates share, 0: the link's speed */
	__u32 storm;	   /* broadcast and multicast frames/s from the wire, 0: no limit */
	__u32 shaper_near; /* ifindex: the shaper pair's end with HTB on it */
	__u32 shaper_far;  /* ifindex: the end with svf_shaped_tc on it */
	__u8 isolation;	   /* enum svf_isolation, what VFs inherit; INHERIT does not occur */
	__u8 shape_all;	   /* 1: a VF has a min_tx_rate, so everybody goes through the shaper */
	__u16 trunks;	   /* VFs with a trunk list */
	__u16 n_promisc;
	__u16 promisc[SVF_PROMISC_MAX]; /* the first n_promisc: VFs to ask */
	__u16 pad;
};
_Static_assert(sizeof(struct svf_policy) == 40, "abi");

/* svf_mcast: {mac, vf} -> the VF has joined this group. All zero mac: its list could not be
 * read or is too long, it gets all groups. */
struct svf_mcast_key {
	__u8 mac[ETH_ALEN];
	__u16 vf;
};
_Static_assert(sizeof(struct svf_mcast_key) == 8, "abi");

struct svf_mcast_member {
	__u32 users; /* as the netdev's list counts them */
};
_Static_assert(sizeof(struct svf_mcast_member) == 4, "abi");

/* svf_rates: vf or SVF_WIRE_ID (__u32) -> states of what is limited per second: each is when the
 * next one may come if all come evenly (GCRA's arrival time) */
struct svf_rate {
	__u64 next_ns;	  /* storm limit */
	__u64 told_ns;	  /* SVF_EVENT_MCAST of a VF */
	__u64 tx_next_ns; /* max_tx_pps */
	__u64 rx_next_ns; /* max_rx_pps */
};
_Static_assert(sizeof(struct svf_rate) == 32, "abi");

/* svf_vlans: {home vlan, block} -> member VFs vf/SVF_FLOOD_BLOCK == block, one fan-out pass */
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

/*
 * svf_stats, svf_drops: per CPU, {vf, SVF_PF_ID or SVF_WIRE_ID, direction} -> counters. Every
 * frame is counted once at who sent it (a VF's or the PF's TX, the wire's RX; those that svf_wire
 * puts into a ring in svf_redirects) and once at each who gets it (a VF's or the PF's RX, the
 * wire's TX): a verdict or a drop.
 */
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
	__u64 skbs;    /* what `packets` came in: a superframe is one here, as for netdevs */
	__u64 dropped_skbs;
#define SVF_X(name, field, help) __u64 field;
	SVF_VERDICTS(SVF_X)
#undef SVF_X
};
_Static_assert(sizeof(struct svf_stats) == 8 * (7 + SVF_N_VERDICTS), "abi");

struct svf_drops {
#define SVF_X(name, field, help) __u64 field;
	SVF_DROPS(SVF_X)
#undef SVF_X
};
_Static_assert(sizeof(struct svf_drops) == 8 * SVF_N_DROPS, "abi");

/* svf_losses: {vf or SVF_PF_ID, direction} -> losses told by counters that are gone; user space's
 */
struct svf_losses {
#define SVF_X(name, field, help) __u64 field;
	SVF_LOSSES(SVF_X)
#undef SVF_X
};
_Static_assert(sizeof(struct svf_losses) == 8 * SVF_N_LOSSES, "abi");

/* What `stats --check` has to know of frames whose counters are gone: sums over VFs. */
struct svf_flows {
	__u64 redirects;  /* into rings */
	__u64 rings;	  /* sent by rings */
	__u64 agent;	  /* lost with an agent, on their way out */
	__u64 rx_dropped; /* by the sorter, on their way in */
	__u64 veb[SVF_N_DIRECTIONS], host[SVF_N_DIRECTIONS];
};

/* svf_former: VF number (__u32) -> what was before; user space's */
struct svf_former {
	struct svf_flows gone;	/* of VFs of this number that were removed */
	struct svf_flows going; /* the same of one whose counters are being set to zero */
	/* of this VF, when its present netdevs were made in place of some that were deleted */
	__u64 out;	/* buffers that the sorter had from it */
	__u64 in;	/* and had given to it */
	__u64 in_bytes; /* the same in bytes */
	/* ... when its present ring port was */
	__u64 ring_in;	 /* frames that had come out of its rings */
	__u64 ring_back; /* and that the sorter had taken from the ring port */
	__u64 pad;
};
_Static_assert(sizeof(struct svf_former) == 2 * 64 + 48, "abi");

/* svf_redirects: per CPU, vf (__u32) -> frames (__u64) that svf_wire put into the VF's ring */

/* svf_offenders: {vf, SVF_PF_ID or SVF_WIRE_ID, direction, reason} -> the last frame dropped so */
struct svf_offender_key {
	__u16 vf;
	__u16 direction; /* enum svf_direction */
	__u32 reason;	 /* enum svf_drop */
};
_Static_assert(sizeof(struct svf_offender_key) == 8, "abi");

struct svf_offender {
	__u64 time_ns; /* CLOCK_MONOTONIC, to a clock tick */
	__u8 dst[ETH_ALEN];
	__u8 src[ETH_ALEN];
	__u16 vlan;	 /* as svf_fdb_key's, of the outer tag; SVF_VLAN_TRUNK: some other tag */
	__u16 ethertype; /* below the outer tag */
};
_Static_assert(sizeof(struct svf_offender) == 24, "abi");

/* svf_events: ring buffer, sorter -> PF daemon. */
enum svf_event_kind {
	SVF_EVENT_MCAST = 1, /* the VF sent IGMP or MLD: its groups may have changed */
	SVF_EVENT_DROP = 2,  /* first frame in a second that was dropped for this reason */
};

struct svf_event {
	__u64 time_ns; /* CLOCK_MONOTONIC, to a clock tick */
	__u32 vf;
	__u32 kind;   /* enum svf_event_kind */
	__u32 reason; /* enum svf_drop */
	__u16 vlan;
	__u8 src[ETH_ALEN];
	__u32 pad;
};
_Static_assert(sizeof(struct svf_event) == 32, "abi");

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
	__u64 rx_merged;       /* of rx_packets: went on in a superframe that another began */
	__u64 tx_oversize;     /* longer than a UMEM frame */
	__u64 tx_unsegmented;  /* of superframes that the agent cannot cut */
	__u64 rx_dropped;      /* XDP_STATISTICS from here on */
	__u64 rx_invalid_descs;
	__u64 tx_invalid_descs;
	__u64 rx_ring_full;
	__u64 rx_fill_ring_empty_descs;
	__u64 tx_ring_empty_descs;
};
_Static_assert(sizeof(struct svf_ring_stats) == 8 + 8 * 14, "abi");

#define SVF_RX_RING_FACTOR 4
#define SVF_RX_RINGS_MAX   16384 /* descriptors of all longer RX rings: 32 MiB of small frames */

/* Descriptors of each VF's RX ring where the TX ring has tx_size: more, while the VFs are few. */
static inline __u32 svf_rx_ring_size(__u32 vfs, __u32 tx_size)
{
	__u32 size = tx_size;

	while (size < SVF_RX_RING_FACTOR * tx_size && 2 * size * vfs <= SVF_RX_RINGS_MAX)
		size *= 2;
	return size;
}

/* svf_ring_fill: svf_xsk_slot(vf, queue) (__u32) -> the most descriptors that were in use at once
 * in the last second, in thousandths of the ring; BPF_F_MMAPABLE, written by the agent only. Of the
 * past if no agent lives. */
struct svf_ring_fill {
	__u32 rx; /* frames that the agent had not taken yet */
	__u32 tx; /* frames that the kernel had not taken yet */
};
_Static_assert(sizeof(struct svf_ring_fill) == 8, "abi");

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

/* The VLAN under which a VF is found in svf_fdb and svf_vlans: it is in one only. */
static inline __u16 svf_home_vlan(const struct svf_vf_config *config)
{
	if (config->has_trunk)
		return SVF_VLAN_TRUNK;
	if (config->vlan && config->vlan_proto == ETH_P_8021AD)
		return SVF_VLAN_8021AD | config->vlan;
	return config->vlan;
}

/* The shaper's HTB, "1:", and the minor of a VF's class in it, or of the host's (SVF_PF_ID). */
#define SVF_SHAPER_MAJOR 1

static inline __u16 svf_shaper_class(__u32 vf)
{
	return vf == SVF_PF_ID ? 0xfffe : (__u16)(vf + 2);
}

/* Whether the VF's trunk lists have this VLAN, not 0. */
static inline int svf_trunk_has(const struct svf_vf_config *config, __u16 vlan)
{
	const __u64 *trunk = vlan & SVF_VLAN_8021AD ? config->trunk_8021ad : config->trunk;
	__u16 vid = vlan & SVF_VLAN_TRUNK;

	return trunk[vid / 64] >> (vid % 64) & 1;
}

/* Map names, as pinned. X(name) */
#define SVF_MAPS(X)                                                                                \
	X(svf_fdb)                                                                                 \
	X(svf_fdb_hits)                                                                            \
	X(svf_vfs)                                                                                 \
	X(svf_ports)                                                                               \
	X(svf_pf)                                                                                  \
	X(svf_policy)                                                                              \
	X(svf_vlans)                                                                               \
	X(svf_mcast)                                                                               \
	X(svf_rates)                                                                               \
	X(svf_xsks)                                                                                \
	X(svf_alive)                                                                               \
	X(svf_agent)                                                                               \
	X(svf_stats)                                                                               \
	X(svf_drops)                                                                               \
	X(svf_redirects)                                                                           \
	X(svf_losses)                                                                              \
	X(svf_former)                                                                              \
	X(svf_offenders)                                                                           \
	X(svf_events)                                                                              \
	X(svf_ring_stats)                                                                          \
	X(svf_ring_fill)
