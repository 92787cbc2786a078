// SPDX-License-Identifier: GPL-2.0-only
/* Netdevs: pairs, changes, deletion by group, silence, VFs in other namespaces. */
#include <errno.h>
#include <fcntl.h>
#include <net/if_arp.h>
#include <linux/if_link.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "low_level.h"

#define GROUP	4711
#define N_PAIRS 256

static const uint8_t near_mac[ETH_ALEN] = { 2, 0, 0, 0, 0, 1 };
static const uint8_t far_mac[ETH_ALEN] = { 2, 0, 0, 0, 0, 2 };

/* --- pairs --- */

static void pair_is_as_asked(void **state)
{
	struct svf_link_pair_spec spec = {
		.near_name = "pf0r3",
		.far_name = "pf0v3",
		.near_alias = "svf:pf0:3:1",
		.far_alias = "svf:pf0:3:1",
		.near_mac = near_mac,
		.far_mac = far_mac,
		.mtu = 2000,
		.group = GROUP,
		.queues = 3,
	};
	struct svf_link near, far;

	assert_int_equal(svf_link_add_pair(*state, &spec, NULL), 0);
	assert_int_equal(svf_link_get_by_name(*state, "pf0r3", &near, NULL), 0);
	assert_int_equal(svf_link_get(*state, SVF_NSID_SELF, near.peer_ifindex, &far, NULL), 0);
	assert_string_equal(far.name, "pf0v3");
	assert_int_equal(far.peer_ifindex, near.ifindex);
	assert_int_equal(far.peer_nsid, SVF_NSID_SELF);
	assert_memory_equal(near.mac, near_mac, ETH_ALEN);
	assert_memory_equal(far.mac, far_mac, ETH_ALEN);
	assert_int_equal(near.flags & (IFF_UP | IFF_NOARP), IFF_NOARP);
	assert_int_equal(far.flags & (IFF_UP | IFF_NOARP), 0);
	for (int i = 0; i < 2; i++) {
		const struct svf_link *link = i ? &far : &near;

		assert_string_equal(link->kind, "veth");
		assert_string_equal(link->alias, "svf:pf0:3:1");
		assert_int_equal(link->type, ARPHRD_ETHER);
		assert_int_equal(link->mtu, 2000);
		assert_int_equal(link->group, GROUP);
		assert_int_equal(link->rx_queues, 3);
		assert_int_equal(link->xdp_prog_id, 0);
		assert_int_equal(link->master_ifindex, 0);
	}
}

static int count_link(const struct svf_link *link, void *arg)
{
	(void)link;
	return ++*(int *)arg == 3 ? -ECANCELED : 0;
}

static int count_all(const struct svf_link *link, void *arg)
{
	(void)link;
	++*(int *)arg;
	return 0;
}

static void taken_name_leaves_nothing(void **state)
{
	struct svf_link_pair_spec spec = { .near_name = "n1", .far_name = "f0", .queues = 1 };
	struct svf_errmsg err = {};
	struct svf_link link;
	int before = 0, after = 0;

	(void)make_pair(*state, "n0", "f0");
	(void)svf_link_list(*state, count_all, &before, NULL);
	assert_int_equal(svf_link_add_pair(*state, &spec, &err), -EEXIST);
	assert_memory_equal(err.text, "n1 and f0: cannot create veth pair: ", 36);
	assert_int_equal(svf_link_get_by_name(*state, "n1", &link, NULL), -ENODEV);
	(void)svf_link_list(*state, count_all, &after, NULL);
	assert_int_equal(before, after);
}

static void small_mtu_has_no_ipv6(void **state)
{
	struct svf_link_pair_spec spec = {
		.near_name = "n0", .far_name = "f0", .mtu = 1000, .queues = 1
	};
	struct svf_link link;

	assert_int_equal(svf_link_add_pair(*state, &spec, NULL), 0);
	assert_int_equal(svf_link_get_by_name(*state, "n0", &link, NULL), 0);
	assert_int_equal(svf_link_mute(*state, &link, NULL), 0);
}

