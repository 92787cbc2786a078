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
#define SVF_TAGS_MAX   5      /* of a described frame, in the data */

/* X(NAME, the six bytes) */
#define SVF_ADDRESSES(X)                                                                           \
	X(FAR, 0x02, 0xfa, 0, 0, 0, 0xfa) /* beyond the wire: no VF's, not the PF's */             \
	X(PF, 0x02, 0x73, 0, 0, 0, 0xff)                                                           \
	X(VF0, 0x02, 0x73, 0, 0, 1, 0)                                                             \
	X(VF1, 0x02, 0x73, 0, 0, 1, 1)                                                             \
	X(VF2, 0x02, 0x73, 0, 0, 1, 2)                                                             \
	X(VF3, 0x02, 0x73, 0, 0, 1, 3)                                                             \
	X(TWIN, 0x02, 0x73, 0, 0, 2, 0)	      /* VF 4's in VLAN 0 and VF 5's in VLAN 100 */        \
	X(STALE, 0x02, 0x73, 0, 0, 3, 1)      /* in svf_fdb for VF 1, which does not have it */    \
	X(STALE_HEAD, 0x06, 0x73, 0, 0, 1, 1) /* ... and differs from VF 1's at the front only */  \
	X(STALE_MIDDLE, 0x02, 0x73, 0, 1, 1, 1)                                                    \
	X(EXTRA, 0x02, 0x73, 0, 0, 4, 1) /* for mac_lists */                                       \
	X(EXTRA2, 0x02, 0x73, 0, 0, 4, 2)                                                          \
	X(BROADCAST, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff)                                           \
	X(MULTICAST, 0x01, 0x00, 0x5e, 0, 0, 1) /* all six have joined it */                       \
	X(GROUP, 0x33, 0x33, 0, 0, 0, 0x16)	/* nobody has */                                   \
	X(BRIDGES, 0x01, 0x80, 0xc2, 0, 0, 0x00)                                                   \
	X(PAUSE, 0x01, 0x80, 0xc2, 0, 0, 0x01)                                                     \
	X(SLOW, 0x01, 0x80, 0xc2, 0, 0, 0x02)                                                      \
	X(PAE, 0x01, 0x80, 0xc2, 0, 0, 0x03)                                                       \
	X(PROVIDERS, 0x01, 0x80, 0xc2, 0, 0, 0x08)                                                 \
	X(LLDP, 0x01, 0x80, 0xc2, 0, 0, 0x0e)                                                      \
	X(LAST, 0x01, 0x80, 0xc2, 0, 0, 0x0f)                                                      \
	X(BEYOND, 0x01, 0x80, 0xc2, 0, 0, 0x10) /* no more reserved */                             \
	X(MMRP, 0x01, 0x80, 0xc2, 0, 0, 0x20)                                                      \
	X(MVRP, 0x01, 0x80, 0xc2, 0, 0, 0x21)                                                      \
	X(LAST_MRP, 0x01, 0x80, 0xc2, 0, 0, 0x2f)                                                  \
	X(BEYOND_MRP, 0x01, 0x80, 0xc2, 0, 0, 0x30)                                                \
	X(NEARLY, 0x01, 0x80, 0xc2, 0, 1, 0x00)                                                    \
	X(NEARLY2, 0x01, 0x80, 0xc2, 0x01, 0, 0x00)                                                \
	X(NEARLY3, 0x01, 0x81, 0xc2, 0, 0, 0x00)                                                   \
	X(ZERO, 0, 0, 0, 0, 0, 0)

enum svf_address {
#define SVF_X(name, ...) ADDR_##name,
	SVF_ADDRESSES(SVF_X) N_ADDRESSES,
#undef SVF_X
};

struct svf_tag_spec {
	uint16_t tpid; /* 0: there is no such tag */
	uint16_t vid;
	uint8_t pcp;
};

struct svf_frame_spec {
	enum svf_address dst;
	enum svf_address src;
	struct svf_tag_spec meta;		/* outermost, in skb metadata */
	struct svf_tag_spec tags[SVF_TAGS_MAX]; /* in the data */
	uint16_t type;
	size_t len; /* of the data, tags included */
	unsigned int gso_size;
	unsigned int gso_segs;
	const uint8_t *l3; /* what follows the ethertype, l3_len bytes */
	size_t l3_len;
};

const uint8_t *svf_address_get(enum svf_address address);

/* By its name; N_ADDRESSES: there is none such. */
enum svf_address svf_address_find(const char *name);

/* Writes the frame's data; returns its length. */
size_t svf_frame_build(const struct svf_frame_spec *spec, uint8_t data[SVF_FRAME_MAX]);

uint16_t svf_tag_tci(const struct svf_tag_spec *tag);
