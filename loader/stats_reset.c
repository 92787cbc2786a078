// SPDX-License-Identifier: GPL-2.0-only
/*
 * --reset: <run>/reset.json holds the counters as they were then, and `stats` shows what came
 * since. The counters themselves are never set back. Written whole to a new file and renamed; gone
 * with `down`. A file that is not of this ABI counts as none.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "stats.h"

#define RESET_FILE "reset.json"
#define RESET_TEMP "reset.json.new"
#define N_WORDS	   (sizeof(struct svf_side) / sizeof(uint64_t))

SVF_DEFINE_CLEANUP(json, json_t *, json_decref(val_), NULL)

static const char *const side_keys[SVF_N_DIRECTIONS] = { "rx", "tx" };

static void format_key(char buf[16], uint16_t id)
{
	if (id == SVF_WIRE_ID)
		(void)snprintf(buf, 16, "wire");
	else if (id == SVF_PF_ID)
		(void)snprintf(buf, 16, "host");
	else
		(void)snprintf(buf, 16, "%u", id);
}

static json_t *side_to_json(const struct svf_side *side)
{
	const uint64_t *words = (const uint64_t *)side;
	json_t *array = json_array();

	for (size_t i = 0; i < N_WORDS; i++)
		(void)json_array_append_new(array, json_integer((json_int_t)words[i]));
	return array;
}

static int side_from_json(json_t *array, struct svf_side *ret_side)
{
	uint64_t *words = (uint64_t *)ret_side;
	json_t *item;
	size_t i;

	if (json_array_size(array) != N_WORDS)
		return -EINVAL;
	json_array_foreach (array, i, item)
		words[i] = (uint64_t)json_integer_value(item);
	return 0;
}

static json_t *station_to_json(const struct svf_snapshot *snapshot, const struct svf_station *s)
{
	return json_pack("{s:I, s:o, s:o}", "time_ns", (json_int_t)snapshot->real_ns, side_keys[0],
			 side_to_json(&s->sides[0]), side_keys[1], side_to_json(&s->sides[1]));
}

static json_t *load(const struct svf_paths *paths)
{
	char path[SVF_PATH_MAX];
	svf_cleanup(json) json_t *json = NULL;

	if (svf_path_join(path, paths->run, RESET_FILE) < 0)
		return NULL;
	json = json_load_file(path, 0, NULL);
	if (!json || json_integer_value(json_object_get(json, "abi")) != SVF_ABI_VERSION)
		return NULL;
	return TAKE_PTR(json);
}

static int save(const struct svf_paths *paths, const json_t *json, struct svf_errmsg *err)
{
	char path[SVF_PATH_MAX], temp[SVF_PATH_MAX];
	int r;

	if (svf_path_join(path, paths->run, RESET_FILE) < 0 ||
	    svf_path_join(temp, paths->run, RESET_TEMP) < 0)
		return svf_errmsg_set(err, -ENAMETOOLONG, "%s: name too long", paths->label);
	errno = 0;
	if (json_dump_file(json, temp, JSON_COMPACT) == 0 && rename(temp, path) == 0)
		return 0;
	r = errno ? -errno : -EIO;
	(void)unlink(temp);
	return svf_errmsg_set(err, r, "%s: cannot write %s: %s", paths->label, path, strerror(-r));
}

int svf_snapshot_reset(const struct svf_paths *paths, const struct svf_snapshot *snapshot, int vf,
		       struct svf_errmsg *err)
{
	svf_cleanup(json) json_t *json = vf == SVF_STATS_ALL ? NULL : load(paths);

	if (!json)
		json = json_pack("{s:i}", "abi", SVF_ABI_VERSION);
	for (unsigned int i = 0; i < snapshot->n_stations; i++) {
		const struct svf_station *s = &snapshot->stations[i];
		char key[16];

		if (vf != SVF_STATS_ALL && vf != s->id)
			continue;
		format_key(key, s->id);
		if (json_object_set_new(json, key, station_to_json(snapshot, s)) < 0)
			return svf_errmsg_set(err, -ENOMEM, "%s: out of memory", paths->label);
	}
	return save(paths, json, err);
}

int svf_snapshot_apply_reset(const struct svf_paths *paths, struct svf_snapshot *snapshot,
			     struct svf_errmsg *err)
{
	svf_cleanup(json) json_t *json = load(paths);

	for (unsigned int i = 0; json && i < snapshot->n_stations; i++) {
		struct svf_station *s = &snapshot->stations[i];
		const json_t *item;
		char key[16];

		format_key(key, s->id);
		item = json_object_get(json, key);
		if (!item)
			continue;
		s->since_ns = (uint64_t)json_integer_value(json_object_get(item, "time_ns"));
		for (int d = 0; d < SVF_N_DIRECTIONS; d++) {
			struct svf_side older;
			int r = side_from_json(json_object_get(item, side_keys[d]), &older);

			if (r < 0)
				return svf_errmsg_set(err, r, "%s: %s/" RESET_FILE " is damaged",
						      snapshot->pf, paths->run);
			svf_side_subtract(&s->sides[d], &older);
		}
	}
	return 0;
}
