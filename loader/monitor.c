// SPDX-License-Identifier: GPL-2.0-only
/*
 * Events over rtnetlink. Which namespace one comes from is told beside it (ancillary data of
 * NETLINK_LISTEN_ALL_NSID), which libmnl's receive function leaves out.
 */
#include "monitor.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>

#include "link.h"
#include "vlan_list.h"

#define EVENT_BYTES 32768 /* the kernel's largest netlink message */
/* Room for what a few hundred VFs have to say at once: 256 representors going down are 256
 * messages of 2-3 KiB, counted with the kernel's overhead. */
#define QUEUE_BYTES (2 << 20)
#define READ_MAX    256 /* packets a call: some ms */

/* Debian 12's headers end before these: <linux/rtnetlink.h> of 6.14. */
#define GROUP_IPV4_MCADDR 37
#define GROUP_IPV6_MCADDR 38
#define NEW_MULTICAST	  56
#define DEL_MULTICAST	  57

/* Both headers begin with the family and have the netdev's index at the same place. */
_Static_assert(offsetof(struct ifinfomsg, ifi_index) == offsetof(struct ifaddrmsg, ifa_index),
	       "index");

static int join(struct mnl_socket *monitor, int group)
{
	return mnl_socket_setsockopt(monitor, NETLINK_ADD_MEMBERSHIP, &group, sizeof(group));
}

/* An address is told before its group is joined, so it is the worse news; older kernels refuse the
 * better. */
static void join_groups(struct mnl_socket *monitor)
{
	if (join(monitor, GROUP_IPV4_MCADDR) < 0)
		(void)join(monitor, RTNLGRP_IPV4_IFADDR);
	if (join(monitor, GROUP_IPV6_MCADDR) < 0)
		(void)join(monitor, RTNLGRP_IPV6_IFADDR);
}

int svf_monitor_new(struct mnl_socket **ret_monitor, struct svf_errmsg *err)
{
	int on = 1, bytes = QUEUE_BYTES;

	svf_cleanup(monitor) struct mnl_socket *monitor =
		mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (!monitor ||
	    mnl_socket_bind(monitor, 1U << (RTNLGRP_LINK - 1), MNL_SOCKET_AUTOPID) < 0) {
		int r = -errno;

		return svf_errmsg_set(err, r, "cannot listen to link events: %s", strerror(-r));
	}
	(void)setsockopt(mnl_socket_get_fd(monitor), SOL_SOCKET, SO_RCVBUFFORCE, &bytes,
			 sizeof(bytes));
	(void)mnl_socket_setsockopt(monitor, NETLINK_LISTEN_ALL_NSID, &on, sizeof(on));
	join_groups(monitor);
	*ret_monitor = TAKE_PTR(monitor);
	return 0;
}

/* A VLAN netdev is told by its kind. Its namespace's id for the one below is no use to us. */
static void read_vlan(struct svf_monitor_event *event, const struct nlmsghdr *nlh)
{
	const struct nlattr *attr;
	bool elsewhere = false;

	mnl_attr_for_each (attr, nlh, sizeof(struct ifinfomsg)) {
		switch (mnl_attr_get_type(attr)) {
		case IFLA_LINK:
			if (mnl_attr_validate(attr, MNL_TYPE_U32) == 0)
				event->lower = (int)mnl_attr_get_u32(attr);
			break;
		case IFLA_LINK_NETNSID:
			elsewhere = true;
			break;
		case IFLA_LINKINFO:
			event->vlan = svf_vlan_is_kind(attr);
			break;
		default:
			break;
		}
	}
	if (elsewhere || !event->vlan)
		event->lower = 0;
}

static void take_message(const struct nlmsghdr *nlh, int nsid, svf_monitor_cb cb, void *arg)
{
	const struct ifinfomsg *ifi = mnl_nlmsg_get_payload(nlh);
	struct svf_monitor_event event = { .nsid = nsid };

	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(struct ifaddrmsg))
		return;
	event.ifindex = ifi->ifi_index;
	switch (nlh->nlmsg_type) {
	case RTM_NEWLINK:
	case RTM_DELLINK:
		/* A bridge's or bond's port is deleted from *it* in a message of that family. */
		if (mnl_nlmsg_get_payload_len(nlh) < sizeof(*ifi) || ifi->ifi_family != AF_UNSPEC)
			return;
		event.kind =
			nlh->nlmsg_type == RTM_DELLINK ? SVF_MONITOR_GONE : SVF_MONITOR_CHANGED;
		read_vlan(&event, nlh);
		break;
	case RTM_NEWADDR:
	case RTM_DELADDR:
	case NEW_MULTICAST:
	case DEL_MULTICAST:
		event.kind = SVF_MONITOR_GROUPS;
		break;
	default:
		return;
	}
	cb(&event, arg);
}

/* The id of the namespace the messages come from; those of our own have none. */
static int nsid_of(struct msghdr *message)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(message); c; c = CMSG_NXTHDR(message, c)) {
		int nsid;

		if (c->cmsg_level != SOL_NETLINK || c->cmsg_type != NETLINK_LISTEN_ALL_NSID)
			continue;
		memcpy(&nsid, CMSG_DATA(c), sizeof(nsid));
		return nsid;
	}
	return SVF_NSID_SELF;
}

static ssize_t receive(struct mnl_socket *monitor, void *buf, size_t size, int *ret_nsid)
{
	char control[64] __attribute__((aligned(sizeof(size_t))));
	struct iovec iov = { .iov_base = buf, .iov_len = size };
	struct msghdr message = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	ssize_t got = recvmsg(mnl_socket_get_fd(monitor), &message, 0);

	if (got < 0)
		return -errno;
	*ret_nsid = nsid_of(&message);
	return got;
}

int svf_monitor_read(struct mnl_socket *monitor, svf_monitor_cb cb, void *arg)
{
	const struct svf_monitor_event lost = { .kind = SVF_MONITOR_LOST, .nsid = SVF_NSID_SELF };
	char buf[EVENT_BYTES] __attribute__((aligned(NLMSG_ALIGNTO)));

	for (int i = 0; i < READ_MAX; i++) {
		int nsid = SVF_NSID_SELF, len;
		ssize_t got = receive(monitor, buf, sizeof(buf), &nsid);

		if (got == -EAGAIN || got == -EWOULDBLOCK)
			return 0;
		if (got == -EINTR)
			continue;
		if (got == -ENOBUFS) {
			cb(&lost, arg);
			continue;
		}
		if (got < 0)
			return (int)got;
		len = (int)got;
		for (const struct nlmsghdr *nlh = (const void *)buf; mnl_nlmsg_ok(nlh, len);
		     nlh = mnl_nlmsg_next(nlh, &len))
			take_message(nlh, nsid, cb, arg);
	}
	return 0;
}
