// SPDX-License-Identifier: GPL-2.0-only
/* Runs the steps of a plan through what `up`, `numvfs`, `set` and `down` do. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "change.h"
#include "interrupt.h"
#include "pf.h"
#include "pf_open.h"
#include "plan.h"

static int run_up(const struct svf_step *step, const struct svf_paths *paths,
		  struct svf_errmsg *err)
{
	struct svf_up_report report;

	return svf_pf_up(step->pf, paths, &step->args, &report, err);
}

static int run_vfs(const struct svf_step *step, struct svf_errmsg *err)
{
	struct svf_open_pf pf;
	int r = svf_open_pf_init(&pf, step->pf, err);

	if (!r)
		r = svf_vfs_set(&pf, &step->after, err);
	svf_open_pf_done(&pf);
	return r;
}

static int run_set(const struct svf_step *step, const struct svf_paths *paths,
		   struct svf_errmsg *err)
{
	char *words[SVF_CHANGE_WORDS_MAX], *rest, *word;
	struct svf_errmsg warning = {};
	struct svf_change change;
	int n = 0, r;

	svf_cleanup(mem) char *text = strdup(step->words);
	if (!text)
		return -ENOMEM;
	for (rest = text; (word = strsep(&rest, " ")) && n < SVF_CHANGE_WORDS_MAX;)
		if (*word)
			words[n++] = word;
	r = svf_change_parse(&change, step->pf, step->vf, n, words, err);
	/* Addresses held twice: perhaps only until the next step. `show` tells of those that stay.
	 */
	return r < 0 ? r : svf_change_apply(paths, &change, &warning, err);
}

static int run_step(const struct svf_step *step, struct svf_errmsg *err)
{
	struct svf_paths paths;
	int r = svf_paths_init(&paths, step->pf);

	if (r < 0)
		return r;
	switch (step->kind) {
	case SVF_STEP_UP:
		return run_up(step, &paths, err);
	case SVF_STEP_ADD:
	case SVF_STEP_DEL:
		return run_vfs(step, err);
	case SVF_STEP_SET:
		return run_set(step, &paths, err);
	case SVF_STEP_DOWN:
		return svf_pf_down(step->pf, &paths, err);
	}
	return -EINVAL;
}

int svf_plan_run(const struct svf_plan *plan, struct svf_errmsg *err)
{
	int r = 0;

	for (size_t i = 0; i < plan->n && !r; i++) {
		r = svf_interrupt_check(plan->steps[i].pf, err);
		if (!r)
			r = run_step(&plan->steps[i], err);
		if (r < 0)
			return svf_errmsg_set(err, r, "%s: %s", plan->steps[i].pf, strerror(-r));
	}
	return 0;
}

int svf_plan_check_holders(const struct svf_plan *plan, struct svf_errmsg *err)
{
	int r = 0;

	for (size_t i = 0; i < plan->n && !r; i++) {
		const struct svf_step *step = &plan->steps[i];
		struct svf_open_pf pf;

		if (step->kind != SVF_STEP_DEL || svf_open_pf_init(&pf, step->pf, NULL) < 0)
			continue;
		r = svf_vfs_check_free(&pf, &step->vfs, err);
		svf_open_pf_done(&pf);
	}
	return r;
}
