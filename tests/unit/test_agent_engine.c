// SPDX-License-Identifier: GPL-2.0-only
/*
 * The engine in copy mode: nobody starves, nothing is tried in a hurry, and a leak anywhere
 * ends the round with a violation.
 */
#include "agent_fake.h"

#define VFS  4
#define RING 128

static int setup(void **state)
{
	*state = fake_rig_new(VFS, RING, false);
	return 0;
}

static int teardown(void **state)
{
	fake_rig_free(*state);
	return 0;
}

static void arrive(struct fake_rig *rig, uint32_t vf, int n)
{
	for (int i = 0; i < n; i++)
		fake_arrive(&rig->kernel, vf, 100);
	svf_engine_set_ring_ready(&rig->engine, vf);
}

static void test_idle(void **state)
{
	struct fake_rig *rig = *state;

	fake_rounds(rig, 3, 0);
	assert_int_equal(svf_engine_get_timeout_ms(&rig->engine, 0), SVF_IDLE_MS);
	assert_int_equal(rig->kernel.kicks, 0);
	assert_int_equal(rig->kernel.wakes, 0);
}

static void test_receive_until_empty(void **state)
{
	struct fake_rig *rig = *state;

	arrive(rig, 2, RING);
	assert_int_equal(svf_engine_get_timeout_ms(&rig->engine, 0), 0);
	fake_rounds(rig, 1, 0);
	assert_int_equal(rig->ports[2].taken, SVF_RECEIVE_BATCH);
	assert_int_equal(svf_engine_get_timeout_ms(&rig->engine, 0), 0);
	fake_rounds(rig, 2, 0);
	assert_int_equal(rig->ports[2].taken, RING);
	assert_int_equal(svf_engine_get_timeout_ms(&rig->engine, 0), SVF_IDLE_MS);
}

static void test_port_that_takes_nothing_starves_nobody(void **state)
{
	struct fake_rig *rig = *state;
	const int rounds = 200;

	rig->ports[0].accepts = 0;
	for (int i = 0; i < rounds; i++) {
		arrive(rig, 0, 2 * RING); /* a flood at it */
		arrive(rig, 1, SVF_RECEIVE_BATCH);
		fake_rounds(rig, 1, 0);
	}
	assert_int_equal(rig->ports[1].taken, rounds * SVF_RECEIVE_BATCH);
	assert_int_equal(rig->kernel.full[1], 0);
	assert_int_equal(rig->kernel.starved, 0);
	assert_int_equal(rig->stats[0].rx_packets, 0);
	assert_true(rig->stats[0].rx_port_dropped > 0);
	assert_true(rig->kernel.full[0] > 0);
}

static void test_transmit_until_empty(void **state)
{
	struct fake_rig *rig = *state;

	rig->ports[3].waiting = 1000;
	svf_engine_set_port_ready(&rig->engine, 3);
	assert_int_equal(svf_engine_get_timeout_ms(&rig->engine, 0), 0);
	fake_rounds(rig, 20, 0);
	assert_int_equal(rig->stats[3].tx_packets, 1000);
	assert_int_equal(svf_engine_get_timeout_ms(&rig->engine, 0), SVF_IDLE_MS);
}

static void test_transmit_shares_bytes(void **state)
{
	struct fake_rig *rig = *state;
	uint64_t sum = 0;

	rig->ports[0].length = 1514;
	rig->ports[1].length = 60;
	rig->ports[2].length = 500;
	for (uint32_t vf = 0; vf < 3; vf++) {
		rig->ports[vf].waiting = UINT32_MAX;
		svf_engine_set_port_ready(&rig->engine, vf);
	}
	fake_rounds(rig, 3000, 0);
	for (uint32_t vf = 0; vf < 3; vf++)
		sum += rig->stats[vf].tx_bytes;
	for (uint32_t vf = 0; vf < 3; vf++) {
		assert_true(rig->stats[vf].tx_bytes > sum / 3 * 95 / 100);
		assert_true(rig->stats[vf].tx_bytes < sum / 3 * 105 / 100);
	}
}

static void test_round_is_bounded(void **state)
{
	struct fake_rig *rig = *state;

	rig->ports[0].waiting = UINT32_MAX;
	svf_engine_set_port_ready(&rig->engine, 0);
	fake_rounds(rig, 1, 0);
	assert_true(rig->kernel.kicks <= SVF_TRANSMIT_VISITS);
}