static void names_and_walks(void **state)
{
	const char *altname = "a-very-long-name-that-is-an-altname";
	struct svf_link near = make_pair(*state, "n0", "f0"), link;
	struct svf_errmsg err = {};
	int count = 0;

	assert_int_equal(svf_link_add_altname(*state, near.ifindex, altname, NULL), 0);
	assert_int_equal(svf_link_get_by_name(*state, altname, &link, NULL), 0);
	assert_int_equal(link.ifindex, near.ifindex);
	assert_string_equal(link.name, "n0");
	assert_int_equal(svf_link_add_altname(*state, near.ifindex, altname, &err), -EEXIST);
	assert_memory_equal(err.text, "n0: cannot add altname: ", 24);

	err = (struct svf_errmsg){};
	assert_int_equal(svf_link_get_by_name(*state, "n1", &link, &err), -ENODEV);
	assert_string_equal(err.text, "n1: no such netdev");
	assert_int_equal(svf_link_list(*state, count_link, &count, NULL), -ECANCELED);
	assert_int_equal(count, 3); /* lo and the pair */
}

static void changes(void **state)
{
	struct svf_link near = make_pair(*state, "n0", "f0");
	struct svf_errmsg err = {};

	assert_int_equal(svf_link_set_alias(*state, near.ifindex, "svf:pf0:0:2", NULL), 0);
	assert_int_equal(svf_link_set_group(*state, near.ifindex, GROUP, NULL), 0);
	assert_int_equal(svf_link_set_mtu(*state, SVF_NSID_SELF, near.ifindex, 3000, NULL), 0);
	assert_int_equal(svf_link_set_txqlen(*state, near.ifindex, 64, NULL), 0);
	assert_int_equal(svf_link_set_mac(*state, SVF_NSID_SELF, near.ifindex, near_mac, NULL), 0);
	set_up(*state, near.ifindex);
	assert_int_equal(svf_link_get(*state, SVF_NSID_SELF, near.ifindex, &near, NULL), 0);
	assert_string_equal(near.alias, "svf:pf0:0:2");
	assert_int_equal(near.group, GROUP);
	assert_int_equal(near.mtu, 3000);
	assert_memory_equal(near.mac, near_mac, ETH_ALEN);
	assert_true(near.flags & IFF_UP);
	assert_false(near.carrier);

	/* The kernel's own words. */
	assert_int_equal(svf_link_set_mtu(*state, SVF_NSID_SELF, near.ifindex, 70000, &err),
			 -EINVAL);
	assert_string_equal(err.text, "n0: cannot set MTU: mtu greater than device maximum");
	err = (struct svf_errmsg){};
	assert_int_equal(svf_link_set_mtu(*state, SVF_NSID_SELF, 12345, 1500, &err), -ENODEV);
	assert_memory_equal(err.text, "netdev 12345: cannot set MTU: ", 30);
	assert_int_equal(svf_link_del(*state, near.ifindex, NULL), 0);
	assert_int_equal(svf_link_del(*state, near.ifindex, NULL), -ENODEV);
}

static void group_goes_at_once(void **state)
{
	struct svf_link_pair_spec spec = { .group = GROUP, .queues = 2 };
	int64_t start = now_us(), made, deleted;
	struct svf_link kept = make_pair(*state, "kept", "kept-peer");
	char near[IFNAMSIZ], far[IFNAMSIZ];
	int count = 0;

	for (int i = 0; i < N_PAIRS; i++) {
		(void)snprintf(near, sizeof(near), "pf0r%d", i);
		(void)snprintf(far, sizeof(far), "pf0v%d", i);
		spec.near_name = near;
		spec.near_alias = near;
		spec.far_name = far;
		spec.far_alias = far;
		assert_int_equal(svf_link_add_pair(*state, &spec, NULL), 0);
	}
	made = now_us();
	(void)svf_link_list(*state, count_all, &count, NULL);
	assert_int_equal(count, 2 * N_PAIRS + 3);

	assert_int_equal(svf_link_del_group(*state, 0, NULL), -EINVAL);
	deleted = now_us();
	assert_int_equal(svf_link_del_group(*state, GROUP, NULL), 0);
	(void)printf("# %d pairs: made in %d ms, deleted in %d ms\n", N_PAIRS,
		     (int)((made - start) / 1000), (int)((now_us() - deleted) / 1000));
	assert_in_range(now_us() - deleted, 0, 2000000);
	assert_int_equal(svf_link_del_group(*state, GROUP, NULL), 0);
	count = 0;
	(void)svf_link_list(*state, count_all, &count, NULL);
	assert_int_equal(count, 3);
	assert_int_equal(svf_link_get_by_name(*state, "kept", &kept, NULL), 0);
}

