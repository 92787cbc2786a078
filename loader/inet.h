/* SPDX-License-Identifier: GPL-2.0-only */
/* IP addresses of both families: text, and what a netdev gets of them over rtnetlink. */
#pragma once

#include <arpa/inet.h>
#include <stdbool.h>
#include <stdint.h>

#include "nl.h"

#define SVF_INET_TEXT_MAX (INET6_ADDRSTRLEN + 4) /* with "/128" */

struct svf_inet {
	int family;	     /* AF_INET or AF_INET6 */
	uint8_t bytes[16];   /* 4 of them for AF_INET */
	unsigned int prefix; /* length; all bits where none was given */
};

/* "192.0.2.13/24", "2001:db8::13/64": what a netdev can have. -EINVAL: not such a text (the prefix
 * length is not optional); -EDOM: it is no host's address (a multicast, broadcast or network
 * address, the unspecified one, the loopback's). */
int svf_inet_parse_cidr(const char *text, struct svf_inet *ret_inet);
/* The same without prefix length: a router's address. */
int svf_inet_parse(const char *text, struct svf_inet *ret_inet);
/* With the prefix length if it is not all of it. */
void svf_inet_format(char buf[SVF_INET_TEXT_MAX], const struct svf_inet *inet);

bool svf_inet_equal(const struct svf_inet *a, const struct svf_inet *b);
/* Whether `inet` is in the network of `net`. */
bool svf_inet_in(const struct svf_inet *inet, const struct svf_inet *net);
bool svf_inet_is_link_local(const struct svf_inet *inet);

/* Adds the address to the netdev, IPv6 without duplicate address detection: usable at once. */
int svf_inet_add(struct svf_nl *nl, int ifindex, const struct svf_inet *inet,
		 struct svf_errmsg *err);
/* Adds the default route; -EEXIST if there is one. */
int svf_inet_add_gateway(struct svf_nl *nl, int ifindex, const struct svf_inet *gateway,
			 struct svf_errmsg *err);
