// SPDX-License-Identifier: GPL-2.0-only
/*
 * From a namespace id to an open namespace. The kernel has no call for it: every mount
 * of a namespace and every process is asked which id it stands for. IFLA_TARGET_NETNSID is
 * no substitute: it makes RTM_GETLINK look there, but RTM_SETLINK *move* the netdev.
 */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/net_namespace.h>
#include <stdlib.h>
#include <string.h>

#include "netns.h"

static int read_nsid(const struct nlmsghdr *nlh, void *arg)
{
	const struct nlattr *attr;
	int32_t *ret_nsid = arg;

	mnl_attr_for_each (attr, nlh, sizeof(struct rtgenmsg))
		if (mnl_attr_get_type(attr) == NETNSA_NSID &&
		    mnl_attr_validate(attr, MNL_TYPE_U32) == 0)
			*ret_nsid = (int32_t)mnl_attr_get_u32(attr);
	return MNL_CB_OK;
}

int svf_netns_open_path(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	return fd < 0 ? -errno : fd;
}

int svf_netns_nsid(struct svf_nl *nl, int netns_fd, int *ret_nsid)
{
	struct nlmsghdr *nlh = svf_nl_start(nl, RTM_GETNSID, 0);
	struct rtgenmsg *gen = mnl_nlmsg_put_extra_header(nlh, sizeof(*gen));
	int32_t nsid = NETNSA_NSID_NOT_ASSIGNED;
	int r;

	gen->rtgen_family = AF_UNSPEC;
	mnl_attr_put_u32(nlh, NETNSA_FD, (uint32_t)netns_fd);
	r = svf_nl_talk(nl, nlh, read_nsid, &nsid, "", NULL);
	if (!r)
		*ret_nsid = nsid;
	return r;
}

/* A list that grows: cb may ask the kernel something itself. */
struct ids {
	int *nsids; /* owned */
	size_t count, room;
};

static int append_id(const struct nlmsghdr *nlh, void *arg)
{
	int32_t nsid = NETNSA_NSID_NOT_ASSIGNED;
	struct ids *ids = arg;

	(void)read_nsid(nlh, &nsid);
	if (nsid == NETNSA_NSID_NOT_ASSIGNED)
		return MNL_CB_OK;
	if (ids->count == ids->room) {
		size_t room = ids->room ? 2 * ids->room : 64;
		int *nsids = reallocarray(ids->nsids, room, sizeof(*nsids));

		if (!nsids)
			return -ENOMEM;
		ids->nsids = nsids;
		ids->room = room;
	}
	ids->nsids[ids->count++] = nsid;
	return MNL_CB_OK;
}

int svf_netns_list_ids(struct svf_nl *nl, svf_netns_id_cb cb, void *arg)
{
	struct nlmsghdr *nlh = svf_nl_start(nl, RTM_GETNSID, NLM_F_DUMP);
	struct rtgenmsg *gen = mnl_nlmsg_put_extra_header(nlh, sizeof(*gen));
	struct ids ids = {};
	int r;

	gen->rtgen_family = AF_UNSPEC;
	r = svf_nl_talk(nl, nlh, append_id, &ids, "", NULL);
	for (size_t i = 0; (!r || r == -EAGAIN) && i < ids.count; i++)
		cb(ids.nsids[i], arg);
	free(ids.nsids);
	return r;
}

/* --- all there are --- */

/* mountinfo lines "<id> <parent> <dev> net:[<inode>] <mount point> ...". */
static int walk_mounts(svf_netns_cb cb, void *arg)
{
	char *line = NULL;
	size_t size = 0;
	int r = 0;

	svf_cleanup(file) FILE *file = fopen("/proc/thread-self/mountinfo", "re");
	if (!file)
		return 0;
	while (!r && getline(&line, &size, file) > 0) {
		char path[512];

		if (sscanf(line, "%*s %*s %*s net:[%*u] %511s", path) == 1)
			r = cb(path, arg);
	}
	free(line);
	return r;
}

static int walk_processes(svf_netns_cb cb, void *arg)
{
	const struct dirent *entry;
	int r = 0;
	DIR *dir = opendir("/proc");

	if (!dir)
		return 0;
	while (!r && (entry = readdir(dir))) {
		char path[sizeof(entry->d_name) + sizeof("/proc//ns/net")];

		if (!isdigit((unsigned char)entry->d_name[0]))
			continue;
		(void)snprintf(path, sizeof(path), "/proc/%s/ns/net", entry->d_name);
		r = cb(path, arg);
	}
	(void)closedir(dir);
	return r;
}

int svf_netns_walk(svf_netns_cb cb, void *arg)
{
	int r = walk_mounts(cb, arg);

	return r ? r : walk_processes(cb, arg);
}

/* The descriptors of one process that are namespaces of this kind. */
static int walk_fds(const char *pid, svf_netns_cb cb, void *arg)
{
	char dir_path[sizeof("/proc//fd") + NAME_MAX], target[64];
	const struct dirent *entry;
	int r = 0;
	DIR *dir;

	(void)snprintf(dir_path, sizeof(dir_path), "/proc/%s/fd", pid);
	dir = opendir(dir_path);
	if (!dir)
		return 0;
	while (!r && (entry = readdir(dir))) {
		char path[sizeof(dir_path) + sizeof(entry->d_name)];
		ssize_t n = readlinkat(dirfd(dir), entry->d_name, target, sizeof(target));

		if (n < (ssize_t)strlen("net:[") || strncmp(target, "net:[", strlen("net:[")) != 0)
			continue;
		(void)snprintf(path, sizeof(path), "%s/%s", dir_path, entry->d_name);
		r = cb(path, arg);
	}
	(void)closedir(dir);
	return r;
}

int svf_netns_walk_held(svf_netns_cb cb, void *arg)
{
	const struct dirent *entry;
	int r = 0;
	DIR *dir = opendir("/proc");

	if (!dir)
		return 0;
	while (!r && (entry = readdir(dir)))
		if (isdigit((unsigned char)entry->d_name[0]))
			r = walk_fds(entry->d_name, cb, arg);
	(void)closedir(dir);
	return r;
}

/* --- one of them --- */

struct search {
	struct svf_nl *nl;
	int nsid;
	int fd; /* owned; -1: not found yet */
};

static int try_path(const char *path, void *arg)
{
	struct search *search = arg;
	int nsid = NETNSA_NSID_NOT_ASSIGNED;

	svf_cleanup(fd) int fd = svf_netns_open_path(path);
	if (fd < 0 || svf_netns_nsid(search->nl, fd, &nsid) < 0 || nsid != search->nsid)
		return 0;
	search->fd = TAKE_FD(fd);
	return 1;
}

int svf_netns_open(struct svf_nl *nl, int nsid, int *ret_fd, struct svf_errmsg *err)
{
	struct search search = { .nl = nl, .nsid = nsid, .fd = -1 };

	(void)svf_netns_walk(try_path, &search);
	if (search.fd < 0)
		(void)svf_netns_walk_held(try_path, &search);
	if (search.fd < 0)
		return svf_errmsg_set(
			err, -ENOENT,
			"no name, process or descriptor leads into network namespace id %d: "
			"end what keeps it",
			nsid);
	*ret_fd = search.fd;
	return 0;
}
