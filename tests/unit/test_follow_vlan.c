// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which VLAN netdevs become whose trunk, when, and what the log says of the others. The world (VFs,
 * namespaces, netdevs, `set`) is made up here; time is what the test says it is.
 */
#include <errno.h>
#include <linux/net_namespace.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <svf/log.h>

#include "../../loader/change.h"
#include "../../loader/clock.h"
#include "../../loader/follow_vlan.h"
#include "../../loader/netns.h"
#include "../../loader/vlan_list.h"

#define VFS	3
#define BUSY	(-EBUSY)
#define TRUST	(1U << SVF_TRUST_VLAN)
#define SELF_ID 77 /* what our namespace is called in answers */

struct netdev {
	int nsid; /* where it is */
	struct svf_vlan_netdev vlan;
};

static struct {
	int64_t now_ns;
	struct svf_watch watch;
	struct svf_watched_vf places[VFS]; /* where they are; ifindex 0: gone */
	struct svf_vf_config configs[VFS];
	struct netdev netdevs[16];
	unsigned int n_netdevs;
	int ids[4], self_id;
	unsigned int n_ids;
	int broken_nsid; /* cannot be read */
	int lock_error;
	unsigned int publications, looks;
	char log[1024];
} world;

/* --- what stands in for the world --- */

int __wrap_svf_sorter_get_vf(const struct svf_sorter *sorter, uint32_t vf,
			     struct svf_vf_config *ret_config);
int __wrap_svf_sorter_get_vf(const struct svf_sorter *sorter, uint32_t vf,
			     struct svf_vf_config *ret_config)
{
	(void)sorter;
	*ret_config = world.configs[vf];
	return 0;
}

int __wrap_svf_watch_locate(struct svf_watch *watch, unsigned int vf,
			    struct svf_vf_config *ret_config);
int __wrap_svf_watch_locate(struct svf_watch *watch, unsigned int vf,
			    struct svf_vf_config *ret_config)
{
	*ret_config = world.configs[vf];
	watch->vfs[vf] = world.places[vf];
	world.looks++;
	return watch->vfs[vf].ifindex ? 0 : -ENODEV;
}

int __wrap_svf_watch_lock(const struct svf_watch *watch, int *ret_fd);
int __wrap_svf_watch_lock(const struct svf_watch *watch, int *ret_fd)
{
	(void)watch;
	*ret_fd = -1;
	return world.lock_error;
}

int __wrap_svf_vlan_list(struct svf_nl *nl, int nsid, svf_vlan_cb cb, void *arg);
int __wrap_svf_vlan_list(struct svf_nl *nl, int nsid, svf_vlan_cb cb, void *arg)
{
	(void)nl;
	for (unsigned int i = 0; i < world.n_netdevs; i++)
		if (world.netdevs[i].nsid == nsid)
			cb(&world.netdevs[i].vlan, arg);
	return nsid == world.broken_nsid ? -EPERM : 0;
}

int __wrap_svf_netns_list_ids(struct svf_nl *nl, svf_netns_id_cb cb, void *arg);
int __wrap_svf_netns_list_ids(struct svf_nl *nl, svf_netns_id_cb cb, void *arg)
{
	(void)nl;
	for (unsigned int i = 0; i < world.n_ids; i++)
		cb(world.ids[i], arg);
	world.self_id = SELF_ID; /* had to be told */
	return 0;
}

int __wrap_svf_netns_nsid(struct svf_nl *nl, int netns_fd, int *ret_nsid);
int __wrap_svf_netns_nsid(struct svf_nl *nl, int netns_fd, int *ret_nsid)
{
	(void)nl;
	assert_true(netns_fd >= 0);
	*ret_nsid = world.self_id;
	return 0;
}

int __wrap_svf_change_set_registered(const struct svf_paths *paths, const char *pf, unsigned int vf,
				     const __u64 trunk[SVF_TRUNK_WORDS],
				     const __u64 trunk_8021ad[SVF_TRUNK_WORDS],
				     struct svf_errmsg *err);
int __wrap_svf_change_set_registered(const struct svf_paths *paths, const char *pf, unsigned int vf,
				     const __u64 trunk[SVF_TRUNK_WORDS],
				     const __u64 trunk_8021ad[SVF_TRUNK_WORDS],
				     struct svf_errmsg *err)
{
	struct svf_vf_config *config = &world.configs[vf];

