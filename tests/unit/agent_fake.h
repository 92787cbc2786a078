/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * For the agent's unit tests: a kernel and ports that do what they are told. The kernel holds
 * frames where a driver holds them: FILL, the NIC's own ring, RX rings, TX rings, the NIC on
 * the way out, COMPLETION. In zero copy mode it takes frames ahead into the NIC's ring and
 * sends on its own time; in copy mode it takes one frame per arrival and sends during a kick.
 */
#pragma once

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../vf-agent/engine.h"
#include "../../vf-agent/umem.h"

#define FAKE_VFS_MAX	8
#define FAKE_NIC_RING	1024 /* frames the NIC takes ahead in zero copy mode */
#define FAKE_KICK_BATCH 32
#define FAKE_FIFO_SIZE	16384
#define FAKE_FRAME_SIZE 2048
#define MS		1000000ULL

struct fake_fifo {
	struct svf_descriptor entries[FAKE_FIFO_SIZE];
	uint32_t head, tail; /* free running: taken, put */
	uint32_t size;	     /* entries that fit */
};

struct fake_kernel {
	struct svf_rings rings; /* first: the ops get a svf_rings */
	struct fake_fifo fill, completion;
	struct fake_fifo nic; /* zero copy: the NIC's receive ring; copy: dropped frames' buffers */
	struct fake_fifo wire; /* taken for sending, not yet completed */
	struct fake_fifo rx[FAKE_VFS_MAX], tx[FAKE_VFS_MAX];
	bool fill_asleep;		 /* need_wakeup is set in FILL */
	bool tx_asleep;			 /* need_wakeup is set in the TX rings */
	bool holds;			 /* does not complete what it sends */
	int kick_error;			 /* -errno that a kick gives instead of sending */
	unsigned int kicks;		 /* system calls for sending */
	unsigned int wakes;		 /* system calls for FILL */
	unsigned int full[FAKE_VFS_MAX]; /* arrivals dropped, the VF's RX ring being full */
	unsigned int starved;		 /* arrivals dropped for want of a frame */
	uint32_t n_vfs;
};

struct fake_port {
	struct svf_vf_port port; /* first: the ops get a svf_vf_port */
	uint32_t waiting;	 /* frames to be received from it; UINT32_MAX: no end of them */
	uint32_t length;	 /* of each */
	const uint8_t *data;	 /* of each; NULL: anything */
	struct svf_offload offload;
	uint32_t accepts; /* times it takes a frame or superframe; UINT32_MAX: always */
	bool gone;
	uint64_t sends; /* frames and superframes it took */
	uint64_t taken; /* frames in them */
	uint64_t taken_bytes;
};

struct fake_rig {
	struct fake_kernel kernel;
	struct fake_port ports[FAKE_VFS_MAX];
	struct svf_ring_stats stats[FAKE_VFS_MAX];
	struct svf_forward_vf vfs[FAKE_VFS_MAX];
	struct svf_umem_plan plan;
	struct svf_ledger ledger;
	struct svf_engine engine;
	uint8_t *umem;
	uint8_t *outgoing;
};

static inline uint32_t fifo_count(const struct fake_fifo *fifo)
{
	return fifo->tail - fifo->head;
}

static inline bool fifo_put(struct fake_fifo *fifo, struct svf_descriptor entry)
{
	if (fifo_count(fifo) == fifo->size)
		return false;
	fifo->entries[fifo->tail++ % FAKE_FIFO_SIZE] = entry;
	return true;
}

static inline bool fifo_get(struct fake_fifo *fifo, struct svf_descriptor *ret_entry)
{
	if (fifo_count(fifo) == 0)
		return false;
	*ret_entry = fifo->entries[fifo->head++ % FAKE_FIFO_SIZE];
	return true;
}

/* What was put in last. */
static inline struct svf_descriptor *fake_last(struct fake_fifo *fifo)
{
	return &fifo->entries[(fifo->tail - 1) % FAKE_FIFO_SIZE];
}

/* --- what the driver does --- */

/* Zero copy: the NIC takes frames ahead, and sleeps if there are none. */
static inline void fake_take_ahead(struct fake_kernel *kernel)
{
	struct svf_descriptor frame;

	while (fifo_count(&kernel->nic) < FAKE_NIC_RING && fifo_get(&kernel->fill, &frame))
		(void)fifo_put(&kernel->nic, frame);
	kernel->fill_asleep = fifo_count(&kernel->nic) < FAKE_NIC_RING;
}

