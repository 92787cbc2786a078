// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reading netdevs: RTM_GETLINK, one or all, into struct svf_link. Statistics are left out
 * of the answers, which makes a dump of 768 netdevs a fifth of its size.
 */
#include <errno.h>
#include <linux/if_link.h>
#include <string.h>

#include "link.h"

static void copy_text(char *buf, size_t size, const struct nlattr *attr)
{
	if (mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) == 0)
		(void)snprintf(buf, size, "%s", mnl_attr_get_str(attr));
}

static void copy_mac(uint8_t mac[ETH_ALEN], const struct nlattr *attr)
{
	if (mnl_attr_get_payload_len(attr) == ETH_ALEN)
		memcpy(mac, mnl_attr_get_payload(attr), ETH_ALEN);
}

static uint32_t get_u32(const struct nlattr *attr)
{
	return mnl_attr_validate(attr, MNL_TYPE_U32) == 0 ? mnl_attr_get_u32(attr) : 0;
}

static void read_linkinfo(struct svf_link *link, const struct nlattr *nest)
{
	const struct nlattr *attr;

	mnl_attr_for_each_nested (attr, nest)
		if (mnl_attr_get_type(attr) == IFLA_INFO_KIND)
			copy_text(link->kind, sizeof(link->kind), attr);
}

static void read_xdp(struct svf_link *link, const struct nlattr *nest)
{
	const struct nlattr *attr;

	mnl_attr_for_each_nested (attr, nest) {
		switch (mnl_attr_get_type(attr)) {
		case IFLA_XDP_ATTACHED:
			if (mnl_attr_validate(attr, MNL_TYPE_U8) == 0)
				link->xdp_mode = mnl_attr_get_u8(attr);
			break;
		case IFLA_XDP_PROG_ID: /* not told if there are several */
		case IFLA_XDP_DRV_PROG_ID:
		case IFLA_XDP_SKB_PROG_ID:
		case IFLA_XDP_HW_PROG_ID:
			if (!link->xdp_prog_id)
				link->xdp_prog_id = get_u32(attr);
			break;
		default:
			break;
		}
	}
}

static void read_addresses(struct svf_link *link, const struct nlattr *attr)
{
	switch (mnl_attr_get_type(attr)) {
	case IFLA_IFNAME:
		copy_text(link->name, sizeof(link->name), attr);
		break;
	case IFLA_IFALIAS:
		copy_text(link->alias, sizeof(link->alias), attr);
		break;
	case IFLA_QDISC:
		copy_text(link->qdisc, sizeof(link->qdisc), attr);
		break;
	case IFLA_ADDRESS:
		copy_mac(link->mac, attr);
		break;
	case IFLA_PERM_ADDRESS:
		copy_mac(link->perm_mac, attr);
		break;
	case IFLA_LINKINFO:
		read_linkinfo(link, attr);
		break;
	case IFLA_XDP:
		read_xdp(link, attr);
		break;
	default:
		break;
	}
}

static void read_numbers(struct svf_link *link, const struct nlattr *attr)
{
	switch (mnl_attr_get_type(attr)) {
	case IFLA_MTU:
		link->mtu = get_u32(attr);
		break;
	case IFLA_GROUP:
		link->group = get_u32(attr);
		break;
	case IFLA_NUM_RX_QUEUES:
		link->rx_queues = get_u32(attr);
		break;
	case IFLA_LINK:
		link->peer_ifindex = (int)get_u32(attr);
		break;
	case IFLA_LINK_NETNSID:
		link->peer_nsid = (int)get_u32(attr);
		break;
	case IFLA_MASTER:
		link->master_ifindex = (int)get_u32(attr);
		break;
	case IFLA_CARRIER:
		link->carrier = mnl_attr_validate(attr, MNL_TYPE_U8) == 0 && mnl_attr_get_u8(attr);
		break;
	default:
		break;
	}
}

static void read_link(struct svf_link *link, const struct nlmsghdr *nlh)
{
	const struct ifinfomsg *ifi = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *attr;

	*link = (struct svf_link){ .peer_nsid = SVF_NSID_SELF };
	link->ifindex = ifi->ifi_index;
	link->type = ifi->ifi_type;
	link->flags = ifi->ifi_flags;
	mnl_attr_for_each (attr, nlh, sizeof(*ifi)) {
		read_addresses(link, attr);
		read_numbers(link, attr);
	}
}

bool svf_link_is_up(const struct svf_link *link)
{
	return link->flags & IFF_UP && link->carrier;
}

