/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Whose port a frame is at. svf_ports says which VF to ask; as with svf_fdb, the VF's
 * configuration decides, so that a reused ifindex is nobody's port. The role in svf_ports
 * is for people.
 */
#pragma once

#include <stdbool.h>

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include <svf/abi.h>

#include "maps.bpf.h"
#include "owner.bpf.h"

static __always_inline bool find_port_owner(__u32 ifindex, enum svf_role role,
					    struct svf_vf *ret_vf)
{
	struct svf_vf_config *config;
	struct svf_port *port;
	__u32 expected;

	port = bpf_map_lookup_elem(&svf_ports, &ifindex);
	if (!port)
		return false;
	config = bpf_map_lookup_elem(&svf_vfs, &port->vf);
	if (!config)
		return false;
	expected = role == SVF_ROLE_RING_PORT ? config->ring_port : config->representor;
	/* A VF that is being reset or mended has none for the time: what it sends is dropped as
	 * its own, link_down. */
	if (ifindex != expected && (role == SVF_ROLE_RING_PORT || expected))
		return false;
	ret_vf->id = port->vf;
	ret_vf->config = config;
	return true;
}

static __always_inline bool is_our_port(__u32 ifindex)
{
	return bpf_map_lookup_elem(&svf_ports, &ifindex);
}
