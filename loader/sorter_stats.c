// SPDX-License-Identifier: GPL-2.0-only
/* Reading the sorter's counters: sums over the CPUs. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sorter.h"

static int map(const struct svf_sorter *sorter, enum svf_map which)
{
	return svf_sorter_map_fd(sorter, which);
}

/* Adds up the CPUs' values of one entry, `words` __u64 each. */
static int sum_percpu(int fd, const void *key, __u64 *ret_sum, size_t words)
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

int svf_sorter_get_ring_fill(const struct svf_sorter *sorter, uint32_t slot,
			     struct svf_ring_fill *ret_fill)
{
	return bpf_map_lookup_elem(map(sorter, SVF_MAP_svf_ring_fill), &slot, ret_fill);
}

int svf_sorter_get_agent(const struct svf_sorter *sorter, struct svf_agent_life *ret_life)
{
	const __u32 zero = 0;

	return bpf_map_lookup_elem(map(sorter, SVF_MAP_svf_agent), &zero, ret_life);
}

int svf_sorter_get_redirects(const struct svf_sorter *sorter, uint32_t vf, uint64_t *ret_packets)
{
	__u64 sum;
	int r = sum_percpu(map(sorter, SVF_MAP_svf_redirects), &vf, &sum, 1);

	*ret_packets = sum;
	return r;
}

int svf_sorter_get_losses(const struct svf_sorter *sorter, uint16_t vf,
			  enum svf_direction direction, struct svf_losses *ret_losses)
{
	const struct svf_stats_key key = { .vf = vf, .direction = direction };
	int r;

	*ret_losses = (struct svf_losses){};
	r = bpf_map_lookup_elem(map(sorter, SVF_MAP_svf_losses), &key, ret_losses);
	return r == -ENOENT ? 0 : r;
}

int svf_sorter_add_losses(const struct svf_sorter *sorter, uint16_t vf,
			  enum svf_direction direction, const struct svf_losses *losses)
{
	const struct svf_stats_key key = { .vf = vf, .direction = direction };
	struct svf_losses sum;
	int r = svf_sorter_get_losses(sorter, vf, direction, &sum);

	if (r < 0)
		return r;
#define SVF_X(name, field, help) sum.field += losses->field;
	SVF_LOSSES(SVF_X)
#undef SVF_X
	return bpf_map_update_elem(map(sorter, SVF_MAP_svf_losses), &key, &sum, BPF_ANY);
}

int svf_sorter_get_hits(const struct svf_sorter *sorter, const struct svf_fdb_key *key,
			struct svf_fdb_hits *ret_hits)
{
	const int cpus = libbpf_num_possible_cpus();
	svf_cleanup(mem) struct svf_fdb_hits *hits = NULL;
	int r;

	*ret_hits = (struct svf_fdb_hits){};
	if (cpus < 0)
		return cpus;
	hits = calloc(cpus, sizeof(*hits));
	if (!hits)
		return -ENOMEM;
	r = bpf_map_lookup_elem(map(sorter, SVF_MAP_svf_fdb_hits), key, hits);
	if (r < 0)
		return r == -ENOENT ? 0 : r;
	for (int i = 0; i < cpus; i++) {
		ret_hits->hits += hits[i].hits;
		if (hits[i].last_ns > ret_hits->last_ns)
			ret_hits->last_ns = hits[i].last_ns;
	}
	return 0;
}

int svf_sorter_get_offender(const struct svf_sorter *sorter, const struct svf_offender_key *key,
			    struct svf_offender *ret_offender)
{
	return bpf_map_lookup_elem(map(sorter, SVF_MAP_svf_offenders), key, ret_offender);
}
