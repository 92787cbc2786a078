// SPDX-License-Identifier: GPL-2.0-only
/* TBF, HTB and the shaper: what they hold back, what they count, what a change keeps. */
#include <errno.h>
#include <linux/pkt_sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../../loader/names.h"
#include "../../loader/qdisc.h"
#include "../../loader/shaper.h"
#include "../../loader/tc.h"
#include "low_level.h"

#define FRAME_BYTES  1514
#define MANY	     400 /* frames: more than any queue of a slow rate holds */
#define VF	     5
#define CLASS_OF(vf) TC_H_MAKE(1U << 16, (vf) + 2)
#define TOTAL_MBIT   1000
#define FAST_MBIT    1000
#define PATIENCE_US  3000000

/* Frames with this skb->priority; what the qdisc refuses is an error of send(). */
static void send_frames(int ifindex, uint32_t priority, unsigned int count)
{
	uint8_t frame[FRAME_BYTES] = { 255, 255, 255, 255, 255, 255, 2, 0, 0, 0, 0, 1, 0x88, 0xb5 };
	int fd = open_capture(ifindex, ETH_P_ALL);
	int room = 8 << 20; /* or the socket, and not the qdisc, would be what is full */

	assert_return_code(setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &room, sizeof(room)), errno);
	assert_return_code(setsockopt(fd, SOL_SOCKET, SO_PRIORITY, &priority, sizeof(priority)),
			   errno);
	for (unsigned int i = 0; i < count; i++)
		(void)!send(fd, frame, sizeof(frame), 0);
	(void)close(fd);
}

static struct svf_link make_up_pair(struct svf_nl *nl)
{
	struct svf_link near = make_pair(nl, "n0", "n1");

	set_up(nl, near.peer_ifindex);
	set_up(nl, near.ifindex);
	return near;
}

static struct svf_qdisc_counts get_queue(struct svf_nl *nl, int ifindex, uint16_t minor)
{
	struct svf_qdisc_counts counts;

	assert_int_equal(svf_qdisc_get_queue(nl, ifindex, minor, &counts), 0);
	return counts;
}

static struct svf_shaper_counts get_counts(struct svf_nl *nl, const struct svf_policy *policy,
					   uint32_t vf)
{
	struct svf_shaper_counts counts;

	assert_int_equal(svf_shaper_get_counts(nl, policy, vf, &counts), 0);
	return counts;
}

static void tbf_holds_back_and_counts(void **state)
{
	struct svf_link near = make_up_pair(*state);
	uint64_t drops, backlog, later;

	assert_int_equal(svf_qdisc_get_counts(*state, near.ifindex, &drops, &backlog), 0);
	assert_int_equal(drops + backlog, 0);
	assert_int_equal(svf_qdisc_set_tbf(*state, "n0", near.ifindex, 1, 0, NULL), 0);
	send_frames(near.ifindex, 0, MANY);
	assert_int_equal(svf_qdisc_get_counts(*state, near.ifindex, &drops, &backlog), 0);
	assert_in_range(drops, MANY / 2, MANY - 10);
	assert_in_range(backlog, 10, MANY / 2);

	/* Another rate, and all that was counted and that waits stays. */
	assert_int_equal(svf_qdisc_set_tbf(*state, "n0", near.ifindex, 2, 20000, NULL), 0);
	assert_int_equal(svf_qdisc_get_counts(*state, near.ifindex, &later, &backlog), 0);
	assert_int_equal(later, drops);
	assert_true(backlog > 10);

	assert_int_equal(svf_qdisc_drain_tbf(*state, "n0", near.ifindex, &later), 0);
	assert_int_equal(later, drops);
	assert_int_equal(svf_qdisc_del_root(*state, "n0", near.ifindex, NULL), 0);
	assert_int_equal(svf_qdisc_del_root(*state, "n0", near.ifindex, NULL), 0);
	assert_int_equal(svf_qdisc_get_counts(*state, near.ifindex, &drops, &backlog), 0);
	assert_int_equal(drops + backlog, 0);
}

static void tbf_lets_pass_what_is_slow(void **state)
{
	struct svf_link near = make_up_pair(*state);
	int fd = open_capture(near.peer_ifindex, SENT_PROTOCOL);
	uint64_t drops, backlog;

	assert_int_equal(svf_qdisc_set_tbf(*state, "n0", near.ifindex, FAST_MBIT, 0, NULL), 0);
	send_frames(near.ifindex, 0, 20);
	assert_true(wait_frame(fd, PATIENCE_US / 1000));
	assert_int_equal(svf_qdisc_get_counts(*state, near.ifindex, &drops, &backlog), 0);
	assert_int_equal(drops, 0);
	(void)close(fd);
}

