// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fills the world's maps as its setup says (world_setup.c) before each row.
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
#define BUSY_NS	     3600000000000ULL /* what a limit that is used up is ahead of now */
#define STALE_AGE_NS (SVF_HEARTBEAT_MAX_AGE_NS + 100000000ULL)
#define FRESH_AGE_NS (SVF_HEARTBEAT_MAX_AGE_NS - 1000000000ULL)

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
		.vlan_proto = ETH_P_8021Q,
		.mtu = (__u16)world->setup.pf.mtu,
		.spoofchk = 1,
		.bcast = 1,
		.untagged = 1,
		.host_access = 1,
	};
}

static struct svf_vf_config vf_of(const struct world *world, __u32 vf)
{
	return vf < WORLD_N_VFS ? world->setup.vfs[vf] : extra_vf(world, vf);
}

/* One more owner of an address. */
static int add_fdb(const struct world *world, const uint8_t mac[ETH_ALEN], __u16 vlan, __u16 vf)
{
	const struct bpf_map *fdb = world->sorter->maps.svf_fdb;
	struct svf_fdb_key key = { .vlan = vlan };
	struct svf_fdb_owners owners = {};

	memcpy(key.mac, mac, ETH_ALEN);
	(void)bpf_map_lookup_elem(bpf_map__fd(fdb), &key, &owners);
	owners.vf[owners.count++] = vf;
	return set(fdb, &key, &owners);
}

static int set_stale_fdb(const struct world *world)
{
	int err;

	err = add_fdb(world, svf_address_get(ADDR_VF0), WORLD_VLAN, 0);
	if (!err)
		err = add_fdb(world, svf_address_get(ADDR_STALE), 0, 1);
	if (!err)
		err = add_fdb(world, svf_address_get(ADDR_STALE_HEAD), 0, 1);
	if (!err)
		err = add_fdb(world, svf_address_get(ADDR_STALE_MIDDLE), 0, 1);
	return err;
}

static int set_vfs(const struct world *world)
{
	struct svf_vf_config config;
	int err = 0;

	for (__u32 vf = 0; vf < world_n_vfs(world) && !err; vf++) {
		config = vf_of(world, vf);
		if (vf == 0 && world->flags & WORLD_NO_CONFIG)
			continue;
		err = set(world->sorter->maps.svf_vfs, &vf, &config);
	}
	return err;
}

static int set_fdb(const struct world *world)
{
	const struct svf_vf_config *config;
	int err = 0;

	for (__u16 vf = 0; vf < WORLD_N_VFS && !err; vf++) {
		config = &world->setup.vfs[vf];
		err = add_fdb(world, config->mac, svf_home_vlan(config), vf);
		for (__u16 i = 0; i < config->n_macs && !err; i++)
			err = add_fdb(world, config->macs[i], svf_home_vlan(config), vf);
	}
	if (!err && world->flags & WORLD_STALE_FDB)
		err = set_stale_fdb(world);
	return err;
}

static int set_port(const struct world *world, enum world_netdev dev, __u32 vf, enum svf_role role)
{
	struct svf_port port = { .vf = vf, .role = role };

	return set(world->sorter->maps.svf_ports, &world->ifindex[dev], &port);
}

static int set_ports(const struct world *world)
{
	int err = set_port(world, DEV_AWAY, SVF_PF_ID, SVF_ROLE_SHAPER);

	for (__u32 vf = 0; vf < WORLD_N_VFS && !err; vf++) {
		err = set_port(world, DEV_R0 + vf, vf, SVF_ROLE_REPRESENTOR);
		if (!err)
			err = set_port(world, DEV_Q0 + vf, vf, SVF_ROLE_RING_PORT);
	}
	return err;
}

static int add_member(const struct world *world, __u16 vlan, __u16 vf)
{
	const struct bpf_map *vlans = world->sorter->maps.svf_vlans;
	struct svf_vlan_key key = { .vlan = vlan, .block = (__u16)svf_flood_block(vf) };
	struct svf_vlan_members members = {};

	(void)bpf_map_lookup_elem(bpf_map__fd(vlans), &key, &members);
	members.vf[members.count++] = vf;
	return set(vlans, &key, &members);
}

