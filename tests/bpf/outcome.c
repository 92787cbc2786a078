// SPDX-License-Identifier: GPL-2.0-only
/*
 * Counters and sightings as text (outcome.h).
 */
#include "outcome.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>
#include <linux/if_ether.h>

#include <cmocka.h>

#define WHO_MAX	  16
#define TAG_MAX	  32
#define VID_MASK  0x0fff
#define PCP_SHIFT 13

struct counter {
	const char *name;
	uint64_t value;
};

/* Counters of somebody in one direction. */
struct receiver {
	const char *who;
	enum svf_direction direction;
	struct svf_stats stats;
	struct svf_drops drops;
};

static void check_stats(const struct receiver *receiver, uint64_t delivered, uint64_t dropped,
			const struct outcome_frame *frame)
{
	const struct svf_stats *stats = &receiver->stats;
	bool broadcast = !memcmp(frame->dst, svf_address_get(ADDR_BROADCAST), ETH_ALEN);
	bool multicast = !broadcast && frame->dst[0] & 1;

	assert_int_equal(stats->packets, delivered);
	assert_int_equal(stats->dropped, dropped);
	assert_int_equal(stats->skbs, delivered / frame->n_packets);
	assert_int_equal(stats->dropped_skbs, dropped / frame->n_packets);
	assert_int_equal(stats->bytes, delivered / frame->n_packets * frame->bytes);
	assert_int_equal(stats->broadcast, broadcast ? delivered : 0);
	assert_int_equal(stats->multicast, multicast ? delivered : 0);
}

static void add_counters(struct words *words, const struct receiver *receiver,
			 const struct counter *counters, size_t n, uint32_t n_packets)
{
	const char *dir = receiver->direction == SVF_DIRECTION_RX ? "rx" : "tx";

	for (size_t i = 0; i < n; i++) {
		if (counters[i].value == n_packets)
			words_add(words, "%s.%s.%s", receiver->who, dir, counters[i].name);
		else if (counters[i].value)
			words_add(words, "%s.%s.%s=%llu", receiver->who, dir, counters[i].name,
				  (unsigned long long)counters[i].value);
	}
}

static void add_receiver(struct words *words, const struct receiver *receiver,
			 const struct outcome_frame *frame)
{
	const struct svf_stats *stats = &receiver->stats;
	const struct svf_drops *drops = &receiver->drops;
	const struct counter verdicts[] = {
#define SVF_X(name, field, help) { #field, stats->field },
		SVF_VERDICTS(SVF_X)
#undef SVF_X
	};
	const struct counter reasons[] = {
#define SVF_X(name, field, help) { #field, drops->field },
		SVF_DROPS(SVF_X)
#undef SVF_X
	};
	uint64_t delivered = 0, dropped = 0;

	for (size_t i = 0; i < SVF_N_VERDICTS; i++)
		delivered += verdicts[i].value;
	for (size_t i = 0; i < SVF_N_DROPS; i++)
		dropped += reasons[i].value;
	check_stats(receiver, delivered, dropped, frame);
	add_counters(words, receiver, verdicts, SVF_N_VERDICTS, frame->n_packets);
	add_counters(words, receiver, reasons, SVF_N_DROPS, frame->n_packets);
}

static void add_u64s(void *sum, const void *part, size_t size)
{
	for (size_t i = 0; i < size / sizeof(uint64_t); i++)
		((uint64_t *)sum)[i] += ((const uint64_t *)part)[i];
}

static void add_one(const struct world *world, struct words *words, const char *who, uint16_t id,
		    enum svf_direction direction, const struct outcome_frame *frame)
{
	struct receiver receiver = { .who = who, .direction = direction };

	assert_int_equal(world_get_stats(world, id, direction, &receiver.stats, &receiver.drops),
			 0);
	add_receiver(words, &receiver, frame);
}

