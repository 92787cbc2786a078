// SPDX-License-Identifier: GPL-2.0-only
/*
 * The sorter's indexes: which VFs to ask for an address (svf_fdb), for a VLAN's broadcast
 * (svf_vlans), for a group's multicast (svf_mcast). A VF's configuration decides, so an entry too
 * many costs time and no entry may be missing: what a new configuration needs is added before it is
 * published, what only the old one needed is removed after.
 */
#include <bpf/bpf.h>
#include <errno.h>
#include <string.h>

#include "sorter.h"

static int map(const struct svf_sorter *sorter, enum svf_map which)
{
	return svf_sorter_map_fd(sorter, which);
}

/* --- addresses --- */

static struct svf_fdb_key fdb_key(const uint8_t mac[ETH_ALEN], uint16_t vlan)
{
	struct svf_fdb_key key = { .vlan = vlan };

	memcpy(key.mac, mac, ETH_ALEN);
	return key;
}

static int find_owner(const struct svf_fdb_owners *owners, uint32_t vf)
{
	for (int i = 0; i < owners->count; i++)
		if (owners->vf[i] == vf)
			return i;
	return -ENOENT;
}

int svf_sorter_get_fdb(const struct svf_sorter *sorter, const uint8_t mac[ETH_ALEN], uint16_t vlan,
		       struct svf_fdb_owners *ret_owners)
{
	const struct svf_fdb_key key = fdb_key(mac, vlan);

	return bpf_map_lookup_elem(map(sorter, SVF_MAP_svf_fdb), &key, ret_owners);
}

int svf_sorter_add_fdb(const struct svf_sorter *sorter, const uint8_t mac[ETH_ALEN], uint16_t vlan,
		       uint32_t vf)
{
	const struct svf_fdb_key key = fdb_key(mac, vlan);
	struct svf_fdb_owners owners = {};
	int r = svf_sorter_get_fdb(sorter, mac, vlan, &owners);

	if (r < 0 && r != -ENOENT)
		return r;
	if (find_owner(&owners, vf) >= 0)
		return 0;
	if (owners.count == SVF_OWNERS_MAX)
		return -ENOSPC;
	owners.vf[owners.count++] = (uint16_t)vf;
	return svf_sorter_replace(sorter, SVF_MAP_svf_fdb, &key, &owners);
}

int svf_sorter_del_fdb(const struct svf_sorter *sorter, const uint8_t mac[ETH_ALEN], uint16_t vlan,
		       uint32_t vf)
{
	const struct svf_fdb_key key = fdb_key(mac, vlan);
	struct svf_fdb_owners owners;
	int r = svf_sorter_get_fdb(sorter, mac, vlan, &owners);
	int i = r < 0 ? r : find_owner(&owners, vf);

	if (i < 0)
		return i;
	owners.vf[i] = owners.vf[--owners.count];
	owners.vf[owners.count] = 0;
	if (owners.count)
		return svf_sorter_replace(sorter, SVF_MAP_svf_fdb, &key, &owners);
	(void)bpf_map_delete_elem(map(sorter, SVF_MAP_svf_fdb_hits), &key);
	return bpf_map_delete_elem(map(sorter, SVF_MAP_svf_fdb), &key);
}

int svf_sorter_list_fdb(const struct svf_sorter *sorter, svf_fdb_cb cb, void *arg)
{
	const int fd = map(sorter, SVF_MAP_svf_fdb);
	struct svf_fdb_key key, next;
	struct svf_fdb_owners owners;
	int r = bpf_map_get_next_key(fd, NULL, &next);

	/* The next key is asked for before cb may delete the present one: else the walk would begin
	 * anew. */
	while (!r) {
		int stop;

		key = next;
		r = bpf_map_get_next_key(fd, &key, &next);
		if (bpf_map_lookup_elem(fd, &key, &owners) < 0)
			continue;
		stop = cb(&key, &owners, arg);
		if (stop < 0)
			return stop;
	}
	return r == -ENOENT ? 0 : r;
}

