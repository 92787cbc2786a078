// SPDX-License-Identifier: GPL-2.0-only
/*
 * Times test runs (bench.h). The same frame again and again: caches are warm, and
 * what happens after a redirect is not in it.
 */
#include "bench.h"

#include <stdio.h>

#include <bpf/bpf.h>

#include "frame.h"

#define N_RUNS 1000000

static int measure(struct world *world, const char *what, enum world_program program,
		   enum world_netdev at, const struct svf_frame_spec *spec)
{
	struct __sk_buff skb = { .ifindex = (__u32)world->ifindex[at],
				 .ingress_ifindex = (__u32)world->ifindex[DEV_R0] };
	uint8_t frame[SVF_FRAME_MAX];
	size_t len = svf_frame_build(spec, frame);
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = frame, .data_size_in = (__u32)len,
		    .repeat = N_RUNS);
	int err;

	if (program != PROG_WIRE) {
		opts.ctx_in = &skb;
		opts.ctx_size_in = sizeof(skb);
	}
	err = bpf_prog_test_run_opts(world_program_fd(world, program, false), &opts);
	if (!err)
		printf("%-42s %4u ns\n", what, opts.duration);
	return err;
}

int bench_run(struct world *world)
{
	int err;

	err = world_set(world, WORLD_AGENT, NULL);
	if (!err)
		err = measure(world, "svf_wire, into a ring", PROG_WIRE, DEV_PF,
			      &(struct svf_frame_spec){ .dst = ADDR_VF0 });
	if (!err)
		err = measure(world, "svf_wire, into a ring, VLAN", PROG_WIRE, DEV_PF,
			      &(struct svf_frame_spec){
				      .dst = ADDR_VF2,
				      .tags = { { .tpid = ETH_P_8021Q, .vid = WORLD_VLAN } } });
	if (!err)
		err = measure(world, "svf_ring_tc, to its VF", PROG_RING_TC, DEV_Q0,
			      &(struct svf_frame_spec){ .dst = ADDR_VF0 });
	if (!err)
		err = measure(world, "svf_wire, nobody's", PROG_WIRE, DEV_PF,
			      &(struct svf_frame_spec){ .dst = ADDR_FAR });
	if (!err)
		err = measure(world, "svf_wire_tc, to a VF", PROG_WIRE_TC, DEV_PF,
			      &(struct svf_frame_spec){ .dst = ADDR_VF1 });
	if (!err)
		err = measure(world, "svf_wire_tc, nobody's", PROG_WIRE_TC, DEV_PF,
			      &(struct svf_frame_spec){ .dst = ADDR_FAR });
	if (!err)
		err = measure(world, "svf_port_tc, to the wire, tc lane", PROG_PORT_TC, DEV_R1,
			      &(struct svf_frame_spec){ .src = ADDR_VF1 });
	if (!err)
		err = measure(world, "svf_port_tc, to the wire by the ring", PROG_PORT_TC, DEV_R0,
			      &(struct svf_frame_spec){ .src = ADDR_VF0 });
	if (!err)
		err = measure(world, "svf_port_tc, to a VF", PROG_PORT_TC, DEV_R1,
			      &(struct svf_frame_spec){ .dst = ADDR_VF0, .src = ADDR_VF1 });
	if (!err)
		err = measure(world, "svf_out_tc, to the agent", PROG_OUT_TC, DEV_Q0,
			      &(struct svf_frame_spec){ .src = ADDR_VF0 });
	return err;
}
