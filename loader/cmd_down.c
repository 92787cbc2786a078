// SPDX-License-Identifier: GPL-2.0-only
/* `svf-loader down`: take a PF's VFs away. Says nothing when it worked, as ip does. */
#include <svf/cleanup.h>

#include "cmd.h"

int svf_cmd_down(struct svf_cli *cli, struct svf_errmsg *err)
{
	struct svf_paths paths;
	const char *pf;
	int r;

	r = svf_cli_take_pf(cli, &pf, err);
	if (r < 0)
		return r;
	r = svf_cli_end(cli, err);
	if (r < 0)
		return r;

	svf_cleanup(fd) int lock_fd = -1;
	r = svf_cmd_lock(cli, pf, &paths, &lock_fd, err);
	if (r < 0)
		return r;
	r = svf_pf_down(pf, &paths, err);
	svf_state_tidy(&paths);
	return r;
}