/* --- silence --- */

static bool has_ipv6_address(const char *name)
{
	char line[128], device[IFNAMSIZ];
	bool found = false;
	FILE *file = fopen("/proc/thread-self/net/if_inet6", "re");

	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "%*s %*s %*s %*s %*s %15s", device) == 1)
			found |= strcmp(device, name) == 0;
	if (file)
		(void)fclose(file);
	return found;
}

/* An ordinary pair beside it tells when the kernel has had its say. */
static void muted_netdevs_never_speak(void **state)
{
	struct svf_link muted = make_pair(*state, "muted", "listener");
	struct svf_link_pair_spec spec = { .near_name = "hears", .far_name = "loud", .queues = 1 };
	struct svf_link hears, far;
	int quiet, loud;
	unsigned int heard = 0;

	assert_int_equal(svf_link_add_pair(*state, &spec, NULL), 0);
	assert_int_equal(svf_link_get_by_name(*state, "hears", &hears, NULL), 0);
	assert_int_equal(svf_link_mute(*state, &muted, NULL), 0);
	assert_int_equal(svf_link_get(*state, SVF_NSID_SELF, muted.peer_ifindex, &far, NULL), 0);
	assert_int_equal(svf_link_mute(*state, &far, NULL), 0);
	quiet = open_capture(muted.peer_ifindex, ETH_P_ALL);
	loud = open_capture(hears.ifindex, ETH_P_ALL);
	set_up(*state, muted.peer_ifindex);
	set_up(*state, muted.ifindex);
	set_up(*state, hears.ifindex);
	set_up(*state, hears.peer_ifindex);

	/* MLD reports, duplicate address detection, router solicitation */
	while (heard < 4 && wait_frame(loud, 10000))
		heard += count_frames(loud);
	if (heard < 4)
		skip(); /* no IPv6 here */
	assert_true(has_ipv6_address("loud"));
	assert_false(has_ipv6_address("muted"));
	assert_int_equal(count_frames(quiet), 0);
	send_frame(muted.ifindex);
	assert_true(wait_frame(quiet, 1000)); /* it could have spoken */
	(void)close(quiet);
	(void)close(loud);
}

/* --- other namespaces --- */

struct stranger {
	pid_t pid;
	int netns_fd;
	int end; /* closing it ends the process */
};

static struct stranger start_stranger(void)
{
	struct stranger stranger = {};
	int ready[2], end[2];
	char byte, path[64];

	assert_return_code(pipe2(ready, O_CLOEXEC), errno);
	assert_return_code(pipe2(end, O_CLOEXEC), errno);
	stranger.pid = fork();
	if (stranger.pid == 0) {
		(void)close(end[1]);
		if (unshare(CLONE_NEWNET) == 0 && write(ready[1], "", 1) == 1)
			(void)!read(end[0], &byte, 1);
		_exit(0);
	}
	(void)close(ready[1]);
	(void)close(end[0]);
	stranger.end = end[1];
	assert_int_equal(read(ready[0], &byte, 1), 1);
	(void)close(ready[0]);
	(void)snprintf(path, sizeof(path), "/proc/%d/ns/net", (int)stranger.pid);
	stranger.netns_fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_return_code(stranger.netns_fd, errno);
	return stranger;
}

