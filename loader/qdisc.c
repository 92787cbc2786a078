// SPDX-License-Identifier: GPL-2.0-only
/*
 * TBF, HTB and its classes. A class's queue is a bfifo with the handle <minor>:, so that it can be
 * asked for by the class it belongs to; what a class counts itself leaves out what its queue does.
 * The link layer is given, and with it the kernel needs no rate tables (3.8).
 */
#include "qdisc.h"

#include <errno.h>
#include <linux/gen_stats.h>
#include <linux/pkt_sched.h>
#include <string.h>
#include <time.h>

#include <svf/abi.h>

#define HTB_VERSION    3
#define BYTES_PER_MBIT 125000ULL /* a second */
#define NS_PER_SECOND  1000000000ULL
#define NS_PER_TICK    64 /* PSCHED_SHIFT, of /proc/net/psched */

/*
 * What a bucket holds: what comes in 5 ms, so that a timer that is late by less costs nothing, and
 * a second begins with 0.5 % too much at most. Four full frames at least.
 */
#define BURST_MS  5
#define BURST_MIN (4 * 1522U)

/*
 * What a queue holds: 50 ms, the most that it delays a frame; but three superframes of 64 KiB at
 * least. A TCP sender on this machine hands them over whole, three at once when it begins (TCP
 * small queues: two under way let it send another). With room for two, two of six flows at
 * 10 Mbit/s began with 45 lost segments; with room for three none did.
 */
#define QUEUE_MS  50
#define QUEUE_MIN (3 * 70000U)

/*
 * What a class sends in its turn among others that borrow: a superframe and the headers of its
 * segments, or those who send superframes would get more than their share.
 */
#define QUANTUM_BYTES 70000

/* A class without a guaranteed rate: HTB wants one, so it is none that matters. */
#define LEAST_RATE_BYTES  1000
#define LEAST_BURST_BYTES 1600

#define DRAIN_STEP_NS (1000L * 1000)
#define DRAIN_STEPS   100

static uint64_t bytes_of(uint32_t rate_mbit, unsigned int ms)
{
	return rate_mbit * BYTES_PER_MBIT * ms / 1000;
}

uint32_t svf_qdisc_default_burst(uint32_t rate_mbit)
{
	const uint64_t burst = bytes_of(rate_mbit, BURST_MS);

	return burst > BURST_MIN ? (uint32_t)burst : BURST_MIN;
}

static uint32_t choose_burst(uint32_t rate_mbit, uint32_t burst_bytes)
{
	return burst_bytes ? burst_bytes : svf_qdisc_default_burst(rate_mbit);
}

static uint32_t choose_limit(uint32_t rate_mbit)
{
	const uint64_t limit = bytes_of(rate_mbit, QUEUE_MS);

	if (limit > UINT32_MAX / 2)
		return UINT32_MAX / 2;
	return limit > QUEUE_MIN ? (uint32_t)limit : QUEUE_MIN;
}

static uint32_t ticks_of(uint64_t rate_bytes, uint32_t burst_bytes)
{
	const uint64_t ticks = burst_bytes * NS_PER_SECOND / rate_bytes / NS_PER_TICK;

	return ticks > UINT32_MAX ? UINT32_MAX : (uint32_t)ticks;
}

/* Those above 34 Gbit/s go into an attribute of their own as well. */
static struct tc_ratespec rate_of(uint64_t rate_bytes)
{
	return (struct tc_ratespec){
		.linklayer = TC_LINKLAYER_ETHERNET,
		.rate = rate_bytes > UINT32_MAX ? UINT32_MAX : (uint32_t)rate_bytes,
	};
}

static struct nlmsghdr *start_tc(struct svf_nl *nl, uint16_t type, uint16_t flags, int ifindex,
				 uint32_t parent, uint32_t handle)
{
	struct nlmsghdr *nlh = svf_nl_start(nl, type, flags);
	struct tcmsg *tcm = mnl_nlmsg_put_extra_header(nlh, sizeof(*tcm));

	tcm->tcm_family = AF_UNSPEC;
	tcm->tcm_ifindex = ifindex;
	tcm->tcm_parent = parent;
	tcm->tcm_handle = handle;
	return nlh;
}

static uint32_t handle_of(uint32_t major, uint16_t minor)
{
	return TC_H_MAKE(major << 16, minor);
}