	(void)paths;
	(void)err;
	assert_string_equal(pf, "eth0");
	memcpy(config->trunk, trunk, sizeof(config->trunk));
	memcpy(config->trunk_8021ad, trunk_8021ad, sizeof(config->trunk_8021ad));
	config->has_trunk = false;
	for (unsigned int i = 0; i < SVF_TRUNK_WORDS; i++)
		config->has_trunk |= trunk[i] || trunk_8021ad[i];
	config->registered = config->has_trunk;
	config->generation++;
	world.publications++;
	return 0;
}

void __wrap_svf_log(enum svf_log_level level, const char *fmt, ...);
void __wrap_svf_log(enum svf_log_level level, const char *fmt, ...)
{
	const size_t used = strlen(world.log);
	va_list args;

	if (level != SVF_LOG_WARNING)
		return;
	va_start(args, fmt);
	(void)vsnprintf(world.log + used, sizeof(world.log) - used, fmt, args);
	va_end(args);
}

/* --- the tests' words --- */

static int set_up(void **state)
{
	struct svf_vlan_follower *follower;

	memset(&world, 0, sizeof(world));
	world.now_ns = 1000 * SVF_NS_PER_S;
	world.broken_nsid = -2;
	world.self_id = NETNSA_NSID_NOT_ASSIGNED;
	world.watch = (struct svf_watch){ .pf = "eth0", .n_vfs = VFS };
	assert_int_equal(svf_watch_init(&world.watch), 0);
	for (int vf = 0; vf < VFS; vf++) /* 0 in a container, the others here */
		world.places[vf] = (struct svf_watched_vf){ .representor = 10 + vf,
							    .nsid = vf ? SVF_NSID_SELF : 3,
							    .ifindex = 20 + vf };
	assert_int_equal(svf_vlan_follower_new(&follower, &world.watch), 0);
	*state = follower;
	return 0;
}

static int tear_down(void **state)
{
	*state = svf_vlan_follower_free(*state);
	svf_watch_done(&world.watch);
	return 0;
}

static unsigned int add(int nsid, int lower, int lower_nsid, uint16_t proto, uint16_t vid)
{
	world.netdevs[world.n_netdevs] = (struct netdev){ nsid, { lower, lower_nsid, proto, vid } };
	return world.n_netdevs++;
}

static unsigned int add_to_vf0(uint16_t vid)
{
	return add(3, 20, SVF_NSID_SELF, ETH_P_8021Q, vid);
}

/* For so long, as the daemon does: at once, and when it was told to. */
static void run(struct svf_vlan_follower *follower, int64_t ms)
{
	const int64_t end_ns = world.now_ns + ms * SVF_NS_PER_MS;

	for (int i = 0; world.now_ns < end_ns; i++) {
		int64_t next_ns = svf_vlan_follower_run(follower, world.now_ns);

		assert_true(i < 100000);
		if (next_ns < world.now_ns)
			next_ns = world.now_ns;
		world.now_ns = next_ns + SVF_NS_PER_MS / 10 < end_ns ? next_ns + SVF_NS_PER_MS / 10
								     : end_ns;
	}
}

static bool has(unsigned int vf, uint16_t vlan)
{
	return svf_trunk_has(&world.configs[vf], vlan);
}

/* --- who registers --- */

static void a_trusted_vf_registers(void **state)
{
	world.configs[0].trust = TRUST;
	add_to_vf0(100);
	add(3, 20, SVF_NSID_SELF, ETH_P_8021AD, 7);
	add(3, 99, SVF_NSID_SELF, ETH_P_8021Q, 200); /* over another netdev there */
	add(4, 20, SVF_NSID_SELF, ETH_P_8021Q, 201); /* in another namespace */
	run(*state, 10);
	assert_true(has(0, 100));
	assert_true(has(0, SVF_VLAN_8021AD | 7));
	assert_false(has(0, SVF_VLAN_8021AD | 100) || has(0, 7) || has(0, 200) || has(0, 201));
	assert_int_equal(world.configs[0].registered, 1);
	run(*state, 5000);
	assert_int_equal(world.publications, 1);
	assert_string_equal(world.log, "");
}

static void what_is_deleted_ends(void **state)
{
	unsigned int row;

	world.configs[0].trust = TRUST;
	add_to_vf0(100);
	row = add_to_vf0(101);
	run(*state, 10);
	assert_true(has(0, 100) && has(0, 101));
	world.netdevs[row].nsid = -2;
	svf_vlan_follower_mark(*state, 0);
	run(*state, 10);
	assert_true(has(0, 100));
	assert_false(has(0, 101));
	world.netdevs[0].nsid = -2; /* and nobody tells */
	run(*state, 1500);
	assert_int_equal(world.configs[0].registered, 0);
	assert_int_equal(world.configs[0].has_trunk, 0);
}

