/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A frame as the sorter sees it: addresses, the VLAN it belongs to, how much to
 * count for it. parse.bpf.h fills it in, alike from XDP's bytes and from an skb.
 *
 * Functions that are `__noinline` and not static are global ones to the verifier: it looks
 * at each once, for any arguments, instead of at every call in every state of the
 * caller, of which there would be more than a million. In exchange they return a
 * scalar, take pointers to plain structs only, and have to ask whether these are NULL.
 */
#pragma once

#include <linux/bpf.h>
#include <linux/if_ether.h>

#include <svf/abi.h>

enum svf_inner_tags {
	SVF_INNER_TAGS_NONE,
	SVF_INNER_TAGS_C,     /* 802.1Q only */
	SVF_INNER_TAGS_OTHER, /* another type, or too many */
};

struct svf_frame {
	__u8 dst[ETH_ALEN];
	__u8 src[ETH_ALEN];
	__be16 type;	  /* after the addresses; a tag's if that is in the data */
	__be16 next_type; /* below the outer tag */
	__be16 l3_type;	  /* below all tags; of a frame with more than two, the third's */
	__u16 l3_offset;  /* of what that type says */
	__be16 tpid;	  /* of its tag outside the VFs: on the wire and at the host */
	__u16 tci;	  /* ... */
	__u16 vlan;	  /* it belongs to, or SVF_VLAN_OTHER */
	__u8 has_tag;	  /* it has one outside */
	__u8 tag_on;	  /* that tag is on the frame now */
	__u8 tag_data;	  /* ... and is in the data */
	__u8 two_tags;	  /* another one follows it */
	__u8 control;	  /* SVF_CONTROL_OF(protocol) if it is link-local control, else 0 */
	__u8 inner_tags;  /* enum svf_inner_tags, of what a VF sends */
	__u32 packets;	  /* on a wire: a superframe is several */
	__u32 bytes;	  /* without the tag, wherever that is */
	__u32 l3_len;	  /* of the longest of them, without Ethernet header and two tags */
};

#define SVF_CONTROL_OF(proto) ((proto) + 1) /* of struct svf_frame */
#define SVF_DROP_NONE	      SVF_N_DROPS   /* for who returns a reason */
