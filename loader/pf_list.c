// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which PFs are up: the directories of /run/svf, which all network namespaces share. One
 * is ours if its state names a PF whose label, formed here, is the directory's name.
 */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <svf/abi.h>

#include "vfinfo.h"

SVF_DEFINE_CLEANUP(dir, DIR *, (void)closedir(val_), NULL)
SVF_DEFINE_CLEANUP(names, char **, svf_pf_list_free(val_), NULL)

/* 1 with the PF's name if the directory called label belongs to a PF of our namespace. */
static int find_pf(const char *label, char ret_name[IFNAMSIZ], struct svf_errmsg *err)
{
	struct svf_paths paths = {}, ours;
	struct svf_state state;
	int r;

	r = svf_path_join(paths.run, SVF_RUN_ROOT, label);
	if (r < 0)
		return 0; /* too long: not made by us */
	r = svf_state_load(&paths, &state, err);
	if (r == -ENOENT || r == -ENOTDIR)
		return 0;
	if (r < 0)
		return svf_errmsg_set(err, r, "cannot read %s/state.json: %s", paths.run,
				      strerror(-r));
	r = svf_paths_init(&ours, state.pf);
	if (r < 0)
		return r;
	if (strcmp(ours.label, label) != 0)
		return 0;
	memcpy(ret_name, state.pf, IFNAMSIZ);
	return 1;
}

/* Appends a copy of name to the NULL-terminated *names of n. */
static int append(char ***names, size_t n, const char *name)
{
	char **more = reallocarray(*names, n + 2, sizeof(*more));

	if (!more)
		return -ENOMEM;
	*names = more;
	more[n + 1] = NULL;
	more[n] = strdup(name);
	return more[n] ? 0 : -ENOMEM;
}

static int compare(const void *a, const void *b)
{
	return strverscmp(*(char *const *)a, *(char *const *)b);
}

static int read_names(DIR *dir, char ***names, size_t *n, struct svf_errmsg *err)
{
	struct dirent *entry;
	char name[IFNAMSIZ];
	int r;

	while ((errno = 0, entry = readdir(dir))) {
		if (entry->d_name[0] == '.')
			continue; /* labels have no dots */
		r = find_pf(entry->d_name, name, err);
		if (r > 0)
			r = append(names, (*n)++, name);
		if (r < 0)
			return r;
	}
	return -errno;
}

int svf_pf_list(char ***ret_names, struct svf_errmsg *err)
{
	size_t n = 0;
	int r;

	svf_cleanup(names) char **names = calloc(1, sizeof(*names));
	if (!names)
		return -ENOMEM;

	svf_cleanup(dir) DIR *dir = opendir(SVF_RUN_ROOT);
	r = dir ? read_names(dir, &names, &n, err) : -errno;
	if (r < 0 && r != -ENOENT)
		return svf_errmsg_set(err, r, "cannot read " SVF_RUN_ROOT ": %s", strerror(-r));

	qsort(names, n, sizeof(*names), compare);
	*ret_names = TAKE_PTR(names);
	return 0;
}

void svf_pf_list_free(char **names)
{
	if (!names)
		return;
	for (char **name = names; *name; name++)
		free(*name);
	free(names);
}

int svf_pf_check_name(const char *name, int ifindex, struct svf_errmsg *err)
{
	svf_cleanup(names) char **names = NULL;

	if (svf_pf_list(&names, NULL) < 0)
		return 0; /* nobody is known by another name */
	for (char **other = names; *other; other++) {
		struct svf_paths paths;
		struct svf_state state;

		if (!strcmp(*other, name) || svf_paths_init(&paths, *other) < 0 ||
		    svf_state_load(&paths, &state, NULL) < 0 || state.pf_ifindex != ifindex)
			continue;
		return svf_errmsg_exit_set(err, SVF_EXIT_BUSY, -EBUSY,
					   "%s: is up as %s: use that name", name, *other);
	}
	return 0;
}
