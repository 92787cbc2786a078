// SPDX-License-Identifier: GPL-2.0-only
/*
 * What our netdevs are called, and the alias that makes them ours. Pure text: asks
 * the kernel nothing. A name that fits is never hashed.
 */
#include <stdio.h>
#include <string.h>

#include <svf/abi.h>
#include <svf/paths.h>

#include "names.h"

/* <6 bytes of the PF><4 hex digits><kind><up to 4 digits> */
#define HASHED_PREFIX 6
#define PF_WORD	      "pf"
_Static_assert(HASHED_PREFIX + 4 + 1 + 4 < IFNAMSIZ, "hashed names fit");
_Static_assert(SVF_MAX_VFS <= 10000, "VF numbers have up to 4 digits");
_Static_assert(IFNAMSIZ + 1 + 10 <= SVF_LONG_NAME_MAX, "long names fit");
_Static_assert(sizeof("svf::4095:4294967295") + SVF_PF_LABEL_MAX - 1 <= SVF_ALIAS_MAX,
	       "aliases fit");

static unsigned int hash_name(const char *name)
{
	uint32_t hash = 2166136261u; /* FNV-1a, folded to 16 bits */

	for (; *name; name++)
		hash = (hash ^ (unsigned char)*name) * 16777619u;
	return (hash >> 16 ^ hash) & 0xffff;
}

void svf_name_format(struct svf_name *ret_name, const char *pf, enum svf_name_kind kind,
		     unsigned int vf)
{
	int n;

	*ret_name = (struct svf_name){};
	n = snprintf(ret_name->long_name, sizeof(ret_name->long_name), "%.*s%c%u", IFNAMSIZ - 1, pf,
		     kind, vf);
	ret_name->hashed = n >= IFNAMSIZ;
	if (ret_name->hashed)
		(void)snprintf(ret_name->name, sizeof(ret_name->name), "%.*s%04x%c%u",
			       HASHED_PREFIX, pf, hash_name(pf), kind, vf % 10000);
	else
		memcpy(ret_name->name, ret_name->long_name, (size_t)n + 1);
}

bool svf_name_parse(const char *name, const char *pf, unsigned int *ret_vf)
{
	static const enum svf_name_kind kinds[] = { SVF_NAME_VF, SVF_NAME_REPRESENTOR };
	size_t digits = strlen(name);
	unsigned int vf;

	while (digits && name[digits - 1] >= '0' && name[digits - 1] <= '9')
		digits--;
	if (sscanf(name + digits, "%4u", &vf) != 1 || vf >= SVF_MAX_VFS)
		return false;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct svf_name made;

		svf_name_format(&made, pf, kinds[i], vf);
		if (!strcmp(made.name, name)) {
			*ret_vf = vf;
			return true;
		}
	}
	return false;
}

void svf_alias_format(char buf[SVF_ALIAS_MAX], const char *pf_label, unsigned int vf,
		      uint32_t generation)
{
	if (vf == SVF_PF_ID)
		(void)snprintf(buf, SVF_ALIAS_MAX, "svf:%s:" PF_WORD ":%u", pf_label, generation);
	else
		(void)snprintf(buf, SVF_ALIAS_MAX, "svf:%s:%u:%u", pf_label, vf, generation);
}

/* One decimal number without sign or leading zeros; NULL if there is none. */
static const char *parse_number(const char *text, uint32_t *ret_value)
{
	uint64_t value = 0;
	const char *p = text;

	for (; *p >= '0' && *p <= '9'; p++) {
		value = value * 10 + (uint64_t)(*p - '0');
		if (value > UINT32_MAX)
			return NULL;
	}
	if (p == text || (*text == '0' && p - text > 1))
		return NULL;
	*ret_value = (uint32_t)value;
	return p;
}

static const char *parse_owner(const char *text, uint32_t *ret_vf)
{
	if (!strncmp(text, PF_WORD, strlen(PF_WORD))) {
		*ret_vf = SVF_PF_ID;
		return text + strlen(PF_WORD);
	}
	text = parse_number(text, ret_vf);
	return text && *ret_vf < SVF_MAX_VFS ? text : NULL;
}

bool svf_alias_parse(const char *alias, const char *pf_label, unsigned int *ret_vf,
		     uint32_t *ret_generation)
{
	uint32_t vf, generation;
	const char *p, *colon;

	if (strncmp(alias, "svf:", 4) != 0)
		return false;
	p = alias + 4;
	colon = strchr(p, ':'); /* netdev names hold no colon */
	if (!colon || colon == p)
		return false;
	if (pf_label && (strlen(pf_label) != (size_t)(colon - p) ||
			 memcmp(pf_label, p, (size_t)(colon - p)) != 0))
		return false;

	p = parse_owner(colon + 1, &vf);
	if (!p || *p != ':')
		return false;
	p = parse_number(p + 1, &generation);
	if (!p || *p != '\0')
		return false;

	*ret_vf = vf;
	*ret_generation = generation;
	return true;
}
