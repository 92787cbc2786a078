// SPDX-License-Identifier: GPL-2.0-only
/*
 * How long the segments of a superframe are taken to be, by what is in it. Test runs have no
 * transport header, without which the kernel tells nothing about what is longer than the PF's MTU;
 * what it tells is in superframe.c.
 */
#include "rows.h"

/* IPv4 and UDP: 20 + 8. */
static const uint8_t udp4[] = { [0] = 0x45, [9] = 17, [27] = 0 };
/* IPv4 and SCTP: 20 + 12; GRE: 20 + 4. */
static const uint8_t sctp4[] = { [0] = 0x45, [9] = 132, [31] = 0 };
static const uint8_t gre4[] = { [0] = 0x45, [9] = 47, [23] = 0 };
/* IPv6 40, hop-by-hop options 8, routing 24, destination options 16, TCP 32: 120. */
static const uint8_t extended6[] = { [0] = 0x60, [6] = 0,  [40] = 43,	     [48] = 60, [49] = 2,
				     [72] = 6,	 [73] = 1, [88 + 12] = 0x80, [119] = 0 };
/* IPv6 40, hop-by-hop options 8, UDP 8: 56. */
static const uint8_t extended_udp6[] = { [0] = 0x60, [6] = 0, [40] = 17, [55] = 0 };
/* IPv6 40, authentication 12, TCP 32: the kernel makes no segments of it. */
static const uint8_t ah6[] = {
	[0] = 0x60, [6] = 51, [40] = 6, [41] = 1, [52 + 12] = 0x80, [83] = 0
};
/* IPv6 40, eight extension headers of 8, TCP 32: 136; and nine: 144. */
static const uint8_t eight6[] = {
	[0] = 0x60, [6] = 60,  [40] = 60, [48] = 60, [56] = 60,		[64] = 60,
	[72] = 60,  [80] = 60, [88] = 60, [96] = 6,  [104 + 12] = 0x80, [135] = 0
};
static const uint8_t nine6[] = {
	[0] = 0x60, [6] = 60,  [40] = 60, [48] = 60, [56] = 60,		[64] = 60, [72] = 60,
	[80] = 60,  [88] = 60, [96] = 60, [104] = 6, [112 + 12] = 0x80, [143] = 0
};
/* IPv6 40, destination options that go on behind the frame's end. */
static const uint8_t endless6[] = { [0] = 0x60, [6] = 60, [40] = 60, [41] = 255, [47] = 0 };

/* Segments of 500 bytes behind `headers` (without Ethernet's) of VF 1: of `size`, not more. */
#define SIZE(what, ethertype, headers, size)                                                       \
	{ .name = "size: " what ", as long as it may be",                                          \
	  .set = "1.mtu=" #size,                                                                   \
	  .program = PROG_PORT_TC,                                                                 \
	  .at = DEV_R1,                                                                            \
	  .ret = REDIRECT,                                                                         \
	  .frame = { .src = ADDR_VF1,                                                              \
		     .type = ethertype,                                                            \
		     .len = ETH_HLEN + sizeof(headers) + 1000,                                     \
		     .gso_size = 500,                                                              \
		     .gso_segs = 2,                                                                \
		     .l3 = headers,                                                                \
		     .l3_len = sizeof(headers) },                                                  \
	  .counts = "1.tx.tc wire.tx.tc" },                                                        \
	{                                                                                          \
		.name = "size: " what ", one byte longer", .set = "1.mtu=" #size " 1.less=1",      \
		.program = PROG_PORT_TC, .at = DEV_R1, .ret = SHOT,                                \
		.frame = { .src = ADDR_VF1,                                                        \
			   .type = ethertype,                                                      \
			   .len = ETH_HLEN + sizeof(headers) + 1000,                               \
			   .gso_size = 500,                                                        \
			   .gso_segs = 2,                                                          \
			   .l3 = headers,                                                          \
			   .l3_len = sizeof(headers) },                                            \
		.counts = "1.tx.mtu"                                                               \
	}

