// SPDX-License-Identifier: GPL-2.0-only
/*
 * Keeping what counters told that are gone. A VF's counters are moved in two steps, so that who
 * reads in between, or finds what a killed command left, counts nothing twice: `going` is written,
 * the counters are set to zero, `going` becomes part of `gone`.
 */
#include "account_former.h"

#include <errno.h>
#include <string.h>

#include "losses.h"

#define N_WORDS (sizeof(struct svf_flows) / sizeof(uint64_t))

static void add(struct svf_flows *sum, const struct svf_flows *flows)
{
	uint64_t *to = (uint64_t *)sum;
	const uint64_t *from = (const uint64_t *)flows;

	for (size_t i = 0; i < N_WORDS; i++)
		to[i] += from[i];
}

/* While a VF's counters go they are what they were, or zero already. */
static void add_greater(struct svf_flows *sum, const struct svf_flows *a, const struct svf_flows *b)
{
	uint64_t *to = (uint64_t *)sum;
	const uint64_t *x = (const uint64_t *)a, *y = (const uint64_t *)b;

	for (size_t i = 0; i < N_WORDS; i++)
		to[i] += x[i] > y[i] ? x[i] : y[i];
}

static int read_present(struct svf_flows *ret_flows, const struct svf_sorter *sorter, uint32_t vf,
			unsigned int queues)
{
	struct svf_flows flows = {};
	struct svf_losses losses;
	int r = svf_sorter_get_redirects(sorter, vf, (uint64_t *)&flows.redirects);

	for (int d = 0; d < SVF_N_DIRECTIONS && !r; d++) {
		struct svf_stats stats;
		struct svf_drops drops;

		r = svf_sorter_get_stats(sorter, (uint16_t)vf, (enum svf_direction)d, &stats,
					 &drops);
		flows.veb[d] = stats.veb;
		flows.host[d] = stats.host;
		if (d == SVF_DIRECTION_RX)
			flows.rx_dropped = stats.dropped;
	}
	for (unsigned int queue = 0; queue < queues && !r; queue++) {
		struct svf_ring_stats ring;

		r = svf_sorter_get_ring_stats(sorter, svf_xsk_slot(vf, queue, queues), &ring);
		flows.rings += ring.tx_packets;
	}
	if (!r)
		r = svf_sorter_get_losses(sorter, (uint16_t)vf, SVF_DIRECTION_TX, &losses);
	flows.agent = losses.agent;
	*ret_flows = flows;
	return r;
}

/* No VF has this number, or ever had: the usual case, in which nothing need be read. */
static bool is_unused(const struct svf_sorter *sorter, uint32_t vf, const struct svf_former *former)
{
	static const struct svf_former nothing;
	struct svf_vf_config config;

	return !memcmp(former, &nothing, sizeof(nothing)) &&
	       svf_sorter_get_vf(sorter, vf, &config) == -ENOENT;
}

int svf_flows_read(struct svf_flows *ret_flows, const struct svf_sorter *sorter, uint32_t vf,
		   unsigned int queues)
{
	struct svf_flows present;
	struct svf_former former;
	int r = svf_sorter_get_former(sorter, vf, &former);

	*ret_flows = former.gone;
	if (!r && is_unused(sorter, vf, &former))
		return 0;
	if (!r)
		r = read_present(&present, sorter, vf, queues);
	if (r < 0)
		return r;
	add_greater(ret_flows, &present, &former.going);
	return 0;
}

int svf_former_retire(const struct svf_sorter *sorter, uint32_t vf, unsigned int queues)
{
	struct svf_former former, done = {};
	struct svf_flows present;
	int r = svf_sorter_get_former(sorter, vf, &former);

	if (!r)
		r = read_present(&present, sorter, vf, queues);
	if (r < 0)
		return r;
	add_greater(&done.going, &present, &former.going);
	done.gone = former.gone;
	r = svf_sorter_set_former(sorter, vf, &done);
	if (!r)
		r = svf_sorter_clear_counters(sorter, vf, queues);
	if (r < 0)
		return r;
	add(&done.gone, &done.going);
	done.going = (struct svf_flows){};
	return svf_sorter_set_former(sorter, vf, &done);
}

int svf_former_begin_pair(struct svf_nl *nl, const struct svf_sorter *sorter, uint32_t vf)
{
	struct svf_loss_sources sources;
	struct svf_stats stats[SVF_N_DIRECTIONS];
	struct svf_drops drops[SVF_N_DIRECTIONS];
	struct svf_vf_config config;
	struct svf_policy policy;
	struct svf_former former;
	int r = svf_sorter_get_vf(sorter, vf, &config);

	if (!r)
		r = svf_sorter_get_policy(sorter, &policy);
	config.max_rx_rate = 0; /* its qdisc went with the netdev */
	if (!r)
		r = svf_loss_sources_read(&sources, nl, sorter, &policy, vf, &config);
	for (int d = 0; d < SVF_N_DIRECTIONS && !r; d++)
		r = svf_sorter_get_stats(sorter, (uint16_t)vf, (enum svf_direction)d, &stats[d],
					 &drops[d]);
	if (!r)
		r = svf_sorter_get_former(sorter, vf, &former);
	if (r < 0)
		return r;
	former.out = stats[SVF_DIRECTION_TX].skbs + stats[SVF_DIRECTION_TX].dropped_skbs +
		     sources.kept[SVF_DIRECTION_TX].rate + sources.tx_limit.dropped +
		     sources.tx_limit.backlog - drops[SVF_DIRECTION_TX].foreign;
	former.in = stats[SVF_DIRECTION_RX].skbs - sources.kept[SVF_DIRECTION_RX].rate;
	former.in_bytes = stats[SVF_DIRECTION_RX].bytes;
	return svf_sorter_set_former(sorter, vf, &former);
}

int svf_former_begin_port(struct svf_nl *nl, const struct svf_sorter *sorter, uint32_t vf,
			  unsigned int queues)
{
	struct svf_agent_account account;
	struct svf_losses lost = {};
	struct svf_stats rx, tx;
	struct svf_drops rx_drops, tx_drops;
	struct svf_former former;
	int r = svf_sorter_get_former(sorter, vf, &former);

	former.ring_in = 0;
	if (!r) /* by what is now: the old port tells nothing any more */
		r = svf_sorter_set_former(sorter, vf, &former);
	if (!r)
		r = svf_losses_read_agent(&account, nl, sorter, vf, queues);
	if (!r)
		r = svf_sorter_get_stats(sorter, (uint16_t)vf, SVF_DIRECTION_TX, &tx, &tx_drops);
	if (!r)
		r = svf_sorter_get_stats(sorter, (uint16_t)vf, SVF_DIRECTION_RX, &rx, &rx_drops);
	if (r < 0)
		return r;
	former.ring_in = account.in[SVF_DIRECTION_RX] - account.out[SVF_DIRECTION_RX];
	former.ring_back = rx.ring - tx_drops.foreign - account.merged;
	lost.port = account.in[SVF_DIRECTION_TX] - account.out[SVF_DIRECTION_TX];
	r = svf_sorter_set_former(sorter, vf, &former);
	if (!r && lost.port && account.in[SVF_DIRECTION_TX] > account.out[SVF_DIRECTION_TX])
		r = svf_sorter_add_losses(sorter, (uint16_t)vf, SVF_DIRECTION_TX, &lost);
	return r;
}
