// SPDX-License-Identifier: GPL-2.0-only
/*
 * AF_XDP sockets by libxdp, its program loading inhibited: the sorter is not ours to attach.
 *
 * A socket receives only from the netdev and queue it is bound to; sockets of one queue must
 * share its UMEM and its one FILL and COMPLETION pair. The kernel sends when asked to
 * (sendto), in copy mode at most 32 frames a call. Copy mode is asked for explicitly: a
 * driver with zero copy would be put into it unasked otherwise.
 */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <xdp/libxdp.h>
#include <xdp/xsk.h>

#include <svf/cleanup.h>

#include "patience.h"
#include "release.h"
#include "xsk.h"

#define NS_PER_MS 1000000L
#define PERMILLE  1000U

struct vf_rings {
	struct xsk_socket *socket;
	struct xsk_ring_cons rx;
	struct xsk_ring_prod tx;
	int fd; /* the socket's */
	/* Most frames in them since they were asked for: raised by the worker, taken by others. */
	_Atomic uint32_t rx_peak, tx_peak;
};

struct svf_xsk {
	struct svf_rings rings; /* first: the ops get a svf_rings */
	struct xsk_ring_prod fill;
	struct xsk_ring_cons completion;
	struct vf_rings *vfs; /* n_vfs of them */
	uint32_t n_vfs;
	struct xsk_umem *umem;
};
_Static_assert(offsetof(struct svf_xsk, rings) == 0, "ops cast");

SVF_DEFINE_CLEANUP(xsk, struct svf_xsk *, svf_xsk_free(val_), NULL)

static uint32_t fill(struct svf_rings *rings, const uint64_t *addresses, uint32_t n)
{
	struct svf_xsk *xsk = (struct svf_xsk *)rings;
	uint32_t room = xsk_prod_nb_free(&xsk->fill, n);
	uint32_t index;

	if (n > room)
		n = room;
	if (xsk_ring_prod__reserve(&xsk->fill, n, &index) != n)
		return 0;
	for (uint32_t i = 0; i < n; i++)
		*xsk_ring_prod__fill_addr(&xsk->fill, index + i) = addresses[i];
	xsk_ring_prod__submit(&xsk->fill, n);
	return n;
}

static uint32_t fill_room(struct svf_rings *rings)
{
	struct svf_xsk *xsk = (struct svf_xsk *)rings;

	return xsk_prod_nb_free(&xsk->fill, xsk->fill.size);
}

static void fill_wake(struct svf_rings *rings)
{
	struct svf_xsk *xsk = (struct svf_xsk *)rings;

	/* Never set in copy mode. Any socket of the queue will do. */
	if (xsk_ring_prod__needs_wakeup(&xsk->fill))
		(void)recvfrom(xsk->vfs[0].fd, NULL, 0, MSG_DONTWAIT, NULL, NULL);
}

static uint32_t complete(struct svf_rings *rings, uint64_t *addresses, uint32_t n)
{
	struct svf_xsk *xsk = (struct svf_xsk *)rings;
	uint32_t index;

	n = xsk_ring_cons__peek(&xsk->completion, n, &index);
	for (uint32_t i = 0; i < n; i++)
		addresses[i] = *xsk_ring_cons__comp_addr(&xsk->completion, index + i);
	if (n > 0)
		xsk_ring_cons__release(&xsk->completion, n);
	return n;
}

/* One that is taken in between counts for the time before or after: either will do. */
static void note_peak(_Atomic uint32_t *peak, uint32_t n)
{
	if (n > atomic_load_explicit(peak, memory_order_relaxed))
		atomic_store_explicit(peak, n, memory_order_relaxed);
}

static uint32_t receive(struct svf_rings *rings, uint32_t vf, struct svf_descriptor *descs,
			uint32_t n)
{
	struct vf_rings *r = &((struct svf_xsk *)rings)->vfs[vf];
	struct xsk_ring_cons *rx = &r->rx;
	uint32_t index;

	note_peak(&r->rx_peak, __atomic_load_n(rx->producer, __ATOMIC_ACQUIRE) - rx->cached_cons);
	n = xsk_ring_cons__peek(rx, n, &index);
	for (uint32_t i = 0; i < n; i++) {
		const struct xdp_desc *desc = xsk_ring_cons__rx_desc(rx, index + i);

		descs[i] = (struct svf_descriptor){ desc->addr, desc->len };
	}
	if (n > 0)
		xsk_ring_cons__release(rx, n);
	return n;
}

