// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a VF lost behind the sorter, from the counters of kernel and agent. No frame is counted
 * twice:
 * - a frame from the wire that svf_wire put into a ring is in svf_redirects only, until it comes
 *   back from the ring (svf_ring_tc); one lost in the ring is in none of the sorter's counters;
 * - XDP_STATISTICS' rx_dropped (no UMEM frame, or longer than one) excludes rx_ring_full when
 *   asked with all six fields (net/xdp/xsk.c: xsk_getsockopt(), since 5.9);
 * - rx_fill_ring_empty_descs and rx_invalid_descs are the FILL ring's, which all sockets of a
 *   queue share; what was lost for want of a frame is in rx_dropped already;
 * - a frame that a tap refuses is an error to who writes it (rx_port_dropped) and in the tap's
 *   rx_dropped;
 * - a clone that a representor does not take is an error to the sorter (drop `clone`) and in the
 *   representor's tx_dropped or its qdisc's drops;
 * - before Linux 6.11 (net: count drops due to missing qdisc) a representor whose VF netdev is down
 *   counts nothing of what it loses: that is known by what it was given then;
 * - the VF netdev's own rx_dropped is no source: the tenant's stack counts there too what it does
 *   not want, and what the netdev did not take is in the representor's tx_dropped.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>

#include "link.h"
#include "losses.h"
#include "pidfile.h"
#include "qdisc.h"
#include "shaper.h"
#include "vfinfo.h"

#define COUNTS_MAJOR 6 /* the first kernel whose netdevs count all they lose: 6.11 */
#define COUNTS_MINOR 11
/* Two looks at counters that should rest, this far apart, and how often at most. */
#define REST_NS	   2000000L
#define REST_TRIES 50

static uint64_t minus(uint64_t a, uint64_t b)
{
	return a > b ? a - b : 0;
}

/* What the rings tell, added up over the queues. */
static struct svf_ring_stats add_rings(const struct svf_loss_sources *sources)
{
	struct svf_ring_stats sum = {};

	for (unsigned int queue = 0; sources->rings && queue < sources->queues; queue++) {
		const struct svf_ring_stats *ring = &sources->rings[queue];

		sum.rx_ring_full += ring->rx_ring_full;
		sum.rx_dropped += ring->rx_dropped;
		sum.rx_port_dropped += ring->rx_port_dropped;
		sum.tx_oversize += ring->tx_oversize + ring->tx_unsegmented;
		sum.tx_invalid_descs += ring->tx_invalid_descs;
	}
	return sum;
}

static void tell_rx(const struct svf_loss_sources *sources, struct svf_losses *losses)
{
	const struct svf_ring_stats rings = add_rings(sources);
	const uint64_t refused = sources->representor.tx_dropped;
	const uint64_t limited = sources->rx_limit.dropped;

	losses->ring_full += rings.rx_ring_full;
	losses->no_buffer += rings.rx_dropped;
	losses->port += rings.rx_port_dropped;
	losses->backlog += minus(sources->ring_port.rx_dropped, rings.rx_port_dropped);
	if (sources->silent) {
		losses->vf_down +=
			minus(sources->delivered,
			      sources->before + sources->representor.tx_packets + losses->rate +
				      limited + sources->rx_limit.backlog);
		losses->rate += limited;
		return;
	}
	losses->vf_down += minus(refused, sources->clones);
	losses->rate += minus(limited, minus(sources->clones, refused));
}

static void tell_tx(const struct svf_loss_sources *sources, struct svf_losses *losses)
{
	const struct svf_ring_stats rings = add_rings(sources);

	losses->port += sources->ring_port.tx_dropped;
	losses->oversize += rings.tx_oversize + rings.tx_invalid_descs;
	losses->rate += sources->tx_limit.dropped;
	losses->backlog += sources->representor.rx_dropped;
}

void svf_losses_tell(const struct svf_loss_sources *sources, enum svf_direction direction,
		     struct svf_losses *ret_losses)
{
	*ret_losses = sources->kept[direction];
	if (direction == SVF_DIRECTION_RX)
		tell_rx(sources, ret_losses);
	else
		tell_tx(sources, ret_losses);
}