static void others_register_nothing(void **state)
{
	world.configs[0].trust = SVF_TRUST_ALL & ~TRUST;
	world.configs[1] = (struct svf_vf_config){ .trust = TRUST, .vlan = 30 };
	world.configs[2] = (struct svf_vf_config){ .trust = TRUST, .has_trunk = 1 };
	world.configs[2].trunk[0] = 1ULL << 40;
	add_to_vf0(100);
	add(SVF_NSID_SELF, 21, SVF_NSID_SELF, ETH_P_8021Q, 101);
	add(SVF_NSID_SELF, 22, SVF_NSID_SELF, ETH_P_8021Q, 102);
	run(*state, 1500);
	assert_int_equal(world.publications, 0);
	assert_true(has(2, 40));
	assert_false(has(2, 102));
}

static void trust_that_is_taken_ends_it(void **state)
{
	world.configs[0].trust = TRUST;
	add_to_vf0(100);
	run(*state, 10);
	assert_true(has(0, 100));
	world.configs[0].trust = 0;
	svf_vlan_follower_mark(*state, 0);
	run(*state, 30);
	assert_false(has(0, 100));
	assert_int_equal(world.configs[0].registered, 0);
	world.configs[0].trust = TRUST;
	svf_vlan_follower_mark(*state, 0);
	run(*state, 30);
	assert_true(has(0, 100));
}

/* What a former daemon has left is not written again, or is put right. */
static void a_new_daemon_goes_on(void **state)
{
	for (int vf = 1; vf < VFS; vf++) {
		world.configs[vf] = (struct svf_vf_config){ .trust = TRUST };
		world.configs[vf].has_trunk = world.configs[vf].registered = 1;
		world.configs[vf].trunk[0] = 1ULL << 40;
	}
	add(SVF_NSID_SELF, 21, SVF_NSID_SELF, ETH_P_8021Q, 40);
	run(*state, 1500);
	assert_int_equal(world.publications, 1);
	assert_true(has(1, 40));
	assert_false(has(2, 40));
	assert_int_equal(world.configs[1].generation, 0);
}

static void what_cannot_be_read_keeps_none(void **state)
{
	world.configs[0].trust = TRUST;
	add_to_vf0(100);
	run(*state, 10);
	assert_true(has(0, 100));
	world.broken_nsid = 3;
	svf_vlan_follower_mark(*state, 0);
	run(*state, 10);
	assert_false(has(0, 100));
	world.broken_nsid = -2;
	run(*state, 1500);
	assert_true(has(0, 100));
}

static void a_vf_that_is_gone_is_left_alone(void **state)
{
	world.configs[0].trust = TRUST;
	add_to_vf0(100);
	run(*state, 10);
	world.places[0].ifindex = 0;
	svf_vlan_follower_mark(*state, 0);
	run(*state, 3000);
	assert_int_equal(world.publications, 1);
}

/* --- netdevs that were moved on --- */

static void a_netdev_moved_on_is_followed(void **state)
{
	world.configs[1].trust = TRUST;
	world.ids[0] = 3;
	world.ids[1] = SELF_ID;
	world.n_ids = 2;
	add(3, 21, SELF_ID, ETH_P_8021Q, 100);
	add(3, 21, SVF_NSID_SELF, ETH_P_8021Q, 101); /* over a netdev in 3 with that number */
	add(3, 21, 5, ETH_P_8021Q, 102);	     /* over one in 5 */
	run(*state, 10);
	assert_true(has(1, 100));
	assert_false(has(1, 101) || has(1, 102));
	world.netdevs[0].nsid = -2;
	svf_vlan_follower_mark_strays(*state);
	run(*state, 10);
	assert_false(has(1, 100));
}

/* It could not be followed where no VF of ours is looked at. */
static void not_if_the_vf_is_in_a_container(void **state)
{
	world.configs[0].trust = world.configs[1].trust = TRUST;
	world.ids[0] = 3;
	world.ids[1] = 4;
	world.n_ids = 2;
	add(4, 20, 3, ETH_P_8021Q, 100);
	run(*state, 1500);
	assert_int_equal(world.publications, 0);
}

/* --- limits --- */

static void a_loop_is_followed_at_a_pace(void **state)
{
	unsigned int row, before;

	world.configs[0].trust = TRUST;
	row = add_to_vf0(1);
	for (uint16_t i = 0; i < 1000; i++) {
		world.netdevs[row].vlan.vid = 1 + i;
		svf_vlan_follower_mark(*state, 0);
		run(*state, 10);
	}
	assert_in_range(world.publications, 20, 40); /* 10 s: 8 at once, 2 a second */
	run(*state, 1000);
	assert_true(has(0, 1000));
	assert_false(has(0, 999));
	before = world.publications;
	run(*state, 5000);
	assert_int_equal(world.publications, before);
}

