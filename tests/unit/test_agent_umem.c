// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sizing: the promise on memory, and the inequality that keeps VFs from starving each other.
 */
#include "agent_fake.h"

#define MIB	 (1024UL * 1024)
#define RING	 512 /* the defaults */
#define FRAME	 2048
#define RING_4K	 256
#define FRAME_4K 4096
#define DESC	 16 /* bytes of an RX or TX descriptor */

static bool is_power_of_two(uint32_t n)
{
	return n && !(n & (n - 1));
}

static size_t total_bytes(const struct svf_umem_plan *plan, uint32_t vfs, uint32_t ring)
{
	return plan->bytes + 8UL * (plan->fill_size + plan->completion_size) +
	       DESC * vfs * (ring + plan->rx_ring_size);
}

static void check_plan(uint32_t vfs, uint32_t ring, uint32_t frame, size_t limit)
{
	struct svf_umem_plan plan;

	svf_umem_plan(&plan, vfs, ring, frame);
	assert_true(is_power_of_two(plan.fill_size));
	assert_true(is_power_of_two(plan.completion_size));
	assert_true(is_power_of_two(plan.rx_ring_size));
	assert_true(plan.rx_ring_size >= ring && plan.rx_ring_size <= 4 * ring);
	assert_true(plan.frames >= vfs * plan.rx_ring_size + plan.fill_size + vfs * ring +
					   plan.completion_size + SVF_RECEIVE_BATCH);
	/* Receiving can never take what the transmit quotas promise. */
	assert_true(plan.frames - plan.receive_quota >= vfs * ring + SVF_RECEIVE_BATCH);
	assert_int_equal(plan.bytes, (size_t)plan.frames * frame);
	if (limit)
		assert_true(total_bytes(&plan, vfs, ring) < limit);
}

static void test_eight_vfs(void **state)
{
	(void)state;
	check_plan(8, RING, FRAME, 64 * MIB);
	check_plan(8, RING_4K, FRAME_4K, 64 * MIB);
}

static void test_few_vfs_have_longer_rx_rings(void **state)
{
	static const struct {
		uint32_t vfs, ring, rx_ring;
	} rows[] = {
		{ 1, 512, 2048 }, { 8, 512, 2048 },  { 9, 512, 1024 },	 { 16, 512, 1024 },
		{ 17, 512, 512 }, { 256, 512, 512 }, { 1, 4096, 16384 }, { 256, 4096, 4096 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct svf_umem_plan plan;

		svf_umem_plan(&plan, rows[i].vfs, rows[i].ring, FRAME);
		assert_int_equal(plan.rx_ring_size, rows[i].rx_ring);
	}
}

static void test_256_vfs(void **state)
{
	(void)state;
	check_plan(256, RING, FRAME, 1024 * MIB);
	check_plan(256, RING_4K, FRAME_4K, 1024 * MIB);
}

static void test_all_sizes(void **state)
{
	(void)state;
	for (uint32_t vfs = 1; vfs <= 256; vfs++) {
		for (uint32_t ring = 64; ring <= 4096; ring *= 2)
			check_plan(vfs, ring, FRAME, 0);
	}
}

static void test_memory(void **state)
{
	struct svf_umem_plan plan;
	uint8_t *umem;

	(void)state;
	svf_umem_plan(&plan, 1, RING, FRAME);
	assert_int_equal(svf_umem_new(&plan, &umem), 0);
	umem[0] = 1;
	umem[plan.bytes - 1] = 1;
	svf_umem_free(umem, &plan);
	svf_umem_free(NULL, &plan);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_eight_vfs),
		cmocka_unit_test(test_few_vfs_have_longer_rx_rings),
		cmocka_unit_test(test_256_vfs),
		cmocka_unit_test(test_all_sizes),
		cmocka_unit_test(test_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
