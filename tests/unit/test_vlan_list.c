// SPDX-License-Identifier: GPL-2.0-only
/*
 * VLAN netdevs in link messages as the kernel makes them and as it never would, the dump they come
 * from, and sets of VLANs. Messages are made by hand: the kernel these tests run on may have no
 * 8021q. tests/vm asks one that has.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_link.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "../../loader/link.h"
#include "../../loader/vlan_list.h"

/* --- the messages --- */

struct message {
	char buf[1024] __attribute__((aligned(NLMSG_ALIGNTO)));
};

struct parts {
	const char *kind; /* NULL: no IFLA_LINKINFO */
	int lower;	  /* -1: no IFLA_LINK */
	int lower_nsid;	  /* -1: no IFLA_LINK_NETNSID */
	int vid, proto;	  /* -1: not told */
	uint16_t type;
};

#define A_VLAN                                                                                     \
	.kind = "vlan", .lower = 5, .lower_nsid = -1, .proto = ETH_P_8021Q, .type = RTM_NEWLINK

static const struct nlmsghdr *make(struct message *message, const struct parts *parts)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(message->buf);
	struct ifinfomsg *ifi = mnl_nlmsg_put_extra_header(nlh, sizeof(*ifi));
	struct nlattr *info, *data;

	nlh->nlmsg_type = parts->type;
	ifi->ifi_index = 9;
	mnl_attr_put_strz(nlh, IFLA_IFNAME, "x");
	if (parts->lower >= 0)
		mnl_attr_put_u32(nlh, IFLA_LINK, (uint32_t)parts->lower);
	if (parts->lower_nsid >= 0)
		mnl_attr_put_u32(nlh, IFLA_LINK_NETNSID, (uint32_t)parts->lower_nsid);
	if (!parts->kind)
		return nlh;
	info = mnl_attr_nest_start(nlh, IFLA_LINKINFO);
	mnl_attr_put_strz(nlh, IFLA_INFO_KIND, parts->kind);
	data = mnl_attr_nest_start(nlh, IFLA_INFO_DATA);
	if (parts->proto >= 0)
		mnl_attr_put_u16(nlh, IFLA_VLAN_PROTOCOL, htons((uint16_t)parts->proto));
	if (parts->vid >= 0)
		mnl_attr_put_u16(nlh, IFLA_VLAN_ID, (uint16_t)parts->vid);
	mnl_attr_nest_end(nlh, data);
	mnl_attr_nest_end(nlh, info);
	return nlh;
}

static void vlan_netdevs_are_read(void **state)
{
	static const struct {
		struct parts parts;
		struct svf_vlan_netdev netdev;
	} rows[] = {
		{ { A_VLAN, .vid = 100 }, { 5, SVF_NSID_SELF, ETH_P_8021Q, 100 } },
		{ { A_VLAN, .vid = 0 }, { 5, SVF_NSID_SELF, ETH_P_8021Q, 0 } },
		{ { .kind = "vlan",
		    .lower = 7,
		    .lower_nsid = 0,
		    .vid = 4094,
		    .proto = ETH_P_8021AD,
		    .type = RTM_NEWLINK },
		  { 7, 0, ETH_P_8021AD, 4094 } },
	};
	struct svf_vlan_netdev netdev;
	struct message message;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(svf_vlan_read_message(make(&message, &rows[i].parts), &netdev), 0);
		assert_memory_equal(&netdev, &rows[i].netdev, sizeof(netdev));
	}
}

