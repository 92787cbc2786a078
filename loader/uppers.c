// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel keeps VLANs, macvlans and ipvlans where they are when the netdev below moves to
 * another namespace ("twiddle thumbs on netns device moves"), and has no list of them for us: each
 * namespace is asked for the netdevs that have ours below.
 */
#include "uppers.h"

#include <errno.h>
#include <linux/net_namespace.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "link.h"
#include "netns.h"

/* Where we have been, and what is looked for. */
struct search {
	int ifindex, home_fd;
	struct svf_errmsg *err;
	ino_t *seen; /* owned; inodes of namespaces */
	size_t count, room;
};

/* In one namespace. */
struct place {
	const struct search *search;
	struct svf_nl *nl;
	int home_nsid; /* what it calls ours; SVF_NSID_SELF: it is ours */
};

/* Our representor is a veth end, and what is below a veth end is the other one. */
static int delete_upper(const struct svf_link *link, void *arg)
{
	const struct place *place = arg;
	int r;

	if (link->peer_ifindex != place->search->ifindex || link->peer_nsid != place->home_nsid ||
	    !strcmp(link->kind, "veth"))
		return 0;
	r = svf_link_del(place->nl, link->ifindex,
			 NULL); /* one that is stacked goes with its base */
	if (!r || r == -ENODEV)
		return 0;
	return svf_errmsg_set(place->search->err, r,
			      "cannot delete what its last user has stacked on it: %s",
			      strerror(-r));
}

static int no_link(const struct svf_link *link, void *arg)
{
	(void)link;
	(void)arg;
	return 0;
}

/* Listing gives our namespace an id there if a netdev is connected with it; without, none is. */
static int search_namespace(const struct search *search, int fd, bool is_home)
{
	struct place place = { .search = search, .home_nsid = SVF_NSID_SELF };
	int r;

	svf_cleanup(nl) struct svf_nl *nl = NULL;
	r = svf_nl_new_in(&nl, fd, search->err);
	if (r < 0)
		return r;
	place.nl = nl;
	if (!is_home) {
		r = svf_link_list(nl, no_link, NULL, search->err);
		if (!r)
			r = svf_netns_nsid(nl, search->home_fd, &place.home_nsid);
		if (r < 0 || place.home_nsid == NETNSA_NSID_NOT_ASSIGNED)
			return r;
	}
	return svf_link_list(nl, delete_upper, &place, search->err);
}

static int remember(struct search *search, ino_t inode, bool *ret_new)
{
	*ret_new = false;
	for (size_t i = 0; i < search->count; i++)
		if (search->seen[i] == inode)
			return 0;
	if (search->count == search->room) {
		size_t room = search->room ? 2 * search->room : 16;
		ino_t *seen = reallocarray(search->seen, room, sizeof(*seen));

		if (!seen)
			return -ENOMEM;
		search->seen = seen;
		search->room = room;
	}
	search->seen[search->count++] = inode;
	*ret_new = true;
	return 0;
}

static int visit(const char *path, void *arg)
{
	struct search *search = arg;
	struct stat st, home;
	bool is_new;
	int r;

	if (stat(path, &st) < 0) /* opened only where it is new: most processes share a few */
		return 0;
	r = remember(search, st.st_ino, &is_new);
	if (r < 0 || !is_new)
		return r;
	svf_cleanup(fd) int fd = svf_netns_open_path(path);
	if (fd < 0 || fstat(search->home_fd, &home) < 0)
		return 0;
	return search_namespace(search, fd, st.st_ino == home.st_ino);
}

int svf_uppers_delete(int ifindex, struct svf_errmsg *err)
{
	struct search search = { .ifindex = ifindex, .err = err };
	int r;

	svf_cleanup(fd) int home_fd = svf_netns_open_path("/proc/thread-self/ns/net");
	if (home_fd < 0)
		return home_fd;
	search.home_fd = home_fd;
	r = svf_netns_walk(visit, &search);
	if (!r)
		r = svf_netns_walk_held(visit, &search);
	free(search.seen);
	return r;
}
