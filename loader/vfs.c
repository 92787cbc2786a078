// SPDX-License-Identifier: GPL-2.0-only
/*
 * Changing a PF's VFs. What shall be is saved first (state.vfs, state.changing), so that who finds
 * a change cut short knows where it was going. New VFs are whole but for their link when the agent
 * ends; their link comes, and the netdevs of the removed ones go, while no agent lives.
 */
#include "vfs.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include <svf/cleanup.h>

#include "account_former.h"
#include "daemon.h"
#include "interrupt.h"
#include "netns.h"
#include "process.h"
#include "vf_make.h"

/* What has to be done to get from the VFs there are to those wanted. */
struct job {
	struct svf_open_pf *pf;
	struct svf_vf_set has, wanted, made, removed, mended;
};

static void keep_first(int *first, int r)
{
	if (!*first && r < 0)
		*first = r;
}

int svf_vfs_read(const struct svf_open_pf *pf, struct svf_vf_set *ret_vfs)
{
	struct svf_vf_config config;

	*ret_vfs = (struct svf_vf_set){};
	for (unsigned int vf = 0; vf < SVF_UP_MAX_VFS; vf++) {
		int r = svf_sorter_get_vf(pf->sorter, vf, &config);

		if (r < 0 && r != -ENOENT)
			return r;
		if (!r)
			svf_vf_set_add(ret_vfs, vf);
	}
	return 0;
}

/* --- the record --- */

static int save(const struct job *job, const struct svf_vf_set *vfs, bool changing,
		struct svf_errmsg *err)
{
	const unsigned int limit = svf_vf_set_limit(vfs), had = svf_vf_set_limit(&job->has);
	struct svf_state *state = &job->pf->state;

	state->vfs = *vfs;
	state->changing = changing;
	state->args.vfs = changing && had > limit ? had : limit;
	return svf_state_save(&job->pf->paths, state, err);
}

/* The PF daemon's to write, but there is none. */
static int publish_limit(const struct job *job, const struct svf_vf_set *vfs)
{
	struct svf_pf_config facts;
	int r = svf_sorter_get_pf(job->pf->sorter, &facts);

	facts.vfs = (__u16)svf_vf_set_limit(vfs);
	return r < 0 ? r : svf_sorter_set_pf(job->pf->sorter, &facts);
}

/* --- the parts --- */

static int make_all(struct job *job, struct svf_errmsg *err)
{
	const struct svf_vf_set wanted = svf_vf_set_minus(&job->wanted, &job->has);
	int r = 0;

	for (unsigned int vf = 0; vf < SVF_UP_MAX_VFS && !r; vf++) {
		if (!svf_vf_set_has(&wanted, vf))
			continue;
		r = svf_interrupt_check(job->pf->state.pf, err);
		svf_vf_set_add(&job->made, vf);
		if (!r)
			r = svf_vf_make(job->pf, vf, err);
	}
	return r;
}

static int unmake_all(struct job *job, const struct svf_vf_set *vfs, struct svf_errmsg *err)
{
	int first = 0;

	for (unsigned int vf = 0; vf < SVF_UP_MAX_VFS; vf++)
		if (svf_vf_set_has(vfs, vf))
			keep_first(&first, svf_vf_unmake(job->pf, vf, err));
	return first;
}

/* Counters and netdevs of VFs that the sorter does not know any more; no agent lives. */
static int clear_all(struct job *job, const struct svf_vf_set *vfs, struct svf_errmsg *err)
{
	int first = 0;

	if (!svf_vf_set_count(vfs))
		return 0;
	for (unsigned int vf = 0; vf < SVF_UP_MAX_VFS; vf++)
		if (svf_vf_set_has(vfs, vf))
			keep_first(&first, svf_former_retire(job->pf->sorter, vf,
							     job->pf->state.args.queues));
	keep_first(&first, svf_vf_sweep(job->pf, vfs, err));
	keep_first(&first, svf_vf_drop_filters(job->pf, err));
	return first;
}

