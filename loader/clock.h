/* SPDX-License-Identifier: GPL-2.0-only */
/* Times as 64 bits of nanoseconds, and what is to happen at most so often. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#define SVF_NS_PER_MS 1000000LL
#define SVF_NS_PER_S  1000000000LL

static inline int64_t svf_clock_ns(clockid_t clock)
{
	struct timespec now;

	(void)clock_gettime(clock, &now);
	return now.tv_sec * SVF_NS_PER_S + now.tv_nsec;
}

/* CLOCK_MONOTONIC. */
static inline int64_t svf_clock_now_ns(void)
{
	return svf_clock_ns(CLOCK_MONOTONIC);
}

/* True at most once in period_ns: *last_ns (0: never yet) is when it was true. */
static inline bool svf_clock_allow(int64_t *last_ns, int64_t now_ns, int64_t period_ns)
{
	if (*last_ns && now_ns - *last_ns < period_ns)
		return false;
	*last_ns = now_ns;
	return true;
}
