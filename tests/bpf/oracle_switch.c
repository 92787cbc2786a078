// SPDX-License-Identifier: GPL-2.0-only
/*
 * The rules about who gets a frame (oracle.h).
 */
#include "oracle.h"

#include <string.h>

#define TAGS_LOOKED 2 /* of a frame of the wire's or the host's */

enum path {
	PATH_HERE,    /* to the VF */
	PATH_WIRE,    /* the wire's switch has to */
	PATH_REFUSED, /* nobody */
};

static const struct svf_vf_config *vf_of(const struct oracle_case *c, unsigned int vf)
{
	return &c->world->setup.vfs[vf];
}

static unsigned int mode_of(const struct oracle_case *c, unsigned int vf)
{
	const unsigned int mode = vf_of(c, vf)->isolation;

	return mode == SVF_ISOLATION_INHERIT ? c->world->setup.policy.isolation : mode;
}

static bool is_broadcast(const uint8_t mac[ETH_ALEN])
{
	static const uint8_t all[ETH_ALEN] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };

	return !memcmp(mac, all, ETH_ALEN);
}

static bool has_agent(const struct oracle_case *c)
{
	return c->world->flags & WORLD_AGENT;
}

static bool is_owner(const struct oracle_case *c, unsigned int vf, const uint8_t mac[ETH_ALEN])
{
	return oracle_may_use(vf_of(c, vf), c->vlan) && oracle_owns(vf_of(c, vf), mac);
}

static unsigned int count_owners(const struct oracle_case *c, const uint8_t mac[ETH_ALEN],
				 unsigned int *ret_last)
{
	unsigned int n = 0;

	for (unsigned int vf = 0; vf < WORLD_N_VFS; vf++) {
		if (!is_owner(c, vf, mac))
			continue;
		*ret_last = vf;
		n++;
	}
	return n;
}

/* Sent back by the wire's switch: who sent it, going by the source. */
struct origin {
	bool vf;      /* a VF here */
	bool private; /* ... a private one */
	bool no_host; /* ... one without host_access */
	bool host;
};

static struct origin origin_of(const struct oracle_case *c)
{
	struct origin origin = {};

	if (c->from != ORACLE_WIRE)
		return origin;
	origin.host = !memcmp(c->frame->src, c->world->setup.pf.mac, ETH_ALEN);
	for (unsigned int vf = 0; vf < WORLD_N_VFS; vf++) {
		if (!is_owner(c, vf, c->frame->src))
			continue;
		origin.vf = true;
		origin.private |= mode_of(c, vf) == SVF_ISOLATION_PRIVATE;
		origin.no_host |= !vf_of(c, vf)->host_access;
	}
	return origin;
}

/* Why it is not for the VF, wherever it comes from; SVF_N_DROPS: it is. */
static enum svf_drop judge_origin(const struct oracle_case *c, unsigned int to)
{
	const struct origin origin = origin_of(c);

	if (origin.private || (origin.vf && mode_of(c, to) == SVF_ISOLATION_PRIVATE))
		return SVF_DROP_ISOLATION;
	if (origin.host && !vf_of(c, to)->host_access)
		return SVF_DROP_HOST_ACCESS;
	return SVF_N_DROPS;
}

/* Why the VF does not take it; SVF_N_DROPS: it does. */
static enum svf_drop judge_receiver(const struct oracle_case *c, unsigned int to)
{
	if (!oracle_is_up(c->world, vf_of(c, to)))
		return SVF_DROP_LINK_DOWN;
	if (c->l3_len > vf_of(c, to)->mtu)
		return SVF_DROP_MTU;
	if (c->from != ORACLE_WIRE)
		return SVF_N_DROPS;
	if (oracle_owns(vf_of(c, to), c->frame->src))
		return SVF_DROP_SRC_PRUNE;
	return judge_origin(c, to);
}

/* More frames a second than it may get. */
static bool is_over_limit(const struct oracle_case *c, unsigned int to)
{
	return vf_of(c, to)->max_rx_pps && c->world->setup.busy[to];
}

