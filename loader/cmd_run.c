// SPDX-License-Identifier: GPL-2.0-only
/*
 * `svf-loader run`: be the PF daemon, in the foreground. Started by `up`, which waits at
 * --ready-fd, it logs to syslog; started by systemd or by hand, to stderr.
 */
#include <errno.h>
#include <limits.h>
#include <string.h>

#include <svf/log.h>

#include "cmd.h"
#include "daemon.h"

int svf_cmd_run(struct svf_cli *cli, struct svf_errmsg *err)
{
	unsigned int ready_fd = UINT_MAX;
	struct svf_paths paths;
	const char *pf;
	int r;

	r = svf_cli_take_pf(cli, &pf, err);
	if (r < 0)
		return r;
	r = svf_cli_end(cli, err);
	if (r < 0)
		return r;
	r = svf_cli_get_number(cli, SVF_OPTION_READY_FD, &ready_fd, err);
	if (r < 0)
		return r;
	r = svf_cmd_require_root(cli, err);
	if (r < 0)
		return r;
	r = svf_paths_init(&paths, pf);
	if (r < 0)
		return svf_errmsg_set(err, r, "%s: cannot tell its network namespace: %s", pf,
				      strerror(-r));

	if (svf_cli_has(cli, SVF_OPTION_READY_FD))
		svf_log_open("svf-loader", true);
	return svf_daemon_run(pf, &paths,
			      svf_cli_has(cli, SVF_OPTION_READY_FD) ? (int)ready_fd : -1, err);
}
