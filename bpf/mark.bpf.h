/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the sorter writes into skb->mark for itself: at the PF's ingress, where
 * frames of its own arrive between those from the wire, and at the shaper's far end.
 *
 *   31      21 20  19 18   13 12         0
 *   magic     | kind | block | source
 *
 * svf_port_tc overwrites what a tenant may have set before anything else, and the
 * mark does not cross network namespaces; so only the sorter, or root of the
 * PF's own namespace, sends such a frame there.
 */
#pragma once

#include <linux/types.h>

#include <svf/abi.h>

#define SVF_MARK_MAGIC	     0x5fe00000U
#define SVF_MARK_MAGIC_MASK  0xffe00000U
#define SVF_MARK_KIND_MASK   0x00180000U
#define SVF_MARK_HOST	     0x00000000U /* kind: judged, for the host */
#define SVF_MARK_FLOOD	     0x00080000U /* kind: fan-out to go on from `block` */
#define SVF_MARK_SHAPED	     0x00100000U /* kind: through the shaper on behalf of `source` */
#define SVF_MARK_BLOCK_SHIFT 13
#define SVF_MARK_BLOCK_MASK  0x3fU
#define SVF_MARK_SOURCE_MASK 0x1fffU /* the VF that sent it, or what is left of ... */
#define SVF_MARK_NO_VF	     0xe000U /* SVF_PF_ID or SVF_WIRE_ID without these bits */

_Static_assert(SVF_MAX_VFS <= (SVF_WIRE_ID & SVF_MARK_SOURCE_MASK), "a VF is no other source");

static inline __u32 svf_mark_host(void)
{
	return SVF_MARK_MAGIC | SVF_MARK_HOST;
}

static inline __u32 svf_mark_flood(__u32 block, __u32 source)
{
	return SVF_MARK_MAGIC | SVF_MARK_FLOOD |
	       (block & SVF_MARK_BLOCK_MASK) << SVF_MARK_BLOCK_SHIFT |
	       (source & SVF_MARK_SOURCE_MASK);
}

static inline __u32 svf_mark_shaped(__u32 source)
{
	return SVF_MARK_MAGIC | SVF_MARK_SHAPED | (source & SVF_MARK_SOURCE_MASK);
}

static inline int svf_mark_is_ours(__u32 mark)
{
	return (mark & SVF_MARK_MAGIC_MASK) == SVF_MARK_MAGIC;
}

static inline int svf_mark_is_host(__u32 mark)
{
	return svf_mark_is_ours(mark) && (mark & SVF_MARK_KIND_MASK) == SVF_MARK_HOST;
}

static inline int svf_mark_is_flood(__u32 mark)
{
	return svf_mark_is_ours(mark) && (mark & SVF_MARK_KIND_MASK) == SVF_MARK_FLOOD;
}

static inline int svf_mark_is_shaped(__u32 mark)
{
	return svf_mark_is_ours(mark) && (mark & SVF_MARK_KIND_MASK) == SVF_MARK_SHAPED;
}

static inline __u32 svf_mark_block(__u32 mark)
{
	return (mark >> SVF_MARK_BLOCK_SHIFT) & SVF_MARK_BLOCK_MASK;
}

static inline __u32 svf_mark_source(__u32 mark)
{
	__u32 source = mark & SVF_MARK_SOURCE_MASK;

	return source < SVF_MAX_VFS ? source : source | SVF_MARK_NO_VF;
}
