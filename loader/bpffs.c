// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mounting bpffs, and directories in it. Symbolic links are not followed: bpffs can hold
 * them.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include <svf/cleanup.h>
#include <svf/paths.h>

#include "bpffs.h"

#define BPFFS_ROOT   "/sys/fs/bpf"
#define MKDIRS_TRIES 16 /* as many `down`s of other PFs may come in between */

/*
 * `ip netns exec NAME` mounts a sysfs whose source is the namespace's name (iproute2
 * lib/namespace.c); everybody else's is called "sysfs" or "none". The last line for /sys
 * is the mount one sees.
 */
static bool is_ip_netns_exec(char ret_name[64])
{
	char *line = NULL;
	size_t size = 0;
	bool found = false;

	svf_cleanup(file) FILE *file = fopen("/proc/thread-self/mountinfo", "re");
	if (!file)
		return false;
	while (getline(&line, &size, file) > 0) {
		const char *separator = strstr(line, " - sysfs ");
		char mount_point[8], netns[128];

		if (!separator || sscanf(line, "%*s %*s %*s %*s %7s", mount_point) != 1 ||
		    strcmp(mount_point, "/sys") != 0)
			continue;
		if (sscanf(separator, " - sysfs %63s", ret_name) != 1)
			continue;
		(void)snprintf(netns, sizeof(netns), "/run/netns/%s", ret_name);
		found = access(netns, F_OK) == 0;
	}
	free(line);
	return found;
}

static bool is_mounted(void)
{
	struct statfs fs;

	return statfs(BPFFS_ROOT, &fs) == 0 && fs.f_type == BPF_FS_MAGIC;
}

int svf_bpffs_check(struct svf_errmsg *err)
{
	char netns[64];

	if (is_mounted() || !is_ip_netns_exec(netns))
		return 0;
	return svf_errmsg_exit_set(err, SVF_EXIT_REFUSED, -EBUSY,
				   "`ip netns exec` hides " BPFFS_ROOT
				   ": use `nsenter --net=/run/netns/%s svf-loader ...`",
				   netns);
}

int svf_bpffs_ensure(struct svf_errmsg *err)
{
	int r = svf_bpffs_check(err);

	if (r < 0 || is_mounted())
		return r;
	if (mount("bpf", BPFFS_ROOT, "bpf", MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_RELATIME,
		  "mode=0700") < 0) {
		r = -errno;
		return svf_errmsg_set(err, r, BPFFS_ROOT ": cannot mount bpffs: %s", strerror(-r));
	}
	return 0;
}

static int make_dirs(const char *path)
{
	char buf[SVF_PATH_MAX];
	struct stat st;

	if (strlen(path) >= sizeof(buf))
		return -ENAMETOOLONG;
	strcpy(buf, path);
	for (char *slash = strchr(buf + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		/* Asked first: mkdir() of a mount point may be -EPERM or -EROFS, not -EEXIST. */
		if (stat(buf, &st) < 0 && mkdir(buf, 0700) < 0 && errno != EEXIST)
			return -errno;
		*slash = '/';
	}
	return mkdir(buf, 0700) < 0 && errno != EEXIST ? -errno : 0;
}

int svf_bpffs_mkdirs(const char *path)
{
	int r = -ENOENT;

	/* Again where the `down` of another PF removed what was still empty behind us. */
	for (int i = 0; r == -ENOENT && i < MKDIRS_TRIES; i++)
		r = make_dirs(path);
	return r;
}

static int remove_content(int dir_fd);

static int remove_entry(int dir_fd, const char *name)
{
	int fd, r;

	if (unlinkat(dir_fd, name, 0) == 0 || errno == ENOENT)
		return 0;
	if (errno != EISDIR && errno != EPERM)
		return -errno;

	fd = openat(dir_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	r = remove_content(fd);
	if (unlinkat(dir_fd, name, AT_REMOVEDIR) < 0 && errno != ENOENT && r == 0)
		r = -errno;
	return r;
}

/* Consumes dir_fd. */
static int remove_content(int dir_fd)
{
	const struct dirent *entry;
	DIR *dir = fdopendir(dir_fd);
	int first = 0, r;

	if (!dir) {
		r = -errno;
		(void)close(dir_fd);
		return r;
	}
	while ((entry = readdir(dir))) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		r = remove_entry(dirfd(dir), entry->d_name);
		if (first == 0)
			first = r;
	}
	(void)closedir(dir);
	return first;
}

int svf_bpffs_remove_tree(const char *path)
{
	struct statfs fs;
	int fd, r;

	fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? 0 : -errno;
	if (fstatfs(fd, &fs) < 0 || fs.f_type != BPF_FS_MAGIC) {
		(void)close(fd);
		return -EINVAL;
	}
	r = remove_content(fd);
	if (rmdir(path) < 0 && errno != ENOENT && r == 0)
		r = -errno;
	return r;
}