static void send_frames(struct svf_rings *rings, uint32_t vf, const struct svf_descriptor *descs,
			uint32_t n)
{
	struct vf_rings *r = &((struct svf_xsk *)rings)->vfs[vf];
	struct xsk_ring_prod *tx = &r->tx;
	uint32_t index;
	uint32_t reserved = xsk_ring_prod__reserve(tx, n, &index);

	assert(reserved == n);
	if (reserved != n)
		return;
	for (uint32_t i = 0; i < n; i++)
		*xsk_ring_prod__tx_desc(tx, index + i) = (struct xdp_desc){
			.addr = descs[i].address,
			.len = descs[i].length,
		};
	xsk_ring_prod__submit(tx, n);
	note_peak(&r->tx_peak, tx->cached_prod - __atomic_load_n(tx->consumer, __ATOMIC_ACQUIRE));
}

static uint32_t unsent(struct svf_rings *rings, uint32_t vf)
{
	struct xsk_ring_prod *tx = &((struct svf_xsk *)rings)->vfs[vf].tx;

	return tx->cached_prod - __atomic_load_n(tx->consumer, __ATOMIC_ACQUIRE);
}

static int kick(struct svf_rings *rings, uint32_t vf)
{
	struct vf_rings *r = &((struct svf_xsk *)rings)->vfs[vf];

	if (!xsk_ring_prod__needs_wakeup(&r->tx))
		return 0;
	return sendto(r->fd, NULL, 0, MSG_DONTWAIT, NULL, 0) < 0 ? -errno : 0;
}

static void indexes(struct svf_rings *rings, struct svf_ring_indexes *ret_indexes)
{
	struct svf_xsk *xsk = (struct svf_xsk *)rings;

	*ret_indexes = (struct svf_ring_indexes){
		.fill_produced = *xsk->fill.producer,
		.completed = *xsk->completion.consumer,
	};
	for (uint32_t vf = 0; vf < xsk->n_vfs; vf++) {
		ret_indexes->rx_consumed += *xsk->vfs[vf].rx.consumer;
		ret_indexes->tx_produced += *xsk->vfs[vf].tx.producer;
	}
}

static const struct svf_rings_ops xsk_ops = {
	.fill = fill,
	.fill_room = fill_room,
	.fill_wake = fill_wake,
	.complete = complete,
	.receive = receive,
	.send = send_frames,
	.unsent = unsent,
	.kick = kick,
	.indexes = indexes,
};

static int bind_socket(struct svf_xsk *xsk, const struct svf_xsk_params *params, uint32_t vf)
{
	struct xsk_socket_config config = {
		.rx_size = params->plan->rx_ring_size,
		.tx_size = params->ring_size,
		.libxdp_flags = XSK_LIBXDP_FLAGS__INHIBIT_PROG_LOAD,
		.bind_flags = XDP_USE_NEED_WAKEUP | (params->zero_copy ? 0 : XDP_COPY),
	};
	struct vf_rings *r = &xsk->vfs[vf];

	return xsk_socket__create_shared(&r->socket, params->pf, params->queue, xsk->umem, &r->rx,
					 &r->tx, &xsk->fill, &xsk->completion, &config);
}

/* After a kill the kernel releases the old pool from a work queue: the first socket of a
 * queue meets EBUSY until then. */
static int bind_patiently(struct svf_xsk *xsk, const struct svf_xsk_params *params, uint32_t vf)
{
	struct svf_patience patience = { .timeout_ms = params->timeout_ms };
	int r = bind_socket(xsk, params, vf);

	while (r == -EBUSY && vf == 0) {
		int waited = svf_patience_wait(&patience);

		if (waited == -EINTR)
			return waited;
		if (waited < 0)
			return r;
		r = bind_socket(xsk, params, vf);
	}
	return r;
}

static int bind_all(struct svf_xsk *xsk, const struct svf_xsk_params *params,
		    struct svf_errmsg *err)
{
	for (uint32_t vf = 0; vf < params->vfs; vf++) {
		int r = bind_patiently(xsk, params, vf);

		if (r < 0)
			return svf_errmsg_set(
				err, r, "%s: vf %u: cannot bind AF_XDP socket to queue %u: %s",
				params->pf, params->ids[vf], params->queue, strerror(-r));
		xsk->vfs[vf].fd = xsk_socket__fd(xsk->vfs[vf].socket);
		xsk->n_vfs = vf + 1;
	}
	return 0;
}

