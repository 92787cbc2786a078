// SPDX-License-Identifier: GPL-2.0-only
/* Pauses that a stop signal ends. */
#include <errno.h>
#include <signal.h>
#include <time.h>

#include "patience.h"

#define PAUSE_MAX_MS 64
#define NS_PER_MS    1000000L

int svf_patience_wait(struct svf_patience *patience)
{
	struct timespec time;
	sigset_t stop;

	if (patience->waited_ms >= patience->timeout_ms)
		return -ETIMEDOUT;
	if (!patience->pause_ms)
		patience->pause_ms = 1;
	else if (patience->pause_ms < PAUSE_MAX_MS)
		patience->pause_ms *= 2;
	patience->waited_ms += patience->pause_ms;

	time = (struct timespec){ .tv_nsec = patience->pause_ms * NS_PER_MS };
	(void)sigemptyset(&stop);
	(void)sigaddset(&stop, SIGTERM);
	(void)sigaddset(&stop, SIGINT);
	return sigtimedwait(&stop, NULL, &time) > 0 ? -EINTR : 0;
}