static void classes_are_found_by_priority(void **state)
{
	struct svf_link near = make_up_pair(*state);
	const struct svf_qdisc_class total = { 1, 0, TOTAL_MBIT, TOTAL_MBIT, 0 };
	struct svf_qdisc_class slow = { 2, 1, 0, 1, 0 }, fast = { 3, 1, 0, FAST_MBIT, 0 };
	struct svf_qdisc_counts counts, later;

	assert_int_equal(svf_qdisc_add_htb(*state, "n0", near.ifindex, NULL), 0);
	assert_int_equal(svf_qdisc_add_htb(*state, "n0", near.ifindex, NULL), 0);
	assert_int_equal(svf_qdisc_set_class(*state, "n0", near.ifindex, &total, NULL), 0);
	assert_int_equal(svf_qdisc_set_class(*state, "n0", near.ifindex, &slow, NULL), 0);
	assert_int_equal(svf_qdisc_set_queue(*state, "n0", near.ifindex, 2, 1, NULL), 0);
	assert_int_equal(svf_qdisc_set_class(*state, "n0", near.ifindex, &fast, NULL), 0);
	assert_int_equal(svf_qdisc_set_queue(*state, "n0", near.ifindex, 3, FAST_MBIT, NULL), 0);
	send_frames(near.ifindex, TC_H_MAKE(1U << 16, 2), MANY);
	send_frames(near.ifindex, TC_H_MAKE(1U << 16, 3), 50);
	counts = get_queue(*state, near.ifindex, 2);
	assert_in_range(counts.dropped, MANY / 2, MANY - 10);
	assert_in_range(counts.backlog, 10, MANY / 2);
	assert_int_equal(get_queue(*state, near.ifindex, 3).dropped, 0);

	slow.ceil_mbit = 2;
	assert_int_equal(svf_qdisc_set_class(*state, "n0", near.ifindex, &slow, NULL), 0);
	assert_int_equal(svf_qdisc_set_queue(*state, "n0", near.ifindex, 2, 2, NULL), 0);
	later = get_queue(*state, near.ifindex, 2);
	assert_int_equal(later.dropped, counts.dropped);
	assert_true(later.backlog > 10);

	assert_int_equal(svf_qdisc_del_class(*state, "n0", near.ifindex, 2, NULL), 0);
	assert_int_equal(svf_qdisc_del_class(*state, "n0", near.ifindex, 2, NULL), 0);
	assert_int_equal(get_queue(*state, near.ifindex, 2).dropped, 0);
	assert_int_equal(svf_qdisc_del_root(*state, "n0", near.ifindex, NULL), 0);
	assert_int_equal(svf_qdisc_del_class(*state, "n0", near.ifindex, 3, NULL), 0);
}

/* 1 Tbit/s does not fit into the 32 bits that rates had first. */
static void highest_rate_is_no_limit(void **state)
{
	struct svf_link near = make_up_pair(*state);
	const struct svf_qdisc_class total = { 1, 0, SVF_RATE_MAX, SVF_RATE_MAX, 0 };
	const struct svf_qdisc_class class = { 2, 1, 0, SVF_RATE_MAX, 0 };

	assert_int_equal(svf_qdisc_add_htb(*state, "n0", near.ifindex, NULL), 0);
	assert_int_equal(svf_qdisc_set_class(*state, "n0", near.ifindex, &total, NULL), 0);
	assert_int_equal(svf_qdisc_set_class(*state, "n0", near.ifindex, &class, NULL), 0);
	assert_int_equal(svf_qdisc_set_queue(*state, "n0", near.ifindex, 2, SVF_RATE_MAX, NULL), 0);
	send_frames(near.ifindex, TC_H_MAKE(1U << 16, 2), MANY);
	assert_int_equal(get_queue(*state, near.ifindex, 2).sent, MANY);
}

static void qdisc_of_a_netdev_that_is_gone(void **state)
{
	struct svf_errmsg err = {};
	uint64_t drops = 1, backlog = 1;

	assert_int_equal(svf_qdisc_get_counts(*state, 12345, &drops, &backlog), 0);
	assert_int_equal(drops + backlog, 0);
	assert_int_equal(svf_qdisc_set_tbf(*state, "n0", 12345, 1, 0, &err), -ENODEV);
	assert_non_null(strstr(err.text, "n0: cannot set qdisc tbf"));
}

