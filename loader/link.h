/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Netdevs over rtnetlink: read one, list them, make pairs, change one attribute.
 * A link is addressed by {nsid, ifindex}: nsid is SVF_NSID_SELF for our own namespace,
 * else the peer namespace id that the kernel told (IFLA_LINK_NETNSID) - which is how a VF
 * netdev inside a container is reached. Reading carries it as IFLA_TARGET_NETNSID; changing
 * opens that namespace (netns_open.c), for there the same attribute means "move it".
 * Failures are named by the netdev ("eth0v3: cannot set address: ...").
 * sysfs is never used: under `nsenter --net` it shows another namespace.
 */
#pragma once

#include <linux/if_ether.h>
#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>

#include "nl.h"

#define SVF_NSID_SELF	   (-1)
#define SVF_LINK_ALIAS_MAX 256
#define SVF_ALTNAME_MAX	   128

struct svf_link {
	int ifindex;
	char name[IFNAMSIZ];
	unsigned int type;  /* ARPHRD_* */
	unsigned int flags; /* IFF_* */
	uint32_t mtu;
	uint32_t group;
	uint32_t rx_queues; /* allocated (IFLA_NUM_RX_QUEUES) */
	uint8_t mac[ETH_ALEN];
	uint8_t perm_mac[ETH_ALEN]; /* all zero: none told */
	char kind[IFNAMSIZ];	    /* IFLA_INFO_KIND: "veth", "tun", "" */
	char qdisc[IFNAMSIZ];	    /* root qdisc: "noqueue", "tbf" */
	int peer_ifindex;	    /* IFLA_LINK: veth peer; 0 none */
	int peer_nsid;		    /* IFLA_LINK_NETNSID; SVF_NSID_SELF: same namespace */
	int master_ifindex;	    /* 0 none */
	char alias[SVF_LINK_ALIAS_MAX];
	uint32_t xdp_prog_id; /* 0 none */
	uint8_t xdp_mode;     /* XDP_ATTACHED_*: as the kernel reads it back */
	bool carrier;
};

struct svf_link_pair_spec {
	const char *near_name, *far_name;   /* representor, VF netdev */
	const char *near_alias, *far_alias; /* NULL: none (set by a second request) */
	const uint8_t *near_mac, *far_mac;  /* NULL: kernel's choice */
	uint32_t mtu;			    /* 0: 1500 */
	uint32_t group;	     /* IFLA_GROUP of both ends, there from the beginning; 0: default */
	unsigned int queues; /* rx and tx queues of both ends */
};

/* Whether it is up and has a carrier. */
bool svf_link_is_up(const struct svf_link *link);

int svf_link_get(struct svf_nl *nl, int nsid, int ifindex, struct svf_link *ret_link,
		 struct svf_errmsg *err);
int svf_link_get_by_name(struct svf_nl *nl, const char *name, struct svf_link *ret_link,
			 struct svf_errmsg *err); /* -ENODEV; altnames accepted */

/* Calls cb for each netdev of our namespace; a negative return ends the walk and is returned. */
typedef int (*svf_link_cb)(const struct svf_link *link, void *arg);
int svf_link_list(struct svf_nl *nl, svf_link_cb cb, void *arg, struct svf_errmsg *err);

/* Makes a veth pair, both ends down, near end IFF_NOARP and addr_gen_mode none. Four
 * requests; if a later one fails the pair is removed again. -EEXIST: a name is
 * taken. */
int svf_link_add_pair(struct svf_nl *nl, const struct svf_link_pair_spec *spec,
		      struct svf_errmsg *err);
int svf_link_del(struct svf_nl *nl, int ifindex, struct svf_errmsg *err); /* -ENODEV if gone */
/* Deletes every netdev of our namespace that is in the group, at once (0.1 s for 256 pairs;
 * one by one takes 6-11 s); success if there is none. -EINVAL for group 0, which is
 * everybody's; -EOPNOTSUPP, and nothing deleted, if one of them cannot be (a NIC). */
int svf_link_del_group(struct svf_nl *nl, uint32_t group, struct svf_errmsg *err);

int svf_link_set_group(struct svf_nl *nl, int ifindex, uint32_t group, struct svf_errmsg *err);
int svf_link_set_flags(struct svf_nl *nl, int nsid, int ifindex, unsigned int flags,
		       unsigned int mask, struct svf_errmsg *err); /* IFF_UP, IFF_ALLMULTI.. */
int svf_link_set_mac(struct svf_nl *nl, int nsid, int ifindex, const uint8_t mac[ETH_ALEN],
		     struct svf_errmsg *err);
int svf_link_set_mtu(struct svf_nl *nl, int nsid, int ifindex, uint32_t mtu,
		     struct svf_errmsg *err);
int svf_link_set_txqlen(struct svf_nl *nl, int ifindex, uint32_t len, struct svf_errmsg *err);
int svf_link_set_alias(struct svf_nl *nl, int ifindex, const char *alias, struct svf_errmsg *err);
int svf_link_add_altname(struct svf_nl *nl, int ifindex, const char *altname,
			 struct svf_errmsg *err);

/* Moves the netdev that nl's namespace has as ifindex into another namespace, where it is called
 * name: down and without addresses, routes, qdiscs and masters. -EEXIST: a netdev there has its
 * name, and then it may be there or here. (link_move.c) */
int svf_link_move(struct svf_nl *nl, int ifindex, int netns_fd, const char *name,
		  struct svf_errmsg *err);

/* What a netdev that is down shall be. */
struct svf_link_settings {
	const char *name, *alias;
	const uint8_t *mac;
	uint32_t mtu;
};

/* Makes it that, and takes away what a move leaves of its last user: XDP programs, promiscuity,
 * queue length, group. It is addressed by its number in our namespace. (link_move.c) */
int svf_link_clean(struct svf_nl *nl, int ifindex, const struct svf_link_settings *settings,
		   struct svf_errmsg *err);

/* Keeps the host's stack off a netdev that is down: IFF_NOARP, addr_gen_mode none, and IPv6
 * switched off by /proc/sys/net/ipv6/conf/<name>/disable_ipv6, which is that of the calling
 * thread's namespace (no error where IPv6 is not built in or the sysctl is not there). */
int svf_link_mute(struct svf_nl *nl, const struct svf_link *link, struct svf_errmsg *err);

/* Unicast filter of a NIC (`bridge fdb add MAC dev PF self`, RTM_NEWNEIGH NTF_SELF
 * NUD_PERMANENT). add: -EEXIST if it was there before (not ours to delete); del: -ENOENT if it
 * is not there, -ENODEV if the NIC is gone. */
int svf_link_add_filter(struct svf_nl *nl, int ifindex, const uint8_t mac[ETH_ALEN],
			struct svf_errmsg *err);
int svf_link_del_filter(struct svf_nl *nl, int ifindex, const uint8_t mac[ETH_ALEN],
			struct svf_errmsg *err);
/* Calls cb for each of them. */
typedef void (*svf_filter_cb)(const uint8_t mac[ETH_ALEN], void *arg);
int svf_link_list_filters(struct svf_nl *nl, int ifindex, svf_filter_cb cb, void *arg,
			  struct svf_errmsg *err);
