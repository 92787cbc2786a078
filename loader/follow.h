/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The PF daemon's event side as one: what the kernel and the sorter tell is handed to those who
 * follow the PF's link, the VFs' addresses, their multicast groups and their VLAN netdevs. Nobody
 * is waited for: what needs the PF's lock while somebody has it is done later. How long one run
 * takes is bounded by what each source and follower may take, some 10 ms each, and not by what
 * tenants do.
 */
#pragma once

#include <svf/errmsg.h>

#include "watch.h"

struct svf_follow;

struct svf_follow_params {
	const char *pf;
	const struct svf_paths *paths;
	struct svf_sorter *sorter; /* borrowed, as nl */
	struct svf_nl *nl;
	int pf_ifindex;
	unsigned int vfs;
	bool locked; /* who has the PF's lock is waiting for us */
};

/* Brings the sorter in line with how things are, and follows them from then on. */
int svf_follow_new(struct svf_follow **ret_follow, const struct svf_follow_params *params,
		   struct svf_errmsg *err);
struct svf_follow *svf_follow_free(struct svf_follow *follow);

/* Readable when svf_follow_run() has something to do. */
int svf_follow_fd(const struct svf_follow *follow);
/* -ENODEV: the PF is gone. */
int svf_follow_run(struct svf_follow *follow);