/* Of a kind that the kernel does not know it says ENOENT. */
static int set_qdisc(struct svf_nl *nl, struct nlmsghdr *nlh, const char *ifname, const char *kind,
		     struct svf_errmsg *err)
{
	struct svf_errmsg detail = {};
	char what[64];
	int r;

	(void)snprintf(what, sizeof(what), "%s: cannot set qdisc %s", ifname, kind);
	r = svf_nl_talk(nl, nlh, NULL, NULL, what, &detail);
	if (r == -ENOENT)
		return svf_errmsg_exit_set(err, SVF_EXIT_UNSUPPORTED, -EOPNOTSUPP,
					   "%s: the kernel has none (sch_%s)", what, kind);
	return r < 0 ? svf_errmsg_set(err, r, "%s", detail.text) : 0;
}

/* --- TBF --- */

int svf_qdisc_set_tbf(struct svf_nl *nl, const char *ifname, int ifindex, uint32_t rate_mbit,
		      uint32_t burst_bytes, struct svf_errmsg *err)
{
	const uint64_t rate = rate_mbit * BYTES_PER_MBIT;
	const uint32_t burst = choose_burst(rate_mbit, burst_bytes);
	const struct tc_tbf_qopt options = {
		.rate = rate_of(rate),
		.limit = choose_limit(rate_mbit),
		.buffer = ticks_of(rate, burst),
	};
	struct nlmsghdr *nlh = start_tc(nl, RTM_NEWQDISC, NLM_F_CREATE | NLM_F_REPLACE, ifindex,
					TC_H_ROOT, handle_of(SVF_SHAPER_MAJOR, 0));
	struct nlattr *nest;

	mnl_attr_put_strz(nlh, TCA_KIND, "tbf");
	nest = mnl_attr_nest_start(nlh, TCA_OPTIONS);
	mnl_attr_put(nlh, TCA_TBF_PARMS, sizeof(options), &options);
	mnl_attr_put_u32(nlh, TCA_TBF_BURST, burst);
	if (rate > UINT32_MAX)
		mnl_attr_put_u64(nlh, TCA_TBF_RATE64, rate);
	mnl_attr_nest_end(nlh, nest);
	return set_qdisc(nl, nlh, ifname, "tbf", err);
}

int svf_qdisc_del_root(struct svf_nl *nl, const char *ifname, int ifindex, struct svf_errmsg *err)
{
	struct nlmsghdr *nlh = start_tc(nl, RTM_DELQDISC, 0, ifindex, TC_H_ROOT, 0);
	struct svf_errmsg detail = {};
	char what[64];
	int r;

	(void)snprintf(what, sizeof(what), "%s: cannot remove its qdisc", ifname);
	r = svf_nl_talk(nl, nlh, NULL, NULL, what, &detail);
	if (r == 0 || r == -ENOENT) /* the kernel's own have no handle and cannot be removed */
		return 0;
	return svf_errmsg_set(err, r, "%s", detail.text);
}

/* --- HTB --- */

int svf_qdisc_add_htb(struct svf_nl *nl, const char *ifname, int ifindex, struct svf_errmsg *err)
{
	/* Frames without a class, of which there are none, would pass. */
	const struct tc_htb_glob options = { .version = HTB_VERSION, .rate2quantum = 10 };
	struct nlmsghdr *nlh = start_tc(nl, RTM_NEWQDISC, NLM_F_CREATE | NLM_F_EXCL, ifindex,
					TC_H_ROOT, handle_of(SVF_SHAPER_MAJOR, 0));
	struct svf_errmsg detail = {};
	struct nlattr *nest;
	int r;

	mnl_attr_put_strz(nlh, TCA_KIND, "htb");
	nest = mnl_attr_nest_start(nlh, TCA_OPTIONS);
	mnl_attr_put(nlh, TCA_HTB_INIT, sizeof(options), &options);
	mnl_attr_nest_end(nlh, nest);
	r = set_qdisc(nl, nlh, ifname, "htb", &detail);
	if (r == 0 || r == -EEXIST)
		return 0;
	return svf_errmsg_exit_set(err, detail.exit, r, "%s", detail.text);
}

