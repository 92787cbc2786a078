// SPDX-License-Identifier: GPL-2.0-only
/*
 * Files of desired state. First the form: which keys an object may have, which numbers of VFs it
 * names, each once. Then, for a PF, defaults, those of the VF's pool and its own keys are laid over
 * each other, and the result is read as one.
 */
#include "document.h"

#include <errno.h>
#include <string.h>

#include "cmd.h"
#include "document_path.h"
#include "json.h"
#include "parse.h"

#define NAMES_MAX	 64
#define JSON_DEFAULT_MTU ETH_DATA_LEN /* for looking at values alone */

static const struct svf_document_table vf_table = { svf_vf_attributes, SVF_N_VF_ATTRIBUTES };
static const struct svf_document_table pf_table = { svf_pf_attributes, SVF_N_PF_ATTRIBUTES };

/* --- keys --- */

static void add_rows(const struct svf_document_table *table, const char *names[NAMES_MAX],
		     unsigned int *n)
{
	for (unsigned int i = 0; i < table->n; i++)
		if (table->rows[i].kind->json)
			names[(*n)++] = table->rows[i].word;
}

/* Refuses what is no object, or has a key that is neither one of fixed nor of the table. */
static int check_keys(const json_t *json, const struct svf_document_path *path,
		      const char *const fixed[], unsigned int n_fixed,
		      const struct svf_document_table *table, struct svf_errmsg *err)
{
	const char *names[NAMES_MAX];
	unsigned int n = 0, i;
	const char *key;
	json_t *value;

	if (!json_is_object(json))
		return svf_document_refuse(err, path, "must be an object: {...}");
	for (; n < n_fixed; n++)
		names[n] = fixed[n];
	if (table)
		add_rows(table, names, &n);
	json_object_foreach ((json_t *)json, key, value) {
		for (i = 0; i < n && strcmp(key, names[i]) != 0; i++)
			;
		/* An attribute that has no value here is refused with its reason later. */
		for (unsigned int j = 0; i == n && table && j < table->n; j++)
			if (!strcmp(key, table->rows[j].word))
				i = 0;
		if (i == n)
			return svf_document_refuse_key(err, path, key, names, n);
	}
	return 0;
}

static int get_number(const json_t *json, const struct svf_document_path *path, const char *key,
		      unsigned int max, unsigned int *ret_value, struct svf_errmsg *err)
{
	const struct svf_document_path at = svf_document_path_at(path, key, -1);
	const json_t *value = json_object_get(json, key);

	if (!value)
		return svf_document_refuse(err, &at, "is missing: a number from 0 to %u", max);
	if (!json_is_integer(value) || json_integer_value(value) < 0 ||
	    json_integer_value(value) > (json_int_t)max)
		return svf_document_refuse(err, &at, "must be a number from 0 to %u", max);
	*ret_value = (unsigned int)json_integer_value(value);
	return 0;
}

static int check_array(const json_t *json, const struct svf_document_path *path, const char *key,
		       struct svf_errmsg *err)
{
	const struct svf_document_path at = svf_document_path_at(path, key, -1);
	const json_t *value = json_object_get(json, key);

	if (value && !json_is_array(value))
		return svf_document_refuse(err, &at, "must be an array: [...]");
	return 0;
}

/* Attributes of VFs, each for itself. */
static int check_attributes(const json_t *json, const struct svf_document_path *path,
			    struct svf_errmsg *err)
{
	struct svf_vf_config scratch = {};

	svf_attributes_reset_vf(&scratch, JSON_DEFAULT_MTU);
	return svf_document_read(&vf_table, path, json, false, &scratch, err);
}

static int check_defaults(const json_t *json, const struct svf_document_path *path,
			  struct svf_errmsg *err)
{
	const struct svf_document_path at = svf_document_path_at(path, "defaults", -1);
	const json_t *defaults = json_object_get(json, "defaults");
	int r;

	if (!defaults)
		return 0;
	r = check_keys(defaults, &at, NULL, 0, &vf_table, err);
	return r < 0 ? r : check_attributes(defaults, &at, err);
}

/* --- pools --- */

/* "0-3,7" */
static int parse_vfs(const char *text, struct svf_vf_set *ret_vfs)
{
	char copy[SVF_VF_SET_TEXT_MAX], *rest = copy, *range;

	*ret_vfs = (struct svf_vf_set){};
	if (!text || strlen(text) >= sizeof(copy))
		return -EINVAL;
	memcpy(copy, text, strlen(text) + 1);
	while ((range = strsep(&rest, ","))) {
		char *end = range, *start = strsep(&end, "-");
		unsigned int first, last;

		if (svf_parse_number(start, 0, SVF_UP_MAX_VFS - 1, &first) < 0 ||
		    svf_parse_number(end ? end : start, first, SVF_UP_MAX_VFS - 1, &last) < 0)
			return -EINVAL;
		for (; first <= last; first++)
			svf_vf_set_add(ret_vfs, first);
	}
	return 0;
}