/* At a trunk the tag stays on, but a priority tag. */
static void hand_over(struct oracle_case *c, unsigned int to, enum svf_verdict verdict)
{
	if (is_over_limit(c, to)) {
		oracle_drop(c, to, SVF_DIRECTION_RX, SVF_DROP_PPS);
		return;
	}
	oracle_count(c, to, SVF_DIRECTION_RX, verdict);
	oracle_see(c, DEV_V0 + to, !(vf_of(c, to)->has_trunk && c->vlan));
}

static void give(struct oracle_case *c, unsigned int to, enum svf_verdict verdict)
{
	enum svf_drop reason = judge_receiver(c, to);

	if (reason == SVF_N_DROPS)
		hand_over(c, to, verdict);
	else
		oracle_drop(c, to, SVF_DIRECTION_RX, reason);
}

/* What comes back of a VF without host_access is not for it. */
static void to_host(struct oracle_case *c, enum svf_verdict verdict)
{
	if (origin_of(c).no_host) {
		if (!(c->frame->dst[0] & 1))
			oracle_drop(c, ORACLE_PF, SVF_DIRECTION_RX, SVF_DROP_HOST_ACCESS);
		return;
	}
	oracle_count(c, ORACLE_PF, SVF_DIRECTION_RX, verdict);
	oracle_see(c, DEV_PF, false);
}

static void to_wire(struct oracle_case *c, enum svf_verdict verdict)
{
	const bool by_ring = verdict == SVF_VERDICT_RING;

	if (c->from < WORLD_N_VFS && c->l3_len > c->world->setup.pf.mtu) {
		oracle_drop(c, ORACLE_WIRE, SVF_DIRECTION_TX, SVF_DROP_MTU);
		return;
	}
	oracle_count(c, ORACLE_WIRE, SVF_DIRECTION_TX, verdict);
	oracle_see(c, by_ring ? DEV_Q0 + c->from : DEV_WIRE, false);
}

static enum svf_verdict lane_out(const struct oracle_case *c, unsigned int vf)
{
	if (vf_of(c, vf)->lane != SVF_LANE_AFXDP)
		return SVF_VERDICT_TC;
	return has_agent(c) ? SVF_VERDICT_RING : SVF_VERDICT_NO_AGENT;
}

static enum path judge_path(const struct oracle_case *c, unsigned int to)
{
	const unsigned int mode = mode_of(c, to);
	unsigned int own;

	if (c->from == ORACLE_WIRE)
		return PATH_HERE;
	if (c->from == ORACLE_PF) {
		if (!vf_of(c, to)->host_access)
			return PATH_REFUSED;
		own = c->world->setup.policy.isolation;
		return mode == SVF_ISOLATION_VEPA || own == SVF_ISOLATION_VEPA ? PATH_WIRE
									       : PATH_HERE;
	}
	if (c->is_control)
		return PATH_WIRE;
	own = mode_of(c, c->from);
	if (own == SVF_ISOLATION_PRIVATE || mode == SVF_ISOLATION_PRIVATE)
		return PATH_REFUSED;
	return own == SVF_ISOLATION_VEB && mode == SVF_ISOLATION_VEB ? PATH_HERE : PATH_WIRE;
}

static enum svf_drop refusal(const struct oracle_case *c)
{
	return c->from == ORACLE_PF ? SVF_DROP_HOST_ACCESS : SVF_DROP_ISOLATION;
}

/* Where it was sent, and who counts that. */
static enum svf_direction direction_of(const struct oracle_case *c)
{
	return c->from == ORACLE_WIRE ? SVF_DIRECTION_RX : SVF_DIRECTION_TX;
}

/* Nobody here has the destination, or the wire's switch is to send it back. */
static void past(struct oracle_case *c)
{
	enum svf_verdict verdict = c->from < WORLD_N_VFS ? lane_out(c, c->from) : SVF_VERDICT_PASS;

	if (verdict == SVF_VERDICT_RING && c->l3_len > c->world->setup.pf.mtu)
		verdict = SVF_VERDICT_NO_RING;
	oracle_count(c, c->from, direction_of(c), verdict);
	if (c->from == ORACLE_WIRE)
		to_host(c, verdict);
	else
		to_wire(c, verdict);
}

