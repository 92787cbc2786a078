// SPDX-License-Identifier: GPL-2.0-only
/*
 * `down`: takes away whatever is there, in an order in which no frame meets half a sorter:
 * agent, XDP, tc on the PF, settings, netdevs, pins. Works from any half-state: each part is found
 * by what the kernel shows (pins, our filter handle, aliases), not by what a run before believed.
 */
#include "pf.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>

#include <svf/cleanup.h>
#include <svf/log.h>

#include "daemon.h"
#include "link.h"
#include "names.h"
#include "progress.h"
#include "settings.h"
#include "sorter.h"
#include "tc.h"
#include "vf.h"
#include "vfinfo.h"

struct down {
	const char *name;
	const struct svf_paths *paths;
	struct svf_nl *nl;
	struct svf_link pf;
	bool has_pf, has_state;
	bool found_netdevs; /* there were some of ours */
	bool cut_short;	    /* a command was killed while it made or removed some */
	struct svf_state state;
	int first; /* first error met */
	struct svf_errmsg *err;
};

static void keep_first(struct down *down, int r)
{
	if (!down->first && r < 0)
		down->first = r;
}

/* --- netdevs: gathered in a group of their own, deleted by one request --- */

struct gathering {
	struct svf_nl *nl;
	const char *label, *pf;
	bool cut_short; /* who made them was killed */
	uint32_t group;
	bool group_in_use;
	size_t count, room;
	int *ifindexes; /* owned */
};

static int find_ours(const struct svf_link *link, void *arg)
{
	struct gathering *g = arg;
	unsigned int vf;
	uint32_t generation;

	if (link->group == g->group)
		g->group_in_use = true;
	if (!svf_alias_parse(link->alias, g->label, &vf, &generation) &&
	    !(g->cut_short && svf_vf_is_half_made(link, g->pf, &vf)))
		return 0;
	if (g->count == g->room) {
		size_t room = g->room ? 2 * g->room : 64;
		void *more = realloc(g->ifindexes, room * sizeof(*g->ifindexes));

		if (!more)
			return -ENOMEM;
		g->ifindexes = more;
		g->room = room;
	}
	g->ifindexes[g->count++] = link->ifindex;
	return 0;
}

/* A group number that no netdev here has; 0 is everybody's. */
static int gather(struct gathering *g, struct svf_errmsg *err)
{
	int r;

	do {
		if (getrandom(&g->group, sizeof(g->group), 0) < 0)
			return -errno;
		g->group = (g->group & INT32_MAX) | 1;
		g->group_in_use = false;
		g->count = 0;
		r = svf_link_list(g->nl, find_ours, g, err);
	} while (!r && g->group_in_use);
	return r;
}

/* Takes longer, but a netdev that cannot be deleted does not keep the others. */
static int delete_one_by_one(const struct gathering *g, struct svf_errmsg *err)
{
	int first = 0;

	for (size_t i = 0; i < g->count; i++) {
		int r = svf_link_del(g->nl, g->ifindexes[i], NULL);

		if (r == 0 || r == -ENODEV || first) /* ENODEV: went with its peer */
			continue;
		first = svf_errmsg_set(err, r, "%s: cannot delete netdev %d: %s", g->label,
				       g->ifindexes[i], strerror(-r));
	}
	return first;
}

static int delete_netdevs(struct down *down)
{
	struct gathering g = {
		.nl = down->nl,
		.label = down->paths->label,
		.pf = down->name,
		.cut_short = down->cut_short,
	};
	const int listed = gather(&g, down->err);
	int r = listed;

	for (size_t i = 0; i < g.count && !r; i++) {
		r = svf_link_set_group(down->nl, g.ifindexes[i], g.group, NULL);
		if (r == -ENODEV) /* deleted by somebody meanwhile */
			r = 0;
	}
	if (!r && g.count)
		r = svf_link_del_group(down->nl, g.group, NULL);
	if (r < 0)
		r = delete_one_by_one(&g, down->err);
	down->found_netdevs = g.count > 0;
	free(g.ifindexes);
	return listed < 0 ? listed : r;
}

