// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pidfiles held by a POSIX record lock: F_GETLK names the process that holds one, which
 * neither flock() nor OFD locks do. Such a lock belongs to the process: a child does not
 * inherit it, and closing any fd of the file releases it.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <svf/cleanup.h>

#include "pidfile.h"

static struct flock whole_file(void)
{
	return (struct flock){ .l_type = F_WRLCK, .l_whence = SEEK_SET };
}

static int report_held(const char *path, int fd, struct svf_errmsg *err)
{
	struct flock lock = whole_file();

	if (fcntl(fd, F_GETLK, &lock) < 0 || lock.l_type == F_UNLCK)
		return svf_errmsg_set(err, -EBUSY, "%s: held by another process", path);
	return svf_errmsg_set(err, -EBUSY, "%s: held by process %d", path, (int)lock.l_pid);
}

int svf_pidfile_hold(const char *path, int *ret_fd, struct svf_errmsg *err)
{
	struct flock lock = whole_file();
	int r;

	svf_cleanup(fd) int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
	if (fd < 0) {
		r = -errno;
		return svf_errmsg_set(err, r, "%s: cannot open: %s", path, strerror(-r));
	}

	if (fcntl(fd, F_SETLK, &lock) < 0) {
		r = -errno;
		if (r == -EAGAIN || r == -EACCES)
			return report_held(path, fd, err);
		return svf_errmsg_set(err, r, "%s: cannot lock: %s", path, strerror(-r));
	}

	/* The number is for people; programs ask for the lock's holder. */
	if (ftruncate(fd, 0) < 0 || dprintf(fd, "%d\n", (int)getpid()) < 0) {
		r = -errno;
		return svf_errmsg_set(err, r, "%s: cannot write: %s", path, strerror(-r));
	}

	*ret_fd = TAKE_FD(fd);
	return 0;
}

pid_t svf_pidfile_holder(const char *path)
{
	struct flock lock = whole_file();

	svf_cleanup(fd) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return 0;
	if (fcntl(fd, F_GETLK, &lock) < 0 || lock.l_type == F_UNLCK)
		return 0;
	return lock.l_pid;
}
