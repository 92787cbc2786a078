// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reading VLAN netdevs over rtnetlink. The dump is filtered by kind in the kernel, unless 8021q is
 * not loaded there: then it lists all netdevs, and none of them is one.
 */
#include "vlan_list.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_link.h>
#include <stdio.h>
#include <string.h>

#include "link.h"

#define WORD_BITS 64
/* A tenant who makes and deletes netdevs without end interrupts every dump of his namespace. */
#define TRIES 3

static const char kind[] = "vlan";

/* --- messages --- */

bool svf_vlan_is_kind(const struct nlattr *linkinfo)
{
	const struct nlattr *attr;

	mnl_attr_for_each_nested (attr, linkinfo)
		if (mnl_attr_get_type(attr) == IFLA_INFO_KIND &&
		    mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) == 0)
			return !strcmp(mnl_attr_get_str(attr), kind);
	return false;
}

static void read_data(struct svf_vlan_netdev *netdev, const struct nlattr *linkinfo)
{
	const struct nlattr *data, *attr;

	mnl_attr_for_each_nested (data, linkinfo) {
		if (mnl_attr_get_type(data) != IFLA_INFO_DATA)
			continue;
		mnl_attr_for_each_nested (attr, data) {
			if (mnl_attr_validate(attr, MNL_TYPE_U16) < 0)
				continue;
			if (mnl_attr_get_type(attr) == IFLA_VLAN_ID)
				netdev->vid = mnl_attr_get_u16(attr);
			else if (mnl_attr_get_type(attr) == IFLA_VLAN_PROTOCOL)
				netdev->proto = ntohs(mnl_attr_get_u16(attr));
		}
	}
}

int svf_vlan_read_message(const struct nlmsghdr *nlh, struct svf_vlan_netdev *ret_netdev)
{
	struct svf_vlan_netdev netdev = { .lower_nsid = SVF_NSID_SELF };
	const struct nlattr *attr;
	bool is_vlan = false;

	if (nlh->nlmsg_type != RTM_NEWLINK ||
	    mnl_nlmsg_get_payload_len(nlh) < sizeof(struct ifinfomsg))
		return -ENOENT;
	mnl_attr_for_each (attr, nlh, sizeof(struct ifinfomsg)) {
		const uint16_t type = mnl_attr_get_type(attr);

		if (type == IFLA_LINKINFO) {
			is_vlan = svf_vlan_is_kind(attr);
			read_data(&netdev, attr);
		} else if (type == IFLA_LINK && mnl_attr_validate(attr, MNL_TYPE_U32) == 0) {
			netdev.lower = (int)mnl_attr_get_u32(attr);
		} else if (type == IFLA_LINK_NETNSID &&
			   mnl_attr_validate(attr, MNL_TYPE_U32) == 0) {
			netdev.lower_nsid = (int)mnl_attr_get_u32(attr);
		}
	}
	if (!is_vlan || netdev.lower <= 0 ||
	    (netdev.proto != ETH_P_8021Q && netdev.proto != ETH_P_8021AD))
		return -ENOENT;
	*ret_netdev = netdev;
	return 0;
}

/* --- lists --- */

struct listing {
	svf_vlan_cb cb;
	void *arg;
};

static int take_message(const struct nlmsghdr *nlh, void *arg)
{
	const struct listing *listing = arg;
	struct svf_vlan_netdev netdev;

	if (!svf_vlan_read_message(nlh, &netdev))
		listing->cb(&netdev, listing->arg);
	return MNL_CB_OK;
}

static struct nlmsghdr *start_dump(struct svf_nl *nl, int nsid)
{
	struct nlmsghdr *nlh = svf_nl_start(nl, RTM_GETLINK, NLM_F_DUMP);
	struct ifinfomsg *ifi = mnl_nlmsg_put_extra_header(nlh, sizeof(*ifi));
	struct nlattr *nest;

	ifi->ifi_family = AF_UNSPEC;
	mnl_attr_put_u32(nlh, IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
	nest = mnl_attr_nest_start(nlh, IFLA_LINKINFO);
	mnl_attr_put_strz(nlh, IFLA_INFO_KIND, kind);
	mnl_attr_nest_end(nlh, nest);
	if (nsid != SVF_NSID_SELF)
		mnl_attr_put_u32(nlh, IFLA_TARGET_NETNSID, (uint32_t)nsid);
	return nlh;
}

int svf_vlan_list(struct svf_nl *nl, int nsid, svf_vlan_cb cb, void *arg)
{
	struct listing listing = { .cb = cb, .arg = arg };
	int r = -EAGAIN;

	for (int i = 0; r == -EAGAIN && i < TRIES; i++)
		r = svf_nl_talk(nl, start_dump(nl, nsid), take_message, &listing, "", NULL);
	return r == -EAGAIN ? 0 : r;
}

/* --- sets --- */

void svf_vlan_set_add(struct svf_vlan_set *set, const struct svf_vlan_netdev *netdev)
{
	__u64 *words = netdev->proto == ETH_P_8021AD ? set->trunk_8021ad : set->trunk;

	if (netdev->vid >= 1 && netdev->vid <= SVF_VLAN_MAX)
		words[netdev->vid / WORD_BITS] |= 1ULL << (netdev->vid % WORD_BITS);
}

static bool has(const __u64 words[SVF_TRUNK_WORDS], unsigned int vid)
{
	return vid <= SVF_VLAN_MAX && words[vid / WORD_BITS] >> (vid % WORD_BITS) & 1;
}

bool svf_vlan_set_is_empty(const struct svf_vlan_set *set)
{
	static const struct svf_vlan_set empty;

	return !memcmp(set, &empty, sizeof(empty));
}

void svf_vlan_set_missing(struct svf_vlan_set *ret_missing, const struct svf_vlan_set *set,
			  const struct svf_vf_config *config)
{
	for (unsigned int i = 0; i < SVF_TRUNK_WORDS; i++) {
		ret_missing->trunk[i] = set->trunk[i] & ~config->trunk[i];
		ret_missing->trunk_8021ad[i] = set->trunk_8021ad[i] & ~config->trunk_8021ad[i];
	}
}

/* --- text --- */

#define RANGE_TEXT_MAX 16 /* ",4000-4094", and room for "..." */

/* Returns false where the text had to end. */
static bool format_list(char *buf, size_t size, const __u64 words[SVF_TRUNK_WORDS])
{
	size_t used = 0;

	buf[0] = '\0';
	for (unsigned int first = 1, last; first <= SVF_VLAN_MAX; first = last + 1) {
		last = first;
		if (!has(words, first))
			continue;
		while (has(words, last + 1))
			last++;
		if (used + RANGE_TEXT_MAX > size) {
			(void)snprintf(buf + used, size - used, "...");
			return false;
		}
		used += (size_t)snprintf(buf + used, size - used, last > first ? "%s%u-%u" : "%s%u",
					 used ? "," : "", first, last);
	}
	return true;
}

void svf_vlan_set_format(char buf[SVF_VLAN_LIST_TEXT_MAX], const struct svf_vlan_set *set,
			 const char *separator)
{
	char q[SVF_VLAN_LIST_TEXT_MAX / 2 - 16], ad[SVF_VLAN_LIST_TEXT_MAX / 2 - 16];

	(void)format_list(q, sizeof(q), set->trunk);
	(void)format_list(ad, sizeof(ad), set->trunk_8021ad);
	(void)snprintf(buf, SVF_VLAN_LIST_TEXT_MAX, "%s%s%s%s", q, q[0] && ad[0] ? separator : "",
		       ad, ad[0] ? " proto 802.1ad" : "");
}
