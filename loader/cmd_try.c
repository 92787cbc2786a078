// SPDX-License-Identifier: GPL-2.0-only
/*
 * `svf-loader try` and `confirm`. `try` waits with the change in force: exit 0 when it was
 * confirmed, 2 when it was taken back. SIGINT and SIGTERM take it back at once; after SIGHUP, as of
 * a terminal that was closed, it stays until its time is up, for it may be that the way to the
 * terminal was what changed.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include <svf/cleanup.h>

#include "cmd.h"
#include "cmd_state.h"
#include "interrupt.h"
#include "try.h"
#include "vfinfo.h"

SVF_DEFINE_CLEANUP(names, char **, svf_pf_list_free(val_), NULL)

/* --- try --- */

static int save_all(const struct svf_converge *converge, unsigned int timeout_s,
		    struct svf_errmsg *err)
{
	const int64_t deadline_ns = svf_try_now_ns() + (int64_t)timeout_s * 1000000000LL;
	int r = 0;

	for (unsigned int i = 0; i < converge->n && !r; i++)
		r = svf_try_save(&converge->targets[i].paths, converge->targets[i].before,
				 deadline_ns, err);
	return r;
}

/* They are confirmed, or never were. */
static void remove_all(const struct svf_converge *converge)
{
	for (unsigned int i = 0; i < converge->n; i++)
		svf_try_remove(&converge->targets[i].paths);
}

static int refuse_pending(const struct svf_converge *converge, struct svf_errmsg *err)
{
	int r = 0;

	for (unsigned int i = 0; i < converge->n && !r; i++)
		r = svf_try_settle(converge->targets[i].pf, &converge->targets[i].paths, err);
	return r;
}

/* The record and who goes by it come before the first change: whoever is killed, whenever. The
 * time to confirm begins when all is done. */
static int begin(const struct svf_cli *cli, struct svf_converge *converge, unsigned int timeout_s,
		 pid_t *ret_pid, struct svf_errmsg *err)
{
	int r = svf_state_lock(cli, converge, true, err);

	if (!r)
		r = refuse_pending(converge, err);
	if (!r)
		r = svf_state_prepare(cli, converge, err);
	if (r < 0 || !converge->plan.n)
		return r;
	r = save_all(converge, timeout_s, err);
	if (!r)
		r = svf_try_start_waiting(converge, ret_pid, err);
	if (!r)
		r = svf_converge_run(converge, err);
	if (!r)
		r = save_all(converge, timeout_s, err);
	if (r < 0)
		remove_all(converge);
	return r;
}

static void unlock(struct svf_converge *converge)
{
	for (unsigned int i = 0; i < converge->n; i++)
		if (converge->targets[i].lock_fd >= 0)
			(void)close(TAKE_FD(converge->targets[i].lock_fd));
}

/* The process that should have done it was killed. */
static int revert_ourselves(const struct svf_cli *cli, const struct svf_converge *converge,
			    struct svf_errmsg *err)
{
	int first = 0;

	for (unsigned int i = 0; i < converge->n; i++) {
		struct svf_paths paths;
		svf_cleanup(fd) int lock_fd = -1;
		int r = svf_cmd_lock_within(cli, converge->targets[i].pf, SVF_TIMEOUT_DEFAULT_S,
					    &paths, &lock_fd, err);

		if (!r)
			r = svf_try_revert(converge->targets[i].pf, &paths, err);
		first = first ? first : r;
	}
	return first;
}

static int tell(const struct svf_cli *cli, const struct svf_converge *converge, int status,
		struct svf_errmsg *err)
{
	const char *pf = converge->targets[0].pf;
	const int code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;

	if (code == SVF_TRY_CONFIRMED)
		return 0;
	if (code < 0 && revert_ourselves(cli, converge, err) < 0)
		return -EIO;
	if (code == SVF_TRY_FAILED)
		return svf_errmsg_exit_set(err, SVF_EXIT_REFUSED, -EIO,
					   "%s: not confirmed, and not all could be taken back: "
					   "see the system log",
					   pf);
	return svf_errmsg_exit_set(err, SVF_EXIT_REFUSED, -ETIMEDOUT,
				   "%s: not confirmed: everything is as it was before", pf);
}

/* Waits for who waits. SIGHUP ends us, and not him. */
static int wait_for(const struct svf_cli *cli, const struct svf_converge *converge, pid_t pid,
		    struct svf_errmsg *err)
{
	sigset_t set;
	int status;

