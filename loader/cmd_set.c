// SPDX-License-Identifier: GPL-2.0-only
/* `svf-loader set`: change a VF. Says nothing when it worked, as ip does. */
#include <svf/cleanup.h>

#include "change.h"
#include "cmd.h"

int svf_cmd_set(struct svf_cli *cli, struct svf_errmsg *err)
{
	struct svf_change change;
	struct svf_paths paths;
	unsigned int vf;
	const char *pf;
	int r;

	r = svf_cli_take_pf(cli, &pf, err);
	if (r < 0)
		return r;
	r = svf_cli_take_vf(cli, pf, &vf, err);
	if (r < 0)
		return r;
	r = svf_change_parse(&change, pf, vf, cli->n_words, cli->words, err);
	if (r < 0)
		return r;

	svf_cleanup(fd) int lock_fd = -1;
	r = svf_cmd_lock(cli, pf, &paths, &lock_fd, err);
	if (r < 0)
		return r;
	return svf_change_apply(pf, &paths, vf, &change, err);
}
