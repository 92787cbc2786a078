// SPDX-License-Identifier: GPL-2.0-only
/* Events from the sorter. It tells a reason once in a second; the log gets it once in a minute. */
#include "events.h"

#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include <svf/log.h>

#include "clock.h"
#include "labels.h"
#include "macaddr.h"

#define QUIET_NS  (60 * SVF_NS_PER_S)  /* between two lines about one source and reason */
#define N_SOURCES (SVF_UP_MAX_VFS + 2) /* the VFs, the wire, the PF */

struct svf_events {
	const char *pf;
	svf_events_mcast_cb on_mcast;
	void *arg;
	struct ring_buffer *ring; /* owned */
	int64_t told_ns[N_SOURCES][SVF_N_DROPS];
};

static const char *reason_name(uint32_t reason)
{
	return reason < SVF_N_DROPS ? svf_drop_counters[reason].name : "for an unknown reason";
}

static void format_vlan(char *buf, size_t size, uint16_t vlan)
{
	if (vlan <= SVF_VLAN_MAX)
		(void)snprintf(buf, size, "VLAN %u", vlan);
	else if ((vlan ^ SVF_VLAN_8021AD) <= SVF_VLAN_MAX)
		(void)snprintf(buf, size, "802.1ad VLAN %u", vlan ^ SVF_VLAN_8021AD);
	else
		(void)snprintf(buf, size, "no VLAN of a VF");
}

void svf_event_format(char buf[SVF_EVENT_TEXT_MAX], const struct svf_event *event)
{
	char source[16], mac[SVF_MAC_TEXT_MAX], vlan[32];

	if (event->vf == SVF_PF_ID)
		(void)snprintf(source, sizeof(source), "host");
	else if (event->vf == SVF_WIRE_ID)
		(void)snprintf(source, sizeof(source), "wire");
	else
		(void)snprintf(source, sizeof(source), "vf %u", event->vf);
	svf_mac_format(mac, event->src);
	format_vlan(vlan, sizeof(vlan), event->vlan);
	(void)snprintf(buf, SVF_EVENT_TEXT_MAX, "%s: dropped %s: from %s in %s", source,
		       reason_name(event->reason), mac, vlan);
}

static void on_drop(struct svf_events *events, const struct svf_event *event)
{
	char text[SVF_EVENT_TEXT_MAX];
	unsigned int source = event->vf;

	if (event->vf == SVF_PF_ID || event->vf == SVF_WIRE_ID)
		source = SVF_UP_MAX_VFS + (event->vf == SVF_PF_ID);
	else if (event->vf >= SVF_UP_MAX_VFS)
		return;
	if (event->reason >= SVF_N_DROPS ||
	    !svf_clock_allow(&events->told_ns[source][event->reason], svf_clock_now_ns(), QUIET_NS))
		return;
	svf_event_format(text, event);
	svf_warning("%s: %s", events->pf, text);
}

static int on_event(void *ctx, void *data, size_t size)
{
	struct svf_events *events = ctx;
	const struct svf_event *event = data;

	if (size < sizeof(*event))
		return 0;
	if (event->kind == SVF_EVENT_DROP)
		on_drop(events, event);
	else if (event->kind == SVF_EVENT_MCAST)
		events->on_mcast(event->vf, events->arg);
	return 0;
}

int svf_events_new(struct svf_events **ret_events, const char *pf, const struct svf_sorter *sorter,
		   svf_events_mcast_cb on_mcast, void *arg)
{
	struct svf_events *events = calloc(1, sizeof(*events));

	if (!events)
		return -ENOMEM;
	events->pf = pf;
	events->on_mcast = on_mcast;
	events->arg = arg;
	events->ring = ring_buffer__new(svf_sorter_map_fd(sorter, SVF_MAP_svf_events), on_event,
					events, NULL);
	if (!events->ring) {
		int r = -errno;

		free(events);
		return r;
	}
	*ret_events = events;
	return 0;
}

struct svf_events *svf_events_free(struct svf_events *events)
{
	if (!events)
		return NULL;
	ring_buffer__free(events->ring);
	free(events);
	return NULL;
}

int svf_events_fd(const struct svf_events *events)
{
	return ring_buffer__epoll_fd(events->ring);
}

void svf_events_read(struct svf_events *events)
{
	(void)ring_buffer__consume(events->ring);
}
