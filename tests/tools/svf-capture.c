// SPDX-License-Identifier: GPL-2.0-only
/*
 * svf-capture [--all] [--type ETHERTYPE]... NETDEV...
 *
 * Reports what netdevs receive. Without --type it listens like tcpdump, in front of tc; with
 * --type behind tc, where the stack takes frames of that type: the place to see what "reached
 * the host". Frames that the machine itself sends are never reported; nothing of the netdevs is
 * changed (no promiscuity).
 *
 * Prints "ready", then obeys lines on standard input until its end:
 *
 *     collect ROUND SENTINELS TIMEOUT_MS
 *
 * A test frame carries, anywhere, the magic "SVF-TEST", a round and an id (32-bit big-endian
 * both); ids from 0x80000000 on are sentinels. A collect reports the test frames of its round,
 * one line of JSON each, until SENTINELS different sentinels were seen, and ends with a line that
 * says so. With --all frames without magic are reported too. A tag that the kernel keeps beside
 * the frame is put back into it, and "meta" is true then.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <error.h>
#include <getopt.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define MAGIC	      "SVF-TEST"
#define MAGIC_LEN     8
#define SENTINEL      0x80000000U
#define MAX_SENTINELS 4096
#define MAX_SOCKETS   1024
#define MAX_TYPES     16
#define MAX_FRAME     70000
#define TAG_LEN	      4
#define ADDRESSES_LEN (2 * ETH_ALEN)
#define RCVBUF_BYTES  (64 << 20)
#define MSEC_PER_SEC  1000
#define NSEC_PER_MSEC 1000000
#define NSEC_PER_SEC  1000000000LL

struct capture {
	struct pollfd sockets[MAX_SOCKETS];
	const char *netdevs[MAX_SOCKETS];
	unsigned int n_sockets;
	bool all;
};

struct collect {
	uint32_t round;
	unsigned int wanted, seen;
	bool seen_ids[MAX_SENTINELS];
	int64_t deadline_ms;
};

struct received {
	const char *netdev;
	uint8_t data[TAG_LEN + MAX_FRAME]; /* the frame starts at TAG_LEN; with a tag at 0 */
	size_t offset, len;
	struct sockaddr_ll from;
	int64_t time_ns;
	bool meta;
};

static int64_t now_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * MSEC_PER_SEC + t.tv_nsec / NSEC_PER_MSEC;
}

static void set_option(int fd, int level, int option, int value)
{
	if (setsockopt(fd, level, option, &value, sizeof(value)) < 0)
		error(1, errno, "svf-capture: socket option %d", option);
}

static void add_socket(struct capture *cap, const char *netdev, uint16_t type)
{
	struct sockaddr_ll addr = { .sll_family = AF_PACKET, .sll_protocol = htons(type) };
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0 || cap->n_sockets >= MAX_SOCKETS)
		error(1, errno, "svf-capture: socket");
	set_option(fd, SOL_SOCKET, SO_RCVBUFFORCE, RCVBUF_BYTES);
	set_option(fd, SOL_SOCKET, SO_TIMESTAMPNS, 1);
	set_option(fd, SOL_PACKET, PACKET_AUXDATA, 1);
	set_option(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, 1);
	addr.sll_ifindex = (int)if_nametoindex(netdev);
	if (!addr.sll_ifindex || bind(fd, (struct sockaddr *)&addr, sizeof(addr)) < 0)
		error(1, errno, "svf-capture: %s", netdev);
	cap->netdevs[cap->n_sockets] = netdev;
	cap->sockets[cap->n_sockets++] = (struct pollfd){ .fd = fd, .events = POLLIN };
}

/* Puts a tag from the metadata where it was on the wire. */
static void restore_tag(struct received *r, const struct tpacket_auxdata *aux)
{
	uint16_t tag[2] = { htons(aux->tp_vlan_tpid), htons(aux->tp_vlan_tci) };

	if (!(aux->tp_status & TP_STATUS_VLAN_VALID) || r->len < ADDRESSES_LEN)
		return;
	memmove(r->data, r->data + TAG_LEN, ADDRESSES_LEN);
	memcpy(r->data + ADDRESSES_LEN, tag, sizeof(tag));
	r->offset = 0;
	r->len += TAG_LEN;
	r->meta = true;
}

static void read_control(struct received *r, struct msghdr *msg)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR(msg, c)) {
		if (c->cmsg_level == SOL_PACKET && c->cmsg_type == PACKET_AUXDATA) {
			struct tpacket_auxdata aux;

			memcpy(&aux, CMSG_DATA(c), sizeof(aux));
			restore_tag(r, &aux);
		} else if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_TIMESTAMPNS) {
			struct timespec t;

			memcpy(&t, CMSG_DATA(c), sizeof(t));
			r->time_ns = t.tv_sec * NSEC_PER_SEC + t.tv_nsec;
		}
	}
}

