// SPDX-License-Identifier: GPL-2.0-only
/* Machine id and PF identity: where they come from, and that they stay. */
#include <errno.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../loader/ids.h"
#include "../../loader/netns.h"

#define ETC_MAX 32

static int make_etc(void **state)
{
	char *etc = strdup("/tmp/svf-ids.XXXXXX");

	*state = etc;
	return etc && mkdtemp(etc) ? 0 : -1;
}

static int remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st;
	(void)flag;
	(void)ftw;
	return remove(path);
}

static int remove_etc(void **state)
{
	(void)nftw(*state, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	free(*state);
	return 0;
}

static void put(const char *etc, const char *text)
{
	char path[ETC_MAX + 16];
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/machine-id", etc);
	file = fopen(path, "w");
	assert_non_null(file);
	(void)fputs(text, file);
	(void)fclose(file);
}

static void the_machines_own(void **state)
{
	char id[SVF_MACHINE_ID_MAX], ours[ETC_MAX + 16];

	put(*state, "3d1219c7c4c5404aaa1f6d2a48adfda4\n");
	assert_int_equal(svf_machine_id_in(*state, id, NULL), 0);
	assert_string_equal(id, "3d1219c7c4c5404aaa1f6d2a48adfda4");
	(void)snprintf(ours, sizeof(ours), "%s/svf", (const char *)*state);
	assert_int_equal(access(ours, F_OK), -1); /* nothing was made */
}

static void generated_once(const char *etc)
{
	char id[SVF_MACHINE_ID_MAX], again[SVF_MACHINE_ID_MAX];

	assert_int_equal(svf_machine_id_in(etc, id, NULL), 0);
	assert_int_equal(strlen(id), 32);
	assert_int_equal(strspn(id, "0123456789abcdef"), 32);
	assert_int_equal(svf_machine_id_in(etc, again, NULL), 0);
	assert_string_equal(id, again);

	/* The addresses stay when the machine gets an id of its own later. */
	put(etc, "3d1219c7c4c5404aaa1f6d2a48adfda4\n");
	assert_int_equal(svf_machine_id_in(etc, again, NULL), 0);
	assert_string_equal(id, again);
}

static void missing(void **state)
{
	generated_once(*state);
}

static void empty(void **state)
{
	put(*state, "");
	generated_once(*state);
}

static void not_yet_known(void **state)
{
	put(*state, "uninitialized\n");
	generated_once(*state);
}

static void blank_line(void **state)
{
	put(*state, "\n");
	generated_once(*state);
}

static void two_machines_differ(void **state)
{
	char a[SVF_MACHINE_ID_MAX], b[SVF_MACHINE_ID_MAX];
	void *other;

	assert_int_equal(make_etc(&other), 0);
	assert_int_equal(svf_machine_id_in(*state, a, NULL), 0);
	assert_int_equal(svf_machine_id_in(other, b, NULL), 0);
	assert_string_not_equal(a, b);
	(void)remove_etc(&other);
}

static void nowhere_to_keep_it(void **state)
{
	struct svf_errmsg err = {};
	char id[SVF_MACHINE_ID_MAX];

	(void)state;
	assert_int_equal(svf_machine_id_in("/nonexistent", id, &err), -ENOENT);
	assert_string_equal(err.text, "/nonexistent/svf/machine-id: cannot keep a machine id: "
				      "No such file or directory");
}

static void pf_with_permanent_mac(void **state)
{
	struct svf_link pf = { .name = "eth0", .perm_mac = { 0x52, 0x54, 0, 0x12, 0x34, 0x56 } };
	char id[SVF_PF_IDENTITY_MAX];

	(void)state;
	assert_int_equal(svf_pf_identity(id, &pf, NULL), 0);
	assert_string_equal(id, "52:54:00:12:34:56");
}

static void pf_with_random_mac(void **state)
{
	struct svf_link pf = { .name = "pf0", .mac = { 2, 3, 4, 5, 6, 7 } };
	char id[SVF_PF_IDENTITY_MAX];

	(void)state;
	assert_int_equal(svf_pf_identity(id, &pf, NULL), 0);
	if (svf_netns_is_initial())
		assert_string_equal(id, "pf0@init");
	else
		assert_memory_equal(id, "pf0@", 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_machines_own, make_etc, remove_etc),
		cmocka_unit_test_setup_teardown(missing, make_etc, remove_etc),
		cmocka_unit_test_setup_teardown(empty, make_etc, remove_etc),
		cmocka_unit_test_setup_teardown(not_yet_known, make_etc, remove_etc),
		cmocka_unit_test_setup_teardown(blank_line, make_etc, remove_etc),
		cmocka_unit_test_setup_teardown(two_machines_differ, make_etc, remove_etc),
		cmocka_unit_test(nowhere_to_keep_it),
		cmocka_unit_test(pf_with_permanent_mac),
		cmocka_unit_test(pf_with_random_mac),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