/* --- the shaper --- */

struct setup {
	struct svf_sorter *sorter;
	struct svf_policy policy;
};

static struct setup make_shaper(struct svf_nl *nl)
{
	const struct svf_sorter_params params = { .pf_ifindex = 1, .queues = 1, .max_vfs = 8 };
	struct setup setup = {};

	assert_int_equal(svf_sorter_new(&setup.sorter, &params, NULL), 0);
	assert_int_equal(svf_shaper_new(nl, setup.sorter, "pf0", "pf0", &setup.policy, NULL), 0);
	return setup;
}

static void shaper_is_ours_and_mute(void **state)
{
	struct setup setup = make_shaper(*state);
	const uint32_t ends[] = { setup.policy.shaper_near, setup.policy.shaper_far };
	uint32_t prog_id;

	for (int i = 0; i < 2; i++) {
		struct svf_link link;
		uint32_t generation;
		unsigned int vf;

		assert_int_equal(svf_link_get(*state, SVF_NSID_SELF, (int)ends[i], &link, NULL), 0);
		assert_string_equal(link.name, i ? "pf0s1" : "pf0s0");
		assert_true(svf_alias_parse(link.alias, "pf0", &vf, &generation));
		assert_int_equal(vf, SVF_PF_ID);
		assert_true(link.flags & IFF_NOARP && svf_link_is_up(&link));
	}
	assert_int_equal(svf_tc_get(*state, "pf0s1", (int)ends[1], SVF_TC_INGRESS, &prog_id, NULL),
			 0);
	assert_int_not_equal(prog_id, 0);
	setup.sorter = svf_sorter_free(setup.sorter);
}

static uint64_t kept_losses(const struct svf_sorter *sorter, uint16_t vf)
{
	struct svf_losses losses;

	assert_int_equal(svf_sorter_get_losses(sorter, vf, SVF_DIRECTION_TX, &losses), 0);
	return losses.rate;
}

static void drops_of_a_class_outlive_it(void **state)
{
	struct setup setup = make_shaper(*state);
	const struct svf_shaper_rates slow = { .max = 1 }, host = { .min = 10 };
	const struct svf_policy *policy = &setup.policy;
	uint64_t dropped;

	assert_int_equal(get_counts(*state, policy, VF).dropped, 0);
	assert_int_equal(svf_shaper_set_total(*state, policy, TOTAL_MBIT, NULL), 0);
	assert_int_equal(svf_shaper_set_class(*state, policy, VF, &slow, TOTAL_MBIT, NULL), 0);
	assert_int_equal(svf_shaper_set_class(*state, policy, SVF_PF_ID, &host, TOTAL_MBIT, NULL),
			 0);
	send_frames((int)policy->shaper_near, CLASS_OF(VF), MANY);
	dropped = get_counts(*state, policy, VF).dropped;
	assert_in_range(dropped, MANY / 2, MANY - 10);
	assert_int_equal(get_counts(*state, policy, SVF_PF_ID).dropped, 0);

	/* What waited goes on its way, and is no loss. */
	assert_int_equal(svf_shaper_del_class(*state, setup.sorter, policy, VF, NULL), 0);
	assert_int_equal(kept_losses(setup.sorter, VF), dropped);
	assert_int_equal(svf_shaper_del_class(*state, setup.sorter, policy, VF, NULL), 0);
	assert_int_equal(kept_losses(setup.sorter, VF), dropped);
	assert_int_equal(get_counts(*state, policy, VF).dropped, 0);
	assert_int_equal(svf_shaper_del_class(*state, setup.sorter, policy, SVF_PF_ID, NULL), 0);
	assert_int_equal(svf_shaper_del_total(*state, policy, NULL), 0);
	assert_int_equal(svf_shaper_del_total(*state, policy, NULL), 0);
	setup.sorter = svf_sorter_free(setup.sorter);
}

size_t put_qdisc_tests(struct CMUnitTest *table)
{
	const struct CMUnitTest tests[] = {
		netns_test(tbf_holds_back_and_counts),	    netns_test(tbf_lets_pass_what_is_slow),
		netns_test(classes_are_found_by_priority),  netns_test(highest_rate_is_no_limit),
		netns_test(qdisc_of_a_netdev_that_is_gone), netns_test(shaper_is_ours_and_mute),
		netns_test(drops_of_a_class_outlive_it),
	};

	memcpy(table, tests, sizeof(tests));
	return ARRAY_SIZE(tests);
}
