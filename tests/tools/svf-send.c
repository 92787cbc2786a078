// SPDX-License-Identifier: GPL-2.0-only
/*
 * svf-send [--count N] [--rate PPS] [--gso-size BYTES] NETDEV < frames
 *
 * Sends raw Ethernet frames by AF_PACKET, through the qdisc, as any program would. Standard
 * input holds the frames: a 16-bit big-endian length, then the bytes, until end of file. The
 * whole list is sent N times. Prints {"sent": n, "refused": n}: refused are those that a drop
 * on the way out reported back (ENOBUFS); they are not sent again. With --gso-size the frames are
 * TCP superframes over IPv4 or IPv6, handed over whole as a virtual machine does
 * (PACKET_VNET_HDR): segments of BYTES are to be made of them, and checksums completed.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <error.h>
#include <getopt.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/virtio_net.h>
#include <net/if.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>

#define NSEC_PER_SEC 1000000000LL
#define MAX_FRAMES   65536
#define TAG_LEN	     4
#define IPV6_LEN     40
#define WORD_LEN     4

struct frame {
	uint8_t *data;
	size_t len;
};

struct sender {
	int fd;
	long rate_pps; /* 0: as fast as it goes */
	long count;
	long gso_size; /* 0: plain frames */
	struct frame *frames;
	size_t n_frames;
	long sent, refused;
};

static void read_frames(struct sender *s)
{
	uint16_t len_be;

	s->frames = calloc(MAX_FRAMES, sizeof(*s->frames));
	if (!s->frames)
		error(1, errno, "svf-send: frames");
	while (fread(&len_be, sizeof(len_be), 1, stdin) == 1) {
		struct frame *f = &s->frames[s->n_frames++];

		if (s->n_frames == MAX_FRAMES)
			error(1, 0, "svf-send: more than %d frames", MAX_FRAMES - 1);
		f->len = ntohs(len_be);
		f->data = malloc(f->len);
		if (!f->data || fread(f->data, 1, f->len, stdin) != f->len)
			error(1, errno, "svf-send: frame %zu is cut short", s->n_frames);
	}
}

static void free_frames(struct sender *s)
{
	for (size_t i = 0; i < s->n_frames; i++)
		free(s->frames[i].data);
	free(s->frames);
}

static int open_netdev(const char *name, int with_header)
{
	struct sockaddr_ll addr = { .sll_family = AF_PACKET };
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);

	if (fd < 0)
		error(1, errno, "svf-send: socket");
	addr.sll_ifindex = (int)if_nametoindex(name);
	if (!addr.sll_ifindex)
		error(1, errno, "svf-send: %s", name);
	if (setsockopt(fd, SOL_PACKET, PACKET_VNET_HDR, &with_header, sizeof(with_header)) < 0)
		error(1, errno, "svf-send: PACKET_VNET_HDR");
	/* protocol 0: sends only, receives nothing */
	if (bind(fd, (struct sockaddr *)&addr, sizeof(addr)) < 0)
		error(1, errno, "svf-send: %s", name);
	return fd;
}

static void wait_for_slot(struct timespec *slot, long rate_pps)
{
	int64_t next_ns = slot->tv_nsec + NSEC_PER_SEC / rate_pps;

	slot->tv_sec += next_ns / NSEC_PER_SEC;
	slot->tv_nsec = next_ns % NSEC_PER_SEC;
	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, slot, NULL) == EINTR)
		;
}

/* What a virtual machine says about a TCP superframe: where its headers end, and that its
 * checksum is still that of the pseudo header. */
static struct virtio_net_hdr describe(const struct frame *f, long gso_size)
{
	struct virtio_net_hdr header = {
		.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM,
		.gso_type = VIRTIO_NET_HDR_GSO_TCPV4,
		.gso_size = (uint16_t)gso_size,
		.csum_offset = offsetof(struct tcphdr, check),
	};
	size_t at = ETH_HLEN;
	uint16_t type;

	for (;; at += TAG_LEN) {
		memcpy(&type, f->data + at - sizeof(type), sizeof(type));
		if (type != htons(ETH_P_8021Q) && type != htons(ETH_P_8021AD))
			break;
	}
	if (type == htons(ETH_P_IPV6)) {
		header.gso_type = VIRTIO_NET_HDR_GSO_TCPV6;
		at += IPV6_LEN;
	} else {
		at += (f->data[at] & 0xf) * WORD_LEN;
	}
	header.csum_start = (uint16_t)at;
	header.hdr_len = (uint16_t)(at + sizeof(struct tcphdr));
	return header;
}

static ssize_t send_one(const struct sender *s, const struct frame *f)
{
	struct virtio_net_hdr header;
	struct iovec iov[] = { { &header, sizeof(header) }, { f->data, f->len } };
	struct msghdr msg = { .msg_iov = iov, .msg_iovlen = 2 };

	if (!s->gso_size)
		return send(s->fd, f->data, f->len, 0);
	header = describe(f, s->gso_size);
	return sendmsg(s->fd, &msg, 0);
}

static void send_all(struct sender *s)
{
	struct timespec slot;

	(void)clock_gettime(CLOCK_MONOTONIC, &slot);
	for (long round = 0; round < s->count; round++) {
		for (size_t i = 0; i < s->n_frames; i++) {
			if (send_one(s, &s->frames[i]) >= 0)
				s->sent++;
			else if (errno == ENOBUFS)
				s->refused++;
			else
				error(1, errno, "svf-send: frame %zu", i + 1);
			if (s->rate_pps)
				wait_for_slot(&slot, s->rate_pps);
		}
	}
}

int main(int argc, char *argv[])
{
	static const struct option options[] = {
		{ "count", required_argument, NULL, 'c' },
		{ "rate", required_argument, NULL, 'r' },
		{ "gso-size", required_argument, NULL, 'g' },
		{},
	};
	struct sender s = { .count = 1 };
	int c;

	while ((c = getopt_long(argc, argv, "c:r:g:", options, NULL)) != -1) {
		if (c == 'c')
			s.count = strtol(optarg, NULL, 10);
		else if (c == 'r')
			s.rate_pps = strtol(optarg, NULL, 10);
		else if (c == 'g')
			s.gso_size = strtol(optarg, NULL, 10);
		else
			return 1;
	}
	if (optind + 1 != argc)
		error(1, 0,
		      "usage: svf-send [--count N] [--rate PPS] [--gso-size BYTES] NETDEV < frames");

	read_frames(&s);
	s.fd = open_netdev(argv[optind], s.gso_size != 0);
	send_all(&s);
	free_frames(&s);
	printf("{\"sent\": %ld, \"refused\": %ld}\n", s.sent, s.refused);
	return 0;
}
