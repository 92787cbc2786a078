// SPDX-License-Identifier: GPL-2.0-only
/*
 * What came of the world's frames: sightings and what the sorter's maps tell.
 */
#include "world.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "frame.h"

#include "svf_probe.skel.h"
#include "svf_sorter.skel.h"

#define N_MAX_CPUS 1024
#define SETTLE_NS  2000000000LL

static int64_t now_ns(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000LL + ts.tv_nsec;
}

unsigned int world_n_seen(const struct world *world)
{
	return *(volatile __u32 *)&world->probe->bss->n_sightings;
}

void world_forget_seen(struct world *world)
{
	*(volatile __u32 *)&world->probe->bss->n_sightings = 0;
}

static void wait_for(const struct world *world, unsigned int n)
{
	int64_t deadline = now_ns() + SETTLE_NS;

	while (world_n_seen(world) < n && now_ns() < deadline)
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
		n = world_n_seen(world);
		(void)world_send(world, DEV_MANY, 0, sentinel, sizeof(sentinel));
		wait_for(world, n + 1);
	}
	return world_n_seen(world);
}

/* Adds up the CPUs' values, of `size` bytes each, all of them __u64. */
static int sum(const struct bpf_map *map, const void *key, void *ret_sum, size_t size)
{
	static __u64 parts[N_MAX_CPUS * (sizeof(struct svf_stats) / sizeof(__u64))];
	int n_cpus = libbpf_num_possible_cpus();
	const size_t n = size / sizeof(__u64);
	__u64 *to = ret_sum;

	memset(ret_sum, 0, size);
	if (n_cpus < 0 || n_cpus > N_MAX_CPUS || bpf_map_lookup_elem(bpf_map__fd(map), key, parts))
		return -EIO;
	for (size_t i = 0; i < n * (size_t)n_cpus; i++)
		to[i % n] += parts[i];
	return 0;
}

int world_get_stats(const struct world *world, uint16_t vf, enum svf_direction direction,
		    struct svf_stats *ret_stats, struct svf_drops *ret_drops)
{
	struct svf_stats_key key = { .vf = vf, .direction = (__u16)direction };
	int err;

	err = sum(world->sorter->maps.svf_stats, &key, ret_stats, sizeof(*ret_stats));
	if (!err)
		err = sum(world->sorter->maps.svf_drops, &key, ret_drops, sizeof(*ret_drops));
	return err;
}

uint64_t world_get_redirects(const struct world *world, uint32_t vf)
{
	uint64_t n;

	return sum(world->sorter->maps.svf_redirects, &vf, &n, sizeof(n)) ? 0 : n;
}

int world_get_hits(const struct world *world, const struct svf_fdb_key *key,
		   struct svf_fdb_hits *ret_hits)
{
	return sum(world->sorter->maps.svf_fdb_hits, key, ret_hits, sizeof(*ret_hits));
}

void world_read_events(struct world *world)
{
	(void)ring_buffer__consume(world->events);
}
