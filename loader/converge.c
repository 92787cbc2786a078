// SPDX-License-Identifier: GPL-2.0-only
/* Desired state brought about: all PFs of a file are read and planned before one of them is
 * changed. */
#include "converge.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "interrupt.h"
#include "pf.h"

int svf_converge_init(struct svf_converge *converge, const char *file, struct svf_errmsg *err)
{
	int r;

	*converge = (struct svf_converge){};
	r = svf_document_load(&converge->document, file, err);
	if (r < 0)
		return r;
	converge->n = svf_document_n_pfs(&converge->document);
	converge->targets = calloc(converge->n + 1, sizeof(*converge->targets));
	if (!converge->targets)
		return svf_errmsg_set(err, -ENOMEM, "%s: out of memory", file);
	for (unsigned int i = 0; i < converge->n; i++) {
		converge->targets[i].pf = svf_document_pf(&converge->document, i);
		converge->targets[i].lock_fd = -1;
	}
	return 0;
}

void svf_converge_done(struct svf_converge *converge)
{
	for (unsigned int i = 0; converge->targets && i < converge->n; i++) {
		struct svf_target *target = &converge->targets[i];

		target->before = svf_setup_free(target->before);
		target->wanted = svf_setup_free(target->wanted);
		if (target->lock_fd >= 0) {
			svf_state_tidy(&target->paths);
			(void)close(TAKE_FD(target->lock_fd));
		}
	}
	free(converge->targets);
	converge->targets = NULL;
	svf_plan_done(&converge->plan);
	svf_document_done(&converge->document);
}

/* The `up` that it is up by: puts right what is wrong, changes nothing else. */
static int repair(const char *pf, const struct svf_paths *paths, struct svf_errmsg *err)
{
	struct svf_up_report report;
	struct svf_up_args args = {};
	struct svf_state state;

	if (svf_state_load(paths, &state, NULL) < 0 || !state.complete)
		return 0;
	args.vfs = svf_vf_set_count(&state.vfs);
	return svf_pf_up(pf, paths, &args, &report, err);
}

int svf_converge_repair(const struct svf_converge *converge, struct svf_errmsg *err)
{
	int r = 0;

	for (unsigned int i = 0; i < converge->n && !r; i++)
		r = repair(converge->targets[i].pf, &converge->targets[i].paths, err);
	return r;
}

int svf_converge_plan(struct svf_converge *converge, struct svf_errmsg *err)
{
	int r = 0;

	for (unsigned int i = 0; i < converge->n && !r; i++) {
		struct svf_target *target = &converge->targets[i];

		r = svf_setup_read(&target->before, target->pf, err);
		if (!r)
			r = svf_document_setup(&converge->document, i, target->before->mtu,
					       &target->wanted, err);
		if (!r)
			r = svf_plan_add(&converge->plan, target->before, target->wanted, err);
	}
	svf_plan_sort(&converge->plan);
	return r;
}

int svf_converge_restore(const struct svf_setup *before, const struct svf_paths *paths,
			 struct svf_errmsg *err)
{
	svf_cleanup(setup) struct svf_setup *present = NULL;
	struct svf_plan plan = {};
	int r;

	svf_interrupt_take(); /* what made us go back would end that too */
	(void)repair(before->pf, paths, NULL);
	r = svf_setup_read(&present, before->pf, err);
	if (!r)
		r = svf_plan_add(&plan, present, before, err);
	svf_plan_sort(&plan);
	if (!r)
		r = svf_plan_run(&plan, err);
	svf_plan_done(&plan);
	return r;
}

int svf_converge_run(struct svf_converge *converge, struct svf_errmsg *err)
{
	struct svf_errmsg failure = {}, back = {};
	int r = svf_plan_run(&converge->plan, &failure), first = 0;

	if (!r)
		return 0;
	for (unsigned int i = 0; i < converge->n; i++) {
		const struct svf_target *target = &converge->targets[i];
		int r2 = svf_converge_restore(target->before, &target->paths, &back);

		first = first ? first : r2;
	}
	if (first < 0)
		return svf_errmsg_exit_set(err, SVF_EXIT_REFUSED, r,
					   "%.220s; not all could be taken back: %.220s",
					   failure.text, back.text);
	return svf_errmsg_exit_set(err, svf_errmsg_exit(&failure, r), r, "%.440s%s", failure.text,
				   r == -EINTR ? "" : "; everything is as it was before");
}
