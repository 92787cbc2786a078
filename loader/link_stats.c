// SPDX-License-Identifier: GPL-2.0-only
/*
 * Counters of netdevs (IFLA_STATS64, the core's drops included) and of qdiscs (TCA_STATS2). One
 * request each: a caller knows the few that matter.
 */
#include <errno.h>
#include <linux/gen_stats.h>
#include <linux/if_link.h>
#include <string.h>

#include "link.h"
#include "link_stats.h"

static int read_stats(const struct nlmsghdr *nlh, void *arg)
{
	struct svf_link_stats *stats = arg;
	struct rtnl_link_stats64 all = {};
	const struct nlattr *attr;

	if (nlh->nlmsg_type != RTM_NEWLINK ||
	    mnl_nlmsg_get_payload_len(nlh) < sizeof(struct ifinfomsg))
		return MNL_CB_OK;
	mnl_attr_for_each (attr, nlh, sizeof(struct ifinfomsg)) {
		size_t len = mnl_attr_get_payload_len(attr);

		if (mnl_attr_get_type(attr) != IFLA_STATS64)
			continue;
		memcpy(&all, mnl_attr_get_payload(attr), len < sizeof(all) ? len : sizeof(all));
	}
	*stats = (struct svf_link_stats){
		.rx_packets = all.rx_packets,
		.rx_bytes = all.rx_bytes,
		.tx_packets = all.tx_packets,
		.tx_bytes = all.tx_bytes,
		.rx_dropped = all.rx_dropped,
		.tx_dropped = all.tx_dropped,
	};
	return MNL_CB_OK;
}

int svf_link_stats_get(struct svf_nl *nl, int nsid, int ifindex, struct svf_link_stats *ret_stats)
{
	struct nlmsghdr *nlh = svf_nl_start(nl, RTM_GETLINK, 0);
	struct ifinfomsg *ifi = mnl_nlmsg_put_extra_header(nlh, sizeof(*ifi));

	*ret_stats = (struct svf_link_stats){};
	if (ifindex <= 0)
		return -ENODEV;
	ifi->ifi_family = AF_UNSPEC;
	ifi->ifi_index = ifindex;
	if (nsid != SVF_NSID_SELF)
		mnl_attr_put_u32(nlh, IFLA_TARGET_NETNSID, (uint32_t)nsid);
	return svf_nl_talk(nl, nlh, read_stats, ret_stats, "", NULL);
}

static int read_qdisc(const struct nlmsghdr *nlh, void *arg)
{
	struct svf_qdisc_stats *stats = arg;
	const struct nlattr *attr, *nested;

	if (nlh->nlmsg_type != RTM_NEWQDISC ||
	    mnl_nlmsg_get_payload_len(nlh) < sizeof(struct tcmsg))
		return MNL_CB_OK;
	mnl_attr_for_each (attr, nlh, sizeof(struct tcmsg)) {
		if (mnl_attr_get_type(attr) != TCA_STATS2)
			continue;
		mnl_attr_for_each_nested (nested, attr) {
			struct gnet_stats_queue queue;

			if (mnl_attr_get_type(nested) != TCA_STATS_QUEUE ||
			    mnl_attr_get_payload_len(nested) < sizeof(queue))
				continue;
			memcpy(&queue, mnl_attr_get_payload(nested), sizeof(queue));
			stats->drops = queue.drops;
			stats->backlog = queue.qlen;
		}
	}
	return MNL_CB_OK;
}

int svf_qdisc_stats_get(struct svf_nl *nl, int ifindex, uint32_t parent,
			struct svf_qdisc_stats *ret_stats)
{
	/* without ECHO only listeners get the answer */
	struct nlmsghdr *nlh = svf_nl_start(nl, RTM_GETQDISC, NLM_F_ECHO);
	struct tcmsg *tcm = mnl_nlmsg_put_extra_header(nlh, sizeof(*tcm));
	int r;

	*ret_stats = (struct svf_qdisc_stats){};
	tcm->tcm_family = AF_UNSPEC;
	tcm->tcm_ifindex = ifindex;
	tcm->tcm_parent = parent;
	r = svf_nl_talk(nl, nlh, read_qdisc, ret_stats, "", NULL);
	return r == -ENOENT || r == -ENODEV ? 0 : r;
}
