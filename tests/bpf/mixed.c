// SPDX-License-Identifier: GPL-2.0-only
/*
 * Two configurations whose fields must agree (mixed.h). What shows a mixture: a frame at the wire
 * from one's address with the other's tag, one delivered to one's address in the other's VLAN,
 * or a broadcast that reaches the host or another VF, or does not, though the one in force when it
 * was sent says otherwise. The host is asked about behind a fan-out of tens of us: without a
 * grace period between changes the configuration can be another's by then.
 */
#include "mixed.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <arpa/inet.h>
#include <linux/if_packet.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include <cmocka.h>

#include "../../loader/sorter.h"
#include "frame.h"
#include "world.h"

#include "svf_sorter.skel.h"

#define FRAMES	  1000000UL
#define CHANGED	  1 /* the VF */
#define N_STATES  2
#define BATCH	  200 /* frames of one system call: none is lost in the backlog */
#define N_CROWD	  58  /* VFs that get the broadcasts */
#define LOOPBACK  1   /* ifindex; takes what the crowd gets and drops it */
#define PCP_SHIFT 13

/* Of frames; each for either state. */
enum kind {
	KIND_SENT = 0,	    /* by the VF, from one's address */
	KIND_GOT = 2,	    /* from the wire, to one's address in the other's VLAN */
	KIND_BROADCAST = 4, /* by the VF, from one's address */
	N_KINDS = 6,
};
#define BROADCAST_EVERY 20 /* frames, one of each state */

/* The maps of the world, for the loader's code (instead of loader/sorter.c). */
struct svf_sorter {
	int map_fd[SVF_N_MAPS];
};

struct changer {
	const struct svf_sorter *sorter;
	struct svf_vf_config states[N_STATES];
	atomic_bool done;
	atomic_int err;
	atomic_ulong n_changes;
};

static const enum svf_address macs[N_STATES] = { ADDR_EXTRA, ADDR_EXTRA2 };
static const uint16_t vlans[N_STATES] = { 10, 20 };
static const uint8_t priorities[N_STATES] = { 1, 2 };
static const uint8_t host_access[N_STATES] = { 1, 0 };
static const uint8_t isolations[N_STATES] = { SVF_ISOLATION_VEB, SVF_ISOLATION_PRIVATE };

int svf_sorter_map_fd(const struct svf_sorter *sorter, enum svf_map which)
{
	return sorter->map_fd[which];
}

static void find_maps(const struct world *world, struct svf_sorter *ret_sorter)
{
	static const char *const names[SVF_N_MAPS] = {
#define SVF_X(name) [SVF_MAP_##name] = #name,
		SVF_MAPS(SVF_X)
#undef SVF_X
	};

	for (enum svf_map i = 0; i < SVF_N_MAPS; i++)
		ret_sorter->map_fd[i] =
			bpf_object__find_map_fd_by_name(world->sorter->obj, names[i]);
}

/* Not on the CPU that judges. */
static void leave_cpu(void)
{
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	for (int cpu = 1; cpu < CPU_SETSIZE; cpu++)
		CPU_SET(cpu, &cpus);
	(void)sched_setaffinity(0, sizeof(cpus), &cpus); /* or there is but one */
}

static void *change(void *arg)
{
	struct changer *changer = arg;
	unsigned int i = 0;
	int err;

	leave_cpu();
	while (!changer->done) {
		err = svf_sorter_set_vf(changer->sorter, CHANGED, &changer->states[i++ % N_STATES]);
		if (err)
			changer->err = err;
		changer->n_changes++;
	}
	return NULL;
}

/* VFs with a trunk that has both VLANs. */
static void add_crowd(struct world *world)
{
	const struct svf_sorter_bpf *s = world->sorter;
	struct svf_vlan_key list = { .vlan = SVF_VLAN_TRUNK };
	struct svf_vlan_members members = {};
	struct svf_vf_config config = world->setup.vfs[CHANGED];
	const __u32 zero = 0;

	config.has_trunk = 1;
	for (int i = 0; i < N_STATES; i++)
		config.trunk[0] |= 1ULL << vlans[i];
	for (__u32 vf = WORLD_N_VFS; vf < WORLD_N_VFS + N_CROWD; vf++) {
		/* One of them is looked at. */
		config.representor = vf == WORLD_N_VFS ? (__u32)world->ifindex[DEV_MANY] : LOOPBACK;
		members.vf[members.count++] = (__u16)vf;
		assert_int_equal(
			bpf_map_update_elem(bpf_map__fd(s->maps.svf_vfs), &vf, &config, BPF_ANY),
			0);
	}
	assert_int_equal(
		bpf_map_update_elem(bpf_map__fd(s->maps.svf_vlans), &list, &members, BPF_ANY), 0);
	world->setup.policy.trunks = N_CROWD;
	assert_int_equal(bpf_map_update_elem(bpf_map__fd(s->maps.svf_policy), &zero,
					     &world->setup.policy, BPF_ANY),
			 0);
}

