/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How much of the PF daemon's time somebody else's doing may take: so many times at once and then
 * once in a period (struct svf_pace), or a share of a CPU (struct svf_budget). Both start full, as
 * zeros. Times are CLOCK_MONOTONIC.
 */
#pragma once

#include <stdint.h>

#include "clock.h"

struct svf_pace {
	int64_t next_ns; /* when the next would come if all came evenly (GCRA) */
};

/* When it may happen again. */
static inline int64_t svf_pace_when(const struct svf_pace *pace, int64_t period_ns, int burst)
{
	return pace->next_ns - (burst - 1) * period_ns;
}

/* It happens. */
static inline void svf_pace_take(struct svf_pace *pace, int64_t now_ns, int64_t period_ns)
{
	pace->next_ns = (pace->next_ns > now_ns ? pace->next_ns : now_ns) + period_ns;
}

#define SVF_BUDGET_SHARE 20		      /* one in so many: 5 % of a CPU */
#define SVF_BUDGET_NS	 (20 * SVF_NS_PER_MS) /* what is saved up, at most */

struct svf_budget {
	int64_t left_ns; /* of CPU time; less than nothing for as long as need be */
	int64_t paid_ns; /* when it grew last */
};

static inline void svf_budget_grow(struct svf_budget *budget, int64_t now_ns)
{
	budget->left_ns += (now_ns - budget->paid_ns) / SVF_BUDGET_SHARE;
	if (budget->left_ns > SVF_BUDGET_NS)
		budget->left_ns = SVF_BUDGET_NS;
	budget->paid_ns = now_ns;
}

/* From when on there is something left; nothing has to be. */
static inline int64_t svf_budget_when(const struct svf_budget *budget)
{
	if (budget->left_ns > 0)
		return budget->paid_ns;
	return budget->paid_ns + (1 - budget->left_ns) * SVF_BUDGET_SHARE;
}
