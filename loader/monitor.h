/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel's events about netdevs, their addresses and multicast groups: those of our network
 * namespace and of every other that has an id in it - which every namespace has that a VF netdev
 * was moved to from here. They say where to look, not what is to be seen there.
 */
#pragma once

#include <libmnl/libmnl.h>
#include <stdbool.h>

#include <svf/cleanup.h>
#include <svf/errmsg.h>

SVF_DEFINE_CLEANUP(monitor, struct mnl_socket *, (void)mnl_socket_close(val_), NULL)

enum svf_monitor_kind {
	SVF_MONITOR_CHANGED, /* something about the netdev may have changed */
	SVF_MONITOR_GONE,    /* it was deleted, or moved to another namespace */
	SVF_MONITOR_GROUPS,  /* its multicast groups may have changed */
	SVF_MONITOR_LOST,    /* events were lost: all may have changed */
};

struct svf_monitor_event {
	enum svf_monitor_kind kind;
	int nsid;    /* SVF_NSID_SELF, or our namespace's id for the other */
	int ifindex; /* there */
	bool vlan;   /* CHANGED or GONE of a VLAN netdev */
	int lower;   /* ... over this one; 0: over one in another namespace than itself */
};

/* Opens a non-blocking socket that hears them. Without CAP_NET_BROADCAST only our namespace's;
 * groups are told by kernels since 6.14 only, before that by addresses that come and go. */
int svf_monitor_new(struct mnl_socket **ret_monitor, struct svf_errmsg *err);

typedef void (*svf_monitor_cb)(const struct svf_monitor_event *event, void *arg);
/* Calls cb for what has arrived, in 256 packets at most: who makes them without end shall not keep
 * us here. Where there are more the socket is still readable. */
int svf_monitor_read(struct mnl_socket *monitor, svf_monitor_cb cb, void *arg);
