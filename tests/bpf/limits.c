// SPDX-License-Identifier: GPL-2.0-only
/*
 * What depends on time (limits.h): limits on frames a second and what is told how often.
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
#define PPS_BURST 64  /* of max_tx_pps, at least */
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

/* Five superframes of n_segs from VF 1 to `dst`. */
static void send_superframes(struct world *world, const char *set, enum svf_address dst,
			     uint32_t n_segs)
{
	const struct svf_frame_spec spec = { .dst = dst, .src = ADDR_VF1, .len = 1400 };
	struct __sk_buff skb = { .ifindex = (__u32)world->ifindex[DEV_R1],
				 .gso_size = SVF_GSO_SIZE_MIN,
				 .gso_segs = n_segs };
	uint8_t data[SVF_FRAME_MAX];
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = data,
		    .data_size_in = (__u32)svf_frame_build(&spec, data), .ctx_in = &skb,
		    .ctx_size_in = sizeof(skb), .repeat = 5);
	const uint64_t begin = now_ns();

	assert_int_equal(world_set(world, 0, set), 0);
	assert_int_equal(
		bpf_prog_test_run_opts(world_program_fd(world, PROG_PORT_TC, false), &opts), 0);
	if (now_ns() - begin > NS_PER_S / 40)
		skip();
	(void)world_settle(world, 0);
}

static void check_superframes(struct world *world, uint16_t vf, enum svf_direction direction,
			      enum svf_drop reason, const uint32_t n_segs[2])
{
	struct svf_stats stats;
	struct svf_drops drops;

	assert_int_equal(world_get_stats(world, vf, direction, &stats, &drops), 0);
	assert_int_equal(stats.packets, n_segs[0]);
	assert_int_equal(stats.skbs + stats.dropped_skbs, 5);
	assert_int_equal(((__u64 *)&drops)[reason], n_segs[1]);
	assert_int_equal(stats.dropped, n_segs[1]);
}

/* A superframe takes as much of the limit as the frames it becomes. */
void limits_storm_superframes(void **state)
{
	const uint32_t n = BURST / 2 - 1, n_segs[2] = { 2 * n, 3 * n };

	send_superframes(*state, "all.bcast=0 1.storm=1000", ADDR_BROADCAST, n);
	check_superframes(*state, 1, SVF_DIRECTION_TX, SVF_DROP_STORM, n_segs);
}

/* ... of which one passes however many they are. */
void limits_pps_superframes(void **state)
{
	const uint32_t n = BURST / 2 - 1, n_segs[2] = { 2 * n, 3 * n },
		       n_large[2] = { 2 * BURST, 8 * BURST }, n_45[2] = { 45, 4 * 45 };
	struct world *world = *state;

	send_superframes(world, "1.max_tx_pps=1000", ADDR_FAR, n);
	check_superframes(world, 1, SVF_DIRECTION_TX, SVF_DROP_PPS, n_segs);
	send_superframes(world, "0.max_rx_pps=1000", ADDR_VF0, n);
	check_superframes(world, 0, SVF_DIRECTION_RX, SVF_DROP_PPS, n_segs);
	send_superframes(world, "1.max_tx_pps=1000", ADDR_FAR, 2 * BURST);
	check_superframes(world, 1, SVF_DIRECTION_TX, SVF_DROP_PPS, n_large);
	send_superframes(world, "1.max_tx_pps=100", ADDR_FAR, 45);
	check_superframes(world, 1, SVF_DIRECTION_TX, SVF_DROP_PPS, n_45);
}

static void check_pps(struct world *world, const char *set, const struct svf_frame_spec *spec,
		      uint16_t vf, enum svf_direction direction)
{
	struct svf_stats stats;
	struct svf_drops drops;
	uint64_t took_ns;

	assert_int_equal(world_set(world, 0, set), 0);
	took_ns = send_frames(world, spec->src == ADDR_FAR ? DEV_WIRE : DEV_V1, spec, SENT);
	assert_int_equal(world_get_stats(world, vf, direction, &stats, &drops), 0);
	assert_int_equal(stats.packets + drops.pps, SENT);
	assert_int_equal(stats.dropped, drops.pps);
	assert_true(stats.packets >= BURST);
	assert_true(stats.packets <= BURST + 1 + took_ns * LIMIT / NS_PER_S);
	assert_true(drops.pps != 0);
}

void limits_pps(void **state)
{
	const struct svf_frame_spec out = { .dst = ADDR_FAR, .src = ADDR_VF1 },
				    in = { .dst = ADDR_VF1, .src = ADDR_FAR },
				    all = { .dst = ADDR_BROADCAST, .src = ADDR_FAR };

	check_pps(*state, "1.max_tx_pps=1000", &out, 1, SVF_DIRECTION_TX);
	check_pps(*state, "1.max_rx_pps=1000", &in, 1, SVF_DIRECTION_RX);
	check_pps(*state, "1.max_rx_pps=1000", &all, 1, SVF_DIRECTION_RX);
	/* The limit of all it sends has nothing to do with storm's. */
	check_pps(*state, "1.max_tx_pps=1000 1.storm=1 1.max_rx_pps=1", &out, 1, SVF_DIRECTION_TX);
}

/* What comes out of the shaper has been charged. */
void limits_pps_shaped(void **state)
{
	const struct svf_frame_spec out = { .dst = ADDR_FAR, .src = ADDR_VF1 };

	check_pps(*state, "1.max_tx_pps=1000 1.shaped=1", &out, 1, SVF_DIRECTION_TX);
}

/* However low, a limit lets a superframe's worth through. */
void limits_pps_least(void **state)
{
	const struct svf_frame_spec out = { .dst = ADDR_FAR, .src = ADDR_VF1 };
	struct world *world = *state;
	struct svf_stats stats;
	struct svf_drops drops;

	assert_int_equal(world_set(world, 0, "1.max_tx_pps=1"), 0);
	if (send_frames(world, DEV_V1, &out, SENT) > NS_PER_S)
		skip();
	assert_int_equal(world_get_stats(world, 1, SVF_DIRECTION_TX, &stats, &drops), 0);
	assert_int_equal(stats.packets, PPS_BURST);
	assert_int_equal(drops.pps, SENT - PPS_BURST);
}

/* The rate and one burst, never more; less only for what the machine did not send. */
void limits_pps_rate(void **state)
{
	const struct svf_frame_spec out = { .dst = ADDR_FAR, .src = ADDR_VF1 };
	const uint64_t rate = 5000;
	struct world *world = *state;
	struct svf_stats stats;
	struct svf_drops drops;
	uint64_t begin, allowed;

	assert_int_equal(world_set(world, 0, "1.max_tx_pps=5000"), 0);
	begin = now_ns();
	while (now_ns() - begin < NS_PER_S)
		(void)send_frames(world, DEV_V1, &out, BURST);
	allowed = rate / 10 + (now_ns() - begin) * rate / NS_PER_S;
	assert_int_equal(world_get_stats(world, 1, SVF_DIRECTION_TX, &stats, &drops), 0);
	if (stats.packets + drops.pps < 2 * allowed)
		skip();
	assert_in_range(stats.packets, allowed - allowed / 20, allowed + 1);
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
