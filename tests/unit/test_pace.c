// SPDX-License-Identifier: GPL-2.0-only
/* Limits on what others make the PF daemon do: a burst, then evenly; a share of a CPU. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../loader/pace.h"

#define BURST 4
#define START (1000 * SVF_NS_PER_S) /* of CLOCK_MONOTONIC: the machine has been up for a while */

/* How often it happens in a span of time in which it is asked for every ms. */
static unsigned int times(struct svf_pace *pace, int64_t from_ns, int64_t to_ns)
{
	unsigned int n = 0;

	for (int64_t now_ns = from_ns; now_ns < to_ns; now_ns += SVF_NS_PER_MS) {
		if (now_ns < svf_pace_when(pace, SVF_NS_PER_S, BURST))
			continue;
		svf_pace_take(pace, now_ns, SVF_NS_PER_S);
		n++;
	}
	return n;
}

static void a_burst_and_then_evenly(void **state)
{
	struct svf_pace pace = {};

	(void)state;
	assert_int_equal(times(&pace, START, START + SVF_NS_PER_S), BURST);
	assert_int_equal(times(&pace, START + SVF_NS_PER_S, START + 11 * SVF_NS_PER_S), 10);
	/* Who rests for a while has it all again. */
	assert_int_equal(times(&pace, START + 100 * SVF_NS_PER_S, START + 101 * SVF_NS_PER_S),
			 BURST);
}

static void it_is_told_when(void **state)
{
	struct svf_pace pace = {};

	(void)state;
	assert_true(svf_pace_when(&pace, SVF_NS_PER_S, BURST) <= START);
	(void)times(&pace, START, START + BURST * SVF_NS_PER_MS);
	assert_int_equal(svf_pace_when(&pace, SVF_NS_PER_S, BURST), START + SVF_NS_PER_S);
}

static void a_budget_is_a_share(void **state)
{
	struct svf_budget budget = {};
	int64_t used_ns = 0;

	(void)state;
	svf_budget_grow(&budget, START);
	assert_int_equal(budget.left_ns, SVF_BUDGET_NS); /* and no more */
	for (int64_t now_ns = START; now_ns < START + 10 * SVF_NS_PER_S; now_ns += SVF_NS_PER_MS) {
		svf_budget_grow(&budget, now_ns);
		if (now_ns < svf_budget_when(&budget))
			continue;
		budget.left_ns -= 3 * SVF_NS_PER_MS;
		used_ns += 3 * SVF_NS_PER_MS;
	}
	assert_in_range(used_ns, 10 * SVF_NS_PER_S / SVF_BUDGET_SHARE,
			10 * SVF_NS_PER_S / SVF_BUDGET_SHARE + SVF_BUDGET_NS + 3 * SVF_NS_PER_MS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_burst_and_then_evenly),
		cmocka_unit_test(it_is_told_when),
		cmocka_unit_test(a_budget_is_a_share),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
