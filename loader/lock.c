// SPDX-License-Identifier: GPL-2.0-only
/*
 * The lock of a PF. Waiting is one blocking flock() that a timer ends: the timer's signal
 * goes to this thread only, its disposition and mask are as before afterwards.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "interrupt.h"
#include "lock.h"
#include "state.h"

#ifndef sigev_notify_thread_id
#define sigev_notify_thread_id _sigev_un._tid /* older glibc has no name for it */
#endif

#define REPEAT_NS    50000000L /* see start_timer() */
#define DIR_MODE     0755
#define HOLDER_BYTES 128

/* Does nothing: that it ran is what ends flock(). */
static void on_alarm(int signal)
{
	(void)signal;
}

struct alarm {
	timer_t timer;
	struct sigaction old_action;
	sigset_t old_mask;
};

/* Once due, the timer goes on: its first signal may come just before flock() sleeps. */
static int start_timer(struct alarm *alarm, int64_t deadline_ns)
{
	struct itimerspec when = {
		.it_value = { .tv_sec = deadline_ns / SVF_NS_PER_S,
			      .tv_nsec = deadline_ns % SVF_NS_PER_S },
		.it_interval = { .tv_nsec = REPEAT_NS },
	};
	struct sigevent event = { .sigev_notify = SIGEV_THREAD_ID, .sigev_signo = SIGALRM };
	int r;

	event.sigev_notify_thread_id = gettid();
	if (timer_create(CLOCK_MONOTONIC, &event, &alarm->timer) < 0)
		return -errno;
	if (timer_settime(alarm->timer, TIMER_ABSTIME, &when, NULL) < 0) {
		r = -errno;
		(void)timer_delete(alarm->timer);
		return r;
	}
	return 0;
}

static void restore_signals(const struct alarm *alarm)
{
	(void)pthread_sigmask(SIG_SETMASK, &alarm->old_mask, NULL);
	(void)sigaction(SIGALRM, &alarm->old_action, NULL);
}

static int start_alarm(struct alarm *alarm, int64_t deadline_ns)
{
	struct sigaction action = { .sa_handler = on_alarm }; /* no SA_RESTART */
	sigset_t mask;
	int r;

	if (sigaction(SIGALRM, &action, &alarm->old_action) < 0)
		return -errno;
	svf_interrupt_set(&mask); /* while we wait nothing is half done, and ^C may end us */
	(void)sigaddset(&mask, SIGALRM);
	(void)pthread_sigmask(SIG_UNBLOCK, &mask, &alarm->old_mask);
	r = start_timer(alarm, deadline_ns);
	if (r < 0)
		restore_signals(alarm);
	return r;
}

/* A signal that is already on its way is taken before our handler is gone. */
static void stop_alarm(struct alarm *alarm)
{
	(void)timer_delete(alarm->timer);
	restore_signals(alarm);
}

/* -ETIMEDOUT, or -EINTR for a signal that is not ours. */
static int wait_lock(int fd, int64_t deadline_ns)
{
	struct alarm alarm;
	int r;

	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		return 0;
	if (errno != EWOULDBLOCK)
		return -errno;
	if (svf_clock_now_ns() >= deadline_ns)
		return -ETIMEDOUT;

	r = start_alarm(&alarm, deadline_ns);
	if (r < 0)
		return r;
	r = flock(fd, LOCK_EX) < 0 ? -errno : 0;
	stop_alarm(&alarm);
	if (r == -EINTR && svf_clock_now_ns() >= deadline_ns)
		return -ETIMEDOUT;
	return r;
}

static int make_dirs(const char *run)
{
	char parent[SVF_PATH_MAX];
	char *slash;

	(void)snprintf(parent, sizeof(parent), "%s", run);
	slash = strrchr(parent, '/');
	if (slash && slash != parent) {
		*slash = '\0';
		if (mkdir(parent, DIR_MODE) < 0 && errno != EEXIST)
			return -errno;
	}
	if (mkdir(run, DIR_MODE) < 0 && errno != EEXIST)
		return errno == ENOENT ? -ESTALE : -errno;
	return 0;
}