static void who_has_the_lock_is_waited_for(void **state)
{
	world.configs[0].trust = TRUST;
	world.lock_error = BUSY;
	add_to_vf0(100);
	run(*state, 500);
	assert_int_equal(world.publications, 0);
	world.lock_error = 0;
	run(*state, 30);
	assert_true(has(0, 100));
}

static void an_idle_world_is_left_alone(void **state)
{
	run(*state, 10);
	world.looks = 0;
	run(*state, 10000);
	assert_in_range(world.looks, 1, 10 * VFS);
}

/* --- the log --- */

static void the_log_tells_once(void **state)
{
	add_to_vf0(100);
	add_to_vf0(200);
	run(*state, 10);
	assert_string_equal(world.log,
			    "eth0: vf 0: has VLAN netdevs (100,200) that it may not use: "
			    "`set eth0 vf 0 trust vlan`, or `trunk add 100,200`");
	world.log[0] = '\0';
	for (int i = 0; i < 20; i++) {
		world.netdevs[0].vlan.vid++;
		svf_vlan_follower_mark(*state, 0);
		run(*state, 200);
	}
	assert_string_equal(world.log, "");
	run(*state, 60 * 1000);
	assert_string_equal(world.log,
			    "eth0: vf 0: has VLAN netdevs (120,200) that it may not use: "
			    "`set eth0 vf 0 trust vlan`, or `trunk add 120,200`");
	world.log[0] = '\0';
	run(*state, 200 * 1000);
	assert_string_equal(world.log, "");
}

static void the_log_tells_the_remedy(void **state)
{
	world.configs[0].trust = 1U << SVF_TRUST_MAC | 1U << SVF_TRUST_ALLMULTI;
	world.configs[1] = (struct svf_vf_config){ .vlan = 30, .vlan_proto = ETH_P_8021Q };
	world.configs[2] = (struct svf_vf_config){ .trust = TRUST, .has_trunk = 1 };
	world.configs[2].trunk[0] = 1ULL << 40;
	add_to_vf0(100);
	add(SVF_NSID_SELF, 21, SVF_NSID_SELF, ETH_P_8021Q, 101);
	add(SVF_NSID_SELF, 22, SVF_NSID_SELF, ETH_P_8021Q, 40);
	add(SVF_NSID_SELF, 22, SVF_NSID_SELF, ETH_P_8021AD, 40);
	run(*state, 10);
	assert_string_equal(world.log,
			    "eth0: vf 0: has VLAN netdevs (100) that it may not use: "
			    "`set eth0 vf 0 trust mac,allmulti,vlan`, or `trunk add 100`"
			    "eth0: vf 1: has VLAN netdevs (101) that it may not use with a "
			    "vlan or qos: `set eth0 vf 1 vlan 0` first"
			    "eth0: vf 2: has VLAN netdevs (40 proto 802.1ad) that it may not use: "
			    "`set eth0 vf 2 trunk add 40 proto 802.1ad`");
}

static void tags_inside_a_provider_vlan_are_the_tenants(void **state)
{
	world.configs[0] = (struct svf_vf_config){ .vlan = 30, .vlan_proto = ETH_P_8021AD };
	add_to_vf0(100);
	run(*state, 10);
	assert_string_equal(world.log, "");
	add(3, 20, SVF_NSID_SELF, ETH_P_8021AD, 8);
	svf_vlan_follower_mark(*state, 0);
	run(*state, 10);
	assert_non_null(strstr(world.log, "(8 proto 802.1ad)"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_trusted_vf_registers),
		TEST(what_is_deleted_ends),
		TEST(others_register_nothing),
		TEST(trust_that_is_taken_ends_it),
		TEST(a_new_daemon_goes_on),
		TEST(what_cannot_be_read_keeps_none),
		TEST(a_vf_that_is_gone_is_left_alone),
		TEST(a_netdev_moved_on_is_followed),
		TEST(not_if_the_vf_is_in_a_container),
		TEST(a_loop_is_followed_at_a_pace),
		TEST(who_has_the_lock_is_waited_for),
		TEST(an_idle_world_is_left_alone),
		TEST(the_log_tells_once),
		TEST(the_log_tells_the_remedy),
		TEST(tags_inside_a_provider_vlan_are_the_tenants),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
