// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a network namespace is called and which one is ours. Reads /proc and /run/netns;
 * talks to no socket (netns_open.c does).
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "netns.h"

/*
 * A sysctl of the whole machine (not of a namespace) that the kernel registers in the
 * initial network namespace only; /proc/sys/net shows the caller's. Pid 1 is no measure:
 * in a container it is the container's while bpffs may be the host's, and a process
 * with fewer capabilities than pid 1 may not even look at its namespaces.
 */
#define INITIAL_NETNS_SYSCTL "/proc/sys/net/core/netdev_max_backlog"

bool svf_netns_is_initial(void)
{
	return access(INITIAL_NETNS_SYSCTL, F_OK) == 0;
}

int svf_netns_inode(uint64_t *ret_inode)
{
	struct stat st;

	if (stat("/proc/thread-self/ns/net", &st) < 0)
		return -errno;
	*ret_inode = st.st_ino;
	return 0;
}

static bool is_namespace(int dir_fd, const char *name, uint64_t inode)
{
	struct statfs fs;
	struct stat st;

	svf_cleanup(fd) int fd = openat(dir_fd, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0 || fstatfs(fd, &fs) < 0 || fs.f_type != NSFS_MAGIC)
		return false;
	return fstat(fd, &st) == 0 && st.st_ino == inode;
}

static int find_name(const char *path, uint64_t inode, char ret_name[SVF_NETNS_NAME_MAX])
{
	const struct dirent *entry;
	int r = -ENOENT;
	DIR *dir = opendir(path);

	if (!dir)
		return -errno;
	while ((entry = readdir(dir))) {
		if (r == 0 && strcmp(entry->d_name, ret_name) >= 0)
			continue;
		if (!is_namespace(dirfd(dir), entry->d_name, inode))
			continue;
		(void)snprintf(ret_name, SVF_NETNS_NAME_MAX, "%s", entry->d_name);
		r = 0;
	}
	(void)closedir(dir);
	return r;
}

int svf_netns_name(uint64_t inode, char ret_name[SVF_NETNS_NAME_MAX])
{
	int r = find_name("/run/netns", inode, ret_name);

	/* One directory on most systems, two where /var/run is no symlink. */
	return r == -ENOENT ? find_name("/var/run/netns", inode, ret_name) : r;
}
