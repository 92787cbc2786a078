// SPDX-License-Identifier: GPL-2.0-only
/*
 * The contents of the world's maps: filled before each row, counters read after it.
 */
#include "world.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "frame.h"

#include "svf_probe.skel.h"
#include "svf_sorter.skel.h"

#define N_MAX_CPUS   1024
#define OTHER_VLAN   200
#define SETTLE_NS    2000000000LL
#define STALE_AGE_NS (SVF_HEARTBEAT_MAX_AGE_NS + 100000000ULL)
#define FRESH_AGE_NS (SVF_HEARTBEAT_MAX_AGE_NS - 1000000000ULL)

static const enum svf_address vf_addresses[WORLD_N_VFS] = {
	ADDR_VF0, ADDR_VF1, ADDR_VF2, ADDR_VF3, ADDR_TWIN, ADDR_TWIN,
};
static const bool in_vlan[WORLD_N_VFS] = { false, false, true, true, false, true };
static const bool in_afxdp[WORLD_N_VFS] = { true, false, true, false, false, false };

static int64_t now_ns(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000LL + ts.tv_nsec;
}

unsigned int world_n_vfs(const struct world *world)
{
	return world->flags & WORLD_MANY ? WORLD_N_MANY : WORLD_N_VFS;
}

static int set(const struct bpf_map *map, const void *key, const void *value)
{
	return bpf_map_update_elem(bpf_map__fd(map), key, value, BPF_ANY);
}

/* Empties a HASH. */
static void clear(const struct bpf_map *map)
{
	unsigned char key[8];

	while (!bpf_map_get_next_key(bpf_map__fd(map), NULL, key))
		(void)bpf_map_delete_elem(bpf_map__fd(map), key);
}

/* VFs of WORLD_MANY have no netdevs of their own and answer to no address. */
static struct svf_vf_config extra_vf(const struct world *world, __u32 vf)
{
	bool elsewhere = world->flags & WORLD_SPARSE && svf_flood_block(vf) == 1;

	return (struct svf_vf_config){
		.representor = (__u32)world->ifindex[DEV_MANY],
		.vlan = elsewhere ? OTHER_VLAN : 0,
	};
}

static struct svf_vf_config named_vf(const struct world *world, __u32 vf)
{
	struct svf_vf_config config = {
		.representor = (__u32)world->ifindex[DEV_R0 + vf],
		.ring_port = (__u32)world->ifindex[DEV_Q0 + vf],
		.vlan = in_vlan[vf] ? WORLD_VLAN : 0,
		.qos = vf == 2 ? WORLD_QOS : 0,
		.lane = in_afxdp[vf] ? SVF_LANE_AFXDP : SVF_LANE_TC,
	};

	memcpy(config.mac, svf_address_get(vf_addresses[vf]), ETH_ALEN);
	if (vf == 0 && world->flags & WORLD_NO_RING_PORT)
		config.ring_port = 0;
	if (vf == 0 && world->flags & WORLD_REUSED_PORT)
		config.representor = config.ring_port = WORLD_NOBODY;
	if (vf == 1 && world->flags & WORLD_GONE)
		config.representor = WORLD_NOBODY;
	return config;
}

static int set_fdb(const struct world *world, enum svf_address address, __u16 vlan, __u32 vf)
{
	struct svf_fdb_key key = { .vlan = vlan };
	struct svf_fdb_owner owner = { .vf = vf };

	memcpy(key.mac, svf_address_get(address), ETH_ALEN);
	return set(world->sorter->maps.svf_fdb, &key, &owner);
}

static int set_stale_fdb(const struct world *world)
{
	int err;

	err = set_fdb(world, ADDR_VF0, WORLD_VLAN, 0);
	if (!err)
		err = set_fdb(world, ADDR_STALE, 0, 1);
	if (!err)
		err = set_fdb(world, ADDR_STALE_HEAD, 0, 1);
	if (!err)
		err = set_fdb(world, ADDR_STALE_MIDDLE, 0, 1);
	return err;
}

