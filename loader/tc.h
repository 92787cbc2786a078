/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Attaching the sorter's tc programs (cls_bpf, direct action, on clsact), over rtnetlink:
 * one socket for all of them, and the kernel's own words when it refuses. Ours are known
 * by SVF_TC_HANDLE; others' filters and a clsact that was there before stay as they are.
 * Programs attached through tcx (kernels from 6.6) run before any of these.
 */
#pragma once

#include <stdbool.h>

#include <svf/errmsg.h>

#include "nl.h"

#define SVF_TC_HANDLE 0x737666 /* "svf" */

enum svf_tc_direction { SVF_TC_INGRESS, SVF_TC_EGRESS };

/* Adds clsact; *ret_made tells whether it was not there before. -EBUSY if an "ingress" qdisc
 * has its place. */
int svf_tc_add_clsact(struct svf_nl *nl, const char *ifname, int ifindex, bool *ret_made,
		      struct svf_errmsg *err);
/* Whether clsact is there. */
int svf_tc_has_clsact(struct svf_nl *nl, const char *ifname, int ifindex, bool *ret_has,
		      struct svf_errmsg *err);
/* Removes clsact if it holds no filter any more; success if there is none. */
int svf_tc_del_clsact_if_empty(struct svf_nl *nl, const char *ifname, int ifindex,
			       struct svf_errmsg *err);

/*
 * Makes noqueue the root qdisc of a netdev that is still down. For ring ports: the kernel gives a
 * multi-queue tap 256 pfifo_fasts when it comes up, 3 MB at a txqueuelen of 512, none of
 * which ever queues, for a tap takes or drops a frame at once.
 */
int svf_tc_set_noqueue(struct svf_nl *nl, const char *ifname, int ifindex, struct svf_errmsg *err);

/* Attaches prog_fd in front of all other filters (the lowest priority number that is free
 * or holds bpf filters for all protocols only), replacing ours if it is there. prog_name is
 * what `tc filter show` tells. */
int svf_tc_attach(struct svf_nl *nl, const char *ifname, int ifindex,
		  enum svf_tc_direction direction, int prog_fd, const char *prog_name,
		  struct svf_errmsg *err);
/* Removes our filter; success if there is none or the netdev is gone. */
int svf_tc_detach(struct svf_nl *nl, const char *ifname, int ifindex,
		  enum svf_tc_direction direction, struct svf_errmsg *err);
/* Id of the program that our filter runs; 0 if there is no such filter. */
int svf_tc_get(struct svf_nl *nl, const char *ifname, int ifindex, enum svf_tc_direction direction,
	       uint32_t *ret_prog_id, struct svf_errmsg *err);

/* A filter of somebody else's. */
struct svf_tc_filter {
	uint16_t priority;
	uint32_t handle;
	char kind[16]; /* "bpf", "flower" */
	char name[64]; /* of a bpf filter's program; "" */
};
/* The first filter that frames meet before ours; *ret_found false if there is none, or ours is not
 * there. */
int svf_tc_find_ahead(struct svf_nl *nl, const char *ifname, int ifindex,
		      enum svf_tc_direction direction, struct svf_tc_filter *ret_filter,
		      bool *ret_found, struct svf_errmsg *err);
