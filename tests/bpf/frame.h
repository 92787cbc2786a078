/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Frames described by fields. Addresses are named: the world's inhabitants and some
 * special ones. What is left zero is a 60-byte untagged frame of an experimental
 * ethertype.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <linux/if_ether.h>

#define SVF_FRAME_MAX  2048
#define SVF_FRAME_LEN  60     /* unless told */
#define SVF_FRAME_TYPE 0x88b5 /* IEEE local experimental */

enum svf_address {
	ADDR_FAR, /* somebody beyond the wire: no VF's, not the PF's */
	ADDR_PF,
	ADDR_VF0,
	ADDR_VF1,
	ADDR_VF2,
	ADDR_VF3,
	ADDR_TWIN,	 /* VF 4's in VLAN 0 and VF 5's in VLAN 100 */
	ADDR_STALE,	 /* in svf_fdb for VF 1, which does not have it (any more) */
	ADDR_STALE_HEAD, /* ... and differs from VF 1's in the first half only */
	ADDR_STALE_MIDDLE,
	ADDR_BROADCAST,
	ADDR_MULTICAST,
	ADDR_ZERO,
	N_ADDRESSES,
};

struct svf_tag_spec {
	uint16_t tpid; /* 0: there is no such tag */
	uint16_t vid;
	uint8_t pcp;
};

struct svf_frame_spec {
	enum svf_address dst;
	enum svf_address src;
	struct svf_tag_spec meta;    /* outermost, in skb metadata */
	struct svf_tag_spec tags[2]; /* in the data */
	uint16_t type;
	size_t len; /* of the data, tags included */
	unsigned int gso_size;
	unsigned int gso_segs;
	const uint8_t *l3; /* what follows the ethertype, l3_len bytes */
	size_t l3_len;
};

const uint8_t *svf_address_get(enum svf_address address);

/* Writes the frame's data; returns its length. */
size_t svf_frame_build(const struct svf_frame_spec *spec, uint8_t data[SVF_FRAME_MAX]);

/* Length of the data without the outermost tag, which counters do not count. */
size_t svf_frame_counted_len(const struct svf_frame_spec *spec);

uint16_t svf_tag_tci(const struct svf_tag_spec *tag);
