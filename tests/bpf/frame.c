// SPDX-License-Identifier: GPL-2.0-only
/*
 * Builds frames from their fields (frame.h).
 */
#include "frame.h"

#include <string.h>

#include <arpa/inet.h>

#define PCP_SHIFT 13

static const uint8_t addresses[N_ADDRESSES][ETH_ALEN] = {
#define SVF_X(name, ...) [ADDR_##name] = { __VA_ARGS__ },
	SVF_ADDRESSES(SVF_X)
#undef SVF_X
};

static const char *const names[N_ADDRESSES] = {
#define SVF_X(name, ...) [ADDR_##name] = #name,
	SVF_ADDRESSES(SVF_X)
#undef SVF_X
};

const uint8_t *svf_address_get(enum svf_address address)
{
	return addresses[address];
}

enum svf_address svf_address_find(const char *name)
{
	enum svf_address address = 0;

	while (address < N_ADDRESSES && strcmp(names[address], name) != 0)
		address++;
	return address;
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
	for (size_t i = 0; i < SVF_TAGS_MAX && spec->tags[i].tpid; i++) {
		at = put_u16(at, spec->tags[i].tpid);
		at = put_u16(at, svf_tag_tci(&spec->tags[i]));
	}
	at = put_u16(at, spec->type ? spec->type : SVF_FRAME_TYPE);
	if (spec->l3)
		memcpy(at, spec->l3, spec->l3_len);
	return spec->len ? spec->len : SVF_FRAME_LEN;
}
