// SPDX-License-Identifier: GPL-2.0-only
/*
 * The ledger of UMEM frames. Legal moves, and there are no others:
 *
 *	FREE -> RECEIVE -> HAND_RECEIVE -> FREE
 *	FREE -> HAND_TRANSMIT -> TRANSMIT -> FREE
 *	        HAND_TRANSMIT -> FREE
 *
 * Every move is checked, always: it is one compare of a line that is touched anyway.
 * It holds no memory of frames, only numbers; it does not know what is in them.
 */
#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "ledger.h"

static const char *const state_names[] = {
	[SVF_FRAME_FREE] = "free",
	[SVF_FRAME_RECEIVE] = "lent for receive",
	[SVF_FRAME_HAND_RECEIVE] = "in hand from receive",
	[SVF_FRAME_HAND_TRANSMIT] = "in hand for transmit",
	[SVF_FRAME_TRANSMIT] = "in transmit",
};
_Static_assert(sizeof(state_names) / sizeof(state_names[0]) == SVF_N_FRAME_STATES,
	       "every state has a name");

int svf_ledger_init(struct svf_ledger *ledger, const struct svf_ledger_limits *limits)
{
	assert((limits->frame_size & (limits->frame_size - 1)) == 0);
	assert(limits->vfs < SVF_NO_OWNER);

	*ledger = (struct svf_ledger){
		.n_frames = limits->frames,
		.frame_size = limits->frame_size,
		.receive_quota = limits->receive_quota,
		.transmit_quota = limits->transmit_quota,
		.n_vfs = limits->vfs,
	};
	ledger->frames = calloc(limits->frames, sizeof(*ledger->frames));
	ledger->free = calloc(limits->frames, sizeof(*ledger->free));
	ledger->transmits = calloc(limits->vfs, sizeof(*ledger->transmits));
	if (!ledger->frames || !ledger->free || !ledger->transmits) {
		svf_ledger_done(ledger);
		return -ENOMEM;
	}

	for (uint32_t i = 0; i < limits->frames; i++) {
		ledger->frames[i].owner = SVF_NO_OWNER;
		ledger->free[i] = limits->frames - 1 - i;
	}
	ledger->n_free = limits->frames;
	ledger->count[SVF_FRAME_FREE] = limits->frames;
	return 0;
}

void svf_ledger_done(struct svf_ledger *ledger)
{
	free(ledger->frames);
	free(ledger->free);
	free(ledger->transmits);
	*ledger = (struct svf_ledger){};
}

/* Only the first is kept: what follows it are its consequences. */
static int refuse(struct svf_ledger *ledger, struct svf_ledger_violation violation)
{
	if (!ledger->violation.what)
		ledger->violation = violation;
	return -EINVAL;
}

static int refuse_count(struct svf_ledger *ledger, const char *what, uint32_t have, uint32_t expect)
{
	return refuse(ledger, (struct svf_ledger_violation){
				      .what = what,
				      .frame = UINT32_MAX,
				      .owner = SVF_NO_OWNER,
				      .have = have,
				      .expect = expect,
			      });
}

/* Finds the frame at an address that the kernel told us; it must be in state from. */
static int find_frame(struct svf_ledger *ledger, uint64_t address, enum svf_frame_state from,
		      enum svf_frame_state to, struct svf_frame **ret_frame)
{
	uint64_t number = address / ledger->frame_size;
	struct svf_frame *frame;

	if (number >= ledger->n_frames)
		return refuse(ledger, (struct svf_ledger_violation){
					      .what = "no such frame",
					      .frame = (uint32_t)number,
					      .owner = SVF_NO_OWNER,
					      .state = from,
					      .wanted = to,
				      });

	frame = &ledger->frames[number];
	if (frame->state != from)
		return refuse(ledger, (struct svf_ledger_violation){
					      .what = "illegal move",
					      .frame = (uint32_t)number,
					      .owner = frame->owner,
					      .state = frame->state,
					      .wanted = to,
				      });
	*ret_frame = frame;
	return 0;
}

static void move_frame(struct svf_ledger *ledger, struct svf_frame *frame, enum svf_frame_state to)
{
	ledger->count[frame->state]--;
	ledger->count[to]++;
	frame->state = to;
}

static uint64_t pop_frame(struct svf_ledger *ledger, enum svf_frame_state to, uint16_t owner)
{
	uint32_t number = ledger->free[--ledger->n_free];
	struct svf_frame *frame = &ledger->frames[number];

	frame->owner = owner;
	move_frame(ledger, frame, to);
	return (uint64_t)number * ledger->frame_size;
}

static void push_frame(struct svf_ledger *ledger, struct svf_frame *frame)
{
	frame->owner = SVF_NO_OWNER;
	move_frame(ledger, frame, SVF_FRAME_FREE);
	ledger->free[ledger->n_free++] = (uint32_t)(frame - ledger->frames);
}

int svf_ledger_get_receive(struct svf_ledger *ledger, uint64_t *ret_address)
{
	if (ledger->n_free == 0 || ledger->count[SVF_FRAME_RECEIVE] >= ledger->receive_quota)
		return -ENOBUFS;
	*ret_address = pop_frame(ledger, SVF_FRAME_RECEIVE, SVF_NO_OWNER);
	return 0;
}

uint32_t svf_ledger_transmit_room(const struct svf_ledger *ledger, uint16_t vf)
{
	uint32_t room = ledger->transmit_quota - ledger->transmits[vf];

	return room < ledger->n_free ? room : ledger->n_free;
}

