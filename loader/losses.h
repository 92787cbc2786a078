/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What was lost behind the sorter's back (SVF_LOSSES of abi.h), told by counters that others keep:
 * of netdevs, qdiscs and rings that are there, and what svf_losses keeps of those that went.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <svf/abi.h>
#include <svf/paths.h>

#include "link_stats.h"
#include "nl.h"
#include "sorter.h"
#include "state.h"

/* Frames (or buffers, where the kernel counts these) that a queue of the kernel dropped, and that
 * wait in it. */
struct svf_loss_queue {
	uint64_t dropped, backlog;
};

/* All counters that tell of one VF's losses. */
struct svf_loss_sources {
	struct svf_link_stats representor, ring_port; /* zeros: none */
	struct svf_loss_queue tx_limit;		      /* the VF's class in the shaper */
	struct svf_loss_queue rx_limit;		      /* the TBF on its representor */
	struct svf_losses kept[SVF_N_DIRECTIONS];     /* svf_losses */
	const struct svf_ring_stats *rings;	      /* not owned; `queues` of them, or NULL */
	unsigned int queues;
	uint64_t before;    /* RX skbs before its present netdevs were made */
	uint64_t clones;    /* RX drops `clone` of the sorter: the kernel counted these too */
	uint64_t delivered; /* RX skbs of the sorter */
	bool silent; /* this kernel does not count what a netdev without carrier loses (< 6.11) */
};

/* Reads what the kernel and svf_losses know of VF vf; rings, queues, clones and delivered are the
 * caller's to fill. A netdev that is gone tells nothing any more, which is no error. */
int svf_loss_sources_read(struct svf_loss_sources *ret_sources, struct svf_nl *nl,
			  const struct svf_sorter *sorter, const struct svf_policy *policy,
			  uint32_t vf, const struct svf_vf_config *config);

/* Adds it up, no frame twice. */
void svf_losses_tell(const struct svf_loss_sources *sources, enum svf_direction direction,
		     struct svf_losses *ret_losses);

uint64_t svf_losses_sum(const struct svf_losses *losses);
/* The sorter's own: == svf_stats.dropped, but read at one moment. */
uint64_t svf_drops_sum(const struct svf_drops *drops);

/*
 * Puts what an agent had in its hands when it died into svf_losses: redirected into a ring or
 * handed to a ring port, and never seen again. To be called before an agent is started. Does
 * nothing while one lives, by its pidfile: what is in its rings is not lost. Calling it again adds
 * nothing.
 */
int svf_losses_settle_agent(struct svf_nl *nl, const struct svf_sorter *sorter,
			    const struct svf_paths *paths, const struct svf_state *state);

/* Frames that went towards the agent and those known to have come out again. */
struct svf_agent_account {
	uint64_t in[SVF_N_DIRECTIONS], out[SVF_N_DIRECTIONS];
	uint64_t merged; /* of out[RX]: put into superframes with others */
};

/* Of one VF. A ring port that is gone tells nothing any more. */
int svf_losses_read_agent(struct svf_agent_account *ret_account, struct svf_nl *nl,
			  const struct svf_sorter *sorter, uint32_t vf, unsigned int queues);
