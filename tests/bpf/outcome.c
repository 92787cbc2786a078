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

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include <cmocka.h>

#include "frame.h"

#include "svf_probe.skel.h"

#define N_MAX_WORDS 512
#define WORD_MAX    64
#define VID_MASK    0x0fff
#define PCP_SHIFT   13

struct words {
	char word[N_MAX_WORDS][WORD_MAX];
	size_t n;
};

struct counter {
	const char *name;
	uint64_t value;
};

/* Expectations all receivers share. */
struct account {
	uint32_t n_packets; /* one frame counts for */
	size_t len;
	const uint8_t *dst;
};

static void add_word(struct words *words, const char *format, ...)
{
	va_list args;

	assert_true(words->n < N_MAX_WORDS);
	va_start(args, format);
	(void)vsnprintf(words->word[words->n++], WORD_MAX, format, args);
	va_end(args);
}

static int compare(const void *a, const void *b)
{
	return strcmp(a, b);
}

/* Sorted and joined; equal words become one with *n behind it. */
static void join(struct words *words, char ret_text[SVF_OUTCOME_MAX])
{
	size_t at = 0, n;

	qsort(words->word, words->n, WORD_MAX, compare);
	ret_text[0] = '\0';
	for (size_t i = 0; i < words->n; i += n) {
		for (n = 1; i + n < words->n && !strcmp(words->word[i], words->word[i + n]); n++)
			;
		at += (size_t)snprintf(ret_text + at, SVF_OUTCOME_MAX - at, "%s%s", i ? " " : "",
				       words->word[i]);
		if (n > 1)
			at += (size_t)snprintf(ret_text + at, SVF_OUTCOME_MAX - at, "*%zu", n);
		assert_true(at < SVF_OUTCOME_MAX);
	}
}

static void check_stats(const struct svf_stats *stats, uint64_t delivered, uint64_t dropped,
			const struct account *account)
{
	bool broadcast = !memcmp(account->dst, svf_address_get(ADDR_BROADCAST), ETH_ALEN);
	bool multicast = !broadcast && account->dst[0] & 1;

	assert_int_equal(stats->packets, delivered);
	assert_int_equal(stats->dropped, dropped);
	assert_int_equal(stats->bytes, delivered / account->n_packets * account->len);
	assert_int_equal(stats->broadcast, broadcast ? delivered : 0);
	assert_int_equal(stats->multicast, multicast ? delivered : 0);
}

static void add_counters(struct words *words, const char *who, const char *direction,
			 const struct counter *counters, size_t n, uint32_t n_packets)
{
	for (size_t i = 0; i < n; i++) {
		if (counters[i].value == n_packets)
			add_word(words, "%s.%s.%s", who, direction, counters[i].name);
		else if (counters[i].value)
			add_word(words, "%s.%s.%s=%llu", who, direction, counters[i].name,
				 (unsigned long long)counters[i].value);
	}
}

static void add_receiver(struct words *words, const char *who, enum svf_direction direction,
			 const struct svf_stats *stats, const struct svf_drops *drops,
			 const struct account *account)
{
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
	const char *dir = direction == SVF_DIRECTION_RX ? "rx" : "tx";
	uint64_t delivered = 0, dropped = 0;

	for (size_t i = 0; i < SVF_N_VERDICTS; i++)
		delivered += verdicts[i].value;
	for (size_t i = 0; i < SVF_N_DROPS; i++)
		dropped += reasons[i].value;
	check_stats(stats, delivered, dropped, account);
	add_counters(words, who, dir, verdicts, SVF_N_VERDICTS, account->n_packets);
	add_counters(words, who, dir, reasons, SVF_N_DROPS, account->n_packets);
}

static void add_u64s(void *sum, const void *part, size_t size)
{
	for (size_t i = 0; i < size / sizeof(uint64_t); i++)
		((uint64_t *)sum)[i] += ((const uint64_t *)part)[i];
}

static void add_direction(const struct world *world, struct words *words,
			  enum svf_direction direction, const struct account *account)
{
	struct svf_stats stats, many_stats = {};
	struct svf_drops drops, many_drops = {};
	char who[WORD_MAX];

