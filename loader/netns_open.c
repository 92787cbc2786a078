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
#include <linux/net_namespace.h>
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

/* Opens path and keeps it if it is the namespace called nsid; -ENOENT if it is not. */
static int try_path(struct svf_nl *nl, int nsid, const char *path, int *ret_fd)
{
	struct nlmsghdr *nlh;
	struct rtgenmsg *gen;
	int32_t its_nsid = NETNSA_NSID_NOT_ASSIGNED;
	int r;

	svf_cleanup(fd) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return -ENOENT;

	nlh = svf_nl_start(nl, RTM_GETNSID, 0);
	gen = mnl_nlmsg_put_extra_header(nlh, sizeof(*gen));
	gen->rtgen_family = AF_UNSPEC;
	mnl_attr_put_u32(nlh, NETNSA_FD, (uint32_t)fd);
	r = svf_nl_talk(nl, nlh, read_nsid, &its_nsid, "", NULL);
	if (r < 0 || its_nsid != nsid)
		return -ENOENT;
	*ret_fd = TAKE_FD(fd);
	return 0;
}

/* Mounts of namespaces: mountinfo lines "<id> <parent> <dev> net:[<inode>] <mount point> ...". */
static int try_mounts(struct svf_nl *nl, int nsid, int *ret_fd)
{
	char *line = NULL;
	size_t size = 0;
	int r = -ENOENT;

	svf_cleanup(file) FILE *file = fopen("/proc/thread-self/mountinfo", "re");
	if (!file)
		return -ENOENT;
	while (r < 0 && getline(&line, &size, file) > 0) {
		char path[512];

		if (sscanf(line, "%*s %*s %*s net:[%*u] %511s", path) == 1)
			r = try_path(nl, nsid, path, ret_fd);
	}
	free(line);
	return r;
}

static int try_processes(struct svf_nl *nl, int nsid, int *ret_fd)
{
	const struct dirent *entry;
	int r = -ENOENT;
	DIR *dir = opendir("/proc");

	if (!dir)
		return -ENOENT;
	while (r < 0 && (entry = readdir(dir))) {
		char path[sizeof(entry->d_name) + sizeof("/proc//ns/net")];

		if (!isdigit((unsigned char)entry->d_name[0]))
			continue;
		(void)snprintf(path, sizeof(path), "/proc/%s/ns/net", entry->d_name);
		r = try_path(nl, nsid, path, ret_fd);
	}
	(void)closedir(dir);
	return r;
}

int svf_netns_open(struct svf_nl *nl, int nsid, int *ret_fd, struct svf_errmsg *err)
{
	if (try_mounts(nl, nsid, ret_fd) == 0 || try_processes(nl, nsid, ret_fd) == 0)
		return 0;
	return svf_errmsg_set(err, -ENOENT,
			      "no name and no process leads into network namespace id %d", nsid);
}
