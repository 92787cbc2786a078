/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * <run>/state.json: what the kernel cannot hold - the arguments of `up` and how the PF
 * was before it. Written (atomically, by rename) before the first change it describes.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <svf/abi.h>
#include <svf/errmsg.h>
#include <svf/paths.h>

#include "ethtool.h"
#include "vf_set.h"

/* What was asked of `up`; what was left out is filled in with what was chosen. */
struct svf_up_args {
	unsigned int vfs;	/* later: the number that those of the PF's VFs are below */
	unsigned int max_vfs;	/* the UMEM is sized for these, at least */
	uint8_t lane;		/* enum svf_lane */
	unsigned int queues;	/* PF queues with rings */
	unsigned int ring_size; /* descriptors of a VF's TX ring, of its RX ring at least; power of
				   two */
	bool skb_mode;
	bool zero_copy;
	bool no_flap;	  /* of this `up` only: not on record */
	bool engines_off; /* the agent merges and cuts nothing */
	/* Which were given on the command line (the same `up` again may leave them out). */
	bool has_max_vfs, has_lane, has_queues, has_ring_size, has_xdp_mode, has_zero_copy,
		has_engines;
};

/* The PF before `up`; only what `changed_*` says is put back. */
struct svf_pf_before {
	bool changed_rxvlan, changed_rxstag, changed_filter; /* were on, switched off */
	bool changed_lro,
		changed_gro_hw; /* the kernel switches them off for skb-mode XDP, for good */
	bool changed_allmulti, changed_promisc; /* were off, switched on */
	bool changed_channels;
	struct svf_channels channels;
	bool made_clsact; /* clsact was not there */
};

/* For each VF its address and its mac_list, and as many again for the VF that is being changed. */
#define SVF_FILTERS_MAX ((SVF_UP_MAX_VFS + 1) * (1 + SVF_MACS_MAX))

struct svf_state {
	char pf[16];
	int pf_ifindex;
	struct svf_up_args args;
	struct svf_pf_before before;
	unsigned int abi;	 /* SVF_ABI_VERSION of who saved it; 0: before it was told */
	unsigned int frame_size; /* UMEM chunk: 2048 or 4096 */
	bool complete;		 /* `up` came to its end */
	bool changing;		 /* VFs are being made or removed, or who did that was killed */
	struct svf_vf_set vfs;	 /* VFs that the PF is to have: a command may be making them */
	unsigned int n_filters;	 /* unicast filters on the PF that we added */
	uint8_t filters[SVF_FILTERS_MAX][ETH_ALEN];
};

int svf_state_save(const struct svf_paths *paths, const struct svf_state *state,
		   struct svf_errmsg *err);
/* -ENOENT if there is none (no error text then). */
int svf_state_load(const struct svf_paths *paths, struct svf_state *ret_state,
		   struct svf_errmsg *err);
void svf_state_remove(const struct svf_paths *paths);
/* Removes <run> and what is left in it (lock, pidfiles) if there is no state in it. The PF's
 * lock is held: who waits for it finds its file gone and starts again. */
void svf_state_tidy(const struct svf_paths *paths);
