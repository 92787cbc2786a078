/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The commands, one file each (cmd_<name>.c). Each takes its operands and option values
 * from cli, checks them, then that it is root, then acts. 0, or -errno with err filled.
 */
#pragma once

#include <stdio.h>

#include <svf/errmsg.h>

#include "cli.h"
#include "pf.h"

int svf_cmd_up(struct svf_cli *cli, struct svf_errmsg *err);
int svf_cmd_down(struct svf_cli *cli, struct svf_errmsg *err);
int svf_cmd_numvfs(struct svf_cli *cli, struct svf_errmsg *err);
int svf_cmd_add(struct svf_cli *cli, struct svf_errmsg *err);
int svf_cmd_del(struct svf_cli *cli, struct svf_errmsg *err);
int svf_cmd_reset(struct svf_cli *cli, struct svf_errmsg *err);
int svf_cmd_show(struct svf_cli *cli, struct svf_errmsg *err);
int svf_cmd_stats(struct svf_cli *cli, struct svf_errmsg *err);
int svf_cmd_top(struct svf_cli *cli, struct svf_errmsg *err);
int svf_cmd_fdb(struct svf_cli *cli, struct svf_errmsg *err);
int svf_cmd_set(struct svf_cli *cli, struct svf_errmsg *err);
int svf_cmd_attach(struct svf_cli *cli, struct svf_errmsg *err);
int svf_cmd_detach(struct svf_cli *cli, struct svf_errmsg *err);
int svf_cmd_doctor(struct svf_cli *cli, struct svf_errmsg *err);
int svf_cmd_export(struct svf_cli *cli, struct svf_errmsg *err);
int svf_cmd_apply(struct svf_cli *cli, struct svf_errmsg *err);
int svf_cmd_diff(struct svf_cli *cli, struct svf_errmsg *err);
int svf_cmd_try(struct svf_cli *cli, struct svf_errmsg *err);
int svf_cmd_confirm(struct svf_cli *cli, struct svf_errmsg *err);
int svf_cmd_save(struct svf_cli *cli, struct svf_errmsg *err);
int svf_cmd_run(struct svf_cli *cli, struct svf_errmsg *err);
int svf_cmd_help(struct svf_cli *cli, struct svf_errmsg *err);

/* Prints one PF as `show -j` does. */
int svf_show_pf_json(const char *pf, struct svf_errmsg *err);

/* -EPERM (exit code refused) unless we are root. */
int svf_cmd_require_root(const struct svf_cli *cli, struct svf_errmsg *err);

/* The start of every command that changes a PF: must be root, fills paths, takes the PF's lock
 * within --timeout. A try that nobody confirmed in time is taken back first; one that still waits
 * is a reason to refuse (exit 4). *ret_lock_fd is the caller's to close. */
int svf_cmd_lock(const struct svf_cli *cli, const char *pf, struct svf_paths *ret_paths,
		 int *ret_lock_fd, struct svf_errmsg *err);
/* The same without asking for a try, and with a time to wait of its own. */
int svf_cmd_lock_within(const struct svf_cli *cli, const char *pf, unsigned int timeout_s,
			struct svf_paths *ret_paths, int *ret_lock_fd, struct svf_errmsg *err);

/* Checks the operands and options of `up`. */
int svf_up_parse(struct svf_cli *cli, const char **ret_pf, struct svf_up_args *ret_args,
		 struct svf_errmsg *err);
/* Refuses arguments that do not go together (exit code usage). */
int svf_up_check(const char *pf, const struct svf_up_args *args, struct svf_errmsg *err);
/* Prints what `up` did, in 12 lines at most. */
void svf_up_show(FILE *out, const char *pf, const struct svf_up_report *report);
