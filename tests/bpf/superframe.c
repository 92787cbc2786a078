// SPDX-License-Identifier: GPL-2.0-only
/*
 * Superframes out of VF 1's netdev (superframe.h). 2048 bytes suffice: with segments of 1400 these
 * are two, and longer than the PF's MTU of 1500.
 */
#include "superframe.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <linux/if_packet.h>
#include <linux/virtio_net.h>
#include <net/if.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <cmocka.h>

#include "frame.h"
#include "world.h"

#ifndef VIRTIO_NET_HDR_GSO_UDP_L4
#define VIRTIO_NET_HDR_GSO_UDP_L4 5
#endif

#define TCP_CHECK 16 /* offset of the checksum in its header */
#define UDP_CHECK 6

/* IPv6 40, nine times destination options of 8 (more than the sorter follows), TCP 32. */
static const uint8_t nine6[] = {
	[0] = 0x60, [6] = 60,  [40] = 60, [48] = 60, [56] = 60,		[64] = 60, [72] = 60,
	[80] = 60,  [88] = 60, [96] = 60, [104] = 6, [112 + 12] = 0x80, [143] = 0
};
/* IPv4 20, UDP 8. */
static const uint8_t udp4[] = { [0] = 0x45, [9] = 17, [27] = 0 };
/* IPv4 20, TCP 20. */
static const uint8_t tcp4[] = { [0] = 0x45, [9] = 6, [20 + 12] = 0x50, [39] = 0 };

struct superframe {
	const char *set;
	const uint8_t *l3;
	size_t l3_len;
	uint8_t type; /* VIRTIO_NET_HDR_GSO_ */
	uint16_t check;
	uint16_t l4; /* where the segments' last header is, behind Ethernet's */
	uint16_t size;
	bool is_dropped;
};

static const struct superframe superframes[] = {
	/* not known to the sorter: 40 + 72 + 32 and the segment */
	{ NULL, nine6, sizeof(nine6), VIRTIO_NET_HDR_GSO_TCPV6, TCP_CHECK, 112, 500, false },
	{ NULL, nine6, sizeof(nine6), VIRTIO_NET_HDR_GSO_TCPV6, TCP_CHECK, 112, 1356, false },
	{ NULL, nine6, sizeof(nine6), VIRTIO_NET_HDR_GSO_TCPV6, TCP_CHECK, 112, 1357, true },
	/* ... of which nobody tells whether they are within less than the PF's MTU */
	{ "1.mtu=1499", nine6, sizeof(nine6), VIRTIO_NET_HDR_GSO_TCPV6, TCP_CHECK, 112, 500, true },
	/* UDP: 20 + 8 and the segment */
	{ "1.mtu=1428", udp4, sizeof(udp4), VIRTIO_NET_HDR_GSO_UDP_L4, UDP_CHECK, 20, 1400, false },
	{ "1.mtu=1427", udp4, sizeof(udp4), VIRTIO_NET_HDR_GSO_UDP_L4, UDP_CHECK, 20, 1400, true },
};

/* What the tunnel puts before it: IPv4 20, UDP 8, VXLAN 8, Ethernet 14. So 50 + 20 + 20 and the
 * segment; the sorter sees 20 + 8. */
static const struct superframe tunnelled[] = {
	{ "1.spoofchk=0", tcp4, sizeof(tcp4), VIRTIO_NET_HDR_GSO_TCPV4, TCP_CHECK, 20, 1410,
	  false },
	{ "1.spoofchk=0", tcp4, sizeof(tcp4), VIRTIO_NET_HDR_GSO_TCPV4, TCP_CHECK, 20, 1411, true },
};

static int open_socket(void)
{
	const int on = 1;
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(setsockopt(fd, SOL_PACKET, PACKET_VNET_HDR, &on, sizeof(on)), 0);
	return fd;
}

/* False: this kernel knows no such superframes. */
static bool send_superframe(int ifindex, int fd, const struct superframe *s)
{
	const struct svf_frame_spec spec = { .dst = ADDR_FAR,
					     .src = ADDR_VF1,
					     .type = s->l3 == nine6 ? ETH_P_IPV6 : ETH_P_IP,
					     .l3 = s->l3,
					     .l3_len = s->l3_len,
					     .len = SVF_FRAME_MAX };
	struct sockaddr_ll to = { .sll_family = AF_PACKET,
				  .sll_ifindex = ifindex,
				  .sll_halen = ETH_ALEN };
	struct virtio_net_hdr header = { .flags = VIRTIO_NET_HDR_F_NEEDS_CSUM,
					 .gso_type = s->type,
					 .hdr_len = (uint16_t)(ETH_HLEN + s->l3_len),
					 .gso_size = s->size,
					 .csum_start = ETH_HLEN + s->l4,
					 .csum_offset = s->check };
	uint8_t data[SVF_FRAME_MAX];
	struct iovec parts[] = { { &header, sizeof(header) },
				 { data, svf_frame_build(&spec, data) } };
	struct msghdr message = {
		.msg_name = &to, .msg_namelen = sizeof(to), .msg_iov = parts, .msg_iovlen = 2
	};

	if (sendmsg(fd, &message, 0) >= 0)
		return true;
	assert_true(errno == EINVAL || errno == ENOBUFS);
	return errno == ENOBUFS;
}

static void check(struct world *world, int ifindex, int fd, const struct superframe *s)
{
	struct svf_stats stats;
	struct svf_drops drops;

	assert_int_equal(world_set(world, 0, s->set), 0);
	if (!send_superframe(ifindex, fd, s)) {
		assert_int_equal(s->type, VIRTIO_NET_HDR_GSO_UDP_L4);
		return;
	}
	(void)world_settle(world, 0);
	assert_int_equal(world_get_stats(world, 1, SVF_DIRECTION_TX, &stats, &drops), 0);
	assert_int_equal(stats.skbs + stats.dropped_skbs, 1);
	assert_int_equal(!!drops.mtu, s->is_dropped);
	assert_int_equal(!!stats.tc, !s->is_dropped);
}

/* VXLAN over VF 1's netdev, to a neighbour that needs not be asked for. The tenant has raised the
 * MTU, or its own kernel would not make such segments. */
static int make_tunnel(void)
{
	if (system("ip link add tunnel type vxlan id 1 remote 198.51.100.2 dstport 4789 dev v1"))
		return 0;
	if (system("ip link set v1 mtu 9000 && ip address add 198.51.100.1/24 dev v1 && "
		   "ip neighbour add 198.51.100.2 lladdr 02:fa:00:00:00:fa nud permanent dev v1 && "
		   "ip link set tunnel up arp off"))
		return 0;
	return (int)if_nametoindex("tunnel");
}

void superframe_segments(void **state)
{
	struct world *world = *state;
	int fd = open_socket(), tunnel;

	for (size_t i = 0; i < sizeof(superframes) / sizeof(superframes[0]); i++)
		check(world, world->ifindex[DEV_V1], fd, &superframes[i]);
	tunnel = make_tunnel(); /* 0: this kernel has no VXLAN */
	for (size_t i = 0; tunnel && i < sizeof(tunnelled) / sizeof(tunnelled[0]); i++)
		check(world, tunnel, fd, &tunnelled[i]);
	assert_true(!tunnel ||
		    !system("ip link del tunnel && ip address del 198.51.100.1/24 dev v1 && "
			    "ip link set v1 mtu 1500"));
	(void)close(fd);
}
