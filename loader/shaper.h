/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The shaper of a PF: a veth pair in its namespace, HTB on the near end, svf_shaped_tc on the far
 * end. svf_port_tc sends the frames of VFs that have a rate into the near end, each with its class
 * in skb->priority; what comes out at the far end is delivered. There is an HTB only while some VF
 * has a rate, and a class only for who is shaped.
 */
#pragma once

#include <svf/abi.h>
#include <svf/errmsg.h>

#include "nl.h"
#include "sorter.h"

/* Frames and buffers in the shaper on behalf of one VF (or the host: SVF_PF_ID). */
struct svf_shaper_counts {
	uint64_t dropped; /* by the class's queue, since the class was made */
	uint64_t sent;	  /* frames through the class */
	uint64_t backlog; /* frames waiting */
};

/* Zeros where the VF has no class. */
int svf_shaper_get_counts(struct svf_nl *nl, const struct svf_policy *policy, uint32_t vf,
			  struct svf_shaper_counts *ret_counts);

/* Makes the pair (down, mute, with our alias), attaches svf_shaped_tc, makes the far end's port
 * known and switches both on. Their ifindexes go into the policy. */
int svf_shaper_new(struct svf_nl *nl, const struct svf_sorter *sorter, const char *pf,
		   const char *pf_label, struct svf_policy *ret_policy, struct svf_errmsg *err);

/* What a VF (or the host) is shaped to, in Mbit/s. */
struct svf_shaper_rates {
	uint32_t min;	/* 0: none for sure */
	uint32_t max;	/* 0: as the PF */
	uint32_t burst; /* bytes; 0: chosen by rate */
};

/* Sets what all classes together may send, making the HTB if there is none. */
int svf_shaper_set_total(struct svf_nl *nl, const struct svf_policy *policy, uint32_t rate_mbit,
			 struct svf_errmsg *err);
/* Makes the class of a VF, or changes it and keeps its counters; total is the PF's rate. */
int svf_shaper_set_class(struct svf_nl *nl, const struct svf_policy *policy, uint32_t vf,
			 const struct svf_shaper_rates *rates, uint32_t total_mbit,
			 struct svf_errmsg *err);
/* Removes the class, to which nobody sends any more, when what waits in it has gone (at most
 * 100 ms). What it dropped is added to the losses. Success if there is none. */
int svf_shaper_del_class(struct svf_nl *nl, const struct svf_sorter *sorter,
			 const struct svf_policy *policy, uint32_t vf, struct svf_errmsg *err);
/* Removes the HTB, which has no classes of VFs any more. */
int svf_shaper_del_total(struct svf_nl *nl, const struct svf_policy *policy,
			 struct svf_errmsg *err);