struct pruning {
	const struct svf_sorter *sorter;
	const struct svf_vf_config *config;
	uint32_t vf;
};

static bool is_borne_out(const struct svf_vf_config *config, const struct svf_fdb_key *key)
{
	if (key->vlan != svf_home_vlan(config))
		return false;
	if (!memcmp(key->mac, config->mac, ETH_ALEN))
		return true;
	for (int i = 0; i < config->n_macs; i++)
		if (!memcmp(key->mac, config->macs[i], ETH_ALEN))
			return true;
	return false;
}

static int prune_entry(const struct svf_fdb_key *key, const struct svf_fdb_owners *owners,
		       void *arg)
{
	const struct pruning *p = arg;

	if (find_owner(owners, p->vf) >= 0 && !is_borne_out(p->config, key))
		(void)svf_sorter_del_fdb(p->sorter, key->mac, key->vlan, p->vf);
	return 0;
}

int svf_sorter_prune_fdb(const struct svf_sorter *sorter, uint32_t vf,
			 const struct svf_vf_config *config)
{
	struct pruning p = { .sorter = sorter, .config = config, .vf = vf };

	return svf_sorter_list_fdb(sorter, prune_entry, &p);
}

/* --- VLANs --- */

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
	return svf_sorter_replace(sorter, SVF_MAP_svf_vlans, &key, &members);
}

int svf_sorter_fill_vlan(const struct svf_sorter *sorter, uint16_t vlan, uint32_t vfs)
{
	for (uint32_t first = 0; first < vfs; first += SVF_FLOOD_BLOCK) {
		const struct svf_vlan_key key = { .vlan = vlan, .block = svf_flood_block(first) };
		struct svf_vlan_members members = {};
		int r;

		for (uint32_t vf = first; vf < vfs && vf < first + SVF_FLOOD_BLOCK; vf++)
			members.vf[members.count++] = vf;
		r = svf_sorter_replace(sorter, SVF_MAP_svf_vlans, &key, &members);
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
	return svf_sorter_replace(sorter, SVF_MAP_svf_vlans, &key, &members);
}

/* --- multicast groups --- */

static struct svf_mcast_key mcast_key(const uint8_t group[ETH_ALEN], uint32_t vf)
{
	struct svf_mcast_key key = { .vf = (uint16_t)vf };

	memcpy(key.mac, group, ETH_ALEN);
	return key;
}

int svf_sorter_join_group(const struct svf_sorter *sorter, const uint8_t group[ETH_ALEN],
			  uint32_t vf, uint32_t users)
{
	const struct svf_mcast_key key = mcast_key(group, vf);
	const struct svf_mcast_member member = { .users = users };

	return bpf_map_update_elem(map(sorter, SVF_MAP_svf_mcast), &key, &member, BPF_ANY);
}

int svf_sorter_leave_group(const struct svf_sorter *sorter, const uint8_t group[ETH_ALEN],
			   uint32_t vf)
{
	const struct svf_mcast_key key = mcast_key(group, vf);

	return bpf_map_delete_elem(map(sorter, SVF_MAP_svf_mcast), &key);
}

int svf_sorter_leave_groups(const struct svf_sorter *sorter, uint32_t vf)
{
	const int fd = map(sorter, SVF_MAP_svf_mcast);
	struct svf_mcast_key key, next;
	int more = bpf_map_get_next_key(fd, NULL, &next), first = 0;

	while (!more) {
		int r = 0;

		key = next;
		more = bpf_map_get_next_key(fd, &key, &next);
		if (key.vf == vf)
			r = bpf_map_delete_elem(fd, &key);
		if (r < 0 && r != -ENOENT && !first)
			first = r;
	}
	return first;
}

bool svf_sorter_in_group(const struct svf_sorter *sorter, const uint8_t group[ETH_ALEN],
			 uint32_t vf)
{
	const struct svf_mcast_key key = mcast_key(group, vf);
	struct svf_mcast_member member;

	return !bpf_map_lookup_elem(map(sorter, SVF_MAP_svf_mcast), &key, &member);
}