/* False when nothing is waiting. */
static bool receive(int fd, struct received *r)
{
	char control[256];
	struct iovec iov = { .iov_base = r->data + TAG_LEN, .iov_len = MAX_FRAME };
	struct msghdr msg = {
		.msg_name = &r->from,
		.msg_namelen = sizeof(r->from),
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	ssize_t n;

	do
		n = recvmsg(fd, &msg, MSG_DONTWAIT);
	while (n < 0 && (errno == EINTR || errno == ENETDOWN));
	if (n < 0 && errno == EAGAIN)
		return false;
	if (n < 0)
		error(1, errno, "svf-capture: recvmsg");
	r->offset = TAG_LEN;
	r->len = (size_t)n;
	r->meta = false;
	read_control(r, &msg);
	return true;
}

static void print_frame(const struct received *r)
{
	static const char digits[] = "0123456789abcdef";
	static const char *const kinds[] = { "host", "broadcast", "multicast", "otherhost" };
	char hex[2 * sizeof(r->data) + 1];
	char *p = hex;

	for (size_t i = 0; i < r->len; i++) {
		*p++ = digits[r->data[r->offset + i] >> 4];
		*p++ = digits[r->data[r->offset + i] & 0xf];
	}
	*p = '\0';
	printf("{\"netdev\": \"%s\", \"time_ns\": %lld, \"kind\": \"%s\", \"meta\": %s, "
	       "\"hex\": \"%s\"}\n",
	       r->netdev, (long long)r->time_ns,
	       r->from.sll_pkttype < 4 ? kinds[r->from.sll_pkttype] : "other",
	       r->meta ? "true" : "false", hex);
}

static void handle_frame(const struct capture *cap, struct collect *col, const struct received *r)
{
	const uint8_t *frame = r->data + r->offset;
	const uint8_t *magic = memmem(frame, r->len, MAGIC, MAGIC_LEN);
	uint32_t words[2];

	if (!magic || magic + MAGIC_LEN + sizeof(words) > frame + r->len) {
		if (cap->all)
			print_frame(r);
		return;
	}
	memcpy(words, magic + MAGIC_LEN, sizeof(words));
	if (ntohl(words[0]) != col->round)
		return;
	print_frame(r);
	if (ntohl(words[1]) >= SENTINEL) {
		uint32_t id = (ntohl(words[1]) - SENTINEL) % MAX_SENTINELS;

		col->seen += !col->seen_ids[id];
		col->seen_ids[id] = true;
	}
}

static unsigned int lost_frames(const struct capture *cap)
{
	unsigned int lost = 0;

	for (unsigned int i = 0; i < cap->n_sockets; i++) {
		struct tpacket_stats stats = {};
		socklen_t len = sizeof(stats);

		(void)getsockopt(cap->sockets[i].fd, SOL_PACKET, PACKET_STATISTICS, &stats, &len);
		lost += stats.tp_drops;
	}
	return lost;
}

static void drain(struct capture *cap, struct collect *col)
{
	static struct received r;

	for (unsigned int i = 0; i < cap->n_sockets; i++) {
		r.netdev = cap->netdevs[i];
		while (receive(cap->sockets[i].fd, &r))
			handle_frame(cap, col, &r);
	}
}

static void collect(struct capture *cap, struct collect *col)
{
	for (;;) {
		int64_t left_ms;

		drain(cap, col);
		left_ms = col->deadline_ms - now_ms();
		if ((col->wanted && col->seen >= col->wanted) || left_ms <= 0)
			break;
		if (poll(cap->sockets, cap->n_sockets, (int)left_ms) < 0 && errno != EINTR)
			error(1, errno, "svf-capture: poll");
	}
	printf("{\"end\": true, \"sentinels\": %u, \"lost\": %u}\n", col->seen, lost_frames(cap));
	(void)fflush(stdout);
}

static void obey(struct capture *cap)
{
	char line[128];

	while (fgets(line, sizeof(line), stdin)) {
		struct collect col = {};
		long timeout_ms;

		if (sscanf(line, "collect %u %u %ld", &col.round, &col.wanted, &timeout_ms) != 3)
			error(1, 0, "svf-capture: what is '%s'?", strtok(line, "\n"));
		col.deadline_ms = now_ms() + timeout_ms;
		collect(cap, &col);
	}
}

int main(int argc, char *argv[])
{
	static const struct option options[] = {
		{ "all", no_argument, NULL, 'a' },
		{ "type", required_argument, NULL, 't' },
		{},
	};
	static struct capture cap;
	uint16_t types[MAX_TYPES];
	unsigned int n_types = 0;
	int c;

	while ((c = getopt_long(argc, argv, "at:", options, NULL)) != -1) {
		if (c == 'a')
			cap.all = true;
		else if (c == 't' && n_types < MAX_TYPES)
			types[n_types++] = (uint16_t)strtoul(optarg, NULL, 0);
		else
			return 1;
	}
	if (optind >= argc)
		error(1, 0, "usage: svf-capture [--all] [--type ETHERTYPE]... NETDEV...");
	if (!n_types)
		types[n_types++] = ETH_P_ALL;

	for (int n = optind; n < argc; n++)
		for (unsigned int i = 0; i < n_types; i++)
			add_socket(&cap, argv[n], types[i]);
	puts("ready");
	(void)fflush(stdout);
	obey(&cap);
	return 0;
}
