// SPDX-License-Identifier: GPL-2.0-only
/*
 * Builds frames from their fields (frame.h).
 */
#include "frame.h"

#include <string.h>

#include <arpa/inet.h>

#define PCP_SHIFT 13
#define TAG_LEN	  4

static const uint8_t addresses[N_ADDRESSES][ETH_ALEN] = {
	[ADDR_FAR] = { 0x02, 0xfa, 0, 0, 0, 0xfa },
	[ADDR_PF] = { 0x02, 0x73, 0, 0, 0, 0xff },
	[ADDR_VF0] = { 0x02, 0x73, 0, 0, 1, 0 },
	[ADDR_VF1] = { 0x02, 0x73, 0, 0, 1, 1 },
	[ADDR_VF2] = { 0x02, 0x73, 0, 0, 1, 2 },
	[ADDR_VF3] = { 0x02, 0x73, 0, 0, 1, 3 },
	[ADDR_TWIN] = { 0x02, 0x73, 0, 0, 2, 0 },
	[ADDR_STALE] = { 0x02, 0x73, 0, 0, 3, 1 },
	[ADDR_STALE_HEAD] = { 0x06, 0x73, 0, 0, 1, 1 },
	[ADDR_STALE_MIDDLE] = { 0x02, 0x73, 0, 1, 1, 1 },
	[ADDR_BROADCAST] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff },
	[ADDR_MULTICAST] = { 0x01, 0x00, 0x5e, 0, 0, 1 },
	[ADDR_ZERO] = {},
};

const uint8_t *svf_address_get(enum svf_address address)
{
	return addresses[address];
}

uint16_t svf_tag_tci(const struct svf_tag_spec *tag)
{
	return (uint16_t)(tag->pcp << PCP_SHIFT | tag->vid);
}

static uint8_t *put_u16(uint8_t *at, uint16_t value)
{
	uint16_t be = htons(value);

	memcpy(at, &be, sizeof(be));
	return at + sizeof(be);
}

size_t svf_frame_build(const struct svf_frame_spec *spec, uint8_t data[SVF_FRAME_MAX])
{
	uint8_t *at = data;

	memset(data, 0, SVF_FRAME_MAX);
	memcpy(at, addresses[spec->dst], ETH_ALEN);
	memcpy(at + ETH_ALEN, addresses[spec->src], ETH_ALEN);
	at += 2 * ETH_ALEN;
	for (size_t i = 0; i < 2 && spec->tags[i].tpid; i++) {
		at = put_u16(at, spec->tags[i].tpid);
		at = put_u16(at, svf_tag_tci(&spec->tags[i]));
	}
	at = put_u16(at, spec->type ? spec->type : SVF_FRAME_TYPE);
	if (spec->l3)
		memcpy(at, spec->l3, spec->l3_len);
	return spec->len ? spec->len : SVF_FRAME_LEN;
}

size_t svf_frame_counted_len(const struct svf_frame_spec *spec)
{
	size_t len = spec->len ? spec->len : SVF_FRAME_LEN;

	return spec->tags[0].tpid && !spec->meta.tpid ? len - TAG_LEN : len;
}
