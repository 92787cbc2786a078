// SPDX-License-Identifier: GPL-2.0-only
/*
 * Numbers and netdev names from the command line. Refuses what strtoul() forgives: signs,
 * blanks, trailing text, other bases ("010" is ten).
 */
#include <ctype.h>
#include <errno.h>
#include <net/if.h>
#include <string.h>

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
