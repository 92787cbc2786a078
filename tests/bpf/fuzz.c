// SPDX-License-Identifier: GPL-2.0-only
/*
 * Random frames against the oracle (fuzz.h). All is on one CPU: when the sending system call
 * returns, what came of the frame has been seen, but for what softirqs leave to ksoftirqd.
 */
#include "fuzz.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <arpa/inet.h>

#include <cmocka.h>

#include "frame.h"
#include "oracle.h"
#include "random.h"
#include "world.h"

#define FRAMES	     1000000UL
#define PER_WORLD    2000 /* frames */
#define PER_LIFESIGN 500
#define ENOUGH	     100000
#define TAG_LEN	     4
#define LATE_NS	     1000000000LL /* ... when something has gone wrong */
#define DIFF_MAX     4096

static const uint16_t ids[ORACLE_N_WHO] = { 0, 1, 2, 3, 4, 5, SVF_PF_ID, SVF_WIRE_ID };

/* What the counters must be. */
struct sums {
	struct svf_stats stats[ORACLE_N_WHO][SVF_N_DIRECTIONS];
	struct svf_drops drops[ORACLE_N_WHO][SVF_N_DIRECTIONS];
	uint64_t redirects[WORLD_N_VFS];
};

struct fuzz {
	struct world *world;
	struct random random;
	struct sums sums;
	uint64_t dropped[SVF_N_DROPS]; /* of all worlds */
	uint64_t delivered[SVF_N_VERDICTS];
	uint64_t n_sent;
};

static unsigned long from_environment(const char *name, unsigned long otherwise)
{
	const char *text = getenv(name);

	return text ? strtoul(text, NULL, 0) : otherwise;
}

static uint8_t *put_u16(uint8_t *at, uint16_t value)
{
	*at++ = (uint8_t)(value >> 8);
	*at++ = (uint8_t)value;
	return at;
}

static void build(const struct oracle_frame *frame, bool tag_apart, uint8_t *data)
{
	uint8_t *at = data;

	memset(data, 0, frame->len);
	memcpy(at, frame->dst, ETH_ALEN);
	memcpy(at + ETH_ALEN, frame->src, ETH_ALEN);
	at += 2 * ETH_ALEN;
	for (size_t i = tag_apart; i < frame->n_tags; i++) {
		at = put_u16(at, frame->tags[i].tpid);
		at = put_u16(at, frame->tags[i].tci);
	}
	(void)put_u16(at, frame->type);
}

static enum world_netdev netdev_of(unsigned int from)
{
	if (from == ORACLE_WIRE)
		return DEV_WIRE;
	return from == ORACLE_PF ? DEV_PF : DEV_V0 + from;
}

/* Some tags are in metadata already. */
static void send_frame(struct fuzz *fuzz, unsigned int from, const struct oracle_frame *frame)
{
	const bool tag_apart = from != ORACLE_WIRE && frame->n_tags &&
			       frame->tags[0].tpid < 0x9100 && random_one_in(&fuzz->random, 3);
	uint8_t data[SVF_FRAME_MAX];
	struct svf_dress dress = {};
	int err;

	build(frame, tag_apart, data);
	if (tag_apart)
		dress = (struct svf_dress){
			.ifindex = (__u32)fuzz->world->ifindex[netdev_of(from)],
			.push = 1,
			.tpid_be = htons(frame->tags[0].tpid),
			.tci = frame->tags[0].tci,
		};
	world_set_dress(fuzz->world, &dress);
	err = world_send(fuzz->world, netdev_of(from), 0, data,
			 frame->len - (tag_apart ? TAG_LEN : 0));
	assert_true(!err || err == -ENOBUFS);
}

static int64_t now_ns(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000LL + ts.tv_nsec;
}

static void wait_for(const struct world *world, size_t n)
{
	int64_t deadline = 0;

	while (world_n_seen(world) < n) {
		if (!deadline)
			deadline = now_ns() + LATE_NS;
		else if (now_ns() > deadline)
			return;
		(void)nanosleep(&(struct timespec){ .tv_nsec = 50000 }, NULL);
	}
}

/* The sighting's n-th tag from outside; tpid 0: none. */
static struct oracle_tag seen_tag(const volatile struct svf_sighting *seen, size_t n)
{
	struct oracle_tag tag = {};

	if (seen->meta_tpid && !n)
		return (struct oracle_tag){ ntohs(seen->meta_tpid), seen->meta_tci };
	n -= seen->meta_tpid ? 1 : 0;
	if (n < SVF_SEEN_TAGS && seen->tags[n].tpid)
		tag = (struct oracle_tag){ ntohs(seen->tags[n].tpid), ntohs(seen->tags[n].tci) };
	return tag;
}

