// SPDX-License-Identifier: GPL-2.0-only
/*
 * The process that takes a try back: forked before the first change, in a session of its own, so
 * that neither a closed terminal nor the end of `try` ends it. Told by the PFs' directories that
 * try.json went, by its clock that time is up, by SIGTERM that it shall not wait.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <svf/log.h>

#include "clock.h"
#include "lock.h"
#include "try.h"

#define NS_PER_MS	1000000LL
#define LOCK_PATIENCE_S 600 /* longer than any command takes */
#define EVENTS_BYTES	4096

struct waiter {
	const struct svf_converge *converge;
	int signals, inotify;
};

/* Until when the latest of them waits; -ENOENT: none does any more. */
static int find_deadline(const struct waiter *w, int64_t *ret_deadline_ns)
{
	int r = -ENOENT;

	*ret_deadline_ns = 0;
	for (unsigned int i = 0; i < w->converge->n; i++) {
		int64_t deadline_ns;

		if (svf_try_load(&w->converge->targets[i].paths, &deadline_ns, NULL) < 0)
			continue;
		r = 0;
		if (deadline_ns > *ret_deadline_ns)
			*ret_deadline_ns = deadline_ns;
	}
	return r;
}

/* Whether time is up. While the change is being applied (its PFs are locked then) it is not: the
 * time to confirm begins after that, and is written before the locks go. */
static bool is_due(const struct waiter *w, int64_t deadline_ns)
{
	const struct svf_target *first = &w->converge->targets[0];
	struct svf_errmsg err = {};

	if (deadline_ns > svf_try_now_ns())
		return false;
	svf_cleanup(fd) int lock_fd = -1;
	if (svf_lock_take(&first->paths, first->pf, "try", LOCK_PATIENCE_S, &lock_fd, &err) < 0)
		svf_error("%s", err.text);
	/* What is gone by now was confirmed, or taken back by another command: revert() tells. */
	return find_deadline(w, &deadline_ns) < 0 || deadline_ns <= svf_try_now_ns();
}

static bool told_to_end(const struct waiter *w)
{
	struct signalfd_siginfo info;

	return read(w->signals, &info, sizeof(info)) == sizeof(info) && info.ssi_signo == SIGTERM;
}

/* Returns when there is nothing to wait for any more: true if it is to be taken back. */
static bool wait_for_end(const struct waiter *w)
{
	int64_t deadline_ns;

	while (!find_deadline(w, &deadline_ns)) {
		struct pollfd fds[] = {
			{ .fd = w->signals, .events = POLLIN },
			{ .fd = w->inotify, .events = POLLIN },
		};
		int64_t left_ms;
		char events[EVENTS_BYTES];

		if (is_due(w, deadline_ns))
			return true;
		/* A day at most, and at least a ms: less than nothing would be for ever. */
		left_ms = (deadline_ns - svf_try_now_ns()) / NS_PER_MS + 1;
		if (poll(fds, 2, left_ms > 0 ? (int)left_ms : 1) < 0 && errno != EINTR)
			return true;
		if (fds[0].revents && told_to_end(w))
			return true;
		if (fds[1].revents)
			(void)!read(w->inotify, events, sizeof(events));
	}
	return false;
}

/* Somebody else did what there was to do: was it confirmed, or taken back? */
static enum svf_try_outcome find_outcome(const struct svf_target *target)
{
	svf_cleanup(setup) struct svf_setup *present = NULL;
	struct svf_plan plan = {};
	enum svf_try_outcome outcome = SVF_TRY_CONFIRMED;

	if (svf_setup_read(&present, target->pf, NULL) < 0 ||
	    svf_plan_add(&plan, present, target->before, NULL) < 0)
		outcome = SVF_TRY_FAILED;
	else if (!plan.n)
		outcome = SVF_TRY_REVERTED;
	svf_plan_done(&plan);
	return outcome;
}

static enum svf_try_outcome revert(const struct svf_target *target)
{
	struct svf_errmsg err = {};
	svf_cleanup(fd) int lock_fd = -1;
	int64_t deadline_ns;
	int r = svf_lock_take(&target->paths, target->pf, "try", LOCK_PATIENCE_S, &lock_fd, &err);

	if (!r && svf_try_load(&target->paths, &deadline_ns, NULL) == -ENOENT) {
		svf_state_tidy(&target->paths); /* the lock may have made it again */
		return find_outcome(target);
	}
	if (!r)
		r = svf_try_revert(target->pf, &target->paths, &err);
	if (r < 0) {
		svf_error("%s", err.text);
		return SVF_TRY_FAILED;
	}
	svf_warning("%s: a try was not confirmed: it is taken back", target->pf);
	return SVF_TRY_REVERTED;
}

/* The worst of them. */
static enum svf_try_outcome revert_all(const struct waiter *w)
{
	enum svf_try_outcome worst = SVF_TRY_CONFIRMED;

	for (unsigned int i = 0; i < w->converge->n; i++) {
		enum svf_try_outcome outcome = revert(&w->converge->targets[i]);

		worst = outcome > worst ? outcome : worst;
	}
	return worst;
}

static enum svf_try_outcome wait_and_see(const struct svf_converge *converge)
{
	struct waiter w = { .converge = converge };
	sigset_t all;

	(void)sigfillset(&all);
	(void)sigprocmask(SIG_BLOCK, &all, NULL);
	w.signals = signalfd(-1, &all, SFD_CLOEXEC | SFD_NONBLOCK);
	w.inotify = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	for (unsigned int i = 0; i < converge->n; i++)
		(void)inotify_add_watch(w.inotify, converge->targets[i].paths.run,
					IN_DELETE | IN_DELETE_SELF);
	return wait_for_end(&w) ? revert_all(&w) : SVF_TRY_CONFIRMED;
}

/* Nothing of the caller's terminal, and none of its locks: they are its own to hold. */
static void detach(const struct svf_converge *converge)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	(void)setsid();
	(void)chdir("/");
	for (int fd = STDIN_FILENO; null >= 0 && fd <= STDERR_FILENO; fd++)
		(void)dup2(null, fd);
	for (unsigned int i = 0; i < converge->n; i++)
		(void)close(converge->targets[i].lock_fd);
	svf_log_open("svf-loader", true);
}

int svf_try_start_waiting(const struct svf_converge *converge, pid_t *ret_pid,
			  struct svf_errmsg *err)
{
	pid_t pid = fork();

	if (pid < 0) {
		int r = -errno;

		return svf_errmsg_set(err, r, "cannot start what would take the try back: %s",
				      strerror(-r));
	}
	if (!pid) {
		detach(converge);
		_exit(wait_and_see(converge));
	}
	*ret_pid = pid;
	return 0;
}
