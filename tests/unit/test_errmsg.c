// SPDX-License-Identifier: GPL-2.0-only
/* Error texts: who comes first is heard, one line, and the exit code that goes with it. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <svf/errmsg.h>

static void returns_the_error(void **state)
{
	struct svf_errmsg err = {};

	(void)state;
	assert_int_equal(svf_errmsg_set(&err, -EPERM, "eth0: vf %d: no", 3), -EPERM);
	assert_string_equal(err.text, "eth0: vf 3: no");
	assert_int_equal(svf_errmsg_set(NULL, -EPERM, "nobody listens"), -EPERM);
	assert_int_equal(svf_errmsg_exit_set(NULL, SVF_EXIT_USAGE, -EINVAL, "x"), -EINVAL);
}

static void first_text_stays(void **state)
{
	struct svf_errmsg err = {};

	(void)state;
	(void)svf_errmsg_exit_set(&err, SVF_EXIT_BUSY, -EPERM, "inner");
	assert_int_equal(svf_errmsg_exit_set(&err, SVF_EXIT_USAGE, -EIO, "outer"), -EIO);
	assert_int_equal(svf_errmsg_set(&err, -ENOENT, "outermost"), -ENOENT);
	assert_string_equal(err.text, "inner");
	assert_int_equal(err.exit, SVF_EXIT_BUSY);
}

static void is_one_line_that_fits(void **state)
{
	struct svf_errmsg err = {};
	char text[2 * sizeof(err.text)];

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	text[3] = '\n';
	(void)svf_errmsg_set(&err, -EIO, "%s", text);
	assert_int_equal(strlen(err.text), sizeof(err.text) - 1);
	assert_null(strchr(err.text, '\n'));
}

static void exit_codes(void **state)
{
	static const struct {
		int error;
		enum svf_exit exit;
	} rows[] = {
		{ 0, SVF_EXIT_OK },
		{ -ENODEV, SVF_EXIT_NOT_FOUND },
		{ -ENOENT, SVF_EXIT_NOT_FOUND },
		{ -EBUSY, SVF_EXIT_BUSY },
		{ -EAGAIN, SVF_EXIT_BUSY },
		{ -ETIMEDOUT, SVF_EXIT_BUSY },
		{ -EOPNOTSUPP, SVF_EXIT_UNSUPPORTED },
		{ -ENOSYS, SVF_EXIT_UNSUPPORTED },
		{ -EPERM, SVF_EXIT_REFUSED },
		{ -EINVAL, SVF_EXIT_REFUSED },
		{ -EINTR, SVF_EXIT_REFUSED },
	};
	struct svf_errmsg err = { .exit = SVF_EXIT_USAGE };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(svf_errmsg_exit(NULL, rows[i].error), rows[i].exit);
		assert_int_equal(svf_errmsg_exit(&(struct svf_errmsg){}, rows[i].error),
				 rows[i].exit);
	}
	assert_int_equal(svf_errmsg_exit(&err, -ENODEV), SVF_EXIT_USAGE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(returns_the_error),
		cmocka_unit_test(first_text_stays),
		cmocka_unit_test(is_one_line_that_fits),
		cmocka_unit_test(exit_codes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