int svf_qdisc_set_class(struct svf_nl *nl, const char *ifname, int ifindex,
			const struct svf_qdisc_class *class, struct svf_errmsg *err)
{
	const uint64_t rate =
		class->rate_mbit ? class->rate_mbit * BYTES_PER_MBIT : LEAST_RATE_BYTES;
	const uint64_t ceil = class->ceil_mbit * BYTES_PER_MBIT;
	const uint32_t burst = choose_burst(class->ceil_mbit, class->burst_bytes);
	const struct tc_htb_opt options = {
		.rate = rate_of(rate),
		.ceil = rate_of(ceil),
		.buffer = ticks_of(
			rate, class->rate_mbit ? choose_burst(class->rate_mbit, class->burst_bytes)
					       : LEAST_BURST_BYTES),
		.cbuffer = ticks_of(ceil, burst),
		.quantum = QUANTUM_BYTES,
	};
	const uint32_t parent = class->parent ? handle_of(SVF_SHAPER_MAJOR, class->parent)
					      : handle_of(SVF_SHAPER_MAJOR, 0);
	struct nlmsghdr *nlh = start_tc(nl, RTM_NEWTCLASS, NLM_F_CREATE, ifindex, parent,
					handle_of(SVF_SHAPER_MAJOR, class->minor));
	struct nlattr *nest;
	char what[64];

	mnl_attr_put_strz(nlh, TCA_KIND, "htb");
	nest = mnl_attr_nest_start(nlh, TCA_OPTIONS);
	mnl_attr_put(nlh, TCA_HTB_PARMS, sizeof(options), &options);
	if (rate > UINT32_MAX)
		mnl_attr_put_u64(nlh, TCA_HTB_RATE64, rate);
	if (ceil > UINT32_MAX)
		mnl_attr_put_u64(nlh, TCA_HTB_CEIL64, ceil);
	mnl_attr_nest_end(nlh, nest);
	(void)snprintf(what, sizeof(what), "%s: cannot set class 1:%x", ifname, class->minor);
	return svf_nl_talk(nl, nlh, NULL, NULL, what, err);
}

int svf_qdisc_set_queue(struct svf_nl *nl, const char *ifname, int ifindex, uint16_t minor,
			uint32_t rate_mbit, struct svf_errmsg *err)
{
	const struct tc_fifo_qopt options = { .limit = choose_limit(rate_mbit) };
	struct nlmsghdr *nlh = start_tc(nl, RTM_NEWQDISC, NLM_F_CREATE | NLM_F_REPLACE, ifindex,
					handle_of(SVF_SHAPER_MAJOR, minor), handle_of(minor, 0));

	mnl_attr_put_strz(nlh, TCA_KIND, "bfifo");
	mnl_attr_put(nlh, TCA_OPTIONS, sizeof(options), &options);
	return set_qdisc(nl, nlh, ifname, "bfifo", err);
}

int svf_qdisc_del_class(struct svf_nl *nl, const char *ifname, int ifindex, uint16_t minor,
			struct svf_errmsg *err)
{
	struct nlmsghdr *nlh =
		start_tc(nl, RTM_DELTCLASS, 0, ifindex, 0, handle_of(SVF_SHAPER_MAJOR, minor));
	struct svf_errmsg detail = {};
	char what[64];
	int r;

	(void)snprintf(what, sizeof(what), "%s: cannot remove class 1:%x", ifname, minor);
	r = svf_nl_talk(nl, nlh, NULL, NULL, what, &detail);
	if (r == 0 || r == -ENOENT ||
	    r == -EINVAL) /* EINVAL: there is no HTB that could have one */
		return 0;
	return svf_errmsg_set(err, r, "%s", detail.text);
}

/* --- counters --- */

struct reading {
	struct svf_qdisc_counts counts;
	uint32_t handle; /* 0: the kernel's own */
};

static void read_stats(struct svf_qdisc_counts *counts, const struct nlattr *nest)
{
	const struct nlattr *attr;

	mnl_attr_for_each_nested (attr, nest) {
		const void *payload = mnl_attr_get_payload(attr);
		const size_t len = mnl_attr_get_payload_len(attr);
		struct gnet_stats_queue queue;
		struct gnet_stats_basic basic;

		if (mnl_attr_get_type(attr) == TCA_STATS_QUEUE && len >= sizeof(queue)) {
			memcpy(&queue, payload, sizeof(queue));
			counts->dropped = queue.drops;
			counts->backlog = queue.qlen;
		} else if (mnl_attr_get_type(attr) == TCA_STATS_BASIC &&
			   len >= sizeof(basic.bytes) + sizeof(basic.packets)) {
			memcpy(&basic, payload, sizeof(basic.bytes) + sizeof(basic.packets));
			if (!counts->sent)
				counts->sent = basic.packets;
		} else if (mnl_attr_get_type(attr) == TCA_STATS_PKT64 &&
			   len >= sizeof(counts->sent)) {
			memcpy(&counts->sent, payload, sizeof(counts->sent));
		}
	}
}