/* The VF is in both VLANs' indexes, as it is while the loader changes it. */
static void set_up(struct world *world, struct changer *changer)
{
	const struct svf_sorter_bpf *s = world->sorter;
	struct svf_fdb_owners owners = { .count = 1, .vf = { CHANGED } };
	struct svf_vlan_members members = { .count = 1, .vf = { CHANGED } };

	assert_int_equal(world_set(world, 0, NULL), 0);
	for (int i = 0; i < N_STATES; i++) {
		struct svf_fdb_key key = { .vlan = vlans[i] };
		struct svf_vlan_key list = { .vlan = vlans[i] };
		struct svf_vf_config *config = &changer->states[i];

		*config = world->setup.vfs[CHANGED];
		memcpy(config->mac, svf_address_get(macs[i]), ETH_ALEN);
		config->vlan = vlans[i];
		config->qos = priorities[i];
		config->host_access = host_access[i];
		config->isolation = isolations[i];
		for (int j = 0; j < N_STATES; j++) { /* whatever address is asked for */
			memcpy(key.mac, svf_address_get(macs[j]), ETH_ALEN);
			assert_int_equal(bpf_map_update_elem(bpf_map__fd(s->maps.svf_fdb), &key,
							     &owners, BPF_ANY),
					 0);
		}
		assert_int_equal(bpf_map_update_elem(bpf_map__fd(s->maps.svf_vlans), &list,
						     &members, BPF_ANY),
				 0);
	}
}

static enum kind kind_of(unsigned int i)
{
	if (i % BROADCAST_EVERY < N_STATES)
		return KIND_BROADCAST + i % BROADCAST_EVERY;
	return i % KIND_BROADCAST;
}

static bool is_sent(enum kind kind)
{
	return kind < KIND_GOT || kind >= KIND_BROADCAST;
}

static size_t build(enum kind kind, uint8_t *data)
{
	const int state = kind % N_STATES;
	struct svf_frame_spec spec = {};

	if (is_sent(kind)) {
		spec.src = macs[state];
		spec.dst = kind < KIND_GOT ? ADDR_FAR : ADDR_BROADCAST;
	} else {
		spec.dst = macs[state];
		spec.tags[0] = (struct svf_tag_spec){ .tpid = ETH_P_8021Q, .vid = vlans[!state] };
	}
	return svf_frame_build(&spec, data);
}

struct batch {
	uint8_t data[N_KINDS][SVF_FRAME_MAX];
	struct iovec parts[BATCH];
	struct sockaddr_ll to[N_KINDS];
	struct mmsghdr messages[BATCH];
};

static void build_batch(const struct world *world, struct batch *batch)
{
	size_t len[N_KINDS];

	for (enum kind i = 0; i < N_KINDS; i++) {
		len[i] = build(i, batch->data[i]);
		batch->to[i] = (struct sockaddr_ll){
			.sll_family = AF_PACKET,
			.sll_ifindex = world->ifindex[is_sent(i) ? DEV_V0 + CHANGED : DEV_WIRE],
			.sll_halen = ETH_ALEN,
		};
	}
	for (unsigned int i = 0; i < BATCH; i++) {
		const enum kind kind = kind_of(i);

		batch->parts[i] =
			(struct iovec){ .iov_base = batch->data[kind], .iov_len = len[kind] };
		batch->messages[i].msg_hdr = (struct msghdr){
			.msg_name = &batch->to[kind],
			.msg_namelen = sizeof(batch->to[kind]),
			.msg_iov = &batch->parts[i],
			.msg_iovlen = 1,
		};
	}
}