int svf_ledger_get_transmit(struct svf_ledger *ledger, uint16_t vf, uint64_t *ret_address)
{
	if (svf_ledger_transmit_room(ledger, vf) == 0)
		return -ENOBUFS;
	ledger->transmits[vf]++;
	*ret_address = pop_frame(ledger, SVF_FRAME_HAND_TRANSMIT, vf);
	return 0;
}

int svf_ledger_set_received(struct svf_ledger *ledger, uint64_t address, uint32_t length,
			    uint16_t vf)
{
	struct svf_frame *frame;
	int r = find_frame(ledger, address, SVF_FRAME_RECEIVE, SVF_FRAME_HAND_RECEIVE, &frame);

	if (r < 0)
		return r;
	if (address % ledger->frame_size + length > ledger->frame_size)
		return refuse(ledger, (struct svf_ledger_violation){
					      .what = "descriptor reaches beyond its frame",
					      .frame = (uint32_t)(frame - ledger->frames),
					      .owner = vf,
					      .state = frame->state,
					      .wanted = SVF_FRAME_HAND_RECEIVE,
				      });
	frame->owner = vf;
	move_frame(ledger, frame, SVF_FRAME_HAND_RECEIVE);
	return 0;
}

int svf_ledger_set_transmitted(struct svf_ledger *ledger, uint64_t address, uint16_t length)
{
	struct svf_frame *frame;
	int r = find_frame(ledger, address, SVF_FRAME_HAND_TRANSMIT, SVF_FRAME_TRANSMIT, &frame);

	if (r < 0)
		return r;
	frame->length = length;
	move_frame(ledger, frame, SVF_FRAME_TRANSMIT);
	return 0;
}

int svf_ledger_put_completed(struct svf_ledger *ledger, uint64_t address, uint16_t *ret_vf,
			     uint16_t *ret_length)
{
	struct svf_frame *frame;
	int r = find_frame(ledger, address, SVF_FRAME_TRANSMIT, SVF_FRAME_FREE, &frame);

	if (r < 0)
		return r;
	*ret_vf = frame->owner;
	*ret_length = frame->length;
	ledger->transmits[frame->owner]--;
	push_frame(ledger, frame);
	return 0;
}

int svf_ledger_put_hand(struct svf_ledger *ledger, uint64_t address)
{
	uint64_t number = address / ledger->frame_size;
	enum svf_frame_state from = SVF_FRAME_HAND_RECEIVE;
	struct svf_frame *frame;
	int r;

	if (number < ledger->n_frames && ledger->frames[number].state == SVF_FRAME_HAND_TRANSMIT)
		from = SVF_FRAME_HAND_TRANSMIT;
	r = find_frame(ledger, address, from, SVF_FRAME_FREE, &frame);
	if (r < 0)
		return r;
	if (from == SVF_FRAME_HAND_TRANSMIT)
		ledger->transmits[frame->owner]--;
	push_frame(ledger, frame);
	return 0;
}

int svf_ledger_check(struct svf_ledger *ledger, const struct svf_ring_indexes *indexes)
{
	const uint32_t *count = ledger->count;
	uint32_t lent = indexes->fill_produced - indexes->rx_consumed;
	uint32_t sending = indexes->tx_produced - indexes->completed;
	uint32_t hand = count[SVF_FRAME_HAND_RECEIVE] + count[SVF_FRAME_HAND_TRANSMIT];

	if (hand != 0)
		return refuse_count(ledger, "frames left in hand after a round", hand, 0);
	if (count[SVF_FRAME_RECEIVE] != lent)
		return refuse_count(ledger, "frames lent for receive", count[SVF_FRAME_RECEIVE],
				    lent);
	if (count[SVF_FRAME_TRANSMIT] != sending)
		return refuse_count(ledger, "frames in transmit", count[SVF_FRAME_TRANSMIT],
				    sending);
	/* Not count[FREE], which always adds up: the list itself. */
	if (ledger->n_free + lent + sending != ledger->n_frames)
		return refuse_count(ledger, "frames in all places", ledger->n_free + lent + sending,
				    ledger->n_frames);
	return 0;
}

int svf_ledger_audit(struct svf_ledger *ledger)
{
	uint32_t count[SVF_N_FRAME_STATES] = {};

	for (uint32_t i = 0; i < ledger->n_frames; i++)
		count[ledger->frames[i].state]++;
	for (int state = 0; state < SVF_N_FRAME_STATES; state++) {
		if (count[state] != ledger->count[state])
			return refuse_count(ledger, state_names[state], ledger->count[state],
					    count[state]);
	}
	for (uint32_t i = 0; i < ledger->n_free; i++) {
		if (ledger->frames[ledger->free[i]].state != SVF_FRAME_FREE)
			return refuse_count(ledger, "a frame in use is in the free list",
					    ledger->free[i], UINT32_MAX);
	}
	return 0;
}

void svf_ledger_format_violation(const struct svf_ledger *ledger, char *buf, size_t size)
{
	const struct svf_ledger_violation *v = &ledger->violation;
	char owner[sizeof("vf 65535")] = "none";

	if (!v->what) {
		(void)snprintf(buf, size, "ledger: no violation");
	} else if (v->frame == UINT32_MAX) {
		(void)snprintf(buf, size, "ledger: %s: %u, expected %u", v->what, v->have,
			       v->expect);
	} else {
		if (v->owner != SVF_NO_OWNER)
			(void)snprintf(owner, sizeof(owner), "vf %u", v->owner);
		(void)snprintf(buf, size, "ledger: %s: frame %u, state %s, owner %s, wanted %s",
			       v->what, v->frame, state_names[v->state], owner,
			       state_names[v->wanted]);
	}
}
