// SPDX-License-Identifier: GPL-2.0-only
/*
 * The loader's kernel-facing modules against the real kernel. Needs root; touches nothing
 * outside the network and mount namespaces it makes for itself.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <time.h>

#include "low_level.h"

int64_t now_us(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000LL + now.tv_nsec / 1000;
}

int fresh_netns(void **state)
{
	if (unshare(CLONE_NEWNET) < 0)
		return -1;
	return svf_nl_new((struct svf_nl **)state, NULL);
}

int leave_netns(void **state)
{
	*state = svf_nl_free(*state);
	return 0;
}

struct svf_link make_pair(struct svf_nl *nl, const char *near, const char *far)
{
	struct svf_link_pair_spec spec = { .near_name = near, .far_name = far, .queues = 1 };
	struct svf_link link;

	assert_int_equal(svf_link_add_pair(nl, &spec, NULL), 0);
	assert_int_equal(svf_link_get_by_name(nl, near, &link, NULL), 0);
	return link;
}

void set_up(struct svf_nl *nl, int ifindex)
{
	assert_int_equal(svf_link_set_flags(nl, SVF_NSID_SELF, ifindex, IFF_UP, IFF_UP, NULL), 0);
}

int open_capture(int ifindex, uint16_t protocol)
{
	struct sockaddr_ll address = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(protocol),
		.sll_ifindex = ifindex,
	};
	int on = 1;
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	assert_return_code(fd, errno);
	assert_return_code(setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof(on)),
			   errno);
	assert_return_code(bind(fd, (struct sockaddr *)&address, sizeof(address)), errno);
	return fd;
}

unsigned int count_frames(int fd)
{
	unsigned int n = 0;
	char frame[2048];

	while (recv(fd, frame, sizeof(frame), 0) >= 0)
		n++;
	return n;
}

bool wait_frame(int fd, int timeout_ms)
{
	struct pollfd poll_fd = { .fd = fd, .events = POLLIN };

	return poll(&poll_fd, 1, timeout_ms) == 1;
}

void send_frame(int ifindex)
{
	static const uint8_t frame[60] = { 255,
					   255,
					   255,
					   255,
					   255,
					   255,
					   2,
					   0,
					   0,
					   0,
					   0,
					   1,
					   SENT_PROTOCOL >> 8,
					   SENT_PROTOCOL & 0xff };
	int fd = open_capture(ifindex, ETH_P_ALL);

	assert_int_equal(send(fd, frame, sizeof(frame), 0), sizeof(frame));
	(void)close(fd);
}

int main(void)
{
	struct CMUnitTest tests[MAX_TESTS];
	size_t n;

	if (geteuid() != 0 || unshare(CLONE_NEWNS) < 0) {
		(void)puts("1..0 # SKIP needs root and its own mount namespace");
		return 0;
	}
	(void)mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL);
	n = put_link_tests(tests);
	n += put_host_tests(tests + n);
	n += put_tc_tests(tests + n);
	n += put_qdisc_tests(tests + n);
	n += put_down_tests(tests + n);
	return _cmocka_run_group_tests("low_level", tests, n, NULL, NULL);
}
