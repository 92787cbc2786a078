// SPDX-License-Identifier: GPL-2.0-only
/*
 * The ledger: every legal move, and that each illegal one is caught, a seeded leak and a
 * seeded double free among them.
 */
#include "agent_fake.h"

#define FRAMES 8

static const struct svf_ledger_limits limits = {
	.frames = FRAMES,
	.frame_size = FAKE_FRAME_SIZE,
	.receive_quota = 4,
	.transmit_quota = 2,
	.vfs = 2,
};

static int setup(void **state)
{
	struct svf_ledger *ledger = calloc(1, sizeof(*ledger));

	assert_int_equal(svf_ledger_init(ledger, &limits), 0);
	*state = ledger;
	return 0;
}

static int teardown(void **state)
{
	svf_ledger_done(*state);
	free(*state);
	return 0;
}

static void expect_violation(const struct svf_ledger *ledger, const char *part)
{
	char text[256];

	assert_non_null(ledger->violation.what);
	svf_ledger_format_violation(ledger, text, sizeof(text));
	if (!strstr(text, part))
		fail_msg("\"%s\" does not say \"%s\"", text, part);
}

static void test_receive_and_back(void **state)
{
	struct svf_ledger *ledger = *state;
	struct svf_ring_indexes indexes = { .fill_produced = 1 };
	uint64_t address;

	assert_int_equal(svf_ledger_get_receive(ledger, &address), 0);
	assert_int_equal(svf_ledger_check(ledger, &indexes), 0);
	assert_int_equal(svf_ledger_set_received(ledger, address + 256, 1500, 1), 0);
	assert_int_equal(svf_ledger_put_hand(ledger, address + 256), 0);
	indexes.rx_consumed = 1;
	assert_int_equal(svf_ledger_check(ledger, &indexes), 0);
	assert_int_equal(svf_ledger_audit(ledger), 0);
	assert_int_equal(ledger->n_free, FRAMES);
}

static void test_transmit_and_back(void **state)
{
	struct svf_ledger *ledger = *state;
	struct svf_ring_indexes indexes = { .tx_produced = 1 };
	uint16_t vf, length;
	uint64_t address;

	assert_int_equal(svf_ledger_get_transmit(ledger, 1, &address), 0);
	assert_int_equal(svf_ledger_set_transmitted(ledger, address, 60), 0);
	assert_int_equal(svf_ledger_check(ledger, &indexes), 0);
	assert_int_equal(svf_ledger_put_completed(ledger, address, &vf, &length), 0);
	assert_int_equal(vf, 1);
	assert_int_equal(length, 60);
	indexes.completed = 1;
	assert_int_equal(svf_ledger_check(ledger, &indexes), 0);
	assert_int_equal(svf_ledger_transmit_room(ledger, 1), 2);
}

static void test_indexes_wrap(void **state)
{
	struct svf_ledger *ledger = *state;
	struct svf_ring_indexes indexes = {
		.fill_produced = 1,
		.rx_consumed = UINT32_MAX,
		.tx_produced = 0,
		.completed = 0,
	};
	uint64_t address;

	assert_int_equal(svf_ledger_get_receive(ledger, &address), 0);
	assert_int_equal(svf_ledger_get_receive(ledger, &address), 0);
	assert_int_equal(svf_ledger_check(ledger, &indexes), 0);
}

static void test_quotas(void **state)
{
	struct svf_ledger *ledger = *state;
	uint64_t address;

	for (uint32_t i = 0; i < limits.receive_quota; i++)
		assert_int_equal(svf_ledger_get_receive(ledger, &address), 0);
	assert_int_equal(svf_ledger_get_receive(ledger, &address), -ENOBUFS);
	for (uint32_t i = 0; i < limits.transmit_quota; i++)
		assert_int_equal(svf_ledger_get_transmit(ledger, 0, &address), 0);
	assert_int_equal(svf_ledger_get_transmit(ledger, 0, &address), -ENOBUFS);
	assert_int_equal(svf_ledger_get_transmit(ledger, 1, &address), 0);
	/* A frame put back unused gives its room back. */
	assert_int_equal(svf_ledger_put_hand(ledger, address), 0);
	assert_int_equal(svf_ledger_transmit_room(ledger, 1), 2);
	assert_null(ledger->violation.what);
}

static void test_double_free(void **state)
{
	struct svf_ledger *ledger = *state;
	uint64_t address;

	assert_int_equal(svf_ledger_get_transmit(ledger, 1, &address), 0);
	assert_int_equal(svf_ledger_put_hand(ledger, address), 0);
	assert_int_equal(svf_ledger_put_hand(ledger, address), -EINVAL);
	expect_violation(ledger, "illegal move: frame 0, state free, owner none, wanted free");
}

