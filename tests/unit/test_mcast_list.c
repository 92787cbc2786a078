// SPDX-License-Identifier: GPL-2.0-only
/*
 * Lines of /proc/net/dev_mcast, and the lists made of them: what is no Ethernet multicast address
 * is left out, one address is there once, one too many stands for all.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../loader/mcast_list.h"

static void lines_as_the_kernel_writes_them(void **state)
{
	static const struct {
		const char *line;
		int ifindex;
		unsigned int users;
		uint8_t mac[ETH_ALEN];
	} rows[] = {
		/* "%-4d %-15s %-5d %-5d %*phN\n" */
		{ "3    v0              1     0     333300000001",
		  3,
		  1,
		  { 0x33, 0x33, 0, 0, 0, 1 } },
		{ "12345 averylongname15 17    1     01005e7ffffa",
		  12345,
		  17,
		  { 0x01, 0, 0x5e, 0x7f, 0xff, 0xfa } },
		{ "2    v0@x.1:2        1     0     ffffffffffff",
		  2,
		  1,
		  { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff } },
	};
	struct svf_mcast_row row;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(svf_mcast_row_parse(rows[i].line, &row), 0);
		assert_int_equal(row.ifindex, rows[i].ifindex);
		assert_int_equal(row.users, rows[i].users);
		assert_memory_equal(row.mac, rows[i].mac, ETH_ALEN);
	}
}

static void lines_that_are_left_out(void **state)
{
	static const char *const rows[] = {
		"",
		"3",
		"3 v0 1 0",
		"3 v0 1 0 3333000000",
		"3 v0 1 0 33330000000100",
		/* InfiniBand's are 20 bytes long */
		"3 ib0 1 0 00ffffffff12401b000000000000000000000001",
		"3 v0 1 0 3333000000zz",
		"3 v0 1 0 33:33:00:00:01",
		"3 v0 1 0 020000000001", /* a unicast address */
		"0 v0 1 0 333300000001",
		"-3 v0 1 0 333300000001",
		"x v0 1 0 333300000001",
	};
	struct svf_mcast_row row = { .ifindex = 77 };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(svf_mcast_row_parse(rows[i], &row), -EINVAL);
	assert_int_equal(row.ifindex, 77);
}

static struct svf_mcast_row row_of(unsigned int number)
{
	return (struct svf_mcast_row){
		.ifindex = 3,
		.users = 1,
		.mac = { 0x01, 0, 0x5e, 0, (uint8_t)(number >> 8), (uint8_t)number },
	};
}

static void list_has_each_once(void **state)
{
	struct svf_mcast_list *list = calloc(1, sizeof(*list));
	const struct svf_mcast_row first = row_of(1), second = row_of(2);

	(void)state;
	assert_non_null(list);
	svf_mcast_list_add(list, &first);
	svf_mcast_list_add(list, &second);
	svf_mcast_list_add(list, &first);
	assert_int_equal(list->count, 2);
	assert_ptr_equal(svf_mcast_list_find(list, second.mac), &list->rows[1]);
	assert_null(svf_mcast_list_find(list, row_of(3).mac));
	free(list);
}

static void one_too_many_is_all(void **state)
{
	struct svf_mcast_list *list = calloc(1, sizeof(*list));

	(void)state;
	assert_non_null(list);
	for (unsigned int i = 0; i < SVF_GROUPS_MAX; i++) {
		const struct svf_mcast_row row = row_of(i);

		svf_mcast_list_add(list, &row);
	}
	assert_int_equal(list->count, SVF_GROUPS_MAX);
	assert_false(list->flood);
	for (unsigned int i = SVF_GROUPS_MAX; i < 2 * SVF_GROUPS_MAX; i++) {
		const struct svf_mcast_row row = row_of(i);

		svf_mcast_list_add(list, &row);
		assert_true(list->flood);
		assert_int_equal(list->count, 0);
	}
	free(list);
}

/* --- the file --- */

static unsigned int rows_in_file;

FILE *__wrap_fopen(const char *path, const char *mode);
FILE *__wrap_fopen(const char *path, const char *mode)
{
	FILE *file = tmpfile();

	(void)mode;
	assert_string_equal(path, "/proc/thread-self/net/dev_mcast");
	assert_non_null(file);
	for (unsigned int i = 0; i < rows_in_file; i++)
		(void)fprintf(file, "3    v0              1     0     3333%08x\n", i);
	rewind(file);
	return file;
}

static void count_row(const struct svf_mcast_row *row, void *arg)
{
	assert_int_equal(row->ifindex, 3);
	++*(unsigned int *)arg;
}

/* A tenant's netdevs and groups are as many as he likes. */
static void long_files_are_not_read_to_the_end(void **state)
{
	unsigned int n = 0;

	(void)state;
	rows_in_file = SVF_MCAST_ROWS_MAX;
	assert_int_equal(svf_mcast_read(count_row, &n), 0);
	assert_int_equal(n, SVF_MCAST_ROWS_MAX);
	rows_in_file++;
	n = 0;
	assert_int_equal(svf_mcast_read(count_row, &n), -E2BIG);
	assert_int_equal(n, SVF_MCAST_ROWS_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_as_the_kernel_writes_them),
		cmocka_unit_test(lines_that_are_left_out),
		cmocka_unit_test(list_has_each_once),
		cmocka_unit_test(one_too_many_is_all),
		cmocka_unit_test(long_files_are_not_read_to_the_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
