/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * VLAN netdevs (`ip link add link X name Y type vlan`) as the kernel lists them for a network
 * namespace, and sets of VLANs as the sorter has them for a VF.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <svf/abi.h>

#include "nl.h"

struct svf_vlan_netdev {
	int lower;	/* IFLA_LINK: ifindex of the netdev below */
	int lower_nsid; /* of that one's namespace; SVF_NSID_SELF: the same as the VLAN netdev's */
	uint16_t proto; /* ETH_P_8021Q or ETH_P_8021AD */
	uint16_t vid;	/* 0-4095 */
};

/* Whether an IFLA_LINKINFO is that of a VLAN netdev. */
bool svf_vlan_is_kind(const struct nlattr *linkinfo);
/* Reads a link message; -ENOENT for anything that is not a whole VLAN netdev over another. */
int svf_vlan_read_message(const struct nlmsghdr *nlh, struct svf_vlan_netdev *ret_netdev);

/* Calls cb for each VLAN netdev of the namespace that nl's calls nsid; some may come twice. cb must
 * not use nl. Where netdevs come and go all the time one may be missing: events tell of those. */
typedef void (*svf_vlan_cb)(const struct svf_vlan_netdev *netdev, void *arg);
int svf_vlan_list(struct svf_nl *nl, int nsid, svf_vlan_cb cb, void *arg);

/* VLANs a VF may use, as in struct svf_vf_config. */
struct svf_vlan_set {
	__u64 trunk[SVF_TRUNK_WORDS];
	__u64 trunk_8021ad[SVF_TRUNK_WORDS];
};

/* Adds the VLAN of a netdev; one that is no VLAN (VID 0, which is untagged, and 4095) adds nothing.
 */
void svf_vlan_set_add(struct svf_vlan_set *set, const struct svf_vlan_netdev *netdev);
bool svf_vlan_set_is_empty(const struct svf_vlan_set *set);
/* What is in set, but not among the configuration's trunks. */
void svf_vlan_set_missing(struct svf_vlan_set *ret_missing, const struct svf_vlan_set *set,
			  const struct svf_vf_config *config);

#define SVF_VLAN_LIST_TEXT_MAX 128
/* "100,200-203,7 proto 802.1ad": what `trunk add` takes where it is of one protocol; between the
 * two comes separator. Ends in "..." where there are too many. */
void svf_vlan_set_format(char buf[SVF_VLAN_LIST_TEXT_MAX], const struct svf_vlan_set *set,
			 const char *separator);
