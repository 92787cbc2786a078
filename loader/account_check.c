// SPDX-License-Identifier: GPL-2.0-only
/*
 * Is a difference on its way, or is it lost? The account is taken every 150 ms (the agent looks at
 * its sockets every 250 ms), for a second at most. What had come in at the beginning must have come
 * out at the end, or been told lost: no frame is on its way for as long as that.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "account.h"

#define STEP_NS	  150000000L
#define RESTS_MIN 2 /* steps without a frame: a sender and a softirq can both be late for one */
#define STEPS_MAX 8 /* 1 s between the first and the last */

struct check {
	const struct svf_paths *paths;
	struct svf_nl *nl;
	const struct svf_sorter *sorter;
	const struct svf_state *state;
	struct svf_account_base base;
	struct svf_account first; /* owned */
	struct svf_account_result *result;
};

static void wait_step(void)
{
	const struct timespec step = { .tv_nsec = STEP_NS };

	(void)nanosleep(&step, NULL);
}

/* The base on file, if it is exact; else one taken at a moment of rest, now. */
static int find_base(struct check *check)
{
	struct svf_account_base a = {}, b = {};
	int rests = 0;
	int r = svf_account_base_load(check->paths, &check->base);

	if (!r && check->base.quiet)
		return 0;
	r = svf_account_base_read(&a, check->nl, check->sorter, check->state);
	for (int i = 0; i < STEPS_MAX && !r && rests < RESTS_MIN; i++) {
		wait_step();
		r = svf_account_base_read(&b, check->nl, check->sorter, check->state);
		rests = svf_account_base_rested(&a, &b) ? rests + 1 : 0;
		check->base = a = b;
	}
	if (r < 0)
		return r;
	check->result->late = rests == RESTS_MIN;
	check->result->loose = !check->result->late;
	/* Best effort: where /run is full, the next check looks for one again. */
	if (check->result->late)
		(void)svf_account_base_save(check->paths, &a, &b);
	return 0;
}

static bool is_exact(const struct svf_account *account)
{
	for (unsigned int i = 0; i < account->n; i++)
		if (svf_equation_difference(&account->equations[i]) != 0)
			return false;
	return true;
}

/* What had come in then is not out now; or more had come out then than is in now. */
static bool is_wrong(const struct svf_equation *then, const struct svf_equation *now)
{
	const int64_t lost = (int64_t)(svf_equation_left(then) - svf_equation_right(now));
	const int64_t surplus = (int64_t)(svf_equation_right(then) - svf_equation_left(now));

	return surplus > 0 || (lost > 0 && (uint64_t)lost > now->slack);
}

/* The PF's own counters: without an exact base they are wrong by what was on its way then. */
static bool needs_base(const struct svf_equation *equation)
{
	return !strcmp(equation->name, "wire-in") || !strcmp(equation->name, "wire-out");
}

/* Compares with the first account. A `set` in between may have changed which equations there are.
 */
static enum svf_account_verdict judge(struct check *check)
{
	struct svf_account_result *result = check->result;
	enum svf_account_verdict verdict = SVF_ACCOUNT_MOVING;

	for (unsigned int i = 0; i < result->account.n && result->account.n == check->first.n;
	     i++) {
		const struct svf_equation *now = &result->account.equations[i];

		result->wrong[i] = !(result->loose && needs_base(now)) &&
				   is_wrong(&check->first.equations[i], now);
		if (result->wrong[i])
			verdict = SVF_ACCOUNT_WRONG;
	}
	return verdict;
}

/* The next account; the first one is kept. */
static int take(struct check *check)
{
	struct svf_account_result *result = check->result;
	struct svf_account now;
	int r = svf_account_take(&now, check->nl, check->sorter, check->state, &check->base);

	if (r < 0)
		return r;
	if (!check->first.n)
		check->first = result->account;
	else
		svf_account_done(&result->account);
	result->account = now;
	if (!result->wrong)
		result->wrong = calloc(now.capacity, sizeof(*result->wrong));
	return result->wrong ? 0 : -ENOMEM;
}

static int run(struct check *check)
{
	int r = find_base(check);

	if (!r)
		r = take(check);
	for (int i = 1; i < STEPS_MAX && !r && !is_exact(&check->result->account); i++) {
		wait_step();
		r = take(check);
	}
	if (r < 0)
		return r;
	check->result->verdict =
		is_exact(&check->result->account) ? SVF_ACCOUNT_EXACT : judge(check);
	return 0;
}

int svf_account_check(struct svf_account_result *ret_result, const struct svf_paths *paths,
		      struct svf_nl *nl, const struct svf_sorter *sorter,
		      const struct svf_state *state)
{
	struct svf_account_result result = {};
	struct check check = {
		.paths = paths,
		.nl = nl,
		.sorter = sorter,
		.state = state,
		.result = &result,
	};
	int r = run(&check);

	svf_account_done(&check.first);
	if (r < 0)
		svf_account_result_done(&result);
	else
		*ret_result = result;
	return r;
}

void svf_account_result_done(struct svf_account_result *result)
{
	svf_account_done(&result->account);
	free(result->wrong);
	*result = (struct svf_account_result){};
}
