/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who holds a VF: the network namespace its netdev is in, by the name that people know it by. All
 * there are are looked for at once, at the first question, so that many questions cost one search.
 */
#pragma once

#include <stdint.h>
#include <sys/types.h>

#include "netns.h"

#define SVF_COMM_MAX	   16
#define SVF_OWNER_TEXT_MAX (SVF_NETNS_NAME_MAX + 32)

struct svf_owner {
	uint64_t inode;		       /* of the namespace; 0: no way leads there */
	char name[SVF_NETNS_NAME_MAX]; /* in /run/netns; "" if it has none */
	pid_t pid;		       /* lowest of the processes in it; 0: none */
	char comm[SVF_COMM_MAX];       /* what that one is called, cleaned */
};

struct svf_owners; /* owns what was found */

int svf_owners_new(struct svf_owners **ret_owners);
struct svf_owners *svf_owners_free(struct svf_owners *owners);
SVF_DEFINE_CLEANUP(owners, struct svf_owners *, svf_owners_free(val_), NULL)

/* Who is behind the id that nl's namespace has for another one. All zero if no name, no process and
 * no descriptor leads there. -ENOMEM. */
int svf_owners_find(struct svf_owners *owners, struct svf_nl *nl, int nsid,
		    struct svf_owner *ret_owner);

/* "netns web", "pid 1234 (busybox)", "netns 4026532180" or "netns id 4", which is nsid. */
void svf_owner_format(char buf[SVF_OWNER_TEXT_MAX], const struct svf_owner *owner, int nsid);

/* Makes a name that a tenant chose fit to be printed: what is no printable ASCII becomes "?". */
void svf_owner_clean(char *text);
