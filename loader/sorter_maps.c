// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reading and writing the sorter's maps. What a frame may be looking at is replaced, never
 * written in place: an update of a preallocated HASH links a new element in and hands the old one
 * to the next update on this CPU, so after each replacement an RCU grace period must pass before
 * the next.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "grace.h"
#include "sorter.h"

static int map(const struct svf_sorter *sorter, enum svf_map which)
{
	return svf_sorter_map_fd(sorter, which);
}

/* Writes key -> value; waits only if there was a value that a frame may be looking at. */
static int replace(int fd, const void *key, const void *value)
{
	int r = bpf_map_update_elem(fd, key, value, BPF_NOEXIST);

	if (r != -EEXIST)
		return r;
	r = bpf_map_update_elem(fd, key, value, BPF_EXIST);
	return r < 0 ? r : svf_grace_wait();
}

int svf_sorter_get_pf(const struct svf_sorter *sorter, struct svf_pf_config *ret_pf)
{
	const __u32 zero = 0;

	return bpf_map_lookup_elem(map(sorter, SVF_MAP_svf_pf), &zero, ret_pf);
}

int svf_sorter_set_pf(const struct svf_sorter *sorter, const struct svf_pf_config *pf)
{
	const __u32 zero = 0;

	return bpf_map_update_elem(map(sorter, SVF_MAP_svf_pf), &zero, pf, BPF_ANY);
}

int svf_sorter_get_vf(const struct svf_sorter *sorter, uint32_t vf,
		      struct svf_vf_config *ret_config)
{
	return bpf_map_lookup_elem(map(sorter, SVF_MAP_svf_vfs), &vf, ret_config);
}

int svf_sorter_set_vf(const struct svf_sorter *sorter, uint32_t vf,
		      const struct svf_vf_config *config)
{
	return replace(map(sorter, SVF_MAP_svf_vfs), &vf, config);
}

static struct svf_fdb_key fdb_key(const uint8_t mac[ETH_ALEN], uint16_t vlan)
{
	struct svf_fdb_key key = { .vlan = vlan };

	memcpy(key.mac, mac, ETH_ALEN);
	return key;
}

int svf_sorter_get_fdb(const struct svf_sorter *sorter, const uint8_t mac[ETH_ALEN], uint16_t vlan,
		       uint32_t *ret_vf)
{
	const struct svf_fdb_key key = fdb_key(mac, vlan);
	struct svf_fdb_owner owner;
	int r = bpf_map_lookup_elem(map(sorter, SVF_MAP_svf_fdb), &key, &owner);

	if (!r)
		*ret_vf = owner.vf;
	return r;
}

int svf_sorter_add_fdb(const struct svf_sorter *sorter, const uint8_t mac[ETH_ALEN], uint16_t vlan,
		       uint32_t vf)
{
	const struct svf_fdb_key key = fdb_key(mac, vlan);
	const struct svf_fdb_owner owner = { .vf = vf };
	uint32_t holder;
	int r = bpf_map_update_elem(map(sorter, SVF_MAP_svf_fdb), &key, &owner, BPF_NOEXIST);

	if (r == -EEXIST && !svf_sorter_get_fdb(sorter, mac, vlan, &holder) && holder == vf)
		return 0;
	return r;
}

int svf_sorter_del_fdb(const struct svf_sorter *sorter, const uint8_t mac[ETH_ALEN], uint16_t vlan)
{
	const struct svf_fdb_key key = fdb_key(mac, vlan);

	return bpf_map_delete_elem(map(sorter, SVF_MAP_svf_fdb), &key);
}

int svf_sorter_prune_fdb(const struct svf_sorter *sorter, uint32_t vf,
			 const struct svf_vf_config *config)
{
	const struct svf_fdb_key mine = fdb_key(config->mac, config->vlan);
	const int fd = map(sorter, SVF_MAP_svf_fdb);
	struct svf_fdb_key key, next;
	struct svf_fdb_owner owner;
	int r = bpf_map_get_next_key(fd, NULL, &next);

	/* The next key is asked for before the present one goes, or the walk would begin anew. */
	while (!r) {
		key = next;
		r = bpf_map_get_next_key(fd, &key, &next);
		if (!bpf_map_lookup_elem(fd, &key, &owner) && owner.vf == vf &&
		    memcmp(&key, &mine, sizeof(key)) != 0)
			(void)bpf_map_delete_elem(fd, &key);
	}
	return r == -ENOENT ? 0 : r;
}

