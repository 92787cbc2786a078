// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs rows (row.h). A test run gives an skb no metadata tag and no tc_index: rows
 * with those enter through dress_and_call_tc, which puts them on and tail-calls the
 * program. XDP's metadata and a looped-back pkt_type only exist on a real way: walks.
 */
#include "row.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include <cmocka.h>

#include "outcome.h"

#include "svf_probe.skel.h"

#define TAG_LEN	 4
#define VIEW_LEN 8 /* {magic, vlan} of bpf/view.bpf.h */

uint32_t row_n_packets(const struct row *row)
{
	if (row->packets)
		return row->packets;
	return row->frame.gso_segs ? row->frame.gso_segs : 1;
}

static void put_dress_on(struct world *world, enum world_netdev dev, const struct row *row)
{
	struct svf_dress dress = {
		.ifindex = (__u32)world->ifindex[dev],
		.push = row->frame.meta.tpid,
		.tpid_be = htons(row->frame.meta.tpid),
		.tci = svf_tag_tci(&row->frame.meta),
		.tc_index = row->tc_index,
	};

	world_set_dress(world, &dress);
}

/* What counters count: the frame without its outermost tag. */
static size_t n_bytes(const struct row *row)
{
	size_t len = row->frame.len ? row->frame.len : SVF_FRAME_LEN;

	if (row->bytes)
		return row->bytes;
	/* Linux knows 802.1Q's and 802.1ad's. */
	if (row->frame.meta.tpid || !row->frame.tags[0].tpid ||
	    row->frame.tags[0].tpid >= ETH_P_QINQ1)
		return len;
	return len - TAG_LEN;
}

/* The VF whose port the row's frame comes from; -1: none. */
static int sender_of(const struct row *row)
{
	if (row->from >= DEV_V0 && row->from < DEV_V0 + WORLD_N_VFS)
		return (int)(row->from - DEV_V0);
	if (row->program == PROG_PORT_TC && row->at >= DEV_R0 && row->at < DEV_R0 + WORLD_N_VFS)
		return (int)(row->at - DEV_R0);
	if (row->program == PROG_RING_TC && row->at >= DEV_Q0 && row->at < DEV_Q0 + WORLD_N_VFS)
		return (int)(row->at - DEV_Q0);
	return -1;
}

static void check_outcome(struct world *world, const struct row *row)
{
	struct outcome_frame frame = { .n_packets = row_n_packets(row),
				       .bytes = n_bytes(row),
				       .dst = svf_address_get(row->frame.dst),
				       .spec = &row->frame,
				       .sender = sender_of(row) };
	char actual[WORDS_TEXT_MAX], expected[WORDS_TEXT_MAX];

	(void)world_settle(world, words_count(row->seen));
	outcome_format_counts(world, &frame, actual);
	words_sort(row->counts, expected);
	assert_string_equal(actual, expected);
	outcome_format_seen(world, actual);
	words_sort(row->seen, expected);
	assert_string_equal(actual, expected);
}

static uint16_t type_of(const uint8_t *data)
{
	return (uint16_t)(data[2 * ETH_ALEN] << 8 | data[2 * ETH_ALEN + 1]);
}

static void check_data(const struct row *row, const uint8_t *in, const uint8_t *out)
{
	assert_memory_equal(in, out, 2 * ETH_ALEN);
	assert_int_equal(type_of(out), row->ret_type ? row->ret_type : type_of(in));
}

static void run_tc(struct world *world, const struct row *row, const uint8_t *in, size_t len)
{
	struct __sk_buff skb = {
		.mark = row->mark,
		.ifindex = (__u32)world->ifindex[row->at ? row->at : DEV_PF],
		.ingress_ifindex =
			row->stack ? 0 : (__u32)world->ifindex[row->from ? row->from : row->at],
		.gso_size = row->frame.gso_size,
		.gso_segs = row->frame.gso_segs,
	};
	uint8_t out[SVF_FRAME_MAX];
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = in, .data_size_in = (__u32)len,
		    .data_out = out, .data_size_out = sizeof(out), .ctx_in = &skb,
		    .ctx_size_in = sizeof(skb), .ctx_out = &skb, .ctx_size_out = sizeof(skb));
	int fd = world_program_fd(world, row->program, row->orphan), zero = 0;

	assert_int_equal(bpf_map_update_elem(bpf_map__fd(world->probe->maps.under_test), &zero, &fd,
					     BPF_ANY),
			 0);
	put_dress_on(world, row->at ? row->at : DEV_PF, row);
	assert_int_equal(bpf_prog_test_run_opts(
				 bpf_program__fd(world->probe->progs.dress_and_call_tc), &opts),
			 0);
	world_set_dress(world, NULL);
	assert_int_equal((int)opts.retval, (int)row->ret);
	assert_int_equal(skb.mark, row->ret_mark);
	assert_int_equal(skb.priority, row->ret_priority);
	check_data(row, in, out);
}

static void check_view(const struct row *row, const struct xdp_md *xdp, const uint8_t *out)
{
	uint32_t vlan;

	assert_int_equal(xdp->data, row->ret_view ? VIEW_LEN : 0);
	if (!row->ret_view)
		return;
	memcpy(&vlan, out + sizeof(vlan), sizeof(vlan));
	assert_int_equal(vlan, row->ret_view - 1);
}

static void run_xdp(struct world *world, const struct row *row, const uint8_t *in, size_t len)
{
	struct xdp_md xdp = {
		.data_end = (__u32)len,
		.ingress_ifindex = (__u32)world->ifindex[DEV_PF],
		.rx_queue_index = row->queue,
	};
	uint8_t out[SVF_FRAME_MAX + VIEW_LEN];
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = in, .data_size_in = (__u32)len,
		    .data_out = out, .data_size_out = sizeof(out), .ctx_in = &xdp,
		    .ctx_size_in = sizeof(xdp), .ctx_out = &xdp, .ctx_size_out = sizeof(xdp));

	assert_int_equal(
		bpf_prog_test_run_opts(world_program_fd(world, row->program, row->orphan), &opts),
		0);
	assert_int_equal((int)opts.retval, (int)row->ret);
	check_view(row, &xdp, out);
	check_data(row, in, out + xdp.data);
}

static void walk(struct world *world, const struct row *row, const uint8_t *in, size_t len)
{
	int err;

	put_dress_on(world, row->from, row);
	err = world_send(world, row->from, row->claim, in, len);
	assert_true(!err || err == -ENOBUFS); /* the latter if it is dropped at once */
	world_set_dress(world, NULL);
}

void row_run(struct world *world, const struct row *row)
{
	uint8_t in[SVF_FRAME_MAX];
	size_t len = svf_frame_build(&row->frame, in);

	if (world->in_row && getenv("SVF_FAIL_FAST"))
		exit(EXIT_FAILURE);
	world->in_row = true;
	assert_int_equal(world_set(world, row->world, row->set), 0);
	if (row->program == PROG_NONE)
		walk(world, row, in, len);
	else if (row->program == PROG_WIRE)
		run_xdp(world, row, in, len);
	else
		run_tc(world, row, in, len);
	check_outcome(world, row);
	world->in_row = false;
}
