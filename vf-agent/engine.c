// SPDX-License-Identifier: GPL-2.0-only
/*
 * One round: RX rings round robin, one batch of each VF; COMPLETION; ports by deficit round
 * robin into the TX rings; FILL. VFs that wait for room, and TX rings that the kernel does
 * not empty (PF down, its queue full, far end slow), are set aside and tried again after
 * 1 ms, then 2, 4, ... ms, so that they cost the others nothing.
 */
#include <errno.h>
#include <stdlib.h>

#include "engine.h"

#define NS_PER_MS 1000000ULL

int svf_engine_init(struct svf_engine *engine, const struct svf_forward *forward, bool verify)
{
	uint32_t quantum = SVF_QUANTUM_FRAMES * forward->ledger->frame_size;
	int r;

	*engine = (struct svf_engine){
		.forward = *forward,
		.retry_ms = SVF_RETRY_MIN_MS,
		.verify = verify,
	};
	engine->vfs = calloc(forward->n_vfs, sizeof(*engine->vfs));
	if (!engine->vfs)
		return -ENOMEM;
	r = svf_drr_init(&engine->drr, forward->n_vfs, quantum);
	if (r < 0) {
		svf_engine_done(engine);
		return r;
	}
	svf_forward_fill(&engine->forward);
	return 0;
}

void svf_engine_done(struct svf_engine *engine)
{
	svf_drr_done(&engine->drr);
	free(engine->vfs);
	*engine = (struct svf_engine){};
}

static void set_flag(bool *flag, bool value, uint32_t *count)
{
	if (*flag == value)
		return;
	*flag = value;
	*count += value ? 1 : -1U;
}

void svf_engine_set_ring_ready(struct svf_engine *engine, uint32_t vf)
{
	set_flag(&engine->vfs[vf].ring_ready, true, &engine->n_ring_ready);
}

void svf_engine_set_port_ready(struct svf_engine *engine, uint32_t vf)
{
	engine->vfs[vf].port_ready = true;
	if (!engine->vfs[vf].waiting)
		svf_drr_set_active(&engine->drr, vf);
}

void svf_engine_set_all_ready(struct svf_engine *engine)
{
	for (uint32_t vf = 0; vf < engine->forward.n_vfs; vf++)
		svf_engine_set_ring_ready(engine, vf);
}

/* One batch from each RX ring that may have frames. */
static int receive_round(struct svf_engine *engine)
{
	uint32_t n_vfs = engine->forward.n_vfs;
	uint32_t since_fill = 0;

	if (engine->n_ring_ready == 0)
		return 0;
	for (uint32_t i = 0; i < n_vfs; i++) {
		uint32_t vf = (engine->first + i) % n_vfs;
		int got;

		if (!engine->vfs[vf].ring_ready)
			continue;
		got = svf_forward_receive(&engine->forward, vf);
		if (got < 0)
			return got;
		if (got < SVF_RECEIVE_BATCH)
			set_flag(&engine->vfs[vf].ring_ready, false, &engine->n_ring_ready);
		since_fill += (uint32_t)got;
		if (since_fill >= SVF_FILL_INTERVAL) {
			svf_forward_fill(&engine->forward);
			since_fill = 0;
		}
	}
	engine->first = (engine->first + 1) % n_vfs;
	return 0;
}

static void set_retry(struct svf_engine *engine, uint64_t now_ns, uint32_t ms)
{
	engine->retry_ms = ms;
	engine->retry_ns = now_ns + ms * NS_PER_MS;
}

/* Something moved: what waits is looked at again soon, though never later than it was to be. */
static void note_progress(struct svf_engine *engine, uint64_t now_ns)
{
	engine->retry_ms = SVF_RETRY_MIN_MS;
	if (engine->retry_ns > now_ns + SVF_RETRY_MIN_MS * NS_PER_MS)
		set_retry(engine, now_ns, SVF_RETRY_MIN_MS);
}

/* VFs that waited for room and have it again may send. */
static void resume_waiting(struct svf_engine *engine)
{
	for (uint32_t vf = 0; vf < engine->forward.n_vfs && engine->n_waiting > 0; vf++) {
		if (!engine->vfs[vf].waiting)
			continue;
		if (svf_forward_transmit_room(&engine->forward, vf) == 0)
			continue;
		set_flag(&engine->vfs[vf].waiting, false, &engine->n_waiting);
		svf_drr_set_active(&engine->drr, vf);
	}
}

/* Takes back what the kernel has sent. */
static int complete(struct svf_engine *engine, uint64_t now_ns)
{
	int n = svf_forward_complete(&engine->forward);

	if (n < 0)
		return n;
	if (n > 0)
		note_progress(engine, now_ns);
	if (n > 0 || engine->n_waiting > 0)
		resume_waiting(engine);
	return 0;
}

/* The first to wait starts the clock. */
static void start_retry(struct svf_engine *engine, uint64_t now_ns)
{
	if (engine->n_waiting + engine->n_stalled == 1)
		set_retry(engine, now_ns, SVF_RETRY_MIN_MS);
}

