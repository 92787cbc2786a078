// SPDX-License-Identifier: GPL-2.0-only
/* VLAN netdevs over VF netdevs: which VLANs they register. */
#include "follow_vlan.h"

#include <errno.h>
#include <linux/net_namespace.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <svf/cleanup.h>
#include <svf/log.h>

#include "change.h"
#include "netns.h"
#include "pace.h"
#include "vlan_list.h"

#define RETRY_NS  (20 * SVF_NS_PER_MS) /* after somebody had the lock */
#define PERIOD_NS SVF_NS_PER_S	       /* a look at all VFs' netdevs */
#define REST	  1000		       /* times what that look cost, at least: 0.1 % of a CPU */
#define QUIET_NS  (60 * SVF_NS_PER_S)  /* between two lines about one VF */
/* What a VF registers in a loop is published 8 times at once, then twice in a second: each time
 * takes the PF's lock and some ms. The last is published in the end. */
#define PUBLISH_BURST 8
#define PUBLISH_NS    (SVF_NS_PER_S / 2)
#define BATCH_NS      (20 * SVF_NS_PER_MS) /* of publishing, then others have their turn */

#define TRUSTS_TEXT_MAX 64 /* the names of all, and commas */

struct subject {
	bool marked;
	bool due;	       /* is looked at by this run */
	int64_t not_before_ns; /* when to look at it, if marked */
	struct svf_pace publishes;
	struct svf_vf_config config; /* as of this run, if due */
	struct svf_vlan_set found;   /* by this run */
	struct svf_vlan_set told;    /* what the log was told of */
	int64_t told_ns, published_told_ns;
};

struct svf_vlan_follower {
	struct svf_watch *watch;
	struct svf_budget budget;
	int64_t all_ns; /* when to look at all VFs */
	struct subject subjects[];
};

int svf_vlan_follower_new(struct svf_vlan_follower **ret_follower, struct svf_watch *watch)
{
	struct svf_vlan_follower *follower =
		calloc(1, sizeof(*follower) + watch->n_vfs * sizeof(follower->subjects[0]));

	if (!follower)
		return -ENOMEM;
	follower->watch = watch;
	*ret_follower = follower;
	return 0;
}

struct svf_vlan_follower *svf_vlan_follower_free(struct svf_vlan_follower *follower)
{
	free(follower);
	return NULL;
}

void svf_vlan_follower_mark(struct svf_vlan_follower *follower, unsigned int vf)
{
	follower->subjects[vf].marked = true;
}

void svf_vlan_follower_mark_strays(struct svf_vlan_follower *follower)
{
	for (unsigned int vf = 0; vf < follower->watch->n_vfs; vf++)
		if (follower->watch->vfs[vf].nsid == SVF_NSID_SELF)
			follower->subjects[vf].marked = true;
}

/* --- what is there --- */

/* The netdevs of one namespace. */
struct rows {
	struct svf_vlan_follower *follower;
	int nsid;      /* where they are */
	int self_nsid; /* what our namespace calls itself, if anything */
};

static void take_netdev(const struct svf_vlan_netdev *netdev, void *arg)
{
	const struct rows *rows = arg;
	const struct svf_watch *watch = rows->follower->watch;
	int nsid = netdev->lower_nsid == SVF_NSID_SELF ? rows->nsid : netdev->lower_nsid;

	if (nsid == rows->self_nsid)
		nsid = SVF_NSID_SELF;
	/* Others cannot be followed everywhere, and so are not at all. */
	if (nsid != rows->nsid && nsid != SVF_NSID_SELF)
		return;
	for (unsigned int vf = 0; vf < watch->n_vfs; vf++) {
		struct subject *subject = &rows->follower->subjects[vf];

		if (subject->due && watch->vfs[vf].nsid == nsid &&
		    watch->vfs[vf].ifindex == netdev->lower)
			svf_vlan_set_add(&subject->found, netdev);
	}
}