static void to_several(struct oracle_case *c)
{
	bool here = false, wire = false;

	for (unsigned int vf = 0; vf < WORLD_N_VFS; vf++) {
		if (vf == c->from || !is_owner(c, vf, c->frame->dst))
			continue;
		here |= judge_path(c, vf) == PATH_HERE;
		wire |= judge_path(c, vf) == PATH_WIRE;
		if (judge_path(c, vf) == PATH_HERE)
			give(c, vf, SVF_VERDICT_COPY);
	}
	if (!here && !wire) {
		oracle_drop(c, c->from, direction_of(c), refusal(c));
		return;
	}
	oracle_count(c, c->from, direction_of(c), SVF_VERDICT_COPY);
	if (wire)
		to_wire(c, SVF_VERDICT_COPY);
}

static void to_one(struct oracle_case *c, unsigned int to)
{
	enum svf_verdict verdict = SVF_VERDICT_VEB;

	if (to == c->from) {
		oracle_drop(c, to, SVF_DIRECTION_TX, SVF_DROP_TO_SELF);
		return;
	}
	if (judge_path(c, to) == PATH_REFUSED) {
		oracle_drop(c, c->from, direction_of(c), refusal(c));
		return;
	}
	if (judge_path(c, to) == PATH_WIRE) {
		past(c);
		return;
	}
	if (c->from == ORACLE_PF)
		verdict = SVF_VERDICT_HOST;
	if (c->from == ORACLE_WIRE) {
		verdict = lane_out(c, to);
		if (verdict == SVF_VERDICT_RING)
			verdict = SVF_VERDICT_NO_RING;
	}
	oracle_count(c, c->from, direction_of(c), verdict);
	give(c, to, verdict);
}

static bool sees_all(const struct svf_vf_config *config)
{
	return config->trust & 1U << SVF_TRUST_PROMISC && config->promisc == SVF_PROMISC_ALL;
}

static void to_promiscuous(struct oracle_case *c, bool is_matched)
{
	const struct svf_vf_config *config;

	for (unsigned int vf = 0; vf < WORLD_N_VFS; vf++) {
		config = vf_of(c, vf);
		if (!sees_all(config) &&
		    (is_matched || !(config->trust & 1U << SVF_TRUST_PROMISC) ||
		     config->promisc != SVF_PROMISC_UNMATCHED))
			continue;
		if (oracle_may_use(config, c->vlan) && !oracle_owns(config, c->frame->dst) &&
		    judge_receiver(c, vf) == SVF_N_DROPS)
			hand_over(c, vf, SVF_VERDICT_COPY);
	}
}

/* svf_wire puts it into the VF's ring; what its source says is asked behind that. */
static bool takes_ring(const struct oracle_case *c, unsigned int to)
{
	for (unsigned int vf = 0; vf < WORLD_N_VFS; vf++) {
		if (sees_all(vf_of(c, vf)))
			return false;
	}
	return has_agent(c) && vf_of(c, to)->lane == SVF_LANE_AFXDP &&
	       oracle_is_up(c->world, vf_of(c, to)) && c->l3_len <= vf_of(c, to)->mtu;
}

static void unicast(struct oracle_case *c)
{
	const bool for_pf = !memcmp(c->frame->dst, c->world->setup.pf.mac, ETH_ALEN);
	unsigned int to = 0, n_owners = count_owners(c, c->frame->dst, &to);

	if (c->from == ORACLE_WIRE && !for_pf && n_owners == 1 && takes_ring(c, to)) {
		if (is_over_limit(c, to)) {
			oracle_count(c, ORACLE_WIRE, SVF_DIRECTION_RX, SVF_VERDICT_NO_RING);
			oracle_drop(c, to, SVF_DIRECTION_RX, SVF_DROP_PPS);
			return;
		}
		c->fate->redirect = (int)to;
		return;
	}
	if (c->from == ORACLE_WIRE)
		to_promiscuous(c, for_pf || n_owners);
	if (for_pf && c->from < WORLD_N_VFS && !vf_of(c, c->from)->host_access) {
		oracle_drop(c, c->from, SVF_DIRECTION_TX, SVF_DROP_HOST_ACCESS);
	} else if (for_pf && c->from < WORLD_N_VFS && mode_of(c, c->from) != SVF_ISOLATION_VEPA) {
		oracle_count(c, c->from, SVF_DIRECTION_TX, SVF_VERDICT_HOST);
		to_host(c, SVF_VERDICT_HOST);
	} else if (for_pf || !n_owners) {
		past(c);
	} else if (n_owners == 1) {
		to_one(c, to);
	} else {
		to_several(c);
	}
}

