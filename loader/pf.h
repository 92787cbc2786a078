/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The PF driver: `up` and `down` as convergence. Callers hold the PF's lock and have blocked
 * signals (svf_cmd_lock() does both).
 */
#pragma once

#include "state.h"
#include "vfs.h"

/* What `up` did, for its summary. */
struct svf_up_report {
	bool already_up; /* nothing was changed, or only a dead agent restarted */
	bool agent_restarted;
	bool repaired;		   /* programs that somebody took off the PF are back */
	struct svf_vfs_repair vfs; /* what was put right of them */
	char settings[512];    /* PF settings changed, one phrase each, "; " between; "" if none */
	const char *xdp_mode;  /* "native", "skb", "none": read back */
	bool zero_copy;	       /* read back */
	uint64_t memory_bytes; /* UMEM and rings */
	pid_t agent_pid;
	struct svf_state state;
	char first_vf[16]; /* name of VF 0's netdev */
};

/* Brings the PF to `args`. All or nothing: on failure or on SIGINT/SIGTERM everything made is
 * removed again. -EBUSY (exit 4) naming the difference if the PF runs with other arguments. */
int svf_pf_up(const char *pf, const struct svf_paths *paths, const struct svf_up_args *args,
	      struct svf_up_report *ret_report, struct svf_errmsg *err);

/* Takes everything away, from any half-state; success if there is nothing. Continues after
 * errors and returns the first. The PF itself may be gone. The lock's file stays: it is the
 * caller's who holds the lock, and who ends with svf_state_tidy(). */
int svf_pf_down(const char *pf, const struct svf_paths *paths, struct svf_errmsg *err);