static int link_up_all(const struct job *job, const struct svf_vf_set *vfs, struct svf_errmsg *err)
{
	struct svf_pf_config facts;
	int r = svf_sorter_get_pf(job->pf->sorter, &facts);

	for (unsigned int vf = 0; vf < SVF_UP_MAX_VFS && !r; vf++) {
		struct svf_vf_config config;

		if (!svf_vf_set_has(vfs, vf))
			continue;
		r = svf_sorter_get_vf(job->pf->sorter, vf, &config);
		if (!r)
			r = svf_vf_link_up(job->pf->nl, job->pf->state.pf, vf, &config,
					   facts.carrier, err);
	}
	return r;
}

static int mend_all(struct job *job, struct svf_errmsg *err)
{
	int r = 0;

	for (unsigned int vf = 0; vf < SVF_UP_MAX_VFS && !r; vf++) {
		unsigned int lack;

		if (!svf_vf_set_has(&job->mended, vf))
			continue;
		r = svf_vf_find_lack(job->pf, vf, &lack);
		if (!r && lack)
			r = svf_vf_mend(job->pf, vf, lack, err);
	}
	return r;
}

/* While VFs are being made a signal ends the wait, and all is taken back. */
static int start(struct job *job, struct svf_errmsg *err)
{
	const bool may_end = svf_vf_set_count(&job->made) && !svf_vf_set_count(&job->removed);
	char line[SVF_READY_LINE_MAX];

	return may_end ? svf_daemon_start(job->pf->state.pf, line, sizeof(line), err)
		       : svf_daemon_restart(job->pf->state.pf, err);
}

/* The agent ends in order, and the next one has the rings of those that are there now. */
static int hand_over(struct job *job, struct svf_errmsg *err)
{
	int first = 0;
	int r = svf_daemon_stop(&job->pf->paths, err);

	if (r < 0)
		return r;
	keep_first(&first, clear_all(job, &job->removed, err));
	r = mend_all(job, err);
	if (!r)
		r = link_up_all(job, &job->made, err);
	if (!r)
		r = publish_limit(job, &job->wanted);
	if (!r)
		r = save(job, &job->wanted, false, err);
	if (!r)
		r = start(job, err);
	keep_first(&first, r);
	return first;
}

/* --- a change --- */

/* What was made goes again; err tells already what failed. */
static void roll_back(struct job *job)
{
	(void)unmake_all(job, &job->made, NULL);
	(void)svf_daemon_stop(&job->pf->paths, NULL);
	(void)clear_all(job, &job->made, NULL);
	(void)publish_limit(job, &job->has);
	(void)save(job, &job->has, false, NULL);
	(void)svf_daemon_restart(job->pf->state.pf, NULL);
}

static int run(struct job *job, struct svf_errmsg *err)
{
	int first = 0;
	int r = save(job, &job->wanted, true, err);

	if (!r)
		r = make_all(job, err);
	if (!r && svf_vf_set_count(&job->made) && !svf_vf_set_count(&job->removed))
		r = hand_over(job, err);
	if (r < 0 && svf_vf_set_count(&job->made)) {
		roll_back(job);
		return r;
	}
	if (r < 0 || !svf_vf_set_count(&job->removed))
		return r;
	keep_first(&first, unmake_all(job, &job->removed, err));
	keep_first(&first, hand_over(job, err));
	return first;
}

int svf_vfs_set(struct svf_open_pf *pf, const struct svf_vf_set *wanted, struct svf_errmsg *err)
{
	struct job job = { .pf = pf, .wanted = *wanted };
	int r = svf_vfs_read(pf, &job.has);

	if (r < 0)
		return svf_errmsg_set(err, r, "%s: cannot tell which VFs it has: %s", pf->state.pf,
				      strerror(-r));
	job.removed = svf_vf_set_minus(&job.has, wanted);
	r = run(&job, err);
	return r < 0 ? svf_errmsg_set(err, r, "%s: cannot change its VFs: %s", pf->state.pf,
				      strerror(-r))
		     : 0;
}

/* --- repair --- */

/* Those that are there and lack something; *ports becomes true if that is a ring port. */
static int find_broken(struct job *job, bool *ports)
{
	for (unsigned int vf = 0; vf < SVF_UP_MAX_VFS; vf++) {
		unsigned int lack;
		int r = svf_vf_set_has(&job->has, vf) && svf_vf_set_has(&job->wanted, vf)
				? svf_vf_find_lack(job->pf, vf, &lack)
				: -ENOENT;

		if (r == -ENOENT)
			continue;
		if (r < 0)
			return r;
		if (lack)
			svf_vf_set_add(&job->mended, vf);
		*ports |= lack & SVF_VF_LACKS_RING_PORT;
	}
	return 0;
}

