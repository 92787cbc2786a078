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
 * The PF is pf, its other end wire. All programs are attached where they belong, and
 * behind them probes, so that a frame the sorter really sends is followed to its
 * end and noted. Rings: VF 0 on queues 0 and 1, VF 1 and VF 2 on queue 0.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <svf/abi.h>

#include "probe.h"

#define WORLD_N_VFS  6
#define WORLD_N_MANY 130 /* VFs with WORLD_MANY: three blocks */
#define WORLD_QUEUES 2	 /* with rings; the PF has one more */
#define WORLD_VLAN   100
#define WORLD_QOS    3
#define WORLD_NOBODY 0x7fffffff /* an ifindex of no netdev */

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
	N_NETDEVS,
};

enum world_program {
	PROG_WIRE,
	PROG_WIRE_TC,
	PROG_HOST_TC,
	PROG_PORT_TC,
	PROG_RING_TC,
	PROG_OUT_TC,
	N_PROGRAMS,
};

struct svf_sorter_bpf;
struct svf_probe;

struct world {
	struct svf_sorter_bpf *sorter; /* skeletons */
	struct svf_sorter_bpf *orphan; /* on the same maps, in skb mode and for a PF that is gone */
	struct svf_probe *probe;
	int xsk;       /* AF_XDP socket without a queue, put wherever a socket is needed */
	int packet;    /* AF_PACKET socket to send with */
	int ring_port; /* VF 0's tap: what the agent would hold */
	int ifindex[N_NETDEVS];
	unsigned int flags; /* as last set */
};

/* Makes the namespace, the netdevs, loads and attaches. 0 or -errno, told on stderr. */
int world_init(struct world *world);
void world_done(struct world *world);

/* Fills the maps, zeroes the counters, forgets what was seen. 0 or -errno. */
int world_set(struct world *world, unsigned int flags);

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

/* Sum over the CPUs. */
int world_get_stats(const struct world *world, uint16_t vf, enum svf_direction direction,
		    struct svf_stats *ret_stats, struct svf_drops *ret_drops);

const char *world_netdev_name(const struct world *world, uint32_t ifindex);
unsigned int world_n_vfs(const struct world *world);
