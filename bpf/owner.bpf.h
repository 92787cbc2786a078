/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Whose address a MAC is. svf_fdb only says which VFs to ask, their configurations
 * decide. An address is looked up in the VLAN of the frame, and among the VFs with a trunk;
 * it may be held twice.
 */
#pragma once

#include <stdbool.h>

#include <linux/bpf.h>
#include <linux/if_ether.h>

#include <bpf/bpf_helpers.h>

#include <svf/abi.h>

#include "frame.bpf.h"
#include "isolation.bpf.h"
#include "mac.bpf.h"
#include "maps.bpf.h"
#include "pf.bpf.h"
#include "vlan.bpf.h"

/* One end of a frame's way. */
struct svf_vf {
	__u32 id; /* of a VF; SVF_PF_ID: the host, SVF_WIRE_ID: the wire */
	const struct svf_vf_config *config; /* a VF's, else NULL */
};

enum svf_ownership {
	SVF_OWNED_BY_NONE,
	SVF_OWNED_BY_ONE,
	SVF_OWNED_BY_SEVERAL,
};

/* Whose the source of a frame from the wire is, if it is somebody's here: sent back (VEPA), or a
 * loop, or a lie. 0: nobody's. */
#define SVF_ORIGIN_VF	   (1U << 0)
#define SVF_ORIGIN_PRIVATE (1U << 1) /* ... a private one's */
#define SVF_ORIGIN_NO_HOST (1U << 2) /* ... one's with host_access off */
#define SVF_ORIGIN_HOST	   (1U << 3) /* the PF's */

struct svf_owner_search {
	struct svf_fdb_key key; /* the address and the frame's VLAN */
	__u32 vf;		/* one of the owners, if there are any */
	__u32 owners;
	__u32 origin; /* SVF_ORIGIN_ bits of all of them */
};

/* The VF of this number, or who else a source can be. */
static __always_inline bool find_source(__u32 id, struct svf_vf *ret_source)
{
	ret_source->id = id;
	ret_source->config = bpf_map_lookup_elem(&svf_vfs, &id);
	return ret_source->config || id == SVF_PF_ID || id == SVF_WIRE_ID;
}

static __always_inline bool is_trusted(const struct svf_vf_config *config, enum svf_trust with)
{
	return config->trust & 1U << with;
}

/* In mac_list. */
__noinline int is_listed(const struct svf_vf_config *config, const struct svf_fdb_key *key)
{
	if (!config || !key)
		return 0;
	for (__u32 i = 0; i < SVF_MACS_MAX && i < config->n_macs; i++)
		if (is_same_mac(config->macs[i], key->mac))
			return 1;
	return 0;
}

static __always_inline bool owns(const struct svf_vf_config *config, const __u8 mac[ETH_ALEN])
{
	struct svf_fdb_key key = {};

	if (is_same_mac(config->mac, mac))
		return true;
	if (!config->n_macs)
		return false;
	__builtin_memcpy(key.mac, mac, ETH_ALEN);
	return is_listed(config, &key);
}

/* The VF says so itself: it has this address, in this VLAN. */
static __always_inline bool owns_in_vlan(const struct svf_vf_config *config,
					 const __u8 mac[ETH_ALEN], __u16 vlan)
{
	return may_use_vlan(config, vlan) && owns(config, mac);
}

/* One VF of a list. */
__noinline int ask_owner(struct svf_owner_search *search, __u32 vf, __u16 list_vlan)
{
	const struct svf_vf_config *config = bpf_map_lookup_elem(&svf_vfs, &vf);

	if (!search || !config || svf_home_vlan(config) != list_vlan ||
	    !owns_in_vlan(config, search->key.mac, search->key.vlan))
		return 0;
	search->vf = vf;
	search->owners++;
	search->origin |= SVF_ORIGIN_VF;
	if (is_private(config))
		search->origin |= SVF_ORIGIN_PRIVATE;
	if (!config->host_access)
		search->origin |= SVF_ORIGIN_NO_HOST;
	return 0;
}

static __always_inline void ask_owners(struct svf_owner_search *search, __u16 list_vlan)
{
	struct svf_fdb_key key = search->key;
	struct svf_fdb_owners *owners;

	key.vlan = list_vlan;
	owners = bpf_map_lookup_elem(&svf_fdb, &key);
	if (!owners)
		return;
	for (__u32 i = 0; i < SVF_OWNERS_MAX && i < owners->count; i++)
		ask_owner(search, owners->vf[i], list_vlan);
}

/* For the rare case that there is more than one to ask. */
__noinline int search_owners(struct svf_owner_search *search)
{
	if (!search)
		return 0;
	ask_owners(search, search->key.vlan);
	ask_owners(search, SVF_VLAN_TRUNK);
	return 0;
}

/* Lists of VFs to ask, in the address's VLAN and with a trunk. */
static __always_inline const struct svf_fdb_owners *find_owners(const __u8 mac[ETH_ALEN],
								__u16 vlan)
{
	struct svf_fdb_key key = { .vlan = vlan };

	__builtin_memcpy(key.mac, mac, ETH_ALEN);
	return bpf_map_lookup_elem(&svf_fdb, &key);
}

/* The common case: no more than one to ask. False: search_owners() has to. */
static __always_inline bool find_candidate(const __u8 mac[ETH_ALEN], __u16 vlan,
					   const struct svf_fdb_owners **ret_owners)
{
	const struct svf_fdb_owners *owners, *trunks = NULL;

	owners = find_owners(mac, vlan);
	if (has_trunks())
		trunks = find_owners(mac, SVF_VLAN_TRUNK);
	if (owners && trunks)
		return false;
	*ret_owners = owners ? owners : trunks;
	return !*ret_owners || (*ret_owners)->count <= 1;
}

/* Who has `mac` in `vlan`; ret_vf is set for SVF_OWNED_BY_ONE. */
static __always_inline enum svf_ownership find_owner(const __u8 mac[ETH_ALEN], __u16 vlan,
						     struct svf_vf *ret_vf)
{
	const struct svf_fdb_owners *owners = NULL;
	__u32 vf;

	if (find_candidate(mac, vlan, &owners)) {
		if (!owners || !owners->count)
			return SVF_OWNED_BY_NONE;
		vf = owners->vf[0];
	} else {
		struct svf_owner_search search = { .key.vlan = vlan };

		__builtin_memcpy(search.key.mac, mac, ETH_ALEN);
		search_owners(&search);
		if (search.owners > 1)
			return SVF_OWNED_BY_SEVERAL;
		if (!search.owners)
			return SVF_OWNED_BY_NONE;
		vf = search.vf;
	}
	ret_vf->id = vf;
	ret_vf->config = bpf_map_lookup_elem(&svf_vfs, &vf);
	if (!ret_vf->config || !owns_in_vlan(ret_vf->config, mac, vlan))
		return SVF_OWNED_BY_NONE;
	return SVF_OWNED_BY_ONE;
}

/* Who sent what comes from the wire, going by its source address: SVF_ORIGIN_ bits. */
__noinline __u32 find_origin(const struct svf_frame *frame)
{
	struct svf_owner_search search = {};

	if (!frame)
		return 0;
	if (is_pf_mac(frame->src))
		search.origin = SVF_ORIGIN_HOST;
	if (!find_owners(frame->src, frame->vlan) &&
	    !(has_trunks() && find_owners(frame->src, SVF_VLAN_TRUNK)))
		return search.origin;
	search.key.vlan = frame->vlan;
	__builtin_memcpy(search.key.mac, frame->src, ETH_ALEN);
	search_owners(&search);
	return search.origin;
}