static void others_are_not(void **state)
{
	static const struct parts rows[] = {
		{ .kind = "macvlan",
		  .lower = 5,
		  .lower_nsid = -1,
		  .vid = 1,
		  .proto = ETH_P_8021Q,
		  .type = RTM_NEWLINK },
		{ .kind = "vlan6",
		  .lower = 5,
		  .lower_nsid = -1,
		  .vid = 1,
		  .proto = ETH_P_8021Q,
		  .type = RTM_NEWLINK },
		{ .kind = NULL, .lower = 5, .lower_nsid = -1, .type = RTM_NEWLINK },
		{ .kind = "vlan",
		  .lower = -1,
		  .lower_nsid = -1,
		  .vid = 1,
		  .proto = ETH_P_8021Q,
		  .type = RTM_NEWLINK },
		{ .kind = "vlan",
		  .lower = 0,
		  .lower_nsid = -1,
		  .vid = 1,
		  .proto = ETH_P_8021Q,
		  .type = RTM_NEWLINK },
		{ .kind = "vlan",
		  .lower = 5,
		  .lower_nsid = -1,
		  .vid = 1,
		  .proto = -1,
		  .type = RTM_NEWLINK },
		{ .kind = "vlan",
		  .lower = 5,
		  .lower_nsid = -1,
		  .vid = 1,
		  .proto = ETH_P_IP,
		  .type = RTM_NEWLINK },
		{ .kind = "vlan",
		  .lower = 5,
		  .lower_nsid = -1,
		  .vid = 1,
		  .proto = ETH_P_8021Q,
		  .type = RTM_DELLINK },
	};
	struct svf_vlan_netdev netdev;
	struct message message;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(svf_vlan_read_message(make(&message, &rows[i]), &netdev), -ENOENT);
	make(&message, &rows[0]);
	((struct nlmsghdr *)message.buf)->nlmsg_len = NLMSG_HDRLEN + 4;
	assert_int_equal(svf_vlan_read_message((void *)message.buf, &netdev), -ENOENT);
}

/* --- the dump --- */

/* What svf_nl_talk() answers, and what it was asked. */
static struct {
	int nsid;	    /* as asked */
	unsigned int calls; /* so far */
	unsigned int interrupted;
	int error;
} kernel;

int __wrap_svf_nl_talk(struct svf_nl *nl, struct nlmsghdr *nlh, mnl_cb_t cb, void *arg,
		       const char *what, struct svf_errmsg *err);
int __wrap_svf_nl_talk(struct svf_nl *nl, struct nlmsghdr *nlh, mnl_cb_t cb, void *arg,
		       const char *what, struct svf_errmsg *err)
{
	static const struct parts vlan = { A_VLAN, .vid = 100 };
	static const struct parts veth = {
		.kind = "veth", .lower = 5, .lower_nsid = -1, .type = RTM_NEWLINK
	};
	const struct nlattr *attr;
	struct message message;
	bool filtered = false;

	(void)nl;
	(void)what;
	(void)err;
	assert_int_equal(nlh->nlmsg_type, RTM_GETLINK);
	assert_int_equal(nlh->nlmsg_flags & NLM_F_DUMP, NLM_F_DUMP);
	kernel.nsid = SVF_NSID_SELF;
	mnl_attr_for_each (attr, nlh, sizeof(struct ifinfomsg)) {
		if (mnl_attr_get_type(attr) == IFLA_TARGET_NETNSID)
			kernel.nsid = (int)mnl_attr_get_u32(attr);
		else if (mnl_attr_get_type(attr) == IFLA_LINKINFO)
			filtered = svf_vlan_is_kind(attr);
	}
	assert_true(filtered);
	kernel.calls++;
	if (kernel.error)
		return kernel.error;
	assert_int_equal(cb(make(&message, &veth), arg), MNL_CB_OK);
	assert_int_equal(cb(make(&message, &vlan), arg), MNL_CB_OK);
	return kernel.calls <= kernel.interrupted ? -EAGAIN : 0;
}

static void count_netdev(const struct svf_vlan_netdev *netdev, void *arg)
{
	assert_int_equal(netdev->vid, 100);
	++*(unsigned int *)arg;
}

static unsigned int list(int nsid, int expected)
{
	struct svf_nl *nl = NULL;
	unsigned int n = 0;

	assert_int_equal(svf_nl_new(&nl, NULL), 0);
	kernel.calls = 0;
	assert_int_equal(svf_vlan_list(nl, nsid, count_netdev, &n), expected);
	svf_nl_free(nl);
	assert_int_equal(kernel.nsid, nsid);
	return n;
}

