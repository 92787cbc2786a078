/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A little world for the sorter, in a network namespace of the test's own:
 *
 *   VF   VLAN  lane    address            netdevs
 *   0    0     afxdp   VF0                r0-v0, ring port q0
 *   1    0     tc      VF1                r1-v1, q1
 *   2    100   afxdp   VF2   qos 3        r2-v2, q2
 *   3    100   tc      VF3                r3-v3, q3
 *   4    0     tc      TWIN               r4-v4, q4
 *   5    100   tc      TWIN               r5-v5, q5
 *   6..  0             (WORLD_MANY only)  many-sink, all of them
 *
 * The PF is pf, its other end wire; the shaper pair is near-far. All programs are attached where
 * they belong, and behind them probes, so that a frame the sorter really sends is followed to its
 * end and noted. Rings: VF 0 on queues 0 and 1, VF 1 and VF 2 on queue 0.
 * All else is as `up` makes it (world_setup.c), and all have joined the group MULTICAST; a row
 * says what differs.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <svf/abi.h>

#include "probe.h"

#define WORLD_N_VFS	 6
#define WORLD_N_MANY	 130 /* VFs with WORLD_MANY: three blocks */
#define WORLD_QUEUES	 2   /* with rings; the PF has one more */
#define WORLD_VLAN	 100
#define WORLD_QOS	 3
#define WORLD_NOBODY	 0x7fffffff /* an ifindex of no netdev */
#define WORLD_EVENTS_MAX 256

/* How a world differs from the one above. */
#define WORLD_AGENT	   (1U << 0) /* an agent is alive */
#define WORLD_STALE_AGENT  (1U << 1) /* ... by its socket, but its heartbeat is old */
#define WORLD_NO_RING_PORT (1U << 2) /* VF 0 has none */
#define WORLD_NO_CONFIG	   (1U << 3) /* VF 0's ports are known, its configuration is not */
#define WORLD_REUSED_PORT  (1U << 4) /* VF 0's ports are others than svf_ports says */
#define WORLD_STALE_FDB	   (1U << 5) /* svf_fdb gives VF 1 the STALEs, VF 0 {VF0, 100} */
#define WORLD_STALE_MEMBER (1U << 6) /* svf_vlans says VF 3 is in VLAN 0 */
#define WORLD_MANY	   (1U << 7)
#define WORLD_SPARSE	   (1U << 8)  /* with MANY: nobody of VLAN 0 in the second block */
#define WORLD_GONE	   (1U << 9)  /* the netdevs of VF 1 are */
#define WORLD_NO_HEARTBEAT (1U << 10) /* fresh heartbeat, but no socket */
#define WORLD_NO_VFS	   (1U << 11) /* svf_pf counts no VF */
#define WORLD_NO_PAIR	   (1U << 12) /* VF 0 has no representor for the time */

enum world_netdev {
	DEV_NONE,
	DEV_PF,
	DEV_WIRE,
	DEV_MANY,
	DEV_SINK,
	DEV_R0,
	DEV_R1,
	DEV_R2,
	DEV_R3,
	DEV_R4,
	DEV_R5,
	DEV_V0,
	DEV_V1,
	DEV_V2,
	DEV_V3,
	DEV_V4,
	DEV_V5,
	DEV_Q0,
	DEV_Q1,
	DEV_Q2,
	DEV_Q3,
	DEV_Q4,
	DEV_Q5,
	DEV_NEAR,
	DEV_AWAY, /* the shaper's far end */
	N_NETDEVS,
};

enum world_program {
	PROG_NONE, /* none is run: the frame walks */
	PROG_WIRE,
	PROG_WIRE_TC,
	PROG_HOST_TC,
	PROG_PORT_TC,
	PROG_RING_TC,
	PROG_OUT_TC,
	PROG_SHAPED_TC,
	N_PROGRAMS,
};

#define WORLD_GROUPS_MAX 64

/* What the maps say, but for what WORLD_MANY and the other flags do. */
struct world_setup {
	struct svf_vf_config vfs[WORLD_N_VFS];
	struct svf_policy policy;
	struct svf_pf_config pf;
	struct svf_mcast_key groups[WORLD_GROUPS_MAX];
	size_t n_groups;
	bool busy[WORLD_N_VFS + 1]; /* limits a second are used up; the last: the wire's */
};

struct svf_sorter_bpf;
struct svf_probe;
struct ring_buffer;

struct world {
	struct svf_sorter_bpf *sorter; /* skeletons */
	struct svf_sorter_bpf *orphan; /* on the same maps, in skb mode and for a PF that is gone */
	struct svf_probe *probe;
	int xsk;       /* AF_XDP socket without a queue, put wherever a socket is needed */
	int packet;    /* AF_PACKET socket to send with */
	int ring_port; /* VF 0's tap: what the agent would hold */
	int ifindex[N_NETDEVS];
	unsigned int flags; /* as last set */
	bool in_row;	    /* one runs, or the last one failed */
	struct world_setup setup;
	struct ring_buffer *events;		      /* svf_events */
	struct svf_event event[WORLD_EVENTS_MAX];     /* those read */
	size_t n_events;			      /* also those that found no room */
	const volatile struct svf_sighting *sighting; /* the probe's, mapped */
};

/* Makes the namespace, the netdevs, loads and attaches. 0 or -errno, told on stderr. */
int world_init(struct world *world);
void world_done(struct world *world);

/* Fills the maps, zeroes the counters, forgets what was seen. `words` is what differs from the
 * world above: `who.what=value`, who being a VF, `all`, `policy` or `pf` (world_setup.c). 0 or
 * -errno. */
int world_set(struct world *world, unsigned int flags, const char *words);

/* The setup that world_set() makes of flags and words, and the part of it that fills the maps. */
int world_setup_init(struct world_setup *setup, const struct world *world, unsigned int flags,
		     const char *words);
int world_publish(struct world *world);

/* What the loader derives from the VFs' configurations: parts of the policy. */
void world_setup_derive(struct world_setup *setup);

/* The agent's heartbeat is now; for who stays in one world for longer. */
int world_keep_alive(const struct world *world);

int world_program_fd(const struct world *world, enum world_program program, bool orphan);

/* What the next dressed frame wears; NULL: nothing. */
void world_set_dress(struct world *world, const struct svf_dress *dress);

/* Sends a frame out of `dev`, saying it is of `protocol` (0: what it is); DEV_NONE: as
 * the agent, into VF 0's ring port. 0 or -errno. */
int world_send(struct world *world, enum world_netdev dev, uint16_t protocol, const void *frame,
	       size_t len);

/* Lets everything under way arrive, at least n_expected frames unless a deadline
 * passes; returns how many were seen. */
unsigned int world_settle(struct world *world, unsigned int n_expected);

/* How many frames the probes have seen. */
unsigned int world_n_seen(const struct world *world);
void world_forget_seen(struct world *world);

/* Sum over the CPUs; vf: also SVF_PF_ID, SVF_WIRE_ID. */
int world_get_stats(const struct world *world, uint16_t vf, enum svf_direction direction,
		    struct svf_stats *ret_stats, struct svf_drops *ret_drops);

uint64_t world_get_redirects(const struct world *world, uint32_t vf);
/* Of all entries; keys of none but those called for are there. */
int world_get_hits(const struct world *world, const struct svf_fdb_key *key,
		   struct svf_fdb_hits *ret_hits);
/* Reads what is in svf_events. */
void world_read_events(struct world *world);

const char *world_netdev_name(const struct world *world, uint32_t ifindex);
unsigned int world_n_vfs(const struct world *world);
