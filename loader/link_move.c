// SPDX-License-Identifier: GPL-2.0-only
/* Netdevs that change hands: into another namespace, and fresh for the next user. */
#include <errno.h>
#include <linux/if_link.h>
#include <string.h>

#include "link.h"

#define FRESH_TXQLEN 1000 /* the kernel's DEFAULT_TX_QUEUE_LEN, which a veth end is born with */

static struct nlmsghdr *start_set(struct svf_nl *nl, int ifindex)
{
	struct nlmsghdr *nlh = svf_nl_start(nl, RTM_SETLINK, 0);
	struct ifinfomsg *ifi = mnl_nlmsg_put_extra_header(nlh, sizeof(*ifi));

	ifi->ifi_family = AF_UNSPEC;
	ifi->ifi_index = ifindex;
	return nlh;
}

int svf_link_move(struct svf_nl *nl, int ifindex, int netns_fd, const char *name,
		  struct svf_errmsg *err)
{
	struct nlmsghdr *nlh = start_set(nl, ifindex);

	mnl_attr_put_u32(nlh, IFLA_NET_NS_FD, (uint32_t)netns_fd);
	mnl_attr_put_strz(nlh, IFLA_IFNAME, name);
	return svf_nl_talk(nl, nlh, NULL, NULL, "cannot move it", err);
}

/* In the mode it was attached in, and in both if there are two. One that a tenant attached by a BPF
 * link goes with the link only: -EBUSY. */
static int detach_xdp(struct svf_nl *nl, int ifindex, uint32_t mode)
{
	struct nlmsghdr *nlh = start_set(nl, ifindex);
	struct nlattr *xdp = mnl_attr_nest_start(nlh, IFLA_XDP);

	mnl_attr_put_u32(nlh, IFLA_XDP_FD, (uint32_t)-1);
	mnl_attr_put_u32(nlh, IFLA_XDP_FLAGS, mode);
	mnl_attr_nest_end(nlh, xdp);
	return svf_nl_talk(nl, nlh, NULL, NULL, "cannot take off the XDP program", NULL);
}

static int clean_xdp(struct svf_nl *nl, const struct svf_link *link, struct svf_errmsg *err)
{
	int r = 0;

	if (link->xdp_mode == XDP_ATTACHED_NONE)
		return 0;
	if (link->xdp_mode != XDP_ATTACHED_SKB)
		r = detach_xdp(nl, link->ifindex, XDP_FLAGS_DRV_MODE);
	if (!r && link->xdp_mode != XDP_ATTACHED_DRV)
		r = detach_xdp(nl, link->ifindex, XDP_FLAGS_SKB_MODE);
	return r < 0 ? svf_errmsg_set(err, r,
				      "%s: cannot take its last user's XDP program off: %s: end "
				      "what holds it (`bpftool link` tells), then again",
				      link->name, strerror(-r))
		     : 0;
}

int svf_link_clean(struct svf_nl *nl, int ifindex, const struct svf_link_settings *settings,
		   struct svf_errmsg *err)
{
	const unsigned int flags = IFF_PROMISC | IFF_ALLMULTI | IFF_NOARP | IFF_MULTICAST;
	struct svf_link link;
	struct nlmsghdr *nlh;
	struct ifinfomsg *ifi;
	char what[64];
	int r = svf_link_get(nl, SVF_NSID_SELF, ifindex, &link, err);

	if (!r)
		r = clean_xdp(nl, &link, err);
	if (r < 0)
		return r;
	nlh = start_set(nl, ifindex);
	ifi = mnl_nlmsg_get_payload(nlh);
	ifi->ifi_flags = IFF_MULTICAST;
	ifi->ifi_change = flags;
	if (strcmp(link.name, settings->name) != 0)
		mnl_attr_put_strz(nlh, IFLA_IFNAME, settings->name);
	mnl_attr_put_str(nlh, IFLA_IFALIAS, settings->alias);
	if (memcmp(link.mac, settings->mac, ETH_ALEN) != 0)
		mnl_attr_put(nlh, IFLA_ADDRESS, ETH_ALEN, settings->mac);
	if (link.mtu != settings->mtu)
		mnl_attr_put_u32(nlh, IFLA_MTU, settings->mtu);
	mnl_attr_put_u32(nlh, IFLA_TXQLEN, FRESH_TXQLEN);
	mnl_attr_put_u32(nlh, IFLA_GROUP, 0);
	(void)snprintf(what, sizeof(what), "%s: cannot make it as it was", link.name);
	return svf_nl_talk(nl, nlh, NULL, NULL, what, err);
}