static void a_namespace_is_listed(void **state)
{
	(void)state;
	assert_int_equal(list(SVF_NSID_SELF, 0), 1);
	assert_int_equal(list(3, 0), 1);
	kernel.interrupted = 1;
	assert_int_equal(list(3, 0), 2);
	assert_int_equal(kernel.calls, 2);
	/* A tenant without rest does not keep us. */
	kernel.interrupted = 1000000;
	assert_true(list(3, 0) > 0);
	assert_in_range(kernel.calls, 2, 10);
	kernel.interrupted = 0;
	kernel.error = -EPERM;
	assert_int_equal(list(3, -EPERM), 0);
	kernel.error = 0;
}

/* --- sets --- */

static void add(struct svf_vlan_set *set, uint16_t proto, uint16_t vid)
{
	const struct svf_vlan_netdev netdev = { .lower = 1, .proto = proto, .vid = vid };

	svf_vlan_set_add(set, &netdev);
}

static void what_is_no_vlan_registers_none(void **state)
{
	struct svf_vlan_set set = {};

	(void)state;
	add(&set, ETH_P_8021Q, 0);
	add(&set, ETH_P_8021AD, 0);
	add(&set, ETH_P_8021Q, 4095);
	add(&set, ETH_P_8021AD, 4096);
	add(&set, ETH_P_8021Q, 65535);
	assert_true(svf_vlan_set_is_empty(&set));
	add(&set, ETH_P_8021Q, 4094);
	assert_false(svf_vlan_set_is_empty(&set));
	assert_int_equal(set.trunk[63], 1ULL << 62);
	add(&set, ETH_P_8021AD, 64);
	assert_int_equal(set.trunk_8021ad[1], 1);
	assert_int_equal(set.trunk[1], 0);
}

static void what_a_trunk_lacks_is_missing(void **state)
{
	struct svf_vf_config config = { .trunk = { 1ULL << 10 } };
	struct svf_vlan_set set = {}, missing;

	(void)state;
	add(&set, ETH_P_8021Q, 10);
	svf_vlan_set_missing(&missing, &set, &config);
	assert_true(svf_vlan_set_is_empty(&missing));
	add(&set, ETH_P_8021AD, 10);
	svf_vlan_set_missing(&missing, &set, &config);
	assert_int_equal(missing.trunk[0], 0);
	assert_int_equal(missing.trunk_8021ad[0], 1ULL << 10);
}

static void sets_are_words_of_trunk(void **state)
{
	char text[SVF_VLAN_LIST_TEXT_MAX];
	struct svf_vlan_set set = {};

	(void)state;
	svf_vlan_set_format(text, &set, " add ");
	assert_string_equal(text, "");
	add(&set, ETH_P_8021AD, 7);
	svf_vlan_set_format(text, &set, " add ");
	assert_string_equal(text, "7 proto 802.1ad");
	add(&set, ETH_P_8021Q, 100);
	for (uint16_t vid = 4000; vid <= 4094; vid++)
		add(&set, ETH_P_8021Q, vid);
	svf_vlan_set_format(text, &set, " add ");
	assert_string_equal(text, "100,4000-4094 add 7 proto 802.1ad");
	svf_vlan_set_format(text, &set, ", ");
	assert_string_equal(text, "100,4000-4094, 7 proto 802.1ad");
}

static void long_lists_end_in_dots(void **state)
{
	char text[SVF_VLAN_LIST_TEXT_MAX];
	struct svf_vlan_set set = {};

	(void)state;
	for (uint16_t vid = 1; vid < 4094; vid += 3) {
		add(&set, ETH_P_8021Q, vid);
		add(&set, ETH_P_8021Q, vid + 1);
		add(&set, ETH_P_8021AD, vid);
		svf_vlan_set_format(text, &set, " add ");
		assert_true(strlen(text) < sizeof(text));
		assert_string_equal(text + strlen(text) - strlen(" proto 802.1ad"),
				    " proto 802.1ad");
	}
	assert_non_null(strstr(text, "... add 1,4,"));
	assert_non_null(strstr(text, "... proto"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(vlan_netdevs_are_read),
		cmocka_unit_test(others_are_not),
		cmocka_unit_test(a_namespace_is_listed),
		cmocka_unit_test(what_is_no_vlan_registers_none),
		cmocka_unit_test(what_a_trunk_lacks_is_missing),
		cmocka_unit_test(sets_are_words_of_trunk),
		cmocka_unit_test(long_lists_end_in_dots),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