static int set_vfs(const struct world *world)
{
	const struct svf_sorter_bpf *s = world->sorter;
	struct svf_vf_config config;
	int err = 0;

	for (__u32 vf = 0; vf < world_n_vfs(world) && !err; vf++) {
		config = vf < WORLD_N_VFS ? named_vf(world, vf) : extra_vf(world, vf);
		if (vf == 0 && world->flags & WORLD_NO_CONFIG)
			continue;
		err = set(s->maps.svf_vfs, &vf, &config);
	}
	for (__u32 vf = 0; vf < WORLD_N_VFS && !err; vf++)
		err = set_fdb(world, vf_addresses[vf], in_vlan[vf] ? WORLD_VLAN : 0, vf);
	if (!err && world->flags & WORLD_STALE_FDB)
		err = set_stale_fdb(world);
	return err;
}

static int set_ports(const struct world *world)
{
	struct svf_port port;
	int err = 0;

	for (__u32 vf = 0; vf < WORLD_N_VFS && !err; vf++) {
		port = (struct svf_port){ .vf = vf, .role = SVF_ROLE_REPRESENTOR };
		err = set(world->sorter->maps.svf_ports, &world->ifindex[DEV_R0 + vf], &port);
		port.role = SVF_ROLE_RING_PORT;
		if (!err)
			err = set(world->sorter->maps.svf_ports, &world->ifindex[DEV_Q0 + vf],
				  &port);
	}
	return err;
}

/* Members of one block of a VLAN. */
static int set_block(const struct world *world, __u16 vlan, __u16 block)
{
	struct svf_vlan_key key = { .vlan = vlan, .block = block };
	struct svf_vlan_members members = {};
	__u16 first = (__u16)(block * SVF_FLOOD_BLOCK);
	struct svf_vf_config config;

	for (__u16 vf = first; vf < world_n_vfs(world) && vf < first + SVF_FLOOD_BLOCK; vf++) {
		config = vf < WORLD_N_VFS ? named_vf(world, vf) : extra_vf(world, vf);
		if (config.vlan == vlan || (world->flags & WORLD_STALE_MEMBER && vf == 3 && !vlan))
			members.vf[members.count++] = vf;
	}
	return members.count ? set(world->sorter->maps.svf_vlans, &key, &members) : 0;
}

static int set_vlans(const struct world *world)
{
	int err = 0;

	for (__u16 block = 0; block <= svf_flood_block(world_n_vfs(world) - 1) && !err; block++) {
		err = set_block(world, 0, block);
		if (!err)
			err = set_block(world, WORLD_VLAN, block);
	}
	return err;
}

static int set_pf(const struct world *world)
{
	struct svf_pf_config pf = { .ifindex = (__u32)world->ifindex[DEV_PF],
				    .vfs = (__u16)world_n_vfs(world) };
	__u32 zero = 0;

	if (world->flags & WORLD_NO_VFS)
		pf.vfs = 0;
	memcpy(pf.mac, svf_address_get(ADDR_PF), ETH_ALEN);
	return set(world->sorter->maps.svf_pf, &zero, &pf);
}

static int set_agent(const struct world *world)
{
	const struct svf_sorter_bpf *s = world->sorter;
	struct svf_agent_life life = {};
	__u32 zero = 0;

	(void)bpf_map_delete_elem(bpf_map__fd(s->maps.svf_alive), &zero);
	if (world->flags & (WORLD_AGENT | WORLD_NO_HEARTBEAT))
		life.heartbeat_ns = (__u64)now_ns() - FRESH_AGE_NS;
	if (world->flags & WORLD_STALE_AGENT)
		life.heartbeat_ns = (__u64)now_ns() - STALE_AGE_NS;
	if (set(s->maps.svf_agent, &zero, &life))
		return -errno;
	if (world->flags & (WORLD_AGENT | WORLD_STALE_AGENT))
		return set(s->maps.svf_alive, &zero, &world->xsk);
	return 0;
}

static int set_rings(const struct world *world)
{
	static const struct {
		__u32 vf, queue;
	} rings[] = { { 0, 0 }, { 0, 1 }, { 1, 0 }, { 2, 0 } };
	int err = 0;

	for (size_t i = 0; i < sizeof(rings) / sizeof(rings[0]) && !err; i++) {
		__u32 slot = svf_xsk_slot(rings[i].vf, rings[i].queue, WORLD_QUEUES);

		err = set(world->sorter->maps.svf_xsks, &slot, &world->xsk);
	}
	return err;
}