uint64_t svf_losses_sum(const struct svf_losses *losses)
{
	uint64_t sum = 0;

#define SVF_X(name, field, help) sum += losses->field;
	SVF_LOSSES(SVF_X)
#undef SVF_X
	return sum;
}

uint64_t svf_drops_sum(const struct svf_drops *drops)
{
	uint64_t sum = 0;

#define SVF_X(name, field, help) sum += drops->field;
	SVF_DROPS(SVF_X)
#undef SVF_X
	return sum;
}

void svf_vf_losses(const struct svf_pf_info *info, const struct svf_vf_info *vf,
		   enum svf_direction direction, struct svf_losses *ret_losses)
{
	struct svf_loss_sources sources = vf->sources;

	sources.rings = vf->rings;
	sources.queues = info->state.args.queues;
	sources.clones = vf->drops[SVF_DIRECTION_RX].clone;
	sources.delivered = vf->stats[SVF_DIRECTION_RX].skbs;
	svf_losses_tell(&sources, direction, ret_losses);
}

uint64_t svf_vf_dropped(const struct svf_pf_info *info, const struct svf_vf_info *vf,
			enum svf_direction direction)
{
	struct svf_losses losses;

	svf_vf_losses(info, vf, direction, &losses);
	return svf_drops_sum(&vf->drops[direction]) + svf_losses_sum(&losses);
}

/* --- reading --- */

static int read_link(struct svf_nl *nl, uint32_t ifindex, struct svf_link_stats *ret_stats)
{
	int r = svf_link_stats_get(nl, SVF_NSID_SELF, (int)ifindex, ret_stats);

	return r == -ENODEV ? 0 : r;
}

static int read_limits(struct svf_loss_sources *sources, struct svf_nl *nl,
		       const struct svf_policy *policy, uint32_t vf,
		       const struct svf_vf_config *config)
{
	struct svf_shaper_counts counts = {};
	int r = 0;

	if (config->max_rx_rate)
		r = svf_qdisc_get_counts(nl, (int)config->representor, &sources->rx_limit.dropped,
					 &sources->rx_limit.backlog);
	if (!r && (config->shaped || policy->shape_all))
		r = svf_shaper_get_counts(nl, policy, vf, &counts);
	sources->tx_limit.dropped = counts.dropped;
	sources->tx_limit.backlog = counts.backlog;
	return r;
}

static bool is_silent(void)
{
	struct utsname name;
	int major = 0, minor = 0;

	return uname(&name) == 0 && sscanf(name.release, "%d.%d", &major, &minor) == 2 &&
	       (major < COUNTS_MAJOR || (major == COUNTS_MAJOR && minor < COUNTS_MINOR));
}

int svf_loss_sources_read(struct svf_loss_sources *ret_sources, struct svf_nl *nl,
			  const struct svf_sorter *sorter, const struct svf_policy *policy,
			  uint32_t vf, const struct svf_vf_config *config)
{
	struct svf_loss_sources sources = { .silent = is_silent() };
	struct svf_former former = {};
	int r = read_link(nl, config->representor, &sources.representor);

	if (!r && config->ring_port)
		r = read_link(nl, config->ring_port, &sources.ring_port);
	if (!r)
		r = read_limits(&sources, nl, policy, vf, config);
	for (int d = 0; d < SVF_N_DIRECTIONS && !r; d++)
		r = svf_sorter_get_losses(sorter, (uint16_t)vf, (enum svf_direction)d,
					  &sources.kept[d]);
	if (!r)
		r = svf_sorter_get_former(sorter, vf, &former);
	sources.before = former.in;
	if (!r)
		*ret_sources = sources;
	return r;
}

/* --- what an agent took with it --- */

