// SPDX-License-Identifier: GPL-2.0-only
/*
 * Collects the snapshot that `show` prints: from the sorter's maps what counts, from
 * rtnetlink how the netdevs are, from /run/svf what the kernel does not hold. A netdev
 * that is gone is no failure: somebody deleted it, and that is what has to be shown.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "labels.h"
#include "link.h"
#include "pf_open.h"
#include "pidfile.h"
#include "sorter.h"
#include "vfinfo.h"

#define NS_PER_S 1000000000ULL

static const uint8_t all_groups[ETH_ALEN]; /* as svf_mcast has it */

struct collector {
	struct svf_nl *nl;
	struct svf_sorter *sorter;
	struct svf_pf_info *info;
};

/* --- one VF --- */

/* 0 with an all-zero link if it is gone. */
static int get_link(const struct collector *c, int nsid, int ifindex, struct svf_link *ret_link)
{
	struct svf_link link;
	int r = svf_link_get(c->nl, nsid, ifindex, &link, NULL);

	*ret_link = (struct svf_link){};
	if (r == 0)
		*ret_link = link;
	/* EINVAL, ENONET: the namespace went between two questions */
	return r == -ENODEV || r == -ENOENT || r == -EINVAL || r == -ENONET ? 0 : r;
}

static int collect_netdevs(const struct collector *c, struct svf_vf_info *vf)
{
	struct svf_link representor, netdev = {}, ring_port = {};
	int r;

	r = get_link(c, SVF_NSID_SELF, (int)vf->config.representor, &representor);
	if (r < 0)
		return r;
	vf->nsid = SVF_NSID_SELF;
	if (representor.peer_ifindex > 0) {
		vf->nsid = representor.peer_nsid;
		r = get_link(c, vf->nsid, representor.peer_ifindex, &netdev);
		if (r < 0)
			return r;
	}
	if (vf->config.ring_port) {
		r = get_link(c, SVF_NSID_SELF, (int)vf->config.ring_port, &ring_port);
		if (r < 0)
			return r;
	}

	memcpy(vf->representor, representor.name, IFNAMSIZ);
	memcpy(vf->ring_port, ring_port.name, IFNAMSIZ);
	memcpy(vf->netdev, netdev.name, IFNAMSIZ);
	svf_owner_clean(vf->netdev); /* a tenant's choice */
	memcpy(vf->netdev_mac, netdev.mac, ETH_ALEN);
	vf->netdev_mtu = netdev.mtu;
	vf->netdev_ifindex = netdev.ifindex;
	vf->netdev_up = netdev.flags & IFF_UP;
	vf->netdev_carrier = netdev.carrier;
	return 0;
}

static int collect_rings(const struct collector *c, struct svf_vf_info *vf)
{
	const unsigned int queues = c->info->state.args.queues;

	if (vf->config.lane != SVF_LANE_AFXDP)
		return 0;
	vf->rings = calloc(queues, sizeof(*vf->rings));
	if (!vf->rings)
		return -ENOMEM;
	for (unsigned int queue = 0; queue < queues; queue++) {
		const uint32_t slot = svf_xsk_slot(vf->vf, queue, queues);
		struct svf_ring_fill fill;
		int r = svf_sorter_get_ring_stats(c->sorter, slot, &vf->rings[queue]);

		if (!r)
			r = svf_sorter_get_ring_fill(c->sorter, slot, &fill);
		if (r < 0)
			return r;
		if (fill.rx > vf->fill.rx)
			vf->fill.rx = fill.rx;
		if (fill.tx > vf->fill.tx)
			vf->fill.tx = fill.tx;
		/* The agent fills these in when it first counts. */
		vf->rings[queue].vf = vf->vf;
		vf->rings[queue].queue = queue;
	}
	return 0;
}

static int collect_counters(const struct collector *c, uint16_t vf,
			    struct svf_stats stats[SVF_N_DIRECTIONS],
			    struct svf_drops drops[SVF_N_DIRECTIONS])
{
	int r = svf_sorter_get_stats(c->sorter, vf, SVF_DIRECTION_RX, &stats[SVF_DIRECTION_RX],
				     &drops[SVF_DIRECTION_RX]);

	if (r < 0)
		return r;
	return svf_sorter_get_stats(c->sorter, vf, SVF_DIRECTION_TX, &stats[SVF_DIRECTION_TX],
				    &drops[SVF_DIRECTION_TX]);
}

/* -ENOENT: there is no such VF. */
static int collect_vf(const struct collector *c, unsigned int number, struct svf_errmsg *err)
{
	struct svf_vf_info *vf = &c->info->vfs[c->info->n_vfs];
	int r;

	vf->vf = number;
	r = svf_sorter_get_vf(c->sorter, number, &vf->config);
	if (r == -ENOENT)
		return r;
	if (!r)
		r = collect_netdevs(c, vf);
	if (!r)
		r = collect_counters(c, (uint16_t)number, vf->stats, vf->drops);
	if (!r)
		r = collect_rings(c, vf);
	if (!r)
		r = svf_loss_sources_read(&vf->sources, c->nl, c->sorter, &c->info->policy, number,
					  &vf->config);
	if (r < 0)
		return svf_errmsg_set(err, r, "%s: vf %u: cannot read its state: %s", c->info->name,
				      number, strerror(-r));
	vf->mcast_flood = svf_sorter_in_group(c->sorter, all_groups, number);
	return 0;
}

/* --- the PF --- */

static pid_t find_holder(const struct svf_paths *paths, const char *pidfile)
{
	char path[SVF_PATH_MAX];

	return svf_path_join(path, paths->run, pidfile) < 0 ? 0 : svf_pidfile_holder(path);
}