static void read_namespace(struct svf_vlan_follower *follower, int nsid)
{
	const struct svf_watch *watch = follower->watch;
	struct rows rows = {
		.follower = follower,
		.nsid = nsid,
		.self_nsid = SVF_NSID_SELF,
	};

	if (!svf_vlan_list(watch->nl, nsid, take_netdev, &rows))
		return;
	for (unsigned int vf = 0; vf < watch->n_vfs; vf++)
		if (follower->subjects[vf].due && watch->vfs[vf].nsid == nsid)
			follower->subjects[vf].found = (struct svf_vlan_set){};
}

static bool is_any_before(const struct svf_vlan_follower *follower, unsigned int n, int nsid)
{
	for (unsigned int vf = 0; vf < n; vf++)
		if (follower->subjects[vf].due && follower->watch->vfs[vf].nsid == nsid)
			return true;
	return false;
}

static void read_own_namespaces(struct svf_vlan_follower *follower)
{
	for (unsigned int vf = 0; vf < follower->watch->n_vfs; vf++)
		if (follower->subjects[vf].due &&
		    !is_any_before(follower, vf, follower->watch->vfs[vf].nsid))
			read_namespace(follower, follower->watch->vfs[vf].nsid);
}

/* --- netdevs that were moved on --- */

static void read_stray(int nsid, void *arg)
{
	struct rows *rows = arg;

	if (nsid == rows->self_nsid)
		return;
	rows->nsid = nsid;
	(void)svf_vlan_list(rows->follower->watch->nl, nsid, take_netdev, rows);
}

/* To be told of a netdev over one in our namespace, the kernel gives that an id in itself. */
static int find_self(const struct svf_watch *watch)
{
	int nsid = NETNSA_NSID_NOT_ASSIGNED;

	svf_cleanup(fd) int fd = svf_netns_open_path("/proc/thread-self/ns/net");
	if (fd < 0 || svf_netns_nsid(watch->nl, fd, &nsid) < 0)
		return NETNSA_NSID_NOT_ASSIGNED;
	return nsid;
}

static void read_strays(struct svf_vlan_follower *follower)
{
	const struct svf_watch *watch = follower->watch;
	struct rows rows = { .follower = follower, .self_nsid = find_self(watch) };

	(void)svf_netns_list_ids(watch->nl, read_stray, &rows);
	if (rows.self_nsid != NETNSA_NSID_NOT_ASSIGNED)
		return;
	rows.self_nsid = find_self(watch);
	if (rows.self_nsid != NETNSA_NSID_NOT_ASSIGNED)
		(void)svf_netns_list_ids(watch->nl, read_stray, &rows);
}

/* --- what is to be --- */

static bool is_published(const struct svf_vf_config *config, const struct svf_vlan_set *set)
{
	if (!config->registered)
		return svf_vlan_set_is_empty(set);
	return !memcmp(config->trunk, set->trunk, sizeof(set->trunk)) &&
	       !memcmp(config->trunk_8021ad, set->trunk_8021ad, sizeof(set->trunk_8021ad));
}

/* Which of a VF's VLAN netdevs are of no use: in a VLAN of its own (VST) all of 802.1Q, but none of
 * 802.1Q in one of 802.1ad. */
static void find_useless(struct svf_vlan_set *ret_set, const struct svf_vf_config *config,
			 const struct svf_vlan_set *found)
{
	svf_vlan_set_missing(ret_set, found, config);
	if (config->vlan && config->vlan_proto == ETH_P_8021AD)
		memset(ret_set->trunk, 0, sizeof(ret_set->trunk));
}

/* What `trust` has to say before "vlan" for the VF to keep what it is trusted with: "mac,". */
static void format_trusts(char buf[TRUSTS_TEXT_MAX], uint32_t trust)
{
	static const char *const names[] = {
#define SVF_X(name, field, help) #field,
		SVF_TRUSTS(SVF_X)
#undef SVF_X
	};
	size_t used = 0;

	buf[0] = '\0';
	for (unsigned int i = 0; i < SVF_N_TRUSTS; i++)
		if (trust & 1U << i && i != SVF_TRUST_VLAN)
			used += (size_t)snprintf(buf + used, TRUSTS_TEXT_MAX - used, "%s,",
						 names[i]);
}

