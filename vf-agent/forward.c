// SPDX-License-Identifier: GPL-2.0-only
/*
 * Forwarding between the rings of a PF queue and the ports of its VFs.
 *
 * A frame taken from a ring is free again before the call returns, or in the next ring:
 * nothing is queued here, so a VF whose port accepts nothing holds no frame of anybody.
 */
#include <assert.h>
#include <errno.h>

#include "forward.h"
#include "lro.h"

_Static_assert(SVF_RECEIVE_BATCH <= SVF_LRO_BATCH, "LRO sees a batch whole");
_Static_assert(SVF_KICKS_MAX * 32 > 2 * SVF_TRANSMIT_BATCH, "a batch and what was left before it");

/* COMPLETION is taken in portions of this size: they live on the stack. */
#define COMPLETE_BATCH 64
#define FILL_BATCH     64

static void set_port_gone(struct svf_forward *forward, struct svf_forward_vf *vf)
{
	vf->port_gone = true;
	forward->n_gone++;
}

/* Frames and bytes of the superframe that begins with buffer i, or of the one frame. */
static uint32_t measure(const struct svf_port_buffer *buffers, uint32_t i, uint64_t *ret_bytes)
{
	uint32_t frames = 0;

	*ret_bytes = 0;
	for (; i != SVF_PORT_LAST; i = buffers[i].next) {
		*ret_bytes += buffers[i].length;
		frames++;
	}
	return frames;
}

/* One frame or superframe to the VF's port, if there is one. */
static void send_one(struct svf_forward *forward, struct svf_forward_vf *vf,
		     const struct svf_port_buffer *buffers, uint32_t i)
{
	uint64_t bytes;
	uint32_t frames = measure(buffers, i, &bytes);
	int r = -ENODEV;

	/* Before: whoever is killed in the call has handed the superframe on. */
	vf->stats->rx_merged += frames - 1;
	if (!vf->port_gone) {
		r = vf->port->ops->send(vf->port, buffers, i);
		if (r == -ENODEV)
			set_port_gone(forward, vf);
	}
	if (r < 0) {
		vf->stats->rx_merged -= frames - 1;
		vf->stats->rx_port_dropped += frames;
		return;
	}
	vf->stats->rx_packets += frames;
	vf->stats->rx_bytes += bytes;
}

/* Hands n frames to the VF's port and counts what became of them. */
static void send_to_port(struct svf_forward *forward, struct svf_forward_vf *vf,
			 struct svf_port_buffer *buffers, uint32_t n)
{
	if (forward->lro)
		svf_lro_merge(buffers, n);
	for (uint32_t i = 0; i < n; i++) {
		if (!buffers[i].merged)
			send_one(forward, vf, buffers, i);
	}
}

int svf_forward_receive(struct svf_forward *forward, uint32_t vf)
{
	struct svf_descriptor descs[SVF_RECEIVE_BATCH];
	struct svf_port_buffer buffers[SVF_RECEIVE_BATCH];
	uint32_t n = forward->rings->ops->receive(forward->rings, vf, descs, SVF_RECEIVE_BATCH);

	for (uint32_t i = 0; i < n; i++) {
		int r = svf_ledger_set_received(forward->ledger, descs[i].address, descs[i].length,
						(uint16_t)vf);

		if (r < 0)
			return r;
		buffers[i] = (struct svf_port_buffer){
			.data = forward->umem + descs[i].address,
			.length = descs[i].length,
			.next = SVF_PORT_LAST,
		};
	}
	if (n > 0)
		send_to_port(forward, &forward->vfs[vf], buffers, n);
	for (uint32_t i = 0; i < n; i++) {
		int r = svf_ledger_put_hand(forward->ledger, descs[i].address);

		if (r < 0)
			return r;
	}
	return (int)n;
}

uint32_t svf_forward_transmit_room(const struct svf_forward *forward, uint32_t vf)
{
	uint32_t room = svf_ledger_transmit_room(forward->ledger, (uint16_t)vf);
	uint32_t ring = forward->rings->ring_size - forward->rings->ops->unsent(forward->rings, vf);

	return room < ring ? room : ring;
}

/* Puts the frames that a port gave into the TX ring; what is too long for it is dropped. */
static int send_to_ring(struct svf_forward *forward, uint32_t vf,
			const struct svf_port_buffer *buffers, uint32_t n, uint64_t *ret_bytes)
{
	struct svf_descriptor descs[SVF_TRANSMIT_BATCH];
	uint64_t bytes = 0;
	uint32_t n_descs = 0;

	for (uint32_t i = 0; i < n; i++) {
		uint64_t address = (uint64_t)((uint8_t *)buffers[i].data - forward->umem);
		int r;

		bytes += buffers[i].length;
		if (buffers[i].length > buffers[i].room) {
			forward->vfs[vf].stats->tx_oversize++;
			r = svf_ledger_put_hand(forward->ledger, address);
		} else {
			descs[n_descs++] = (struct svf_descriptor){ address, buffers[i].length };
			r = svf_ledger_set_transmitted(forward->ledger, address,
						       (uint16_t)buffers[i].length);
		}
		if (r < 0)
			return r;
	}
	if (n_descs > 0)
		forward->rings->ops->send(forward->rings, vf, descs, n_descs);
	*ret_bytes = bytes;
	return 0;
}

