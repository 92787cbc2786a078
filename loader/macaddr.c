// SPDX-License-Identifier: GPL-2.0-only
/*
 * MAC addresses as text and by derivation. The derivation is part of the interface: a
 * change of its input changes every VF's address on every machine.
 */
#include <ctype.h>
#include <errno.h>
#include <sha2.h>
#include <stdio.h>
#include <string.h>

#include "macaddr.h"

#define MAC_MULTICAST 0x01
#define MAC_LOCAL     0x02

void svf_mac_format(char buf[SVF_MAC_TEXT_MAX], const uint8_t mac[ETH_ALEN])
{
	(void)snprintf(buf, SVF_MAC_TEXT_MAX, "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1],
		       mac[2], mac[3], mac[4], mac[5]);
}

static int parse_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)tolower((unsigned char)c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -EINVAL;
}

/* One or two hex digits, as iproute2 takes them; NULL if there is none. */
static const char *parse_byte(const char *text, uint8_t *ret_byte)
{
	int high = parse_digit(text[0]);
	int low;

	if (high < 0)
		return NULL;
	low = parse_digit(text[1]);
	if (low < 0) {
		*ret_byte = (uint8_t)high;
		return text + 1;
	}
	*ret_byte = (uint8_t)(high << 4 | low);
	return text + 2;
}

int svf_mac_parse(const char *text, uint8_t ret_mac[ETH_ALEN])
{
	uint8_t mac[ETH_ALEN];
	char separator = '\0';

	for (int i = 0; i < ETH_ALEN; i++) {
		if (i == 1)
			separator = *text;
		if (i > 0 && ((*text != ':' && *text != '-') || *text++ != separator))
			return -EINVAL;
		text = parse_byte(text, &mac[i]);
		if (!text)
			return -EINVAL;
	}
	if (*text != '\0')
		return -EINVAL;

	memcpy(ret_mac, mac, ETH_ALEN);
	return 0;
}

bool svf_mac_is_multicast(const uint8_t mac[ETH_ALEN])
{
	return mac[0] & MAC_MULTICAST;
}

bool svf_mac_is_zero(const uint8_t mac[ETH_ALEN])
{
	static const uint8_t zero[ETH_ALEN];

	return memcmp(mac, zero, ETH_ALEN) == 0;
}

void svf_mac_derive(uint8_t ret_mac[ETH_ALEN], const char *machine_id, const char *pf_id,
		    unsigned int vf, unsigned int salt)
{
	uint8_t digest[SHA256_DIGEST_LENGTH];
	uint8_t numbers[8] = {
		(uint8_t)(vf >> 24),   (uint8_t)(vf >> 16),   (uint8_t)(vf >> 8),   (uint8_t)vf,
		(uint8_t)(salt >> 24), (uint8_t)(salt >> 16), (uint8_t)(salt >> 8), (uint8_t)salt,
	};
	SHA2_CTX ctx;

	SHA256Init(&ctx);
	/* With their NULs, so that no two pairs of texts give the same bytes. */
	SHA256Update(&ctx, (const uint8_t *)machine_id, strlen(machine_id) + 1);
	SHA256Update(&ctx, (const uint8_t *)pf_id, strlen(pf_id) + 1);
	SHA256Update(&ctx, numbers, sizeof(numbers));
	SHA256Final(digest, &ctx);

	memcpy(ret_mac, digest, ETH_ALEN);
	ret_mac[0] = (uint8_t)((ret_mac[0] & ~MAC_MULTICAST) | MAC_LOCAL);
}