/* The PF is down: kicks are tried again after 1 ms, 2 ms, ... and not in between. */
static void test_stalled_ring_backs_off(void **state)
{
	struct fake_rig *rig = *state;
	uint64_t now = 0;
	int timeout;

	rig->kernel.kick_error = -ENETDOWN;
	rig->ports[0].waiting = UINT32_MAX;
	svf_engine_set_port_ready(&rig->engine, 0);
	fake_rounds(rig, 10, now);
	assert_int_equal(rig->kernel.kicks, 1);
	for (uint32_t ms = SVF_RETRY_MIN_MS; ms < SVF_RETRY_MAX_MS; ms *= 2) {
		unsigned int kicks = rig->kernel.kicks;

		timeout = svf_engine_get_timeout_ms(&rig->engine, now);
		assert_int_equal(timeout, ms);
		fake_rounds(rig, 10, now + (uint64_t)timeout * MS - 1);
		assert_int_equal(rig->kernel.kicks, kicks);
		now += (uint64_t)timeout * MS;
		fake_rounds(rig, 1, now);
		assert_int_equal(rig->kernel.kicks, kicks + 1);
	}
	assert_int_equal(svf_engine_get_timeout_ms(&rig->engine, now), SVF_RETRY_MAX_MS);
	assert_int_equal(fifo_count(&rig->kernel.tx[0]), RING);

	/* It comes up again: the ring empties and traffic goes on. */
	rig->kernel.kick_error = 0;
	now += SVF_RETRY_MAX_MS * MS;
	fake_rounds(rig, 10, now);
	assert_true(rig->stats[0].tx_packets >= RING);
	assert_int_equal(svf_engine_get_timeout_ms(&rig->engine, now), 0);
}

/* Others' traffic must not put a stalled ring's retry off. */
static void test_progress_of_others_keeps_retry_time(void **state)
{
	struct fake_rig *rig = *state;

	rig->kernel.kick_error = -EAGAIN;
	rig->ports[0].waiting = 1;
	svf_engine_set_port_ready(&rig->engine, 0);
	fake_rounds(rig, 1, 0);
	rig->kernel.kick_error = 0;
	for (uint64_t now = 0; now < MS; now += MS / 10) {
		rig->ports[1].waiting = 1;
		svf_engine_set_port_ready(&rig->engine, 1);
		fake_rounds(rig, 1, now);
	}
	assert_int_equal(rig->stats[0].tx_packets, 0);
	fake_rounds(rig, 2, MS);
	assert_int_equal(rig->stats[0].tx_packets, 1);
}

/* The far end keeps what VF 0 sent: it waits, the other goes on, and nothing spins. */
static void test_vf_without_room_waits(void **state)
{
	struct fake_rig *rig = *state;

	rig->kernel.holds = true;
	rig->ports[0].waiting = UINT32_MAX;
	svf_engine_set_port_ready(&rig->engine, 0);
	fake_rounds(rig, 20, 0);
	assert_int_equal(fifo_count(&rig->kernel.wire), RING);
	assert_int_equal(svf_engine_get_timeout_ms(&rig->engine, 0), SVF_RETRY_MIN_MS);

	rig->ports[1].waiting = 10;
	svf_engine_set_port_ready(&rig->engine, 1);
	fake_rounds(rig, 1, 0);
	assert_int_equal(fifo_count(&rig->kernel.wire), RING + 10);

	rig->kernel.holds = false;
	fake_send(&rig->kernel, 0, 0);
	fake_rounds(rig, 2, MS);
	assert_true(rig->stats[0].tx_packets > RING);
	assert_int_equal(rig->stats[1].tx_packets, 10);
}

static void test_pf_gone(void **state)
{
	struct fake_rig *rig = *state;

	rig->kernel.kick_error = -ENXIO;
	rig->ports[0].waiting = 1;
	svf_engine_set_port_ready(&rig->engine, 0);
	assert_int_equal(svf_engine_round(&rig->engine, 0), -ENODEV);
}

static void test_seeded_leak_is_caught(void **state)
{
	struct fake_rig *rig = *state;
	uint64_t address;

	fake_rounds(rig, 1, 0);
	assert_int_equal(svf_ledger_get_transmit(&rig->ledger, 2, &address), 0);
	assert_int_equal(svf_engine_round(&rig->engine, 0), -EINVAL);
}

static void test_frame_lost_by_kernel_is_caught(void **state)
{
	struct fake_rig *rig = *state;

	arrive(rig, 0, 3);
	rig->kernel.rx[0].head++; /* gone from the ring, unseen */
	assert_int_equal(svf_engine_round(&rig->engine, 0), -EINVAL);
}

static void test_drain(void **state)
{
	struct fake_rig *rig = *state;

	for (uint32_t vf = 0; vf < VFS; vf++) {
		for (int i = 0; i < RING; i++)
			fake_arrive(&rig->kernel, vf, 100);
		rig->ports[vf].waiting = RING / 2;
	}
	assert_int_equal(svf_engine_drain(&rig->engine, 0), 0);
	for (uint32_t vf = 0; vf < VFS; vf++) {
		assert_int_equal(rig->ports[vf].taken, RING);
		assert_int_equal(rig->ports[vf].waiting, 0);
		assert_int_equal(fifo_count(&rig->kernel.tx[vf]), 0);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_idle),
		TEST(test_receive_until_empty),
		TEST(test_port_that_takes_nothing_starves_nobody),
		TEST(test_transmit_until_empty),
		TEST(test_transmit_shares_bytes),
		TEST(test_round_is_bounded),
		TEST(test_stalled_ring_backs_off),
		TEST(test_progress_of_others_keeps_retry_time),
		TEST(test_vf_without_room_waits),
		TEST(test_pf_gone),
		TEST(test_seeded_leak_is_caught),
		TEST(test_frame_lost_by_kernel_is_caught),
		TEST(test_drain),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
