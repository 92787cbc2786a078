// SPDX-License-Identifier: GPL-2.0-only
/*
 * svf-send [--count N] [--rate PPS] NETDEV < frames
 *
 * Sends raw Ethernet frames by AF_PACKET, through the qdisc, as any program would. Standard
 * input holds the frames: a 16-bit big-endian length, then the bytes, until end of file. The
 * whole list is sent N times. Prints {"sent": n, "refused": n}: refused are those that a drop
 * on the way out reported back (ENOBUFS); they are not sent again.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <error.h>
#include <getopt.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#define NSEC_PER_SEC 1000000000LL
#define MAX_FRAMES   65536

struct frame {
	uint8_t *data;
	size_t len;
};

struct sender {
	int fd;
	long rate_pps; /* 0: as fast as it goes */
	long count;
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

static int open_netdev(const char *name)
{
	struct sockaddr_ll addr = { .sll_family = AF_PACKET };
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);

	if (fd < 0)
		error(1, errno, "svf-send: socket");
	addr.sll_ifindex = (int)if_nametoindex(name);
	if (!addr.sll_ifindex)
		error(1, errno, "svf-send: %s", name);
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

static void send_all(struct sender *s)
{
	struct timespec slot;

	(void)clock_gettime(CLOCK_MONOTONIC, &slot);
	for (long round = 0; round < s->count; round++) {
		for (size_t i = 0; i < s->n_frames; i++) {
			if (send(s->fd, s->frames[i].data, s->frames[i].len, 0) >= 0)
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
		{},
	};
	struct sender s = { .count = 1 };
	int c;

	while ((c = getopt_long(argc, argv, "c:r:", options, NULL)) != -1) {
		if (c == 'c')
			s.count = strtol(optarg, NULL, 10);
		else if (c == 'r')
			s.rate_pps = strtol(optarg, NULL, 10);
		else
			return 1;
	}
	if (optind + 1 != argc)
		error(1, 0, "usage: svf-send [--count N] [--rate PPS] NETDEV < frames");

	read_frames(&s);
	s.fd = open_netdev(argv[optind]);
	send_all(&s);
	free_frames(&s);
	printf("{\"sent\": %ld, \"refused\": %ld}\n", s.sent, s.refused);
	return 0;
}
