/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A change on trial: <run>/try.json of each PF it is about has what was before and until when
 * `confirm` may come. A process of its own waits for that; if it is killed, `try` itself takes the
 * change back, and where that is killed too, the next command that takes the PF's lock after the
 * deadline does.
 */
#pragma once

#include <svf/paths.h>

#include "converge.h"

#define SVF_TRY_TIMEOUT_DEFAULT_S 120

/* Now, on the clock that deadlines are on (it goes on in suspend). */
int64_t svf_try_now_ns(void);

/* Writes <run>/try.json, atomically; the PF's lock is held. */
int svf_try_save(const struct svf_paths *paths, const struct svf_setup *before, int64_t deadline_ns,
		 struct svf_errmsg *err);
/* -ENOENT: none is on trial. */
int svf_try_load(const struct svf_paths *paths, int64_t *ret_deadline_ns, struct svf_errmsg *err);
/* Keeps the change. */
void svf_try_remove(const struct svf_paths *paths);
/* Takes the change back, if one is on trial; the PF's lock is held. try.json is gone then, also
 * where not all could be taken back. */
int svf_try_revert(const char *pf, const struct svf_paths *paths, struct svf_errmsg *err);

/* What every command that took the PF's lock does first: see svf_cmd_lock(). */
int svf_try_settle(const char *pf, const struct svf_paths *paths, struct svf_errmsg *err);

/* Names of the PFs of our network namespace with a change on trial, NULL-terminated; freed by
 * svf_pf_list_free(). */
int svf_try_list(char ***ret_names, struct svf_errmsg *err);

/* --- the process that waits (try_wait.c) --- */

enum svf_try_outcome {
	SVF_TRY_CONFIRMED,
	SVF_TRY_REVERTED,
	SVF_TRY_FAILED, /* not all could be taken back; the system log tells */
};

/* Starts it for these targets, which are locked by the caller; it asks for SIGTERM to take the
 * change back at once. */
int svf_try_start_waiting(const struct svf_converge *converge, pid_t *ret_pid,
			  struct svf_errmsg *err);
