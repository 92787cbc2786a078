/* SPDX-License-Identifier: GPL-2.0-only */
/* The kernel's link events of our namespace, reduced to what the PF daemon asks: did the PF change,
 * is it gone. */
#pragma once

#include <stdbool.h>

#include <libmnl/libmnl.h>

#include <svf/cleanup.h>
#include <svf/errmsg.h>

SVF_DEFINE_CLEANUP(monitor, struct mnl_socket *, (void)mnl_socket_close(val_), NULL)

struct svf_monitor_events {
	bool changed; /* something about the netdev may have changed (or events were lost) */
	bool gone;    /* it was deleted, or moved to another namespace */
};

/* Opens a non-blocking socket that hears RTNLGRP_LINK. */
int svf_monitor_new(struct mnl_socket **ret_monitor, struct svf_errmsg *err);

/* Takes what has arrived, and adds up what concerns ifindex. */
int svf_monitor_read(struct mnl_socket *monitor, int ifindex,
		     struct svf_monitor_events *ret_events);