static int check_pool(const json_t *pool, const struct svf_document_path *path,
		      struct svf_vf_set *taken, struct svf_errmsg *err)
{
	static const char *const keys[] = { "name", "vfs", "defaults" };
	struct svf_vf_set vfs, free;
	int r = check_keys(pool, path, keys, sizeof(keys) / sizeof(keys[0]), NULL, err);

	if (r < 0)
		return r;
	if (!json_is_string(json_object_get(pool, "name")))
		return svf_document_refuse(err, path, "\"name\" must be a string");
	if (parse_vfs(json_string_value(json_object_get(pool, "vfs")), &vfs) < 0)
		return svf_document_refuse(err, path,
					   "\"vfs\" must be VFs from 0 to %u, like \"0-3,7\"",
					   SVF_UP_MAX_VFS - 1);
	free = svf_vf_set_minus(&vfs, taken);
	if (svf_vf_set_count(&free) != svf_vf_set_count(&vfs))
		return svf_document_refuse(err, path, "a VF of it is in another pool already");
	for (unsigned int i = 0; i < SVF_VF_SET_WORDS; i++)
		taken->words[i] |= vfs.words[i];
	return check_defaults(pool, path, err);
}

static int check_pools(const json_t *pf, const struct svf_document_path *path,
		       struct svf_errmsg *err)
{
	struct svf_vf_set taken = {};
	const json_t *pool;
	size_t i;
	int r = check_array(pf, path, "pools", err);

	if (r < 0)
		return r;
	json_array_foreach (json_object_get(pf, "pools"), i, pool) {
		const struct svf_document_path at = svf_document_path_at(path, "pools", (int)i);

		r = check_pool(pool, &at, &taken, err);
		if (r < 0)
			return r;
	}
	return 0;
}

/* --- VFs --- */

static int check_vf(const json_t *vf, const struct svf_document_path *path, struct svf_vf_set *seen,
		    struct svf_errmsg *err)
{
	static const char *const keys[] = { "vf" };
	unsigned int number;
	int r = check_keys(vf, path, keys, 1, &vf_table, err);

	if (!r)
		r = get_number(vf, path, "vf", SVF_UP_MAX_VFS - 1, &number, err);
	if (r < 0)
		return r;
	if (svf_vf_set_has(seen, number))
		return svf_document_refuse(err, path, "vf %u is there twice", number);
	svf_vf_set_add(seen, number);
	return check_attributes(vf, path, err);
}

/* The VFs that the PF shall have: by numvfs, or those listed. */
static int find_vfs(const json_t *pf, const struct svf_document_path *path,
		    struct svf_vf_set *ret_vfs, struct svf_errmsg *err)
{
	const json_t *array = json_object_get(pf, "vfs"), *vf;
	struct svf_vf_set listed = {}, wanted = {}, beyond;
	unsigned int number = 0;
	size_t i;
	int r = check_array(pf, path, "vfs", err);

	if (r < 0)
		return r;
	json_array_foreach (array, i, vf) {
		const struct svf_document_path at = svf_document_path_at(path, "vfs", (int)i);

		r = check_vf(vf, &at, &listed, err);
		if (r < 0)
			return r;
	}
	if (!json_object_get(pf, "numvfs") && !array)
		return svf_document_refuse(err, path,
					   "which VFs? \"numvfs\": N, or \"vfs\": [...]");
	*ret_vfs = listed;
	if (!json_object_get(pf, "numvfs"))
		return 0;
	r = get_number(pf, path, "numvfs", SVF_UP_MAX_VFS, &number, err);
	if (r < 0)
		return r;
	svf_vf_set_resize(&wanted, number);
	beyond = svf_vf_set_minus(&listed, &wanted);
	if (svf_vf_set_count(&beyond))
		return svf_document_refuse(err, path,
					   "vf %u is listed, but \"numvfs\" is %u: VFs are below "
					   "that; without it they are those listed",
					   svf_vf_set_limit(&beyond) - 1, number);
	*ret_vfs = wanted;
	return 0;
}

/* --- PFs --- */

static int read_options(const json_t *pf, const struct svf_document_path *path,
			struct svf_up_args *args, struct svf_errmsg *err)
{
	struct svf_errmsg detail = {};

