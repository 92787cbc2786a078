// SPDX-License-Identifier: GPL-2.0-only
/* The PF and its VFs as the PF daemon's event side sees them. */
#include "watch.h"

#include <errno.h>
#include <stdlib.h>

#include "lock.h"

int svf_watch_init(struct svf_watch *watch)
{
	watch->vfs = calloc(watch->n_vfs, sizeof(*watch->vfs));
	return watch->vfs ? 0 : -ENOMEM;
}

void svf_watch_done(struct svf_watch *watch)
{
	free(watch->vfs);
	watch->vfs = NULL;
}

int svf_watch_locate(struct svf_watch *watch, unsigned int vf, struct svf_vf_config *ret_config)
{
	struct svf_watched_vf seen = {
		.nsid = SVF_NSID_SELF,
		.generation = watch->vfs[vf].generation,
	};
	struct svf_link link;
	int r = svf_sorter_get_vf(watch->sorter, vf, ret_config);

	if (r == -ENOENT)
		r = -ENODEV;
	if (!r) {
		seen.representor = (int)ret_config->representor;
		r = svf_link_get(watch->nl, SVF_NSID_SELF, seen.representor, &link, NULL);
	}
	if (!r) {
		seen.nsid = link.peer_nsid;
		seen.ifindex = link.peer_ifindex;
		r = seen.ifindex > 0 ? 0 : -ENODEV;
	}
	/* Who asks next may rely on what is here: a question that failed is no news. */
	if (!r || r == -ENODEV)
		watch->vfs[vf] = seen;
	return r;
}

bool svf_watch_is_reconfigured(struct svf_watch *watch, unsigned int vf)
{
	struct svf_vf_config config;

	if (svf_sorter_get_vf(watch->sorter, vf, &config) < 0 ||
	    config.generation == watch->vfs[vf].generation)
		return false;
	watch->vfs[vf].generation = config.generation;
	return true;
}

int svf_watch_find(const struct svf_watch *watch, int nsid, int ifindex)
{
	for (unsigned int vf = 0; vf < watch->n_vfs; vf++) {
		const struct svf_watched_vf *seen = &watch->vfs[vf];

		if (seen->ifindex == ifindex && seen->nsid == nsid)
			return (int)vf;
		if (seen->representor == ifindex && nsid == SVF_NSID_SELF)
			return (int)vf;
	}
	return -ENOENT;
}

int svf_watch_lock(const struct svf_watch *watch, int *ret_fd)
{
	return svf_lock_take(watch->paths, watch->pf, "run", 0, ret_fd, NULL);
}
