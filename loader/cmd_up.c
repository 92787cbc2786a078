// SPDX-License-Identifier: GPL-2.0-only
/* `svf-loader up`: give a PF its VFs. */
#include <svf/cleanup.h>

#include "cmd.h"

int svf_cmd_up(struct svf_cli *cli, struct svf_errmsg *err)
{
	struct svf_up_report report = {};
	struct svf_up_args args;
	struct svf_paths paths;
	const char *pf;
	int r;

	r = svf_up_parse(cli, &pf, &args, err);
	if (r < 0)
		return r;

	svf_cleanup(fd) int lock_fd = -1;
	r = svf_cmd_lock(cli, pf, &paths, &lock_fd, err);
	if (r < 0)
		return r;
	r = svf_pf_up(pf, &paths, &args, &report, err);
	if (r < 0)
		return r;
	if (svf_cli_has(cli, SVF_OPTION_JSON))
		return svf_show_pf_json(pf, err);
	svf_up_show(stdout, pf, &report);
	return 0;
}
