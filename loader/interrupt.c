// SPDX-License-Identifier: GPL-2.0-only
/* Signals as a question instead of an event; see interrupt.h. */
#include "interrupt.h"

#include <errno.h>
#include <stddef.h>
#include <time.h>

void svf_interrupt_set(sigset_t *ret_set)
{
	(void)sigemptyset(ret_set);
	(void)sigaddset(ret_set, SIGINT);
	(void)sigaddset(ret_set, SIGTERM);
	(void)sigaddset(ret_set, SIGHUP);
}

void svf_interrupt_block(void)
{
	sigset_t set;

	svf_interrupt_set(&set);
	(void)sigprocmask(SIG_BLOCK, &set, NULL);
}

void svf_interrupt_take(void)
{
	const struct timespec at_once = {};
	sigset_t set;

	svf_interrupt_set(&set);
	while (sigtimedwait(&set, NULL, &at_once) > 0)
		;
}

int svf_interrupt_check(const char *pf, struct svf_errmsg *err)
{
	sigset_t pending;

	if (sigpending(&pending) < 0)
		return 0;
	if (sigismember(&pending, SIGINT) == 1 || sigismember(&pending, SIGTERM) == 1 ||
	    sigismember(&pending, SIGHUP) == 1)
		return svf_errmsg_exit_set(err, SVF_EXIT_REFUSED, -EINTR,
					   "%s: interrupted: everything is as it was before", pf);
	return 0;
}
