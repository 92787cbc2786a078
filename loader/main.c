// SPDX-License-Identifier: GPL-2.0-only
/*
 * svf-loader: the PF role of software SR-IOV. This file finds the command, or those of a batch,
 * prints its one line of failure and turns it into an exit code.
 */
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <svf/log.h>

#include "batch.h"
#include "cmd.h"
#include "enter.h"
#include "failure.h"

static int (*const commands[])(struct svf_cli *cli, struct svf_errmsg *err) = {
	[SVF_COMMAND_UP] = svf_cmd_up,		 [SVF_COMMAND_DOWN] = svf_cmd_down,
	[SVF_COMMAND_NUMVFS] = svf_cmd_numvfs,	 [SVF_COMMAND_ADD] = svf_cmd_add,
	[SVF_COMMAND_DEL] = svf_cmd_del,	 [SVF_COMMAND_RESET] = svf_cmd_reset,
	[SVF_COMMAND_SHOW] = svf_cmd_show,	 [SVF_COMMAND_STATS] = svf_cmd_stats,
	[SVF_COMMAND_TOP] = svf_cmd_top,	 [SVF_COMMAND_FDB] = svf_cmd_fdb,
	[SVF_COMMAND_SET] = svf_cmd_set,	 [SVF_COMMAND_ATTACH] = svf_cmd_attach,
	[SVF_COMMAND_DETACH] = svf_cmd_detach,	 [SVF_COMMAND_DOCTOR] = svf_cmd_doctor,
	[SVF_COMMAND_EXPORT] = svf_cmd_export,	 [SVF_COMMAND_APPLY] = svf_cmd_apply,
	[SVF_COMMAND_DIFF] = svf_cmd_diff,	 [SVF_COMMAND_TRY] = svf_cmd_try,
	[SVF_COMMAND_CONFIRM] = svf_cmd_confirm, [SVF_COMMAND_SAVE] = svf_cmd_save,
	[SVF_COMMAND_RUN] = svf_cmd_run,	 [SVF_COMMAND_HELP] = svf_cmd_help,
};
_Static_assert(sizeof(commands) / sizeof(commands[0]) == SVF_N_COMMANDS, "all commands");

static int run_command(struct svf_cli *cli, struct svf_errmsg *err)
{
	if (cli->help) {
		svf_cli_help(stdout, cli->command);
		return 0;
	}
	if (cli->version) {
		printf("svf-loader %s\n", SVF_VERSION);
		return 0;
	}
	return commands[cli->command - svf_commands](cli, err);
}

static int run_line(int argc, char *argv[], const struct svf_cli *outer, struct svf_errmsg *err);

static int run_there(struct svf_cli *cli, struct svf_errmsg *err)
{
	int netns_fd = -1, r = 0, back;

	if (svf_cli_has(cli, SVF_OPTION_NAMESPACE))
		r = svf_netns_enter(cli->values[SVF_OPTION_NAMESPACE], &netns_fd, err);
	if (r < 0)
		return r;
	r = cli->command || cli->help || cli->version ? run_command(cli, err)
						      : svf_batch_run(cli, run_line, err);
	back = svf_netns_leave(netns_fd, err);
	return r < 0 ? r : back;
}

/* outer: the command line with --batch that this is a line of, or NULL. */
static int run_line(int argc, char *argv[], const struct svf_cli *outer, struct svf_errmsg *err)
{
	struct svf_cli cli;
	int r;

	r = svf_cli_parse(&cli, argc, argv, err);
	if (r < 0)
		return r;
	if (outer && !cli.command && svf_cli_has(&cli, SVF_OPTION_BATCH))
		return svf_errmsg_exit_set(err, SVF_EXIT_USAGE, -EINVAL,
					   "--batch: cannot stand in a batch");
	if (outer)
		svf_cli_inherit(&cli, outer);
	r = run_there(&cli, err);
	if (fflush(stdout) == 0 || r < 0)
		return r;
	r = -errno; /* what was asked is done, but nobody could read of it */
	return svf_errmsg_set(err, r, "cannot write output: %s", strerror(-r));
}

int main(int argc, char *argv[])
{
	const bool json = svf_cli_wants_json(argc, argv);
	struct svf_errmsg err = {};
	int r;

	svf_log_open("svf-loader", false);
	(void)libbpf_set_print(NULL); /* what it has to say comes back in the one line of failure */
	r = run_line(argc, argv, NULL, &err);
	if (r >= 0)
		return err.text[0] ? SVF_EXIT_OK : (int)err.exit; /* doctor's and diff's verdict */
	if (!err.told)
		svf_failure_print(&err, r, json);
	return (int)svf_errmsg_exit(&err, r);
}
