/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The rings of one PF queue as the forwarding code sees them: every VF's RX and TX ring
 * and the one FILL and COMPLETION ring that they share. xsk.c puts AF_XDP behind it,
 * the unit tests a fake kernel. One thread uses them: they are single producer, single
 * consumer. Addresses are offsets into the UMEM.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* A frame in an RX or TX ring. */
struct svf_descriptor {
	uint64_t address;
	uint32_t length; /* bytes */
};

/* Free-running counts since the rings were made, modulo 2^32, from the rings themselves. */
struct svf_ring_indexes {
	uint32_t fill_produced;
	uint32_t rx_consumed; /* of all VFs */
	uint32_t tx_produced; /* of all VFs */
	uint32_t completed;
};

struct svf_rings;

/* n is never more than the caller has room for; the results never more than n. */
struct svf_rings_ops {
	/* Puts frames into FILL; returns how many fitted. */
	uint32_t (*fill)(struct svf_rings *rings, const uint64_t *addresses, uint32_t n);
	/* Frames that FILL has room for. */
	uint32_t (*fill_room)(struct svf_rings *rings);
	/* Wakes the driver if it sleeps for want of frames; else costs nothing. */
	void (*fill_wake)(struct svf_rings *rings);
	/* Takes finished transmit frames off COMPLETION; returns how many. */
	uint32_t (*complete)(struct svf_rings *rings, uint64_t *addresses, uint32_t n);
	/* Takes frames off the VF's RX ring; returns how many. */
	uint32_t (*receive)(struct svf_rings *rings, uint32_t vf, struct svf_descriptor *descs,
			    uint32_t n);
	/* Puts frames into the VF's TX ring, which the caller knows to have room. */
	void (*send)(struct svf_rings *rings, uint32_t vf, const struct svf_descriptor *descs,
		     uint32_t n);
	/* Frames in the VF's TX ring that the kernel has not taken. */
	uint32_t (*unsent)(struct svf_rings *rings, uint32_t vf);
	/* Makes the kernel send, if it has to be asked. -errno as sendto(2) gives it. */
	int (*kick)(struct svf_rings *rings, uint32_t vf);
	void (*indexes)(struct svf_rings *rings, struct svf_ring_indexes *ret_indexes);
};

struct svf_rings {
	const struct svf_rings_ops *ops;
	uint32_t ring_size;    /* descriptors of each TX ring */
	uint32_t rx_ring_size; /* of each RX ring, no fewer */
	bool zero_copy;	       /* the driver empties TX rings on its own time, not during a kick */
};
