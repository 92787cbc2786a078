// SPDX-License-Identifier: GPL-2.0-only
/*
 * Parsing up to the TCP payload. What a sender or the kernel says about header lengths is not
 * asked: the vnet header's hdr_len is how much the kernel had in one piece.
 */
#include <errno.h>

#include <linux/if_ether.h>
#include <netinet/in.h>

#include "headers.h"

#define TAG_LEN	    4
#define TAGS_MAX    4 /* as many as the sorter looks below */
#define WORD_LEN    4 /* unit of TCP's data offset */
#define OPTIONS_LEN 8 /* unit of an extension header's length, and the least */
#define OPTIONS_MAX 4 /* extension headers in a row */
#define LOW_NIBBLE  0x0f
#define NIBBLE	    4
/* More fragments, or an offset. The third bit of the field is reserved, and is to be 0. */
#define IP4_NOT_WHOLE 0xbfff

uint16_t svf_headers_get16(const uint8_t *at)
{
	return (uint16_t)(at[0] << 8 | at[1]);
}

uint32_t svf_headers_get32(const uint8_t *at)
{
	return (uint32_t)svf_headers_get16(at) << 16 | svf_headers_get16(at + 2);
}

void svf_headers_put16(uint8_t *at, uint16_t value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

void svf_headers_put32(uint8_t *at, uint32_t value)
{
	svf_headers_put16(at, (uint16_t)(value >> 16));
	svf_headers_put16(at + 2, (uint16_t)value);
}

/* Ethernet and tags: sets l3 and version. */
static int parse_l2(const uint8_t *frame, uint32_t length, struct svf_headers *headers)
{
	uint32_t at = ETH_HLEN - sizeof(uint16_t); /* of the ethertype */

	for (int tags = 0; tags <= TAGS_MAX; tags++, at += TAG_LEN) {
		uint16_t type;

		if (length < at + sizeof(type))
			return -ENOENT;
		type = svf_headers_get16(frame + at);
		if (type == ETH_P_8021Q || type == ETH_P_8021AD)
			continue;
		if (type != ETH_P_IP && type != ETH_P_IPV6)
			return -ENOENT;
		headers->l3 = (uint16_t)(at + sizeof(type));
		headers->version = type == ETH_P_IP ? 4 : 6;
		return 0;
	}
	return -EBADMSG;
}

static int parse_ip4(const uint8_t *ip, uint32_t length, struct svf_headers *headers)
{
	uint32_t header, total;

	if (length < SVF_IP4_LEN)
		return -EBADMSG;
	if (ip[SVF_IP4_PROTOCOL] != IPPROTO_TCP)
		return -ENOENT;
	header = (uint32_t)(ip[0] & LOW_NIBBLE) * WORD_LEN;
	total = svf_headers_get16(ip + SVF_IP4_LENGTH);
	if (ip[0] >> NIBBLE != 4 || header < SVF_IP4_LEN || total < header || total > length ||
	    svf_headers_get16(ip + SVF_IP4_FRAGMENT) & IP4_NOT_WHOLE)
		return -EBADMSG;
	headers->l4 = (uint16_t)(headers->l3 + header);
	headers->end = headers->l3 + total;
	return 0;
}

/* Walks from `next`, the header behind the fixed one, to TCP. Returns its offset in the packet. */
static int skip_extensions(const uint8_t *ip, uint32_t total, uint8_t next)
{
	uint32_t at = SVF_IP6_LEN;

	for (int i = 0; i <= OPTIONS_MAX; i++) {
		switch (next) {
		case IPPROTO_TCP:
			return (int)at;
		case IPPROTO_UDP:
		case IPPROTO_ICMPV6:
			return -ENOENT;
		case IPPROTO_HOPOPTS:
		case IPPROTO_DSTOPTS:
		case IPPROTO_ROUTING:
			break;
		default: /* a fragment, or what may hide TCP */
			return -EBADMSG;
		}
		if (at + OPTIONS_LEN > total)
			return -EBADMSG;
		next = ip[at];
		at += (ip[at + 1] + 1U) * OPTIONS_LEN;
	}
	return -EBADMSG;
}

static int parse_ip6(const uint8_t *ip, uint32_t length, struct svf_headers *headers)
{
	uint32_t total;
	int l4;

	if (length < SVF_IP6_LEN)
		return -EBADMSG;
	total = SVF_IP6_LEN + svf_headers_get16(ip + SVF_IP6_LENGTH);
	/* The length may be wrong, but it is no TCP. */
	l4 = skip_extensions(ip, total < length ? total : length, ip[SVF_IP6_NEXT]);
	if (l4 < 0)
		return l4;
	if (ip[0] >> NIBBLE != 6 || total > length || (uint32_t)l4 > total)
		return -EBADMSG;
	headers->l4 = (uint16_t)(headers->l3 + l4);
	headers->end = headers->l3 + total;
	return 0;
}

static int parse_tcp(const uint8_t *frame, struct svf_headers *headers)
{
	uint32_t length = headers->end - headers->l4;
	uint32_t header;

	if (length < SVF_TCP_LEN)
		return -EBADMSG;
	header = (uint32_t)(frame[headers->l4 + SVF_TCP_OFFSET] >> NIBBLE) * WORD_LEN;
	if (header < SVF_TCP_LEN || header > length)
		return -EBADMSG;
	headers->payload = (uint16_t)(headers->l4 + header);
	return 0;
}

int svf_headers_parse(const uint8_t *frame, uint32_t length, struct svf_headers *ret_headers)
{
	struct svf_headers headers = {};
	int r = parse_l2(frame, length, &headers);

	if (r < 0)
		return r;
	if (headers.version == 4)
		r = parse_ip4(frame + headers.l3, length - headers.l3, &headers);
	else
		r = parse_ip6(frame + headers.l3, length - headers.l3, &headers);
	if (r == 0)
		r = parse_tcp(frame, &headers);
	if (r == 0)
		*ret_headers = headers;
	return r;
}
