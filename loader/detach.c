// SPDX-License-Identifier: GPL-2.0-only
/*
 * Bringing a VF netdev home. Where it is is asked of its representor, so that it does not matter
 * who moved it, and what it is called. The move itself takes addresses, routes, qdiscs and what was
 * stacked on it; what it leaves of its last user is taken away here, out of the tenant's reach.
 */
#include <errno.h>
#include <string.h>

#include "attach.h"
#include "attach_job.h"
#include "netns.h"
#include "uppers.h"

int svf_held_vf_init(struct svf_held_vf *vf, const struct svf_open_pf *open, const char *pf,
		     unsigned int number, struct svf_errmsg *err)
{
	int r;

	*vf = (struct svf_held_vf){ .pf = pf, .vf = number };
	svf_name_format(&vf->name, pf, SVF_NAME_VF, number);
	r = svf_sorter_get_vf(open->sorter, number, &vf->config);
	if (r == -ENOENT)
		return svf_errmsg_exit_set(err, SVF_EXIT_NOT_FOUND, r,
					   "%s: vf %u: no such VF: `svf-loader show %s` tells all",
					   pf, number, pf);
	if (!r)
		r = svf_link_get(open->nl, SVF_NSID_SELF, (int)vf->config.representor,
				 &vf->representor, NULL);
	if (r == -ENODEV || (!r && vf->representor.peer_ifindex <= 0))
		return svf_errmsg_exit_set(
			err, SVF_EXIT_NOT_FOUND, -ENOENT,
			"%s: vf %u: its netdev was deleted (with its namespace?): "
			"`svf-loader down %s` and `up` make it anew",
			pf, number, pf);
	return r < 0 ? svf_errmsg_set(err, r, "%s: vf %u: cannot read its state: %s", pf, number,
				      strerror(-r))
		     : 0;
}

static int move_home(struct svf_held_vf *vf, struct svf_nl *nl, struct svf_nl *there,
		     struct svf_errmsg *err)
{
	struct svf_errmsg detail = {};
	struct svf_link link;
	int r;

	svf_cleanup(fd) int here_fd = svf_netns_open_path("/proc/thread-self/ns/net");
	if (here_fd < 0)
		return here_fd;
	r = svf_link_get_by_name(nl, vf->name.name, &link, NULL) ? 0 : -EEXIST;
	if (!r)
		r = svf_link_move(there, vf->representor.peer_ifindex, here_fd, vf->name.name,
				  &detail);
	if (r == -EEXIST)
		return svf_errmsg_set(err, r,
				      "%s: vf %u: a netdev here is called %s, which is its name: "
				      "rename that one first",
				      vf->pf, vf->vf, vf->name.name);
	if (r < 0)
		return svf_errmsg_set(err, r, "%s: vf %u: %s", vf->pf, vf->vf, detail.text);
	return svf_link_get(nl, SVF_NSID_SELF, vf->representor.ifindex, &vf->representor, err);
}

int svf_held_vf_return(struct svf_held_vf *vf, struct svf_nl *nl, struct svf_nl *there,
		       struct svf_errmsg *err)
{
	const struct svf_link_settings settings = {
		.name = vf->name.name,
		.alias = vf->representor.alias,
		.mac = vf->config.mac,
		.mtu = vf->config.mtu,
	};
	struct svf_errmsg detail = {};
	int r = there ? move_home(vf, nl, there, err) : 0;

	if (r < 0)
		return r;
	r = svf_link_clean(nl, vf->representor.peer_ifindex, &settings, &detail);
	if (!r)
		r = svf_uppers_delete(vf->representor.peer_ifindex, &detail);
	return r < 0 ? svf_errmsg_set(err, r, "%s: vf %u: %s", vf->pf, vf->vf, detail.text) : 0;
}

/* One that is up is in use here, and nobody's to clean. */
static int settle_at_home(struct svf_held_vf *vf, struct svf_nl *nl, struct svf_errmsg *err)
{
	struct svf_link netdev;
	int r = svf_link_get(nl, SVF_NSID_SELF, vf->representor.peer_ifindex, &netdev, err);

	if (r < 0 || netdev.flags & IFF_UP || netdev.master_ifindex)
		return r;
	return svf_held_vf_return(vf, nl, NULL, err);
}

static int fetch(struct svf_held_vf *vf, struct svf_nl *nl, struct svf_errmsg *err)
{
	const int nsid = vf->representor.peer_nsid;
	struct svf_errmsg detail = {};
	int r;

	svf_cleanup(fd) int fd = -1;
	svf_cleanup(nl) struct svf_nl *there = NULL;
	r = svf_netns_open(nl, nsid, &fd, &detail);
	if (!r)
		r = svf_nl_new_in(&there, fd, &detail);
	if (r < 0)
		return svf_errmsg_exit_set(err, SVF_EXIT_REFUSED, r, "%s: vf %u: %s", vf->pf,
					   vf->vf, detail.text);
	return svf_held_vf_return(vf, nl, there, err);
}

int svf_detach(const char *pf, unsigned int number, struct svf_errmsg *err)
{
	struct svf_open_pf open;
	struct svf_held_vf vf;
	int r;

	r = svf_open_pf_init(&open, pf, err);
	if (!r)
		r = svf_held_vf_init(&vf, &open, pf, number, err);
	if (!r && vf.representor.peer_nsid == SVF_NSID_SELF)
		r = settle_at_home(&vf, open.nl, err);
	else if (!r)
		r = fetch(&vf, open.nl, err);
	svf_open_pf_done(&open);
	return r;
}
