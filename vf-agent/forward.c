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

/* Frames of a VF that go into its TX ring together. */
struct departure {
	struct svf_descriptor descs[SVF_TRANSMIT_BATCH];
	uint32_t n;
	uint64_t bytes; /* with what was too long */
};

/* Reads from the VF's port. 1: there is a frame to be made; 0: it was dropped; -ENOENT: nothing
 * waits. */
static int read_port(struct svf_forward *forward, struct svf_forward_vf *vf)
{
	struct svf_port_buffer buffer;
	int r;

	if (vf->port_gone)
		return -ENOENT;
	svf_tso_get_buffer(&vf->tso, &buffer);
	r = vf->port->ops->receive(vf->port, &buffer);
	if (r < 0)
		set_port_gone(forward, vf);
	if (r <= 0)
		return -ENOENT;
	if (svf_tso_begin(&vf->tso, &buffer) == 0)
		return 1;
	vf->stats->tx_unsegmented += svf_tso_guess(&buffer);
	return 0;
}

/* Makes the next frame of what the VF is sending; what is too long for a UMEM frame is dropped. */
static int make_frame(struct svf_forward *forward, uint32_t vf, struct departure *departure)
{
	struct svf_forward_vf *side = &forward->vfs[vf];
	uint32_t room = forward->ledger->frame_size;
	uint64_t address;
	uint32_t length;
	int r = svf_ledger_get_transmit(forward->ledger, (uint16_t)vf, &address);

	assert(r == 0); /* the caller asked for the room */
	if (r < 0)
		return r;
	length = svf_tso_next(&side->tso, forward->umem + address, room);
	departure->bytes += length;
	if (length > room) {
		side->stats->tx_oversize++;
		return svf_ledger_put_hand(forward->ledger, address);
	}
	departure->descs[departure->n++] = (struct svf_descriptor){ address, length };
	return svf_ledger_set_transmitted(forward->ledger, address, (uint16_t)length);
}

int svf_forward_transmit(struct svf_forward *forward, uint32_t vf, uint32_t *ret_asked,
			 uint64_t *ret_bytes)
{
	struct svf_forward_vf *side = &forward->vfs[vf];
	uint32_t asked = svf_forward_transmit_room(forward, vf);
	struct departure departure;
	uint32_t got;

	departure.n = 0;
	departure.bytes = 0;
	if (asked > SVF_TRANSMIT_BATCH)
		asked = SVF_TRANSMIT_BATCH;
	for (got = 0; got < asked; got++) {
		int r = svf_tso_is_pending(&side->tso) ? 1 : read_port(forward, side);

		if (r == -ENOENT)
			break;
		if (r > 0)
			r = make_frame(forward, vf, &departure);
		if (r < 0)
			return r;
	}
	if (departure.n > 0)
		forward->rings->ops->send(forward->rings, vf, departure.descs, departure.n);
	*ret_asked = asked;
	*ret_bytes = departure.bytes;
	return (int)got;
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
