// SPDX-License-Identifier: GPL-2.0-only
/* The VFs' multicast lists: when to read which, and from where. */
#include "follow_mcast.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include <svf/cleanup.h>
#include <svf/log.h>

#include "clock.h"
#include "groups.h"
#include "netns_cache.h"
#include "pace.h"

#define PERIOD_NS (150 * SVF_NS_PER_MS) /* of reading all: joins take effect within 200 ms */
#define REST	  200			/* times what that cost, at least: 0.5 % of a CPU */
#define TELL_NS	  SVF_NS_PER_S		/* a list out of reach for so long is told of */

struct reading {
	bool marked;		    /* to be read by the next run */
	bool located;		    /* where its netdev is is known */
	bool sure;		    /* ... and was asked for by this run */
	bool due;		    /* ... by this one, and not yet read */
	bool doubted;		    /* was empty all at once: to be believed the second time */
	int64_t flood_ns;	    /* since when it has had all groups; 0: it has not */
	bool told;		    /* ... and the log says so */
	struct svf_mcast_list list; /* as read */
};

struct svf_mcast_follower {
	struct svf_watch *watch;
	struct svf_groups *groups;     /* owned */
	struct svf_netns_cache *cache; /* owned */
	int64_t all_ns;		       /* when to read all */
	/* Who is marked is read at once, as long as it lasts: a neighbour solicitation may come
	 * some ms after the address it is for, a VF may do nothing but join. */
	struct svf_budget budget;
	bool any_marked;
	struct reading readings[];
};

int svf_mcast_follower_new(struct svf_mcast_follower **ret_follower, struct svf_watch *watch)
{
	struct svf_mcast_follower *follower =
		calloc(1, sizeof(*follower) + watch->n_vfs * sizeof(follower->readings[0]));
	int r;

	if (!follower)
		return -ENOMEM;
	follower->watch = watch;
	r = svf_netns_cache_new(&follower->cache);
	if (!r)
		r = svf_groups_new(&follower->groups, watch->sorter, watch->n_vfs);
	if (r < 0)
		follower = svf_mcast_follower_free(follower);
	else
		*ret_follower = follower;
	return r;
}

struct svf_mcast_follower *svf_mcast_follower_free(struct svf_mcast_follower *follower)
{
	if (!follower)
		return NULL;
	follower->groups = svf_groups_free(follower->groups);
	follower->cache = svf_netns_cache_free(follower->cache);
	free(follower);
	return NULL;
}

void svf_mcast_follower_mark(struct svf_mcast_follower *follower, unsigned int vf, bool moved)
{
	follower->readings[vf].marked = true;
	if (moved)
		follower->readings[vf].located = false;
	follower->any_marked = true;
}

/* --- one namespace --- */

/* Rows of one netdev come together: the VF is looked up once for all of them. */
struct rows {
	struct svf_mcast_follower *follower;
	int nsid;
	int ifindex; /* the last row's */
	int vf;	     /* whose that is; -ENOENT: nobody's who is due */
};

static int find_due(const struct rows *rows, int ifindex)
{
	const struct svf_mcast_follower *follower = rows->follower;

	for (unsigned int vf = 0; vf < follower->watch->n_vfs; vf++)
		if (follower->readings[vf].due && follower->watch->vfs[vf].nsid == rows->nsid &&
		    follower->watch->vfs[vf].ifindex == ifindex)
			return (int)vf;
	return -ENOENT;
}

static void take_row(const struct svf_mcast_row *row, void *arg)
{
	struct rows *rows = arg;

	if (row->ifindex != rows->ifindex) {
		rows->ifindex = row->ifindex;
		rows->vf = find_due(rows, row->ifindex);
	}
	if (rows->vf >= 0)
		svf_mcast_list_add(&rows->follower->readings[rows->vf].list, row);
}

/* Reads the calling thread's namespace for the VFs that are in it. r: why that cannot be. */
static void read_namespace(struct svf_mcast_follower *follower, int nsid, int r)
{
	struct rows rows = { .follower = follower, .nsid = nsid };

	if (!r)
		r = svf_mcast_read(take_row, &rows);
	for (unsigned int vf = 0; vf < follower->watch->n_vfs; vf++) {
		struct reading *reading = &follower->readings[vf];

		if (!reading->due || follower->watch->vfs[vf].nsid != nsid)
			continue;
		if (r < 0)
			svf_mcast_list_set_flood(&reading->list);
		reading->due = false;
	}
}

/* --- all namespaces --- */

static int next_nsid(const struct svf_mcast_follower *follower)
{
	for (unsigned int vf = 0; vf < follower->watch->n_vfs; vf++)
		if (follower->readings[vf].due)
			return follower->watch->vfs[vf].nsid;
	return SVF_NSID_SELF;
}

/* Whether one of its VFs may just have moved there. */
static bool is_news(const struct svf_mcast_follower *follower, int nsid)
{
	for (unsigned int vf = 0; vf < follower->watch->n_vfs; vf++)
		if (follower->readings[vf].due && follower->readings[vf].sure &&
		    follower->watch->vfs[vf].nsid == nsid)
			return true;
	return false;
}

