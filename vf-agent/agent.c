// SPDX-License-Identifier: GPL-2.0-only
/*
 * The agent's main thread. It does everything that can fail before it tells readiness, and
 * nothing on a frame's way afterwards: signals, a tick every 250 ms (heartbeat, socket
 * statistics, is everybody still there), and the end in an order that loses the least.
 *
 * Start:  pidfile, pins, ports, sockets, svf_xsks, threads, svf_alive, ready line.
 * End:    svf_alive (the sorter turns to the tc lane), a grace period, svf_xsks, threads drain, all
 *         closed. Nothing is lost by that.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <svf/cleanup.h>
#include <svf/log.h>

#include "../loader/grace.h"
#include "../loader/pidfile.h"
#include "agent.h"
#include "fill.h"
#include "life.h"
#include "maps.h"
#include "ready.h"
#include "stats.h"
#include "worker.h"

#define TICK_NS	       250000000L /* SVF_HEARTBEAT_MAX_AGE_NS is eight of them */
#define FDS_PER_RING   2	  /* socket and port queue */
#define FDS_PER_WORKER 2	  /* epoll, stop */
#define FDS_OTHER      64	  /* maps, pidfile, signals, log, life sign above its gap */
_Static_assert(8 * TICK_NS <= SVF_HEARTBEAT_MAX_AGE_NS, "a few ticks may be missed");

struct svf_agent {
	const struct svf_options *options;
	int pidfile; /* file descriptors, -1: not open */
	int signals;
	int timer;
	int notify; /* workers that fail write to it */
	struct svf_maps maps;
	struct svf_stats_map stats;
	struct svf_fill_map fill;
	struct svf_life life;
	unsigned int ifindex;	     /* the PF's */
	uint32_t n_vfs;		     /* VFs that there are */
	uint32_t *ids;		     /* their numbers */
	char (*ports)[IFNAMSIZ];     /* ring ports, by place in ids */
	bool *gone_told;	     /* the same: its loss has been logged */
	struct svf_worker **workers; /* by queue; NULL: not made */
	uint64_t *rounds;	     /* by queue, as of the last heartbeat */
};

static void agent_free(struct svf_agent *agent)
{
	const int fds[] = { agent->notify, agent->timer, agent->signals, agent->pidfile };

	svf_life_done(&agent->life);
	for (uint32_t q = 0; agent->workers && q < agent->options->queues; q++)
		svf_worker_free(agent->workers[q]);
	svf_stats_done(&agent->stats);
	svf_fill_done(&agent->fill);
	svf_maps_done(&agent->maps);
	for (size_t i = 0; i < sizeof(fds) / sizeof(fds[0]); i++) {
		if (fds[i] >= 0)
			(void)close(fds[i]); /* the pidfile last: its lock says that all is done */
	}
	free(agent->ids);
	free(agent->ports);
	free(agent->gone_told);
	free(agent->workers);
	free(agent->rounds);
	free(agent);
}

SVF_DEFINE_CLEANUP(agent, struct svf_agent *, agent_free(val_), NULL)

static int fail(const struct svf_agent *agent, int error, const char *what, struct svf_errmsg *err)
{
	return svf_errmsg_set(err, error, "%s: %s: %s", agent->options->pf, what, strerror(-error));
}

static int agent_new(const struct svf_options *options, struct svf_agent **ret_agent)
{
	svf_cleanup(agent) struct svf_agent *agent = calloc(1, sizeof(*agent));

	if (!agent)
		return -ENOMEM;
	agent->options = options;
	agent->pidfile = agent->signals = agent->timer = agent->notify = -1;
	svf_maps_init(&agent->maps);
	svf_life_init(&agent->life, &agent->maps);
	agent->ids = calloc(options->vfs, sizeof(*agent->ids));
	agent->ports = calloc(options->vfs, sizeof(*agent->ports));
	agent->gone_told = calloc(options->vfs, sizeof(*agent->gone_told));
	agent->workers = calloc(options->queues, sizeof(struct svf_worker *));
	agent->rounds = calloc(options->queues, sizeof(*agent->rounds));
	if (!agent->ids || !agent->ports || !agent->gone_told || !agent->workers || !agent->rounds)
		return -ENOMEM;
	*ret_agent = TAKE_PTR(agent);
	return 0;
}