static int settle_all(struct job *job, struct svf_errmsg *err)
{
	int r = 0;

	for (unsigned int vf = 0; vf < SVF_UP_MAX_VFS && !r; vf++)
		if (svf_vf_set_has(&job->has, vf) && svf_vf_set_has(&job->wanted, vf))
			r = svf_vf_settle(job->pf, vf, err);
	return r;
}

/* What is not wanted goes, also where the sorter does not know it any more. */
static int end_change(struct job *job, struct svf_errmsg *err)
{
	const struct svf_vf_set all = { { UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX } };
	int r;

	job->removed = svf_vf_set_minus(&all, &job->wanted);
	r = unmake_all(job, &job->removed, err);
	if (!r)
		r = make_all(job, err);
	if (!r)
		r = svf_daemon_stop(&job->pf->paths, err);
	if (!r)
		r = mend_all(job, err);
	if (!r)
		r = settle_all(job, err);
	return r < 0 ? r : hand_over(job, err);
}

static int repair(struct job *job, struct svf_vfs_repair *repair, struct svf_errmsg *err)
{
	bool ports = false;
	int r = svf_vfs_read(job->pf, &job->has);

	if (!r)
		r = find_broken(job, &ports);
	if (r < 0)
		return r;
	repair->mended = svf_vf_set_count(&job->mended);
	repair->ended_change = job->pf->state.changing;
	repair->restarted = repair->ended_change || ports;
	if (repair->ended_change)
		return end_change(job, err);
	if (ports)
		return hand_over(job, err);
	return mend_all(job, err);
}

int svf_vfs_repair(struct svf_open_pf *pf, struct svf_vfs_repair *ret_repair,
		   struct svf_errmsg *err)
{
	struct job job = { .pf = pf, .wanted = pf->state.vfs };
	int r;

	*ret_repair = (struct svf_vfs_repair){};
	r = repair(&job, ret_repair, err);
	return r < 0 ? svf_errmsg_set(err, r, "%s: cannot repair its VFs: %s", pf->state.pf,
				      strerror(-r))
		     : 0;
}

/* --- who holds them --- */

static void name_holder(const struct svf_open_pf *pf, int nsid, char buf[SVF_NETNS_NAME_MAX + 16])
{
	char name[SVF_NETNS_NAME_MAX];
	struct stat st;

	(void)snprintf(buf, SVF_NETNS_NAME_MAX + 16, "another network namespace");
	svf_cleanup(fd) int fd = -1;
	if (svf_netns_open(pf->nl, nsid, &fd, NULL) < 0 || fstat(fd, &st) < 0)
		return;
	if (!svf_netns_name(st.st_ino, name))
		(void)snprintf(buf, SVF_NETNS_NAME_MAX + 16, "netns %s", name);
	else
		(void)snprintf(buf, SVF_NETNS_NAME_MAX + 16, "netns net:[%ju]",
			       (uintmax_t)st.st_ino);
}

int svf_vfs_check_free(const struct svf_open_pf *pf, const struct svf_vf_set *vfs,
		       struct svf_errmsg *err)
{
	for (unsigned int vf = 0; vf < SVF_UP_MAX_VFS; vf++) {
		char holder[SVF_NETNS_NAME_MAX + 16];
		struct svf_vf_config config;
		struct svf_link link;

		if (!svf_vf_set_has(vfs, vf) || svf_sorter_get_vf(pf->sorter, vf, &config) < 0 ||
		    svf_link_get(pf->nl, SVF_NSID_SELF, (int)config.representor, &link, NULL) < 0 ||
		    link.peer_nsid == SVF_NSID_SELF)
			continue;
		name_holder(pf, link.peer_nsid, holder);
		return svf_errmsg_exit_set(err, SVF_EXIT_BUSY, -EBUSY,
					   "%s: vf %u: is in use by %s: take it back, or --force",
					   pf->state.pf, vf, holder);
	}
	return 0;
}