int svf_losses_read_agent(struct svf_agent_account *ret_account, struct svf_nl *nl,
			  const struct svf_sorter *sorter, uint32_t vf, unsigned int queues)
{
	struct svf_losses rx, tx;
	struct svf_link_stats port = {};
	struct svf_vf_config config;
	struct svf_former former;
	struct svf_stats stats;
	struct svf_drops drops;
	struct svf_agent_account a = {};
	int r = svf_sorter_get_vf(sorter, vf, &config);

	if (!r)
		r = svf_sorter_get_redirects(sorter, vf, &a.in[SVF_DIRECTION_RX]);
	if (!r)
		r = svf_sorter_get_stats(sorter, (uint16_t)vf, SVF_DIRECTION_TX, &stats, &drops);
	if (!r)
		r = svf_sorter_get_losses(sorter, (uint16_t)vf, SVF_DIRECTION_RX, &rx);
	if (!r)
		r = svf_sorter_get_losses(sorter, (uint16_t)vf, SVF_DIRECTION_TX, &tx);
	if (!r)
		r = svf_sorter_get_former(sorter, vf, &former);
	if (!r)
		r = read_link(nl, config.ring_port, &port);
	if (r < 0)
		return r;
	a.in[SVF_DIRECTION_TX] = stats.ring;
	/* The tap counts a frame when it is handed to svf_ring_tc, the agent some time later;
	 * what it merged into one it counts before. */
	a.out[SVF_DIRECTION_RX] = former.ring_in + port.rx_packets + rx.agent;
	a.out[SVF_DIRECTION_TX] = port.tx_dropped + tx.port + tx.agent;
	for (unsigned int queue = 0; queue < queues && !r; queue++) {
		struct svf_ring_stats ring;

		r = svf_sorter_get_ring_stats(sorter, svf_xsk_slot(vf, queue, queues), &ring);
		a.merged += ring.rx_merged;
		a.out[SVF_DIRECTION_RX] +=
			ring.rx_ring_full + ring.rx_dropped + ring.rx_port_dropped + ring.rx_merged;
		a.out[SVF_DIRECTION_TX] += ring.tx_packets + ring.tx_oversize +
					   ring.tx_unsegmented + ring.tx_invalid_descs;
	}
	*ret_account = a;
	return r;
}

/* Another CPU may be between counting a frame and handing it on. */
static int read_account_at_rest(struct svf_agent_account *ret_account, struct svf_nl *nl,
				const struct svf_sorter *sorter, uint32_t vf, unsigned int queues)
{
	const struct timespec pause = { .tv_nsec = REST_NS };
	struct svf_agent_account last, now;
	int r = svf_losses_read_agent(&now, nl, sorter, vf, queues);

	for (int i = 0; i < REST_TRIES && !r; i++) {
		last = now;
		(void)nanosleep(&pause, NULL);
		r = svf_losses_read_agent(&now, nl, sorter, vf, queues);
		if (!r && memcmp(&last, &now, sizeof(now)) == 0)
			break;
	}
	*ret_account = now;
	return r;
}

static int settle_vf(struct svf_nl *nl, const struct svf_sorter *sorter, uint32_t vf,
		     unsigned int queues)
{
	struct svf_agent_account account;
	int r = svf_losses_read_agent(&account, nl, sorter, vf, queues);

	if (!r && (account.in[SVF_DIRECTION_RX] > account.out[SVF_DIRECTION_RX] ||
		   account.in[SVF_DIRECTION_TX] > account.out[SVF_DIRECTION_TX]))
		r = read_account_at_rest(&account, nl, sorter, vf, queues);
	for (int d = 0; d < SVF_N_DIRECTIONS && !r; d++) {
		const struct svf_losses lost = { .agent = minus(account.in[d], account.out[d]) };

		if (lost.agent)
			r = svf_sorter_add_losses(sorter, (uint16_t)vf, (enum svf_direction)d,
						  &lost);
	}
	return r;
}

int svf_losses_settle_agent(struct svf_nl *nl, const struct svf_sorter *sorter,
			    const struct svf_paths *paths, const struct svf_state *state)
{
	char pidfile[SVF_PATH_MAX];
	int first = svf_path_join(pidfile, paths->run, "agent.pid");

	if (first < 0 || svf_pidfile_holder(pidfile))
		return first;
	for (uint32_t vf = 0; vf < state->args.vfs; vf++) {
		int r = settle_vf(nl, sorter, vf, state->args.queues);

		/* no ring port, or VF and port are gone: nothing to settle */
		if (r < 0 && r != -ENODEV && r != -ENOENT && !first)
			first = r;
	}
	return first;
}