/* 256 VFs on two queues need 1,100 descriptors; the usual soft limit is 1,024. */
static int raise_fd_limit(const struct svf_agent *agent, struct svf_errmsg *err)
{
	const struct svf_options *options = agent->options;
	rlim_t need = FDS_OTHER +
		      (rlim_t)options->queues * (FDS_PER_WORKER + FDS_PER_RING * options->vfs);
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return fail(agent, -errno, "cannot read the limit of open files", err);
	if (limit.rlim_cur >= need)
		return 0;
	limit.rlim_cur = limit.rlim_max < need ? limit.rlim_max : need;
	if (limit.rlim_cur < need || setrlimit(RLIMIT_NOFILE, &limit) < 0)
		return svf_errmsg_set(
			err, -EMFILE, "%s: %llu open files are needed, the limit is %llu",
			options->pf, (unsigned long long)need, (unsigned long long)limit.rlim_max);
	return 0;
}

static int open_events(struct svf_agent *agent, struct svf_errmsg *err)
{
	const struct itimerspec tick = {
		.it_interval.tv_nsec = TICK_NS,
		.it_value.tv_nsec = TICK_NS,
	};
	sigset_t set;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGTERM);
	(void)sigaddset(&set, SIGINT);
	agent->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	(void)sigaddset(&set, SIGPIPE); /* the reader of the ready line may have gone */
	agent->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	agent->notify = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (agent->signals < 0 || agent->timer < 0 || agent->notify < 0 ||
	    sigprocmask(SIG_BLOCK, &set, NULL) < 0 ||
	    timerfd_settime(agent->timer, 0, &tick, NULL) < 0)
		return fail(agent, -errno, "cannot set up signals and timer", err);
	return 0;
}

/* Which VFs there are and the names of their ring ports, from the sorter's configuration. */
static int find_ports(struct svf_agent *agent, struct svf_errmsg *err)
{
	for (uint32_t vf = 0; vf < agent->options->vfs; vf++) {
		struct svf_vf_config config;
		int r = svf_maps_get_vf(&agent->maps, vf, &config);

		if (r == -ENOENT) /* numbers may have holes */
			continue;
		if (r == 0 && !if_indextoname(config.ring_port, agent->ports[agent->n_vfs]))
			r = -errno;
		if (r < 0)
			return svf_errmsg_set(err, r, "%s: vf %u: cannot find its ring port: %s",
					      agent->options->pf, vf, strerror(-r));
		agent->ids[agent->n_vfs++] = vf;
	}
	return agent->n_vfs ? 0 : fail(agent, -ENOENT, "has no VFs", err);
}

static int open_all(struct svf_agent *agent, struct svf_errmsg *err)
{
	const struct svf_options *options = agent->options;
	uint32_t rings = options->vfs * options->queues;
	int r;

	agent->ifindex = if_nametoindex(options->pf);
	if (agent->ifindex == 0)
		return fail(agent, -errno, "no such interface", err);
	r = svf_pidfile_hold(options->pidfile, &agent->pidfile, err);
	if (r < 0)
		return fail(agent, r, "cannot hold the pidfile", err);
	r = svf_maps_open(&agent->maps, options->pins, rings, err);
	if (r < 0)
		return r;
	r = svf_stats_init(&agent->stats, agent->maps.ring_stats, rings, options->queues);
	if (r < 0)
		return fail(agent, r, "cannot map svf_ring_stats", err);
	r = svf_fill_init(&agent->fill, agent->maps.ring_fill, rings);
	if (r < 0)
		return fail(agent, r, "cannot map svf_ring_fill", err);
	return find_ports(agent, err);
}

static int make_workers(struct svf_agent *agent, struct svf_errmsg *err)
{
	const struct svf_options *options = agent->options;
	struct svf_worker_params params = {
		.pf = options->pf,
		.queues = options->queues,
		.vfs = agent->n_vfs,
		.ids = agent->ids,
		.max_vfs = options->max_vfs > agent->n_vfs ? options->max_vfs : agent->n_vfs,
		.ring_size = options->ring_size,
		.frame_size = options->frame_size,
		.zero_copy = options->zero_copy,
		.verify_frames = options->verify_frames,
		.engines = options->engines,
		.ports = (const char(*)[IFNAMSIZ])agent->ports,
		.stats = agent->stats.rows,
		.notify_fd = agent->notify,
	};

	/* In this order: a tap's queues get their numbers as they are opened. */
	for (uint32_t q = 0; q < options->queues; q++) {
		int r;

		params.queue = q;
		r = svf_worker_new(&params, &agent->workers[q], err);
		if (r < 0)
			return r;
	}
	return 0;
}

