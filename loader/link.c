// SPDX-License-Identifier: GPL-2.0-only
/*
 * Making, changing and deleting netdevs. One attribute, one request, one answer;
 * netdevs in other namespaces are changed through a socket opened there.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/if_link.h>
#include <linux/veth.h>
#include <string.h>

#include "link.h"
#include "netns.h"

static struct nlmsghdr *start_link(struct svf_nl *nl, uint16_t type, uint16_t flags, int ifindex)
{
	struct nlmsghdr *nlh = svf_nl_start(nl, type, flags);
	struct ifinfomsg *ifi = mnl_nlmsg_put_extra_header(nlh, sizeof(*ifi));

	ifi->ifi_family = AF_UNSPEC;
	ifi->ifi_index = ifindex;
	return nlh;
}

static struct ifinfomsg *header_of(struct nlmsghdr *nlh)
{
	return mnl_nlmsg_get_payload(nlh);
}

/* Names are only asked for when there is something to tell. */
static int talk_about(struct svf_nl *nl, struct nlmsghdr *nlh, const char *what,
		      struct svf_errmsg *err)
{
	int ifindex = header_of(nlh)->ifi_index;
	struct svf_errmsg detail = {};
	struct svf_link link;
	int r = svf_nl_talk(nl, nlh, NULL, NULL, what, &detail);

	if (r == 0 || !err)
		return r;
	if (svf_link_get(nl, SVF_NSID_SELF, ifindex, &link, NULL) == 0)
		return svf_errmsg_set(err, r, "%s: %s", link.name, detail.text);
	return svf_errmsg_set(err, r, "netdev %d: %s", ifindex, detail.text);
}

/*
 * No address when the netdev comes up. -EAFNOSUPPORT means that IPv6 does not know it: not
 * built in, switched off at boot, or an MTU below 1280; then there is nothing to stop. The
 * netdev is addressed by name where ifindex is 0.
 */
static int stop_address_generation(struct svf_nl *nl, int ifindex, const char *name,
				   struct svf_errmsg *err)
{
	struct nlmsghdr *nlh = start_link(nl, RTM_SETLINK, 0, ifindex);
	struct nlattr *spec, *inet6;
	int r;

	if (ifindex == 0)
		mnl_attr_put_strz(nlh, IFLA_IFNAME, name);
	spec = mnl_attr_nest_start(nlh, IFLA_AF_SPEC);
	inet6 = mnl_attr_nest_start(nlh, AF_INET6);
	mnl_attr_put_u8(nlh, IFLA_INET6_ADDR_GEN_MODE, IN6_ADDR_GEN_MODE_NONE);
	mnl_attr_nest_end(nlh, inet6);
	mnl_attr_nest_end(nlh, spec);
	r = svf_nl_talk(nl, nlh, NULL, NULL, "", NULL);
	if (r == 0 || r == -EAFNOSUPPORT)
		return 0;
	return svf_errmsg_set(err, r, "%s: cannot switch address generation off: %s", name,
			      strerror(-r));
}

static void put_end(struct nlmsghdr *nlh, const char *name, const uint8_t *mac,
		    const struct svf_link_pair_spec *spec)
{
	mnl_attr_put_strz(nlh, IFLA_IFNAME, name);
	if (mac)
		mnl_attr_put(nlh, IFLA_ADDRESS, ETH_ALEN, mac);
	if (spec->mtu)
		mnl_attr_put_u32(nlh, IFLA_MTU, spec->mtu);
	if (spec->group)
		mnl_attr_put_u32(nlh, IFLA_GROUP, spec->group);
	mnl_attr_put_u32(nlh, IFLA_NUM_RX_QUEUES, spec->queues);
	mnl_attr_put_u32(nlh, IFLA_NUM_TX_QUEUES, spec->queues);
}

static int make_pair(struct svf_nl *nl, const struct svf_link_pair_spec *spec,
		     struct svf_errmsg *err)
{
	struct nlmsghdr *nlh = start_link(nl, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, 0);
	struct nlattr *info, *data, *peer;
	char what[64];