/* A frame for the VF arrives. */
static inline void fake_arrive(struct fake_kernel *kernel, uint32_t vf, uint32_t length)
{
	struct svf_descriptor frame;

	if (kernel->rings.zero_copy)
		fake_take_ahead(kernel);
	if (!fifo_get(&kernel->nic, &frame) && !fifo_get(&kernel->fill, &frame)) {
		kernel->starved++;
		return;
	}
	/* The kernel returns addresses with the headroom it keeps: not a frame's first byte. */
	frame.address = frame.address / FAKE_FRAME_SIZE * FAKE_FRAME_SIZE + 256;
	frame.length = length;
	if (!fifo_put(&kernel->rx[vf], frame)) {
		kernel->full[vf]++;
		(void)fifo_put(&kernel->nic, frame);
	}
}

/* Takes up to n frames from the VF's TX ring to the wire, and completes them unless it holds. */
static inline void fake_send(struct fake_kernel *kernel, uint32_t vf, uint32_t n)
{
	struct svf_descriptor frame;

	while (n-- > 0 && fifo_get(&kernel->tx[vf], &frame))
		(void)fifo_put(&kernel->wire, frame);
	while (!kernel->holds && fifo_count(&kernel->completion) < kernel->completion.size &&
	       fifo_get(&kernel->wire, &frame))
		(void)fifo_put(&kernel->completion, frame);
}

/* --- svf_rings --- */

static inline uint32_t fake_fill(struct svf_rings *rings, const uint64_t *addresses, uint32_t n)
{
	struct fake_kernel *kernel = (struct fake_kernel *)rings;
	uint32_t i;

	for (i = 0; i < n; i++) {
		if (!fifo_put(&kernel->fill, (struct svf_descriptor){ addresses[i], 0 }))
			break;
	}
	return i;
}

static inline uint32_t fake_fill_room(struct svf_rings *rings)
{
	struct fake_kernel *kernel = (struct fake_kernel *)rings;

	return kernel->fill.size - fifo_count(&kernel->fill);
}

static inline void fake_fill_wake(struct svf_rings *rings)
{
	struct fake_kernel *kernel = (struct fake_kernel *)rings;

	if (!kernel->fill_asleep)
		return;
	kernel->wakes++;
	fake_take_ahead(kernel);
}

static inline uint32_t fake_complete(struct svf_rings *rings, uint64_t *addresses, uint32_t n)
{
	struct fake_kernel *kernel = (struct fake_kernel *)rings;
	struct svf_descriptor frame;
	uint32_t i;

	for (i = 0; i < n && fifo_get(&kernel->completion, &frame); i++)
		addresses[i] = frame.address;
	return i;
}

static inline uint32_t fake_receive(struct svf_rings *rings, uint32_t vf,
				    struct svf_descriptor *descs, uint32_t n)
{
	struct fake_kernel *kernel = (struct fake_kernel *)rings;
	uint32_t i;

	for (i = 0; i < n && fifo_get(&kernel->rx[vf], &descs[i]); i++)
		;
	return i;
}

static inline void fake_ring_send(struct svf_rings *rings, uint32_t vf,
				  const struct svf_descriptor *descs, uint32_t n)
{
	struct fake_kernel *kernel = (struct fake_kernel *)rings;

	for (uint32_t i = 0; i < n; i++)
		assert_true(fifo_put(&kernel->tx[vf], descs[i]));
}

static inline uint32_t fake_unsent(struct svf_rings *rings, uint32_t vf)
{
	return fifo_count(&((struct fake_kernel *)rings)->tx[vf]);
}

static inline int fake_kick(struct svf_rings *rings, uint32_t vf)
{
	struct fake_kernel *kernel = (struct fake_kernel *)rings;

	if (!kernel->tx_asleep)
		return 0;
	kernel->kicks++;
	if (kernel->kick_error)
		return kernel->kick_error;
	if (rings->zero_copy) {
		kernel->tx_asleep = false; /* it sends when fake_send() says so */
		return 0;
	}
	fake_send(kernel, vf, FAKE_KICK_BATCH);
	return fifo_count(&kernel->tx[vf]) > 0 ? -EAGAIN : 0;
}

static inline void fake_indexes(struct svf_rings *rings, struct svf_ring_indexes *ret_indexes)
{
	struct fake_kernel *kernel = (struct fake_kernel *)rings;

	*ret_indexes = (struct svf_ring_indexes){
		.fill_produced = kernel->fill.tail,
		.completed = kernel->completion.head,
	};
	for (uint32_t vf = 0; vf < kernel->n_vfs; vf++) {
		ret_indexes->rx_consumed += kernel->rx[vf].head;
		ret_indexes->tx_produced += kernel->tx[vf].tail;
	}
}

