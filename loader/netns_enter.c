// SPDX-License-Identifier: GPL-2.0-only
/*
 * Finding the network namespace that a person means, and doing something in it. Only the network
 * namespace is entered, by a thread that ends afterwards: a container's files are never looked at,
 * and none of its programs runs.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <linux/nsfs.h>
#include <pthread.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "netns.h"
#include "parse.h"

static bool is_netns(int fd)
{
	struct statfs fs;

	return !fstatfs(fd, &fs) && fs.f_type == NSFS_MAGIC &&
	       ioctl(fd, NS_GET_NSTYPE) == CLONE_NEWNET;
}

static int open_netns(const char *path, const char *word, int *ret_fd, struct svf_errmsg *err)
{
	svf_cleanup(fd) int fd = svf_netns_open_path(path);

	if (fd < 0)
		return svf_errmsg_exit_set(err, SVF_EXIT_REFUSED, fd,
					   "netns %s: cannot open %s: %s", word, path,
					   strerror(-fd));
	if (!is_netns(fd))
		return svf_errmsg_exit_set(err, SVF_EXIT_REFUSED, -EINVAL,
					   "netns %s: %s is no network namespace", word, path);
	*ret_fd = TAKE_FD(fd);
	return 0;
}

/* Where a name may be; -ENOENT: nowhere. */
static int find_name(const char *name, char ret_path[PATH_MAX])
{
	static const char *const dirs[] = { "/run/netns", "/var/run/netns" };

	if (strlen(name) >= SVF_NETNS_NAME_MAX || !strcmp(name, ".") || !strcmp(name, ".."))
		return -ENOENT;
	for (unsigned int i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++) {
		(void)snprintf(ret_path, PATH_MAX, "%s/%s", dirs[i], name);
		if (!access(ret_path, F_OK))
			return 0;
	}
	return -ENOENT;
}

int svf_netns_find(const char *word, int *ret_fd, struct svf_errmsg *err)
{
	char path[PATH_MAX];
	unsigned int pid;

	if (strchr(word, '/'))
		return open_netns(word, word, ret_fd, err);
	if (word[0] && !find_name(word, path))
		return open_netns(path, word, ret_fd, err);
	if (svf_parse_number(word, 1, INT_MAX, &pid) < 0)
		return svf_errmsg_exit_set(err, SVF_EXIT_REFUSED, -ENOENT,
					   "netns %s: no such name in /run/netns: `ip netns` lists "
					   "them; a pid or a path will do too",
					   word);
	(void)snprintf(path, sizeof(path), "/proc/%u/ns/net", pid);
	if (access(path, F_OK) < 0)
		return svf_errmsg_exit_set(
			err, SVF_EXIT_REFUSED, -ESRCH,
			"netns %s: no such process, and no such name in /run/netns", word);
	return open_netns(path, word, ret_fd, err);
}

int svf_netns_fd_inode(int netns_fd, uint64_t *ret_inode)
{
	struct stat st;

	if (fstat(netns_fd, &st) < 0)
		return -errno;
	*ret_inode = st.st_ino;
	return 0;
}

struct visit {
	int netns_fd;
	svf_netns_visit cb;
	void *arg;
	struct svf_errmsg *err;
	int result;
};

static void *visit(void *arg)
{
	struct visit *visit = arg;

	if (setns(visit->netns_fd, CLONE_NEWNET) < 0)
		visit->result = svf_errmsg_set(
			visit->err, -errno, "cannot enter network namespace: %s", strerror(errno));
	else
		visit->result = visit->cb(visit->arg);
	return NULL;
}

int svf_netns_call(int netns_fd, svf_netns_visit cb, void *arg, struct svf_errmsg *err)
{
	struct visit there = { .netns_fd = netns_fd, .cb = cb, .arg = arg, .err = err };
	pthread_t thread;
	int r = pthread_create(&thread, NULL, visit, &there);

	if (r > 0)
		return svf_errmsg_set(err, -r, "cannot start a thread: %s", strerror(r));
	(void)pthread_join(thread, NULL);
	return there.result;
}