/* Once for what is new, but not more often than once in a while; then the latest. */
static void tell_useless(const struct svf_watch *watch, unsigned int vf, struct subject *subject,
			 int64_t now_ns)
{
	char list[SVF_VLAN_LIST_TEXT_MAX], words[SVF_VLAN_LIST_TEXT_MAX];
	char trusts[TRUSTS_TEXT_MAX];
	const struct svf_vf_config *config = &subject->config;
	struct svf_vlan_set useless = {};

	find_useless(&useless, config, &subject->found);
	if (svf_vlan_set_is_empty(&useless)) {
		subject->told = useless;
		return;
	}
	if (!memcmp(&useless, &subject->told, sizeof(useless)) ||
	    !svf_clock_allow(&subject->told_ns, now_ns, QUIET_NS))
		return;
	subject->told = useless;
	svf_vlan_set_format(list, &useless, ", ");
	svf_vlan_set_format(words, &useless, " add ");
	format_trusts(trusts, config->trust);
	if (config->vlan || config->qos)
		svf_warning("%s: vf %u: has VLAN netdevs (%s) that it may not use with a vlan or "
			    "qos: `set %s vf %u vlan 0` first",
			    watch->pf, vf, list, watch->pf, vf);
	else if (config->has_trunk)
		svf_warning("%s: vf %u: has VLAN netdevs (%s) that it may not use: "
			    "`set %s vf %u trunk add %s`",
			    watch->pf, vf, list, watch->pf, vf, words);
	else
		svf_warning("%s: vf %u: has VLAN netdevs (%s) that it may not use: "
			    "`set %s vf %u trust %svlan`, or `trunk add %s`",
			    watch->pf, vf, list, watch->pf, vf, trusts, words);
}

static void tell_published(const struct svf_watch *watch, unsigned int vf, struct subject *subject,
			   int64_t now_ns)
{
	char list[SVF_VLAN_LIST_TEXT_MAX];

	if (!svf_clock_allow(&subject->published_told_ns, now_ns, QUIET_NS))
		return;
	svf_vlan_set_format(list, &subject->found, ", ");
	svf_info("%s: vf %u: is trusted, its VLAN netdevs are its trunk: %s", watch->pf, vf,
		 list[0] ? list : "none any more");
}

/* Under the PF's lock. */
static void publish(const struct svf_watch *watch, unsigned int vf, struct subject *subject,
		    int64_t now_ns)
{
	static const struct svf_vlan_set none;
	const struct svf_vlan_set *set =
		svf_change_may_register(&subject->config) ? &subject->found : &none;
	struct svf_errmsg err = {};
	int r = svf_change_set_registered(watch->paths, watch->pf, vf, set->trunk,
					  set->trunk_8021ad, &err);

	if (!r)
		tell_published(watch, vf, subject, now_ns);
	else if (svf_clock_allow(&subject->told_ns, now_ns, QUIET_NS))
		svf_warning("%s: vf %u: cannot register its VLAN netdevs: %s", watch->pf, vf,
			    err.text[0] ? err.text : strerror(-r));
}

static bool is_settled(const struct subject *subject)
{
	static const struct svf_vlan_set none;

	return is_published(&subject->config,
			    svf_change_may_register(&subject->config) ? &subject->found : &none);
}

/* Returns when to look again; 0: when it is marked again. */
static int64_t settle(const struct svf_watch *watch, unsigned int vf, struct subject *subject,
		      int64_t now_ns)
{
	const int64_t allowed_ns = svf_pace_when(&subject->publishes, PUBLISH_NS, PUBLISH_BURST);

	if (!svf_change_may_register(&subject->config))
		tell_useless(watch, vf, subject, now_ns);
	if (is_settled(subject))
		return 0;
	if (now_ns < allowed_ns)
		return allowed_ns;
	svf_cleanup(fd) int lock_fd = -1;
	if (svf_watch_lock(watch, &lock_fd) < 0)
		return now_ns + RETRY_NS;
	if (svf_sorter_get_vf(watch->sorter, vf, &subject->config) < 0 || is_settled(subject))
		return 0;
	svf_pace_take(&subject->publishes, now_ns, PUBLISH_NS);
	publish(watch, vf, subject, now_ns);
	return 0;
}