	*args = (struct svf_up_args){ .lane = SVF_LANE_AFXDP };
	for (size_t i = 0; i < SVF_N_SETUP_OPTIONS; i++) {
		const struct svf_setup_option *option = &svf_setup_options[i];
		char key[SVF_SETUP_KEY_MAX], text[SVF_REASON_MAX];
		const json_t *value = json_object_get(pf, svf_setup_option_key(option, key));

		if (value && svf_setup_option_set(option, value, args, text, sizeof(text)) < 0) {
			const struct svf_document_path at = svf_document_path_at(path, key, -1);

			return svf_document_refuse(err, &at, "%s", text);
		}
	}
	if (svf_up_check(json_string_value(json_object_get(pf, "ifname")), args, &detail) < 0)
		return svf_document_refuse(err, path, "%s", detail.text);
	return 0;
}

static int check_pf_keys(const json_t *pf, const struct svf_document_path *path,
			 struct svf_errmsg *err)
{
	static const char *const fixed[] = { "ifname", "up", "numvfs", "defaults", "pools", "vfs" };
	const unsigned int n_fixed = sizeof(fixed) / sizeof(fixed[0]);
	char options[SVF_N_SETUP_OPTIONS][SVF_SETUP_KEY_MAX];
	const char *names[sizeof(fixed) / sizeof(fixed[0]) + SVF_N_SETUP_OPTIONS];

	for (unsigned int i = 0; i < n_fixed; i++)
		names[i] = fixed[i];
	for (unsigned int i = 0; i < SVF_N_SETUP_OPTIONS; i++)
		names[n_fixed + i] = svf_setup_option_key(&svf_setup_options[i], options[i]);
	return check_keys(pf, path, names, n_fixed + SVF_N_SETUP_OPTIONS, &pf_table, err);
}

/* `"up": false` stands alone: nothing else makes sense of a PF that is down. */
static int check_down(const json_t *pf, const struct svf_document_path *path, bool *ret_down,
		      struct svf_errmsg *err)
{
	const json_t *up = json_object_get(pf, "up");

	*ret_down = json_is_false(up);
	if (up && !json_is_boolean(up))
		return svf_document_refuse(err, path, "\"up\" must be true or false");
	if (*ret_down && json_object_size(pf) > 2)
		return svf_document_refuse(err, path,
					   "\"up\": false goes with \"ifname\" alone: a PF that is "
					   "down keeps nothing");
	return 0;
}

static struct svf_document_path pf_path(const struct svf_document *document, unsigned int i)
{
	struct svf_document_path top = {};

	(void)snprintf(top.text, sizeof(top.text), "%s:", document->name);
	return svf_document_path_at(&top, "pfs", (int)i);
}

static json_t *get_pf(const struct svf_document *document, unsigned int i)
{
	return json_array_get(json_object_get(document->root, "pfs"), i);
}

/* One VF: defaults, those of its pool, its own. */
static json_t *lay_over(const json_t *pf, unsigned int number)
{
	svf_cleanup(json) json_t *json = json_object();
	const json_t *item;
	size_t i;

	if (svf_document_overlay(&vf_table, json, json_object_get(pf, "defaults")) < 0)
		return NULL;
	json_array_foreach (json_object_get(pf, "pools"), i, item) {
		struct svf_vf_set vfs;

		if (!parse_vfs(json_string_value(json_object_get(item, "vfs")), &vfs) &&
		    svf_vf_set_has(&vfs, number) &&
		    svf_document_overlay(&vf_table, json, json_object_get(item, "defaults")) < 0)
			return NULL;
	}
	json_array_foreach (json_object_get(pf, "vfs"), i, item)
		if (json_integer_value(json_object_get(item, "vf")) == (json_int_t)number &&
		    svf_document_overlay(&vf_table, json, item) < 0)
			return NULL;
	return TAKE_PTR(json);
}

static int read_vfs(const json_t *pf, const struct svf_document_path *path, struct svf_setup *setup,
		    struct svf_errmsg *err)
{
	int r = 0;

	for (unsigned int vf = 0; vf < SVF_UP_MAX_VFS && !r; vf++) {
		struct svf_document_path at;

		if (!svf_vf_set_has(&setup->vfs, vf))
			continue;
		(void)snprintf(at.text, sizeof(at.text), "%.100s: vf %u", path->text, vf);
		svf_cleanup(json) json_t *json = lay_over(pf, vf);
		if (!json)
			return svf_document_refuse(err, &at, "out of memory");
		r = svf_document_read(&vf_table, &at, json, true, &setup->all[vf], err);
	}
	return r;
}

int svf_document_setup(const struct svf_document *document, unsigned int i, unsigned int mtu,
		       struct svf_setup **ret_setup, struct svf_errmsg *err)
{
	const struct svf_document_path path = pf_path(document, i);
	svf_cleanup(setup) struct svf_setup *setup = NULL;
	const json_t *pf = get_pf(document, i);
	bool down;
	int r = svf_setup_new(&setup, svf_document_pf(document, i), mtu);