	header_of(nlh)->ifi_flags = IFF_NOARP;
	header_of(nlh)->ifi_change = IFF_NOARP;
	put_end(nlh, spec->near_name, spec->near_mac, spec);
	info = mnl_attr_nest_start(nlh, IFLA_LINKINFO);
	mnl_attr_put_strz(nlh, IFLA_INFO_KIND, "veth");
	data = mnl_attr_nest_start(nlh, IFLA_INFO_DATA);
	peer = mnl_attr_nest_start(nlh, VETH_INFO_PEER);
	(void)mnl_nlmsg_put_extra_header(nlh, sizeof(struct ifinfomsg));
	put_end(nlh, spec->far_name, spec->far_mac, spec);
	mnl_attr_nest_end(nlh, peer);
	mnl_attr_nest_end(nlh, data);
	mnl_attr_nest_end(nlh, info);

	(void)snprintf(what, sizeof(what), "%s and %s: cannot create veth pair", spec->near_name,
		       spec->far_name);
	return svf_nl_talk(nl, nlh, NULL, NULL, what, err);
}

/* What the kernel does not take at creation. The netdev is addressed by its name. */
static int name_end(struct svf_nl *nl, const char *name, const char *alias, struct svf_errmsg *err)
{
	struct nlmsghdr *nlh = start_link(nl, RTM_SETLINK, 0, 0);
	char what[64];

	if (!alias)
		return 0;
	mnl_attr_put_strz(nlh, IFLA_IFNAME, name);
	mnl_attr_put_str(nlh, IFLA_IFALIAS, alias);
	(void)snprintf(what, sizeof(what), "%s: cannot set alias", name);
	return svf_nl_talk(nl, nlh, NULL, NULL, what, err);
}

static void unmake_pair(struct svf_nl *nl, const char *name)
{
	struct nlmsghdr *nlh = start_link(nl, RTM_DELLINK, 0, 0);

	mnl_attr_put_strz(nlh, IFLA_IFNAME, name);
	(void)svf_nl_talk(nl, nlh, NULL, NULL, "", NULL);
}

int svf_link_add_pair(struct svf_nl *nl, const struct svf_link_pair_spec *spec,
		      struct svf_errmsg *err)
{
	int r = make_pair(nl, spec, err);

	if (r < 0)
		return r;
	r = name_end(nl, spec->near_name, spec->near_alias, err);
	if (r == 0)
		r = name_end(nl, spec->far_name, spec->far_alias, err);
	if (r == 0)
		r = stop_address_generation(nl, 0, spec->near_name, err);
	if (r < 0)
		unmake_pair(nl, spec->near_name);
	return r;
}

int svf_link_del(struct svf_nl *nl, int ifindex, struct svf_errmsg *err)
{
	return talk_about(nl, start_link(nl, RTM_DELLINK, 0, ifindex), "cannot delete", err);
}

int svf_link_del_group(struct svf_nl *nl, uint32_t group, struct svf_errmsg *err)
{
	struct nlmsghdr *nlh = start_link(nl, RTM_DELLINK, 0, 0);
	char what[64];
	int r;

	(void)snprintf(what, sizeof(what), "cannot delete netdevs of group %u", group);
	if (group == 0)
		return svf_errmsg_set(err, -EINVAL, "%s: it is the default group", what);
	mnl_attr_put_u32(nlh, IFLA_GROUP, group);
	r = svf_nl_talk(nl, nlh, NULL, NULL, what, NULL);
	if (r == 0 || r == -ENODEV)
		return 0;
	return svf_errmsg_set(err, r, "%s: %s", what, strerror(-r));
}

static int set_u32(struct svf_nl *nl, int ifindex, uint16_t attr, uint32_t value, const char *what,
		   struct svf_errmsg *err)
{
	struct nlmsghdr *nlh = start_link(nl, RTM_SETLINK, 0, ifindex);

	mnl_attr_put_u32(nlh, attr, value);
	return talk_about(nl, nlh, what, err);
}

int svf_link_set_group(struct svf_nl *nl, int ifindex, uint32_t group, struct svf_errmsg *err)
{
	return set_u32(nl, ifindex, IFLA_GROUP, group, "cannot set group", err);
}

int svf_link_set_txqlen(struct svf_nl *nl, int ifindex, uint32_t len, struct svf_errmsg *err)
{
	return set_u32(nl, ifindex, IFLA_TXQLEN, len, "cannot set txqueuelen", err);
}