static int kick(struct svf_engine *engine, uint32_t vf, uint64_t now_ns)
{
	int r = svf_forward_kick(&engine->forward, vf);

	if (r < 0 && r != -EAGAIN)
		return r;
	if (r == 0) {
		set_flag(&engine->vfs[vf].stalled, false, &engine->n_stalled);
	} else if (!engine->vfs[vf].stalled) {
		set_flag(&engine->vfs[vf].stalled, true, &engine->n_stalled);
		start_retry(engine, now_ns);
	}
	if (r == 1)
		set_retry(engine, now_ns, 0); /* it takes more: in the next round */
	return 0;
}

/* One visit: a batch from the VF's port to its TX ring. */
static int transmit(struct svf_engine *engine, uint32_t vf, uint64_t now_ns)
{
	uint32_t asked;
	uint64_t bytes;
	int got = svf_forward_transmit(&engine->forward, vf, &asked, &bytes);

	if (got < 0)
		return got;
	svf_drr_charge(&engine->drr, vf, bytes);
	if (asked == 0) {
		svf_drr_set_idle(&engine->drr, vf, true);
		set_flag(&engine->vfs[vf].waiting, true, &engine->n_waiting);
		start_retry(engine, now_ns);
	} else if ((uint32_t)got < asked) {
		svf_drr_set_idle(&engine->drr, vf, false);
		engine->vfs[vf].port_ready = false;
	}
	/* A stalled ring is kicked when its time has come. In zero copy it is not stalled but
	 * still at work, and a kick is a system call only if the driver sleeps. */
	if (got > 0 && (!engine->vfs[vf].stalled || engine->forward.rings->zero_copy))
		return kick(engine, vf, now_ns);
	return 0;
}

static int transmit_round(struct svf_engine *engine, uint64_t now_ns)
{
	for (int visit = 0; visit < SVF_TRANSMIT_VISITS; visit++) {
		uint32_t vf;
		int r;

		if (svf_drr_get_next(&engine->drr, &vf) < 0)
			break;
		r = transmit(engine, vf, now_ns);
		/* In copy mode the kick has sent them: room for who would have to wait. */
		if (r == 0)
			r = complete(engine, now_ns);
		if (r < 0)
			return r;
	}
	return 0;
}

/* Kicks the TX rings that the kernel left unfinished. Some progress: again in 1 ms, or at once
 * where the kernel takes more; none: later and later. */
static int retry_stalled(struct svf_engine *engine, uint64_t now_ns)
{
	struct svf_rings *rings = engine->forward.rings;
	uint32_t ms = engine->retry_ms > 0 ? engine->retry_ms * 2 : SVF_RETRY_MIN_MS;

	if (engine->n_waiting + engine->n_stalled == 0 || now_ns < engine->retry_ns)
		return 0;
	set_retry(engine, now_ns, ms < SVF_RETRY_MAX_MS ? ms : SVF_RETRY_MAX_MS);
	for (uint32_t vf = 0; vf < engine->forward.n_vfs && engine->n_stalled > 0; vf++) {
		uint32_t before;
		int r;

		if (!engine->vfs[vf].stalled)
			continue;
		before = rings->ops->unsent(rings, vf);
		r = kick(engine, vf, now_ns);
		if (r < 0)
			return r;
		if (rings->ops->unsent(rings, vf) != before)
			note_progress(engine, now_ns);
	}
	return 0;
}

static int verify(struct svf_engine *engine)
{
	struct svf_ring_indexes indexes;

	if (!engine->verify)
		return 0;
	engine->forward.rings->ops->indexes(engine->forward.rings, &indexes);
	return svf_ledger_check(engine->forward.ledger, &indexes);
}

int svf_engine_round(struct svf_engine *engine, uint64_t now_ns)
{
	int r;

	r = receive_round(engine);
	if (r < 0)
		return r;
	r = complete(engine, now_ns);
	if (r < 0)
		return r;
	r = transmit_round(engine, now_ns);
	if (r < 0)
		return r;
	r = retry_stalled(engine, now_ns);
	if (r < 0)
		return r;
	svf_forward_fill(&engine->forward);
	return verify(engine);
}

int svf_engine_get_timeout_ms(const struct svf_engine *engine, uint64_t now_ns)
{
	if (engine->n_ring_ready > 0 || engine->drr.n_active > 0)
		return 0;
	if (engine->n_waiting + engine->n_stalled == 0)
		return SVF_IDLE_MS;
	if (engine->retry_ns <= now_ns)
		return 0;
	return (int)((engine->retry_ns - now_ns + NS_PER_MS - 1) / NS_PER_MS);
}

bool svf_engine_is_idle(const struct svf_engine *engine)
{
	return !engine->n_ring_ready && !engine->drr.n_active && !engine->n_waiting &&
	       !engine->n_stalled;
}

int svf_engine_drain(struct svf_engine *engine, uint64_t now_ns)
{
	uint32_t rounds = engine->forward.rings->rx_ring_size / SVF_RECEIVE_BATCH + 1;
	int r = 0;

	svf_engine_set_all_ready(engine);
	for (uint32_t vf = 0; vf < engine->forward.n_vfs; vf++)
		svf_engine_set_port_ready(engine, vf);
	for (uint32_t i = 0; i < rounds && r == 0; i++)
		r = svf_engine_round(engine, now_ns);
	return r;
}
