// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where VF netdevs are: learnt from answers only. A question that failed (no memory, say) must not
 * make a VF look as if its netdev were gone: its multicast groups would go.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../../loader/watch.h"

#define VF	    1
#define REPRESENTOR 10
#define NETDEV	    20
#define NSID	    3

static int config_error, link_error;
static uint32_t generation;
static struct svf_link link_answer;

int __wrap_svf_sorter_get_vf(const struct svf_sorter *sorter, uint32_t vf,
			     struct svf_vf_config *ret_config);
int __wrap_svf_sorter_get_vf(const struct svf_sorter *sorter, uint32_t vf,
			     struct svf_vf_config *ret_config)
{
	(void)sorter;
	assert_int_equal(vf, VF);
	if (!config_error)
		*ret_config = (struct svf_vf_config){ .representor = REPRESENTOR,
						      .generation = generation };
	return config_error;
}

int __wrap_svf_link_get(struct svf_nl *nl, int nsid, int ifindex, struct svf_link *ret_link,
			struct svf_errmsg *err);
int __wrap_svf_link_get(struct svf_nl *nl, int nsid, int ifindex, struct svf_link *ret_link,
			struct svf_errmsg *err)
{
	(void)nl;
	(void)err;
	assert_int_equal(nsid, SVF_NSID_SELF);
	assert_int_equal(ifindex, REPRESENTOR);
	if (!link_error)
		*ret_link = link_answer;
	return link_error;
}

static int set_up(void **state)
{
	static struct svf_watch watch;
	struct svf_vf_config config;

	watch = (struct svf_watch){ .n_vfs = 3 };
	config_error = link_error = 0;
	link_answer = (struct svf_link){ .peer_ifindex = NETDEV, .peer_nsid = NSID };
	assert_int_equal(svf_watch_init(&watch), 0);
	assert_int_equal(svf_watch_locate(&watch, VF, &config), 0);
	*state = &watch;
	return 0;
}

static int tear_down(void **state)
{
	svf_watch_done(*state);
	return 0;
}

static void a_netdev_is_found_where_it_is(void **state)
{
	const struct svf_watch *watch = *state;

	assert_int_equal(svf_watch_find(watch, NSID, NETDEV), VF);
	assert_int_equal(svf_watch_find(watch, SVF_NSID_SELF, REPRESENTOR), VF);
	assert_int_equal(svf_watch_find(watch, SVF_NSID_SELF, NETDEV), -ENOENT);
	assert_int_equal(svf_watch_find(watch, NSID, REPRESENTOR), -ENOENT);
}

static void a_failed_question_is_no_news(void **state)
{
	struct svf_watch *watch = *state;
	struct svf_vf_config config;

	link_error = -ENOMEM;
	assert_int_equal(svf_watch_locate(watch, VF, &config), -ENOMEM);
	assert_int_equal(svf_watch_find(watch, NSID, NETDEV), VF);
	config_error = -EPERM;
	assert_int_equal(svf_watch_locate(watch, VF, &config), -EPERM);
	assert_int_equal(svf_watch_find(watch, NSID, NETDEV), VF);
}

static void what_is_gone_is_gone(void **state)
{
	struct svf_watch *watch = *state;
	struct svf_vf_config config;

	link_error = -ENODEV;
	assert_int_equal(svf_watch_locate(watch, VF, &config), -ENODEV);
	assert_int_equal(svf_watch_find(watch, NSID, NETDEV), -ENOENT);
	assert_int_equal(watch->vfs[VF].ifindex, 0);
	link_error = 0;
	assert_int_equal(svf_watch_locate(watch, VF, &config), 0);
	assert_int_equal(svf_watch_find(watch, NSID, NETDEV), VF);
	link_answer.peer_ifindex = 0;
	assert_int_equal(svf_watch_locate(watch, VF, &config), -ENODEV);
	assert_int_equal(watch->vfs[VF].ifindex, 0);
	config_error = -ENOENT;
	assert_int_equal(svf_watch_locate(watch, VF, &config), -ENODEV);
	assert_int_equal(watch->vfs[VF].representor, 0);
}

static void a_new_configuration_is_noticed_once(void **state)
{
	struct svf_watch *watch = *state;
	struct svf_vf_config config;

	assert_false(svf_watch_is_reconfigured(watch, VF));
	generation = 5;
	assert_true(svf_watch_is_reconfigured(watch, VF));
	assert_false(svf_watch_is_reconfigured(watch, VF));
	assert_int_equal(svf_watch_locate(watch, VF, &config), 0);
	assert_false(svf_watch_is_reconfigured(watch, VF));
	generation++;
	config_error = -EPERM;
	assert_false(svf_watch_is_reconfigured(watch, VF));
	config_error = 0;
	assert_true(svf_watch_is_reconfigured(watch, VF));
	generation = 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_netdev_is_found_where_it_is, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_failed_question_is_no_news, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_is_gone_is_gone, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_new_configuration_is_noticed_once, set_up,
						tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
