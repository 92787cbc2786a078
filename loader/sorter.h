/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The sorter seen from user space: its programs, maps and pins. The only file that
 * includes the skeleton is sorter.c (sorter_maps.c reads and writes through the pins' fds).
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <svf/abi.h>
#include <svf/cleanup.h>
#include <svf/errmsg.h>
#include <svf/paths.h>

enum svf_program {
	SVF_PROGRAM_WIRE,      /* XDP, PF */
	SVF_PROGRAM_WIRE_TC,   /* tc ingress, PF */
	SVF_PROGRAM_HOST_TC,   /* tc egress, PF */
	SVF_PROGRAM_PORT_TC,   /* tc ingress, representor */
	SVF_PROGRAM_RING_TC,   /* tc ingress, ring port */
	SVF_PROGRAM_OUT_TC,    /* tc egress, ring port */
	SVF_PROGRAM_SHAPED_TC, /* tc ingress, far end of the shaper pair */
	SVF_N_PROGRAMS,
};

enum svf_map {
#define SVF_X(name) SVF_MAP_##name,
	SVF_MAPS(SVF_X)
#undef SVF_X
		SVF_N_MAPS,
};

struct svf_sorter_params {
	int pf_ifindex;
	unsigned int queues;
	unsigned int max_vfs;
	bool skb_mode; /* svf_wire only passes */
};

struct svf_sorter; /* owns fds of all maps and programs */

/* Loads the object into the kernel; nothing is attached or pinned. */
int svf_sorter_new(struct svf_sorter **ret_sorter, const struct svf_sorter_params *params,
		   struct svf_errmsg *err);
/* Opens what is pinned under paths->pins; -ENOENT if not (all) there. */
int svf_sorter_open(struct svf_sorter **ret_sorter, const struct svf_paths *paths,
		    struct svf_errmsg *err);
struct svf_sorter *svf_sorter_free(struct svf_sorter *sorter);
SVF_DEFINE_CLEANUP(sorter, struct svf_sorter *, svf_sorter_free(val_), NULL)

/* Pins maps and programs, making the directories (and mounting bpffs where it is missing). */
int svf_sorter_pin(const struct svf_sorter *sorter, const struct svf_paths *paths,
		   struct svf_errmsg *err);
/* Removes every pin below paths->pins and the directory; success if there is none. Unpinning
 * the link detaches the XDP program. */
int svf_sorter_unpin(const struct svf_paths *paths, struct svf_errmsg *err);

/* "svf_wire", ...: the program's name in the kernel. */
const char *svf_program_name(enum svf_program program);
int svf_sorter_program_fd(const struct svf_sorter *sorter, enum svf_program program);
int svf_sorter_map_fd(const struct svf_sorter *sorter, enum svf_map map);

/* Attaches svf_wire by a bpf_link pinned as links/svf_wire. */
int svf_sorter_attach_xdp(const struct svf_sorter *sorter, const struct svf_paths *paths,
			  const char *pf, int ifindex, bool skb_mode, struct svf_errmsg *err);
/* Removes that pin, and with it the attachment; success if there is none. */
int svf_sorter_detach_xdp(const struct svf_paths *paths);

/* --- maps (sorter_maps.c). All: 0, -ENOENT where there is no such entry, or -errno. --- */

/* Writes key -> value into a HASH; waits an RCU grace period if there was a value that a frame may
 * be looking at: the kernel hands the old element to the next update on this CPU. */
int svf_sorter_replace(const struct svf_sorter *sorter, enum svf_map which, const void *key,
		       const void *value);

int svf_sorter_get_pf(const struct svf_sorter *sorter, struct svf_pf_config *ret_pf);
/* The PF daemon's to write while it runs. */
int svf_sorter_set_pf(const struct svf_sorter *sorter, const struct svf_pf_config *pf);
int svf_sorter_get_policy(const struct svf_sorter *sorter, struct svf_policy *ret_policy);
/* For who holds the PF's lock. */
int svf_sorter_set_policy(const struct svf_sorter *sorter, const struct svf_policy *policy);
int svf_sorter_get_vf(const struct svf_sorter *sorter, uint32_t vf,
		      struct svf_vf_config *ret_config);
/* Publishes a VF's configuration; every frame sees the old or the new one, whole. Replacing
 * waits an RCU grace period, after which no frame is handled by the old one. */
int svf_sorter_set_vf(const struct svf_sorter *sorter, uint32_t vf,
		      const struct svf_vf_config *config);
/* Removes the VF's configuration; every program run that may use it has ended afterwards. */
int svf_sorter_del_vf(const struct svf_sorter *sorter, uint32_t vf);
int svf_sorter_add_port(const struct svf_sorter *sorter, uint32_t ifindex, uint32_t vf,
			enum svf_role role);

int svf_sorter_del_port(const struct svf_sorter *sorter, uint32_t ifindex);

/* Makes the states of limits on frames/s (of a VF, or SVF_WIRE_ID); success if it is there. */
int svf_sorter_add_rate(const struct svf_sorter *sorter, uint32_t id);
int svf_sorter_del_rate(const struct svf_sorter *sorter, uint32_t id);

/* --- indexes (sorter_fdb.c); vlan is svf_home_vlan() of the VF's configuration --- */

int svf_sorter_get_fdb(const struct svf_sorter *sorter, const uint8_t mac[ETH_ALEN], uint16_t vlan,
		       struct svf_fdb_owners *ret_owners);
/* Makes the VF one of the address's owners; -ENOSPC if SVF_OWNERS_MAX others are. */
int svf_sorter_add_fdb(const struct svf_sorter *sorter, const uint8_t mac[ETH_ALEN], uint16_t vlan,
		       uint32_t vf);
/* The entry, and its hits, go with its last owner. */
int svf_sorter_del_fdb(const struct svf_sorter *sorter, const uint8_t mac[ETH_ALEN], uint16_t vlan,
		       uint32_t vf);
/* Calls cb for each entry, in no order; a negative return ends the walk and is returned. */
typedef int (*svf_fdb_cb)(const struct svf_fdb_key *key, const struct svf_fdb_owners *owners,
			  void *arg);
int svf_sorter_list_fdb(const struct svf_sorter *sorter, svf_fdb_cb cb, void *arg);
/* Removes the VF from entries that its configuration does not bear out: left by a `set` that was
 * killed. Frames are not affected, since the configuration decides. */
int svf_sorter_prune_fdb(const struct svf_sorter *sorter, uint32_t vf,
			 const struct svf_vf_config *config);
int svf_sorter_join_vlan(const struct svf_sorter *sorter, uint16_t vlan, uint32_t vf);
/* Makes VFs 0..vfs-1, and no others, the members of a VLAN. */
int svf_sorter_fill_vlan(const struct svf_sorter *sorter, uint16_t vlan, uint32_t vfs);
int svf_sorter_leave_vlan(const struct svf_sorter *sorter, uint16_t vlan, uint32_t vf);
/* Groups take effect at once and need no grace period. All zero: all groups. */
int svf_sorter_join_group(const struct svf_sorter *sorter, const uint8_t group[ETH_ALEN],
			  uint32_t vf, uint32_t users);
int svf_sorter_leave_group(const struct svf_sorter *sorter, const uint8_t group[ETH_ALEN],
			   uint32_t vf);
/* Of all groups. */
int svf_sorter_leave_groups(const struct svf_sorter *sorter, uint32_t vf);
bool svf_sorter_in_group(const struct svf_sorter *sorter, const uint8_t group[ETH_ALEN],
			 uint32_t vf);

/* --- counters (sorter_stats.c) --- */

/* Sums over the CPUs; zeros where nothing was counted yet. vf: also SVF_PF_ID, SVF_WIRE_ID. */
int svf_sorter_get_stats(const struct svf_sorter *sorter, uint16_t vf, enum svf_direction direction,
			 struct svf_stats *ret_stats, struct svf_drops *ret_drops);
int svf_sorter_get_ring_stats(const struct svf_sorter *sorter, uint32_t slot,
			      struct svf_ring_stats *ret_stats);
int svf_sorter_get_ring_fill(const struct svf_sorter *sorter, uint32_t slot,
			     struct svf_ring_fill *ret_fill);
int svf_sorter_get_agent(const struct svf_sorter *sorter, struct svf_agent_life *ret_life);
/* Frames that svf_wire put into the VF's rings. */
int svf_sorter_get_redirects(const struct svf_sorter *sorter, uint32_t vf, uint64_t *ret_packets);
/* Zeros where nothing was lost. */
int svf_sorter_get_losses(const struct svf_sorter *sorter, uint16_t vf,
			  enum svf_direction direction, struct svf_losses *ret_losses);
/* Adds to what is kept. For who holds the PF's lock, or is the PF daemon and adds `agent`. */
int svf_sorter_add_losses(const struct svf_sorter *sorter, uint16_t vf,
			  enum svf_direction direction, const struct svf_losses *losses);
/* Sets all of the VF's counters to zero: nobody counts for it any more. */
int svf_sorter_clear_counters(const struct svf_sorter *sorter, uint32_t vf, unsigned int queues);
/* Zeros where there was nothing before. */
int svf_sorter_get_former(const struct svf_sorter *sorter, uint32_t vf,
			  struct svf_former *ret_former);
int svf_sorter_set_former(const struct svf_sorter *sorter, uint32_t vf,
			  const struct svf_former *former);
int svf_sorter_get_hits(const struct svf_sorter *sorter, const struct svf_fdb_key *key,
			struct svf_fdb_hits *ret_hits); /* zeros: none yet */
int svf_sorter_get_offender(const struct svf_sorter *sorter, const struct svf_offender_key *key,
			    struct svf_offender *ret_offender); /* -ENOENT: nobody yet */