/* The VFs of WORLD_MANY. */
static void add_many(const struct world *world, struct words *words, enum svf_direction direction,
		     const struct outcome_frame *frame)
{
	struct receiver many = { .who = "many", .direction = direction };
	struct svf_stats stats;
	struct svf_drops drops;

	for (uint16_t vf = WORLD_N_VFS; vf < world_n_vfs(world); vf++) {
		assert_int_equal(world_get_stats(world, vf, direction, &stats, &drops), 0);
		assert_true(stats.packets <= frame->n_packets); /* once each */
		add_u64s(&many.stats, &stats, sizeof(stats));
		add_u64s(&many.drops, &drops, sizeof(drops));
	}
	add_receiver(words, &many, frame);
}

static void add_direction(const struct world *world, struct words *words,
			  enum svf_direction direction, const struct outcome_frame *frame)
{
	char who[WHO_MAX];

	for (uint16_t vf = 0; vf < WORLD_N_VFS; vf++) {
		(void)snprintf(who, sizeof(who), "%u", vf);
		add_one(world, words, who, vf, direction, frame);
	}
	add_many(world, words, direction, frame);
	add_one(world, words, "pf", SVF_PF_ID, direction, frame);
	add_one(world, words, "wire", SVF_WIRE_ID, direction, frame);
}

void outcome_format_counts(struct world *world, const struct outcome_frame *frame,
			   char ret_text[WORDS_TEXT_MAX])
{
	struct words *words = calloc(1, sizeof(*words));
	uint64_t n;

	assert_non_null(words);
	add_direction(world, words, SVF_DIRECTION_RX, frame);
	add_direction(world, words, SVF_DIRECTION_TX, frame);
	for (uint32_t vf = 0; vf < WORLD_N_VFS; vf++) {
		n = world_get_redirects(world, vf);
		for (; n; n--)
			words_add(words, "%u.redirects", vf);
	}
	outcome_check_told(world, frame, words);
	words_join(words, ret_text);
	free(words);
}

static void format_tag(char *at, size_t size, char mark, uint16_t tpid, uint16_t tci)
{
	int n = snprintf(at, size, "%c%u", mark, tci & VID_MASK);

	if (tci >> PCP_SHIFT)
		n += snprintf(at + n, size - (size_t)n, ".%u", tci >> PCP_SHIFT);
	if (tpid == ETH_P_8021AD)
		(void)snprintf(at + n, size - (size_t)n, "ad");
	else if (tpid != ETH_P_8021Q)
		(void)snprintf(at + n, size - (size_t)n, "x%x", tpid);
}

static void add_sighting(const struct world *world, struct words *words,
			 const volatile struct svf_sighting *seen)
{
	char tags[WORD_MAX / 2] = "";

	if (seen->meta_tpid)
		format_tag(tags, TAG_MAX, ':', ntohs(seen->meta_tpid), seen->meta_tci);
	for (size_t i = 0; i < SVF_SEEN_TAGS && seen->tags[i].tpid; i++)
		format_tag(tags + strlen(tags), sizeof(tags) - strlen(tags), '+',
			   ntohs(seen->tags[i].tpid), ntohs(seen->tags[i].tci));
	words_add(words, "%s%s%s%s",
		  seen->ifindex == (uint32_t)world->ifindex[DEV_PF]
			  ? "host" /* behind the sorter at its ingress */
			  : world_netdev_name(world, seen->ifindex),
		  tags, seen->mark ? "!mark" : "", seen->tc_index ? "!tc_index" : "");
}

void outcome_format_seen(const struct world *world, char ret_text[WORDS_TEXT_MAX])
{
	struct words *words = calloc(1, sizeof(*words));

	assert_non_null(words);
	for (unsigned int i = 0; i < world_n_seen(world); i++) {
		if (world->sighting[i].type) /* the sentinel's is 0 */
			add_sighting(world, words, &world->sighting[i]);
	}
	words_join(words, ret_text);
	free(words);
}
