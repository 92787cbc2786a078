// SPDX-License-Identifier: GPL-2.0-only
/*
 * The Internet checksum. Words of 32 bits into two sums of 64: no carry to look after, and
 * several additions a cycle without the compiler's help.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

#include "csum.h"

#define STRIDE 16 /* bytes of one step of the loop */

static uint64_t load32(const uint8_t *at)
{
	uint32_t word;

	memcpy(&word, at, sizeof(word));
	return word;
}

uint64_t svf_csum_add(uint64_t sum, const void *data, size_t n)
{
	const uint8_t *at = data;
	uint64_t other = 0;
	uint16_t word = 0;

	for (; n >= STRIDE; n -= STRIDE, at += STRIDE) {
		sum += load32(at) + load32(at + 4);
		other += load32(at + 8) + load32(at + 12);
	}
	for (; n >= sizeof(uint32_t); n -= sizeof(uint32_t), at += sizeof(uint32_t))
		sum += load32(at);
	if (n >= sizeof(word)) {
		memcpy(&word, at, sizeof(word));
		sum += word;
		at += sizeof(word);
		n -= sizeof(word);
	}
	if (n > 0) { /* as if a zero byte followed */
		word = 0;
		memcpy(&word, at, 1);
		sum += word;
	}
	return sum + other;
}

uint16_t svf_csum_fold(uint64_t sum)
{
	sum = (sum & UINT32_MAX) + (sum >> 32);
	sum = (sum & UINT32_MAX) + (sum >> 32);
	sum = (sum & UINT16_MAX) + (sum >> 16);
	sum = (sum & UINT16_MAX) + (sum >> 16);
	return (uint16_t)((sum & UINT16_MAX) + (sum >> 16));
}

uint64_t svf_csum_pseudo(const uint8_t *frame, const struct svf_headers *headers, uint32_t n)
{
	bool is_v4 = headers->version == 4;
	uint32_t at = headers->l3 + (is_v4 ? SVF_IP4_ADDRESSES : SVF_IP6_ADDRESSES);
	uint32_t bytes = headers->l4 - at;

	return svf_csum_add((uint64_t)htonl(n) + htons(IPPROTO_TCP), frame + at, bytes);
}

/* The sum is right with the field at `field` in it, which has the one of two spellings of zero
 * that a sum over something that is not zero has. */
static bool is_right(uint64_t sum, const uint8_t *field)
{
	return svf_csum_fold(sum) == SVF_CSUM_OK && svf_headers_get16(field) != SVF_CSUM_OK;
}

bool svf_csum_is_valid(const uint8_t *frame, const struct svf_headers *headers)
{
	const uint8_t *ip = frame + headers->l3, *tcp = frame + headers->l4;
	uint32_t n = headers->end - headers->l4;

	if (headers->version == 4 &&
	    !is_right(svf_csum_add(0, ip, SVF_IP4_LEN), ip + SVF_IP4_CHECK))
		return false;
	return is_right(svf_csum_add(svf_csum_pseudo(frame, headers, n), tcp, n),
			tcp + SVF_TCP_CHECK);
}