static int zero_counters(const struct world *world)
{
	static const struct svf_stats stats[N_MAX_CPUS];
	static const struct svf_drops drops[N_MAX_CPUS];
	const struct svf_sorter_bpf *s = world->sorter;
	struct svf_stats_key key = {};
	int err = 0;

	for (unsigned int i = 0; i <= world_n_vfs(world) && !err; i++) {
		key.vf = i < world_n_vfs(world) ? (__u16)i : SVF_PF_ID;
		for (key.direction = 0; key.direction < SVF_N_DIRECTIONS && !err; key.direction++) {
			err = set(s->maps.svf_stats, &key, stats);
			if (!err)
				err = set(s->maps.svf_drops, &key, drops);
		}
	}
	return err;
}

int world_set(struct world *world, unsigned int flags)
{
	const struct svf_sorter_bpf *s = world->sorter;
	int err;

	world->flags = flags;
	clear(s->maps.svf_fdb);
	clear(s->maps.svf_vfs);
	clear(s->maps.svf_ports);
	clear(s->maps.svf_vlans);
	clear(s->maps.svf_stats);
	clear(s->maps.svf_drops);
	err = set_vfs(world);
	if (!err)
		err = set_ports(world);
	if (!err)
		err = set_vlans(world);
	if (!err)
		err = set_pf(world);
	if (!err)
		err = set_agent(world);
	if (!err)
		err = set_rings(world);
	if (!err)
		err = zero_counters(world);
	world->probe->bss->n_sightings = 0;
	return err;
}

void world_set_dress(struct world *world, const struct svf_dress *dress)
{
	static const struct svf_dress nothing;

	world->probe->bss->dress = dress ? *dress : nothing;
}

static unsigned int n_seen(const struct world *world)
{
	return *(volatile __u32 *)&world->probe->bss->n_sightings;
}

static void wait_for(const struct world *world, unsigned int n)
{
	int64_t deadline = now_ns() + SETTLE_NS;

	while (n_seen(world) < n && now_ns() < deadline)
		(void)nanosleep(&(struct timespec){ .tv_nsec = 100000 }, NULL);
}

/*
 * Absence is proved by a sentinel: it queues behind everything in this CPU's backlog.
 * Several, since what they overtake may send again (a fan-out goes round once per block).
 */
unsigned int world_settle(struct world *world, unsigned int n_expected)
{
	static const uint8_t sentinel[SVF_FRAME_LEN];
	unsigned int n;

	wait_for(world, n_expected);
	for (int i = 0; i < 4; i++) {
		n = n_seen(world);
		(void)world_send(world, DEV_MANY, 0, sentinel, sizeof(sentinel));
		wait_for(world, n + 1);
	}
	return n_seen(world);
}

int world_get_stats(const struct world *world, uint16_t vf, enum svf_direction direction,
		    struct svf_stats *ret_stats, struct svf_drops *ret_drops)
{
	const struct svf_sorter_bpf *s = world->sorter;
	struct svf_stats_key key = { .vf = vf, .direction = (__u16)direction };
	struct svf_stats stats[N_MAX_CPUS];
	struct svf_drops drops[N_MAX_CPUS];
	int n_cpus = libbpf_num_possible_cpus();

	if (n_cpus < 0 || n_cpus > N_MAX_CPUS ||
	    bpf_map_lookup_elem(bpf_map__fd(s->maps.svf_stats), &key, stats) ||
	    bpf_map_lookup_elem(bpf_map__fd(s->maps.svf_drops), &key, drops))
		return -EIO;
	memset(ret_stats, 0, sizeof(*ret_stats));
	memset(ret_drops, 0, sizeof(*ret_drops));
	for (int cpu = 0; cpu < n_cpus; cpu++) {
		for (size_t i = 0; i < sizeof(*ret_stats) / sizeof(__u64); i++)
			((__u64 *)ret_stats)[i] += ((const __u64 *)&stats[cpu])[i];
		for (size_t i = 0; i < sizeof(*ret_drops) / sizeof(__u64); i++)
			((__u64 *)ret_drops)[i] += ((const __u64 *)&drops[cpu])[i];
	}
	return 0;
}