static int read_zero_copy(struct svf_xsk *xsk)
{
	struct xdp_options options = {};
	socklen_t len = sizeof(options);

	if (getsockopt(xsk->vfs[0].fd, SOL_XDP, XDP_OPTIONS, &options, &len) < 0)
		return -errno;
	xsk->rings.zero_copy = options.flags & XDP_OPTIONS_ZEROCOPY;
	return 0;
}

int svf_xsk_new(const struct svf_xsk_params *params, struct svf_xsk **ret_xsk,
		struct svf_errmsg *err)
{
	struct xsk_umem_config config = {
		.fill_size = params->plan->fill_size,
		.comp_size = params->plan->completion_size,
		.frame_size = params->plan->frame_size,
	};
	svf_cleanup(xsk) struct svf_xsk *xsk = calloc(1, sizeof(*xsk));
	int r;

	(void)libxdp_set_print(NULL); /* our one line says it */
	if (!xsk)
		return -ENOMEM;
	xsk->rings = (struct svf_rings){
		.ops = &xsk_ops,
		.ring_size = params->ring_size,
		.rx_ring_size = params->plan->rx_ring_size,
	};
	xsk->vfs = calloc(params->vfs, sizeof(*xsk->vfs));
	if (!xsk->vfs)
		return -ENOMEM;

	r = xsk_umem__create(&xsk->umem, params->umem, params->plan->bytes, &xsk->fill,
			     &xsk->completion, &config);
	if (r < 0)
		return svf_errmsg_set(err, r, "%s: queue %u: cannot register %zu bytes of UMEM: %s",
				      params->pf, params->queue, params->plan->bytes, strerror(-r));
	r = bind_all(xsk, params, err);
	if (r < 0)
		return r;
	r = read_zero_copy(xsk);
	if (r < 0)
		return svf_errmsg_set(err, r, "%s: queue %u: cannot read XDP_OPTIONS: %s",
				      params->pf, params->queue, strerror(-r));
	*ret_xsk = TAKE_PTR(xsk);
	return 0;
}

void svf_xsk_free(struct svf_xsk *xsk)
{
	int fds[SVF_MAX_VFS];

	if (!xsk)
		return;
	for (uint32_t vf = 0; vf < xsk->n_vfs; vf++) {
		/* A second name keeps the socket bound until svf_release_fds(). */
		fds[vf] = xsk->vfs[vf].socket ? fcntl(xsk->vfs[vf].fd, F_DUPFD_CLOEXEC, 0) : -1;
		xsk_socket__delete(xsk->vfs[vf].socket);
	}
	(void)xsk_umem__delete(xsk->umem);
	svf_release_fds(fds, xsk->n_vfs);
	free(xsk->vfs);
	free(xsk);
}

struct svf_rings *svf_xsk_get_rings(struct svf_xsk *xsk)
{
	return &xsk->rings;
}

int svf_xsk_get_fd(const struct svf_xsk *xsk, uint32_t vf)
{
	return xsk->vfs[vf].fd;
}

int svf_xsk_get_statistics(const struct svf_xsk *xsk, uint32_t vf,
			   struct xdp_statistics *ret_statistics)
{
	socklen_t len = sizeof(*ret_statistics);

	if (getsockopt(xsk->vfs[vf].fd, SOL_XDP, XDP_STATISTICS, ret_statistics, &len) < 0)
		return -errno;
	return 0;
}

/* Rounded up: 0 says that nothing was there. */
static uint32_t take_permille(_Atomic uint32_t *peak, uint32_t size)
{
	const uint32_t n = atomic_exchange_explicit(peak, 0, memory_order_relaxed);

	return (n * PERMILLE + size - 1) / size;
}

void svf_xsk_take_fill(struct svf_xsk *xsk, uint32_t vf, struct svf_ring_fill *ret_fill)
{
	struct vf_rings *r = &xsk->vfs[vf];

	ret_fill->rx = take_permille(&r->rx_peak, r->rx.size);
	ret_fill->tx = take_permille(&r->tx_peak, r->tx.size);
}

size_t svf_xsk_get_ring_bytes(const struct svf_xsk *xsk)
{
	size_t shared = (xsk->fill.size + xsk->completion.size) * sizeof(uint64_t);
	size_t own = (xsk->rings.ring_size + xsk->rings.rx_ring_size) * sizeof(struct xdp_desc);

	return shared + xsk->n_vfs * own;
}