static bool is_same(const struct world *world, const struct oracle_sight *sight,
		    const struct oracle_frame *frame, const volatile struct svf_sighting *seen)
{
	struct oracle_tag tag;
	size_t len = frame->len - frame->n_tags * TAG_LEN + sight->n_tags * TAG_LEN;

	if ((int)seen->ifindex != world->ifindex[sight->dev] || seen->mark || seen->tc_index ||
	    memcmp((const void *)seen->dst, frame->dst, ETH_ALEN) != 0 ||
	    memcmp((const void *)seen->src, frame->src, ETH_ALEN) != 0 ||
	    seen->len + (seen->meta_tpid ? TAG_LEN : 0) != len)
		return false;
	for (size_t i = 0; i < SVF_SEEN_TAGS; i++) {
		tag = seen_tag(seen, i);
		if (i >= sight->n_tags) {
			if (tag.tpid)
				return false;
			continue;
		}
		if (tag.tpid != sight->tags[i].tpid || tag.tci != sight->tags[i].tci)
			return false;
	}
	return true;
}

static void add(char *text, const char *format, ...)
{
	size_t at = strlen(text);
	va_list args;

	va_start(args, format);
	(void)vsnprintf(text + at, DIFF_MAX - at, format, args);
	va_end(args);
}

static void describe(const struct world *world, unsigned int from, const struct oracle_frame *frame,
		     const struct oracle_fate *fate, char *text)
{
	struct oracle_tag tag;

	add(text, "from %u: dst ", from);
	for (int i = 0; i < ETH_ALEN; i++)
		add(text, "%02x", frame->dst[i]);
	add(text, " src ");
	for (int i = 0; i < ETH_ALEN; i++)
		add(text, "%02x", frame->src[i]);
	add(text, " type %04x len %zu tags", frame->type, frame->len);
	for (size_t i = 0; i < frame->n_tags; i++)
		add(text, " %04x:%04x", frame->tags[i].tpid, frame->tags[i].tci);
	add(text, "\n  expected:");
	for (size_t i = 0; i < fate->n_sights; i++) {
		add(text, " %s",
		    world_netdev_name(world, (uint32_t)world->ifindex[fate->sights[i].dev]));
		for (size_t j = 0; j < fate->sights[i].n_tags; j++)
			add(text, "+%04x:%04x", fate->sights[i].tags[j].tpid,
			    fate->sights[i].tags[j].tci);
	}
	for (size_t i = 0; i < fate->n_ends; i++)
		add(text, " (%u.%u %s %u)", fate->ends[i].who, fate->ends[i].direction,
		    fate->ends[i].is_drop ? "drop" : "verdict", fate->ends[i].what);
	add(text, " redirect %d\n  seen:", fate->redirect);
	for (unsigned int i = 0; i < world_n_seen(world); i++) {
		add(text, " %s", world_netdev_name(world, world->sighting[i].ifindex));
		for (size_t j = 0; j < SVF_SEEN_TAGS; j++) {
			tag = seen_tag(&world->sighting[i], j);
			if (tag.tpid)
				add(text, "+%04x:%04x", tag.tpid, tag.tci);
		}
		add(text, "(%u)", world->sighting[i].len);
	}
}

/* Everybody who must see it does, as he must, and nobody else. */
static void check_seen(const struct fuzz *fuzz, unsigned int from, const struct oracle_frame *frame,
		       const struct oracle_fate *fate)
{
	const struct world *world = fuzz->world;
	char text[DIFF_MAX] = "";
	size_t i = 0, j, n;

	wait_for(world, fate->n_sights);
	n = world_n_seen(world);
	for (; i < fate->n_sights; i++) {
		for (j = 0; j < n; j++) {
			if (is_same(world, &fate->sights[i], frame, &world->sighting[j]))
				break;
		}
		if (j == n)
			break;
	}
	if (n == fate->n_sights && i == n)
		return;
	describe(world, from, frame, fate, text);
	fail_msg("frame %llu %s", (unsigned long long)fuzz->n_sent, text);
}

static void account(struct fuzz *fuzz, const struct oracle_frame *frame,
		    const struct oracle_fate *fate)
{
	static const uint8_t broadcast[] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };
	struct sums *sums = &fuzz->sums;

	if (fate->redirect >= 0)
		sums->redirects[fate->redirect]++;
	for (size_t i = 0; i < fate->n_ends; i++) {
		const struct oracle_end *end = &fate->ends[i];
		struct svf_stats *stats = &sums->stats[end->who][end->direction];

		if (end->is_drop) {
			stats->dropped++;
			stats->dropped_skbs++;
			((__u64 *)&sums->drops[end->who][end->direction])[end->what]++;
			fuzz->dropped[end->what]++;
			continue;
		}
		stats->packets++;
		stats->skbs++;
		stats->bytes += fate->bytes;
		if (!memcmp(frame->dst, broadcast, ETH_ALEN))
			stats->broadcast++;
		else if (frame->dst[0] & 1)
			stats->multicast++;
		((__u64 *)(stats + 1) - SVF_N_VERDICTS)[end->what]++;
		fuzz->delivered[end->what]++;
	}
}

static void check_sums(const struct fuzz *fuzz)
{
	struct svf_stats stats;
	struct svf_drops drops;

	for (unsigned int who = 0; who < ORACLE_N_WHO; who++) {
		for (enum svf_direction d = 0; d < SVF_N_DIRECTIONS; d++) {
			assert_int_equal(world_get_stats(fuzz->world, ids[who], d, &stats, &drops),
					 0);
			assert_memory_equal(&stats, &fuzz->sums.stats[who][d], sizeof(stats));
			assert_memory_equal(&drops, &fuzz->sums.drops[who][d], sizeof(drops));
		}
	}
	for (uint32_t vf = 0; vf < WORLD_N_VFS; vf++)
		assert_int_equal(world_get_redirects(fuzz->world, vf), fuzz->sums.redirects[vf]);
}

