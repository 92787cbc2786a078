/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * TSO and checksum completion: what a VF sends as one superframe goes out as the frames it
 * stands for, just as the kernel would cut it. A superframe lies in its VF's own memory
 * until its last frame has been made, so that a VF that must wait for room keeps nobody else
 * waiting.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "headers.h"
#include "port.h"

/* An IP packet of 65,535 bytes with Ethernet and tags, in whole pages. */
#define SVF_TSO_ROOM (17U * 4096)

/* What a VF is sending. */
struct svf_tso {
	uint8_t *data; /* SVF_TSO_ROOM bytes, not owned */
	struct svf_offload offload;
	struct svf_headers headers; /* of a superframe */
	uint32_t end;		    /* of the frame or superframe at data */
	uint32_t next;		    /* first byte of the next frame's payload; end: none is left */
	uint32_t frames;	    /* made so far */
};

/* Where a port puts a frame, and what is left to be done with it. */
void svf_tso_get_buffer(const struct svf_tso *tso, struct svf_port_buffer *ret_buffer);
/* The buffer has been filled: prepares for svf_tso_next(). -EBADMSG: what it asks for cannot be
 * done (headers unknown or not there, lengths that disagree); it is to be dropped. */
int svf_tso_begin(struct svf_tso *tso, const struct svf_port_buffer *buffer);
/* About how many frames that is which svf_tso_begin() refused: it has headers of unknown length. */
uint32_t svf_tso_guess(const struct svf_port_buffer *buffer);
/* Whether a frame is left. */
bool svf_tso_is_pending(const struct svf_tso *tso);
/* Makes the next frame, finished, at `frame`. Returns its length; more than room: nothing was
 * written, and the frame counts as made. */
uint32_t svf_tso_next(struct svf_tso *tso, uint8_t *frame, uint32_t room);