int svf_link_set_alias(struct svf_nl *nl, int ifindex, const char *alias, struct svf_errmsg *err)
{
	struct nlmsghdr *nlh = start_link(nl, RTM_SETLINK, 0, ifindex);

	mnl_attr_put_str(nlh, IFLA_IFALIAS, alias);
	return talk_about(nl, nlh, "cannot set alias", err);
}

int svf_link_add_altname(struct svf_nl *nl, int ifindex, const char *altname,
			 struct svf_errmsg *err)
{
	struct nlmsghdr *nlh =
		start_link(nl, RTM_NEWLINKPROP, NLM_F_CREATE | NLM_F_EXCL | NLM_F_APPEND, ifindex);
	struct nlattr *list = mnl_attr_nest_start(nlh, IFLA_PROP_LIST);

	mnl_attr_put_strz(nlh, IFLA_ALT_IFNAME, altname);
	mnl_attr_nest_end(nlh, list);
	return talk_about(nl, nlh, "cannot add altname", err);
}

/* *ret_nl is nl itself or *ret_owned, a new one in the namespace that nl calls nsid. */
static int reach(struct svf_nl *nl, int nsid, struct svf_nl **ret_nl, struct svf_nl **ret_owned,
		 struct svf_errmsg *err)
{
	int r;

	if (nsid == SVF_NSID_SELF) {
		*ret_nl = nl;
		return 0;
	}

	svf_cleanup(fd) int fd = -1;
	r = svf_netns_open(nl, nsid, &fd, err);
	if (r < 0)
		return r;
	r = svf_nl_new_in(ret_owned, fd, err);
	if (r < 0)
		return r;
	*ret_nl = *ret_owned;
	return 0;
}

int svf_link_set_flags(struct svf_nl *nl, int nsid, int ifindex, unsigned int flags,
		       unsigned int mask, struct svf_errmsg *err)
{
	svf_cleanup(nl) struct svf_nl *there = NULL;
	struct svf_nl *use;
	struct nlmsghdr *nlh;
	int r = reach(nl, nsid, &use, &there, err);

	if (r < 0)
		return r;
	nlh = start_link(use, RTM_SETLINK, 0, ifindex);
	header_of(nlh)->ifi_flags = flags;
	header_of(nlh)->ifi_change = mask;
	return talk_about(use, nlh, mask == IFF_UP ? "cannot set up or down" : "cannot set flags",
			  err);
}

int svf_link_set_mac(struct svf_nl *nl, int nsid, int ifindex, const uint8_t mac[ETH_ALEN],
		     struct svf_errmsg *err)
{
	svf_cleanup(nl) struct svf_nl *there = NULL;
	struct svf_nl *use;
	struct nlmsghdr *nlh;
	int r = reach(nl, nsid, &use, &there, err);

	if (r < 0)
		return r;
	nlh = start_link(use, RTM_SETLINK, 0, ifindex);
	mnl_attr_put(nlh, IFLA_ADDRESS, ETH_ALEN, mac);
	return talk_about(use, nlh, "cannot set address", err);
}

int svf_link_set_mtu(struct svf_nl *nl, int nsid, int ifindex, uint32_t mtu, struct svf_errmsg *err)
{
	svf_cleanup(nl) struct svf_nl *there = NULL;
	struct svf_nl *use;
	int r = reach(nl, nsid, &use, &there, err);

	return r < 0 ? r : set_u32(use, ifindex, IFLA_MTU, mtu, "cannot set MTU", err);
}

static int disable_ipv6(const char *name, struct svf_errmsg *err)
{
	char path[64];
	int r;

	(void)snprintf(path, sizeof(path), "/proc/sys/net/ipv6/conf/%s/disable_ipv6", name);
	svf_cleanup(fd) int fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT)
		return 0;
	if (fd < 0 || write(fd, "1", 1) < 0) {
		r = -errno;
		return svf_errmsg_set(err, r, "%s: cannot switch IPv6 off: %s", name, strerror(-r));
	}
	return 0;
}

int svf_link_mute(struct svf_nl *nl, const struct svf_link *link, struct svf_errmsg *err)
{
	int r = svf_link_set_flags(nl, SVF_NSID_SELF, link->ifindex, IFF_NOARP, IFF_NOARP, err);

	if (r == 0)
		r = stop_address_generation(nl, link->ifindex, link->name, err);
	return r < 0 ? r : disable_ipv6(link->name, err);
}