/* --- the PF --- */

static void detach_pf(struct down *down)
{
	keep_first(down, svf_sorter_detach_xdp(down->paths));
	if (!down->has_pf)
		return;
	keep_first(down, svf_tc_detach(down->nl, down->pf.name, down->pf.ifindex, SVF_TC_INGRESS,
				       down->err));
	keep_first(down, svf_tc_detach(down->nl, down->pf.name, down->pf.ifindex, SVF_TC_EGRESS,
				       down->err));
}

static void restore_pf(struct down *down)
{
	if (!down->has_pf || !down->has_state)
		return;
	keep_first(down, svf_settings_restore(down->nl, &down->pf, &down->state, down->err));
	if (down->state.before.made_clsact)
		keep_first(down, svf_tc_del_clsact_if_empty(down->nl, down->pf.name,
							    down->pf.ifindex, down->err));
}

static int look(struct down *down)
{
	int r = svf_nl_new(&down->nl, down->err);

	if (r < 0)
		return r;
	r = svf_state_load(down->paths, &down->state, down->err);
	down->has_state = !r;
	down->cut_short = down->has_state && (!down->state.complete || down->state.changing);
	/* By its number, since it may have been renamed; by its name where no number is known. */
	if (down->has_state)
		down->has_pf = !svf_link_get(down->nl, SVF_NSID_SELF, down->state.pf_ifindex,
					     &down->pf, NULL);
	else
		down->has_pf = !svf_link_get_by_name(down->nl, down->name, &down->pf, NULL);
	if (r == -ENOENT)
		r = 0;
	/* What is attached there then belongs to the PF of the other name. */
	if (!r && !down->has_state && down->has_pf)
		r = svf_pf_check_name(down->name, down->pf.ifindex, down->err);
	down->has_pf &= r != -EBUSY;
	return r;
}

/* From here on the PF is half up, whatever becomes of us: the next `up` begins with a `down`.
 * Where /run is full that is not on record, but no reason to leave the VFs there. */
static void mark_incomplete(struct down *down)
{
	if (!down->has_state || !down->state.complete)
		return;
	down->state.complete = false;
	(void)svf_state_save(down->paths, &down->state, NULL);
}

/* What the user would not expect of a success. */
static void warn(const struct down *down)
{
	if (down->first < 0 || down->has_state)
		return;
	if (down->found_netdevs && down->has_pf)
		svf_warning(
			"%s: no record of how it was before `up`: its VLAN offloads, filters and "
			"allmulticast stay as they are",
			down->name);
	else if (!down->found_netdevs && !down->has_pf)
		svf_warning("%s: no such netdev, and nothing of it is left", down->name);
}

int svf_pf_down(const char *pf, const struct svf_paths *paths, struct svf_errmsg *err)
{
	struct down down = { .name = pf, .paths = paths, .err = err };

	keep_first(&down, look(&down));
	mark_incomplete(&down);
	svf_progress_say(pf, "ending its daemon and agent");
	keep_first(&down, svf_daemon_stop(paths, err));
	if (down.nl) {
		detach_pf(&down);
		svf_progress_say(pf, "removing its VFs");
		keep_first(&down, delete_netdevs(&down));
		restore_pf(&down);
	}
	keep_first(&down, svf_sorter_unpin(paths, err));
	/* As long as something could not be restored, what it was stays on record. */
	if (!down.first || down.first == -EBADMSG)
		svf_state_remove(paths);
	down.nl = svf_nl_free(down.nl);
	svf_progress_end();
	warn(&down);
	if (down.first < 0)
		return svf_errmsg_set(err, down.first, "%s: cannot take everything down: %s", pf,
				      strerror(-down.first));
	return 0;
}
