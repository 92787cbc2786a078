// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the sorter tells beside its counters: the last offender of each reason, the first of a
 * second as an event, joins as events, and how often an address was delivered to.
 */
#include "outcome.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <string.h>

#include <arpa/inet.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include <cmocka.h>

#include "svf_sorter.skel.h"

/* As svf_offender says it. */
static uint16_t vlan_of(const struct svf_frame_spec *spec)
{
	const struct svf_tag_spec *outer = spec->meta.tpid ? &spec->meta : &spec->tags[0];
	const struct svf_tag_spec *below = spec->meta.tpid ? &spec->tags[0] : &spec->tags[1];

	if (!outer->tpid)
		return 0;
	if (outer->tpid == ETH_P_8021Q && !outer->vid)
		return below->tpid ? SVF_VLAN_TRUNK : 0;
	if (outer->tpid == ETH_P_8021Q && outer->vid <= SVF_VLAN_MAX)
		return outer->vid;
	if (outer->tpid == ETH_P_8021AD && outer->vid && outer->vid <= SVF_VLAN_MAX)
		return SVF_VLAN_8021AD | outer->vid;
	return SVF_VLAN_TRUNK;
}

/* Of what is below the outer tag; where Linux knows no such tag, that is one's type. */
static uint16_t ethertype_of(const struct svf_frame_spec *spec)
{
	const struct svf_tag_spec *below = spec->meta.tpid ? &spec->tags[0] : &spec->tags[1];

	if (!spec->meta.tpid && spec->tags[0].tpid >= ETH_P_QINQ1)
		return spec->tags[0].tpid;
	if (spec->meta.tpid || spec->tags[0].tpid)
		return below->tpid ? below->tpid : spec->type ? spec->type : SVF_FRAME_TYPE;
	return spec->type ? spec->type : SVF_FRAME_TYPE;
}

/* A VF's frame that was dropped for what is behind its port had entered its VLAN. */
static uint16_t vlan_inside(const struct world *world, const struct svf_offender_key *key,
			    const struct outcome_frame *frame)
{
	const bool by_sender = key->direction == SVF_DIRECTION_TX && key->vf == frame->sender;
	const struct svf_vf_config *config = &world->setup.vfs[frame->sender];

	switch (key->reason) {
	case SVF_DROP_TO_SELF:
	case SVF_DROP_ISOLATION:
	case SVF_DROP_HOST_ACCESS:
		break;
	default:
		if (by_sender || config->has_trunk)
			return vlan_of(frame->spec);
	}
	return config->has_trunk ? vlan_of(frame->spec) : svf_home_vlan(config);
}

static void check_offender(const struct world *world, const struct svf_offender_key *key,
			   const struct svf_offender *offender, const struct outcome_frame *frame)
{
	const struct svf_frame_spec *spec = frame->spec;

	assert_true(offender->time_ns != 0);
	assert_memory_equal(offender->dst, svf_address_get(spec->dst), ETH_ALEN);
	assert_memory_equal(offender->src, svf_address_get(spec->src), ETH_ALEN);
	assert_int_equal(offender->vlan,
			 frame->sender < 0 ? vlan_of(spec) : vlan_inside(world, key, frame));
	assert_int_equal(offender->ethertype, ethertype_of(spec));
}

/* There is one event of it. */
static void check_event(const struct world *world, const struct svf_offender_key *key,
			const struct svf_offender *offender)
{
	const struct svf_event *event;
	unsigned int n = 0;

	for (size_t i = 0; i < world->n_events && i < WORLD_EVENTS_MAX; i++) {
		event = &world->event[i];
		if (event->kind != SVF_EVENT_DROP || event->vf != key->vf ||
		    event->reason != key->reason)
			continue;
		assert_int_equal(event->vlan, offender->vlan);
		assert_memory_equal(event->src, offender->src, ETH_ALEN);
		n++;
	}
	assert_int_equal(n, 1);
}

static void check_drops(const struct world *world, uint16_t who, enum svf_direction direction,
			const struct outcome_frame *frame, unsigned int *n_offenders)
{
	struct svf_offender_key key = { .vf = who, .direction = (uint16_t)direction };
	int fd = bpf_map__fd(world->sorter->maps.svf_offenders);
	struct svf_offender offender;
	struct svf_stats stats;
	struct svf_drops drops;

	assert_int_equal(world_get_stats(world, who, direction, &stats, &drops), 0);
	for (key.reason = 0; key.reason < SVF_N_DROPS; key.reason++) {
		if (!((const uint64_t *)&drops)[key.reason])
			continue;
		assert_int_equal(bpf_map_lookup_elem(fd, &key, &offender), 0);
		if (frame->spec)
			check_offender(world, &key, &offender, frame);
		check_event(world, &key, &offender);
		(*n_offenders)++;
	}
}

/* No offender without a drop. */
static void check_offenders(struct world *world, const struct outcome_frame *frame)
{
	int fd = bpf_map__fd(world->sorter->maps.svf_offenders);
	struct svf_offender_key key, *previous = NULL;
	unsigned int n_offenders = 0, n = 0;

	for (uint16_t d = 0; d < SVF_N_DIRECTIONS; d++) {
		for (uint16_t vf = 0; vf < WORLD_N_VFS; vf++)
			check_drops(world, vf, d, frame, &n_offenders);
		check_drops(world, SVF_PF_ID, d, frame, &n_offenders);
		check_drops(world, SVF_WIRE_ID, d, frame, &n_offenders);
	}
	for (; !bpf_map_get_next_key(fd, previous, &key); previous = &key)
		n++;
	assert_int_equal(n, n_offenders);
}

static bool is_owner(const struct svf_vf_config *config, const uint8_t mac[ETH_ALEN])
{
	bool is = !memcmp(config->mac, mac, ETH_ALEN);

	for (uint16_t i = 0; i < config->n_macs; i++)
		is |= !memcmp(config->macs[i], mac, ETH_ALEN);
	return is;
}

/* Unicast that VFs got at an address of theirs, and nothing else, is a hit of its entry. */
static void check_hits(const struct world *world, const struct outcome_frame *frame)
{
	int fd = bpf_map__fd(world->sorter->maps.svf_fdb_hits);
	struct svf_fdb_key key, *previous = NULL;
	uint64_t n = 0, n_delivered = 0;
	struct svf_fdb_hits hits;
	struct svf_stats stats;
	struct svf_drops drops;

	for (; !bpf_map_get_next_key(fd, previous, &key); previous = &key) {
		assert_int_equal(world_get_hits(world, &key, &hits), 0);
		assert_memory_equal(key.mac, frame->dst, ETH_ALEN);
		assert_true(hits.last_ns != 0);
		n += hits.hits;
	}
	for (uint16_t vf = 0; vf < WORLD_N_VFS && !(frame->dst[0] & 1); vf++) {
		assert_int_equal(world_get_stats(world, vf, SVF_DIRECTION_RX, &stats, &drops), 0);
		if (is_owner(&world->setup.vfs[vf], frame->dst) && stats.packets)
			n_delivered += stats.packets;
	}
	assert_int_equal(n, n_delivered);
}

void outcome_check_told(struct world *world, const struct outcome_frame *frame, struct words *words)
{
	world_read_events(world);
	check_offenders(world, frame);
	check_hits(world, frame);
	for (size_t i = 0; i < world->n_events && i < WORLD_EVENTS_MAX; i++) {
		assert_true(world->event[i].time_ns != 0);
		if (world->event[i].kind == SVF_EVENT_MCAST)
			words_add(words, "%u.mcast", world->event[i].vf);
	}
}