static int read_qdisc(const struct nlmsghdr *nlh, void *arg)
{
	const struct tcmsg *tcm = mnl_nlmsg_get_payload(nlh);
	struct reading *reading = arg;
	const struct nlattr *attr;

	reading->handle = tcm->tcm_handle;
	mnl_attr_for_each (attr, nlh, sizeof(*tcm))
		if (mnl_attr_get_type(attr) == TCA_STATS2)
			read_stats(&reading->counts, attr);
	return MNL_CB_OK;
}

/* By the place it has: below the root, or below a class. */
static int get_qdisc(struct svf_nl *nl, int ifindex, uint32_t parent, uint32_t handle,
		     struct svf_qdisc_counts *ret_counts)
{
	/* Without ECHO only listeners get the answer. */
	struct nlmsghdr *nlh = start_tc(nl, RTM_GETQDISC, NLM_F_ECHO, ifindex, parent, 0);
	struct reading reading = {};
	int r = svf_nl_talk(nl, nlh, read_qdisc, &reading, "", NULL);

	*ret_counts = (struct svf_qdisc_counts){};
	if (r == -ENOENT || r == -ENODEV || r == -EINVAL || (!r && reading.handle != handle))
		return 0;
	if (!r)
		*ret_counts = reading.counts;
	return r;
}

int svf_qdisc_get_counts(struct svf_nl *nl, int ifindex, uint64_t *ret_drops, uint64_t *ret_backlog)
{
	struct svf_qdisc_counts counts;
	int r = get_qdisc(nl, ifindex, TC_H_ROOT, handle_of(SVF_SHAPER_MAJOR, 0), &counts);

	*ret_drops = counts.dropped;
	*ret_backlog = counts.backlog;
	return r;
}

int svf_qdisc_get_queue(struct svf_nl *nl, int ifindex, uint16_t minor,
			struct svf_qdisc_counts *ret_counts)
{
	return get_qdisc(nl, ifindex, handle_of(SVF_SHAPER_MAJOR, minor), handle_of(minor, 0),
			 ret_counts);
}

/* --- before removing --- */

/* Waits until the qdisc is empty. */
static int wait_empty(struct svf_nl *nl, int ifindex, uint32_t parent, uint32_t handle,
		      struct svf_qdisc_counts *counts)
{
	const struct timespec step = { .tv_nsec = DRAIN_STEP_NS };
	int r = 0;

	for (int i = 0; i < DRAIN_STEPS && counts->backlog && !r; i++) {
		(void)nanosleep(&step, NULL);
		r = get_qdisc(nl, ifindex, parent, handle, counts);
	}
	return r;
}

int svf_qdisc_drain_tbf(struct svf_nl *nl, const char *ifname, int ifindex, uint64_t *ret_dropped)
{
	const uint32_t handle = handle_of(SVF_SHAPER_MAJOR, 0);
	struct svf_qdisc_counts counts;
	int r = get_qdisc(nl, ifindex, TC_H_ROOT, handle, &counts);

	if (!r && counts.backlog && !svf_qdisc_set_tbf(nl, ifname, ifindex, SVF_RATE_MAX, 0, NULL))
		r = wait_empty(nl, ifindex, TC_H_ROOT, handle, &counts);
	*ret_dropped = counts.dropped + counts.backlog;
	return r;
}

int svf_qdisc_drain_class(struct svf_nl *nl, const char *ifname, int ifindex, uint16_t minor,
			  uint16_t parent, uint64_t *ret_dropped)
{
	const struct svf_qdisc_class open = {
		.minor = minor,
		.parent = parent,
		.rate_mbit = SVF_RATE_MAX,
		.ceil_mbit = SVF_RATE_MAX,
	};
	struct svf_qdisc_counts counts;
	int r = svf_qdisc_get_queue(nl, ifindex, minor, &counts);

	if (!r && counts.backlog && !svf_qdisc_set_class(nl, ifname, ifindex, &open, NULL))
		r = wait_empty(nl, ifindex, handle_of(SVF_SHAPER_MAJOR, minor), handle_of(minor, 0),
			       &counts);
	*ret_dropped = counts.dropped + counts.backlog;
	return r;
}
