// SPDX-License-Identifier: GPL-2.0-only
/*
 * IP addresses. What the kernel would take and no host can use (a network's own address, for one)
 * is refused here: it is a slip of the hand, and its effect would be silence.
 */
#include "inet.h"

#include <errno.h>
#include <linux/if_addr.h>
#include <stdio.h>
#include <string.h>

#include "parse.h"

#define BYTE_BITS 8
#define BITS4	  32
#define BITS6	  128

static unsigned int bits_of(const struct svf_inet *inet)
{
	return inet->family == AF_INET ? BITS4 : BITS6;
}

static size_t bytes_of(const struct svf_inet *inet)
{
	return bits_of(inet) / BYTE_BITS;
}

static bool bit_of(const struct svf_inet *inet, unsigned int bit)
{
	return inet->bytes[bit / BYTE_BITS] & 0x80 >> bit % BYTE_BITS;
}

/* Whether all bits behind the prefix are `value`: network and broadcast address. Networks of two
 * and of one have neither. */
static bool has_rest(const struct svf_inet *inet, bool value)
{
	if (inet->prefix + 1 >= bits_of(inet))
		return false;
	for (unsigned int bit = inet->prefix; bit < bits_of(inet); bit++)
		if (bit_of(inet, bit) != value)
			return false;
	return true;
}

static bool is_host4(const struct svf_inet *inet)
{
	const uint8_t first = inet->bytes[0];

	return first != 0 && first != IN_LOOPBACKNET && first < 224 && !has_rest(inet, false) &&
	       !has_rest(inet, true);
}

static bool is_host6(const struct svf_inet *inet)
{
	struct in6_addr address;

	memcpy(&address, inet->bytes, sizeof(address));
	return !IN6_IS_ADDR_UNSPECIFIED(&address) && !IN6_IS_ADDR_LOOPBACK(&address) &&
	       !IN6_IS_ADDR_MULTICAST(&address) && !IN6_IS_ADDR_V4MAPPED(&address) &&
	       !has_rest(inet, false);
}

static bool is_host(const struct svf_inet *inet)
{
	return inet->family == AF_INET ? is_host4(inet) : is_host6(inet);
}

static int parse_address(const char *text, struct svf_inet *ret_inet)
{
	*ret_inet = (struct svf_inet){ .family = strchr(text, ':') ? AF_INET6 : AF_INET };
	ret_inet->prefix = bits_of(ret_inet);
	return inet_pton(ret_inet->family, text, ret_inet->bytes) == 1 ? 0 : -EINVAL;
}

int svf_inet_parse(const char *text, struct svf_inet *ret_inet)
{
	struct svf_inet inet;
	int r = parse_address(text, &inet);

	if (!r && !is_host(&inet))
		r = -EDOM;
	if (!r)
		*ret_inet = inet;
	return r;
}

int svf_inet_parse_cidr(const char *text, struct svf_inet *ret_inet)
{
	char address[SVF_INET_TEXT_MAX];
	const char *slash = strchr(text, '/');
	struct svf_inet inet;
	int r;

	if (!slash || (size_t)(slash - text) >= sizeof(address))
		return -EINVAL;
	(void)snprintf(address, sizeof(address), "%.*s", (int)(slash - text), text);
	r = parse_address(address, &inet);
	if (!r && svf_parse_number(slash + 1, 1, bits_of(&inet), &inet.prefix) < 0)
		r = -EINVAL;
	if (!r && !is_host(&inet))
		r = -EDOM;
	if (!r)
		*ret_inet = inet;
	return r;
}

void svf_inet_format(char buf[SVF_INET_TEXT_MAX], const struct svf_inet *inet)
{
	size_t len;

	(void)inet_ntop(inet->family, inet->bytes, buf, SVF_INET_TEXT_MAX);
	len = strlen(buf);
	if (inet->prefix < bits_of(inet))
		(void)snprintf(buf + len, SVF_INET_TEXT_MAX - len, "/%u", inet->prefix);
}

bool svf_inet_equal(const struct svf_inet *a, const struct svf_inet *b)
{
	return a->family == b->family && !memcmp(a->bytes, b->bytes, bytes_of(a));
}

bool svf_inet_in(const struct svf_inet *inet, const struct svf_inet *net)
{
	if (inet->family != net->family)
		return false;
	for (unsigned int bit = 0; bit < net->prefix; bit++)
		if (bit_of(inet, bit) != bit_of(net, bit))
			return false;
	return true;
}

bool svf_inet_is_link_local(const struct svf_inet *inet)
{
	return inet->family == AF_INET6 && inet->bytes[0] == 0xfe &&
	       (inet->bytes[1] & 0xc0) == 0x80;
}

/* --- rtnetlink --- */

int svf_inet_add(struct svf_nl *nl, int ifindex, const struct svf_inet *inet,
		 struct svf_errmsg *err)
{
	struct nlmsghdr *nlh = svf_nl_start(nl, RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL);
	struct ifaddrmsg *ifa = mnl_nlmsg_put_extra_header(nlh, sizeof(*ifa));
	char text[SVF_INET_TEXT_MAX], what[SVF_INET_TEXT_MAX + 32];

	ifa->ifa_family = (uint8_t)inet->family;
	ifa->ifa_prefixlen = (uint8_t)inet->prefix;
	ifa->ifa_index = (uint32_t)ifindex;
	if (inet->family == AF_INET6)
		ifa->ifa_flags = IFA_F_NODAD;
	mnl_attr_put(nlh, IFA_LOCAL, bytes_of(inet), inet->bytes);
	mnl_attr_put(nlh, IFA_ADDRESS, bytes_of(inet), inet->bytes);
	svf_inet_format(text, inet);
	(void)snprintf(what, sizeof(what), "cannot add address %s", text);
	return svf_nl_talk(nl, nlh, NULL, NULL, what, err);
}

int svf_inet_add_gateway(struct svf_nl *nl, int ifindex, const struct svf_inet *gateway,
			 struct svf_errmsg *err)
{
	struct nlmsghdr *nlh = svf_nl_start(nl, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL);
	struct rtmsg *rtm = mnl_nlmsg_put_extra_header(nlh, sizeof(*rtm));
	char text[SVF_INET_TEXT_MAX], what[SVF_INET_TEXT_MAX + 32];

	rtm->rtm_family = (uint8_t)gateway->family;
	rtm->rtm_table = RT_TABLE_MAIN;
	rtm->rtm_protocol = RTPROT_BOOT; /* as ip(8)'s */
	rtm->rtm_scope = RT_SCOPE_UNIVERSE;
	rtm->rtm_type = RTN_UNICAST;
	mnl_attr_put(nlh, RTA_GATEWAY, bytes_of(gateway), gateway->bytes);
	mnl_attr_put_u32(nlh, RTA_OIF, (uint32_t)ifindex);
	svf_inet_format(text, gateway);
	(void)snprintf(what, sizeof(what), "cannot route by %s", text);
	return svf_nl_talk(nl, nlh, NULL, NULL, what, err);
}