static const struct svf_rings_ops fake_rings_ops = {
	.fill = fake_fill,
	.fill_room = fake_fill_room,
	.fill_wake = fake_fill_wake,
	.complete = fake_complete,
	.receive = fake_receive,
	.send = fake_ring_send,
	.unsent = fake_unsent,
	.kick = fake_kick,
	.indexes = fake_indexes,
};

/* --- svf_vf_port --- */

static inline int fake_port_receive(struct svf_vf_port *port, struct svf_port_buffer *buffer)
{
	struct fake_port *fake = (struct fake_port *)port;

	if (fake->gone)
		return -ENODEV;
	if (fake->waiting == 0)
		return 0;
	if (fake->waiting != UINT32_MAX)
		fake->waiting--;
	buffer->length = fake->length;
	buffer->offload = fake->offload;
	if (fake->data)
		memcpy(buffer->data, fake->data, fake->length);
	else
		memset(buffer->data, 0xa5, fake->length);
	return 1;
}

static inline int fake_port_send(struct svf_vf_port *port, const struct svf_port_buffer *buffers,
				 uint32_t first)
{
	struct fake_port *fake = (struct fake_port *)port;

	if (fake->gone)
		return -ENODEV;
	if (fake->accepts == 0)
		return -EIO;
	if (fake->accepts != UINT32_MAX)
		fake->accepts--;
	fake->sends++;
	for (uint32_t i = first; i != SVF_PORT_LAST; i = buffers[i].next) {
		fake->taken++;
		fake->taken_bytes += buffers[i].length;
	}
	return 0;
}

static const struct svf_vf_port_ops fake_port_ops = {
	.receive = fake_port_receive,
	.send = fake_port_send,
};

/* --- all together --- */

static inline struct fake_rig *fake_rig_new(uint32_t vfs, uint32_t ring_size, bool zero_copy)
{
	struct fake_rig *rig = calloc(1, sizeof(*rig));
	struct svf_ledger_limits limits;
	struct svf_forward forward;

	assert_non_null(rig);
	svf_umem_plan(&rig->plan, vfs, ring_size, FAKE_FRAME_SIZE);
	limits = (struct svf_ledger_limits){
		.frames = rig->plan.frames,
		.frame_size = FAKE_FRAME_SIZE,
		.receive_quota = rig->plan.receive_quota,
		.transmit_quota = ring_size,
		.vfs = vfs,
	};
	rig->umem = malloc(rig->plan.bytes);
	rig->outgoing = malloc((size_t)vfs * SVF_TSO_ROOM);
	assert_non_null(rig->umem);
	assert_non_null(rig->outgoing);
	assert_int_equal(svf_ledger_init(&rig->ledger, &limits), 0);

	rig->kernel.rings =
		(struct svf_rings){ &fake_rings_ops, ring_size, rig->plan.rx_ring_size, zero_copy };
	rig->kernel.n_vfs = vfs;
	rig->kernel.tx_asleep = true;
	rig->kernel.fill.size = rig->plan.fill_size;
	rig->kernel.completion.size = rig->plan.completion_size;
	rig->kernel.nic.size = FAKE_FIFO_SIZE;
	rig->kernel.wire.size = FAKE_FIFO_SIZE;
	for (uint32_t vf = 0; vf < vfs; vf++) {
		rig->kernel.rx[vf].size = rig->plan.rx_ring_size;
		rig->kernel.tx[vf].size = ring_size;
		rig->ports[vf].port.ops = &fake_port_ops;
		rig->ports[vf].accepts = UINT32_MAX;
		rig->ports[vf].length = 1000;
		rig->vfs[vf].port = &rig->ports[vf].port;
		rig->vfs[vf].stats = &rig->stats[vf];
		rig->vfs[vf].tso.data = rig->outgoing + (size_t)vf * SVF_TSO_ROOM;
	}
	forward = (struct svf_forward){
		.rings = &rig->kernel.rings,
		.ledger = &rig->ledger,
		.umem = rig->umem,
		.vfs = rig->vfs,
		.n_vfs = vfs,
	};
	assert_int_equal(svf_engine_init(&rig->engine, &forward, true), 0);
	return rig;
}

static inline void fake_rig_free(struct fake_rig *rig)
{
	svf_engine_done(&rig->engine);
	svf_ledger_done(&rig->ledger);
	free(rig->umem);
	free(rig->outgoing);
	free(rig);
}

/* n rounds at the same instant; each must keep the ledger's rules. */
static inline void fake_rounds(struct fake_rig *rig, int n, uint64_t now_ns)
{
	for (int i = 0; i < n; i++)
		assert_int_equal(svf_engine_round(&rig->engine, now_ns), 0);
	assert_int_equal(svf_ledger_audit(&rig->ledger), 0);
}