static void end_stranger(const struct stranger *stranger)
{
	(void)close(stranger->end);
	assert_int_equal(waitpid(stranger->pid, NULL, 0), stranger->pid);
}

static void move_to(struct svf_nl *nl, int ifindex, int netns_fd)
{
	struct nlmsghdr *nlh = svf_nl_start(nl, RTM_SETLINK, 0);
	struct ifinfomsg *ifi = mnl_nlmsg_put_extra_header(nlh, sizeof(*ifi));

	ifi->ifi_index = ifindex;
	mnl_attr_put_u32(nlh, IFLA_NET_NS_FD, (uint32_t)netns_fd);
	assert_int_equal(svf_nl_talk(nl, nlh, NULL, NULL, "move", NULL), 0);
}

static int open_socket_in(int netns_fd)
{
	const int here = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
	int fd = -1;

	if (!setns(netns_fd, CLONE_NEWNET)) {
		fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
		assert_int_equal(setns(here, CLONE_NEWNET), 0);
	}
	(void)close(here);
	return fd;
}

static void vf_in_a_container(void **state)
{
	struct svf_link near = make_pair(*state, "n0", "f0"), far, again;
	struct stranger stranger = start_stranger();
	struct svf_errmsg err = {};
	int64_t start;
	int keeper;

	move_to(*state, near.peer_ifindex, stranger.netns_fd);
	assert_int_equal(svf_link_get_by_name(*state, "n0", &near, NULL), 0);
	assert_int_not_equal(near.peer_nsid, SVF_NSID_SELF);
	assert_int_equal(svf_link_get(*state, near.peer_nsid, near.peer_ifindex, &far, NULL), 0);
	assert_string_equal(far.name, "f0");

	start = now_us();
	assert_int_equal(svf_link_set_mac(*state, near.peer_nsid, near.peer_ifindex, far_mac, &err),
			 0);
	(void)printf("# address set in another namespace in %d us\n", (int)(now_us() - start));
	assert_int_equal(
		svf_link_set_flags(*state, near.peer_nsid, near.peer_ifindex, IFF_UP, IFF_UP, NULL),
		0);
	assert_int_equal(svf_link_set_mtu(*state, near.peer_nsid, near.peer_ifindex, 1400, NULL),
			 0);
	assert_int_equal(svf_link_get(*state, near.peer_nsid, near.peer_ifindex, &far, NULL), 0);
	assert_int_equal(far.mtu, 1400);
	assert_memory_equal(far.mac, far_mac, ETH_ALEN);
	assert_true(far.flags & IFF_UP);
	/* It was changed, not moved here. */
	assert_int_equal(svf_link_get_by_name(*state, "f0", &again, NULL), -ENODEV);

	/* Nobody is there any more. A descriptor of it is a way in ... */
	end_stranger(&stranger);
	assert_int_equal(svf_link_set_mac(*state, near.peer_nsid, near.peer_ifindex, far_mac, &err),
			 0);
	/* ... a socket that was opened there is not: readable, not reachable. */
	keeper = open_socket_in(stranger.netns_fd);
	assert_true(keeper >= 0);
	(void)close(stranger.netns_fd);
	assert_int_equal(svf_link_get(*state, near.peer_nsid, near.peer_ifindex, &far, NULL), 0);
	assert_int_equal(
		svf_link_set_mac(*state, near.peer_nsid, near.peer_ifindex, near_mac, &err),
		-ENOENT);
	assert_non_null(strstr(err.text, "leads into network namespace"));
	(void)close(keeper);
}

size_t put_link_tests(struct CMUnitTest *table)
{
	const struct CMUnitTest tests[] = {
		netns_test(pair_is_as_asked),
		netns_test(taken_name_leaves_nothing),
		netns_test(small_mtu_has_no_ipv6),
		netns_test(names_and_walks),
		netns_test(changes),
		netns_test(group_goes_at_once),
		netns_test(muted_netdevs_never_speak),
		netns_test(vf_in_a_container),
	};

	memcpy(table, tests, sizeof(tests));
	return ARRAY_SIZE(tests);
}
