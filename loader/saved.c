// SPDX-License-Identifier: GPL-2.0-only
/* Written to a file beside it, on disk, and renamed: a crash leaves the old one or the new one. */
#include "saved.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <svf/paths.h>

#include "json.h"

#define DIR_MODE  0755
#define FILE_MODE 0644

static int write_json(const char *temp, json_t *json)
{
	svf_cleanup(fd) int fd = open(temp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, FILE_MODE);
	if (fd < 0)
		return -errno;
	errno = 0;
	if (json_dumpfd(json, fd, JSON_INDENT(2)) < 0 || write(fd, "\n", 1) != 1)
		return errno ? -errno : -EIO;
	return fsync(fd) < 0 ? -errno : 0;
}

static int sync_dir(void)
{
	svf_cleanup(fd) int fd = open(SVF_ETC_ROOT, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	return fsync(fd) < 0 ? -errno : 0;
}

static int replace(const char *path, json_t *json)
{
	char temp[SVF_PATH_MAX];
	int r;

	if (snprintf(temp, sizeof(temp), "%s.new", path) >= (int)sizeof(temp))
		return -ENAMETOOLONG;
	r = write_json(temp, json);
	if (!r && rename(temp, path) < 0)
		r = -errno;
	if (r < 0)
		(void)unlink(temp);
	return r < 0 ? r : sync_dir();
}

int svf_saved_write(const char *pf, struct svf_errmsg *err)
{
	svf_cleanup(setup) struct svf_setup *setup = NULL;
	char path[SVF_PATH_MAX];
	json_t *object;
	int r = svf_setup_read(&setup, pf, err);

	if (r < 0)
		return r;
	(void)snprintf(path, sizeof(path), SVF_ETC_ROOT "/%s.json", pf);
	if (!setup->up) {
		r = unlink(path) < 0 && errno != ENOENT ? -errno : 0;
		return r < 0 ? svf_errmsg_set(err, r, "%s: cannot remove %s: %s", pf, path,
					      strerror(-r))
			     : 0;
	}
	object = svf_setup_to_json(setup);
	svf_cleanup(json) json_t *json =
		object ? svf_setups_to_json(json_pack("[o]", object)) : NULL;
	r = !json ? -ENOMEM : mkdir(SVF_ETC_ROOT, DIR_MODE) < 0 && errno != EEXIST ? -errno : 0;
	if (!r)
		r = replace(path, json);
	return r < 0 ? svf_errmsg_set(err, r, "%s: cannot write %s: %s", pf, path, strerror(-r))
		     : 0;
}