/* A random world, and frames in it from `from`; WORLD_N_VFS > from: from any VF. */
static void run_world(struct fuzz *fuzz, unsigned int from, unsigned long n)
{
	struct world *world = fuzz->world;
	struct oracle_frame frame;
	struct oracle_fate fate;

	random_setup(&fuzz->random, world, &world->setup, &world->flags);
	memset(&fuzz->sums, 0, sizeof(fuzz->sums));
	assert_int_equal(world_publish(world), 0);
	for (unsigned long i = 0; i < n; i++) {
		if (i % PER_LIFESIGN == 0)
			assert_int_equal(world_keep_alive(world), 0);
		if (from < WORLD_N_VFS)
			from = random_below(&fuzz->random, WORLD_N_VFS);
		random_frame(&fuzz->random, &world->setup, from, &frame);
		oracle_judge(world, from, &frame, &fate);
		world_forget_seen(world);
		send_frame(fuzz, from, &frame);
		check_seen(fuzz, from, &frame, &fate);
		account(fuzz, &frame, &fate);
		fuzz->n_sent++;
	}
	check_sums(fuzz);
}

/* What the frames came to, so that it shows what was tried. */
static void tell(const struct fuzz *fuzz, const char *side)
{
	printf("# %llu random frames from %s:", (unsigned long long)fuzz->n_sent, side);
#define SVF_X(name, field, help)                                                                   \
	if (fuzz->delivered[SVF_VERDICT_##name])                                                   \
		printf(" " #field " %llu", (unsigned long long)fuzz->delivered[SVF_VERDICT_##name]);
	SVF_VERDICTS(SVF_X)
#undef SVF_X
#define SVF_X(name, field, help)                                                                   \
	if (fuzz->dropped[SVF_DROP_##name])                                                        \
		printf(" " #field " %llu", (unsigned long long)fuzz->dropped[SVF_DROP_##name]);
	SVF_DROPS(SVF_X)
#undef SVF_X
	printf("\n");
}

static void run(struct world *world, unsigned int from, unsigned long n, struct fuzz *fuzz)
{
	*fuzz = (struct fuzz){ .world = world,
			       .random.state = from_environment("SVF_SEED", 1) * 1000003 + from };
	for (unsigned long done = 0; done < n; done += PER_WORLD)
		run_world(fuzz, from, n - done < PER_WORLD ? n - done : PER_WORLD);
	world_set_dress(world, NULL);
}

/* Enough frames break each of these rules. */
static void need(const struct fuzz *fuzz, const unsigned int *reasons, size_t n)
{
	for (size_t i = 0; i < n && fuzz->n_sent >= ENOUGH; i++)
		assert_true(fuzz->dropped[reasons[i]] != 0);
}

void fuzz_from_vfs(void **state)
{
	static const unsigned int reasons[] = {
		SVF_DROP_LINK_DOWN,   SVF_DROP_MTU,	SVF_DROP_MALFORMED, SVF_DROP_SPOOF_MAC,
		SVF_DROP_SPOOF_VLAN,  SVF_DROP_CONTROL, SVF_DROP_STORM,	    SVF_DROP_ISOLATION,
		SVF_DROP_HOST_ACCESS, SVF_DROP_TO_SELF, SVF_DROP_PPS,
	};
	struct fuzz fuzz;

	run(*state, 0, from_environment("SVF_FUZZ_FRAMES", FRAMES), &fuzz);
	tell(&fuzz, "VFs");
	need(&fuzz, reasons, sizeof(reasons) / sizeof(reasons[0]));
}

void fuzz_from_wire(void **state)
{
	static const unsigned int reasons[] = { SVF_DROP_LINK_DOWN,  SVF_DROP_MTU,
						SVF_DROP_STORM,	     SVF_DROP_ISOLATION,
						SVF_DROP_SRC_PRUNE,  SVF_DROP_PPS,
						SVF_DROP_HOST_ACCESS };
	struct fuzz fuzz;

	run(*state, ORACLE_WIRE, from_environment("SVF_FUZZ_FRAMES", FRAMES), &fuzz);
	tell(&fuzz, "the wire");
	need(&fuzz, reasons, sizeof(reasons) / sizeof(reasons[0]));
}

void fuzz_from_host(void **state)
{
	static const unsigned int reasons[] = { SVF_DROP_LINK_DOWN, SVF_DROP_MTU,
						SVF_DROP_HOST_ACCESS, SVF_DROP_PPS };
	struct fuzz fuzz;

	run(*state, ORACLE_PF, from_environment("SVF_FUZZ_FRAMES", FRAMES) / 10, &fuzz);
	tell(&fuzz, "the host");
	need(&fuzz, reasons, sizeof(reasons) / sizeof(reasons[0]));
}
