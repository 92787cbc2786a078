/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where every UMEM frame of one PF queue is. A frame is in exactly one place, has at
 * most one owner, and moves only along the transitions that ledger.c names; whatever
 * the kernel or our own code does against that is refused and remembered here.
 * Owned by one worker thread, never locked. Sharing between VFs is by accounting:
 * a VF's transmit frames are counted from the free list until they are back in it.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rings.h"

#define SVF_NO_OWNER UINT16_MAX /* owner of a frame that belongs to no VF */

/* The one place a frame is in. */
enum svf_frame_state {
	SVF_FRAME_FREE,		 /* in the ledger's free list */
	SVF_FRAME_RECEIVE,	 /* lent for receiving: FILL ring, kernel, NIC or an RX ring */
	SVF_FRAME_HAND_RECEIVE,	 /* in our hand, between an RX ring and a port */
	SVF_FRAME_HAND_TRANSMIT, /* in our hand, between a port and a TX ring */
	SVF_FRAME_TRANSMIT,	 /* TX ring, kernel, NIC or COMPLETION ring */
	SVF_N_FRAME_STATES,
};

/* One frame's entry. */
struct svf_frame {
	uint8_t state; /* enum svf_frame_state */
	uint8_t pad;
	uint16_t owner;	 /* VF, or SVF_NO_OWNER */
	uint16_t length; /* bytes to transmit, set with SVF_FRAME_TRANSMIT */
};

/* What went against the rules first; the rest of the ledger is not to be trusted after it. */
struct svf_ledger_violation {
	const char *what; /* NULL: none so far */
	uint32_t frame;	  /* UINT32_MAX: a count, no single frame */
	uint16_t owner;
	enum svf_frame_state state;  /* where the ledger has the frame */
	enum svf_frame_state wanted; /* where it was to go */
	uint32_t have, expect;	     /* with a count: ours and the rings' */
};

struct svf_ledger {
	struct svf_frame *frames; /* n_frames of them */
	uint32_t n_frames;
	uint32_t frame_size; /* bytes; a frame's address is its number times this */
	uint32_t *free;	     /* stack: the frame used last is the one in the cache */
	uint32_t n_free;
	uint32_t count[SVF_N_FRAME_STATES];
	uint32_t receive_quota;	 /* frames lent for receiving at most */
	uint32_t transmit_quota; /* frames of one VF on their way out at most */
	uint32_t *transmits;	 /* per VF: frames on their way out */
	uint32_t n_vfs;
	struct svf_ledger_violation violation;
};

/* What a ledger is made for. */
struct svf_ledger_limits {
	uint32_t frames;
	uint32_t frame_size; /* power of two */
	uint32_t receive_quota;
	uint32_t transmit_quota; /* per VF */
	uint32_t vfs;
};

/* All frames free. Owner calls svf_ledger_done(), which accepts a zeroed ledger too. */
int svf_ledger_init(struct svf_ledger *ledger, const struct svf_ledger_limits *limits);
void svf_ledger_done(struct svf_ledger *ledger);

/* Takes a free frame for receiving. -ENOBUFS: none left, or the receive quota is lent. */
int svf_ledger_get_receive(struct svf_ledger *ledger, uint64_t *ret_address);
/* Takes a free frame into our hand for what VF vf sends. -ENOBUFS: none left, or the
 * VF's quota is on its way out. */
int svf_ledger_get_transmit(struct svf_ledger *ledger, uint16_t vf, uint64_t *ret_address);
/* Frames svf_ledger_get_transmit() would give this VF. */
uint32_t svf_ledger_transmit_room(const struct svf_ledger *ledger, uint16_t vf);

/* An RX ring handed us this frame for VF vf. -EINVAL: no such frame, not lent, or its
 * length bytes are not all inside the frame. */
int svf_ledger_set_received(struct svf_ledger *ledger, uint64_t address, uint32_t length,
			    uint16_t vf);
/* The frame in our hand goes into its owner's TX ring. -EINVAL: not in our hand. */
int svf_ledger_set_transmitted(struct svf_ledger *ledger, uint64_t address, uint16_t length);
/* COMPLETION returned this frame: it is free again; the former owner and the bytes sent
 * are told. -EINVAL: it was not on its way out. */
int svf_ledger_put_completed(struct svf_ledger *ledger, uint64_t address, uint16_t *ret_vf,
			     uint16_t *ret_length);
/* The frame in our hand is free again. -EINVAL: not in our hand (freed twice). */
int svf_ledger_put_hand(struct svf_ledger *ledger, uint64_t address);

/* At the end of a round, nothing in our hand: do the counts agree with the ring indexes?
 * -EINVAL and a violation if not. Costs a few additions. */
int svf_ledger_check(struct svf_ledger *ledger, const struct svf_ring_indexes *indexes);
/* Counts every frame's entry anew. -EINVAL and a violation if the sums are not ours. */
int svf_ledger_audit(struct svf_ledger *ledger);

/* The violation as text, without newline. */
void svf_ledger_format_violation(const struct svf_ledger *ledger, char *buf, size_t size);