	if (!r)
		r = check_down(pf, &path, &down, err);
	if (!r && !down) {
		setup->up = true;
		r = read_options(pf, &path, &setup->args, err);
		if (!r)
			r = find_vfs(pf, &path, &setup->vfs, err);
		if (!r)
			r = svf_document_read(&pf_table, &path, pf, true, &setup->policy, err);
		if (!r)
			r = read_vfs(pf, &path, setup, err);
	}
	if (r < 0)
		return svf_errmsg_set(err, r, "%s: %s", path.text, strerror(-r));
	*ret_setup = TAKE_PTR(setup);
	return 0;
}

static int check_pf(const struct svf_document *document, unsigned int i, struct svf_errmsg *err)
{
	const struct svf_document_path path = pf_path(document, i);
	svf_cleanup(setup) struct svf_setup *setup = NULL;
	const json_t *pf = get_pf(document, i);
	int r = check_pf_keys(pf, &path, err);

	if (r < 0)
		return r;
	if (!svf_document_pf(document, i) || svf_parse_ifname(svf_document_pf(document, i)) < 0)
		return svf_document_refuse(err, &path, "\"ifname\" must be the name of a netdev");
	for (unsigned int other = 0; other < i; other++)
		if (!strcmp(svf_document_pf(document, other), svf_document_pf(document, i)))
			return svf_document_refuse(err, &path, "%s is there twice",
						   svf_document_pf(document, i));
	r = check_defaults(pf, &path, err);
	if (!r)
		r = check_pools(pf, &path, err);
	return r < 0 ? r : svf_document_setup(document, i, JSON_DEFAULT_MTU, &setup, err);
}

/* --- the file --- */

static int check(const struct svf_document *document, struct svf_errmsg *err)
{
	static const char *const keys[] = { "version", "pfs" };
	const json_t *root = document->root;
	struct svf_document_path top = {};
	int r;

	(void)snprintf(top.text, sizeof(top.text), "%s:", document->name);
	if (!json_is_object(root))
		return svf_errmsg_exit_set(err, SVF_EXIT_USAGE, -EINVAL,
					   "%s must be an object: {\"version\": 1, \"pfs\": [...]}",
					   top.text);
	r = check_keys(root, &top, keys, sizeof(keys) / sizeof(keys[0]), NULL, err);
	if (r < 0)
		return r;
	if (json_integer_value(json_object_get(root, "version")) != SVF_DOCUMENT_VERSION)
		return svf_errmsg_exit_set(err, SVF_EXIT_USAGE, -EINVAL,
					   "%s version: must be %d, the only one that is known",
					   top.text, SVF_DOCUMENT_VERSION);
	if (!json_is_array(json_object_get(root, "pfs")))
		return svf_errmsg_exit_set(err, SVF_EXIT_USAGE, -EINVAL,
					   "%s pfs: must be an array of PFs", top.text);
	for (unsigned int i = 0; i < svf_document_n_pfs(document) && !r; i++)
		r = check_pf(document, i, err);
	return r;
}

int svf_document_init(struct svf_document *ret_document, const char *name, json_t *root,
		      struct svf_errmsg *err)
{
	struct svf_document document = { .root = root };
	int r;

	(void)snprintf(document.name, sizeof(document.name), "%s", name);
	r = check(&document, err);
	if (r < 0)
		return r;
	(void)json_incref(root);
	*ret_document = document;
	return 0;
}

int svf_document_load(struct svf_document *ret_document, const char *file, struct svf_errmsg *err)
{
	const bool in = strcmp(file, "-") == 0;
	const char *name = in ? "standard input" : file;
	json_error_t error = {};

	svf_cleanup(file) FILE *opened = in ? NULL : fopen(file, "re");
	if (!in && !opened) {
		int r = -errno;

		return svf_errmsg_exit_set(err, SVF_EXIT_USAGE, r, "%s: cannot open it: %s", file,
					   strerror(-r));
	}
	svf_cleanup(json) json_t *root =
		json_loadf(in ? stdin : opened, JSON_REJECT_DUPLICATES, &error);
	if (!root)
		return svf_errmsg_exit_set(err, SVF_EXIT_USAGE, -EINVAL, "%s: line %d: %s", name,
					   error.line, error.text);
	return svf_document_init(ret_document, name, root, err);
}

void svf_document_done(struct svf_document *document)
{
	json_decref(document->root);
	document->root = NULL;
}

unsigned int svf_document_n_pfs(const struct svf_document *document)
{
	return (unsigned int)json_array_size(json_object_get(document->root, "pfs"));
}

const char *svf_document_pf(const struct svf_document *document, unsigned int i)
{
	return json_string_value(json_object_get(get_pf(document, i), "ifname"));
}
