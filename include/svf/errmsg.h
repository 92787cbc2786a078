/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How a failure travels: every function returns 0 or -errno; one that knows more
 * than an errno fills the caller's struct svf_errmsg. Only the command that the
 * user typed prints it, as one line.
 */
#pragma once

#include <stdbool.h>

/* Exit codes of both programs, documented in svf-loader(8). */
enum svf_exit {
	SVF_EXIT_OK = 0,
	SVF_EXIT_USAGE = 1,		      /* bad words on the command line */
	SVF_EXIT_REFUSED = 2,		      /* refused by the kernel or by our rules, not root */
	SVF_EXIT_NOT_FOUND = 3,		      /* no such PF or VF */
	SVF_EXIT_BUSY = 4,		      /* locked, or running with other arguments */
	SVF_EXIT_UNSUPPORTED = 5,	      /* kernel or driver cannot */
	SVF_EXIT_WARNINGS = 6,		      /* `doctor` has warnings */
	SVF_EXIT_FAILURES = 7,		      /* `doctor` has failures */
	SVF_EXIT_DIFFERS = SVF_EXIT_WARNINGS, /* `diff`: something would change */
};

struct svf_errmsg {
	enum svf_exit exit; /* 0: derive from the errno (svf_errmsg_exit); without a text: the exit
			     * code of a command that found what it was asked to look for */
	bool told;	    /* printed already */
	char text[512];	    /* whole line after "svf-loader: ", without newline; "" if unset */
};

/*
 * Sets err's text (printf format) unless one is there already - the innermost
 * function knows best - and returns `error` (a negative errno), so that callers
 * write `return svf_errmsg_set(err, -EINVAL, "...")`. err may be NULL. The text
 * names the object ("eth0: vf 3: cannot create veth pair: Operation not permitted").
 */
int svf_errmsg_set(struct svf_errmsg *err, int error, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Same, and fixes the exit code. */
int svf_errmsg_exit_set(struct svf_errmsg *err, enum svf_exit code, int error, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/* The exit code for a failure: err->exit, or by errno: ENODEV/ENOENT 3, EBUSY/EAGAIN/
 * ETIMEDOUT 4, EOPNOTSUPP/ENOSYS 5, else 2. */
enum svf_exit svf_errmsg_exit(const struct svf_errmsg *err, int error);
