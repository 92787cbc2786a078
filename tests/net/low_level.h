/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the low-level tests share: every test runs in a fresh network namespace, with a
 * netlink socket there; what a test leaves behind goes with its namespace.
 */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../loader/link.h"
#include "../../loader/nl.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* Setup and teardown of each test; *state is the struct svf_nl *. */
int fresh_netns(void **state);
int leave_netns(void **state);
#define netns_test(f) cmocka_unit_test_setup_teardown(f, fresh_netns, leave_netns)

int64_t now_us(void);
/* Makes the pair near/far with one queue each and returns near. */
struct svf_link make_pair(struct svf_nl *nl, const char *near, const char *far);
void set_up(struct svf_nl *nl, int ifindex);
/*
 * AF_PACKET socket on a netdev: sees what arrives there, not what is sent; does not block.
 * ETH_P_ALL sees frames before tc ingress does, a single protocol what tc let through.
 */
int open_capture(int ifindex, uint16_t protocol);
/* Frames waiting in it. */
unsigned int count_frames(int fd);
/* Waits until a frame is there; false after timeout_ms. */
bool wait_frame(int fd, int timeout_ms);
/* One broadcast frame of SENT_PROTOCOL. */
#define SENT_PROTOCOL 0x88b5
void send_frame(int ifindex);

/* Each puts its tests into the table and returns how many. */
#define MAX_TESTS 64
size_t put_link_tests(struct CMUnitTest *table);
size_t put_host_tests(struct CMUnitTest *table);
size_t put_tc_tests(struct CMUnitTest *table);
size_t put_qdisc_tests(struct CMUnitTest *table);
size_t put_down_tests(struct CMUnitTest *table);
