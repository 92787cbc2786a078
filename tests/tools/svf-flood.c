// SPDX-License-Identifier: GPL-2.0-only
/*
 * svf-flood [--count N] [--seconds S] [--rate PPS] [--cpu N] NETDEV < frame
 *
 * Sends one frame (standard input, whole) very often: an XDP program of two instructions,
 * "return XDP_TX", is run over it by BPF_PROG_TEST_RUN with live frames, millions per second.
 * NETDEV is a veth; its peer must take native frames (an XDP program on it, or `gro on`), else
 * the kernel drops them all. A veth picks the peer's queue by CPU: --cpu picks the queue.
 * Ends at the count or at the time, whichever comes first. Prints {"sent": n, "seconds": s}.
 */
#include <bpf/bpf.h>
#include <errno.h>
#include <error.h>
#include <getopt.h>
#include <linux/bpf.h>
#include <net/if.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define BATCH	      64   /* frames the kernel sends before it lets others run */
#define RUN_MAX	      8192 /* frames per call: some milliseconds */
#define FRAME_MAX     2048
#define NSEC_PER_SEC  1000000000LL
#define TICKS_PER_SEC 1000 /* with --rate: how often a burst is sent */

struct flood {
	int prog_fd;
	struct xdp_md ctx;
	uint8_t frame[FRAME_MAX];
	size_t len;
	uint64_t count, rate_pps, sent;
	double seconds;
};

static int64_t now_ns(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * NSEC_PER_SEC + t.tv_nsec;
}

static void load_program(struct flood *f)
{
	const struct bpf_insn insns[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = XDP_TX },
		{ .code = BPF_JMP | BPF_EXIT },
	};

	f->prog_fd = bpf_prog_load(BPF_PROG_TYPE_XDP, "svf_flood", "GPL", insns,
				   sizeof(insns) / sizeof(insns[0]), NULL);
	if (f->prog_fd < 0)
		error(1, errno, "svf-flood: cannot load the program");
}

static void run(struct flood *f, uint64_t frames)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = f->frame, .data_size_in = (uint32_t)f->len,
		    .ctx_in = &f->ctx, .ctx_size_in = sizeof(f->ctx), .repeat = (int)frames,
		    .flags = BPF_F_TEST_XDP_LIVE_FRAMES,
		    .batch_size = (uint32_t)(frames < BATCH ? frames : BATCH));

	if (bpf_prog_test_run_opts(f->prog_fd, &opts) < 0)
		error(1, errno, "svf-flood: cannot send");
	f->sent += frames;
}

static uint64_t at_most(uint64_t frames, uint64_t limit)
{
	return frames < limit ? frames : limit;
}

static void pause_until(int64_t time_ns)
{
	struct timespec t = { .tv_sec = time_ns / NSEC_PER_SEC, .tv_nsec = time_ns % NSEC_PER_SEC };

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL) == EINTR)
		;
}

static void flood(struct flood *f)
{
	int64_t start_ns = now_ns(), end_ns = start_ns + (int64_t)(f->seconds * NSEC_PER_SEC);

	while (f->sent < f->count && now_ns() < end_ns) {
		uint64_t burst = RUN_MAX;

		if (f->rate_pps) {
			uint64_t due = (uint64_t)(now_ns() - start_ns) * f->rate_pps / NSEC_PER_SEC;

			if (due <= f->sent) {
				pause_until(now_ns() + NSEC_PER_SEC / TICKS_PER_SEC);
				continue;
			}
			burst = at_most(due - f->sent, RUN_MAX);
		}
		run(f, at_most(burst, f->count - f->sent));
	}
	printf("{\"sent\": %llu, \"seconds\": %.3f}\n", (unsigned long long)f->sent,
	       (double)(now_ns() - start_ns) / NSEC_PER_SEC);
}

static void pin_to_cpu(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set) < 0)
		error(1, errno, "svf-flood: cpu %d", cpu);
}

int main(int argc, char *argv[])
{
	static const struct option options[] = {
		{ "count", required_argument, NULL, 'c' },
		{ "seconds", required_argument, NULL, 's' },
		{ "rate", required_argument, NULL, 'r' },
		{ "cpu", required_argument, NULL, 'p' },
		{},
	};
	struct flood f = { .count = UINT64_MAX, .seconds = 1 };
	int c;

	while ((c = getopt_long(argc, argv, "c:s:r:p:", options, NULL)) != -1) {
		if (c == 'c')
			f.count = strtoull(optarg, NULL, 10);
		else if (c == 's')
			f.seconds = strtod(optarg, NULL);
		else if (c == 'r')
			f.rate_pps = strtoull(optarg, NULL, 10);
		else if (c == 'p')
			pin_to_cpu(atoi(optarg));
		else
			return 1;
	}
	if (optind + 1 != argc)
		error(1, 0,
		      "usage: svf-flood [--count N] [--seconds S] [--rate PPS] [--cpu N] NETDEV < frame");

	f.len = fread(f.frame, 1, sizeof(f.frame), stdin);
	f.ctx.data_end = (uint32_t)f.len;
	f.ctx.ingress_ifindex = if_nametoindex(argv[optind]);
	if (!f.ctx.ingress_ifindex)
		error(1, errno, "svf-flood: %s", argv[optind]);
	load_program(&f);
	flood(&f);
	return 0;
}