/* Takes n frames into our hand, as buffers for a port to fill. */
static int get_buffers(struct svf_forward *forward, uint32_t vf, struct svf_port_buffer *buffers,
		       uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		uint64_t address;
		int r = svf_ledger_get_transmit(forward->ledger, (uint16_t)vf, &address);

		assert(r == 0); /* the caller asked for the room */
		if (r < 0)
			return r;
		buffers[i] = (struct svf_port_buffer){
			.data = forward->umem + address,
			.room = forward->ledger->frame_size,
		};
	}
	return 0;
}

int svf_forward_transmit(struct svf_forward *forward, uint32_t vf, uint32_t *ret_asked,
			 uint64_t *ret_bytes)
{
	struct svf_port_buffer buffers[SVF_TRANSMIT_BATCH];
	struct svf_forward_vf *side = &forward->vfs[vf];
	uint32_t asked = svf_forward_transmit_room(forward, vf);
	uint64_t bytes;
	int got = 0;
	int r;

	if (asked > SVF_TRANSMIT_BATCH)
		asked = SVF_TRANSMIT_BATCH;
	r = get_buffers(forward, vf, buffers, asked);
	if (r < 0)
		return r;

	if (asked > 0 && !side->port_gone)
		got = side->port->ops->receive(side->port, buffers, asked);
	if (got < 0) {
		set_port_gone(forward, side);
		got = 0;
	}

	for (uint32_t i = (uint32_t)got; i < asked; i++) {
		r = svf_ledger_put_hand(forward->ledger,
					(uint64_t)((uint8_t *)buffers[i].data - forward->umem));
		if (r < 0)
			return r;
	}
	r = send_to_ring(forward, vf, buffers, (uint32_t)got, &bytes);
	if (r < 0)
		return r;
	*ret_asked = asked;
	*ret_bytes = bytes;
	return got;
}

/* The PF is gone: the socket was unbound by the kernel, for good. All else may pass: EAGAIN
 * and ENOBUFS (queue or memory full), ENETDOWN (the PF is down), EBUSY (this frame was lost
 * in the PF's queue, and completed). */
static bool is_gone(int error)
{
	return error == -ENXIO || error == -ENODEV;
}

int svf_forward_kick(struct svf_forward *forward, uint32_t vf)
{
	struct svf_rings *rings = forward->rings;
	uint32_t before = rings->ops->unsent(rings, vf);

	for (int i = 0; i < SVF_KICKS_MAX && before > 0; i++) {
		int r = rings->ops->kick(rings, vf);
		uint32_t after = rings->ops->unsent(rings, vf);

		if (is_gone(r))
			return -ENODEV;
		if (after == before)
			return -EAGAIN;
		before = after;
	}
	return before > 0 ? 1 : 0;
}

int svf_forward_complete(struct svf_forward *forward)
{
	uint64_t addresses[COMPLETE_BATCH];
	uint32_t total = 0;
	uint32_t n;

	/* Nothing is sent in between, so there are at most as many as are in transmit. */
	do {
		n = forward->rings->ops->complete(forward->rings, addresses, COMPLETE_BATCH);
		for (uint32_t i = 0; i < n; i++) {
			uint16_t vf, length;
			int r = svf_ledger_put_completed(forward->ledger, addresses[i], &vf,
							 &length);

			if (r < 0)
				return r;
			forward->vfs[vf].stats->tx_packets++;
			forward->vfs[vf].stats->tx_bytes += length;
		}
		total += n;
	} while (n == COMPLETE_BATCH);
	return (int)total;
}

void svf_forward_fill(struct svf_forward *forward)
{
	struct svf_rings *rings = forward->rings;
	uint64_t addresses[FILL_BATCH];
	uint32_t room = rings->ops->fill_room(rings);

	while (room > 0) { /* room shrinks each time, or we leave */
		uint32_t n = 0;

		while (n < room && n < FILL_BATCH &&
		       svf_ledger_get_receive(forward->ledger, &addresses[n]) == 0)
			n++;
		if (n == 0)
			break;
		n = rings->ops->fill(rings, addresses, n);
		room -= n;
	}
	rings->ops->fill_wake(rings);
}
