/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What `show` shows: one snapshot of a PF and its VFs as plain data (collected by vfinfo.c,
 * printed by show_text.c and show_json.c, which touch no kernel object).
 */
#pragma once

#include <linux/if_ether.h>
#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include <svf/abi.h>
#include <svf/cleanup.h>
#include <svf/errmsg.h>

#include "losses.h"
#include "owner.h"
#include "state.h"

/* An address that another VF has too, in a VLAN that both are in. */
struct svf_vf_dup {
	uint8_t mac[ETH_ALEN];
	unsigned int vf; /* the other one */
};

struct svf_vf_info {
	unsigned int vf;
	struct svf_vf_config config; /* as the sorter has it */
	char netdev[IFNAMSIZ];	     /* VF netdev's present name; "" if it is gone */
	int netdev_ifindex;	     /* in its namespace */
	int nsid;		     /* SVF_NSID_SELF: still in the PF's namespace */
	char representor[IFNAMSIZ];  /* "" if gone */
	char ring_port[IFNAMSIZ];    /* "" if none */
	bool netdev_up, netdev_carrier;
	uint8_t netdev_mac[ETH_ALEN]; /* what it has, which may not be what it may use */
	uint32_t netdev_mtu;
	struct svf_owner owner;	 /* of the namespace it is in; by svf_pf_info_find_owners() */
	bool mcast_flood;	 /* gets all multicast: its groups could not be read */
	struct svf_vf_dup *dups; /* addresses that another VF has too, owned */
	unsigned int n_dups;
	struct svf_stats stats[SVF_N_DIRECTIONS];
	struct svf_drops drops[SVF_N_DIRECTIONS];
	struct svf_loss_sources sources; /* rings, queues and clones not filled in */
	struct svf_ring_stats *rings;	 /* one per queue, owned; NULL in the tc lane */
	struct svf_ring_fill fill;	 /* of the fullest of them; says nothing without an agent */
};

struct svf_pf_info {
	char name[IFNAMSIZ];	     /* what `up` knew it as, and all commands do */
	char present_name[IFNAMSIZ]; /* what it is called now */
	int ifindex;
	uint8_t mac[ETH_ALEN];
	struct svf_state state; /* arguments of `up`, PF settings changed */
	const char *xdp_mode;	/* "native", "skb", "none": read back from the kernel */
	bool zero_copy;		/* told by the agent after asking the kernel */
	pid_t agent_pid;	/* 0: not running */
	pid_t daemon_pid;	/* 0: not running */
	bool agent_alive;	/* heartbeat fresh */
	uint32_t agent_starts;
	struct svf_policy policy;
	unsigned int mtu; /* of the PF */
	bool carrier;	  /* the PF is up and has a link, as the sorter knows it */
	struct svf_stats stats[SVF_N_DIRECTIONS]; /* of the host's side */
	struct svf_drops drops[SVF_N_DIRECTIONS];
	struct svf_stats wire_stats[SVF_N_DIRECTIONS]; /* RX: what came from the wire */
	struct svf_drops wire_drops[SVF_N_DIRECTIONS];
	unsigned int n_vfs;
	struct svf_vf_info *vfs; /* owned */
	char *ip;		 /* what ip prints of it, by svf_show_ask_ip(), owned */
};

/* Collects a snapshot; -ENODEV "eth0: no VFs here ..." if the PF is not up. */
int svf_pf_info_new(struct svf_pf_info **ret_info, const char *pf, struct svf_errmsg *err);
struct svf_pf_info *svf_pf_info_free(struct svf_pf_info *info);
SVF_DEFINE_CLEANUP(pf_info, struct svf_pf_info *, svf_pf_info_free(val_), NULL)

/* What was lost on the way to (RX) or from (TX) the VF behind the sorter's back. (losses.c) */
void svf_vf_losses(const struct svf_pf_info *info, const struct svf_vf_info *vf,
		   enum svf_direction direction, struct svf_losses *ret_losses);
/* Frames to (RX) or from (TX) the VF that were lost, by the sorter or behind it: what `show -s` and
 * `stats` call dropped. (losses.c) */
uint64_t svf_vf_dropped(const struct svf_pf_info *info, const struct svf_vf_info *vf,
			enum svf_direction direction);

/* Finds out who holds the VFs that are not in the PF's namespace: one look at all mounts and
 * processes, so only where it is to be shown. */
int svf_pf_info_find_owners(struct svf_pf_info *info, struct svf_errmsg *err);
/* Finds the addresses that VFs share (duplicates.c). -ENOMEM. */
int svf_pf_info_find_dups(struct svf_pf_info *info);
/* Whether both VFs may use one VLAN, or both untagged frames. */
bool svf_vfs_share_vlan(const struct svf_vf_config *a, const struct svf_vf_config *b);
/* Whether the address is one of the VF's own. */
bool svf_vf_owns(const struct svf_vf_config *config, const uint8_t mac[ETH_ALEN]);

/* Names of the PFs that are up in our network namespace: NULL-terminated, one malloc per
 * name and one for the list; freed by svf_pf_list_free(). */
int svf_pf_list(char ***ret_names, struct svf_errmsg *err);
void svf_pf_list_free(char **names);
/* 0, or -EBUSY if the netdev is up in our network namespace by another name than `name`: it was
 * renamed, or `name` is an altname. */
int svf_pf_check_name(const char *name, int ifindex, struct svf_errmsg *err);