static bool is_link(const struct nlmsghdr *nlh)
{
	return nlh->nlmsg_type == RTM_NEWLINK &&
	       mnl_nlmsg_get_payload_len(nlh) >= sizeof(struct ifinfomsg);
}

static int keep_link(const struct nlmsghdr *nlh, void *arg)
{
	if (is_link(nlh))
		read_link(arg, nlh);
	return MNL_CB_OK;
}

static struct nlmsghdr *start_get(struct svf_nl *nl, int ifindex, uint16_t flags)
{
	struct nlmsghdr *nlh = svf_nl_start(nl, RTM_GETLINK, flags);
	struct ifinfomsg *ifi = mnl_nlmsg_put_extra_header(nlh, sizeof(*ifi));

	ifi->ifi_family = AF_UNSPEC;
	ifi->ifi_index = ifindex;
	mnl_attr_put_u32(nlh, IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
	return nlh;
}

int svf_link_get(struct svf_nl *nl, int nsid, int ifindex, struct svf_link *ret_link,
		 struct svf_errmsg *err)
{
	struct nlmsghdr *nlh = start_get(nl, ifindex, 0);
	struct svf_link link = {};
	char what[64];
	int r;

	if (nsid != SVF_NSID_SELF)
		mnl_attr_put_u32(nlh, IFLA_TARGET_NETNSID, (uint32_t)nsid);
	(void)snprintf(what, sizeof(what), "cannot read netdev %d", ifindex);
	r = svf_nl_talk(nl, nlh, keep_link, &link, what, err);
	if (r < 0)
		return r;
	if (link.ifindex == 0)
		return svf_errmsg_set(err, -EBADMSG, "%s: empty answer", what);
	*ret_link = link;
	return 0;
}

int svf_link_get_by_name(struct svf_nl *nl, const char *name, struct svf_link *ret_link,
			 struct svf_errmsg *err)
{
	struct nlmsghdr *nlh = start_get(nl, 0, 0);
	struct svf_link link = {};
	int r;

	if (strlen(name) == 0 || strlen(name) >= SVF_ALTNAME_MAX)
		return svf_errmsg_set(err, -ENODEV, "%s: no such netdev", name);

	/* This attribute, other than IFLA_IFNAME, is long enough for altnames; both find both. */
	mnl_attr_put_strz(nlh, IFLA_ALT_IFNAME, name);
	r = svf_nl_talk(nl, nlh, keep_link, &link, name, NULL);
	if (r == -ENODEV || (r == 0 && link.ifindex == 0))
		return svf_errmsg_set(err, -ENODEV, "%s: no such netdev", name);
	if (r < 0)
		return svf_errmsg_set(err, r, "%s: cannot read netdev: %s", name, strerror(-r));
	*ret_link = link;
	return 0;
}

/* A list that grows; the walk happens when the kernel has told all. */
struct link_list {
	struct svf_link *links; /* owned */
	size_t count, room;
};

static void done_list(struct link_list *list)
{
	free(list->links);
}

static int append_link(const struct nlmsghdr *nlh, void *arg)
{
	struct link_list *list = arg;

	if (!is_link(nlh))
		return MNL_CB_OK;
	if (list->count == list->room) {
		size_t room = list->room ? 2 * list->room : 64;
		struct svf_link *links = reallocarray(list->links, room, sizeof(*links));

		if (!links)
			return -ENOMEM;
		list->links = links;
		list->room = room;
	}
	read_link(&list->links[list->count++], nlh);
	return MNL_CB_OK;
}

int svf_link_list(struct svf_nl *nl, svf_link_cb cb, void *arg, struct svf_errmsg *err)
{
	__attribute__((cleanup(done_list))) struct link_list list = {};
	int r = -EAGAIN;

	/*
	 * A dump that netdevs came or went during is taken again. On a host where that never
	 * ends the last one is used: what was there all along is in it (since 6.9 by
	 * construction; before, but for a netdev whose hash neighbour vanished meanwhile).
	 */
	for (int i = 0; r == -EAGAIN && i < SVF_NL_DUMP_TRIES; i++) {
		list.count = 0;
		r = svf_nl_talk(nl, start_get(nl, 0, NLM_F_DUMP), append_link, &list,
				"cannot list netdevs", err);
	}
	if (r < 0 && r != -EAGAIN)
		return svf_errmsg_set(err, r, "cannot list netdevs: %s", strerror(-r));

	r = 0;
	for (size_t i = 0; r >= 0 && i < list.count; i++)
		r = cb(&list.links[i], arg);
	return r < 0 ? r : 0;
}