static int set_sockets(struct svf_agent *agent, struct svf_errmsg *err)
{
	const struct svf_options *options = agent->options;

	for (uint32_t vf = 0; vf < agent->n_vfs; vf++) {
		for (uint32_t q = 0; q < options->queues; q++) {
			uint32_t slot = svf_xsk_slot(agent->ids[vf], q, options->queues);
			int fd = svf_worker_get_socket(agent->workers[q], vf);
			int r = svf_maps_set_socket(&agent->maps, slot, fd);

			if (r < 0)
				return svf_errmsg_set(
					err, r, "%s: vf %u: cannot fill its svf_xsks slot: %s",
					options->pf, agent->ids[vf], strerror(-r));
		}
	}
	return 0;
}

static void unset_sockets(struct svf_agent *agent)
{
	uint32_t rings = agent->options->vfs * agent->options->queues;

	for (uint32_t slot = 0; slot < rings; slot++)
		svf_maps_unset_socket(&agent->maps, slot);
}

/* Whether the kernel bound all rings in zero copy mode. */
static bool is_zero_copy(const struct svf_agent *agent)
{
	bool all = true;

	for (uint32_t q = 0; q < agent->options->queues; q++)
		all &= svf_worker_is_zero_copy(agent->workers[q]);
	return all;
}

static int start(struct svf_agent *agent, struct svf_errmsg *err)
{
	int r = raise_fd_limit(agent, err);

	if (r == 0)
		r = open_events(agent, err);
	if (r == 0)
		r = open_all(agent, err);
	if (r == 0)
		r = make_workers(agent, err);
	if (r == 0)
		r = set_sockets(agent, err);
	for (uint32_t q = 0; q < agent->options->queues && r == 0; q++) {
		r = svf_worker_start(agent->workers[q]);
		if (r < 0)
			return fail(agent, r, "cannot start a thread", err);
	}
	if (r == 0) {
		r = svf_life_attach(&agent->life, is_zero_copy(agent));
		if (r < 0)
			return fail(agent, r, "cannot fill svf_alive", err);
	}
	return r;
}

static void tell_ready(const struct svf_agent *agent)
{
	const struct svf_options *options = agent->options;
	const bool zero_copy = is_zero_copy(agent);
	size_t bytes = 0;

	for (uint32_t q = 0; q < options->queues; q++)
		bytes += svf_worker_get_memory(agent->workers[q]);
	if (options->zero_copy && !zero_copy)
		svf_warning("%s: zero copy was asked for, the driver has none: copying",
			    options->pf);
	svf_debug("%s: ready, %zu bytes", options->pf, bytes);
	svf_ready_send(options->ready_fd, options->xdp_mode, zero_copy, bytes);
}

/* Folds what the sockets count into svf_ring_stats, and how full they were into svf_ring_fill. */
static void fold_statistics(struct svf_agent *agent)
{
	const struct svf_options *options = agent->options;

	for (uint32_t q = 0; q < options->queues; q++) {
		for (uint32_t vf = 0; vf < agent->n_vfs; vf++) {
			const uint32_t slot = svf_xsk_slot(agent->ids[vf], q, options->queues);
			struct xdp_statistics statistics;
			struct svf_ring_fill fill;

			svf_worker_take_fill(agent->workers[q], vf, &fill);
			svf_fill_set(&agent->fill, slot, &fill);
			if (svf_worker_get_statistics(agent->workers[q], vf, &statistics) < 0)
				continue; /* the old numbers stand */
			svf_stats_set_socket(&agent->stats, slot, &statistics);
		}
	}
}

