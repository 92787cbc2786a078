/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel's queueing disciplines that enforce rates, over rtnetlink: TBF as a netdev's root, HTB
 * with classes. Rates are in Mbit/s of Ethernet frames without preamble and FCS, as qdiscs count.
 * A burst of 0 is chosen by rate. -EOPNOTSUPP with a text if the kernel has no such qdisc.
 */
#pragma once

#include <stdint.h>

#include <svf/errmsg.h>

#include "nl.h"

/* The burst that is meant by 0: what comes in 5 ms, at least four frames of 1,522 bytes. */
uint32_t svf_qdisc_default_burst(uint32_t rate_mbit);

/* Makes a TBF the root qdisc, or changes the one that is there without losing its counters. A frame
 * longer than the burst would never pass. */
int svf_qdisc_set_tbf(struct svf_nl *nl, const char *ifname, int ifindex, uint32_t rate_mbit,
		      uint32_t burst_bytes, struct svf_errmsg *err);
/* Lets what waits in the TBF go at full speed (at most 100 ms); what it has dropped, and what still
 * waits. To be removed after. */
int svf_qdisc_drain_tbf(struct svf_nl *nl, const char *ifname, int ifindex, uint64_t *ret_dropped);
/* Removes the root qdisc; success if there is none but the kernel's own. */
int svf_qdisc_del_root(struct svf_nl *nl, const char *ifname, int ifindex, struct svf_errmsg *err);
/* What the root qdisc dropped, and what waits in it; zeros if there is none of ours. */
int svf_qdisc_get_counts(struct svf_nl *nl, int ifindex, uint64_t *ret_drops,
			 uint64_t *ret_backlog);

/* A class of the HTB; its queue counts. */
struct svf_qdisc_class {
	uint16_t minor;	      /* 1:<minor>; a frame's class is its skb->priority */
	uint16_t parent;      /* minor of the class it borrows from; 0: none */
	uint32_t rate_mbit;   /* what it has for sure; 0: next to nothing */
	uint32_t ceil_mbit;   /* what it may take if the parent has it to lend */
	uint32_t burst_bytes; /* of both */
};

struct svf_qdisc_counts {
	uint64_t sent;	  /* frames */
	uint64_t dropped; /* buffers */
	uint64_t backlog; /* buffers waiting */
};

/* Makes an HTB the root qdisc, with handle 1:; success if it is there. */
int svf_qdisc_add_htb(struct svf_nl *nl, const char *ifname, int ifindex, struct svf_errmsg *err);
/* Makes the class, or changes the one that is there without losing its frames and counters. */
int svf_qdisc_set_class(struct svf_nl *nl, const char *ifname, int ifindex,
			const struct svf_qdisc_class *class, struct svf_errmsg *err);
/* Gives the class a queue that holds 50 ms of `rate_mbit`, or changes the one it has so. */
int svf_qdisc_set_queue(struct svf_nl *nl, const char *ifname, int ifindex, uint16_t minor,
			uint32_t rate_mbit, struct svf_errmsg *err);
/* The same for a class, with what it borrows from. */
int svf_qdisc_drain_class(struct svf_nl *nl, const char *ifname, int ifindex, uint16_t minor,
			  uint16_t parent, uint64_t *ret_dropped);
/* Removes the class and what waits in it; success if there is none. */
int svf_qdisc_del_class(struct svf_nl *nl, const char *ifname, int ifindex, uint16_t minor,
			struct svf_errmsg *err);
/* Counters of the class's queue; zeros if there is none. */
int svf_qdisc_get_queue(struct svf_nl *nl, int ifindex, uint16_t minor,
			struct svf_qdisc_counts *ret_counts);
