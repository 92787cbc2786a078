/* SPDX-License-Identifier: GPL-2.0 */
/*
 * MAC addresses, compared as three halves: clang 14 makes a call of memcmp(). All
 * addresses in the sorter lie on even offsets of aligned structs. One branch for all three:
 * each more is one more state for the verifier, in every round of every loop.
 */
#pragma once

#include <stdbool.h>

#include <linux/bpf.h>
#include <linux/if_ether.h>

#include <bpf/bpf_helpers.h>

typedef __u16 __attribute__((__may_alias__)) svf_mac_half;

static __always_inline bool is_multicast(const __u8 mac[ETH_ALEN])
{
	return mac[0] & 1;
}

static __always_inline bool is_same_mac(const __u8 a[ETH_ALEN], const __u8 b[ETH_ALEN])
{
	const svf_mac_half *x = (const void *)a, *y = (const void *)b;

	return !((x[0] ^ y[0]) | (x[1] ^ y[1]) | (x[2] ^ y[2]));
}

static __always_inline bool is_broadcast(const __u8 mac[ETH_ALEN])
{
	const svf_mac_half *x = (const void *)mac;

	return (x[0] & x[1] & x[2]) == 0xffff;
}

static __always_inline bool is_zero_mac(const __u8 mac[ETH_ALEN])
{
	const svf_mac_half *x = (const void *)mac;

	return !(x[0] | x[1] | x[2]);
}