/* What a failed attempt has made, the lock file if `made` says so; not what others use. */
static void clean_up(const char *run, const char *path, bool made)
{
	if (made)
		(void)unlink(path);
	(void)rmdir(run);
	(void)rmdir(SVF_RUN_ROOT);
}

/* -ESTALE if a `down` removed a directory just after it was made. */
static int open_lock(const char *run, const char *path, int *ret_fd, bool *ret_made)
{
	const int flags = O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW;
	int r = make_dirs(run);

	if (r < 0)
		return r;
	*ret_fd = open(path, flags | O_EXCL, 0644);
	*ret_made = *ret_fd >= 0;
	if (*ret_fd < 0 && errno == EEXIST)
		*ret_fd = open(path, flags, 0644);
	if (*ret_fd < 0)
		return errno == ENOENT ? -ESTALE : -errno;
	return 0;
}

static bool is_still(int fd, const char *path)
{
	struct stat ours, theirs;

	return fstat(fd, &ours) == 0 && stat(path, &theirs) == 0 && ours.st_ino == theirs.st_ino &&
	       ours.st_dev == theirs.st_dev;
}

static int report_busy(int fd, const char *pf, struct svf_errmsg *err)
{
	char holder[HOLDER_BYTES] = "";
	struct stat st = {};
	struct timespec now;
	int pid, n = 0;

	(void)fstat(fd, &st);
	(void)clock_gettime(CLOCK_REALTIME, &now);
	if (pread(fd, holder, sizeof(holder) - 1, 0) <= 0 ||
	    sscanf(holder, "%d %n", &pid, &n) < 1 || n == 0)
		return svf_errmsg_exit_set(err, SVF_EXIT_BUSY, -EBUSY,
					   "%s: busy: another command is at work", pf);
	holder[strcspn(holder, "\n")] = '\0';
	return svf_errmsg_exit_set(err, SVF_EXIT_BUSY, -EBUSY,
				   "%s: busy: `svf-loader %s` (pid %d) has been at work for %lld s",
				   pf, holder + n, pid, (long long)(now.tv_sec - st.st_mtime));
}

static int write_holder(int fd, const char *command)
{
	if (ftruncate(fd, 0) < 0 || dprintf(fd, "%d %s\n", (int)getpid(), command) < 0)
		return -errno;
	return 0;
}

int svf_lock_take(const struct svf_paths *paths, const char *pf, const char *command,
		  unsigned int timeout_s, int *ret_fd, struct svf_errmsg *err)
{
	int64_t deadline_ns = svf_clock_now_ns() + (int64_t)timeout_s * SVF_NS_PER_S;
	char path[SVF_PATH_MAX];
	int r = svf_path_join(path, paths->run, "lock");
	bool made = false;

	/* Again while the file found and the file locked differ: `down` removed the directory. */
	while (r == 0) {
		svf_cleanup(fd) int fd = -1;

		r = open_lock(paths->run, path, &fd, &made);
		if (r == -ESTALE) {
			r = svf_clock_now_ns() < deadline_ns ? 0 : -ENOENT;
			continue;
		}
		if (r == 0)
			r = wait_lock(fd, deadline_ns);
		if (r == -ETIMEDOUT)
			return report_busy(fd, pf, err);
		if (r == 0 && is_still(fd, path)) {
			r = write_holder(fd, command);
			if (r < 0) {
				svf_state_tidy(paths); /* it is ours */
				break;
			}
			*ret_fd = TAKE_FD(fd);
			return 0;
		}
	}
	clean_up(paths->run, path, made && r != -EINTR); /* EINTR: another has it */
	return svf_errmsg_set(err, r, "%s: cannot lock %s: %s", pf, path, strerror(-r));
}
