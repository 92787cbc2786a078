/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What carries a VF's unicast frames between it and the wire: its rings while it is
 * in the afxdp lane and an agent lives, the tc hooks otherwise. A lane carries; it
 * never changes what is allowed.
 */
#pragma once

#include <stdbool.h>

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include <svf/abi.h>

#include "maps.bpf.h"
#include "owner.bpf.h"

/*
 * The agent is alive while its socket is in svf_alive and its heartbeat is fresh.
 * A dying process closes its sockets one by one, 13 ms each, this one first; so the
 * slots of svf_xsks are no sign. Programs at tc may look XSKMAPs up: the verifier
 * restricts the helper, not the program type (6.1 to 6.18).
 */
static __always_inline bool is_agent_alive(void)
{
	const volatile struct svf_agent_life *life;
	__u32 zero = 0;
	__s64 age_ns;

	life = bpf_map_lookup_elem(&svf_agent, &zero);
	if (!life || !bpf_map_lookup_elem(&svf_alive, &zero))
		return false;
	/* Signed: the coarse clock may be a tick behind the one the agent read. */
	age_ns = bpf_ktime_get_coarse_ns() - life->heartbeat_ns;
	return age_ns < (__s64)SVF_HEARTBEAT_MAX_AGE_NS;
}

/* How a frame from the wire reaches a VF that no ring took. */
static __always_inline enum svf_verdict verdict_without_ring(const struct svf_vf_config *config)
{
	if (config->lane != SVF_LANE_AFXDP)
		return SVF_VERDICT_TC;
	return is_agent_alive() ? SVF_VERDICT_NO_RING : SVF_VERDICT_NO_AGENT;
}

/* How a VF's frame reaches the wire. */
static __always_inline enum svf_verdict verdict_to_wire(const struct svf_vf_config *config)
{
	if (config->lane != SVF_LANE_AFXDP)
		return SVF_VERDICT_TC;
	if (!is_agent_alive())
		return SVF_VERDICT_NO_AGENT;
	return config->ring_port ? SVF_VERDICT_RING : SVF_VERDICT_NO_RING;
}

/* XDP_REDIRECT into the VF's ring on the frame's queue, or XDP_PASS if there is none. */
static __always_inline int redirect_to_ring(struct xdp_md *xdp, const struct svf_vf *vf)
{
	__u32 queue = xdp->rx_queue_index;

	if (vf->config->lane != SVF_LANE_AFXDP || queue >= svf_cfg.queues || !is_agent_alive())
		return XDP_PASS;
	return bpf_redirect_map(&svf_xsks, svf_xsk_slot(vf->id, queue, svf_cfg.queues), XDP_PASS);
}
