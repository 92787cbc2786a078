// SPDX-License-Identifier: GPL-2.0-only
/*
 * Unicast filters of a NIC: secondary addresses it accepts without promiscuous mode. The
 * kernel counts them per address, not per owner, so who added one must remember it.
 */
#include <errno.h>
#include <linux/neighbour.h>
#include <string.h>

#include "link.h"
#include "macaddr.h"

static int talk_filter(struct svf_nl *nl, uint16_t type, uint16_t flags, int ifindex,
		       const uint8_t mac[ETH_ALEN], struct svf_errmsg *err)
{
	struct nlmsghdr *nlh = svf_nl_start(nl, type, flags);
	struct ndmsg *ndm = mnl_nlmsg_put_extra_header(nlh, sizeof(*ndm));
	char text[SVF_MAC_TEXT_MAX], what[80];
	struct svf_errmsg detail = {};
	struct svf_link link;
	int r;

	ndm->ndm_family = AF_BRIDGE;
	ndm->ndm_ifindex = ifindex;
	ndm->ndm_state = NUD_PERMANENT;
	ndm->ndm_flags = NTF_SELF;
	mnl_attr_put(nlh, NDA_LLADDR, ETH_ALEN, mac);

	svf_mac_format(text, mac);
	(void)snprintf(what, sizeof(what), "cannot %s address filter %s",
		       type == RTM_NEWNEIGH ? "add" : "remove", text);
	r = svf_nl_talk(nl, nlh, NULL, NULL, what, &detail);
	if (r == 0 || !err)
		return r;
	if (svf_link_get(nl, SVF_NSID_SELF, ifindex, &link, NULL) == 0)
		return svf_errmsg_set(err, r, "%s: %s", link.name, detail.text);
	return svf_errmsg_set(err, r, "netdev %d: %s", ifindex, detail.text);
}

int svf_link_add_filter(struct svf_nl *nl, int ifindex, const uint8_t mac[ETH_ALEN],
			struct svf_errmsg *err)
{
	return talk_filter(nl, RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_EXCL, ifindex, mac, err);
}

int svf_link_del_filter(struct svf_nl *nl, int ifindex, const uint8_t mac[ETH_ALEN],
			struct svf_errmsg *err)
{
	return talk_filter(nl, RTM_DELNEIGH, 0, ifindex, mac, err);
}

struct listing {
	int ifindex;
	svf_filter_cb cb;
	void *arg;
};

/* The dump is of all netdevs: the kernel's own choice of one wants a bridge. */
static int tell_filter(const struct nlmsghdr *nlh, void *arg)
{
	const struct ndmsg *ndm = mnl_nlmsg_get_payload(nlh);
	const struct listing *listing = arg;
	const struct nlattr *attr;

	if (nlh->nlmsg_type != RTM_NEWNEIGH || ndm->ndm_ifindex != listing->ifindex ||
	    !(ndm->ndm_flags & NTF_SELF))
		return MNL_CB_OK;
	mnl_attr_for_each (attr, nlh, sizeof(*ndm))
		if (mnl_attr_get_type(attr) == NDA_LLADDR &&
		    mnl_attr_get_payload_len(attr) == ETH_ALEN)
			listing->cb(mnl_attr_get_payload(attr), listing->arg);
	return MNL_CB_OK;
}

int svf_link_list_filters(struct svf_nl *nl, int ifindex, svf_filter_cb cb, void *arg,
			  struct svf_errmsg *err)
{
	struct listing listing = { .ifindex = ifindex, .cb = cb, .arg = arg };
	int r = -EAGAIN;

	/* Told twice does no harm, so a dump that something changed under is simply repeated. */
	for (int i = 0; r == -EAGAIN && i < SVF_NL_DUMP_TRIES; i++) {
		struct nlmsghdr *nlh = svf_nl_start(nl, RTM_GETNEIGH, NLM_F_DUMP);
		struct ifinfomsg *ifi = mnl_nlmsg_put_extra_header(nlh, sizeof(*ifi));

		ifi->ifi_family = AF_BRIDGE;
		r = svf_nl_talk(nl, nlh, tell_filter, &listing, "cannot list address filters", err);
	}
	return r == -EAGAIN ? 0 : r;
}