/* --- all of them --- */

static bool is_waiting(const struct subject *subject, int64_t now_ns)
{
	return subject->marked && now_ns >= subject->not_before_ns;
}

/* Where the VF netdev cannot be found there is nothing to settle. */
static bool begin(struct svf_vlan_follower *follower, unsigned int vf)
{
	struct subject *subject = &follower->subjects[vf];

	subject->marked = false;
	subject->not_before_ns = 0;
	subject->found = (struct svf_vlan_set){};
	subject->due = !svf_watch_locate(follower->watch, vf, &subject->config);
	return subject->due;
}

/* Returns what it cost. */
static int64_t read_those(struct svf_vlan_follower *follower, int64_t now_ns)
{
	const int64_t before_ns = svf_clock_ns(CLOCK_THREAD_CPUTIME_ID);
	bool may_stray = false;

	for (unsigned int vf = 0; vf < follower->watch->n_vfs; vf++)
		if (is_waiting(&follower->subjects[vf], now_ns) && begin(follower, vf))
			may_stray = may_stray ||
				    (follower->watch->vfs[vf].nsid == SVF_NSID_SELF &&
				     svf_change_may_register(&follower->subjects[vf].config));
	read_own_namespaces(follower);
	if (may_stray)
		read_strays(follower);
	return svf_clock_ns(CLOCK_THREAD_CPUTIME_ID) - before_ns;
}

/* What is not settled in this batch is looked at again by the next run. */
static int64_t look(struct svf_vlan_follower *follower, int64_t now_ns)
{
	const int64_t cost_ns = read_those(follower, now_ns);
	const int64_t end_ns = svf_clock_now_ns() + BATCH_NS;
	bool is_late = false;

	for (unsigned int vf = 0; vf < follower->watch->n_vfs; vf++) {
		struct subject *subject = &follower->subjects[vf];

		if (!subject->due)
			continue;
		subject->due = false;
		if (!is_late)
			subject->not_before_ns = settle(follower->watch, vf, subject, now_ns);
		subject->marked = is_late || subject->not_before_ns > 0;
		is_late = svf_clock_now_ns() >= end_ns;
	}
	return cost_ns;
}

/* --- when --- */

static void look_at_all(struct svf_vlan_follower *follower, int64_t now_ns)
{
	int64_t rest_ns;

	for (unsigned int vf = 0; vf < follower->watch->n_vfs; vf++)
		follower->subjects[vf].marked = true;
	rest_ns = REST * look(follower, now_ns);
	follower->all_ns = now_ns + (rest_ns > PERIOD_NS ? rest_ns : PERIOD_NS);
}

static int64_t earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* When the first of those that are marked can be looked at. */
static int64_t marked_due(const struct svf_vlan_follower *follower)
{
	const int64_t budget_ns = svf_budget_when(&follower->budget);
	int64_t first_ns = INT64_MAX;

	for (unsigned int vf = 0; vf < follower->watch->n_vfs; vf++)
		if (follower->subjects[vf].marked)
			first_ns = earlier(first_ns, follower->subjects[vf].not_before_ns);
	return first_ns > budget_ns ? first_ns : budget_ns;
}

int64_t svf_vlan_follower_run(struct svf_vlan_follower *follower, int64_t now_ns)
{
	svf_budget_grow(&follower->budget, now_ns);
	if (now_ns >= follower->all_ns)
		look_at_all(follower, now_ns);
	else if (now_ns >= marked_due(follower))
		follower->budget.left_ns -= look(follower, now_ns);
	return earlier(marked_due(follower), follower->all_ns);
}
