// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the kernel's messages are taken for, and that who sends them without end does not keep the
 * reader. A socket pair stands in for rtnetlink, which tells a datagram at a time too.
 */
#include <errno.h>
#include <linux/rtnetlink.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../loader/link.h"
#include "../../loader/monitor.h"

#define NETDEV 9
#define LOWER  5

struct setup {
	int kernel;
	struct mnl_socket *monitor;
	struct svf_monitor_event last;
	unsigned int count;
};

static void keep(const struct svf_monitor_event *event, void *arg)
{
	struct setup *setup = arg;

	setup->last = *event;
	setup->count++;
}

static int set_up(void **state)
{
	static struct setup setup;
	int ends[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, ends), 0);
	setup = (struct setup){ .kernel = ends[1], .monitor = mnl_socket_fdopen(ends[0]) };
	assert_non_null(setup.monitor);
	*state = &setup;
	return 0;
}

static int tear_down(void **state)
{
	const struct setup *setup = *state;

	(void)close(setup->kernel);
	return mnl_socket_close(setup->monitor);
}

struct parts {
	uint16_t type;
	uint8_t family;
	const char *kind; /* NULL: none */
	int lower;	  /* 0: no IFLA_LINK */
	bool elsewhere;	  /* IFLA_LINK_NETNSID */
};

static int tell(const struct setup *setup, const struct parts *parts)
{
	char buf[512] __attribute__((aligned(NLMSG_ALIGNTO)));
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct ifinfomsg *ifi = mnl_nlmsg_put_extra_header(nlh, sizeof(*ifi));

	nlh->nlmsg_type = parts->type;
	ifi->ifi_family = parts->family;
	ifi->ifi_index = NETDEV;
	if (parts->kind) {
		struct nlattr *info = mnl_attr_nest_start(nlh, IFLA_LINKINFO);

		mnl_attr_put_strz(nlh, IFLA_INFO_KIND, parts->kind);
		mnl_attr_nest_end(nlh, info);
	}
	if (parts->lower)
		mnl_attr_put_u32(nlh, IFLA_LINK, (uint32_t)parts->lower);
	if (parts->elsewhere)
		mnl_attr_put_u32(nlh, IFLA_LINK_NETNSID, 0);
	return send(setup->kernel, buf, nlh->nlmsg_len, 0) < 0 ? -errno : 0;
}

static void messages_are_told_apart(void **state)
{
	static const struct {
		struct parts parts;
		struct svf_monitor_event event;
	} rows[] = {
		{ { .type = RTM_NEWLINK },
		  { SVF_MONITOR_CHANGED, SVF_NSID_SELF, NETDEV, false, 0 } },
		{ { .type = RTM_DELLINK }, { SVF_MONITOR_GONE, SVF_NSID_SELF, NETDEV, false, 0 } },
		{ { .type = RTM_NEWLINK, .kind = "veth", .lower = LOWER, .elsewhere = true },
		  { SVF_MONITOR_CHANGED, SVF_NSID_SELF, NETDEV, false, 0 } },
		{ { .type = RTM_NEWLINK, .kind = "macvlan", .lower = LOWER },
		  { SVF_MONITOR_CHANGED, SVF_NSID_SELF, NETDEV, false, 0 } },
		{ { .type = RTM_NEWLINK, .kind = "vlan", .lower = LOWER },
		  { SVF_MONITOR_CHANGED, SVF_NSID_SELF, NETDEV, true, LOWER } },
		{ { .type = RTM_DELLINK, .kind = "vlan", .lower = LOWER },
		  { SVF_MONITOR_GONE, SVF_NSID_SELF, NETDEV, true, LOWER } },
		{ { .type = RTM_NEWLINK, .kind = "vlan", .lower = LOWER, .elsewhere = true },
		  { SVF_MONITOR_CHANGED, SVF_NSID_SELF, NETDEV, true, 0 } },
		{ { .type = RTM_NEWADDR, .family = AF_INET },
		  { SVF_MONITOR_GROUPS, SVF_NSID_SELF, NETDEV, false, 0 } },
	};
	struct setup *setup = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		setup->count = 0;
		assert_int_equal(tell(setup, &rows[i].parts), 0);
		assert_int_equal(svf_monitor_read(setup->monitor, keep, setup), 0);
		assert_int_equal(setup->count, 1);
		assert_int_equal(setup->last.kind, rows[i].event.kind);
		assert_int_equal(setup->last.nsid, rows[i].event.nsid);
		assert_int_equal(setup->last.ifindex, rows[i].event.ifindex);
		assert_int_equal(setup->last.vlan, rows[i].event.vlan);
		assert_int_equal(setup->last.lower, rows[i].event.lower);
	}
}

static void others_are_left_out(void **state)
{
	static const struct parts bridge_port = { .type = RTM_DELLINK, .family = AF_BRIDGE };
	static const struct parts route = { .type = RTM_NEWROUTE };
	struct nlmsghdr header = { .nlmsg_len = sizeof(header), .nlmsg_type = RTM_NEWLINK };
	struct setup *setup = *state;

	assert_int_equal(tell(setup, &bridge_port), 0);
	assert_int_equal(tell(setup, &route), 0);
	assert_int_equal(send(setup->kernel, &header, sizeof(header), 0), sizeof(header));
	assert_int_equal(send(setup->kernel, "x", 1, 0), 1);
	assert_int_equal(svf_monitor_read(setup->monitor, keep, setup), 0);
	assert_int_equal(setup->count, 0);
}

static void tell_again(const struct svf_monitor_event *event, void *arg)
{
	static const struct parts change = { .type = RTM_NEWLINK };

	keep(event, arg);
	assert_int_equal(tell(arg, &change), 0);
}

/* Each message that is read makes another. */
static void who_tells_without_end_is_left(void **state)
{
	static const struct parts change = { .type = RTM_NEWLINK };
	struct setup *setup = *state;

	assert_int_equal(tell(setup, &change), 0);
	assert_int_equal(svf_monitor_read(setup->monitor, tell_again, setup), 0);
	assert_int_equal(setup->count, 256);
	assert_int_equal(svf_monitor_read(setup->monitor, keep, setup), 0);
	assert_int_equal(setup->count, 257);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(messages_are_told_apart, set_up, tear_down),
		cmocka_unit_test_setup_teardown(others_are_left_out, set_up, tear_down),
		cmocka_unit_test_setup_teardown(who_tells_without_end_is_left, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