	svf_interrupt_set(&set);
	(void)sigaddset(&set, SIGCHLD);
	(void)sigprocmask(SIG_BLOCK, &set, NULL);
	while (waitpid(pid, &status, WNOHANG) == 0) {
		int signal = sigwaitinfo(&set, NULL);

		if (signal == SIGHUP)
			return svf_errmsg_exit_set(err, SVF_EXIT_REFUSED, -EINTR,
						   "%s: hung up: the try waits without us",
						   converge->targets[0].pf);
		if (signal == SIGINT || signal == SIGTERM)
			(void)kill(pid, SIGTERM);
	}
	return tell(cli, converge, status, err);
}

static int try(const struct svf_cli *cli, struct svf_converge *converge, unsigned int timeout_s,
	       struct svf_errmsg *err)
{
	pid_t pid = 0;
	sigset_t child;
	int r;

	(void)sigemptyset(&child); /* before there is one */
	(void)sigaddset(&child, SIGCHLD);
	(void)sigprocmask(SIG_BLOCK, &child, NULL);
	r = begin(cli, converge, timeout_s, &pid, err);
	if (r < 0 || !pid) {
		if (pid)
			(void)waitpid(pid, NULL, 0); /* nothing is left to wait for */
		return r;
	}
	unlock(converge);
	printf("%s: applied; `svf-loader confirm` within %u s keeps it\n", converge->targets[0].pf,
	       timeout_s);
	(void)fflush(stdout);
	return wait_for(cli, converge, pid, err);
}

int svf_cmd_try(struct svf_cli *cli, struct svf_errmsg *err)
{
	unsigned int timeout_s = SVF_TRY_TIMEOUT_DEFAULT_S;
	struct svf_converge converge = {};
	const char *file;
	int r = svf_state_take_file(cli, &file, err);

	if (!r)
		r = svf_cli_get_number(cli, SVF_OPTION_TIMEOUT, &timeout_s, err);
	if (!r)
		r = svf_converge_init(&converge, file, err);
	if (!r)
		r = try(cli, &converge, timeout_s, err);
	svf_converge_done(&converge);
	return r;
}

/* --- confirm --- */

static int confirm(const struct svf_cli *cli, const char *pf, struct svf_errmsg *err)
{
	unsigned int timeout_s = SVF_TIMEOUT_DEFAULT_S;
	struct svf_paths paths;
	int64_t deadline_ns;
	int r = svf_cli_get_number(cli, SVF_OPTION_TIMEOUT, &timeout_s, err);

	svf_cleanup(fd) int lock_fd = -1;
	if (!r)
		r = svf_cmd_lock_within(cli, pf, timeout_s, &paths, &lock_fd, err);
	if (r < 0)
		return r;
	r = svf_try_load(&paths, &deadline_ns, err);
	if (!r && deadline_ns > svf_try_now_ns()) {
		svf_try_remove(&paths);
	} else if (!r) {
		r = svf_try_revert(pf, &paths, err);
		if (!r)
			r = svf_errmsg_exit_set(err, SVF_EXIT_REFUSED, -ETIMEDOUT,
						"%s: too late to confirm: everything is as it was "
						"before",
						pf);
	} else if (r == -ENOENT) {
		r = svf_errmsg_exit_set(err, SVF_EXIT_REFUSED, r, "%s: no try waits for it", pf);
	}
	svf_state_tidy(&paths);
	return r;
}

int svf_cmd_confirm(struct svf_cli *cli, struct svf_errmsg *err)
{
	svf_cleanup(names) char **names = NULL;
	const char *pf = NULL;
	int r = 0;

	if (cli->n_words > 0)
		r = svf_cli_take_pf(cli, &pf, err);
	if (!r)
		r = svf_cli_end(cli, err);
	if (!r)
		r = svf_cmd_require_root(cli, err);
	if (r < 0 || pf)
		return r < 0 ? r : confirm(cli, pf, err);
	r = svf_try_list(&names, err);
	if (!r && !names[0])
		return svf_errmsg_exit_set(err, SVF_EXIT_REFUSED, -ENOENT,
					   "confirm: no try waits for it");
	for (char **name = names; !r && *name; name++)
		r = confirm(cli, *name, err);
	return r;
}
