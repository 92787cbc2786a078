// SPDX-License-Identifier: GPL-2.0-only
/*
 * The identities behind the VFs' addresses: of the machine and of the PF. Both must be
 * the same at every `up`, and differ between machines cloned from one image as far as
 * /etc/machine-id does.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>

#include <svf/paths.h>

#include "ids.h"
#include "macaddr.h"
#include "netns.h"

#define RANDOM_ID_BYTES 16

/* First word of a file; -ENOENT if there is no file or no id in it. */
static int read_id(const char *path, char ret_id[SVF_MACHINE_ID_MAX])
{
	char line[SVF_MACHINE_ID_MAX] = "";

	svf_cleanup(file) FILE *file = fopen(path, "re");
	if (!file)
		return -errno;
	if (!fgets(line, sizeof(line), file))
		return ferror(file) ? -EIO : -ENOENT;
	line[strcspn(line, " \t\r\n")] = '\0';
	/* systemd's word for "first boot, not yet known" */
	if (line[0] == '\0' || strcmp(line, "uninitialized") == 0)
		return -ENOENT;
	memcpy(ret_id, line, sizeof(line));
	return 0;
}

static int make_random_id(char id[2 * RANDOM_ID_BYTES + 2])
{
	uint8_t bytes[RANDOM_ID_BYTES];

	if (getrandom(bytes, sizeof(bytes), 0) != (ssize_t)sizeof(bytes))
		return -EIO; /* up to 256 bytes come whole or not at all */
	for (size_t i = 0; i < sizeof(bytes); i++)
		(void)sprintf(id + 2 * i, "%02x", bytes[i]);
	strcat(id, "\n");
	return 0;
}

static int write_new(const char *path, const char *text)
{
	svf_cleanup(fd) int fd =
		open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644);
	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		return -EIO;
	return fsync(fd) < 0 ? -errno : 0;
}

/* Written aside and linked into place whole: of two that do this at once, one wins. */
static int keep_random_id(const char *dir, const char *path)
{
	char aside[SVF_PATH_MAX + 16], id[2 * RANDOM_ID_BYTES + 2];
	int r = make_random_id(id);

	if (r < 0)
		return r;
	if (mkdir(dir, 0755) < 0 && errno != EEXIST)
		return -errno;
	(void)snprintf(aside, sizeof(aside), "%s.%d", path, (int)getpid());
	(void)unlink(aside);
	r = write_new(aside, id);
	if (r == 0 && link(aside, path) < 0 && errno != EEXIST)
		r = -errno;
	(void)unlink(aside);
	return r;
}

int svf_machine_id_in(const char *etc, char ret_id[SVF_MACHINE_ID_MAX], struct svf_errmsg *err)
{
	char theirs[SVF_PATH_MAX], dir[SVF_PATH_MAX], ours[SVF_PATH_MAX];
	int r;

	if (svf_path_join(theirs, etc, "machine-id") < 0 || svf_path_join(dir, etc, "svf") < 0 ||
	    svf_path_join(ours, dir, "machine-id") < 0)
		return svf_errmsg_set(err, -ENAMETOOLONG, "%s: path too long", etc);

	/* Ours first: MACs stay when /etc/machine-id appears later. */
	r = read_id(ours, ret_id);
	if (r == -ENOENT)
		r = read_id(theirs, ret_id);
	if (r == -ENOENT) {
		r = keep_random_id(dir, ours);
		if (r == 0)
			r = read_id(ours, ret_id);
	}
	if (r < 0)
		return svf_errmsg_set(err, r, "%s: cannot keep a machine id: %s", ours,
				      strerror(-r));
	return 0;
}

int svf_machine_id(char ret_id[SVF_MACHINE_ID_MAX], struct svf_errmsg *err)
{
	return svf_machine_id_in("/etc", ret_id, err);
}

int svf_pf_identity(char ret_id[SVF_PF_IDENTITY_MAX], const struct svf_link *pf,
		    struct svf_errmsg *err)
{
	char netns[SVF_NETNS_NAME_MAX];
	uint64_t inode;
	int r;

	if (!svf_mac_is_zero(pf->perm_mac)) {
		svf_mac_format(ret_id, pf->perm_mac);
		return 0;
	}
	if (svf_netns_is_initial()) {
		(void)snprintf(ret_id, SVF_PF_IDENTITY_MAX, "%s@init", pf->name);
		return 0;
	}
	r = svf_netns_inode(&inode);
	if (r < 0)
		return svf_errmsg_set(err, r, "%s: cannot read network namespace: %s", pf->name,
				      strerror(-r));
	if (svf_netns_name(inode, netns) < 0)
		(void)snprintf(netns, sizeof(netns), "%" PRIu64, inode);
	(void)snprintf(ret_id, SVF_PF_IDENTITY_MAX, "%s@%.*s", pf->name,
		       SVF_PF_IDENTITY_MAX - IFNAMSIZ - 1, netns);
	return 0;
}
