// SPDX-License-Identifier: GPL-2.0-only
/*
 * svf-loader: the PF role of software SR-IOV. This file finds the command, prints its one
 * line of failure and turns it into an exit code.
 */
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <svf/log.h>

#include "cmd.h"

static int (*const commands[])(struct svf_cli *cli, struct svf_errmsg *err) = {
	[SVF_COMMAND_UP] = svf_cmd_up,	       [SVF_COMMAND_DOWN] = svf_cmd_down,
	[SVF_COMMAND_SHOW] = svf_cmd_show,     [SVF_COMMAND_STATS] = svf_cmd_stats,
	[SVF_COMMAND_FDB] = svf_cmd_fdb,       [SVF_COMMAND_SET] = svf_cmd_set,
	[SVF_COMMAND_ATTACH] = svf_cmd_attach, [SVF_COMMAND_DETACH] = svf_cmd_detach,
	[SVF_COMMAND_DOCTOR] = svf_cmd_doctor, [SVF_COMMAND_RUN] = svf_cmd_run,
	[SVF_COMMAND_HELP] = svf_cmd_help,
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

static int run(int argc, char *argv[], struct svf_errmsg *err)
{
	struct svf_cli cli;
	int r;

	r = svf_cli_parse(&cli, argc, argv, err);
	if (r < 0)
		return r;
	r = run_command(&cli, err);
	if (fflush(stdout) == 0 || r < 0)
		return r;
	r = -errno; /* what was asked is done, but nobody could read of it */
	return svf_errmsg_set(err, r, "cannot write output: %s", strerror(-r));
}

int main(int argc, char *argv[])
{
	struct svf_errmsg err = {};
	int r;

	svf_log_open("svf-loader", false);
	(void)libbpf_set_print(NULL); /* what it has to say comes back in the one line of failure */
	r = run(argc, argv, &err);
	if (r >= 0)
		return err.text[0] ? SVF_EXIT_OK : (int)err.exit; /* doctor's verdict */
	svf_error("%s", err.text[0] ? err.text : strerror(-r));
	return (int)svf_errmsg_exit(&err, r);
}
