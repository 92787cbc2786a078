// SPDX-License-Identifier: GPL-2.0-only
/*
 * Forwarding between fake rings and fake ports: batches whole and partial, ports that refuse,
 * vanish, or send too much at once. After each call no frame is left in hand.
 */
#include "agent_fake.h"
#include "tcp_frames.h"

#define RING 64

static int setup(void **state)
{
	*state = fake_rig_new(2, RING, false);
	return 0;
}

static int teardown(void **state)
{
	fake_rig_free(*state);
	return 0;
}

static void expect_no_frame_in_hand(struct fake_rig *rig)
{
	struct svf_ring_indexes indexes;

	fake_indexes(&rig->kernel.rings, &indexes);
	assert_int_equal(svf_ledger_check(&rig->ledger, &indexes), 0);
	assert_int_equal(svf_ledger_audit(&rig->ledger), 0);
}

static void arrive(struct fake_rig *rig, uint32_t vf, int n)
{
	for (int i = 0; i < n; i++)
		fake_arrive(&rig->kernel, vf, 100);
}

static void test_receive(void **state)
{
	struct fake_rig *rig = *state;

	arrive(rig, 1, 3);
	assert_int_equal(svf_forward_receive(&rig->engine.forward, 0), 0);
	assert_int_equal(svf_forward_receive(&rig->engine.forward, 1), 3);
	assert_int_equal(rig->ports[1].taken, 3);
	assert_int_equal(rig->stats[1].rx_packets, 3);
	assert_int_equal(rig->stats[1].rx_bytes, 300);
	expect_no_frame_in_hand(rig);
}

static void test_receive_from_empty_ring(void **state)
{
	struct fake_rig *rig = *state;

	assert_int_equal(svf_forward_receive(&rig->engine.forward, 0), 0);
	expect_no_frame_in_hand(rig);
}

static void test_port_takes_part(void **state)
{
	struct fake_rig *rig = *state;

	rig->ports[0].accepts = 4;
	arrive(rig, 0, 10);
	assert_int_equal(svf_forward_receive(&rig->engine.forward, 0), 10);
	assert_int_equal(rig->stats[0].rx_packets, 4);
	assert_int_equal(rig->stats[0].rx_port_dropped, 6);
	expect_no_frame_in_hand(rig);
}

static void test_port_takes_nothing(void **state)
{
	struct fake_rig *rig = *state;
	uint32_t free_before = rig->ledger.n_free;

	rig->ports[0].accepts = 0;
	arrive(rig, 0, RING);
	assert_int_equal(svf_forward_receive(&rig->engine.forward, 0), RING);
	assert_int_equal(rig->stats[0].rx_packets, 0);
	assert_int_equal(rig->stats[0].rx_port_dropped, RING);
	/* Every frame is there for the next arrival, whoever's it is. */
	svf_forward_fill(&rig->engine.forward);
	assert_int_equal(rig->ledger.n_free, free_before);
	assert_int_equal(fifo_count(&rig->kernel.fill), rig->plan.fill_size);
	expect_no_frame_in_hand(rig);
}

/* n consecutive segments of one flow, the last of them shorter. */
static void arrive_segments(struct fake_rig *rig, uint32_t vf, uint32_t n)
{
	struct tcp_fields f = {
		.version = 6, .ttl = 64, .flags = TCP_ACK, .window = 9, .payload = 1000
	};

	for (uint32_t i = 0; i < n; i++) {
		uint8_t frame[TCP_FRAME_MAX];
		uint32_t length;

		f.payload = i == n - 1 ? 500 : 1000;
		length = make_tcp(frame, &f);
		fake_arrive(&rig->kernel, vf, length);
		memcpy(rig->umem + fake_last(&rig->kernel.rx[vf])->address, frame, length);
		go_on(&f);
	}
}

