// SPDX-License-Identifier: GPL-2.0-only
/* Opens a PF that is up, and tells why it cannot. */
#include <errno.h>
#include <string.h>

#include "bpffs.h"
#include "link.h"
#include "pf_open.h"
#include "vfinfo.h"

/* No state: either there is no such netdev, or it is no PF of ours. */
static int refuse_pf(struct svf_nl *nl, const char *pf, struct svf_errmsg *err)
{
	struct svf_link link;
	int r = svf_link_get_by_name(nl, pf, &link, NULL);

	if (r < 0)
		return svf_errmsg_exit_set(err, SVF_EXIT_NOT_FOUND, -ENODEV, "%s: no such netdev",
					   pf);
	r = svf_pf_check_name(pf, link.ifindex, err);
	if (r < 0)
		return r;
	return svf_errmsg_exit_set(err, SVF_EXIT_NOT_FOUND, -ENODEV,
				   "%s: has no VFs: `svf-loader up %s --vfs N`", pf, pf);
}

static int open_sorter(struct svf_sorter **ret_sorter, const char *pf,
		       const struct svf_paths *paths, struct svf_errmsg *err)
{
	int r = svf_sorter_open(ret_sorter, paths, NULL);

	if (r == -ENOENT)
		return svf_errmsg_exit_set(err, SVF_EXIT_NOT_FOUND, r,
					   "%s: is half up: `svf-loader down %s` clears up", pf,
					   pf);
	if (r < 0)
		return svf_errmsg_set(err, r, "%s: cannot open the sorter in %s: %s", pf,
				      paths->pins, strerror(-r));
	return 0;
}

int svf_open_pf_init(struct svf_open_pf *open, const char *pf, struct svf_errmsg *err)
{
	int r = svf_bpffs_check(err);

	*open = (struct svf_open_pf){};
	if (r < 0)
		return r;
	r = svf_paths_init(&open->paths, pf);
	if (r < 0)
		return svf_errmsg_set(err, r, "%s: cannot tell its network namespace: %s", pf,
				      strerror(-r));
	r = svf_nl_new(&open->nl, err);
	if (r < 0)
		return r;
	r = svf_state_load(&open->paths, &open->state, err);
	if (r == -ENOENT)
		return refuse_pf(open->nl, pf, err);
	if (r < 0)
		return svf_errmsg_set(err, r, "%s: cannot read %s/state.json: %s", pf,
				      open->paths.run, strerror(-r));
	return open_sorter(&open->sorter, pf, &open->paths, err);
}

void svf_open_pf_done(struct svf_open_pf *open)
{
	open->nl = svf_nl_free(open->nl);
	open->sorter = svf_sorter_free(open->sorter);
}
