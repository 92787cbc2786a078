/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Everything that the equations of account.c are made of, read at about one moment: all kernel
 * counters first, all counters of the sorter after them.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "link_stats.h"
#include "losses.h"
#include "nl.h"
#include "sorter.h"
#include "state.h"

/* A VF. */
struct svf_vf_facts {
	struct svf_vf_config config;
	struct svf_loss_sources sources;
	struct svf_link_stats netdev;		    /* the VF's end */
	struct svf_qdisc_stats port_tc;		    /* clsact of the ring port */
	bool has_netdev, gone;			    /* gone: no representor any more */
	bool absent;				    /* there is no such VF */
	struct svf_former former;		    /* before its present netdevs */
	struct svf_flows flows;			    /* with those of former VFs of this number */
	struct svf_ring_stats *rings;		    /* owned */
	struct svf_ring_stats ring;		    /* their sum: what account.c needs */
	struct svf_losses losses[SVF_N_DIRECTIONS]; /* told from sources */
	uint64_t redirects;
	struct svf_stats stats[SVF_N_DIRECTIONS];
	struct svf_drops drops[SVF_N_DIRECTIONS];
};

/* The PF, with the sorter's counters of wire and host. */
struct svf_pf_facts {
	struct svf_link_stats link, shaper_near; /* zeros: no shaper */
	struct svf_qdisc_stats qdisc;
	struct svf_stats wire[SVF_N_DIRECTIONS], host[SVF_N_DIRECTIONS];
	struct svf_drops wire_drops[SVF_N_DIRECTIONS], host_drops[SVF_N_DIRECTIONS];
	bool carrier; /* without one, what is for the wire waits in rings and ring ports */
};

struct svf_facts {
	struct svf_policy policy;
	struct svf_pf_facts pf;
	struct svf_vf_facts *vfs; /* owned, n_vfs of them: all numbers that there can be */
	unsigned int n_vfs;
};

/* The caller ends with svf_facts_done(), also after a failure. */
int svf_facts_read(struct svf_facts *facts, struct svf_nl *nl, const struct svf_sorter *sorter,
		   const struct svf_state *state);
void svf_facts_done(struct svf_facts *facts);
