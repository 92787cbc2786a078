/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Text to values, checked: all of the text must be meant, and the value be allowed. Sets
 * no error text: the caller knows what the text stands for.
 */
#pragma once

/* A decimal number from min to max. -EINVAL: not a number (empty, sign, blank, rest);
 * -ERANGE: not allowed. */
int svf_parse_number(const char *text, unsigned int min, unsigned int max, unsigned int *ret_value);

/* A rate in Mbit/s: a bare number, or one with tc's units (kbit, mbit, gbit, tbit: bits; kbps,
 * mbps,
 * ...: bytes; kibit, ...: 1024), fractions allowed then. -EINVAL: no rate; -ERANGE: above max;
 * -EDOM: not whole Mbit/s. */
int svf_parse_rate(const char *text, unsigned int max_mbit, unsigned int *ret_mbit);

/* Bytes: a number, or one with tc's units b, k, kb, m, mb (1024). -EINVAL, -ERANGE. */
int svf_parse_size(const char *text, unsigned int max_bytes, unsigned int *ret_bytes);

/* How many: a number, or one with the unit k or m (1000). -EINVAL, -ERANGE. */
int svf_parse_count(const char *text, unsigned int max, unsigned int *ret_count);

/* "802.1Q" or "802.1ad", in any case: ETH_P_8021Q, ETH_P_8021AD. -EINVAL. */
int svf_parse_vlan_proto(const char *text, unsigned int *ret_proto);

/* A name that the kernel takes for a netdev: 1 to 15 bytes without '/', ':' and blanks, not
 * "." or "..". -EINVAL. */
int svf_parse_ifname(const char *text);