/* What was seen, by state. */
struct seen {
	unsigned long at_wire[N_STATES];
	unsigned long broadcasts[N_STATES]; /* at the wire */
	unsigned long at_host[N_STATES];
	unsigned long in_crowd[N_STATES];
	unsigned long n_mixtures;
};

static void note(const struct world *world, const volatile struct svf_sighting *sighting,
		 struct seen *seen)
{
	const int state =
		memcmp((const void *)sighting->src, svf_address_get(macs[0]), ETH_ALEN) ? 1 : 0;
	const bool is_own_tag =
		sighting->meta_tci == (priorities[state] << PCP_SHIFT | vlans[state]);

	if ((int)sighting->ifindex == world->ifindex[DEV_V0 + CHANGED]) {
		seen->n_mixtures++; /* in the other's VLAN */
	} else if ((int)sighting->ifindex == world->ifindex[DEV_WIRE]) {
		seen->n_mixtures += !is_own_tag;
		seen->at_wire[state]++;
		seen->broadcasts[state] += sighting->dst[0] & 1;
	} else if ((int)sighting->ifindex == world->ifindex[DEV_PF] && sighting->dst[0] & 1) {
		seen->n_mixtures += !is_own_tag || !host_access[state];
		seen->at_host[state]++;
	} else if ((int)sighting->ifindex == world->ifindex[DEV_SINK] && sighting->type) {
		seen->n_mixtures += isolations[state] != SVF_ISOLATION_VEB;
		seen->in_crowd[state]++;
	}
}

/* Sends until `n` frames have been judged. */
static void judge(struct world *world, unsigned long n, struct seen *seen)
{
	struct batch *batch = calloc(1, sizeof(*batch));

	assert_non_null(batch);
	build_batch(world, batch);
	for (unsigned long sent = 0; sent < n; sent += BATCH) {
		world_forget_seen(world);
		assert_int_equal(sendmmsg(world->packet, batch->messages, BATCH, 0), BATCH);
		for (unsigned int i = 0; i < world_n_seen(world); i++)
			note(world, &world->sighting[i], seen);
	}
	(void)world_settle(world, 0);
	free(batch);
}

static void check_all_counted(const struct world *world, unsigned long n)
{
	unsigned long n_sent = 0;
	struct svf_stats stats;
	struct svf_drops drops;

	for (unsigned int i = 0; i < BATCH; i++)
		n_sent += is_sent(kind_of(i));
	n_sent *= n / BATCH;
	assert_int_equal(world_get_stats(world, CHANGED, SVF_DIRECTION_TX, &stats, &drops), 0);
	assert_int_equal(stats.packets + stats.dropped, n_sent);
	assert_int_equal(stats.tc + stats.flood + drops.spoof_mac, n_sent);
	assert_int_equal(world_get_stats(world, SVF_WIRE_ID, SVF_DIRECTION_RX, &stats, &drops), 0);
	assert_int_equal(stats.pass, n - n_sent);
}

void mixed_never(void **state)
{
	const char *text = getenv("SVF_MIXED_FRAMES");
	const unsigned long n = (text ? strtoul(text, NULL, 0) : FRAMES) / BATCH * BATCH;
	struct seen seen = {};
	struct world *world = *state;
	struct svf_sorter sorter;
	struct changer changer = { .sorter = &sorter };
	pthread_t thread;

	find_maps(world, &sorter);
	set_up(world, &changer);
	add_crowd(world);
	assert_int_equal(svf_sorter_set_vf(&sorter, CHANGED, &changer.states[0]), 0);
	assert_int_equal(pthread_create(&thread, NULL, change, &changer), 0);
	judge(world, n, &seen);
	changer.done = true;
	(void)pthread_join(thread, NULL);
	printf("# %lu frames judged, %lu changes, at the wire %lu and %lu, mixtures %lu\n", n,
	       changer.n_changes, seen.at_wire[0], seen.at_wire[1], seen.n_mixtures);
	assert_int_equal(changer.err, 0);
	assert_int_equal(seen.n_mixtures, 0);
	assert_int_equal(seen.at_host[0], seen.broadcasts[0]);
	assert_int_equal(seen.in_crowd[0], seen.broadcasts[0]);
	assert_true(changer.n_changes > 1 && seen.broadcasts[0] && seen.broadcasts[1]);
	check_all_counted(world, n);
}
