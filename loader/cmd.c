// SPDX-License-Identifier: GPL-2.0-only
/* What the commands have in common, and `help`. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "bpffs.h"
#include "cmd.h"
#include "interrupt.h"
#include "lock.h"
#include "try.h"

int svf_cmd_require_root(const struct svf_cli *cli, struct svf_errmsg *err)
{
	if (geteuid() == 0)
		return 0;
	return svf_errmsg_exit_set(err, SVF_EXIT_REFUSED, -EPERM, "%s: must be run as root",
				   cli->command->name);
}

int svf_cmd_lock_within(const struct svf_cli *cli, const char *pf, unsigned int timeout_s,
			struct svf_paths *ret_paths, int *ret_lock_fd, struct svf_errmsg *err)
{
	int r = svf_cmd_require_root(cli, err);

	if (r < 0)
		return r;
	r = svf_bpffs_check(err);
	if (r < 0)
		return r;
	r = svf_paths_init(ret_paths, pf);
	if (r < 0)
		return svf_errmsg_set(err, r, "%s: cannot tell its network namespace: %s", pf,
				      strerror(-r));
	svf_interrupt_block(); /* before the first thing is made: asked for between steps instead */
	return svf_lock_take(ret_paths, pf, cli->command->name, timeout_s, ret_lock_fd, err);
}

int svf_cmd_lock(const struct svf_cli *cli, const char *pf, struct svf_paths *ret_paths,
		 int *ret_lock_fd, struct svf_errmsg *err)
{
	unsigned int timeout_s = SVF_TIMEOUT_DEFAULT_S;
	int r = svf_cli_get_number(cli, SVF_OPTION_TIMEOUT, &timeout_s, err);

	if (!r)
		r = svf_cmd_lock_within(cli, pf, timeout_s, ret_paths, ret_lock_fd, err);
	return r < 0 ? r : svf_try_settle(pf, ret_paths, err);
}

int svf_cmd_help(struct svf_cli *cli, struct svf_errmsg *err)
{
	const struct svf_command *command = NULL;
	int r;

	if (cli->n_words > 0) {
		r = svf_cli_find_command(cli->words[0], &command, err);
		if (r < 0)
			return r;
		cli->words++;
		cli->n_words--;
	}
	r = svf_cli_end(cli, err);
	if (r < 0)
		return r;
	svf_cli_help(stdout, command);
	return 0;
}
