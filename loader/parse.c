// SPDX-License-Identifier: GPL-2.0-only
/*
 * Numbers, rates, sizes and names from the command line. Refuses what strtoul() forgives: signs,
 * blanks, trailing text, other bases ("010" is ten).
 */
#include <ctype.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "parse.h"

#define BASE 10

int svf_parse_number(const char *text, unsigned int min, unsigned int max, unsigned int *ret_value)
{
	unsigned long long value = 0;

	if (*text == '\0')
		return -EINVAL;

	for (; *text; text++) {
		if (*text < '0' || *text > '9')
			return -EINVAL;
		/* Stays beyond max however many digits follow, and cannot wrap. */
		if (value <= max)
			value = value * BASE + (unsigned long long)(*text - '0');
	}
	if (value < min || value > max)
		return -ERANGE;

	*ret_value = (unsigned int)value;
	return 0;
}

/* --- with a unit --- */

#define DIGITS_MAX 18 /* with the largest unit that is 2^103 */
#define MBIT	   1000000ULL

struct unit {
	const char *name;
	uint64_t factor;
};

/* In bits per second; tc's. */
static const struct unit rate_units[] = {
	{ "bit", 1 },
	{ "kbit", 1000 },
	{ "mbit", MBIT },
	{ "gbit", 1000 * MBIT },
	{ "tbit", MBIT *MBIT },
	{ "bps", 8 },
	{ "kbps", 8 * 1000 },
	{ "mbps", 8 * MBIT },
	{ "gbps", 8 * 1000 * MBIT },
	{ "tbps", 8 * MBIT *MBIT },
	{ "kibit", 1024 },
	{ "mibit", 1024 * 1024 },
	{ "gibit", 1024ULL * 1024 * 1024 },
	{ "tibit", 1024ULL * 1024 * 1024 * 1024 },
	{ "kibps", 8 * 1024 },
	{ "mibps", 8 * 1024 * 1024 },
	{ "gibps", 8ULL * 1024 * 1024 * 1024 },
	{ "tibps", 8ULL * 1024 * 1024 * 1024 * 1024 },
};

/* In bytes; tc's. */
static const struct unit size_units[] = {
	{ "", 1 },	{ "b", 1 },	      { "k", 1024 },
	{ "kb", 1024 }, { "m", 1024 * 1024 }, { "mb", 1024 * 1024 },
};

/* Of what is counted. */
static const struct unit count_units[] = { { "", 1 }, { "k", 1000 }, { "m", 1000 * 1000 } };

static const struct unit *find_unit(const char *name, const struct unit units[], size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcasecmp(name, units[i].name) == 0)
			return &units[i];
	return NULL;
}

/* "1.25" -> 125, 2; the text after it, or NULL if it is no number or a longer one. */
static const char *take_decimal(const char *text, uint64_t *ret_digits, unsigned int *ret_scale)
{
	unsigned int n = 0, scale = 0;
	bool fraction = false;

	*ret_digits = 0;
	for (; (*text >= '0' && *text <= '9') || (*text == '.' && !fraction); text++) {
		if (*text == '.') {
			fraction = true;
			continue;
		}
		if (n++ == DIGITS_MAX)
			return NULL;
		*ret_digits = *ret_digits * BASE + (uint64_t)(*text - '0');
		scale += fraction;
	}
	*ret_scale = scale;
	return n ? text : NULL;
}

int svf_parse_rate(const char *text, unsigned int max_mbit, unsigned int *ret_mbit)
{
	unsigned __int128 mbit; /* times 10^scale, times MBIT */
	unsigned __int128 divisor = MBIT;
	const struct unit *unit;
	unsigned int scale;
	uint64_t digits;

	if (text[strspn(text, "0123456789")] == '\0')
		return svf_parse_number(text, 0, max_mbit, ret_mbit);
	text = take_decimal(text, &digits, &scale);
	if (!text)
		return -EINVAL;
	unit = find_unit(*text ? text : "mbit", rate_units,
			 sizeof(rate_units) / sizeof(rate_units[0]));
	if (!unit)
		return -EINVAL;

	mbit = (unsigned __int128)digits * unit->factor;
	while (scale--)
		divisor *= BASE;
	if (mbit > max_mbit * divisor)
		return -ERANGE;
	if (mbit % divisor)
		return -EDOM;
	*ret_mbit = (unsigned int)(mbit / divisor);
	return 0;
}

/* A whole number of units. */
static int parse_whole(const char *text, const struct unit units[], size_t n, unsigned int max,
		       unsigned int *ret_value)
{
	const struct unit *unit;
	unsigned int scale;
	uint64_t digits;

	text = take_decimal(text, &digits, &scale);
	unit = text ? find_unit(text, units, n) : NULL;
	if (!unit || scale)
		return -EINVAL;
	if (digits > max / unit->factor)
		return -ERANGE;
	*ret_value = (unsigned int)(digits * unit->factor);
	return 0;
}

int svf_parse_size(const char *text, unsigned int max_bytes, unsigned int *ret_bytes)
{
	return parse_whole(text, size_units, sizeof(size_units) / sizeof(size_units[0]), max_bytes,
			   ret_bytes);
}

int svf_parse_count(const char *text, unsigned int max, unsigned int *ret_count)
{
	return parse_whole(text, count_units, sizeof(count_units) / sizeof(count_units[0]), max,
			   ret_count);
}

int svf_parse_vlan_proto(const char *text, unsigned int *ret_proto)
{
	if (strcasecmp(text, "802.1Q") != 0 && strcasecmp(text, "802.1ad") != 0)
		return -EINVAL;
	*ret_proto = strcasecmp(text, "802.1Q") == 0 ? ETH_P_8021Q : ETH_P_8021AD;
	return 0;
}

int svf_parse_ifname(const char *text)
{
	size_t len = strlen(text);

	if (len == 0 || len >= IFNAMSIZ || strcmp(text, ".") == 0 || strcmp(text, "..") == 0)
		return -EINVAL;

	for (; *text; text++)
		if (*text == '/' || *text == ':' || isspace((unsigned char)*text))
			return -EINVAL;
	return 0;
}
