// SPDX-License-Identifier: GPL-2.0-only
/*
 * Samples from what `show` collects, and the agents' CPU time from /proc. Owners are looked for
 * every few seconds only: that is a walk through all mounts and processes.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "link.h"
#include "owner.h"
#include "top_take.h"
#include "vfinfo.h"

#define NS_PER_S	  1000000000ULL
#define OWNERS_MAX_AGE_NS (5 * NS_PER_S)

SVF_DEFINE_CLEANUP(pf_names, char **, svf_pf_list_free(val_), NULL)

struct svf_top_taker {
	const char *pf;		   /* not owned */
	struct svf_nl *nl;	   /* owned; NULL: not needed yet */
	struct svf_owners *owners; /* owned; NULL: not needed yet */
	uint64_t owners_ns;	   /* CLOCK_MONOTONIC when they were looked for */
};

int svf_top_taker_new(struct svf_top_taker **ret_taker, const char *pf)
{
	struct svf_top_taker *taker = calloc(1, sizeof(*taker));

	if (!taker)
		return -ENOMEM;
	taker->pf = pf;
	*ret_taker = taker;
	return 0;
}

struct svf_top_taker *svf_top_taker_free(struct svf_top_taker *taker)
{
	if (!taker)
		return NULL;
	svf_nl_free(taker->nl);
	svf_owners_free(taker->owners);
	free(taker);
	return NULL;
}