	for (uint16_t vf = 0; vf < world_n_vfs(world); vf++) {
		assert_int_equal(world_get_stats(world, vf, direction, &stats, &drops), 0);
		if (vf >= WORLD_N_VFS) {
			assert_true(stats.packets <= account->n_packets); /* once each */
			add_u64s(&many_stats, &stats, sizeof(stats));
			add_u64s(&many_drops, &drops, sizeof(drops));
			continue;
		}
		(void)snprintf(who, sizeof(who), "%u", vf);
		add_receiver(words, who, direction, &stats, &drops, account);
	}
	add_receiver(words, "many", direction, &many_stats, &many_drops, account);
	assert_int_equal(world_get_stats(world, SVF_PF_ID, direction, &stats, &drops), 0);
	add_receiver(words, "pf", direction, &stats, &drops, account);
}

void outcome_format_counts(const struct world *world, uint32_t n_packets, size_t len,
			   const uint8_t *dst, char ret_text[SVF_OUTCOME_MAX])
{
	struct account account = { .n_packets = n_packets, .len = len, .dst = dst };
	struct words *words = calloc(1, sizeof(*words));

	assert_non_null(words);
	add_direction(world, words, SVF_DIRECTION_RX, &account);
	add_direction(world, words, SVF_DIRECTION_TX, &account);
	join(words, ret_text);
	free(words);
}

static void add_sighting(const struct world *world, struct words *words,
			 const struct svf_sighting *seen)
{
	char tag[WORD_MAX / 2] = "";
	unsigned int pcp = seen->tci >> PCP_SHIFT;

	if (seen->has_tag && pcp)
		(void)snprintf(tag, sizeof(tag), ":%u.%u", seen->tci & VID_MASK, pcp);
	else if (seen->has_tag)
		(void)snprintf(tag, sizeof(tag), ":%u", seen->tci & VID_MASK);
	add_word(words, "%s%s%s%s%s%s",
		 seen->ifindex == (uint32_t)world->ifindex[DEV_PF]
			 ? "host" /* behind the sorter at its ingress */
			 : world_netdev_name(world, seen->ifindex),
		 tag, seen->has_tag && seen->tpid_be == htons(ETH_P_8021AD) ? "ad" : "",
		 seen->type_be == htons(ETH_P_8021Q) ? "+tag" : "", seen->mark ? "!mark" : "",
		 seen->tc_index ? "!tc_index" : "");
}

void outcome_format_seen(const struct world *world, char ret_text[SVF_OUTCOME_MAX])
{
	int fd = bpf_map__fd(world->probe->maps.sightings);
	struct words *words = calloc(1, sizeof(*words));
	struct svf_sighting seen;

	assert_non_null(words);
	for (uint32_t i = 0; i < world->probe->bss->n_sightings; i++) {
		assert_int_equal(bpf_map_lookup_elem(fd, &i, &seen), 0);
		if (seen.type_be) /* the sentinel's is 0 */
			add_sighting(world, words, &seen);
	}
	join(words, ret_text);
	free(words);
}

void outcome_format_expected(const char *text, char ret_text[SVF_OUTCOME_MAX])
{
	struct words *words = calloc(1, sizeof(*words));
	char *copy = strdup(text ? text : ""), *rest = copy, *word;

	assert_non_null(words);
	assert_non_null(copy);
	while ((word = strsep(&rest, " ")) != NULL) {
		if (*word)
			add_word(words, "%s", word);
	}
	join(words, ret_text);
	free(copy);
	free(words);
}

unsigned int outcome_count_words(const char *text)
{
	unsigned int n = 0;
	const char *times;

	for (const char *at = text ? text : ""; *at; at += strcspn(at, " ")) {
		at += strspn(at, " ");
		if (!*at)
			break;
		times = at + strcspn(at, "* ");
		n += *times == '*' ? (unsigned int)strtoul(times + 1, NULL, 0) : 1;
	}
	return n;
}