static void test_segments_are_merged(void **state)
{
	struct fake_rig *rig = *state;

	rig->engine.forward.lro = true;
	arrive(rig, 0, 2);
	arrive_segments(rig, 0, 5);
	assert_int_equal(svf_forward_receive(&rig->engine.forward, 0), 7);
	assert_int_equal(rig->ports[0].sends, 2 + 1);
	assert_int_equal(rig->ports[0].taken, 7);
	assert_int_equal(rig->stats[0].rx_packets, 7);
	assert_int_equal(rig->stats[0].rx_bytes, rig->ports[0].taken_bytes);
	assert_int_equal(rig->stats[0].rx_merged, 4);
	expect_no_frame_in_hand(rig);

	rig->engine.forward.lro = false;
	arrive_segments(rig, 0, 5);
	assert_int_equal(svf_forward_receive(&rig->engine.forward, 0), 5);
	assert_int_equal(rig->ports[0].sends, 3 + 5);
	assert_int_equal(rig->stats[0].rx_merged, 4);
}

static void test_superframe_is_refused(void **state)
{
	struct fake_rig *rig = *state;

	rig->engine.forward.lro = true;
	rig->ports[0].accepts = 1;
	arrive(rig, 0, 1);
	arrive_segments(rig, 0, 5);
	arrive(rig, 0, 1);
	assert_int_equal(svf_forward_receive(&rig->engine.forward, 0), 7);
	assert_int_equal(rig->stats[0].rx_packets, 1);
	assert_int_equal(rig->stats[0].rx_merged, 0);
	assert_int_equal(rig->stats[0].rx_port_dropped, 6);
	expect_no_frame_in_hand(rig);
}

static void test_port_gone(void **state)
{
	struct fake_rig *rig = *state;
	uint32_t asked;
	uint64_t bytes;

	rig->ports[0].gone = true;
	rig->ports[0].waiting = 5;
	arrive(rig, 0, 2);
	assert_int_equal(svf_forward_receive(&rig->engine.forward, 0), 2);
	assert_true(rig->vfs[0].port_gone);
	assert_int_equal(rig->stats[0].rx_port_dropped, 2);
	assert_int_equal(svf_forward_transmit(&rig->engine.forward, 0, &asked, &bytes), 0);
	assert_int_equal(rig->engine.forward.n_gone, 1);
	expect_no_frame_in_hand(rig);
}

static void test_port_found_gone_by_transmit(void **state)
{
	struct fake_rig *rig = *state;
	uint32_t asked;
	uint64_t bytes;

	rig->ports[1].gone = true;
	assert_int_equal(svf_forward_transmit(&rig->engine.forward, 1, &asked, &bytes), 0);
	assert_true(rig->vfs[1].port_gone);
	assert_false(rig->vfs[0].port_gone);
	expect_no_frame_in_hand(rig);
}

static void test_transmit(void **state)
{
	struct fake_rig *rig = *state;
	uint32_t asked;
	uint64_t bytes;

	rig->ports[1].waiting = 5;
	rig->ports[1].length = 60;
	assert_int_equal(svf_forward_transmit(&rig->engine.forward, 1, &asked, &bytes), 5);
	assert_int_equal(asked, SVF_TRANSMIT_BATCH);
	assert_int_equal(bytes, 300);
	assert_int_equal(fifo_count(&rig->kernel.tx[1]), 5);
	expect_no_frame_in_hand(rig);

	assert_int_equal(svf_forward_kick(&rig->engine.forward, 1), 0);
	assert_int_equal(rig->kernel.kicks, 1);
	assert_int_equal(rig->stats[1].tx_packets, 0);
	assert_int_equal(svf_forward_complete(&rig->engine.forward), 5);
	assert_int_equal(rig->stats[1].tx_packets, 5);
	assert_int_equal(rig->stats[1].tx_bytes, 300);
	assert_int_equal(rig->stats[0].tx_packets, 0);
	expect_no_frame_in_hand(rig);
}

static void test_oversize(void **state)
{
	struct fake_rig *rig = *state;
	uint32_t asked;
	uint64_t bytes;

	rig->ports[0].waiting = 2;
	rig->ports[0].length = FAKE_FRAME_SIZE;
	assert_int_equal(svf_forward_transmit(&rig->engine.forward, 0, &asked, &bytes), 2);
	assert_int_equal(fifo_count(&rig->kernel.tx[0]), 2);
	assert_int_equal(rig->stats[0].tx_oversize, 0);

	rig->ports[0].waiting = 3;
	rig->ports[0].length = FAKE_FRAME_SIZE + 1;
	assert_int_equal(svf_forward_transmit(&rig->engine.forward, 0, &asked, &bytes), 3);
	assert_int_equal(fifo_count(&rig->kernel.tx[0]), 2);
	assert_int_equal(rig->stats[0].tx_oversize, 3);
	expect_no_frame_in_hand(rig);
}

