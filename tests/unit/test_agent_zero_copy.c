// SPDX-License-Identifier: GPL-2.0-only
/*
 * The engine against a driver in zero copy: it keeps frames in the NIC, sends on its own
 * time, sleeps and says so by need_wakeup, and may hang. No hardware is needed to see that
 * every frame is accounted for.
 */
#include "agent_fake.h"

#define VFS  4
#define RING 128

static int setup(void **state)
{
	*state = fake_rig_new(VFS, RING, true);
	return 0;
}

static int teardown(void **state)
{
	fake_rig_free(*state);
	return 0;
}

static void test_nic_takes_frames_ahead(void **state)
{
	struct fake_rig *rig = *state;

	fake_take_ahead(&rig->kernel);
	fake_rounds(rig, 1, 0);
	assert_int_equal(fifo_count(&rig->kernel.nic), FAKE_NIC_RING);
	/* What it took is replaced, as far as the receive quota goes. */
	assert_int_equal(rig->ledger.count[SVF_FRAME_RECEIVE],
			 rig->plan.fill_size + FAKE_NIC_RING < rig->plan.receive_quota
				 ? rig->plan.fill_size + FAKE_NIC_RING
				 : rig->plan.receive_quota);
}

static void test_sleeping_fill_is_woken(void **state)
{
	struct fake_rig *rig = *state;

	rig->kernel.fill_asleep = true;
	fake_rounds(rig, 1, 0);
	assert_int_equal(rig->kernel.wakes, 1);
	assert_false(rig->kernel.fill_asleep);
	fake_rounds(rig, 5, 0);
	assert_int_equal(rig->kernel.wakes, 1); /* awake: no system call */
}

static void test_receive(void **state)
{
	struct fake_rig *rig = *state;

	for (int i = 0; i < 1000; i++) {
		fake_arrive(&rig->kernel, (uint32_t)i % VFS, 64);
		svf_engine_set_ring_ready(&rig->engine, (uint32_t)i % VFS);
		if (i % 50 == 0)
			fake_rounds(rig, 1, 0);
	}
	fake_rounds(rig, 4, 0);
	for (uint32_t vf = 0; vf < VFS; vf++)
		assert_int_equal(rig->ports[vf].taken, 250);
	assert_int_equal(rig->kernel.starved, 0);
}

/* The driver sends later: the kick shows no progress, which is no error. */
static void test_transmit_completes_later(void **state)
{
	struct fake_rig *rig = *state;

	rig->ports[0].waiting = 40;
	svf_engine_set_port_ready(&rig->engine, 0);
	fake_rounds(rig, 3, 0);
	assert_int_equal(rig->kernel.kicks, 1); /* one wakes it; awake it needs none */
	assert_int_equal(fifo_count(&rig->kernel.tx[0]), 40);
	assert_int_equal(rig->stats[0].tx_packets, 0);
	assert_true(svf_engine_get_timeout_ms(&rig->engine, 0) > 0);

	fake_send(&rig->kernel, 0, RING);
	fake_rounds(rig, 1, MS);
	assert_int_equal(rig->stats[0].tx_packets, 40);
	fake_rounds(rig, 1, 2 * MS);
	assert_int_equal(svf_engine_get_timeout_ms(&rig->engine, 2 * MS), SVF_IDLE_MS);
}

/* It fell asleep with frames in the ring: the next retry wakes it. */
static void test_sleeping_transmit_is_woken(void **state)
{
	struct fake_rig *rig = *state;

	rig->ports[0].waiting = 10;
	svf_engine_set_port_ready(&rig->engine, 0);
	fake_rounds(rig, 1, 0);
	rig->kernel.tx_asleep = true;
	fake_rounds(rig, 1, MS);
	assert_false(rig->kernel.tx_asleep);
	assert_int_equal(rig->kernel.kicks, 2);
}

/* New frames wake a sleeping driver at once, even while older ones are unsent. */
static void test_new_frames_wake_at_once(void **state)
{
	struct fake_rig *rig = *state;

	rig->ports[0].waiting = 1;
	svf_engine_set_port_ready(&rig->engine, 0);
	fake_rounds(rig, 1, 0);
	rig->kernel.tx_asleep = true;
	rig->ports[0].waiting = 1;
	svf_engine_set_port_ready(&rig->engine, 0);
	fake_rounds(rig, 1, 0);
	assert_false(rig->kernel.tx_asleep);
}

