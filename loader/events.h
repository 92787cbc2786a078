/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The sorter's events (svf_events): drops go to the log, IGMP and MLD of a VF to who reads its
 * multicast list.
 */
#pragma once

#include <stdint.h>

#include "sorter.h"

struct svf_events; /* owns the ring buffer's consumer; borrows the rest */

/* Called for each VF that has sent IGMP or MLD. */
typedef void (*svf_events_mcast_cb)(unsigned int vf, void *arg);

int svf_events_new(struct svf_events **ret_events, const char *pf, const struct svf_sorter *sorter,
		   svf_events_mcast_cb on_mcast, void *arg);
struct svf_events *svf_events_free(struct svf_events *events);

/* Readable when there are events. */
int svf_events_fd(const struct svf_events *events);
/* Takes all there are. */
void svf_events_read(struct svf_events *events);

/* "vf 3: dropped spoof_mac: from 02:00:00:00:00:01 in VLAN 0". */
#define SVF_EVENT_TEXT_MAX 128
void svf_event_format(char buf[SVF_EVENT_TEXT_MAX], const struct svf_event *event);
