// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tests of the sorter that are no rows (extra.h).
 */
#include "extra.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <bpf/bpf.h>

#include <cmocka.h>

#include "outcome.h"
#include "rows.h"

#define TAG_LEN	    4
#define TAGGED_LEN  (ETH_HLEN + TAG_LEN)
#define LONGEST	    22 /* beyond a whole tag */
#define UDP_HEADERS (ETH_HLEN + 20 + 8)

/* A program's answer to a frame that ends within or right behind its tag. */
struct length_case {
	enum world_program program;
	enum world_netdev at;
	enum svf_address dst;
	const char *too_short;
	uint32_t ret_too_short;
};

static const struct length_case length_cases[] = {
	{ PROG_WIRE, DEV_PF, ADDR_VF0, "", XDP_PASS },
	{ PROG_WIRE_TC, DEV_PF, ADDR_VF0, "wire.rx.malformed", SHOT },
	{ PROG_HOST_TC, DEV_PF, ADDR_VF0, "pf.tx.malformed", SHOT },
	{ PROG_PORT_TC, DEV_R1, ADDR_VF0, "1.tx.malformed", SHOT },
	{ PROG_RING_TC, DEV_Q1, ADDR_VF1, "1.rx.malformed", SHOT },
	{ PROG_SHAPED_TC, DEV_AWAY, ADDR_VF0, "1.tx.malformed", SHOT },
};

static int run_length(struct world *world, const struct length_case *c, const uint8_t *frame,
		      size_t len, uint32_t *ret_ret)
{
	struct __sk_buff skb = { .ifindex = (__u32)world->ifindex[c->at],
				 .mark = c->program == PROG_SHAPED_TC ? MARK_SHAPED(1) : 0 };
	uint8_t out[SVF_FRAME_MAX];
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = frame, .data_size_in = (__u32)len,
		    .data_out = out, .data_size_out = sizeof(out));
	int err;

	if (c->program != PROG_WIRE) {
		opts.ctx_in = &skb;
		opts.ctx_size_in = sizeof(skb);
	}
	err = bpf_prog_test_run_opts(world_program_fd(world, c->program, false), &opts);
	*ret_ret = opts.retval;
	return err;
}

/* Cut anywhere, a frame whose type says "tag" is malformed until the tag is whole. */
static void check_lengths(struct world *world, const struct length_case *c)
{
	struct svf_frame_spec spec = { .dst = c->dst, .tags = { Q(0) } };
	struct outcome_frame account = { .n_packets = 1,
					 .dst = svf_address_get(c->dst),
					 .sender = -1 };
	char counts[WORDS_TEXT_MAX];
	uint8_t frame[SVF_FRAME_MAX];
	uint32_t ret;
	int err;

	if (c->program == PROG_PORT_TC || c->program == PROG_SHAPED_TC)
		spec.src = ADDR_VF1;
	(void)svf_frame_build(&spec, frame);
	for (size_t len = 0; len <= LONGEST; len++) {
		account.bytes = len - TAG_LEN;
		assert_int_equal(world_set(world, WORLD_AGENT, NULL), 0);
		err = run_length(world, c, frame, len, &ret);
		if (len < ETH_HLEN || err) {
			/* The kernel lets no such frame reach a program. Those without a byte
			 * behind the addresses' type it refused for a while after 6.1. */
			assert_true(len <= ETH_HLEN);
			assert_int_equal(err, -EINVAL);
			continue;
		}
		outcome_format_counts(world, &account, counts);
		if (len < TAGGED_LEN) {
			assert_int_equal(ret, c->ret_too_short);
			assert_string_equal(counts, c->too_short);
		} else {
			assert_int_equal(ret, c->program == PROG_WIRE ? (uint32_t)XDP_REDIRECT
								      : REDIRECT);
			assert_null(strstr(counts, "malformed"));
		}
	}
}

void extra_every_length(void **state)
{
	for (size_t i = 0; i < sizeof(length_cases) / sizeof(length_cases[0]); i++)
		check_lengths(*state, &length_cases[i]);
}

/* One datagram to all hosts, a group every interface is in without telling anybody. */
static void send_to_all_hosts(const struct world *world, const char *payload)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
				  .sin_port = htons(9),
				  .sin_addr.s_addr = htonl(INADDR_ALLHOSTS_GROUP) };
	struct ip_mreqn out = { .imr_ifindex = world->ifindex[DEV_PF] };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, &out, sizeof(out)), 0);
	assert_int_equal(sendto(fd, payload, strlen(payload), 0, (void *)&to, sizeof(to)),
			 strlen(payload));
	(void)close(fd);
}

/*
 * The kernel loops the host's own multicast back into the PF's ingress, as
 * PACKET_LOOPBACK: the VFs got it at egress and must not get it again.
 */
void extra_own_multicast(void **state)
{
	static const char payload[] = "heard once";
	struct outcome_frame frame = { .n_packets = 1,
				       .bytes = UDP_HEADERS + strlen(payload),
				       .dst = svf_address_get(ADDR_MULTICAST),
				       .sender = -1 };
	char actual[WORDS_TEXT_MAX], expected[WORDS_TEXT_MAX];
	struct world *world = *state;

	assert_int_equal(system("ip address add 192.0.2.1/24 dev pf"), 0);
	assert_int_equal(world_set(world, 0, NULL), 0);
	send_to_all_hosts(world, payload);
	(void)world_settle(world, 5);
	outcome_format_counts(world, &frame, actual);
	words_sort("0.rx.flood 1.rx.flood 4.rx.flood pf.tx.flood wire.tx.flood", expected);
	assert_string_equal(actual, expected);
	outcome_format_seen(world, actual);
	words_sort("v0 v1 v4 wire host", expected);
	assert_string_equal(actual, expected);
}
