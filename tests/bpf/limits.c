// SPDX-License-Identifier: GPL-2.0-only
/*
 * What depends on time (limits.h): storm limits and what is told how often.
 */
#include "limits.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <time.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include <cmocka.h>

#include "rows.h"

#include "svf_sorter.skel.h"

#define NS_PER_S  1000000000ULL
#define LIMIT	  1000 /* frames a second: storm= of the tests */
#define BURST	  100  /* of it, in 100 ms */
#define SENT	  300
#define TOLD	  10  /* joins at once */
#define TOLD_RATE 100 /* ... and a second */

static uint64_t now_ns(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * NS_PER_S + (uint64_t)ts.tv_nsec;
}

/* Sends n of it; returns how long that took. */
static uint64_t send_frames(struct world *world, enum world_netdev dev,
			    const struct svf_frame_spec *spec, unsigned int n)
{
	uint8_t data[SVF_FRAME_MAX];
	size_t len = svf_frame_build(spec, data);
	const uint64_t begin = now_ns();

	for (unsigned int i = 0; i < n; i++) {
		world_forget_seen(world);
		assert_int_equal(world_send(world, dev, 0, data, len), 0);
	}
	(void)world_settle(world, 0);
	return now_ns() - begin;
}

static void check_storm(struct world *world, enum world_netdev dev, uint16_t who,
			enum svf_direction direction)
{
	struct svf_frame_spec spec = { .dst = ADDR_BROADCAST };
	struct svf_stats stats;
	struct svf_drops drops;
	uint64_t took_ns;

	if (dev == DEV_V1)
		spec.src = ADDR_VF1;
	assert_int_equal(world_set(world, 0, "1.storm=1000 policy.storm=1000"), 0);
	took_ns = send_frames(world, dev, &spec, SENT);
	assert_int_equal(world_get_stats(world, who, direction, &stats, &drops), 0);
	assert_int_equal(stats.packets + drops.storm, SENT);
	assert_int_equal(stats.flood, stats.packets);
	assert_true(stats.packets >= BURST);
	assert_true(stats.packets <= BURST + 1 + took_ns * LIMIT / NS_PER_S);
	assert_true(drops.storm != 0);
}

void limits_storm(void **state)
{
	check_storm(*state, DEV_V1, 1, SVF_DIRECTION_TX);
	check_storm(*state, DEV_WIRE, SVF_WIRE_ID, SVF_DIRECTION_RX);
}

/* However low, a limit lets one through. */
void limits_storm_least(void **state)
{
	const struct svf_frame_spec spec = { .dst = ADDR_BROADCAST, .src = ADDR_VF1 };
	struct world *world = *state;
	struct svf_stats stats;
	struct svf_drops drops;

	assert_int_equal(world_set(world, 0, "1.storm=1"), 0);
	if (send_frames(world, DEV_V1, &spec, 3) > NS_PER_S)
		skip();
	assert_int_equal(world_get_stats(world, 1, SVF_DIRECTION_TX, &stats, &drops), 0);
	assert_int_equal(stats.packets, 1);
	assert_int_equal(drops.storm, 2);
}

/* A superframe takes as much of the limit as the frames it becomes. */
void limits_storm_superframes(void **state)
{
	const struct svf_frame_spec spec = { .dst = ADDR_BROADCAST, .src = ADDR_VF1, .len = 1400 };
	struct world *world = *state;
	struct __sk_buff skb = { .ifindex = (__u32)world->ifindex[DEV_R1],
				 .gso_size = SVF_GSO_SIZE_MIN,
				 .gso_segs = BURST / 2 - 1 };
	uint8_t data[SVF_FRAME_MAX];
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = data,
		    .data_size_in = (__u32)svf_frame_build(&spec, data), .ctx_in = &skb,
		    .ctx_size_in = sizeof(skb), .repeat = 5);
	const uint64_t begin = now_ns();
	struct svf_stats stats;
	struct svf_drops drops;

	assert_int_equal(world_set(world, 0, "all.bcast=0 1.storm=1000"), 0);
	assert_int_equal(
		bpf_prog_test_run_opts(world_program_fd(world, PROG_PORT_TC, false), &opts), 0);
	if (now_ns() - begin > NS_PER_S / 40)
		skip();
	(void)world_settle(world, 0);
	assert_int_equal(world_get_stats(world, 1, SVF_DIRECTION_TX, &stats, &drops), 0);
	assert_int_equal(stats.packets, 2 * skb.gso_segs);
	assert_int_equal(stats.skbs, 2);
	assert_int_equal(drops.storm, 3 * skb.gso_segs);
	assert_int_equal(stats.dropped_skbs, 3);
}

