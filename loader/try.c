// SPDX-License-Identifier: GPL-2.0-only
/* <run>/try.json: written, read, and what it says done. */
#include "try.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <svf/log.h>

#include "clock.h"
#include "json.h"
#include "vfinfo.h"

#define TRY_FILE "try.json"
#define TRY_TEMP "try.json.new"

SVF_DEFINE_CLEANUP(dir, DIR *, (void)closedir(val_), NULL)
SVF_DEFINE_CLEANUP(names, char **, svf_pf_list_free(val_), NULL)

int64_t svf_try_now_ns(void)
{
	return svf_clock_ns(CLOCK_BOOTTIME);
}

/* --- the file --- */

static json_t *before_to_json(const struct svf_setup *before)
{
	json_t *pf = svf_setup_to_json(before);

	return pf ? svf_setups_to_json(json_pack("[o]", pf)) : NULL;
}

int svf_try_save(const struct svf_paths *paths, const struct svf_setup *before, int64_t deadline_ns,
		 struct svf_errmsg *err)
{
	char path[SVF_PATH_MAX], temp[SVF_PATH_MAX];
	int r;

	if (svf_path_join(path, paths->run, TRY_FILE) < 0 ||
	    svf_path_join(temp, paths->run, TRY_TEMP) < 0)
		return svf_errmsg_set(err, -ENAMETOOLONG, "%s: name too long", before->pf);
	svf_cleanup(json) json_t *json =
		json_pack("{s:I, s:o}", "deadline_ns", (json_int_t)deadline_ns, "before",
			  before_to_json(before));
	errno = 0;
	if (json && json_dump_file(json, temp, JSON_INDENT(2)) == 0 && rename(temp, path) == 0)
		return 0;
	r = !json ? -ENOMEM : errno ? -errno : -EIO;
	(void)unlink(temp);
	return svf_errmsg_set(err, r, "%s: cannot write %s: %s", before->pf, path, strerror(-r));
}

static int load(const struct svf_paths *paths, json_t **ret_json)
{
	char path[SVF_PATH_MAX];
	int r = svf_path_join(path, paths->run, TRY_FILE);

	if (r < 0)
		return r;
	if (access(path, F_OK) < 0)
		return -errno;
	*ret_json = json_load_file(path, 0, NULL);
	return *ret_json ? 0 : -EBADMSG;
}

int svf_try_load(const struct svf_paths *paths, int64_t *ret_deadline_ns, struct svf_errmsg *err)
{
	svf_cleanup(json) json_t *json = NULL;
	int r = load(paths, &json);

	if (r == -ENOENT)
		return r;
	if (r < 0)
		return svf_errmsg_set(err, r, "%s: cannot read %s/" TRY_FILE ": %s", paths->label,
				      paths->run, strerror(-r));
	*ret_deadline_ns = json_integer_value(json_object_get(json, "deadline_ns"));
	return 0;
}

void svf_try_remove(const struct svf_paths *paths)
{
	char path[SVF_PATH_MAX];

	if (!svf_path_join(path, paths->run, TRY_FILE))
		(void)unlink(path);
}

/* --- taking back --- */

static int restore(const char *pf, const struct svf_paths *paths, json_t *json,
		   struct svf_errmsg *err)
{
	svf_cleanup(setup) struct svf_setup *before = NULL;
	struct svf_document document = {};
	int r = svf_document_init(&document, TRY_FILE, json_object_get(json, "before"), err);

	if (!r) {
		svf_cleanup(setup) struct svf_setup *present = NULL;

		r = svf_setup_read(&present, pf, err);
		if (!r || r == -EBUSY) /* a change cut short is ended below */
			r = svf_document_setup(&document, 0, present ? present->mtu : ETH_DATA_LEN,
					       &before, err);
	}
	if (!r)
		r = svf_converge_restore(before, paths, err);
	svf_document_done(&document);
	return r;
}

int svf_try_revert(const char *pf, const struct svf_paths *paths, struct svf_errmsg *err)
{
	svf_cleanup(json) json_t *json = NULL;
	struct svf_errmsg detail = {};
	int r = load(paths, &json);

	if (r == -ENOENT)
		return 0;
	if (!r)
		r = restore(pf, paths, json, &detail);
	svf_try_remove(paths);
	svf_state_tidy(paths);
	if (r < 0)
		return svf_errmsg_set(err, r, "%s: a try could not be taken back: %.400s", pf,
				      detail.text[0] ? detail.text : strerror(-r));
	return 0;
}

int svf_try_settle(const char *pf, const struct svf_paths *paths, struct svf_errmsg *err)
{
	int64_t deadline_ns, left_ns;
	struct svf_errmsg failure = {};
	int r = svf_try_load(paths, &deadline_ns, NULL);

	if (r == -ENOENT)
		return 0;
	left_ns = r < 0 ? 0 : deadline_ns - svf_try_now_ns();
	if (left_ns > 0)
		return svf_errmsg_exit_set(err, SVF_EXIT_BUSY, -EBUSY,
					   "%s: busy: a try waits %lld s more: `svf-loader confirm "
					   "%s` keeps it",
					   pf, (long long)(left_ns / SVF_NS_PER_S + 1), pf);
	if (svf_try_revert(pf, paths, &failure) < 0)
		svf_warning("%s", failure.text);
	else
		svf_warning("%s: a try was not confirmed in time: it is taken back now", pf);
	return 0;
}

/* --- which --- */

/* The name of the PF whose directory this is, if it is of our namespace and has a try. */
static int find_pf(const char *label, char ret_name[IFNAMSIZ])
{
	svf_cleanup(json) json_t *json = NULL;
	struct svf_paths paths = {}, ours;
	const char *name;

	if (svf_path_join(paths.run, SVF_RUN_ROOT, label) < 0 || load(&paths, &json) < 0 ||
	    json_unpack(json, "{s:{s:[{s:s}]}}", "before", "pfs", "ifname", &name) < 0 ||
	    svf_paths_init(&ours, name) < 0 || strcmp(ours.label, label) != 0)
		return -ENOENT;
	(void)snprintf(ret_name, IFNAMSIZ, "%s", name);
	return 0;
}

int svf_try_list(char ***ret_names, struct svf_errmsg *err)
{
	struct dirent *entry;
	size_t n = 0;

	svf_cleanup(names) char **names = calloc(1, sizeof(*names));
	svf_cleanup(dir) DIR *dir = opendir(SVF_RUN_ROOT);
	while (names && dir && (entry = readdir(dir))) {
		char name[IFNAMSIZ], **more;

		if (entry->d_name[0] == '.' || find_pf(entry->d_name, name) < 0)
			continue;
		more = reallocarray(names, n + 2, sizeof(*more));
		if (!more)
			return svf_errmsg_set(err, -ENOMEM, "out of memory");
		names = more;
		names[n + 1] = NULL;
		names[n] = strdup(name);
		if (!names[n++])
			return svf_errmsg_set(err, -ENOMEM, "out of memory");
	}
	if (!names)
		return svf_errmsg_set(err, -ENOMEM, "out of memory");
	*ret_names = TAKE_PTR(names);
	return 0;
}
