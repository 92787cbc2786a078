// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reading both sides of the account. Under traffic the sorter's side is of a later moment than the
 * kernel's. What is gone (a VF's netdevs, a namespace) counts nothing any more.
 */
#include "account_facts.h"

#include <errno.h>
#include <linux/pkt_sched.h>
#include <stdlib.h>
#include <string.h>

#include "account_former.h"
#include "link.h"

/* What is read, and where from. */
struct reader {
	struct svf_nl *nl;
	const struct svf_sorter *sorter;
	const struct svf_state *state;
	struct svf_facts *facts;
};

static int read_vf_kernel(struct reader *reader, uint32_t vf)
{
	struct svf_vf_facts *f = &reader->facts->vfs[vf];
	struct svf_link representor;
	int r = svf_sorter_get_vf(reader->sorter, vf, &f->config);

	f->absent = r == -ENOENT;
	if (f->absent)
		return 0;
	if (r < 0)
		return r;
	r = svf_link_get(reader->nl, SVF_NSID_SELF, (int)f->config.representor, &representor, NULL);
	f->gone = r == -ENODEV;
	if (f->gone)
		return 0;
	if (!r) /* its namespace may be going just now */
		f->has_netdev = !svf_link_stats_get(reader->nl, representor.peer_nsid,
						    representor.peer_ifindex, &f->netdev);
	if (!r)
		r = svf_loss_sources_read(&f->sources, reader->nl, reader->sorter,
					  &reader->facts->policy, vf, &f->config);
	if (!r && f->config.ring_port)
		r = svf_qdisc_stats_get(reader->nl, (int)f->config.ring_port, TC_H_CLSACT,
					&f->port_tc);
	return r;
}

static int read_rings(struct reader *reader, uint32_t vf)
{
	const unsigned int queues = reader->state->args.queues;
	struct svf_vf_facts *f = &reader->facts->vfs[vf];
	int r = 0;

	f->rings = calloc(queues + 1, sizeof(*f->rings));
	if (!f->rings)
		return -ENOMEM;
	for (unsigned int queue = 0; queue < queues && f->config.ring_port && !r; queue++) {
		r = svf_sorter_get_ring_stats(reader->sorter, svf_xsk_slot(vf, queue, queues),
					      &f->rings[queue]);
		f->ring.tx_packets += f->rings[queue].tx_packets;
		f->ring.tx_unsegmented += f->rings[queue].tx_unsegmented;
		f->ring.rx_merged += f->rings[queue].rx_merged;
	}
	return r;
}

static int read_both(const struct reader *reader, uint16_t station,
		     struct svf_stats ret_stats[SVF_N_DIRECTIONS],
		     struct svf_drops ret_drops[SVF_N_DIRECTIONS])
{
	int r = 0;

	for (int d = 0; d < SVF_N_DIRECTIONS && !r; d++)
		r = svf_sorter_get_stats(reader->sorter, station, (enum svf_direction)d,
					 &ret_stats[d], &ret_drops[d]);
	return r;
}

static int read_vf_sorter(struct reader *reader, uint32_t vf)
{
	struct svf_vf_facts *f = &reader->facts->vfs[vf];
	int r = svf_flows_read(&f->flows, reader->sorter, vf, reader->state->args.queues);

	if (f->absent || r < 0)
		return r;
	r = svf_sorter_get_former(reader->sorter, vf, &f->former);
	if (!r)
		r = read_both(reader, (uint16_t)vf, f->stats, f->drops);
	if (!r)
		r = svf_sorter_get_redirects(reader->sorter, vf, &f->redirects);
	if (r < 0)
		return r;
	f->sources.rings = f->rings;
	f->sources.queues = reader->state->args.queues;
	f->sources.clones = f->drops[SVF_DIRECTION_RX].clone;
	f->sources.delivered = f->stats[SVF_DIRECTION_RX].skbs;
	for (int d = 0; d < SVF_N_DIRECTIONS; d++)
		svf_losses_tell(&f->sources, (enum svf_direction)d, &f->losses[d]);
	return 0;
}

static int read_all(struct reader *reader)
{
	struct svf_pf_facts *pf = &reader->facts->pf;
	int r = svf_link_stats_get(reader->nl, SVF_NSID_SELF, reader->state->pf_ifindex, &pf->link);

	if (!r)
		r = svf_qdisc_stats_get(reader->nl, reader->state->pf_ifindex, TC_H_ROOT,
					&pf->qdisc);
	if (reader->facts->policy.shaper_near) /* zeros if somebody has deleted it */
		(void)svf_link_stats_get(reader->nl, SVF_NSID_SELF,
					 (int)reader->facts->policy.shaper_near, &pf->shaper_near);
	for (unsigned int vf = 0; vf < reader->facts->n_vfs && !r; vf++)
		r = read_vf_kernel(reader, vf);
	for (unsigned int vf = 0; vf < reader->facts->n_vfs && !r; vf++)
		r = read_rings(reader, vf);
	for (unsigned int vf = 0; vf < reader->facts->n_vfs && !r; vf++)
		r = read_vf_sorter(reader, vf);
	if (!r)
		r = read_both(reader, SVF_PF_ID, pf->host, pf->host_drops);
	return r < 0 ? r : read_both(reader, SVF_WIRE_ID, pf->wire, pf->wire_drops);
}

int svf_facts_read(struct svf_facts *facts, struct svf_nl *nl, const struct svf_sorter *sorter,
		   const struct svf_state *state)
{
	struct reader reader = { .nl = nl, .sorter = sorter, .state = state, .facts = facts };
	struct svf_pf_config pf;
	int r = svf_sorter_get_pf(sorter, &pf);

	*facts = (struct svf_facts){};
	if (!r)
		r = svf_sorter_get_policy(sorter, &facts->policy);
	if (r < 0)
		return r;
	facts->vfs = calloc(SVF_UP_MAX_VFS, sizeof(*facts->vfs));
	if (!facts->vfs)
		return -ENOMEM;
	facts->n_vfs = SVF_UP_MAX_VFS;
	facts->pf.carrier = pf.carrier;
	return read_all(&reader);
}

void svf_facts_done(struct svf_facts *facts)
{
	for (unsigned int vf = 0; vf < facts->n_vfs; vf++)
		free(facts->vfs[vf].rings);
	free(facts->vfs);
	*facts = (struct svf_facts){};
}