/* In a thread of its own, so that there is no way back that could fail. */
static void *read_others(void *arg)
{
	struct svf_mcast_follower *follower = arg;
	int nsid;

	while ((nsid = next_nsid(follower)) != SVF_NSID_SELF) {
		svf_cleanup(fd) int fd = -1;
		int r = svf_netns_cache_open(follower->cache, follower->watch->nl, nsid,
					     is_news(follower, nsid), &fd);

		if (!r && setns(fd, CLONE_NEWNET) < 0)
			r = -errno;
		read_namespace(follower, nsid, r);
	}
	return NULL;
}

static bool is_any_due_here(const struct svf_mcast_follower *follower)
{
	for (unsigned int vf = 0; vf < follower->watch->n_vfs; vf++)
		if (follower->readings[vf].due && follower->watch->vfs[vf].nsid == SVF_NSID_SELF)
			return true;
	return false;
}

static void read_lists(struct svf_mcast_follower *follower)
{
	pthread_t thread;

	if (is_any_due_here(follower))
		read_namespace(follower, SVF_NSID_SELF, 0);
	if (next_nsid(follower) == SVF_NSID_SELF)
		return;
	if (!pthread_create(&thread, NULL, read_others, follower)) {
		(void)pthread_join(thread, NULL);
		return;
	}
	for (int nsid = next_nsid(follower); nsid != SVF_NSID_SELF; nsid = next_nsid(follower))
		read_namespace(follower, nsid, -EAGAIN);
}

/* --- the VFs --- */

/* Not of a moment, such as a container's start. */
static void tell(const struct svf_watch *watch, unsigned int vf, struct reading *reading)
{
	const int64_t now_ns = svf_clock_now_ns();

	if (!reading->list.flood) {
		if (reading->told)
			svf_info("%s: vf %u: gets the multicast groups that it has joined",
				 watch->pf, vf);
		reading->told = false;
		reading->flood_ns = 0;
	} else if (!reading->flood_ns) {
		reading->flood_ns = now_ns;
	} else if (!reading->told && now_ns - reading->flood_ns >= TELL_NS) {
		reading->told = true;
		svf_info("%s: vf %u: its multicast list is out of reach, or longer than %d: "
			 "it gets all groups",
			 watch->pf, vf, SVF_GROUPS_MAX);
	}
}

/* Older kernels leave a netdev out of the list if another goes while they make it. */
static bool is_doubtful(const struct svf_mcast_follower *follower, unsigned int vf)
{
	const struct reading *reading = &follower->readings[vf];

	return !reading->list.flood && !reading->list.count && !reading->doubted &&
	       svf_groups_get(follower->groups, vf)->count && follower->watch->vfs[vf].ifindex;
}

static void publish(struct svf_mcast_follower *follower, unsigned int vf)
{
	struct reading *reading = &follower->readings[vf];

	/* It may have moved, too. */
	if (is_doubtful(follower, vf)) {
		reading->doubted = true;
		svf_mcast_follower_mark(follower, vf, true);
		return;
	}
	reading->doubted = false;
	/* Where the map has no room the VF gets all groups. */
	if (svf_groups_set(follower->groups, vf, &reading->list) < 0)
		svf_mcast_list_set_flood(&reading->list);
	tell(follower->watch, vf, reading);
}

/* A VF whose netdev is gone keeps an empty list: its groups go. */
static void begin(struct svf_mcast_follower *follower, unsigned int vf)
{
	struct reading *reading = &follower->readings[vf];
	struct svf_vf_config config;
	int r = 0;

	reading->sure = !reading->located;
	if (reading->sure)
		r = svf_watch_locate(follower->watch, vf, &config);
	reading->located = !r;
	reading->marked = false;
	reading->due = !r;
	reading->list.count = 0;
	reading->list.flood = r < 0 && r != -ENODEV;
}

/* Those that are marked, or all. */
static void read_those(struct svf_mcast_follower *follower, bool all)
{
	unsigned int n = 0, vfs[SVF_UP_MAX_VFS];

	for (unsigned int vf = 0; vf < follower->watch->n_vfs; vf++) {
		if (!all && !follower->readings[vf].marked)
			continue;
		begin(follower, vf);
		vfs[n++] = vf;
	}
	follower->any_marked = false;
	read_lists(follower);
	for (unsigned int i = 0; i < n; i++)
		publish(follower, vfs[i]);
}

/* --- when --- */

/* When those that are marked can be read. */
static int64_t marked_due(const struct svf_mcast_follower *follower)
{
	return follower->any_marked ? svf_budget_when(&follower->budget) : INT64_MAX;
}

/* Returns what it cost: both threads' time. */
static int64_t read_some(struct svf_mcast_follower *follower, bool all)
{
	const int64_t before_ns = svf_clock_ns(CLOCK_PROCESS_CPUTIME_ID);

	read_those(follower, all);
	return svf_clock_ns(CLOCK_PROCESS_CPUTIME_ID) - before_ns;
}

int64_t svf_mcast_follower_run(struct svf_mcast_follower *follower, int64_t now_ns)
{
	int64_t rest_ns, marked_ns;

	svf_budget_grow(&follower->budget, now_ns);
	if (now_ns >= follower->all_ns) {
		rest_ns = REST * read_some(follower, true);
		follower->all_ns = now_ns + (rest_ns > PERIOD_NS ? rest_ns : PERIOD_NS);
	} else if (now_ns >= marked_due(follower)) {
		follower->budget.left_ns -= read_some(follower, false);
	}
	marked_ns = marked_due(follower);
	return marked_ns < follower->all_ns ? marked_ns : follower->all_ns;
}