static bool has_joined(const struct oracle_case *c, unsigned int vf)
{
	static const uint8_t all[ETH_ALEN];
	const struct world_setup *setup = &c->world->setup;

	if (vf_of(c, vf)->trust & 1U << SVF_TRUST_ALLMULTI && vf_of(c, vf)->allmulti)
		return true;
	for (size_t i = 0; i < setup->n_groups; i++) {
		if (setup->groups[i].vf == vf &&
		    (!memcmp(setup->groups[i].mac, all, ETH_ALEN) ||
		     !memcmp(setup->groups[i].mac, c->frame->dst, ETH_ALEN)))
			return true;
	}
	return false;
}

/* The VF is set to get such frames. */
static bool wants(const struct oracle_case *c, unsigned int vf)
{
	if (!oracle_may_use(vf_of(c, vf), c->vlan) || !oracle_is_up(c->world, vf_of(c, vf)))
		return false;
	if (oracle_is_reserved(c->frame->dst) &&
	    !oracle_allows(vf_of(c, vf), oracle_control(c->frame, TAGS_LOOKED)))
		return false;
	return is_broadcast(c->frame->dst) ? vf_of(c, vf)->bcast : has_joined(c, vf);
}

static void to_member(struct oracle_case *c, unsigned int vf)
{
	const unsigned int mode = mode_of(c, vf);

	if (origin_of(c).vf && oracle_owns(vf_of(c, vf), c->frame->src)) {
		oracle_drop(c, vf, SVF_DIRECTION_RX, SVF_DROP_SRC_PRUNE);
		return;
	}
	if (judge_origin(c, vf) != SVF_N_DROPS)
		return;
	if (c->from == ORACLE_PF && judge_path(c, vf) != PATH_HERE)
		return;
	if (c->from < WORLD_N_VFS &&
	    (mode != SVF_ISOLATION_VEB || mode_of(c, c->from) != SVF_ISOLATION_VEB))
		return;
	if (c->l3_len > vf_of(c, vf)->mtu)
		oracle_drop(c, vf, SVF_DIRECTION_RX, SVF_DROP_MTU);
	else
		hand_over(c, vf, SVF_VERDICT_FLOOD);
}

static void flood(struct oracle_case *c)
{
	const struct world_setup *setup = &c->world->setup;

	if (c->from == ORACLE_WIRE && setup->policy.storm && setup->busy[WORLD_N_VFS]) {
		oracle_drop(c, ORACLE_WIRE, SVF_DIRECTION_RX, SVF_DROP_STORM);
		return;
	}
	for (unsigned int vf = 0; vf < WORLD_N_VFS && !c->is_control; vf++) {
		if (vf != c->from && wants(c, vf))
			to_member(c, vf);
	}
	oracle_count(c, c->from, direction_of(c), SVF_VERDICT_FLOOD);
	if (c->from != ORACLE_WIRE)
		to_wire(c, SVF_VERDICT_FLOOD);
	if (c->from == ORACLE_WIRE || (c->from < WORLD_N_VFS && vf_of(c, c->from)->host_access &&
				       mode_of(c, c->from) != SVF_ISOLATION_VEPA))
		to_host(c, SVF_VERDICT_FLOOD);
}

void oracle_switch(struct oracle_case *c)
{
	if (c->frame->dst[0] & 1)
		flood(c);
	else
		unicast(c);
}