static int set_vlans(const struct world *world)
{
	struct svf_vf_config config;
	int err = 0;

	for (__u16 vf = 0; vf < world_n_vfs(world) && !err; vf++) {
		config = vf_of(world, vf);
		err = add_member(world, svf_home_vlan(&config), vf);
		if (!err && vf == 3 && world->flags & WORLD_STALE_MEMBER)
			err = add_member(world, 0, vf);
	}
	return err;
}

static int set_slots(const struct world *world)
{
	const struct svf_sorter_bpf *s = world->sorter;
	const __u32 zero = 0;
	int err;

	err = set(s->maps.svf_pf, &zero, &world->setup.pf);
	return err ? err : set(s->maps.svf_policy, &zero, &world->setup.policy);
}

static int set_groups(const struct world *world)
{
	struct svf_mcast_member member = { .users = 1 };
	int err = 0;

	for (size_t i = 0; i < world->setup.n_groups && !err; i++)
		err = set(world->sorter->maps.svf_mcast, &world->setup.groups[i], &member);
	return err;
}

static int set_rates(const struct world *world)
{
	struct svf_rate rate = {};
	int err = 0;

	for (__u32 i = 0; i <= WORLD_N_VFS && !err; i++) {
		__u32 key = i < WORLD_N_VFS ? i : SVF_WIRE_ID;

		rate.next_ns = world->setup.busy[i] ? (__u64)now_ns() + BUSY_NS : 0;
		rate.tx_next_ns = rate.rx_next_ns = rate.next_ns;
		err = set(world->sorter->maps.svf_rates, &key, &rate);
	}
	return err;
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
	static const __u16 others[] = { SVF_PF_ID, SVF_WIRE_ID };
	const struct svf_sorter_bpf *s = world->sorter;
	const __u32 n_vfs = world_n_vfs(world);
	struct svf_stats_key key = {};
	int err = 0;

	for (__u32 i = 0; i < n_vfs + 2 && !err; i++) {
		key.vf = i < n_vfs ? (__u16)i : others[i - n_vfs];
		for (key.direction = 0; key.direction < SVF_N_DIRECTIONS && !err; key.direction++) {
			err = set(s->maps.svf_stats, &key, stats);
			if (!err)
				err = set(s->maps.svf_drops, &key, drops);
		}
		if (!err && i < n_vfs)
			err = set(s->maps.svf_redirects, &i, stats);
	}
	return err;
}

static void forget(struct world *world)
{
	const struct svf_sorter_bpf *s = world->sorter;

	clear(s->maps.svf_stats);
	clear(s->maps.svf_drops);
	clear(s->maps.svf_offenders);
	clear(s->maps.svf_fdb_hits);
	world_read_events(world);
	world->n_events = 0;
	world_forget_seen(world);
}

int world_publish(struct world *world)
{
	const struct svf_sorter_bpf *s = world->sorter;
	int err;

	clear(s->maps.svf_fdb);
	clear(s->maps.svf_vfs);
	clear(s->maps.svf_ports);
	clear(s->maps.svf_vlans);
	clear(s->maps.svf_mcast);
	clear(s->maps.svf_rates);
	forget(world);
	err = set_vfs(world);
	if (!err)
		err = set_fdb(world);
	if (!err)
		err = set_ports(world);
	if (!err)
		err = set_vlans(world);
	if (!err)
		err = set_slots(world);
	if (!err)
		err = set_groups(world);
	if (!err)
		err = set_rates(world);
	if (!err)
		err = set_agent(world);
	if (!err)
		err = set_rings(world);
	return err ? err : zero_counters(world);
}

int world_set(struct world *world, unsigned int flags, const char *words)
{
	int err;

	world->flags = flags;
	err = world_setup_init(&world->setup, world, flags, words);
	return err ? err : world_publish(world);
}

int world_keep_alive(const struct world *world)
{
	return set_agent(world);
}

void world_set_dress(struct world *world, const struct svf_dress *dress)
{
	static const struct svf_dress nothing;

	world->probe->bss->dress = dress ? *dress : nothing;
}