static bool is_fresh(uint64_t heartbeat_ns)
{
	struct timespec ts;

	if (heartbeat_ns == 0 || clock_gettime(CLOCK_MONOTONIC, &ts) < 0)
		return false;

	uint64_t now_ns = (uint64_t)ts.tv_sec * NS_PER_S + (uint64_t)ts.tv_nsec;

	return now_ns < heartbeat_ns + SVF_HEARTBEAT_MAX_AGE_NS;
}

static int collect_agent(const struct collector *c, const struct svf_paths *paths)
{
	struct svf_pf_info *info = c->info;
	struct svf_agent_life life;
	int r = svf_sorter_get_agent(c->sorter, &life);

	if (r < 0)
		return r;
	info->daemon_pid = find_holder(paths, "daemon.pid");
	info->agent_pid = find_holder(paths, "agent.pid");
	info->agent_alive = info->agent_pid && is_fresh(life.heartbeat_ns);
	info->agent_starts = life.starts;
	info->zero_copy = life.zero_copy;
	return 0;
}

/* What the PF is now. */
static int collect_pf_link(const struct collector *c, const char *pf, struct svf_errmsg *err)
{
	struct svf_pf_info *info = c->info;
	struct svf_link link;
	/* By its number: it may have been renamed. */
	int r = svf_link_get(c->nl, SVF_NSID_SELF, info->state.pf_ifindex, &link, NULL);

	if (r == -ENODEV)
		return svf_errmsg_set(err, r, "%s: the PF is gone: `svf-loader down %s` clears up",
				      pf, pf);
	if (r < 0)
		return svf_errmsg_set(err, r, "%s: cannot read the PF: %s", pf, strerror(-r));

	(void)strncpy(info->name, pf, IFNAMSIZ - 1);
	memcpy(info->present_name, link.name, sizeof(link.name));
	info->ifindex = link.ifindex;
	memcpy(info->mac, link.mac, ETH_ALEN);
	info->xdp_mode = svf_xdp_mode_name(link.xdp_mode);
	return 0;
}

/* Numbers have holes, and while a command is at work some VFs are not there yet, or not any more.
 */
static int collect_vfs(struct collector *c, unsigned int n_vfs, struct svf_errmsg *err)
{
	struct svf_pf_info *info = c->info;

	info->vfs = calloc(n_vfs, sizeof(*info->vfs));
	if (n_vfs && !info->vfs)
		return -ENOMEM;
	for (unsigned int vf = 0; vf < n_vfs; vf++) {
		int r = collect_vf(c, vf, err);

		if (r < 0 && r != -ENOENT)
			return r;
		info->n_vfs += !r;
	}
	return 0;
}

static int collect(struct collector *c, const char *pf, const struct svf_paths *paths,
		   struct svf_errmsg *err)
{
	struct svf_pf_config config;
	int r;

	r = collect_pf_link(c, pf, err);
	if (r < 0)
		return r;
	r = svf_sorter_get_pf(c->sorter, &config);
	if (!r)
		r = svf_sorter_get_policy(c->sorter, &c->info->policy);
	if (!r)
		r = collect_agent(c, paths);
	if (!r)
		r = collect_counters(c, SVF_PF_ID, c->info->stats, c->info->drops);
	if (!r)
		r = collect_counters(c, SVF_WIRE_ID, c->info->wire_stats, c->info->wire_drops);
	if (r < 0)
		return svf_errmsg_set(err, r, "%s: cannot read its state: %s", pf, strerror(-r));

	c->info->mtu = config.mtu;
	c->info->carrier = config.carrier;
	r = collect_vfs(c, config.vfs, err);
	return r < 0 ? r : svf_pf_info_find_dups(c->info);
}

static int collect_open(struct svf_pf_info *info, const char *pf, const struct svf_open_pf *open,
			struct svf_errmsg *err)
{
	info->state = open->state;
	return collect(&(struct collector){ .nl = open->nl, .sorter = open->sorter, .info = info },
		       pf, &open->paths, err);
}

int svf_pf_info_new(struct svf_pf_info **ret_info, const char *pf, struct svf_errmsg *err)
{
	svf_cleanup(pf_info) struct svf_pf_info *info = calloc(1, sizeof(*info));
	struct svf_open_pf open;
	int r;

	if (!info)
		return -ENOMEM;
	r = svf_open_pf_init(&open, pf, err);
	if (!r)
		r = collect_open(info, pf, &open, err);
	svf_open_pf_done(&open);
	if (!r)
		*ret_info = TAKE_PTR(info);
	return r;
}

int svf_pf_info_find_owners(struct svf_pf_info *info, struct svf_errmsg *err)
{
	svf_cleanup(owners) struct svf_owners *owners = NULL;
	svf_cleanup(nl) struct svf_nl *nl = NULL;
	int r = svf_owners_new(&owners);

	if (!r)
		r = svf_nl_new(&nl, err);
	for (unsigned int i = 0; i < info->n_vfs && !r; i++) {
		struct svf_vf_info *vf = &info->vfs[i];

		if (vf->nsid != SVF_NSID_SELF)
			r = svf_owners_find(owners, nl, vf->nsid, &vf->owner);
	}
	return r;
}

struct svf_pf_info *svf_pf_info_free(struct svf_pf_info *info)
{
	if (!info)
		return NULL;
	for (unsigned int vf = 0; vf < info->n_vfs; vf++) {
		free(info->vfs[vf].rings);
		free(info->vfs[vf].dups);
	}
	free(info->vfs);
	free(info->ip);
	free(info);
	return NULL;
}
