// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is left of PFs that are not up: directories in /run/svf, pins, netdevs with our alias, tc
 * filters of ours. All are known by a PF's label; one is left over if there is no state of that
 * label that can be read. Labels of other namespaces are theirs to tell, unless the namespace is
 * gone: nobody can run `down` there.
 */
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <svf/abi.h>
#include <svf/cleanup.h>

#include "doctor.h"
#include "names.h"
#include "netns.h"
#include "tc.h"
#include "words.h"

SVF_DEFINE_CLEANUP(dir, DIR *, (void)closedir(val_), NULL)

struct leftover {
	char label[SVF_PF_LABEL_MAX];
	char what[96]; /* kinds of things, ", " between */
};

struct search {
	struct svf_checkup *checkup;
	struct leftover *leftovers; /* owned */
	size_t n;
};

/* The PF's name in a label, unescaped; *ret_inode 0 without a namespace. */
static void split_label(const char *label, char ret_name[IFNAMSIZ], uint64_t *ret_inode)
{
	size_t n = 0;

	*ret_inode = 0;
	for (; *label && *label != '@' && n < IFNAMSIZ - 1; label++) {
		unsigned int c;

		if (*label == '%' && sscanf(label + 1, "%2x", &c) == 1) {
			ret_name[n++] = (char)c;
			label += 2;
		} else {
			ret_name[n++] = *label;
		}
	}
	ret_name[n] = '\0';
	if (*label == '@')
		*ret_inode = strtoull(label + 1, NULL, 10);
}

static int is_inode(const char *path, void *arg)
{
	const uint64_t *inode = arg;
	struct stat st;

	return !stat(path, &st) && st.st_ino == *inode;
}

/* Whether a command holds the PF's lock (by /proc/locks: taking it would disturb others). */
static bool is_locked(const struct svf_paths *paths)
{
	char path[SVF_PATH_MAX], line[160], id[64];
	bool held = false;
	struct stat st;

	if (svf_path_join(path, paths->run, "lock") < 0 || stat(path, &st) < 0)
		return false;
	(void)snprintf(id, sizeof(id), "%02x:%02x:%" PRIu64 " ", major(st.st_dev), minor(st.st_dev),
		       (uint64_t)st.st_ino);
	svf_cleanup(file) FILE *file = fopen("/proc/locks", "re");
	while (file && !held && fgets(line, sizeof(line), file))
		held = strstr(line, "FLOCK") && strstr(line, id);
	return held;
}

/* What is on record, is being made, or belongs to a namespace that others can enter. */
static bool is_in_use(const char *label)
{
	struct svf_paths paths = {}, ours;
	struct svf_state state;
	char name[IFNAMSIZ];
	uint64_t inode;

	split_label(label, name, &inode);
	if (svf_path_join(paths.run, SVF_RUN_ROOT, label) < 0 || is_locked(&paths))
		return true;
	if (svf_paths_init(&ours, name) < 0 || strcmp(ours.label, label) != 0)
		return !inode || svf_netns_walk(is_inode, &inode);
	return !svf_state_load(&paths, &state, NULL);
}

static int add_leftover(struct search *search, const char *label, const char *what)
{
	struct leftover *more;

	for (size_t i = 0; i < search->n; i++) {
		struct leftover *one = &search->leftovers[i];
		const size_t len = strlen(one->what);

		if (strcmp(one->label, label) != 0)
			continue;
		if (!strstr(one->what, what))
			(void)snprintf(one->what + len, sizeof(one->what) - len, ", %s", what);
		return 0;
	}
	if (is_in_use(label))
		return 0;
	more = reallocarray(search->leftovers, search->n + 1, sizeof(*more));
	if (!more)
		return -ENOMEM;
	search->leftovers = more;
	more += search->n++;
	(void)snprintf(more->label, sizeof(more->label), "%s", label);
	(void)snprintf(more->what, sizeof(more->what), "%s", what);
	return 0;
}

static void search_directory(struct search *search, const char *path, const char *what)
{
	const struct dirent *entry;

	svf_cleanup(dir) DIR *dir = opendir(path);
	while (dir && (entry = readdir(dir)))
		if (entry->d_name[0] != '.' && strlen(entry->d_name) < SVF_PF_LABEL_MAX)
			(void)add_leftover(search, entry->d_name, what);
}

/* Our netdevs by their alias, the PF by our filter. */
static int search_netdev(const struct svf_link *link, void *arg)
{
	struct search *search = arg;
	struct svf_nl *nl = search->checkup->nl;
	char label[SVF_PF_LABEL_MAX] = "";
	struct svf_paths paths;
	uint32_t generation, id = 0;
	unsigned int vf;

	if (svf_alias_parse(link->alias, NULL, &vf, &generation)) {
		(void)sscanf(link->alias, "svf:%71[^:]", label);
		/* A netdev that came home from a tenant may have any alias. */
		if (!svf_word_is_plain(label) || strchr(label, '/'))
			return 0;
		return add_leftover(search, label, "netdevs");
	}
	if (svf_tc_get(nl, link->name, link->ifindex, SVF_TC_INGRESS, &id, NULL) < 0 || !id ||
	    svf_paths_init(&paths, link->name) < 0)
		return 0;
	return svf_pf_check_name(link->name, link->ifindex, NULL) < 0
		       ? 0 /* renamed while up */
		       : add_leftover(search, paths.label, "tc filters");
}
_Static_assert(SVF_PF_LABEL_MAX == 72, "as search_netdev() scans");

static bool is_directory_of(const char *root, const char *label)
{
	char path[SVF_PATH_MAX];
	struct stat st;

	return svf_word_is_plain(label) && !strchr(label, '/') &&
	       !svf_path_join(path, root, label) && !lstat(path, &st) && S_ISDIR(st.st_mode);
}

static void tell(struct svf_checkup *checkup, const struct leftover *leftover)
{
	struct svf_finding *finding;
	struct svf_paths ours;
	char name[IFNAMSIZ];
	uint64_t inode;

	split_label(leftover->label, name, &inode);
	finding = svf_check_warn(checkup, "%s is not up, but there is something of it: %s",
				 leftover->label, leftover->what);
	if (svf_word_is_plain(name) && !svf_paths_init(&ours, name) &&
	    !strcmp(ours.label, leftover->label))
		svf_finding_mend(finding, "svf-loader down %s", name);
	else if (is_directory_of(SVF_PIN_ROOT, leftover->label) ||
		 is_directory_of(SVF_RUN_ROOT, leftover->label))
		svf_finding_mend(finding, "rm -rf " SVF_PIN_ROOT "/%s " SVF_RUN_ROOT "/%s",
				 leftover->label, leftover->label);
}

void svf_check_leftovers(struct svf_checkup *checkup)
{
	struct search search = { .checkup = checkup };

	search_directory(&search, SVF_RUN_ROOT, "files in " SVF_RUN_ROOT);
	search_directory(&search, SVF_PIN_ROOT, "pins");
	(void)svf_link_list(checkup->nl, search_netdev, &search, NULL);
	for (size_t i = 0; i < search.n; i++)
		tell(checkup, &search.leftovers[i]);
	if (!search.n)
		svf_check_pass(checkup, "nothing is left of a PF that is not up");
	free(search.leftovers);
}
