// SPDX-License-Identifier: GPL-2.0-only
/* Announcements as whole frames, by a packet socket that was opened in the netdev's namespace. */
#include "announce.h"

#include <errno.h>
#include <linux/if_packet.h>
#include <net/if_arp.h>
#include <netinet/icmp6.h>
#include <netinet/if_ether.h>
#include <netinet/ip6.h>
#include <string.h>
#include <sys/socket.h>

#include "netns.h"

#define NO_HOPS_DONE 255 /* hop limit of neighbour discovery: no router passed it on */

struct arp_frame {
	struct ethhdr eth;
	struct ether_arp arp;
	uint8_t pad[ETH_ZLEN - sizeof(struct ethhdr) - sizeof(struct ether_arp)];
} __attribute__((packed));

struct na_frame {
	struct ethhdr eth;
	struct ip6_hdr ip;
	struct nd_neighbor_advert na;
	struct nd_opt_hdr option;
	uint8_t mac[ETH_ALEN];
} __attribute__((packed));

_Static_assert(sizeof(struct arp_frame) <= SVF_ANNOUNCE_MAX, "room");
_Static_assert(sizeof(struct na_frame) <= SVF_ANNOUNCE_MAX, "room");

static size_t build_arp(uint8_t *ret_frame, const uint8_t mac[ETH_ALEN],
			const struct svf_inet *inet)
{
	struct arp_frame frame = {
		.eth.h_proto = htons(ETH_P_ARP),
		.arp.ea_hdr = {
			.ar_hrd = htons(ARPHRD_ETHER),
			.ar_pro = htons(ETH_P_IP),
			.ar_hln = ETH_ALEN,
			.ar_pln = sizeof(struct in_addr),
			.ar_op = htons(ARPOP_REQUEST),
		},
	};

	memset(frame.eth.h_dest, 0xff, ETH_ALEN);
	memcpy(frame.eth.h_source, mac, ETH_ALEN);
	memcpy(frame.arp.arp_sha, mac, ETH_ALEN);
	memcpy(frame.arp.arp_spa, inet->bytes, sizeof(struct in_addr));
	memcpy(frame.arp.arp_tpa, inet->bytes, sizeof(struct in_addr));
	memcpy(ret_frame, &frame, sizeof(frame));
	return sizeof(frame);
}

/* The sum of 16 bit words, in network order. */
static uint32_t sum(const void *data, size_t len, uint32_t start)
{
	const uint8_t *bytes = data;

	for (size_t i = 0; i + 1 < len; i += 2)
		start += (uint32_t)bytes[i] << 8 | bytes[i + 1];
	return start;
}

static uint16_t fold(uint32_t total)
{
	while (total >> 16)
		total = (total & 0xffff) + (total >> 16);
	return (uint16_t)~total;
}

static size_t build_na(uint8_t *ret_frame, const uint8_t mac[ETH_ALEN], const struct svf_inet *inet)
{
	static const uint8_t all_nodes_mac[ETH_ALEN] = { 0x33, 0x33, 0, 0, 0, 1 };
	static const uint8_t all_nodes[] = { 0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1 };
	const uint16_t len = sizeof(struct na_frame) - offsetof(struct na_frame, na);
	struct na_frame frame = {
		.eth.h_proto = htons(ETH_P_IPV6),
		.ip.ip6_flow = htonl(6U << 28),
		.ip.ip6_plen = htons(len),
		.ip.ip6_nxt = IPPROTO_ICMPV6,
		.ip.ip6_hlim = NO_HOPS_DONE,
		.na.nd_na_type = ND_NEIGHBOR_ADVERT,
		.na.nd_na_flags_reserved = ND_NA_FLAG_OVERRIDE,
		.option = { .nd_opt_type = ND_OPT_TARGET_LINKADDR, .nd_opt_len = 1 },
	};
	uint32_t total;

	memcpy(frame.eth.h_dest, all_nodes_mac, ETH_ALEN);
	memcpy(frame.eth.h_source, mac, ETH_ALEN);
	memcpy(&frame.ip.ip6_src, inet->bytes, sizeof(frame.ip.ip6_src));
	memcpy(&frame.ip.ip6_dst, all_nodes, sizeof(frame.ip.ip6_dst));
	memcpy(&frame.na.nd_na_target, inet->bytes, sizeof(frame.na.nd_na_target));
	memcpy(frame.mac, mac, ETH_ALEN);
	total = sum(&frame.ip.ip6_src, 2 * sizeof(struct in6_addr), len + IPPROTO_ICMPV6);
	total = sum(&frame.na, len, total);
	frame.na.nd_na_cksum = htons(fold(total));
	memcpy(ret_frame, &frame, sizeof(frame));
	return sizeof(frame);
}

size_t svf_announce_build(uint8_t ret_frame[SVF_ANNOUNCE_MAX], const uint8_t mac[ETH_ALEN],
			  const struct svf_inet *inet)
{
	return inet->family == AF_INET ? build_arp(ret_frame, mac, inet)
				       : build_na(ret_frame, mac, inet);
}

/* Of protocol 0: hears nothing. */
static int open_socket(void *arg)
{
	int *ret_fd = arg;

	*ret_fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	return *ret_fd < 0 ? -errno : 0;
}

int svf_announce_send(int netns_fd, int ifindex, const uint8_t mac[ETH_ALEN],
		      const struct svf_inet *inets, unsigned int n, struct svf_errmsg *err)
{
	struct sockaddr_ll to = { .sll_family = AF_PACKET, .sll_ifindex = ifindex };
	uint8_t frame[SVF_ANNOUNCE_MAX];
	int r;

	svf_cleanup(fd) int fd = -1;
	r = svf_netns_call(netns_fd, open_socket, &fd, err);
	for (unsigned int i = 0; i < n && !r; i++) {
		const size_t len = svf_announce_build(frame, mac, &inets[i]);
		const int family = inets[i].family;

		to.sll_protocol = htons(family == AF_INET ? ETH_P_ARP : ETH_P_IPV6);
		if (sendto(fd, frame, len, 0, (const struct sockaddr *)&to, sizeof(to)) < 0)
			r = -errno;
	}
	return r < 0 ? svf_errmsg_set(err, r, "cannot announce its addresses: %s", strerror(-r))
		     : 0;
}
