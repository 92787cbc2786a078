/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A port: the VF's side of a ring, behind a small interface so that a tap today and a
 * virtqueue or shared memory elsewhere look the same to forward.c. A port is used by
 * one thread, never blocks, and does not keep a buffer after a call returns.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a port can take or give unfinished; none set: plain complete frames. */
enum svf_port_offload {
	SVF_PORT_OFFLOAD_CHECKSUM = 1U << 0, /* unfinished transport checksums */
	SVF_PORT_OFFLOAD_TSO = 1U << 1,	     /* TCP segments larger than the MTU */
};

/* One frame at a port. */
struct svf_port_buffer {
	void *data;
	uint32_t room;	 /* receive: bytes at data */
	uint32_t length; /* bytes of the frame; more than room: it was too long, and is cut */
	bool taken;	 /* send: the port took it */
};

struct svf_vf_port;

struct svf_vf_port_ops {
	/* Fills up to n buffers; returns how many, 0 if nothing waits, -ENODEV if the port
	 * is gone for good. Fewer than n means that nothing more waits. */
	int (*receive)(struct svf_vf_port *port, struct svf_port_buffer *buffers, uint32_t n);
	/* Hands n frames on; marks those taken and returns how many. A frame refused does
	 * not keep the next from being tried. -ENODEV if the port is gone for good. */
	int (*send)(struct svf_vf_port *port, struct svf_port_buffer *buffers, uint32_t n);
	/* Closes and frees. */
	void (*free)(struct svf_vf_port *port);
};

struct svf_vf_port {
	const struct svf_vf_port_ops *ops;
	uint32_t offloads; /* enum svf_port_offload */
	int fd;		   /* readable when frames wait; -1: none */
};

/* Closes and frees the port; NULL is fine. */
static inline void svf_vf_port_free(struct svf_vf_port *port)
{
	if (port)
		port->ops->free(port);
}
