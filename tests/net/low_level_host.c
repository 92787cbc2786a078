// SPDX-License-Identifier: GPL-2.0-only
/* What surrounds the VFs: namespace names, a PF's filters and features, ring ports, bpffs. */
#include <bpf/bpf.h>
#include <errno.h>
#include <net/if_arp.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "../../loader/bpffs.h"
#include "../../loader/ethtool.h"
#include "../../loader/ids.h"
#include "../../loader/netns.h"
#include "../../loader/ringport.h"
#include "low_level.h"

static const uint8_t far_mac[ETH_ALEN] = { 2, 0, 0, 0, 0, 2 };

/* On a tmpfs in place of /run, in our own mount namespace. */
static void namespace_has_a_name(void **state)
{
	struct svf_link near = make_pair(*state, "pf0", "wire");
	char name[SVF_NETNS_NAME_MAX], id[SVF_PF_IDENTITY_MAX], wanted[64];
	uint64_t inode;
	FILE *file;

	assert_return_code(mount("run", "/run", "tmpfs", 0, NULL), errno);
	assert_int_equal(svf_netns_inode(&inode), 0);
	assert_false(svf_netns_is_initial());
	assert_int_equal(svf_netns_name(inode, name), -ENOENT);
	(void)snprintf(wanted, sizeof(wanted), "pf0@%lu", (unsigned long)inode);
	assert_int_equal(svf_pf_identity(id, &near, NULL), 0);
	assert_string_equal(id, wanted);

	assert_return_code(mkdir("/run/netns", 0755), errno);
	file = fopen("/run/netns/blue", "w");
	assert_non_null(file);
	(void)fclose(file);
	assert_int_equal(svf_netns_name(inode, name), -ENOENT);
	assert_return_code(mount("/proc/self/ns/net", "/run/netns/blue", NULL, MS_BIND, NULL),
			   errno);
	assert_int_equal(svf_netns_name(inode, name), 0);
	assert_string_equal(name, "blue");
	assert_int_equal(svf_pf_identity(id, &near, NULL), 0);
	assert_string_equal(id, "pf0@blue");
	(void)umount("/run/netns/blue");
	(void)umount("/run");
}

/* --- filters and features of a PF --- */

static void filters_are_counted(void **state)
{
	struct svf_link near = make_pair(*state, "n0", "f0");
	struct svf_errmsg err = {};

	assert_int_equal(svf_link_add_filter(*state, near.ifindex, far_mac, NULL), 0);
	assert_int_equal(svf_link_add_filter(*state, near.ifindex, far_mac, &err), -EEXIST);
	assert_string_equal(err.text,
			    "n0: cannot add address filter 02:00:00:00:00:02: File exists");
	assert_int_equal(svf_link_del_filter(*state, near.ifindex, far_mac, NULL), 0);
	assert_int_equal(svf_link_del_filter(*state, near.ifindex, far_mac, NULL), -ENOENT);
	assert_int_equal(svf_link_del_filter(*state, 12345, far_mac, NULL), -ENODEV);
}

static void features(void **state)
{
	const char *feature = "tx-tcp-segmentation";
	enum svf_feature_state feature_state;
	struct svf_errmsg err = {};
	char driver[32];

	(void)make_pair(*state, "n0", "f0");
	for (int on = 0; on < 2; on++) {
		assert_int_equal(svf_ethtool_set_feature("n0", feature, on, NULL), 0);
		assert_int_equal(svf_ethtool_get_feature("n0", feature, &feature_state, NULL), 0);
		assert_int_equal(feature_state, on ? SVF_FEATURE_ON : SVF_FEATURE_OFF);
	}
	assert_int_equal(svf_ethtool_get_feature("n0", "rx-telepathy", &feature_state, NULL), 0);
	assert_int_equal(feature_state, SVF_FEATURE_ABSENT);
	assert_int_equal(svf_ethtool_set_feature("n0", "rx-telepathy", false, NULL), 0);
	assert_int_equal(svf_ethtool_get_feature("n0", "rx-fcs", &feature_state, NULL), 0);
	assert_int_equal(feature_state, SVF_FEATURE_OFF_FIXED);
	assert_int_equal(svf_ethtool_set_feature("n0", "rx-fcs", true, &err), -EOPNOTSUPP);
	assert_string_equal(err.text, "n0: cannot switch rx-fcs on: Operation not supported");
	assert_int_equal(svf_ethtool_get_driver("n0", driver, NULL), 0);
	assert_string_equal(driver, "veth");
	assert_int_equal(svf_ethtool_get_driver("n9", driver, NULL), -ENODEV);
}

static void speed(void **state)
{
	uint32_t mbit = 1;

	(void)make_pair(*state, "n0", "n1");
	assert_int_equal(svf_ethtool_get_speed("n0", &mbit, NULL), 0);
	assert_int_equal(mbit, 10000); /* what every veth says */
	assert_int_equal(svf_ethtool_get_speed("lo", &mbit, NULL), 0);
	assert_int_equal(mbit, 0);
	assert_int_equal(svf_ethtool_get_speed("n9", &mbit, NULL), -ENODEV);
}