static void test_leak_in_hand(void **state)
{
	struct svf_ledger *ledger = *state;
	const struct svf_ring_indexes indexes = {};
	uint64_t address;

	assert_int_equal(svf_ledger_get_transmit(ledger, 1, &address), 0);
	assert_int_equal(svf_ledger_check(ledger, &indexes), -EINVAL);
	expect_violation(ledger, "frames left in hand after a round: 1, expected 0");
}

static void test_leak_from_free_list(void **state)
{
	struct svf_ledger *ledger = *state;
	const struct svf_ring_indexes indexes = {};

	ledger->n_free--;
	assert_int_equal(svf_ledger_check(ledger, &indexes), -EINVAL);
	expect_violation(ledger, "frames in all places: 7, expected 8");
}

static void test_lost_by_the_kernel(void **state)
{
	struct svf_ledger *ledger = *state;
	const struct svf_ring_indexes indexes = { .fill_produced = 1, .rx_consumed = 1 };
	uint64_t address;

	assert_int_equal(svf_ledger_get_receive(ledger, &address), 0);
	assert_int_equal(svf_ledger_check(ledger, &indexes), -EINVAL);
	expect_violation(ledger, "frames lent for receive: 1, expected 0");
}

static void test_completed_twice(void **state)
{
	struct svf_ledger *ledger = *state;
	uint16_t vf, length;
	uint64_t address;

	assert_int_equal(svf_ledger_get_transmit(ledger, 0, &address), 0);
	assert_int_equal(svf_ledger_set_transmitted(ledger, address, 60), 0);
	assert_int_equal(svf_ledger_put_completed(ledger, address, &vf, &length), 0);
	assert_int_equal(svf_ledger_put_completed(ledger, address, &vf, &length), -EINVAL);
	expect_violation(ledger, "state free");
}

static void test_completed_while_in_hand(void **state)
{
	struct svf_ledger *ledger = *state;
	uint16_t vf, length;
	uint64_t address;

	assert_int_equal(svf_ledger_get_transmit(ledger, 1, &address), 0);
	assert_int_equal(svf_ledger_put_completed(ledger, address, &vf, &length), -EINVAL);
	expect_violation(ledger, "state in hand for transmit, owner vf 1");
}

static void test_received_unlent(void **state)
{
	struct svf_ledger *ledger = *state;

	assert_int_equal(svf_ledger_set_received(ledger, 0, 60, 0), -EINVAL);
	expect_violation(ledger, "state free");
}

static void test_no_such_frame(void **state)
{
	struct svf_ledger *ledger = *state;

	assert_int_equal(svf_ledger_set_received(ledger, FRAMES * FAKE_FRAME_SIZE, 60, 0), -EINVAL);
	expect_violation(ledger, "no such frame: frame 8");
}

static void test_beyond_frame(void **state)
{
	struct svf_ledger *ledger = *state;
	uint64_t address;

	assert_int_equal(svf_ledger_get_receive(ledger, &address), 0);
	assert_int_equal(svf_ledger_set_received(ledger, address + 256, FAKE_FRAME_SIZE - 255, 1),
			 -EINVAL);
	expect_violation(ledger, "reaches beyond its frame");
}

static void test_first_violation_stays(void **state)
{
	struct svf_ledger *ledger = *state;

	assert_int_equal(svf_ledger_put_hand(ledger, 3 * FAKE_FRAME_SIZE), -EINVAL);
	assert_int_equal(svf_ledger_put_hand(ledger, 5 * FAKE_FRAME_SIZE), -EINVAL);
	expect_violation(ledger, "frame 3");
}

static void test_audit_finds_wrong_state(void **state)
{
	struct svf_ledger *ledger = *state;

	ledger->frames[2].state = SVF_FRAME_TRANSMIT;
	assert_int_equal(svf_ledger_audit(ledger), -EINVAL);
}

static void test_audit_finds_used_frame_in_list(void **state)
{
	struct svf_ledger *ledger = *state;
	uint64_t address;

	assert_int_equal(svf_ledger_get_receive(ledger, &address), 0);
	ledger->free[0] = (uint32_t)(address / FAKE_FRAME_SIZE);
	assert_int_equal(svf_ledger_audit(ledger), -EINVAL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_receive_and_back),
		TEST(test_transmit_and_back),
		TEST(test_indexes_wrap),
		TEST(test_quotas),
		TEST(test_double_free),
		TEST(test_leak_in_hand),
		TEST(test_leak_from_free_list),
		TEST(test_lost_by_the_kernel),
		TEST(test_completed_twice),
		TEST(test_completed_while_in_hand),
		TEST(test_received_unlent),
		TEST(test_no_such_frame),
		TEST(test_beyond_frame),
		TEST(test_first_violation_stays),
		TEST(test_audit_finds_wrong_state),
		TEST(test_audit_finds_used_frame_in_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