static void age_offender(const struct world *world, uint64_t age_ns)
{
	const struct svf_offender_key key = { .vf = 1,
					      .direction = SVF_DIRECTION_TX,
					      .reason = SVF_DROP_SPOOF_MAC };
	int fd = bpf_map__fd(world->sorter->maps.svf_offenders);
	struct svf_offender offender;

	assert_int_equal(bpf_map_lookup_elem(fd, &key, &offender), 0);
	offender.time_ns = now_ns() - age_ns;
	assert_int_equal(bpf_map_update_elem(fd, &key, &offender, BPF_EXIST), 0);
}

static size_t count_events(struct world *world, enum svf_event_kind kind)
{
	size_t n = 0;

	world_read_events(world);
	for (size_t i = 0; i < world->n_events && i < WORLD_EVENTS_MAX; i++)
		n += world->event[i].kind == kind;
	return n;
}

/* The first in a second is told, the last is kept. */
void limits_offenders(void **state)
{
	const struct svf_offender_key key = { .vf = 1,
					      .direction = SVF_DIRECTION_TX,
					      .reason = SVF_DROP_SPOOF_MAC };
	const struct svf_frame_spec one = { .src = ADDR_FAR },
				    other = { .dst = ADDR_VF0, .src = ADDR_EXTRA };
	struct world *world = *state;
	struct svf_offender offender;

	assert_int_equal(world_set(world, 0, NULL), 0);
	(void)send_frames(world, DEV_V1, &one, 5);
	age_offender(world, NS_PER_S / 2);
	(void)send_frames(world, DEV_V1, &other, 1);
	assert_int_equal(count_events(world, SVF_EVENT_DROP), 1);
	assert_int_equal(bpf_map_lookup_elem(bpf_map__fd(world->sorter->maps.svf_offenders), &key,
					     &offender),
			 0);
	assert_memory_equal(offender.src, svf_address_get(other.src), ETH_ALEN);
	assert_memory_equal(offender.dst, svf_address_get(other.dst), ETH_ALEN);
	assert_true(now_ns() - offender.time_ns < NS_PER_S / 2);
	age_offender(world, NS_PER_S + NS_PER_S / 10);
	(void)send_frames(world, DEV_V1, &one, 5);
	assert_int_equal(count_events(world, SVF_EVENT_DROP), 2);
}

/* A tenant cannot keep the daemon busy with joins, nor use his storm limit up for the telling. */
void limits_joins(void **state)
{
	static const uint8_t igmp[] = { [0] = 0x45, [9] = 2 };
	const struct svf_frame_spec spec = { .dst = ADDR_GROUP,
					     .src = ADDR_VF1,
					     .type = ETH_P_IP,
					     .l3 = igmp,
					     .l3_len = sizeof(igmp) };
	struct world *world = *state;
	uint64_t took_ns;
	size_t n;

	assert_int_equal(world_set(world, 0, NULL), 0);
	took_ns = send_frames(world, DEV_V1, &spec, SENT);
	n = count_events(world, SVF_EVENT_MCAST);
	assert_true(n >= TOLD);
	assert_true(n <= TOLD + 1 + took_ns * TOLD_RATE / NS_PER_S);
}
