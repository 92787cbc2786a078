// SPDX-License-Identifier: GPL-2.0-only
/*
 * The sorter, frame by frame: one cmocka test per row of the tables, and the few that are
 * no rows. Needs root, AF_XDP, veth, tap and clsact; touches nothing outside a
 * network namespace of its own. --bench measures instead.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "bench.h"
#include "extra.h"
#include "row.h"
#include "world.h"

#define N_TESTS_MAX 512
#define EXIT_SKIP   0 /* what TAP's "1..0 # SKIP" goes with */

struct row_state {
	struct world *world;
	const struct row *row;
};

/* One group, so that it is one TAP stream. */
struct suite {
	struct CMUnitTest tests[N_TESTS_MAX];
	struct row_state states[N_TESTS_MAX];
	size_t n;
};

static void run_row(void **state)
{
	const struct row_state *test = *state;

	row_run(test->world, test->row);
}

static void walk_row(void **state)
{
	const struct row_state *test = *state;

	row_walk(test->world, test->row);
}

static void add_test(struct suite *suite, const char *name, CMUnitTestFunction run, void *state)
{
	assert_true(suite->n < N_TESTS_MAX);
	suite->tests[suite->n++] =
		(struct CMUnitTest){ .name = name, .test_func = run, .initial_state = state };
}

static void add_rows(struct suite *suite, struct world *world, const struct row_table *table,
		     CMUnitTestFunction run)
{
	for (size_t i = 0; i < table->n_rows; i++) {
		struct row_state *state = &suite->states[suite->n];

		*state = (struct row_state){ .world = world, .row = &table->rows[i] };
		add_test(suite, table->rows[i].name, run, state);
	}
}

static int run_all(struct world *world)
{
	struct suite *suite = calloc(1, sizeof(*suite));
	int n_failed;

	if (!suite)
		return -ENOMEM;
	add_rows(suite, world, &wire_rows, run_row);
	add_rows(suite, world, &host_rows, run_row);
	add_rows(suite, world, &port_rows, run_row);
	add_rows(suite, world, &ring_rows, run_row);
	add_rows(suite, world, &walk_rows, walk_row);
	add_test(suite, "frames of every length", extra_every_length, world);
	add_test(suite, "walk: the host's own multicast", extra_own_multicast, world);
	n_failed = _cmocka_run_group_tests("sorter", suite->tests, suite->n, NULL, NULL);
	free(suite);
	return n_failed;
}

int main(int argc, char **argv)
{
	struct world world;
	int err;

	if (geteuid()) {
		printf("1..0 # SKIP needs root\n");
		return EXIT_SKIP;
	}
	err = world_init(&world);
	if (!err)
		err = argc > 1 && !strcmp(argv[1], "--bench") ? bench_run(&world) : run_all(&world);
	world_done(&world);
	return err ? EXIT_FAILURE : EXIT_SUCCESS;
}