static void log_lost_ports(struct svf_agent *agent)
{
	for (uint32_t q = 0; q < agent->options->queues; q++) {
		for (uint32_t vf = 0; vf < agent->n_vfs; vf++) {
			if (agent->gone_told[vf] || !svf_worker_is_port_gone(agent->workers[q], vf))
				continue;
			agent->gone_told[vf] = true;
			svf_warning("%s: vf %u: its ring port %s is gone", agent->options->pf,
				    agent->ids[vf], agent->ports[vf]);
		}
	}
}

/* True if every worker went through its loop since it was asked last. */
static bool all_moved(struct svf_agent *agent)
{
	bool moved = true;

	for (uint32_t q = 0; q < agent->options->queues; q++) {
		uint64_t rounds = svf_worker_get_rounds(agent->workers[q]);

		moved &= rounds != agent->rounds[q];
	}
	for (uint32_t q = 0; q < agent->options->queues && moved; q++)
		agent->rounds[q] = svf_worker_get_rounds(agent->workers[q]);
	return moved;
}

static int tick(struct svf_agent *agent, struct svf_errmsg *err)
{
	char name[IFNAMSIZ];
	uint64_t expired;

	(void)!read(agent->timer, &expired, sizeof(expired));
	if (all_moved(agent))
		svf_life_beat(&agent->life);
	fold_statistics(agent);
	log_lost_ports(agent);
	/* The kernel unbinds our sockets then, but tells no one who does not send. */
	if (!if_indextoname(agent->ifindex, name))
		return svf_errmsg_set(err, -ENODEV, "%s: the PF is gone", agent->options->pf);
	return 0;
}

static int check_workers(struct svf_agent *agent, struct svf_errmsg *err)
{
	int r = 0;

	for (uint32_t q = 0; q < agent->options->queues && r == 0; q++)
		r = svf_worker_get_failure(agent->workers[q], err);
	return r;
}

/* Until a stop signal (0) or a failure. */
static int loop(struct svf_agent *agent, struct svf_errmsg *err)
{
	struct pollfd fds[] = {
		{ .fd = agent->signals, .events = POLLIN },
		{ .fd = agent->timer, .events = POLLIN },
		{ .fd = agent->notify, .events = POLLIN },
	};
	int r = 0;

	while (r == 0) {
		if (poll(fds, sizeof(fds) / sizeof(fds[0]), -1) < 0 && errno != EINTR)
			return fail(agent, -errno, "poll", err);
		if (fds[0].revents & POLLIN)
			break;
		if (fds[1].revents & POLLIN)
			r = tick(agent, err);
		if (r == 0 && fds[2].revents & POLLIN)
			r = check_workers(agent, err);
	}
	return r;
}

/* Ends in order. Reports what the workers find wrong in their last round. Who saw us alive may
 * still be on his way into a ring or port: a grace period later all have arrived. */
static int stop(struct svf_agent *agent, struct svf_errmsg *err)
{
	svf_life_detach(&agent->life);
	(void)svf_grace_wait();
	unset_sockets(agent);
	for (uint32_t q = 0; q < agent->options->queues; q++)
		svf_worker_stop(agent->workers[q]);
	fold_statistics(agent);
	return check_workers(agent, err);
}

/* The one line about a failure: to who waits for readiness, else to the log. */
static enum svf_exit report(const struct svf_options *options, int error, bool ready,
			    struct svf_errmsg *err)
{
	enum svf_exit code;

	(void)svf_errmsg_set(err, error, "%s: %s", options->pf, strerror(-error));
	code = svf_errmsg_exit(err, error);
	if (!ready && options->ready_fd >= 0)
		svf_ready_send_error(options->ready_fd, code, err->text);
	else
		svf_error("%s", err->text);
	return code;
}

enum svf_exit svf_agent_run(const struct svf_options *options)
{
	svf_cleanup(agent) struct svf_agent *agent = NULL;
	struct svf_errmsg err = {};
	int r, stopped;

	svf_log_open("vf-agent", !options->foreground);
	if (options->debug)
		svf_log_set_level(SVF_LOG_DEBUG);
	r = agent_new(options, &agent);
	if (r == 0)
		r = start(agent, &err);
	if (r < 0)
		return report(options, r, false, &err);

	tell_ready(agent);
	r = loop(agent, &err);
	stopped = stop(agent, &err);
	if (r == 0)
		r = stopped;
	return r < 0 ? report(options, r, true, &err) : SVF_EXIT_OK;
}
