/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Link-local control protocols: talk between a station and its switch. By what is below the tags,
 * or else by destination.
 */
#pragma once

#include <stdbool.h>

#include <linux/bpf.h>
#include <linux/if_ether.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include <svf/abi.h>

#include "frame.bpf.h"
#include "mac.bpf.h"

#ifndef ETH_P_LLDP
#define ETH_P_LLDP 0x88cc
#endif

#define SVF_RESERVED_HALF_0    bpf_htons(0x0180) /* 01-80-C2-00-00-0X and -2X */
#define SVF_RESERVED_HALF_1    bpf_htons(0xc200)
#define SVF_RESERVED_HALF_2    bpf_htons(0x0000)
#define SVF_RESERVED_MASK_2    bpf_htons(0xffd0)
#define SVF_RESERVED_BRIDGES   0x00 /* the last byte: STP */
#define SVF_RESERVED_PROVIDERS 0x08 /* ... of provider bridges */

/*
 * 01-80-C2-00-00-00 to -0F, which no bridge forwards, and -20 to -2F, where stations register with
 * their switch (802.1Q table 10-1: MVRP, MMRP, before them GARP). A bridge that does not speak
 * such a protocol forwards it; here a VF that did could have the switch send any VLAN to the PF.
 */
static __always_inline bool is_reserved(const __u8 mac[ETH_ALEN])
{
	const svf_mac_half *half = (const void *)mac;

	return half[0] == SVF_RESERVED_HALF_0 && half[1] == SVF_RESERVED_HALF_1 &&
	       (half[2] & SVF_RESERVED_MASK_2) == SVF_RESERVED_HALF_2;
}

/* SVF_CONTROL_OF() what the frame is, or 0. */
static __always_inline __u8 control_of(const struct svf_frame *frame)
{
	const __u8 last = frame->dst[ETH_ALEN - 1];

	switch (frame->l3_type) {
	case bpf_htons(ETH_P_LLDP):
		return SVF_CONTROL_OF(SVF_PROTO_LLDP);
	case bpf_htons(ETH_P_SLOW):
		return SVF_CONTROL_OF(SVF_PROTO_LACP);
	case bpf_htons(ETH_P_PAUSE):
		return SVF_CONTROL_OF(SVF_PROTO_PAUSE);
	case bpf_htons(ETH_P_PAE):
		return SVF_CONTROL_OF(SVF_PROTO_DOT1X);
	default:
		break;
	}
	if (!is_reserved(frame->dst))
		return 0;
	if (last == SVF_RESERVED_BRIDGES || last == SVF_RESERVED_PROVIDERS)
		return SVF_CONTROL_OF(SVF_PROTO_STP);
	return SVF_CONTROL_OF(SVF_PROTO_RESERVED);
}

/* Whether the VF speaks this protocol with the switch. */
static __always_inline bool may_control(const struct svf_vf_config *config, __u8 control)
{
	switch (control) {
	case 0:
		return true;
#define SVF_X(name, field, help)                                                                   \
	case SVF_CONTROL_OF(SVF_PROTO_##name):                                                     \
		return config->allow_##field;
		SVF_PROTOS(SVF_X)
#undef SVF_X
	default:
		return false;
	}
}
