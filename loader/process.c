// SPDX-License-Identifier: GPL-2.0-only
/* Children, their readiness and their end. No sleeps: pidfds and poll() tell when something
 * happened. */
#include "process.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <svf/cleanup.h>

#include "interrupt.h"

#define KILL_WAIT_MS 10000 /* a killed process with 526 sockets takes seconds to be reaped */
#define EXEC_FAILED  127

static void become(const char *path, char *const argv[], int ready_fd)
{
	sigset_t none;
	int null = open("/dev/null", O_RDWR);

	(void)setsid();
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	(void)chdir("/");
	if (null >= 0) {
		(void)dup2(null, STDIN_FILENO);
		(void)dup2(null, STDOUT_FILENO);
		(void)dup2(null, STDERR_FILENO);
		if (null > STDERR_FILENO)
			(void)close(null);
	}
	if (ready_fd >= 0)
		(void)fcntl(ready_fd, F_SETFD, 0);
	(void)execv(path, argv);
	_exit(EXEC_FAILED);
}

int svf_process_start(const char *path, char *const argv[], int ready_fd, pid_t *ret_pid,
		      struct svf_errmsg *err)
{
	pid_t pid;

	if (access(path, X_OK) < 0) {
		int r = -errno;

		return svf_errmsg_set(err, r, "cannot start %s: %s", path, strerror(-r));
	}
	pid = fork();
	if (pid < 0) {
		int r = -errno;

		return svf_errmsg_set(err, r, "cannot start %s: %s", path, strerror(-r));
	}
	if (!pid)
		become(path, argv, ready_fd);
	*ret_pid = pid;
	return 0;
}

int svf_process_self(char *buf, size_t size, struct svf_errmsg *err)
{
	static const char deleted[] = " (deleted)"; /* the file was replaced under us */
	ssize_t len = readlink("/proc/self/exe", buf, size - 1);
	char *tail;

	if (len < 0) {
		int r = -errno;

		return svf_errmsg_set(err, r, "cannot read /proc/self/exe: %s", strerror(-r));
	}
	buf[len] = '\0';
	tail = strstr(buf, deleted);
	if (tail && !tail[sizeof(deleted) - 1])
		*tail = '\0';
	return 0;
}

int svf_process_agent(char *buf, size_t size, struct svf_errmsg *err)
{
	char self[PATH_MAX];
	int r = svf_process_self(self, sizeof(self), err);

	if (r < 0)
		return r;
	if (snprintf(buf, size, "%s/%s", dirname(self), SVF_AGENT_NAME) >= (int)size)
		return svf_errmsg_set(err, -ENAMETOOLONG, "the path of %s is too long",
				      SVF_AGENT_NAME);
	return 0;
}

static int ms_until(const struct timespec *end)
{
	struct timespec now;
	long ms;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	ms = (end->tv_sec - now.tv_sec) * 1000 + (end->tv_nsec - now.tv_nsec) / 1000000;
	return ms > 0 ? ms : 0;
}

/* Reads until the newline or the end; -ETIMEDOUT, -EINTR, or -EPIPE if the writer left. */
static int read_line(int fd, int signals, char line[SVF_READY_LINE_MAX])
{
	struct timespec end;
	size_t used = 0;

	(void)clock_gettime(CLOCK_MONOTONIC, &end);
	end.tv_sec += SVF_READY_DEADLINE_S;
	while (used < SVF_READY_LINE_MAX - 1) {
		struct pollfd fds[] = {
			{ .fd = fd, .events = POLLIN },
			{ .fd = signals, .events = POLLIN },
		};
		int r = poll(fds, 2, ms_until(&end));
		ssize_t got;

		if (r < 0 && errno != EINTR)
			return -errno;
		if (!r)
			return -ETIMEDOUT;
		if (fds[1].revents)
			return -EINTR;
		got = read(fd, line + used, SVF_READY_LINE_MAX - 1 - used);
		if (got < 0)
			return -errno;
		if (!got)
			return -EPIPE;
		used += got;
		line[used] = '\0';
		if (line[used - 1] == '\n') {
			line[used - 1] = '\0';
			return 0;
		}
	}
	return -EMSGSIZE;
}

int svf_ready_read(int fd, const char *pf, char line[SVF_READY_LINE_MAX], struct svf_errmsg *err)
{
	sigset_t set;
	int r;

	svf_interrupt_set(&set);
	svf_cleanup(fd) int signals = signalfd(-1, &set, SFD_CLOEXEC);
	if (signals < 0) {
		r = -errno;
		return svf_errmsg_set(err, r, "%s: signalfd: %s", pf, strerror(-r));
	}
	line[0] = '\0';
	r = read_line(fd, signals, line);
	switch (r) {
	case -ETIMEDOUT:
		return svf_errmsg_exit_set(
			err, SVF_EXIT_REFUSED, r,
			"%s: its agent was not ready within %d s: the machine may "
			"be too busy, or --vfs and --ring-size too large for it",
			pf, SVF_READY_DEADLINE_S);
	case -EINTR:
		return svf_interrupt_check(pf, err) ?: r;
	case -EPIPE:
		return svf_errmsg_exit_set(err, SVF_EXIT_REFUSED, r,
					   "%s: PF daemon or agent ended before it was ready: see "
					   "the system log",
					   pf);
	default:
		return r < 0 ? svf_errmsg_set(err, r, "%s: no word from its agent: %s", pf,
					      strerror(-r))
			     : 0;
	}
}

int svf_ready_parse(const char *line, const char *pf, struct svf_errmsg *err)
{
	unsigned int code;
	int text;

	if (!strncmp(line, "ready", strlen("ready")))
		return 0;
	if (sscanf(line, "error %u %n", &code, &text) == 1)
		return svf_errmsg_exit_set(err, code, -ECHILD, "%s", line + text);
	return svf_errmsg_set(err, -EPROTO, "%s: its agent said \"%s\"", pf, line);
}

void svf_ready_fail(int fd, int error, const struct svf_errmsg *err)
{
	if (fd < 0)
		return;
	(void)dprintf(fd, "error %d %s\n", svf_errmsg_exit(err, error),
		      err->text[0] ? err->text : strerror(-error));
	(void)close(fd);
}

static int wait_gone(int pidfd, int patience_ms)
{
	struct pollfd gone = { .fd = pidfd, .events = POLLIN };
	int r;

	do
		r = poll(&gone, 1, patience_ms);
	while (r < 0 && errno == EINTR);
	if (r < 0)
		return -errno;
	return r ? 0 : -ETIMEDOUT;
}

int svf_process_end(pid_t pid, int patience_ms)
{
	svf_cleanup(fd) int pidfd = syscall(SYS_pidfd_open, pid, 0);
	int r;

	if (pidfd < 0)
		return errno == ESRCH ? 0 : -errno;
	(void)syscall(SYS_pidfd_send_signal, pidfd, SIGTERM, NULL, 0);
	r = wait_gone(pidfd, patience_ms);
	if (r != -ETIMEDOUT)
		return r;
	(void)syscall(SYS_pidfd_send_signal, pidfd, SIGKILL, NULL, 0);
	return wait_gone(pidfd, KILL_WAIT_MS);
}

bool svf_process_is(pid_t pid, const char *name)
{
	char path[32], comm[32] = "";

	(void)snprintf(path, sizeof(path), "/proc/%d/comm", (int)pid);
	svf_cleanup(file) FILE *file = fopen(path, "re");
	if (!file || !fgets(comm, sizeof(comm), file))
		return false;
	comm[strcspn(comm, "\n")] = '\0';
	return !strcmp(comm, name);
}
