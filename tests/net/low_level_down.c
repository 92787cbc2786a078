// SPDX-License-Identifier: GPL-2.0-only
/*
 * `down` of PFs that are not wholly up, and the state it works from. /run is a tmpfs of each
 * test's own; nothing is loaded into the kernel.
 */
#include <errno.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include <svf/abi.h>

#include "../../loader/lock.h"
#include "../../loader/pf.h"
#include "low_level.h"

static int fresh_run(void **state)
{
	return mount("none", "/run", "tmpfs", 0, NULL) < 0 ? -1 : fresh_netns(state);
}

static int leave_run(void **state)
{
	(void)leave_netns(state);
	return umount2("/run", MNT_DETACH);
}

/* A pair pf0/wire0, and the state of an `up` that gave pf0 one VF. */
static struct svf_state make_state(struct svf_nl *nl, struct svf_paths *ret_paths)
{
	const struct svf_link pf = make_pair(nl, "pf0", "wire0");
	struct svf_state state = { .pf = "pf0", .pf_ifindex = pf.ifindex, .args.vfs = 1 };

	assert_int_equal(svf_paths_init(ret_paths, "pf0"), 0);
	assert_int_equal(mkdir(SVF_RUN_ROOT, 0755), 0);
	assert_int_equal(mkdir(ret_paths->run, 0755), 0);
	assert_int_equal(svf_state_save(ret_paths, &state, NULL), 0);
	return state;
}

/* `up` begins with a down where it finds a half state, and must not be alone with its lock. */
static void down_leaves_the_lock_held(void **state)
{
	struct svf_paths paths;
	svf_cleanup(fd) int mine = -1;
	svf_cleanup(fd) int other = -1;

	(void)make_state(*state, &paths);
	assert_int_equal(svf_lock_take(&paths, "pf0", "up", 0, &mine, NULL), 0);
	assert_int_equal(svf_pf_down("pf0", &paths, NULL), 0);
	assert_int_equal(svf_lock_take(&paths, "pf0", "down", 0, &other, NULL), -EBUSY);
}

/* What a down could not finish is no PF that is up. */
static void failed_down_is_on_record(void **state)
{
	struct svf_paths paths;
	struct svf_state before = make_state(*state, &paths), after;

	before.complete = true;
	before.before.changed_gro_hw = true; /* a veth's is off, and fixed: cannot be put back */
	assert_int_equal(svf_state_save(&paths, &before, NULL), 0);
	assert_int_equal(svf_pf_down("pf0", &paths, NULL), -EOPNOTSUPP);
	assert_int_equal(svf_state_load(&paths, &after, NULL), 0);
	assert_false(after.complete);
}

/* What is attached to the netdev belongs to the PF of the name that it was brought up by. */
static void down_by_another_name_is_refused(void **state)
{
	struct svf_errmsg err = {};
	struct svf_paths paths;
	const int ifindex = make_state(*state, &paths).pf_ifindex;

	assert_int_equal(svf_link_add_altname(*state, ifindex, "other0", NULL), 0);
	assert_int_equal(svf_paths_init(&paths, "other0"), 0);
	assert_int_equal(svf_pf_down("other0", &paths, &err), -EBUSY);
	assert_string_equal(err.text, "other0: is up as pf0: use that name");
}

/* With all VFs there, `set mac` needs one filter more for a moment. */
static void state_holds_one_filter_more_than_vfs(void **state)
{
	struct svf_paths paths;
	struct svf_state saved = make_state(*state, &paths), loaded;

	assert_int_equal(SVF_FILTERS_MAX, (SVF_UP_MAX_VFS + 1) * (1 + SVF_MACS_MAX));
	for (saved.n_filters = 0; saved.n_filters < SVF_FILTERS_MAX; saved.n_filters++)
		saved.filters[saved.n_filters][ETH_ALEN - 1] = (uint8_t)saved.n_filters;
	assert_int_equal(svf_state_save(&paths, &saved, NULL), 0);
	assert_int_equal(svf_state_load(&paths, &loaded, NULL), 0);
	assert_int_equal(loaded.n_filters, SVF_FILTERS_MAX);
	assert_memory_equal(loaded.filters, saved.filters, sizeof(saved.filters));
}

#define with_run(f) cmocka_unit_test_setup_teardown(f, fresh_run, leave_run)

size_t put_down_tests(struct CMUnitTest *table)
{
	const struct CMUnitTest tests[] = {
		with_run(down_leaves_the_lock_held),
		with_run(failed_down_is_on_record),
		with_run(down_by_another_name_is_refused),
		with_run(state_holds_one_filter_more_than_vfs),
	};

	memcpy(table, tests, sizeof(tests));
	return ARRAY_SIZE(tests);
}
