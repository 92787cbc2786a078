/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The engine of one PF queue: in which order its VFs are served, and how much each gets,
 * round by round. It knows no file descriptor and no clock: worker.c tells it what became
 * ready and what time it is, and asks how long it may sleep. Every loop in a round is bounded,
 * and what makes no progress is tried again after a time, never at once.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "drr.h"
#include "forward.h"

#define SVF_IDLE_MS	 200 /* longest sleep; the agent looks every 250 ms whether we moved */
#define SVF_RETRY_MIN_MS 1
#define SVF_RETRY_MAX_MS SVF_IDLE_MS
_Static_assert(SVF_IDLE_MS < 250, "a worker passes through its loop between two heartbeats");
/* Transmit visits in a round, 32 frames each, before the RX rings are looked at again. */
#define SVF_TRANSMIT_VISITS 16
/* Frames received before FILL is filled again: a NAPI poll's worth. */
#define SVF_FILL_INTERVAL 64
/* "Deficit round robin, 32 full frames": what one sendto(2) sends. */
#define SVF_QUANTUM_FRAMES 32

/* What the engine knows of a VF. */
struct svf_engine_vf {
	bool ring_ready; /* its RX ring may have frames */
	bool port_ready; /* its port may have frames */
	bool waiting;	 /* port_ready, but no room until frames complete */
	bool stalled;	 /* its TX ring has frames that the kernel did not take */
};

struct svf_engine {
	struct svf_forward forward;
	struct svf_drr drr;
	struct svf_engine_vf *vfs; /* forward.n_vfs of them */
	uint32_t n_ring_ready;	   /* how many VFs have each flag set */
	uint32_t n_waiting;
	uint32_t n_stalled;
	uint32_t first;	   /* VF whose RX ring is served first in the next round */
	uint32_t retry_ms; /* present distance of retries */
	uint64_t retry_ns; /* time of the next one */
	bool verify;	   /* check the ledger's counts after every round */
};

/* forward is copied; what it points to stays the caller's. Owner calls svf_engine_done(),
 * which accepts a zeroed engine too. */
int svf_engine_init(struct svf_engine *engine, const struct svf_forward *forward, bool verify);
void svf_engine_done(struct svf_engine *engine);

/* Something may have arrived in the VF's RX ring, or at its port. */
void svf_engine_set_ring_ready(struct svf_engine *engine, uint32_t vf);
void svf_engine_set_port_ready(struct svf_engine *engine, uint32_t vf);
/* Looks at every RX ring in the next round. */
void svf_engine_set_all_ready(struct svf_engine *engine);

/* Serves what is ready, each VF its share. 0, or -EINVAL: the ledger is violated, -ENODEV:
 * the PF is gone. now_ns is CLOCK_MONOTONIC. */
int svf_engine_round(struct svf_engine *engine, uint64_t now_ns);

/* How long the caller may sleep when no event comes; 0 if there is work. */
int svf_engine_get_timeout_ms(const struct svf_engine *engine, uint64_t now_ns);

/* Nothing is ready, waits or is unsent. */
bool svf_engine_is_idle(const struct svf_engine *engine);

/* Last rounds: moves what the rings and ports hold now, at most a ring's content of each VF. */
int svf_engine_drain(struct svf_engine *engine, uint64_t now_ns);
