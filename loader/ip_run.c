// SPDX-License-Identifier: GPL-2.0-only
/* Finds ip(8), runs it and reads what it prints; see ip_run.h. */
#include "ip_run.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <svf/cleanup.h>

#define USUAL_DIRS  "/usr/sbin:/usr/bin:/sbin:/bin"
#define EXEC_FAILED 127
#define SIGNALLED   128

static bool is_program(const char *path)
{
	struct stat self, other;

	if (access(path, X_OK) < 0 || stat(path, &other) < 0 || !S_ISREG(other.st_mode))
		return false;
	return stat("/proc/self/exe", &self) < 0 || self.st_ino != other.st_ino ||
	       self.st_dev != other.st_dev;
}

static bool find_in(const char *dirs, char ret_path[PATH_MAX])
{
	while (dirs && *dirs) {
		int len = (int)strcspn(dirs, ":");

		if (len > 0 && snprintf(ret_path, PATH_MAX, "%.*s/ip", len, dirs) < PATH_MAX &&
		    is_program(ret_path))
			return true;
		dirs += len;
		dirs += *dirs == ':';
	}
	return false;
}

int svf_ip_find(char ret_path[PATH_MAX], struct svf_errmsg *err)
{
	if (find_in(getenv("PATH"), ret_path) || find_in(USUAL_DIRS, ret_path))
		return 0;
	return svf_errmsg_exit_set(err, SVF_EXIT_UNSUPPORTED, -ENOENT,
				   "cannot find ip: install iproute2");
}

/* As after exec(): commands that change things run with some signals blocked. */
static void unblock_signals(void)
{
	sigset_t none;

	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
}

int svf_ip_become(char *argv[], struct svf_errmsg *err)
{
	char path[PATH_MAX];
	int r = svf_ip_find(path, err);

	if (r < 0)
		return r;
	argv[0] = (char *)"ip";
	(void)execv(path, argv);
	r = -errno;
	return svf_errmsg_set(err, r, "cannot run %s: %s", path, strerror(-r));
}

static int read_all(int fd, char **ret_text)
{
	svf_cleanup(file) FILE *from = fdopen(fd, "re");
	char *text = NULL, buf[4096];
	size_t size, n;
	FILE *to;
	int r;

	if (!from) {
		r = -errno;
		(void)close(fd);
		return r;
	}
	to = open_memstream(&text, &size);
	if (!to)
		return -errno;
	while ((n = fread(buf, 1, sizeof(buf), from)) > 0)
		(void)fwrite(buf, 1, n, to);
	if (fclose(to) != 0 || ferror(from)) {
		free(text);
		return -EIO;
	}
	*ret_text = text;
	return 0;
}

static int wait_for(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return EXEC_FAILED;
	return WIFSIGNALED(status) ? SIGNALLED + WTERMSIG(status) : WEXITSTATUS(status);
}

int svf_ip_capture(char *const argv[], char **ret_text, int *ret_status, struct svf_errmsg *err)
{
	char path[PATH_MAX];
	int r = svf_ip_find(path, err), ends[2];
	pid_t pid;

	if (r < 0)
		return r;
	if (pipe2(ends, O_CLOEXEC) < 0) {
		r = -errno;
		return svf_errmsg_set(err, r, "cannot run %s: %s", path, strerror(-r));
	}
	pid = fork();
	if (pid == 0) {
		unblock_signals();
		(void)setenv(SVF_IP_PLAIN, "1", 1);
		if (dup2(ends[1], STDOUT_FILENO) >= 0)
			(void)execv(path, argv);
		_exit(EXEC_FAILED);
	}
	r = pid < 0 ? -errno : 0;
	(void)close(ends[1]);
	if (r < 0)
		(void)close(ends[0]);
	else
		r = read_all(ends[0], ret_text);
	if (pid > 0)
		*ret_status = wait_for(pid);
	return r < 0 ? svf_errmsg_set(err, r, "cannot run %s: %s", path, strerror(-r)) : 0;
}
