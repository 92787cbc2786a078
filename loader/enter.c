// SPDX-License-Identifier: GPL-2.0-only
/* Enters and leaves network namespaces; see enter.h. Of the calling thread, which is the only one
 * when commands run. */
#include "enter.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>

#include <svf/cleanup.h>

#define NETNS_DIR "/run/netns"

static int refuse(const char *name, int error, struct svf_errmsg *err)
{
	if (error == -ENOENT || error == -ENOTDIR)
		return svf_errmsg_exit_set(
			err, SVF_EXIT_NOT_FOUND, error,
			"%s: no such network namespace: `ip netns list` names them", name);
	if (error == -EINVAL)
		return svf_errmsg_exit_set(err, SVF_EXIT_NOT_FOUND, error,
					   "%s: is no network namespace", name);
	return svf_errmsg_set(err, error, "%s: cannot enter the network namespace: %s", name,
			      strerror(-error));
}

int svf_netns_enter(const char *name, int *ret_fd, struct svf_errmsg *err)
{
	char path[PATH_MAX];

	if (snprintf(path, sizeof(path), "%s%s", strchr(name, '/') ? "" : NETNS_DIR "/", name) >=
	    (int)sizeof(path))
		return refuse(name, -ENAMETOOLONG, err);

	svf_cleanup(fd) int own = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	if (own < 0)
		return refuse(name, -errno, err);
	svf_cleanup(fd) int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || setns(fd, CLONE_NEWNET) < 0)
		return refuse(name, -errno, err);
	*ret_fd = TAKE_FD(own);
	return 0;
}

int svf_netns_leave(int fd, struct svf_errmsg *err)
{
	svf_cleanup(fd) int own = fd;

	if (own >= 0 && setns(own, CLONE_NEWNET) < 0)
		return refuse("the former one", -errno, err);
	return 0;
}
