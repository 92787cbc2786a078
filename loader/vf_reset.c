// SPDX-License-Identifier: GPL-2.0-only
/*
 * Resetting a VF. As long as the sorter does not know the VF's representor the VF has no link:
 * nothing new gets into its rings, and what comes out of them is dropped. One who is killed
 * meanwhile leaves just that, which is what svf_vf_mend() puts right: the PF daemon looks for it
 * every second.
 */
#include "vf_reset.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include "daemon.h"
#include "link.h"
#include "losses.h"
#include "vf_make.h"

#define STEP_NS	 5000000L
#define STEPS	 60	   /* 0.3 s: the agent looks at everything every 0.2 s */
#define LEAST_NS 50000000L /* of the link's being down: for the tenant to be told */

static void pause_ns(long ns)
{
	const struct timespec pause = { .tv_nsec = ns };

	(void)nanosleep(&pause, NULL);
}

/* Whether all that went into its rings and ring port has come out. */
static bool is_empty(const struct svf_open_pf *pf, unsigned int vf)
{
	struct svf_agent_account account;
	int r = svf_losses_read_agent(&account, pf->nl, pf->sorter, vf, pf->state.args.queues);

	for (int d = 0; d < SVF_N_DIRECTIONS && !r; d++)
		if (account.in[d] > account.out[d])
			return false;
	return !r;
}

/* What does not go by itself goes with the agent, and is counted. */
static int empty_rings(struct svf_open_pf *pf, unsigned int vf, struct svf_errmsg *err)
{
	int r;

	pause_ns(LEAST_NS);
	if (pf->state.args.lane != SVF_LANE_AFXDP)
		return 0;
	for (int i = 0; i < STEPS; i++) {
		if (is_empty(pf, vf))
			return 0;
		pause_ns(STEP_NS);
	}
	r = svf_daemon_stop(&pf->paths, err);
	return r < 0 ? r : svf_daemon_restart(pf->state.pf, err);
}

static int set_link(const struct svf_open_pf *pf, uint32_t representor, bool up,
		    struct svf_errmsg *err)
{
	return svf_link_set_flags(pf->nl, SVF_NSID_SELF, (int)representor, up ? IFF_UP : 0, IFF_UP,
				  err);
}

/* What the sorter had learnt of its frames. */
static int forget_learnt(const struct svf_open_pf *pf, unsigned int vf,
			 const struct svf_vf_config *config)
{
	int r = svf_sorter_del_rate(pf->sorter, vf);

	if (r == -ENOENT)
		r = 0;
	return !r && config->storm ? svf_sorter_add_rate(pf->sorter, vf) : r;
}

static int take_link(struct svf_open_pf *pf, unsigned int vf, const struct svf_vf_config *config,
		     struct svf_errmsg *err)
{
	struct svf_vf_config without = *config;
	int r;

	without.representor = 0;
	without.generation++;
	r = svf_sorter_set_vf(pf->sorter, vf, &without);
	return r < 0 ? r : set_link(pf, config->representor, false, err);
}

/* As it was: a representor that the sorter knows and that is down was set so by the admin. */
static int give_link(struct svf_open_pf *pf, unsigned int vf, const struct svf_vf_config *config,
		     bool up, struct svf_errmsg *err)
{
	struct svf_vf_config with = *config;
	int r = up ? set_link(pf, config->representor, true, err) : 0;
	int r2;

	with.generation += 2;
	r2 = svf_sorter_set_vf(pf->sorter, vf, &with);
	return r < 0 ? r : r2;
}

int svf_vf_reset(struct svf_open_pf *pf, unsigned int vf, struct svf_errmsg *err)
{
	struct svf_vf_config config;
	struct svf_link representor;
	unsigned int lack;
	int r = svf_vf_find_lack(pf, vf, &lack), r2;

	if (!r && lack)
		return svf_errmsg_exit_set(
			err, SVF_EXIT_NOT_FOUND, -ENODEV,
			"%s: vf %u: its netdevs were deleted: `svf-loader up %s --vfs %u` makes "
			"them anew",
			pf->state.pf, vf, pf->state.pf, svf_vf_set_count(&pf->state.vfs));
	if (!r)
		r = svf_sorter_get_vf(pf->sorter, vf, &config);
	if (!r)
		r = svf_link_get(pf->nl, SVF_NSID_SELF, (int)config.representor, &representor, err);
	if (!r)
		r = take_link(pf, vf, &config, err);
	if (!r) {
		r = empty_rings(pf, vf, err);
		r2 = give_link(pf, vf, &config, representor.flags & IFF_UP, err);
		r = r < 0 ? r : r2;
	}
	if (!r)
		r = forget_learnt(pf, vf, &config);
	return r < 0 ? svf_errmsg_set(err, r, "%s: vf %u: cannot reset it: %s", pf->state.pf, vf,
				      strerror(-r))
		     : 0;
}
