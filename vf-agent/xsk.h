/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The AF_XDP sockets of one PF queue, one per VF, sharing a UMEM, FILL and COMPLETION ring,
 * as svf_rings. xsk.c alone knows libxdp.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/if_xdp.h>
#include <svf/abi.h>
#include <svf/errmsg.h>

#include "rings.h"
#include "umem.h"

struct svf_xsk; /* owns the sockets; the UMEM's memory stays the caller's */

struct svf_xsk_params {
	const char *pf; /* interface name, for the kernel and for messages */
	uint32_t queue;
	uint32_t vfs;
	const uint32_t *ids; /* their numbers, for messages */
	uint32_t ring_size;  /* of each TX ring; RX rings are in the plan */
	uint32_t timeout_ms; /* how long a busy queue is waited for */
	bool zero_copy;	     /* ask for it; the kernel may still say no */
	const struct svf_umem_plan *plan;
	uint8_t *umem; /* plan->bytes */
};

/* Makes and binds all sockets. The kernel gives a queue free some time after a former
 * agent's death: EBUSY is retried for timeout_ms, or until a stop signal (-EINTR; SIGTERM and
 * SIGINT are blocked, and it is consumed). */
int svf_xsk_new(const struct svf_xsk_params *params, struct svf_xsk **ret_xsk,
		struct svf_errmsg *err);
/* Closes the sockets; accepts a half-made one, and NULL. */
void svf_xsk_free(struct svf_xsk *xsk);

/* The rings, owned by xsk. */
struct svf_rings *svf_xsk_get_rings(struct svf_xsk *xsk);
/* VF's socket, for svf_xsks and epoll; owned by xsk. */
int svf_xsk_get_fd(const struct svf_xsk *xsk, uint32_t vf);
/* XDP_STATISTICS of the VF's socket. May be called by any thread. */
int svf_xsk_get_statistics(const struct svf_xsk *xsk, uint32_t vf,
			   struct xdp_statistics *ret_statistics);
/* The most that was in the VF's rings at once since this was asked last, in thousandths of them.
 * May be called by any thread. */
void svf_xsk_take_fill(struct svf_xsk *xsk, uint32_t vf, struct svf_ring_fill *ret_fill);
/* Bytes of all rings of the queue, without the UMEM. */
size_t svf_xsk_get_ring_bytes(const struct svf_xsk *xsk);
