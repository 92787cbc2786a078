// SPDX-License-Identifier: GPL-2.0-only
/*
 * A worker's thread sleeps in epoll, edge triggered: an event sets a mark in the engine, and
 * the engine clears it when it finds ring or port empty, so a VF that must wait wakes nobody.
 * It wakes at least every 200 ms, looks at every RX ring then, and says that it lives.
 *
 * Shared with the main thread: rounds, stop, failure and gone, which are atomic; the ledger's
 * violation, read only after failure says so; the stats rows, each field with one writer.
 */
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include <svf/cleanup.h>

#include "engine.h"
#include "tap.h"
#include "umem.h"
#include "worker.h"
#include "xsk.h"

#define NS_PER_S 1000000000ULL
/* A dead agent's sockets are closed by the kernel one after another, in 10 to 16 ms each; only
 * then is its queue free. With few of them 5 s are plenty. */
#define BUSY_TIMEOUT_MS		   5000
#define BUSY_TIMEOUT_PER_SOCKET_MS 20
#define DRAIN_NS		   500000000ULL /* of the time that who ends us gives us */
#define DRAIN_PAUSE_NS		   1000000L
#define EVENTS_MAX		   64 /* a wake-up's worth; epoll hands the others out next time */

/* What an event is about, in epoll_data's upper half; the lower is the VF. */
enum event_kind {
	EVENT_RING,
	EVENT_PORT,
	EVENT_STOP,
};
#define EVENT_KIND_SHIFT 32

struct svf_worker {
	struct svf_worker_params params;
	struct svf_umem_plan plan;
	uint8_t *umem;
	struct svf_xsk *xsk;
	struct svf_ledger ledger;
	struct svf_engine engine;
	struct svf_forward_vf *vfs; /* params.vfs of them; owns their ports */
	uint8_t *outgoing;	    /* what each VF is sending, SVF_TSO_ROOM each */
	uint32_t n_gone_told;	    /* ports whose going is in gone[] */
	int epoll_fd;
	int stop_fd; /* eventfd: wakes the thread to stop */
	bool started;
	pthread_t thread;

	atomic_uint_fast64_t rounds;
	atomic_bool stop;
	atomic_int failure; /* 0 or -errno */
	atomic_bool *gone;  /* by VF */
};

SVF_DEFINE_CLEANUP(worker, struct svf_worker *, svf_worker_free(val_), NULL)

