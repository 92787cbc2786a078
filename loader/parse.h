/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Text to values, checked: all of the text must be meant, and the value be allowed. Sets
 * no error text: the caller knows what the text stands for.
 */
#pragma once

/* A decimal number from min to max. -EINVAL: not a number (empty, sign, blank, rest);
 * -ERANGE: not allowed. */
int svf_parse_number(const char *text, unsigned int min, unsigned int max, unsigned int *ret_value);

/* A name that the kernel takes for a netdev: 1 to 15 bytes without '/', ':' and blanks, not
 * "." or "..". -EINVAL. */
int svf_parse_ifname(const char *text);