/* A row is read as it is written; each field on its own line would hide it. */
/* clang-format off */
static const struct row rows[] = {
	SIZE("UDP", ETH_P_IP, udp4, 528),
	SIZE("IPv6, three extension headers, TCP", ETH_P_IPV6, extended6, 620),
	SIZE("IPv6, an extension header, UDP", ETH_P_IPV6, extended_udp6, 556),
	SIZE("IPv6, eight extension headers", ETH_P_IPV6, eight6, 636),

	{ .name = "size: TCP, shorter than a segment may be", .set = "1.mtu=220",
	  .program = PROG_PORT_TC, .at = DEV_R1, .ret = REDIRECT,
	  .frame = { .src = ADDR_VF1, .type = ETH_P_IPV6, .len = 14 + 120 + 100, .gso_size = 500,
		     .gso_segs = 1, .l3 = extended6, .l3_len = sizeof(extended6) },
	  .counts = "1.tx.tc wire.tx.tc" },

	/* not known: the whole counts */
	SIZE("IPv6, nine extension headers", ETH_P_IPV6, nine6, 1144),
	SIZE("IPv6, an extension header of no segment's", ETH_P_IPV6, ah6, 1084),
	SIZE("SCTP", ETH_P_IP, sctp4, 1032),
	SIZE("GRE", ETH_P_IP, gre4, 1024),
	SIZE("another protocol", SVF_FRAME_TYPE, gre4, 1024),
	{ .name = "size: an extension header that does not end", .set = "1.mtu=1047",
	  .program = PROG_PORT_TC, .at = DEV_R1, .ret = SHOT,
	  .frame = { .src = ADDR_VF1, .type = ETH_P_IPV6, .len = 14 + 48 + 1000, .gso_size = 500,
		     .gso_segs = 2, .l3 = endless6, .l3_len = sizeof(endless6) },
	  .counts = "1.tx.mtu" },
	{ .name = "size: segments of their own length (SCTP), as long as it may be",
	  .set = "1.mtu=1032", .program = PROG_PORT_TC, .at = DEV_R1, .ret = REDIRECT,
	  .frame = { .src = ADDR_VF1, .type = ETH_P_IP, .len = 14 + 1032, .gso_size = 0xffff,
		     .gso_segs = 3, .l3 = sctp4, .l3_len = sizeof(sctp4) },
	  .counts = "1.tx.tc wire.tx.tc" },
	{ .name = "size: segments of their own length (SCTP), one byte longer",
	  .set = "1.mtu=1031", .program = PROG_PORT_TC, .at = DEV_R1, .ret = SHOT,
	  .frame = { .src = ADDR_VF1, .type = ETH_P_IP, .len = 14 + 1032, .gso_size = 0xffff,
		     .gso_segs = 3, .l3 = sctp4, .l3_len = sizeof(sctp4) },
	  .counts = "1.tx.mtu" },
	{ .name = "size: segments of their own length, TCP by its headers", .set = "1.mtu=551",
	  .program = PROG_PORT_TC, .at = DEV_R1, .ret = SHOT,
	  .frame = { .src = ADDR_VF1, .type = ETH_P_IPV6, .len = 14 + 1120, .gso_size = 0xffff,
		     .gso_segs = 3, .l3 = extended6, .l3_len = sizeof(extended6) },
	  .counts = "1.tx.mtu" },
	{ .name = "size: a receiver's, not known", .set = "0.mtu=1023", .program = PROG_PORT_TC,
	  .at = DEV_R1, .ret = SHOT,
	  .frame = { .dst = ADDR_VF0, .src = ADDR_VF1, .type = ETH_P_IP, .len = 14 + 1024,
		     .gso_size = 500, .gso_segs = 2, .l3 = gre4, .l3_len = sizeof(gre4) },
	  .counts = "1.tx.veb 0.rx.mtu" },
	{ .name = "size: no frame nobody counted: extension headers are no payload",
	  .program = PROG_PORT_TC, .at = DEV_R1, .ret = REDIRECT, .packets = 2,
	  .frame = { .src = ADDR_VF1, .type = ETH_P_IPV6, .len = 14 + 120 + 1000, .gso_size = 500,
		     .l3 = extended6, .l3_len = sizeof(extended6) },
	  .counts = "1.tx.tc wire.tx.tc" },
};
/* clang-format on */

TABLE(size);
