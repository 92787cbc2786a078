/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What holds for the PF as a whole: facts that the PF daemon writes (svf_pf) and
 * policy (svf_policy). Both are ARRAYs: while one changes, a frame may meet a mix of old and
 * new fields, none of which depend on each other; while the PF's address changes, a mix of both
 * addresses, and a frame for either then goes to the wire.
 */
#pragma once

#include <stdbool.h>

#include <linux/bpf.h>
#include <linux/if_ether.h>

#include <bpf/bpf_helpers.h>

#include <svf/abi.h>

#include "mac.bpf.h"
#include "maps.bpf.h"

static __always_inline const struct svf_pf_config *get_pf(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&svf_pf, &zero);
}

static __always_inline const struct svf_policy *get_policy(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&svf_policy, &zero);
}

static __always_inline bool is_pf_mac(const __u8 mac[ETH_ALEN])
{
	const struct svf_pf_config *pf = get_pf();

	return pf && is_same_mac(pf->mac, mac);
}

/* 0: not known. */
static __always_inline __u32 pf_mtu(void)
{
	const struct svf_pf_config *pf = get_pf();

	return pf ? pf->mtu : 0;
}

static __always_inline bool has_promisc(void)
{
	const struct svf_policy *policy = get_policy();

	return policy && policy->n_promisc;
}

static __always_inline bool has_trunks(void)
{
	const struct svf_policy *policy = get_policy();

	return policy && policy->trunks;
}