static void channels(void **state)
{
	struct svf_link_pair_spec spec = { .near_name = "n0", .far_name = "f0", .queues = 4 };
	struct svf_channels were, are;

	assert_int_equal(svf_link_add_pair(*state, &spec, NULL), 0);
	assert_int_equal(svf_ethtool_get_channels("n0", &were, NULL), 0);
	assert_int_equal(were.max_rx, 4);
	are = were;
	are.rx = 2;
	assert_int_equal(svf_ethtool_set_channels("n0", &are, NULL), 0);
	assert_int_equal(svf_ethtool_get_channels("n0", &are, NULL), 0);
	assert_int_equal(are.rx, 2);
	assert_int_equal(are.tx, were.tx);
	are.rx = 5;
	assert_true(svf_ethtool_set_channels("n0", &are, NULL) < 0);
}

/* --- ring ports --- */

static void ring_ports(void **state)
{
	struct svf_errmsg err = {};
	struct svf_link link;
	int ifindex = 0, other = 0;

	assert_int_equal(svf_ringport_new(*state, "pf0q0", "ours", 1, &ifindex, NULL), 0);
	assert_int_equal(svf_link_get(*state, SVF_NSID_SELF, ifindex, &link, NULL), 0);
	assert_string_equal(link.name, "pf0q0");
	assert_string_equal(link.kind, "tun");
	assert_string_equal(link.alias, "ours");
	assert_int_equal(link.type, ARPHRD_ETHER);
	assert_int_equal(link.rx_queues, 1);
	assert_false(link.flags & IFF_UP);
	assert_int_equal(svf_link_mute(*state, &link, NULL), 0);
	assert_int_equal(svf_ringport_new(*state, "pf0q0", "ours", 1, &other, &err), -EBUSY);
	assert_string_equal(err.text, "pf0q0: cannot create tap: the name is taken");
	assert_int_equal(other, 0);

	assert_int_equal(svf_ringport_new(*state, "pf0q1", "ours", 2, &other, NULL), 0);
	assert_int_equal(svf_link_get(*state, SVF_NSID_SELF, other, &link, NULL), 0);
	assert_true(link.rx_queues >= 2);
	assert_int_equal(svf_link_del(*state, ifindex, NULL), 0);
	assert_int_equal(svf_link_del(*state, other, NULL), 0);
}

/* --- bpffs --- */

static void pins_go_with_their_directory(void **state)
{
	int map = bpf_map_create(BPF_MAP_TYPE_ARRAY, "svf_test", 4, 4, 1, NULL);
	char path[64];

	(void)state;
	assert_true(map >= 0);
	(void)mount("none", "/sys", "sysfs", 0, NULL); /* one without bpffs, ours alone */
	assert_int_equal(svf_bpffs_ensure(NULL), 0);
	assert_int_equal(svf_bpffs_ensure(NULL), 0);
	assert_int_equal(svf_bpffs_mkdirs("/sys/fs/bpf/svf/pf0/progs"), 0);
	assert_int_equal(svf_bpffs_mkdirs("/sys/fs/bpf/svf/pf0/progs"), 0);
	for (int i = 0; i < 64; i++) {
		(void)snprintf(path, sizeof(path), "/sys/fs/bpf/svf/pf0/%sm%d",
			       i % 2 ? "progs/" : "", i);
		assert_int_equal(bpf_obj_pin(map, path), 0);
	}
	assert_return_code(symlink("/sys/fs/bpf", "/sys/fs/bpf/svf/pf0/link"), errno);
	assert_int_equal(svf_bpffs_remove_tree("/sys/fs/bpf/svf/pf0"), 0);
	assert_int_equal(access("/sys/fs/bpf/svf/pf0", F_OK), -1);
	assert_int_equal(access("/sys/fs/bpf/svf", F_OK), 0);
	assert_int_equal(svf_bpffs_remove_tree("/sys/fs/bpf/svf/pf0"), 0);
	assert_int_equal(svf_bpffs_remove_tree("/tmp"), -EINVAL);
	(void)umount2("/sys", MNT_DETACH);
	(void)close(map);
}

static void hidden_bpffs_is_told(void **state)
{
	struct svf_errmsg err = {};

	(void)state;
	assert_return_code(mount("run", "/run", "tmpfs", 0, NULL), errno);
	assert_return_code(mkdir("/run/netns", 0755), errno);
	assert_return_code(mkdir("/run/netns/blue", 0755), errno);
	assert_return_code(mount("blue", "/sys", "sysfs", 0, NULL), errno);
	assert_int_equal(svf_bpffs_ensure(&err), -EBUSY);
	assert_non_null(strstr(err.text, "nsenter --net=/run/netns/blue"));
	assert_int_equal(svf_errmsg_exit(&err, -EBUSY), SVF_EXIT_REFUSED);
	(void)umount2("/sys", MNT_DETACH);
	(void)umount("/run");
}

size_t put_host_tests(struct CMUnitTest *table)
{
	const struct CMUnitTest tests[] = {
		netns_test(namespace_has_a_name),
		netns_test(filters_are_counted),
		netns_test(features),
		netns_test(speed),
		netns_test(channels),
		netns_test(ring_ports),
		netns_test(pins_go_with_their_directory),
		netns_test(hidden_bpffs_is_told),
	};

	memcpy(table, tests, sizeof(tests));
	return ARRAY_SIZE(tests);
}
