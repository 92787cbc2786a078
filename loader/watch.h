/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the PF daemon's event side looks at: the PF, its VFs, and where their netdevs are. Shared by
 * follow_*.c, each of which follows one thing.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <svf/paths.h>

#include "link.h"
#include "sorter.h"

/* As last seen: by an answer, also by the answer that it is gone. */
struct svf_watched_vf {
	int representor;     /* ifindex; 0: not seen yet */
	int nsid;	     /* of the VF netdev's namespace, SVF_NSID_SELF: ours */
	int ifindex;	     /* of the VF netdev, there; 0: it is gone */
	uint32_t generation; /* of its configuration, by svf_watch_is_reconfigured() */
};

struct svf_watch {
	const char *pf;
	const struct svf_paths *paths;
	struct svf_sorter *sorter; /* borrowed */
	struct svf_nl *nl;	   /* borrowed */
	int pf_ifindex;
	unsigned int n_vfs;
	struct svf_watched_vf *vfs; /* owned; n_vfs of them */
};

int svf_watch_init(struct svf_watch *watch);
void svf_watch_done(struct svf_watch *watch);

/* Looks up the VF's configuration and asks its representor where the VF netdev is. -ENODEV: it was
 * deleted. After any other failure what is known of it stays. */
int svf_watch_locate(struct svf_watch *watch, unsigned int vf, struct svf_vf_config *ret_config);

/* Whether the VF's configuration is another than when this was asked last. `set` does not tell us.
 */
bool svf_watch_is_reconfigured(struct svf_watch *watch, unsigned int vf);

/* The VF whose netdev (or, in our namespace, representor) was last seen as this; -ENOENT. */
int svf_watch_find(const struct svf_watch *watch, int nsid, int ifindex);

/* Takes the PF's lock if nobody has it, else -EBUSY at once. */
int svf_watch_lock(const struct svf_watch *watch, int *ret_fd);
