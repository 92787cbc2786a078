/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Telling the wire which address is where now: a gratuitous ARP request for IPv4 (RFC 5227's
 * announcement), an unsolicited neighbour advertisement for IPv6. Switches and neighbours forget
 * what they knew of the address.
 */
#pragma once

#include <linux/if_ether.h>
#include <stddef.h>

#include "inet.h"

#define SVF_ANNOUNCE_MAX 96

/* Writes such a frame, from mac; returns its length. */
size_t svf_announce_build(uint8_t ret_frame[SVF_ANNOUNCE_MAX], const uint8_t mac[ETH_ALEN],
			  const struct svf_inet *inet);

/* Sends one for each address, out of a netdev of the network namespace. */
int svf_announce_send(int netns_fd, int ifindex, const uint8_t mac[ETH_ALEN],
		      const struct svf_inet *inets, unsigned int n, struct svf_errmsg *err);
