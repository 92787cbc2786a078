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

#define SVF_OFFLOAD_UNKNOWN UINT8_MAX /* a superframe of a kind that nobody here can cut */

/* What is left to be done with a frame, as a vnet header tells it; all zero: nothing. */
struct svf_offload {
	uint16_t segment;	  /* a superframe's: payload bytes of each frame; 0: one frame */
	uint16_t headers;	  /* a superframe's: bytes that each frame repeats; only a hint
				   * in what a port gives */
	uint16_t checksum_start;  /* where to sum up from, if has_checksum */
	uint16_t checksum_offset; /* where the sum goes, from there */
	uint8_t version;	  /* a superframe's: of IP, 4 or 6, or SVF_OFFLOAD_UNKNOWN;
				   * 0: no superframe */
	bool has_checksum;	  /* the checksum is unfinished */
};

#define SVF_PORT_LAST	   UINT32_MAX /* svf_port_buffer.next: nothing follows */
#define SVF_PORT_PARTS_MAX 64	      /* buffers that one superframe may be of */

/* One frame at a port, or one part of a superframe. */
struct svf_port_buffer {
	void *data;
	uint32_t room;	 /* receive: bytes at data */
	uint32_t length; /* bytes of the frame; more than room: it was too long, and is cut */
	uint32_t next;	 /* send: the buffer that goes on this superframe, or SVF_PORT_LAST */
	uint32_t skip;	 /* send: bytes at data that are not sent: a merged frame's headers */
	bool merged;	 /* send: goes with the buffer whose next it is */
	struct svf_offload offload;
};

struct svf_vf_port;

struct svf_vf_port_ops {
	/* Fills the buffer with the frame or superframe that came first. 1, or 0 if none waits;
	 * -ENODEV if the port is gone for good. */
	int (*receive)(struct svf_vf_port *port, struct svf_port_buffer *buffer);
	/* Hands on the frame or superframe that begins with buffers[first]. 0; -ENODEV if the port
	 * is gone for good; else it refused this one, and may take the next. */
	int (*send)(struct svf_vf_port *port, const struct svf_port_buffer *buffers,
		    uint32_t first);
	/* Closes and frees. */
	void (*free)(struct svf_vf_port *port);
};

struct svf_vf_port {
	const struct svf_vf_port_ops *ops;
	int fd; /* readable when frames wait; -1: none */
};

/* Closes and frees the port; NULL is fine. */
static inline void svf_vf_port_free(struct svf_vf_port *port)
{
	if (port)
		port->ops->free(port);
}
