// SPDX-License-Identifier: GPL-2.0-only
/*
 * Counters of VFs that are no more: setting them to zero for the next VF of the number, and
 * remembering what of them the PF's account needs (svf_former).
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>

#include "sorter.h"

static int map(const struct svf_sorter *sorter, enum svf_map which)
{
	return svf_sorter_map_fd(sorter, which);
}

/* Whatever a counter's entry is, it fits. */
union counters {
	struct svf_stats stats;
	struct svf_drops drops;
	__u64 redirects;
};

static int clear_percpu(const struct svf_sorter *sorter, uint32_t vf)
{
	const int cpus = libbpf_num_possible_cpus();
	struct svf_stats_key key = { .vf = (__u16)vf };
	svf_cleanup(mem) void *zeros = NULL;
	int r = 0;

	if (cpus < 0)
		return cpus;
	zeros = calloc((size_t)cpus, sizeof(union counters));
	if (!zeros)
		return -ENOMEM;
	for (key.direction = 0; key.direction < SVF_N_DIRECTIONS && !r; key.direction++) {
		r = bpf_map_update_elem(map(sorter, SVF_MAP_svf_stats), &key, zeros, BPF_ANY);
		if (!r)
			r = bpf_map_update_elem(map(sorter, SVF_MAP_svf_drops), &key, zeros,
						BPF_ANY);
	}
	if (!r)
		r = bpf_map_update_elem(map(sorter, SVF_MAP_svf_redirects), &vf, zeros, BPF_ANY);
	return r;
}

static void forget(const struct svf_sorter *sorter, uint32_t vf)
{
	struct svf_offender_key key = { .vf = (__u16)vf };

	for (key.direction = 0; key.direction < SVF_N_DIRECTIONS; key.direction++) {
		const struct svf_stats_key stats = { .vf = (__u16)vf, .direction = key.direction };

		(void)bpf_map_delete_elem(map(sorter, SVF_MAP_svf_losses), &stats);
		for (key.reason = 0; key.reason < SVF_N_DROPS; key.reason++)
			(void)bpf_map_delete_elem(map(sorter, SVF_MAP_svf_offenders), &key);
	}
}

int svf_sorter_clear_counters(const struct svf_sorter *sorter, uint32_t vf, unsigned int queues)
{
	int r = clear_percpu(sorter, vf);

	for (unsigned int queue = 0; queue < queues && !r; queue++) {
		const __u32 slot = svf_xsk_slot(vf, queue, queues);
		const struct svf_ring_stats zeros = { .vf = vf, .queue = queue };

		r = bpf_map_update_elem(map(sorter, SVF_MAP_svf_ring_stats), &slot, &zeros,
					BPF_ANY);
	}
	if (!r)
		forget(sorter, vf);
	return r;
}

int svf_sorter_get_former(const struct svf_sorter *sorter, uint32_t vf,
			  struct svf_former *ret_former)
{
	int r;

	*ret_former = (struct svf_former){};
	r = bpf_map_lookup_elem(map(sorter, SVF_MAP_svf_former), &vf, ret_former);
	return r == -ENOENT ? 0 : r;
}

int svf_sorter_set_former(const struct svf_sorter *sorter, uint32_t vf,
			  const struct svf_former *former)
{
	return bpf_map_update_elem(map(sorter, SVF_MAP_svf_former), &vf, former, BPF_ANY);
}
