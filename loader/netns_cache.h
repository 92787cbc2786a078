/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Ways into network namespaces that are known by their ids in ours: paths, remembered, and searched
 * for by looking at all mounts and processes at once. No namespace is kept alive: what is
 * remembered is where to look, and each time it is opened it is asked who it is.
 */
#pragma once

#include <stdbool.h>

#include "nl.h"

struct svf_netns_cache; /* owns the paths */

int svf_netns_cache_new(struct svf_netns_cache **ret_cache);
struct svf_netns_cache *svf_netns_cache_free(struct svf_netns_cache *cache);
SVF_DEFINE_CLEANUP(netns_cache, struct svf_netns_cache *, svf_netns_cache_free(val_), NULL)

/* Opens the namespace that nl's namespace calls nsid. Searches where no path is known or the known
 * one leads elsewhere by now, but spends no more than 2 % of a CPU on searching, and 100 ms on one
 * search (names first, then processes): -EAGAIN if that forbids it at present. -ENOENT: there is no
 * way in. With `sure` the kernel is asked whether it is the one, else its inode has to be the same
 * that it was when the kernel was asked. */
int svf_netns_cache_open(struct svf_netns_cache *cache, struct svf_nl *nl, int nsid, bool sure,
			 int *ret_fd);
