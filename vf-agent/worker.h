/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A worker: one thread per PF queue, the only one that touches the queue's rings, UMEM,
 * ledger and ports. The main thread makes it, starts it, reads its signs of life, and ends it.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/if_xdp.h>
#include <net/if.h>
#include <svf/abi.h>
#include <svf/errmsg.h>

struct svf_worker;

/* What a worker is made of; strings and arrays are the caller's and outlive it. */
struct svf_worker_params {
	const char *pf;
	uint32_t queue;
	uint32_t queues;
	uint32_t vfs;
	const uint32_t *ids; /* their numbers: VF i here is VF ids[i] of the PF */
	uint32_t max_vfs;    /* the UMEM is sized for these */
	uint32_t ring_size;
	uint32_t frame_size;
	bool zero_copy;
	bool verify_frames;
	bool engines; /* merge and segment (LRO, TSO); else the kernel does the latter */
	const char (*ports)[IFNAMSIZ]; /* the VFs' ring ports, by VF */
	struct svf_ring_stats *stats;  /* rows by svf_xsk_slot() */
	int notify_fd;		       /* eventfd, written when the worker fails */
};

/* Opens the ports' queues, makes the UMEM and binds the sockets. No thread yet. */
int svf_worker_new(const struct svf_worker_params *params, struct svf_worker **ret_worker,
		   struct svf_errmsg *err);
/* Starts the thread. */
int svf_worker_start(struct svf_worker *worker);
/* Asks the thread to move what is in rings and ports until they are empty, for half a second at
 * most, and end; waits for it. */
void svf_worker_stop(struct svf_worker *worker);
/* Stops it, closes everything. NULL is fine. */
void svf_worker_free(struct svf_worker *worker);

/* Rounds so far: does it still move? */
uint64_t svf_worker_get_rounds(const struct svf_worker *worker);
/* 0, or why it ended: -ENODEV the PF is gone, -EINVAL the ledger is violated, else epoll's.
 * Text in err. */
int svf_worker_get_failure(const struct svf_worker *worker, struct svf_errmsg *err);
/* The VF's port has gone. */
bool svf_worker_is_port_gone(const struct svf_worker *worker, uint32_t vf);
/* The VF's socket; the worker's own. */
int svf_worker_get_socket(const struct svf_worker *worker, uint32_t vf);
/* XDP_STATISTICS of the VF's socket. */
int svf_worker_get_statistics(const struct svf_worker *worker, uint32_t vf,
			      struct xdp_statistics *ret_statistics);
/* The most that was in the VF's rings since this was asked last; see svf_xsk_take_fill(). */
void svf_worker_take_fill(const struct svf_worker *worker, uint32_t vf,
			  struct svf_ring_fill *ret_fill);
/* The kernel gave zero copy. */
bool svf_worker_is_zero_copy(const struct svf_worker *worker);
/* Bytes of UMEM and rings. */
size_t svf_worker_get_memory(const struct svf_worker *worker);
