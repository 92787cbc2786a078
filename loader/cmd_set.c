// SPDX-License-Identifier: GPL-2.0-only
/* `svf-loader set`: change a VF, or what holds for the PF. Says nothing when it worked, as ip does,
 * but for what is done and worth a warning. */
#include <string.h>

#include <svf/cleanup.h>
#include <svf/log.h>

#include "change.h"
#include "cmd.h"

/* `vf N`, or nothing for the PF itself. */
static int take_target(struct svf_cli *cli, const char *pf, unsigned int *ret_vf,
		       struct svf_errmsg *err)
{
	*ret_vf = SVF_PF_ID;
	if (cli->n_words > 0 && strcmp(cli->words[0], "vf") == 0)
		return svf_cli_take_vf(cli, pf, ret_vf, err);
	return 0;
}

int svf_cmd_set(struct svf_cli *cli, struct svf_errmsg *err)
{
	struct svf_errmsg warning = {};
	struct svf_change change;
	struct svf_paths paths;
	unsigned int vf;
	const char *pf;
	int r;

	r = svf_cli_take_pf(cli, &pf, err);
	if (r < 0)
		return r;
	r = take_target(cli, pf, &vf, err);
	if (r < 0)
		return r;
	r = svf_change_parse(&change, pf, vf, cli->n_words, cli->words, err);
	if (r < 0)
		return r;

	svf_cleanup(fd) int lock_fd = -1;
	r = svf_cmd_lock(cli, pf, &paths, &lock_fd, err);
	if (r < 0)
		return r;
	r = svf_change_apply(&paths, &change, &warning, err);
	if (!r && warning.text[0])
		svf_warning("warning: %s", warning.text);
	return r;
}
