// SPDX-License-Identifier: GPL-2.0-only
/*
 * Deficit round robin: equal bytes for the backlogged, nothing saved up by the idle.
 */
#include "agent_fake.h"

#define N	3
#define QUANTUM 1000

static int setup(void **state)
{
	struct svf_drr *drr = calloc(1, sizeof(*drr));

	assert_int_equal(svf_drr_init(drr, N, QUANTUM), 0);
	*state = drr;
	return 0;
}

static int teardown(void **state)
{
	svf_drr_done(*state);
	free(*state);
	return 0;
}

static uint32_t get_next(struct svf_drr *drr)
{
	uint32_t vf;

	assert_int_equal(svf_drr_get_next(drr, &vf), 0);
	return vf;
}

static void test_nobody(void **state)
{
	uint32_t vf;

	assert_int_equal(svf_drr_get_next(*state, &vf), -ENOENT);
}

static void test_turns(void **state)
{
	struct svf_drr *drr = *state;

	svf_drr_set_active(drr, 0);
	svf_drr_set_active(drr, 2);
	for (int i = 0; i < 4; i++) {
		assert_int_equal(get_next(drr), 0);
		svf_drr_charge(drr, 0, QUANTUM / 2);
		assert_int_equal(get_next(drr), 0);
		svf_drr_charge(drr, 0, QUANTUM / 2);
		assert_int_equal(get_next(drr), 2);
		svf_drr_charge(drr, 2, QUANTUM);
	}
}

static void test_equal_bytes(void **state)
{
	static const uint64_t visit_bytes[N] = { 60, 999, 3000 };
	struct svf_drr *drr = *state;
	uint64_t bytes[N] = {};

	for (uint32_t vf = 0; vf < N; vf++)
		svf_drr_set_active(drr, vf);
	for (int i = 0; i < 100000; i++) {
		uint32_t vf = get_next(drr);

		bytes[vf] += visit_bytes[vf];
		svf_drr_charge(drr, vf, visit_bytes[vf]);
	}
	for (uint32_t vf = 1; vf < N; vf++) {
		assert_true(bytes[vf] * 100 > bytes[0] * 99);
		assert_true(bytes[vf] * 99 < bytes[0] * 100);
	}
}

static void test_overdraft_is_paid_back(void **state)
{
	struct svf_drr *drr = *state;
	int turns_of_1 = 0;

	svf_drr_set_active(drr, 0);
	svf_drr_set_active(drr, 1);
	assert_int_equal(get_next(drr), 0);
	svf_drr_charge(drr, 0, 4 * QUANTUM);
	for (int i = 0; i < 10 && get_next(drr) == 1; i++) {
		svf_drr_charge(drr, 1, QUANTUM);
		turns_of_1++;
	}
	assert_int_equal(turns_of_1, 4);
}

static void test_idle_saves_nothing(void **state)
{
	struct svf_drr *drr = *state;

	svf_drr_set_active(drr, 0);
	assert_int_equal(get_next(drr), 0);
	svf_drr_set_idle(drr, 0, false);
	assert_int_equal(drr->accounts[0].deficit, 0);
	assert_int_equal(drr->n_active, 0);
}

static void test_waiting_saves_one_turn_at_most(void **state)
{
	struct svf_drr *drr = *state;

	for (int i = 0; i < 5; i++) {
		svf_drr_set_active(drr, 0);
		assert_int_equal(get_next(drr), 0);
		svf_drr_set_idle(drr, 0, true);
	}
	assert_int_equal(drr->accounts[0].deficit, QUANTUM);
}

static void test_debt_survives_idling(void **state)
{
	struct svf_drr *drr = *state;

	svf_drr_set_active(drr, 0);
	assert_int_equal(get_next(drr), 0);
	svf_drr_charge(drr, 0, 3 * QUANTUM);
	svf_drr_set_idle(drr, 0, false);
	assert_int_equal(drr->accounts[0].deficit, -2 * QUANTUM);
}

static void test_set_active_twice(void **state)
{
	struct svf_drr *drr = *state;

	svf_drr_set_active(drr, 1);
	svf_drr_set_active(drr, 1);
	assert_int_equal(drr->n_active, 1);
	svf_drr_set_idle(drr, 1, false);
	svf_drr_set_idle(drr, 1, false);
	assert_int_equal(drr->n_active, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_nobody),
		TEST(test_turns),
		TEST(test_equal_bytes),
		TEST(test_overdraft_is_paid_back),
		TEST(test_idle_saves_nothing),
		TEST(test_waiting_saves_one_turn_at_most),
		TEST(test_debt_survives_idling),
		TEST(test_set_active_twice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
