// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reading and writing the sorter's maps: the PF and its VFs. What a frame may be looking at is
 * replaced, never written in place: an update of a preallocated HASH links a new element in and
 * hands the old one to the next update on this CPU, so after each replacement an RCU grace period
 * must pass before the next.
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

int svf_sorter_replace(const struct svf_sorter *sorter, enum svf_map which, const void *key,
		       const void *value)
{
	const int fd = map(sorter, which);
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

int svf_sorter_get_policy(const struct svf_sorter *sorter, struct svf_policy *ret_policy)
{
	const __u32 zero = 0;

	return bpf_map_lookup_elem(map(sorter, SVF_MAP_svf_policy), &zero, ret_policy);
}

int svf_sorter_set_policy(const struct svf_sorter *sorter, const struct svf_policy *policy)
{
	const __u32 zero = 0;

	return bpf_map_update_elem(map(sorter, SVF_MAP_svf_policy), &zero, policy, BPF_ANY);
}

int svf_sorter_get_vf(const struct svf_sorter *sorter, uint32_t vf,
		      struct svf_vf_config *ret_config)
{
	return bpf_map_lookup_elem(map(sorter, SVF_MAP_svf_vfs), &vf, ret_config);
}

int svf_sorter_set_vf(const struct svf_sorter *sorter, uint32_t vf,
		      const struct svf_vf_config *config)
{
	return svf_sorter_replace(sorter, SVF_MAP_svf_vfs, &vf, config);
}

int svf_sorter_del_vf(const struct svf_sorter *sorter, uint32_t vf)
{
	int r = bpf_map_delete_elem(map(sorter, SVF_MAP_svf_vfs), &vf);

	return r < 0 ? r : svf_grace_wait();
}

int svf_sorter_add_port(const struct svf_sorter *sorter, uint32_t ifindex, uint32_t vf,
			enum svf_role role)
{
	const struct svf_port port = { .vf = vf, .role = role };

	return bpf_map_update_elem(map(sorter, SVF_MAP_svf_ports), &ifindex, &port, BPF_ANY);
}

int svf_sorter_del_port(const struct svf_sorter *sorter, uint32_t ifindex)
{
	return bpf_map_delete_elem(map(sorter, SVF_MAP_svf_ports), &ifindex);
}

int svf_sorter_add_rate(const struct svf_sorter *sorter, uint32_t id)
{
	const struct svf_rate rate = {};
	int r = bpf_map_update_elem(map(sorter, SVF_MAP_svf_rates), &id, &rate, BPF_NOEXIST);

	return r == -EEXIST ? 0 : r;
}

int svf_sorter_del_rate(const struct svf_sorter *sorter, uint32_t id)
{
	return bpf_map_delete_elem(map(sorter, SVF_MAP_svf_rates), &id);
}
