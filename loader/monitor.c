// SPDX-License-Identifier: GPL-2.0-only
/* Link events. Lost ones (ENOBUFS) count as a change: the reader looks for itself anyway. */
#include "monitor.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>

#define EVENT_BYTES 32768 /* the kernel's largest netlink message */

int svf_monitor_new(struct mnl_socket **ret_monitor, struct svf_errmsg *err)
{
	svf_cleanup(monitor) struct mnl_socket *monitor =
		mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (!monitor ||
	    mnl_socket_bind(monitor, 1U << (RTNLGRP_LINK - 1), MNL_SOCKET_AUTOPID) < 0) {
		int r = -errno;

		return svf_errmsg_set(err, r, "cannot listen to link events: %s", strerror(-r));
	}
	*ret_monitor = TAKE_PTR(monitor);
	return 0;
}

static void take_message(const struct nlmsghdr *nlh, int ifindex, struct svf_monitor_events *events)
{
	const struct ifinfomsg *ifi = mnl_nlmsg_get_payload(nlh);

	if (nlh->nlmsg_type != RTM_NEWLINK && nlh->nlmsg_type != RTM_DELLINK)
		return;
	/* A bridge's or bond's port is deleted from *it* in a message of that family. */
	if (ifi->ifi_index != ifindex || ifi->ifi_family != AF_UNSPEC)
		return;
	if (nlh->nlmsg_type == RTM_DELLINK)
		events->gone = true;
	else
		events->changed = true;
}

int svf_monitor_read(struct mnl_socket *monitor, int ifindex, struct svf_monitor_events *ret_events)
{
	char buf[EVENT_BYTES];

	*ret_events = (struct svf_monitor_events){};
	for (;;) {
		ssize_t got = mnl_socket_recvfrom(monitor, buf, sizeof(buf));
		int len = (int)got;

		if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
			return 0;
		if (got < 0 && errno == ENOBUFS) {
			ret_events->changed = true;
			continue;
		}
		if (got < 0)
			return -errno;
		for (const struct nlmsghdr *nlh = (const void *)buf; mnl_nlmsg_ok(nlh, len);
		     nlh = mnl_nlmsg_next(nlh, &len))
			take_message(nlh, ifindex, ret_events);
	}
}