static void test_driver_that_hangs_in_transmit(void **state)
{
	struct fake_rig *rig = *state;
	uint64_t now = 0;

	for (uint32_t vf = 0; vf < VFS; vf++) {
		rig->ports[vf].waiting = UINT32_MAX;
		svf_engine_set_port_ready(&rig->engine, vf);
	}
	for (int i = 0; i < 100; i++) {
		int timeout = svf_engine_get_timeout_ms(&rig->engine, now);

		now += (uint64_t)timeout * MS;
		fake_rounds(rig, 1, now);
	}
	for (uint32_t vf = 0; vf < VFS; vf++)
		assert_int_equal(fifo_count(&rig->kernel.tx[vf]), RING);
	assert_int_equal(svf_engine_get_timeout_ms(&rig->engine, now), SVF_RETRY_MAX_MS);

	/* Receiving is not touched by it. */
	fake_arrive(&rig->kernel, 1, 64);
	svf_engine_set_ring_ready(&rig->engine, 1);
	fake_rounds(rig, 1, now);
	assert_int_equal(rig->ports[1].taken, 1);
}

/* We hang: VF 0's ring fills and the NIC keeps the rest; afterwards nothing is missing. */
static void test_hung_consumer(void **state)
{
	struct fake_rig *rig = *state;
	uint32_t ring = rig->plan.rx_ring_size;

	for (uint32_t i = 0; i < 10 * ring; i++)
		fake_arrive(&rig->kernel, 0, 64);
	for (uint32_t i = 0; i < ring; i++)
		fake_arrive(&rig->kernel, 1, 64);
	assert_int_equal(rig->kernel.full[0], 9 * ring);
	assert_int_equal(rig->kernel.full[1], 0);
	assert_int_equal(rig->kernel.starved, 0);
	svf_engine_set_all_ready(&rig->engine);
	fake_rounds(rig, (int)(ring / SVF_RECEIVE_BATCH) + 1, 0);
	assert_int_equal(rig->ports[0].taken, ring);
	assert_int_equal(rig->ports[1].taken, ring);
}

/* All places at once, in a random order of events. */
static void test_everything_at_random(void **state)
{
	struct fake_rig *rig = *state;
	uint64_t now = 0;

	srandom(1);
	for (int i = 0; i < 20000; i++) {
		uint32_t vf = (uint32_t)random() % VFS;

		switch (random() % 6) {
		case 0:
			fake_arrive(&rig->kernel, vf, 64);
			svf_engine_set_ring_ready(&rig->engine, vf);
			break;
		case 1:
			rig->ports[vf].waiting = (uint32_t)random() % 100;
			rig->ports[vf].length = (uint32_t)random() % (2 * FAKE_FRAME_SIZE);
			svf_engine_set_port_ready(&rig->engine, vf);
			break;
		case 2:
			fake_send(&rig->kernel, vf, (uint32_t)random() % RING);
			break;
		case 3:
			rig->ports[vf].accepts = random() % 2 ? UINT32_MAX : 0;
			break;
		case 4:
			rig->kernel.tx_asleep = random() % 2;
			rig->kernel.fill_asleep = random() % 2;
			rig->kernel.holds = random() % 2;
			break;
		default:
			now += (uint64_t)random() % (5 * MS);
			assert_int_equal(svf_engine_round(&rig->engine, now), 0);
			break;
		}
	}
	assert_int_equal(svf_ledger_audit(&rig->ledger), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_nic_takes_frames_ahead),
		TEST(test_sleeping_fill_is_woken),
		TEST(test_receive),
		TEST(test_transmit_completes_later),
		TEST(test_sleeping_transmit_is_woken),
		TEST(test_new_frames_wake_at_once),
		TEST(test_driver_that_hangs_in_transmit),
		TEST(test_hung_consumer),
		TEST(test_everything_at_random),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
