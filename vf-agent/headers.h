/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where the headers of a TCP segment are in a frame: Ethernet, tags, IPv4 or IPv6 with whatever
 * options each segment repeats, TCP. No byte is believed before it is known to be there.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Offsets in headers, where the C structs are not used because frames are not aligned. */
#define SVF_IP4_TOS	  1
#define SVF_IP4_LENGTH	  2
#define SVF_IP4_ID	  4
#define SVF_IP4_FRAGMENT  6
#define SVF_IP4_PROTOCOL  9
#define SVF_IP4_CHECK	  10
#define SVF_IP4_ADDRESSES 12
#define SVF_IP4_LEN	  20 /* without options */
#define SVF_IP6_LENGTH	  4
#define SVF_IP6_NEXT	  6
#define SVF_IP6_ADDRESSES 8
#define SVF_IP6_LEN	  40
#define SVF_TCP_SEQ	  4
#define SVF_TCP_ACK	  8
#define SVF_TCP_OFFSET	  12
#define SVF_TCP_FLAGS	  13
#define SVF_TCP_WINDOW	  14
#define SVF_TCP_CHECK	  16
#define SVF_TCP_URGENT	  18
#define SVF_TCP_LEN	  20 /* without options */

/* Flags of TCP. */
#define SVF_TCP_FIN   0x01
#define SVF_TCP_PSH   0x08
#define SVF_TCP_ACKED 0x10 /* ACK */
#define SVF_TCP_CWR   0x80

/* What svf_headers_parse() found. Offsets are bytes from the frame's first. */
struct svf_headers {
	uint16_t l3;	  /* IP header; what is before it is Ethernet and tags */
	uint16_t l4;	  /* TCP header */
	uint16_t payload; /* first byte behind it */
	uint8_t version;  /* of IP: 4 or 6 */
	uint8_t pad;
	uint32_t end; /* of the IP packet: the frame may go on with padding */
};

/* 0: a TCP segment, described in *ret_headers. -ENOENT: certainly not TCP over IP. -EBADMSG: it
 * may belong to a TCP flow, but is nothing that the engines know (fragments, extension headers
 * other than options and routing, truncated, too many tags). */
int svf_headers_parse(const uint8_t *frame, uint32_t length, struct svf_headers *ret_headers);

/* Whether the IP header is no longer than it must be: no options, no extension headers. */
static inline bool svf_headers_is_plain(const struct svf_headers *headers)
{
	return headers->l4 - headers->l3 == (headers->version == 4 ? SVF_IP4_LEN : SVF_IP6_LEN);
}

/* Numbers in frames, which are not aligned. */
uint16_t svf_headers_get16(const uint8_t *at);
uint32_t svf_headers_get32(const uint8_t *at);
void svf_headers_put16(uint8_t *at, uint16_t value);
void svf_headers_put32(uint8_t *at, uint32_t value);