static uint64_t now_ns(clockid_t clock)
{
	struct timespec now;

	(void)clock_gettime(clock, &now);
	return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

/* --- owners --- */

static int renew_owners(struct svf_top_taker *taker, struct svf_errmsg *err)
{
	const uint64_t now = now_ns(CLOCK_MONOTONIC);
	int r = taker->nl ? 0 : svf_nl_new(&taker->nl, err);

	if (r < 0 || (taker->owners && now < taker->owners_ns + OWNERS_MAX_AGE_NS))
		return r;
	taker->owners = svf_owners_free(taker->owners);
	taker->owners_ns = now;
	return svf_owners_new(&taker->owners);
}

/* One word: the name that people know, else the process or the namespace's number. */
static void format_owner(char text[SVF_TOP_OWNER_MAX], const struct svf_owner *owner, int nsid)
{
	if (owner->name[0])
		(void)snprintf(text, SVF_TOP_OWNER_MAX, "%.*s", SVF_TOP_OWNER_MAX - 1, owner->name);
	else if (owner->pid)
		(void)snprintf(text, SVF_TOP_OWNER_MAX, "%d(%s)", (int)owner->pid, owner->comm);
	else if (owner->inode)
		(void)snprintf(text, SVF_TOP_OWNER_MAX, "netns:%" PRIu64, owner->inode);
	else
		(void)snprintf(text, SVF_TOP_OWNER_MAX, "nsid:%d", nsid);
	for (char *c = text; *c; c++)
		if (*c <= ' ' || *c > '~')
			*c = '_';
}

static int find_owner(struct svf_top_taker *taker, const struct svf_vf_info *info,
		      struct svf_top_vf *vf, struct svf_errmsg *err)
{
	struct svf_owner owner;
	int r;

	if (info->nsid == SVF_NSID_SELF || !info->netdev[0])
		return 0;
	r = renew_owners(taker, err);
	if (!r)
		r = svf_owners_find(taker->owners, taker->nl, info->nsid, &owner);
	if (!r)
		format_owner(vf->owner, &owner, info->nsid);
	return r;
}

/* --- one PF --- */

static enum svf_top_link get_link(const struct svf_vf_info *info)
{
	if (!info->netdev[0])
		return SVF_TOP_LINK_GONE;
	if (!info->netdev_up)
		return SVF_TOP_LINK_DOWN;
	return info->netdev_carrier ? SVF_TOP_LINK_UP : SVF_TOP_LINK_NONE;
}

static void fill_vf(struct svf_top_vf *vf, const struct svf_pf_info *pf,
		    const struct svf_vf_info *info)
{
	vf->vf = info->vf;
	memcpy(vf->mac, info->config.mac, ETH_ALEN);
	vf->lane = info->config.lane;
	vf->link = get_link(info);
	memcpy(vf->netdev, info->netdev, IFNAMSIZ);
	vf->has_fill = pf->agent_alive && info->rings;
	vf->fill = info->fill;
	for (int d = 0; d < SVF_N_DIRECTIONS; d++) {
		vf->sides[d].stats = info->stats[d];
		vf->sides[d].drops = info->drops[d];
		svf_vf_losses(pf, info, (enum svf_direction)d, &vf->sides[d].losses);
	}
}

/* User and system time of all of its threads, in clock ticks. */
static bool read_cpu(pid_t pid, uint64_t *ret_ns)
{
	unsigned long long user, system;
	char path[32], line[512];
	const char *end;

	(void)snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	svf_cleanup(file) FILE *file = fopen(path, "re");
	if (!file || !fgets(line, sizeof(line), file))
		return false;
	end = strrchr(line, ')'); /* the second field is a name, in which all may be */
	if (!end || sscanf(end + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %llu %llu", &user,
			   &system) != 2)
		return false;
	*ret_ns = (user + system) * (NS_PER_S / (uint64_t)sysconf(_SC_CLK_TCK));
	return true;
}

static int fill_pf(struct svf_top_pf *pf, const struct svf_pf_info *info,
		   struct svf_top_taker *taker, struct svf_errmsg *err)
{
	int r = 0;

	pf->lane = info->state.args.lane;
	pf->carrier = info->carrier;
	pf->agent_pid = info->agent_pid;
	pf->daemon_pid = info->daemon_pid;
	pf->agent_alive = info->agent_alive;
	pf->has_cpu = info->agent_pid && read_cpu(info->agent_pid, &pf->agent_cpu_ns);
	pf->vfs = calloc(info->n_vfs + 1, sizeof(*pf->vfs));
	if (!pf->vfs)
		return -ENOMEM;
	pf->n_vfs = info->n_vfs;
	for (unsigned int i = 0; i < info->n_vfs && !r; i++) {
		fill_vf(&pf->vfs[i], info, &info->vfs[i]);
		r = find_owner(taker, &info->vfs[i], &pf->vfs[i], err);
	}
	return r;
}

/* A PF that cannot be read tells why instead. */
static int take_pf(struct svf_top_taker *taker, const char *name, struct svf_top_pf *pf,
		   struct svf_errmsg *err)
{
	svf_cleanup(pf_info) struct svf_pf_info *info = NULL;

	(void)snprintf(pf->name, sizeof(pf->name), "%s", name);
	pf->error = svf_pf_info_new(&info, name, &pf->problem);
	if (pf->error == -ENOMEM)
		return pf->error;
	if (pf->error < 0)
		return svf_errmsg_set(&pf->problem, 0, "%s: cannot be read: %s", name,
				      strerror(-pf->error));
	return fill_pf(pf, info, taker, err);
}

int svf_top_take(struct svf_top_taker *taker, struct svf_top_sample *ret_sample,
		 struct svf_errmsg *err)
{
	struct svf_top_sample sample = {
		.real_ns = now_ns(CLOCK_REALTIME),
		.mono_ns = now_ns(CLOCK_MONOTONIC),
	};
	char *one[] = { (char *)taker->pf, NULL };
	unsigned int n = 0;
	int r = 0;

	svf_cleanup(pf_names) char **all = NULL;
	if (!taker->pf)
		r = svf_pf_list(&all, err);
	if (r < 0)
		return r;
	for (char **name = taker->pf ? one : all; *name; name++)
		n++;
	sample.pfs = calloc(n + 1, sizeof(*sample.pfs));
	if (!sample.pfs)
		return -ENOMEM;
	for (char **name = taker->pf ? one : all; *name && !r; name++)
		r = take_pf(taker, *name, &sample.pfs[sample.n_pfs++], err);
	if (r < 0) {
		svf_top_sample_done(&sample);
		return r;
	}
	*ret_sample = sample;
	return 0;
}
