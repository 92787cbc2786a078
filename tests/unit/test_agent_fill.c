// SPDX-License-Identifier: GPL-2.0-only
/* How full the rings are (vf-agent/fill.c): the most of a second, and nobody else's row. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../vf-agent/fill.h"

#define N_ROWS 3
#define BYTES  (N_ROWS * sizeof(struct svf_ring_fill))

struct fixture {
	int fd; /* stands for the map */
	struct svf_fill_map fill;
};

/* A map that a former agent has written to. */
static void open_fixture(struct fixture *f)
{
	const struct svf_ring_fill old = { .rx = 7, .tx = 9 };

	f->fd = memfd_create("svf_ring_fill", MFD_CLOEXEC);
	assert_true(f->fd >= 0);
	assert_int_equal(ftruncate(f->fd, BYTES), 0);
	assert_int_equal(pwrite(f->fd, &old, sizeof(old), sizeof(old)), sizeof(old));
	assert_int_equal(svf_fill_init(&f->fill, f->fd, N_ROWS), 0);
}

static void close_fixture(struct fixture *f)
{
	svf_fill_done(&f->fill);
	svf_fill_done(&f->fill);
	assert_int_equal(close(f->fd), 0);
}

static void expect(const struct fixture *f, uint32_t slot, uint32_t rx, uint32_t tx)
{
	struct svf_ring_fill row;

	assert_int_equal(pread(f->fd, &row, sizeof(row), slot * sizeof(row)), sizeof(row));
	assert_int_equal(row.rx, rx);
	assert_int_equal(row.tx, tx);
}

static void tick(struct fixture *f, uint32_t slot, uint32_t rx, uint32_t tx)
{
	svf_fill_set(&f->fill, slot, &(struct svf_ring_fill){ .rx = rx, .tx = tx });
}

static void test_starts_empty(void **state)
{
	struct fixture f;

	(void)state;
	open_fixture(&f);
	for (uint32_t slot = 0; slot < N_ROWS; slot++)
		expect(&f, slot, 0, 0);
	close_fixture(&f);
}

static void test_tells_the_most_of_a_second(void **state)
{
	struct fixture f;

	(void)state;
	open_fixture(&f);
	tick(&f, 1, 500, 0);
	expect(&f, 1, 500, 0);
	tick(&f, 1, 20, 1000);
	expect(&f, 1, 500, 1000);
	for (int i = 2; i < SVF_FILL_TICKS; i++)
		tick(&f, 1, 0, 0);
	expect(&f, 1, 500, 1000); /* both are within the last four ticks */
	tick(&f, 1, 0, 0);
	expect(&f, 1, 20, 1000);
	tick(&f, 1, 0, 0);
	expect(&f, 1, 0, 0);
	expect(&f, 0, 0, 0);
	expect(&f, 2, 0, 0);
	close_fixture(&f);
}

static void test_refuses_what_is_no_map(void **state)
{
	struct svf_fill_map fill;

	(void)state;
	assert_int_equal(svf_fill_init(&fill, -1, N_ROWS), -EBADF);
	assert_null(fill.rows);
	assert_null(fill.pasts);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_starts_empty),
		cmocka_unit_test(test_tells_the_most_of_a_second),
		cmocka_unit_test(test_refuses_what_is_no_map),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