static void test_transmit_is_bounded_by_ring(void **state)
{
	struct fake_rig *rig = *state;
	uint32_t asked, total = 0;
	uint64_t bytes;

	rig->kernel.holds = true;
	rig->ports[0].waiting = UINT32_MAX;
	do {
		int got = svf_forward_transmit(&rig->engine.forward, 0, &asked, &bytes);

		assert_true(got >= 0);
		total += (uint32_t)got;
		(void)svf_forward_kick(&rig->engine.forward, 0);
	} while (asked > 0);
	/* All sent by the kernel, none completed: the quota holds, not the TX ring's room. */
	assert_int_equal(fifo_count(&rig->kernel.tx[0]), 0);
	assert_int_equal(total, RING);
	assert_int_equal(svf_forward_transmit_room(&rig->engine.forward, 0), 0);
	assert_int_equal(svf_forward_transmit_room(&rig->engine.forward, 1), RING);
	expect_no_frame_in_hand(rig);
}

static void test_kick_sends_a_batch_a_call(void **state)
{
	struct fake_rig *rig = *state;
	uint32_t asked;
	uint64_t bytes;

	rig->ports[0].waiting = RING;
	(void)svf_forward_transmit(&rig->engine.forward, 0, &asked, &bytes);
	(void)svf_forward_transmit(&rig->engine.forward, 0, &asked, &bytes);
	assert_int_equal(svf_forward_kick(&rig->engine.forward, 0), 0);
	assert_int_equal(rig->kernel.kicks, RING / FAKE_KICK_BATCH);
}

static void test_kick_without_progress(void **state)
{
	static const int errors[] = { -EAGAIN, -EBUSY, -ENOBUFS, -ENETDOWN };
	struct fake_rig *rig = *state;
	uint32_t asked;
	uint64_t bytes;

	rig->ports[0].waiting = 3;
	(void)svf_forward_transmit(&rig->engine.forward, 0, &asked, &bytes);
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		rig->kernel.kicks = 0;
		rig->kernel.kick_error = errors[i];
		assert_int_equal(svf_forward_kick(&rig->engine.forward, 0), -EAGAIN);
		assert_int_equal(rig->kernel.kicks, 1); /* asked once, not again and again */
	}
	rig->kernel.kick_error = -ENXIO;
	assert_int_equal(svf_forward_kick(&rig->engine.forward, 0), -ENODEV);
}

static void test_complete_many(void **state)
{
	struct fake_rig *rig = *state;
	uint32_t asked;
	uint64_t bytes;

	for (uint32_t vf = 0; vf < 2; vf++) {
		rig->ports[vf].waiting = RING;
		(void)svf_forward_transmit(&rig->engine.forward, vf, &asked, &bytes);
		(void)svf_forward_transmit(&rig->engine.forward, vf, &asked, &bytes);
		(void)svf_forward_kick(&rig->engine.forward, vf);
	}
	assert_int_equal(svf_forward_complete(&rig->engine.forward), 2 * RING);
	assert_int_equal(rig->stats[0].tx_packets, RING);
	assert_int_equal(rig->stats[1].tx_packets, RING);
	expect_no_frame_in_hand(rig);
}

static void test_kernel_hands_a_frame_twice(void **state)
{
	struct fake_rig *rig = *state;

	arrive(rig, 0, 2);
	rig->kernel.rx[0].entries[1] = rig->kernel.rx[0].entries[0];
	assert_int_equal(svf_forward_receive(&rig->engine.forward, 0), -EINVAL);
	assert_non_null(rig->ledger.violation.what);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_receive),
		TEST(test_receive_from_empty_ring),
		TEST(test_port_takes_part),
		TEST(test_port_takes_nothing),
		TEST(test_segments_are_merged),
		TEST(test_superframe_is_refused),
		TEST(test_port_gone),
		TEST(test_port_found_gone_by_transmit),
		TEST(test_transmit),
		TEST(test_oversize),
		TEST(test_transmit_is_bounded_by_ring),
		TEST(test_kick_sends_a_batch_a_call),
		TEST(test_kick_without_progress),
		TEST(test_complete_many),
		TEST(test_kernel_hands_a_frame_twice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