int svf_sorter_add_port(const struct svf_sorter *sorter, uint32_t ifindex, uint32_t vf,
			enum svf_role role)
{
	const struct svf_port port = { .vf = vf, .role = role };

	return bpf_map_update_elem(map(sorter, SVF_MAP_svf_ports), &ifindex, &port, BPF_ANY);
}

int svf_sorter_join_vlan(const struct svf_sorter *sorter, uint16_t vlan, uint32_t vf)
{
	const struct svf_vlan_key key = { .vlan = vlan, .block = svf_flood_block(vf) };
	struct svf_vlan_members members = {};
	int r = bpf_map_lookup_elem(map(sorter, SVF_MAP_svf_vlans), &key, &members);

	if (r < 0 && r != -ENOENT)
		return r;
	for (int i = 0; i < members.count; i++)
		if (members.vf[i] == vf)
			return 0;
	if (members.count == SVF_FLOOD_BLOCK)
		return -ENOSPC;
	members.vf[members.count++] = vf;
	return replace(map(sorter, SVF_MAP_svf_vlans), &key, &members);
}

int svf_sorter_fill_vlan(const struct svf_sorter *sorter, uint16_t vlan, uint32_t vfs)
{
	for (uint32_t first = 0; first < vfs; first += SVF_FLOOD_BLOCK) {
		const struct svf_vlan_key key = { .vlan = vlan, .block = svf_flood_block(first) };
		struct svf_vlan_members members = {};
		int r;

		for (uint32_t vf = first; vf < vfs && vf < first + SVF_FLOOD_BLOCK; vf++)
			members.vf[members.count++] = vf;
		r = replace(map(sorter, SVF_MAP_svf_vlans), &key, &members);
		if (r < 0)
			return r;
	}
	return 0;
}

int svf_sorter_leave_vlan(const struct svf_sorter *sorter, uint16_t vlan, uint32_t vf)
{
	const struct svf_vlan_key key = { .vlan = vlan, .block = svf_flood_block(vf) };
	struct svf_vlan_members old, members = {};
	int r = bpf_map_lookup_elem(map(sorter, SVF_MAP_svf_vlans), &key, &old);

	if (r < 0)
		return r;
	for (int i = 0; i < old.count; i++)
		if (old.vf[i] != vf)
			members.vf[members.count++] = old.vf[i];
	if (members.count == old.count)
		return -ENOENT;
	if (!members.count)
		return bpf_map_delete_elem(map(sorter, SVF_MAP_svf_vlans), &key);
	return replace(map(sorter, SVF_MAP_svf_vlans), &key, &members);
}

/* Adds up the CPUs' values of one entry, `words` __u64 each. */
static int sum_percpu(int fd, const struct svf_stats_key *key, __u64 *ret_sum, size_t words)
{
	const int cpus = libbpf_num_possible_cpus();
	svf_cleanup(mem) __u64 *values = NULL;
	int r;

	memset(ret_sum, 0, words * sizeof(__u64));
	if (cpus < 0)
		return cpus;
	values = calloc(cpus, words * sizeof(__u64));
	if (!values)
		return -ENOMEM;
	r = bpf_map_lookup_elem(fd, key, values);
	if (r < 0)
		return r == -ENOENT ? 0 : r;
	for (size_t i = 0; i < cpus * words; i++)
		ret_sum[i % words] += values[i];
	return 0;
}

int svf_sorter_get_stats(const struct svf_sorter *sorter, uint16_t vf, enum svf_direction direction,
			 struct svf_stats *ret_stats, struct svf_drops *ret_drops)
{
	const struct svf_stats_key key = { .vf = vf, .direction = direction };
	int r = sum_percpu(map(sorter, SVF_MAP_svf_stats), &key, (__u64 *)ret_stats,
			   sizeof(*ret_stats) / sizeof(__u64));

	if (r < 0)
		return r;
	return sum_percpu(map(sorter, SVF_MAP_svf_drops), &key, (__u64 *)ret_drops,
			  sizeof(*ret_drops) / sizeof(__u64));
}

int svf_sorter_get_ring_stats(const struct svf_sorter *sorter, uint32_t slot,
			      struct svf_ring_stats *ret_stats)
{
	return bpf_map_lookup_elem(map(sorter, SVF_MAP_svf_ring_stats), &slot, ret_stats);
}

int svf_sorter_get_agent(const struct svf_sorter *sorter, struct svf_agent_life *ret_life)
{
	const __u32 zero = 0;

	return bpf_map_lookup_elem(map(sorter, SVF_MAP_svf_agent), &zero, ret_life);
}
