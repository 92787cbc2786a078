/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Moves frames of one PF queue: RX ring -> port, port -> TX ring, COMPLETION -> free,
 * free -> FILL. One call is one batch of one VF; who is served when is engine.c's matter.
 * It sees rings and ports only through their interfaces. -EINVAL from any of these means
 * that the ledger has been violated, and nothing else does.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <svf/abi.h>

#include "ledger.h"
#include "port.h"
#include "rings.h"
#include "tso.h"

/* A NAPI poll delivers at most 64 frames, so a batch empties what one interrupt brought. */
#define SVF_RECEIVE_BATCH 64
/* In copy mode one sendto(2) sends at most 32 frames (TX_BATCH_SIZE in net/xdp/xsk.c). */
#define SVF_TRANSMIT_BATCH 32
/* sendto(2) calls that may serve one VF's ring in a row: two batches, and one for luck. */
#define SVF_KICKS_MAX 3

/* A VF's two sides. */
struct svf_forward_vf {
	struct svf_vf_port *port;     /* not owned */
	struct svf_ring_stats *stats; /* not owned; where frames are counted */
	struct svf_tso tso;	      /* what it is sending; its data is not owned */
	bool port_gone;		      /* the port said -ENODEV; frames for it are dropped */
};

struct svf_forward {
	struct svf_rings *rings;    /* not owned */
	struct svf_ledger *ledger;  /* not owned */
	uint8_t *umem;		    /* not owned; frame at address a is umem + a */
	struct svf_forward_vf *vfs; /* not owned; n_vfs of them */
	uint32_t n_vfs;
	uint32_t n_gone; /* ports that have gone */
	bool lro;	 /* merge what is received */
};

/* Takes a batch off the VF's RX ring and hands it to its port. What the port refuses is
 * dropped and counted; all frames are free afterwards. Returns how many were taken. */
int svf_forward_receive(struct svf_forward *forward, uint32_t vf);

/* Reads from the VF's port and puts what that gives into its TX ring, a batch of frames at most,
 * without kicking. Returns how many frames were made, fewer than *ret_asked if nothing more
 * waits; *ret_asked 0: no room. What is left of a superframe comes first in the next call. */
int svf_forward_transmit(struct svf_forward *forward, uint32_t vf, uint32_t *ret_asked,
			 uint64_t *ret_bytes);

/* Frames that VF may put into its TX ring now. */
uint32_t svf_forward_transmit_room(const struct svf_forward *forward, uint32_t vf);

/* Has the kernel send what is in the VF's TX ring. 0: all taken; 1: not all, but it takes more;
 * -EAGAIN: it takes no more now, which in zero copy is no fault; -ENODEV: the PF is gone. */
int svf_forward_kick(struct svf_forward *forward, uint32_t vf);

/* Frees what the kernel has sent, a ring's worth at most. Returns how many. */
int svf_forward_complete(struct svf_forward *forward);

/* Fills FILL with free frames as far as it and the receive quota allow. */
void svf_forward_fill(struct svf_forward *forward);
