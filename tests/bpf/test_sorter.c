// SPDX-License-Identifier: GPL-2.0-only
/*
 * The sorter, frame by frame: one cmocka test per row of the tables, and the few that are
 * no rows. Needs root, AF_XDP, veth, tap and clsact; touches nothing outside a
 * network namespace of its own. --bench measures instead; SVF_TEST and
 * SVF_SKIP are patterns of names to run only, or not.
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
#include "fuzz.h"
#include "limits.h"
#include "matrix.h"
#include "mixed.h"
#include "row.h"
#include "superframe.h"
#include "world.h"

#define N_TESTS_MAX 1280
#define EXIT_SKIP   0 /* what TAP's "1..0 # SKIP" goes with */

struct row_state {
	struct world *world;
	const struct row *row; /* or a cell of the matrix */
	size_t cell;
	char name[MATRIX_NAME_MAX];
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

static void run_cell(void **state)
{
	const struct row_state *test = *state;

	matrix_run(test->world, test->cell);
}

static void add_test(struct suite *suite, const char *name, CMUnitTestFunction run, void *state)
{
	assert_true(suite->n < N_TESTS_MAX);
	suite->tests[suite->n++] =
		(struct CMUnitTest){ .name = name, .test_func = run, .initial_state = state };
}

static void add_rows(struct suite *suite, struct world *world, const struct row_table *table)
{
	for (size_t i = 0; i < table->n_rows; i++) {
		struct row_state *state = &suite->states[suite->n];

		*state = (struct row_state){ .world = world, .row = &table->rows[i] };
		add_test(suite, table->rows[i].name, run_row, state);
	}
}

static void add_matrix(struct suite *suite, struct world *world)
{
	for (size_t i = 0; i < matrix_count(); i++) {
		struct row_state *state = &suite->states[suite->n];

		*state = (struct row_state){ .world = world, .cell = i };
		matrix_name(i, state->name);
		add_test(suite, state->name, run_cell, state);
	}
}

static void add_tables(struct suite *suite, struct world *world)
{
	const struct row_table *const tables[] = {
		&wire_rows,    &host_rows,    &port_rows,   &ring_rows,	 &walk_rows,
		&sender_rows,  &control_rows, &switch_rows, &group_rows, &shaper_rows,
		&shaper_walks, &pps_rows,     &size_rows,
	};

	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
		add_rows(suite, world, tables[i]);
}

static int run_all(struct world *world)
{
	struct suite *suite = calloc(1, sizeof(*suite));
	int n_failed;

	if (!suite)
		return -ENOMEM;
	add_tables(suite, world);
	add_matrix(suite, world);
	add_test(suite, "frames of every length", extra_every_length, world);
	add_test(suite, "walk: the host's own multicast", extra_own_multicast, world);
	add_test(suite, "superframes: what the kernel tells", superframe_segments, world);
	add_test(suite, "storm: a burst and a rate", limits_storm, world);
	add_test(suite, "storm: at least one", limits_storm_least, world);
	add_test(suite, "storm: superframes", limits_storm_superframes, world);
	add_test(suite, "pps: a burst and a rate", limits_pps, world);
	add_test(suite, "pps: through the shaper once", limits_pps_shaped, world);
	add_test(suite, "pps: a burst of low limits", limits_pps_least, world);
	add_test(suite, "pps: superframes", limits_pps_superframes, world);
	add_test(suite, "pps: seconds of it", limits_pps_rate, world);
	add_test(suite, "offenders: the first in a second is told", limits_offenders, world);
	add_test(suite, "joins: told, but not all", limits_joins, world);
	add_test(suite, "never a mixture of two configurations", mixed_never, world);
	add_test(suite, "random frames from VFs", fuzz_from_vfs, world);
	add_test(suite, "random frames from the wire", fuzz_from_wire, world);
	add_test(suite, "random frames from the host", fuzz_from_host, world);
	cmocka_set_test_filter(getenv("SVF_TEST"));
	cmocka_set_skip_filter(getenv("SVF_SKIP"));
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