static uint64_t get_now_ns(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

/* The main thread learns by gone[] what the engine found out. */
static void tell_gone(struct svf_worker *worker)
{
	if (worker->engine.forward.n_gone == worker->n_gone_told)
		return;
	for (uint32_t vf = 0; vf < worker->params.vfs; vf++) {
		if (worker->vfs[vf].port_gone)
			atomic_store(&worker->gone[vf], true);
	}
	worker->n_gone_told = worker->engine.forward.n_gone;
}

static void take_events(struct svf_worker *worker, const struct epoll_event *events, int n)
{
	for (int i = 0; i < n; i++) {
		uint32_t vf = (uint32_t)events[i].data.u64;

		switch ((enum event_kind)(events[i].data.u64 >> EVENT_KIND_SHIFT)) {
		case EVENT_RING:
			svf_engine_set_ring_ready(&worker->engine, vf);
			break;
		case EVENT_PORT:
			svf_engine_set_port_ready(&worker->engine, vf);
			break;
		case EVENT_STOP: /* told by the flag */
			break;
		}
	}
}

/* Sleeps until something is to be done, and does it. */
static int step(struct svf_worker *worker)
{
	struct epoll_event events[EVENTS_MAX];
	int timeout_ms = svf_engine_get_timeout_ms(&worker->engine, get_now_ns());
	int n = epoll_wait(worker->epoll_fd, events, EVENTS_MAX, timeout_ms);
	bool idle = n == 0 && timeout_ms > 0;
	int r;

	if (n < 0 && errno != EINTR)
		return -errno;
	take_events(worker, events, n);
	if (idle)
		svf_engine_set_all_ready(&worker->engine);
	r = svf_engine_round(&worker->engine, get_now_ns());
	tell_gone(worker);
	if (r == 0 && idle && worker->params.verify_frames)
		r = svf_ledger_audit(&worker->ledger);
	return r;
}

/* Until rings and ports are empty; a TX ring that the PF does not empty is given a while. */
static int drain(struct svf_worker *worker)
{
	const struct timespec pause = { .tv_nsec = DRAIN_PAUSE_NS };
	const uint64_t end_ns = get_now_ns() + DRAIN_NS;
	int r;

	for (;;) {
		r = svf_engine_drain(&worker->engine, get_now_ns());
		if (r < 0 || svf_engine_is_idle(&worker->engine) || get_now_ns() > end_ns)
			return r;
		(void)nanosleep(&pause, NULL);
	}
}

static void *run(void *arg)
{
	struct svf_worker *worker = arg;
	const uint64_t one = 1;
	int r = 0;

	while (r == 0 && !atomic_load(&worker->stop)) {
		r = step(worker);
		atomic_fetch_add_explicit(&worker->rounds, 1, memory_order_relaxed);
	}
	if (r == 0)
		r = drain(worker);
	if (r == 0 && worker->params.verify_frames)
		r = svf_ledger_audit(&worker->ledger);
	if (r < 0) {
		atomic_store(&worker->failure, r);
		(void)!write(worker->params.notify_fd, &one, sizeof(one));
	}
	return NULL;
}

/* How long a killed agent may go on holding what we need. */
static uint32_t get_patience_ms(const struct svf_worker_params *params)
{
	return BUSY_TIMEOUT_MS + BUSY_TIMEOUT_PER_SOCKET_MS * params->vfs * params->queues;
}

static int watch(struct svf_worker *worker, int fd, enum event_kind kind, uint32_t vf)
{
	struct epoll_event event = {
		.events = EPOLLIN | EPOLLET,
		.data.u64 = (uint64_t)kind << EVENT_KIND_SHIFT | vf,
	};

	return epoll_ctl(worker->epoll_fd, EPOLL_CTL_ADD, fd, &event) < 0 ? -errno : 0;
}

static int open_ports(struct svf_worker *worker, struct svf_errmsg *err)
{
	const struct svf_worker_params *params = &worker->params;
	const struct svf_tap_params tap = {
		.timeout_ms = get_patience_ms(params),
		.multi_queue = params->queues > 1,
		.tso = params->engines,
	};

	for (uint32_t vf = 0; vf < params->vfs; vf++) {
		int r = svf_tap_open(params->ports[vf], &tap, &worker->vfs[vf].port);

		if (r < 0)
			return svf_errmsg_set(err, r, "%s: vf %u: cannot open ring port %s: %s",
					      params->pf, params->ids[vf], params->ports[vf],
					      strerror(-r));
		worker->vfs[vf].stats = &params->stats[svf_xsk_slot(params->ids[vf], params->queue,
								    params->queues)];
		worker->vfs[vf].tso.data = worker->outgoing + (size_t)vf * SVF_TSO_ROOM;
	}
	return 0;
}

static int open_rings(struct svf_worker *worker, struct svf_errmsg *err)
{
	const struct svf_worker_params *params = &worker->params;
	struct svf_xsk_params xsk_params = {
		.pf = params->pf,
		.queue = params->queue,
		.vfs = params->vfs,
		.ids = params->ids,
		.ring_size = params->ring_size,
		.timeout_ms = get_patience_ms(params),
		.zero_copy = params->zero_copy,
		.plan = &worker->plan,
	};
	int r;

	svf_umem_plan(&worker->plan, params->max_vfs, params->ring_size, params->frame_size);
	r = svf_umem_new(&worker->plan, &worker->umem);
	if (r < 0)
		return svf_errmsg_set(err, r, "%s: queue %u: no memory for %zu bytes of UMEM: %s",
				      params->pf, params->queue, worker->plan.bytes, strerror(-r));
	xsk_params.umem = worker->umem;
	return svf_xsk_new(&xsk_params, &worker->xsk, err);
}

static int init_engine(struct svf_worker *worker)
{
	const struct svf_worker_params *params = &worker->params;
	struct svf_ledger_limits limits = {
		.frames = worker->plan.frames,
		.frame_size = worker->plan.frame_size,
		.receive_quota = worker->plan.receive_quota,
		.transmit_quota = params->ring_size,
		.vfs = params->vfs,
	};
	struct svf_forward forward = {
		.rings = svf_xsk_get_rings(worker->xsk),
		.ledger = &worker->ledger,
		.umem = worker->umem,
		.vfs = worker->vfs,
		.n_vfs = params->vfs,
		.lro = params->engines,
	};
	int r = svf_ledger_init(&worker->ledger, &limits);

	if (r < 0)
		return r;
	return svf_engine_init(&worker->engine, &forward, params->verify_frames);
}

static int watch_all(struct svf_worker *worker)
{
	int r;

	worker->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (worker->epoll_fd < 0)
		return -errno;
	worker->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (worker->stop_fd < 0)
		return -errno;
	r = watch(worker, worker->stop_fd, EVENT_STOP, 0);
	for (uint32_t vf = 0; vf < worker->params.vfs && r == 0; vf++) {
		r = watch(worker, svf_xsk_get_fd(worker->xsk, vf), EVENT_RING, vf);
		if (r == 0)
			r = watch(worker, worker->vfs[vf].port->fd, EVENT_PORT, vf);
	}
	return r;
}

int svf_worker_new(const struct svf_worker_params *params, struct svf_worker **ret_worker,
		   struct svf_errmsg *err)
{
	svf_cleanup(worker) struct svf_worker *worker = calloc(1, sizeof(*worker));
	int r;

	if (!worker)
		return -ENOMEM;
	worker->params = *params;
	worker->epoll_fd = -1;
	worker->stop_fd = -1;
	worker->vfs = calloc(params->vfs, sizeof(*worker->vfs));
	worker->gone = calloc(params->vfs, sizeof(*worker->gone));
	/* So much that it comes from mmap(): pages that nobody writes to cost nothing. */
	worker->outgoing = calloc(params->vfs, SVF_TSO_ROOM);
	if (!worker->vfs || !worker->gone || !worker->outgoing)
		return -ENOMEM;

	r = open_ports(worker, err);
	if (r < 0)
		return r;
	r = open_rings(worker, err);
	if (r < 0)
		return r;
	r = init_engine(worker);
	if (r == 0)
		r = watch_all(worker);
	if (r < 0)
		return svf_errmsg_set(err, r, "%s: queue %u: cannot set up worker: %s", params->pf,
				      params->queue, strerror(-r));
	*ret_worker = TAKE_PTR(worker);
	return 0;
}

int svf_worker_start(struct svf_worker *worker)
{
	char name[sizeof("svf-queue-65535")];
	int r = -pthread_create(&worker->thread, NULL, run, worker);

	if (r < 0)
		return r;
	worker->started = true;
	(void)snprintf(name, sizeof(name), "svf-queue-%u", worker->params.queue & UINT16_MAX);
	(void)pthread_setname_np(worker->thread, name);
	return 0;
}

void svf_worker_stop(struct svf_worker *worker)
{
	const uint64_t one = 1;

	if (!worker->started)
		return;
	atomic_store(&worker->stop, true);
	(void)!write(worker->stop_fd, &one, sizeof(one));
	(void)pthread_join(worker->thread, NULL);
	worker->started = false;
}

void svf_worker_free(struct svf_worker *worker)
{
	if (!worker)
		return;
	svf_worker_stop(worker);
	svf_engine_done(&worker->engine);
	svf_ledger_done(&worker->ledger);
	svf_xsk_free(worker->xsk);
	svf_umem_free(worker->umem, &worker->plan);
	for (uint32_t vf = 0; worker->vfs && vf < worker->params.vfs; vf++)
		svf_vf_port_free(worker->vfs[vf].port);
	if (worker->epoll_fd >= 0)
		(void)close(worker->epoll_fd);
	if (worker->stop_fd >= 0)
		(void)close(worker->stop_fd);
	free(worker->vfs);
	free(worker->outgoing);
	free(worker->gone);
	free(worker);
}

uint64_t svf_worker_get_rounds(const struct svf_worker *worker)
{
	return atomic_load_explicit(&worker->rounds, memory_order_relaxed);
}

int svf_worker_get_failure(const struct svf_worker *worker, struct svf_errmsg *err)
{
	const struct svf_worker_params *params = &worker->params;
	int failure = atomic_load(&worker->failure);
	char text[256];

	if (failure == 0)
		return 0;
	if (worker->ledger.violation.what)
		svf_ledger_format_violation(&worker->ledger, text, sizeof(text));
	else if (failure == -ENODEV)
		(void)snprintf(text, sizeof(text), "the PF is gone");
	else
		(void)snprintf(text, sizeof(text), "worker failed: %s", strerror(-failure));
	return svf_errmsg_set(err, failure, "%s: queue %u: %s", params->pf, params->queue, text);
}

bool svf_worker_is_port_gone(const struct svf_worker *worker, uint32_t vf)
{
	return atomic_load_explicit(&worker->gone[vf], memory_order_relaxed);
}

int svf_worker_get_socket(const struct svf_worker *worker, uint32_t vf)
{
	return svf_xsk_get_fd(worker->xsk, vf);
}

int svf_worker_get_statistics(const struct svf_worker *worker, uint32_t vf,
			      struct xdp_statistics *ret_statistics)
{
	return svf_xsk_get_statistics(worker->xsk, vf, ret_statistics);
}

void svf_worker_take_fill(const struct svf_worker *worker, uint32_t vf,
			  struct svf_ring_fill *ret_fill)
{
	svf_xsk_take_fill(worker->xsk, vf, ret_fill);
}

bool svf_worker_is_zero_copy(const struct svf_worker *worker)
{
	return svf_xsk_get_rings(worker->xsk)->zero_copy;
}

size_t svf_worker_get_memory(const struct svf_worker *worker)
{
	return worker->plan.bytes + svf_xsk_get_ring_bytes(worker->xsk);
}
