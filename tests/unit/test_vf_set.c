// SPDX-License-Identifier: GPL-2.0-only
/* Sets of VF numbers. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "../../loader/vf_set.h"

static struct svf_vf_set make(const unsigned int *vfs, size_t n)
{
	struct svf_vf_set set = {};

	for (size_t i = 0; i < n; i++)
		svf_vf_set_add(&set, vfs[i]);
	return set;
}

#define MAKE(...)                                                                                  \
	make((const unsigned int[]){ __VA_ARGS__ },                                                \
	     sizeof((const unsigned int[]){ __VA_ARGS__ }) / sizeof(unsigned int))

static void test_members(void **state)
{
	struct svf_vf_set set = MAKE(0, 63, 64, 255);

	(void)state;
	assert_int_equal(svf_vf_set_count(&set), 4);
	assert_int_equal(svf_vf_set_limit(&set), 256);
	assert_int_equal(svf_vf_set_first_free(&set), 1);
	assert_true(svf_vf_set_has(&set, 63) && svf_vf_set_has(&set, 64));
	assert_false(svf_vf_set_has(&set, 62) || svf_vf_set_has(&set, 256) ||
		     svf_vf_set_has(&set, 0xffff));
	svf_vf_set_remove(&set, 255);
	svf_vf_set_remove(&set, 255);
	assert_int_equal(svf_vf_set_limit(&set), 65);
	set = (struct svf_vf_set){};
	assert_int_equal(svf_vf_set_limit(&set), 0);
}

static void check_text(const struct svf_vf_set *set, const char *text)
{
	char buf[SVF_VF_SET_TEXT_MAX];

	svf_vf_set_format(buf, set);
	assert_string_equal(buf, text);
}

static void test_resize(void **state)
{
	struct svf_vf_set set = MAKE(0, 2, 9);

	(void)state;
	svf_vf_set_resize(&set, 5); /* the lowest free ones come */
	check_text(&set, "0-3, 9");
	svf_vf_set_resize(&set, 4); /* the highest ones go */
	check_text(&set, "0-3");
	svf_vf_set_resize(&set, 0);
	check_text(&set, "none");
	svf_vf_set_resize(&set, SVF_UP_MAX_VFS);
	check_text(&set, "0-255");
	assert_int_equal(svf_vf_set_first_free(&set), SVF_UP_MAX_VFS);
}

static void test_minus(void **state)
{
	const struct svf_vf_set a = MAKE(0, 1, 70), b = MAKE(1, 2, 200);
	const struct svf_vf_set difference = svf_vf_set_minus(&a, &b);

	(void)state;
	check_text(&difference, "0, 70");
}

static void test_longest_text(void **state)
{
	char buf[SVF_VF_SET_TEXT_MAX];
	struct svf_vf_set set = {};

	(void)state;
	for (unsigned int vf = 0; vf < SVF_UP_MAX_VFS; vf += 2)
		svf_vf_set_add(&set, vf);
	svf_vf_set_format(buf, &set);
	assert_string_equal(buf + strlen(buf) - strlen("252, 254"), "252, 254");
}

static void test_refuse(void **state)
{
	const struct svf_vf_set set = MAKE(0, 1, 5);
	struct svf_errmsg err = {};
	int r = svf_vf_set_refuse(&set, "eth0", 3, &err);

	(void)state;
	assert_int_equal(r, -ENOENT);
	assert_int_equal(svf_errmsg_exit(&err, r), SVF_EXIT_NOT_FOUND);
	assert_string_equal(err.text, "eth0: vf 3: no such VF, there are 0-1, 5");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_members), cmocka_unit_test(test_resize),
		cmocka_unit_test(test_minus),	cmocka_unit_test(test_longest_text),
		cmocka_unit_test(test_refuse),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
