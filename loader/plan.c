// SPDX-License-Identifier: GPL-2.0-only
/*
 * Finds the steps. The order within a PF: up, further VFs, what gives up a share of something
 * limited (guaranteed rates, promiscuous VFs), what takes one; VFs go at last.
 */
#include "plan.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "change.h"
#include "names.h"

void svf_plan_done(struct svf_plan *plan)
{
	for (size_t i = 0; i < plan->n; i++)
		free(plan->steps[i].words);
	free(plan->steps);
	*plan = (struct svf_plan){};
}

static struct svf_step *append(struct svf_plan *plan, enum svf_step_kind kind, const char *pf)
{
	struct svf_step *more = reallocarray(plan->steps, plan->n + 1, sizeof(*more));

	if (!more)
		return NULL;
	plan->steps = more;
	more += plan->n++;
	*more = (struct svf_step){ .kind = kind };
	(void)snprintf(more->pf, sizeof(more->pf), "%s", pf);
	return more;
}

/* --- set --- */

struct object {
	unsigned int vf; /* SVF_PF_ID: the PF */
	const struct svf_attribute *table;
	unsigned int n;
	const void *from, *to, *defaults;
};

/* Nothing is appended where nothing changes. */
static int append_set(struct svf_plan *plan, const char *pf, const struct object *object)
{
	svf_cleanup(mem) char *words = NULL;
	struct svf_step *step;
	size_t size;

	FILE *out = open_memstream(&words, &size);
	if (!out)
		return -ENOMEM;
	svf_attributes_say_change(object->table, object->n, object->from, object->to,
				  object->defaults, out);
	if (fclose(out) == EOF)
		return -ENOMEM;
	if (!words[0])
		return 0;
	step = append(plan, SVF_STEP_SET, pf);
	if (!step)
		return -ENOMEM;
	step->vf = object->vf;
	step->words = TAKE_PTR(words);
	return 0;
}

static int set_policy(struct svf_plan *plan, const struct svf_setup *present,
		      const struct svf_setup *wanted)
{
	struct svf_policy defaults = {};
	const struct object object = {
		.vf = SVF_PF_ID,
		.table = svf_pf_attributes,
		.n = SVF_N_PF_ATTRIBUTES,
		.from = &present->policy,
		.to = &wanted->policy,
		.defaults = &defaults,
	};

	svf_attributes_reset_pf(&defaults);
	return append_set(plan, present->pf, &object);
}

static int set_vf(struct svf_plan *plan, const struct svf_setup *present, unsigned int vf,
		  const struct svf_vf_config *from, const struct svf_vf_config *to)
{
	struct svf_vf_config defaults;
	const struct object object = {
		.vf = vf,
		.table = svf_vf_attributes,
		.n = SVF_N_VF_ATTRIBUTES,
		.from = from,
		.to = to,
		.defaults = &defaults,
	};

	svf_setup_default_vf(present, &defaults);
	return append_set(plan, present->pf, &object);
}

/* What it gives up others may be waiting for. */
static bool gives_up(const struct svf_vf_config *from, const struct svf_vf_config *to)
{
	return to->min_tx_rate < from->min_tx_rate || (from->promisc && !to->promisc);
}

/* VFs that give up first, then the others; one that goes gives up its shares before. */
static int set_vfs(struct svf_plan *plan, const struct svf_setup *present,
		   const struct svf_setup *wanted, bool first)
{
	int r = 0;

	for (unsigned int vf = 0; vf < SVF_UP_MAX_VFS && !r; vf++) {
		const struct svf_vf_config *from = &present->all[vf];
		struct svf_vf_config to = wanted->all[vf];

		if (!svf_vf_set_has(&wanted->vfs, vf)) {
			if (!svf_vf_set_has(&present->vfs, vf))
				continue;
			to = *from;
			to.min_tx_rate = 0;
			to.promisc = SVF_PROMISC_OFF;
		}
		if (gives_up(from, &to) == first)
			r = set_vf(plan, present, vf, from, &to);
	}
	return r;
}

/* More for everybody comes before it is given away, less after it was given back. */
static int set_all(struct svf_plan *plan, const struct svf_setup *present,
		   const struct svf_setup *wanted, struct svf_errmsg *err)
{
	uint32_t had, gets;
	int r = svf_change_total_rate(present->netdev, &present->policy, &had, err);

	if (!r)
		r = svf_change_total_rate(present->netdev, &wanted->policy, &gets, err);
	if (!r && gets >= had)
		r = set_policy(plan, present, wanted);
	if (!r)
		r = set_vfs(plan, present, wanted, true);
	if (!r)
		r = set_vfs(plan, present, wanted, false);
	if (!r && gets < had)
		r = set_policy(plan, present, wanted);
	return r;
}

/* --- VFs --- */

static struct svf_vf_set join(const struct svf_vf_set *a, const struct svf_vf_set *b)
{
	struct svf_vf_set both;

	for (unsigned int i = 0; i < SVF_VF_SET_WORDS; i++)
		both.words[i] = a->words[i] | b->words[i];
	return both;
}

static int change_vfs(struct svf_plan *plan, enum svf_step_kind kind, const char *pf,
		      const struct svf_vf_set *has, const struct svf_vf_set *after)
{
	const struct svf_vf_set vfs =
		kind == SVF_STEP_ADD ? svf_vf_set_minus(after, has) : svf_vf_set_minus(has, after);
	struct svf_step *step;

	if (!svf_vf_set_count(&vfs))
		return 0;
	step = append(plan, kind, pf);
	if (!step)
		return -ENOMEM;
	step->vfs = vfs;
	step->after = *after;
	return 0;
}

/* `up` makes VFs 0 to N - 1, one at least and as many as memory is reserved for at most; add and
 * del do the rest. */
static int bring_up(struct svf_plan *plan, const struct svf_setup *wanted,
		    struct svf_vf_set *ret_has)
{
	const unsigned int number = svf_vf_set_first_free(&wanted->vfs);
	struct svf_step *step = append(plan, SVF_STEP_UP, wanted->pf);

	if (!step)
		return -ENOMEM;
	step->args = wanted->args;
	step->args.vfs = number ? number : 1;
	if (step->args.has_max_vfs && step->args.max_vfs < step->args.vfs)
		step->args.vfs = step->args.max_vfs;
	*ret_has = (struct svf_vf_set){};
	svf_vf_set_resize(ret_has, step->args.vfs);
	return 0;
}

int svf_plan_add(struct svf_plan *plan, const struct svf_setup *present,
		 const struct svf_setup *wanted, struct svf_errmsg *err)
{
	struct svf_vf_set has = present->vfs, most;
	int r = 0;

	if (!wanted->up) {
		if (present->up || present->remains)
			r = append(plan, SVF_STEP_DOWN, wanted->pf) ? 0 : -ENOMEM;
		return r;
	}
	if (present->up)
		r = svf_setup_options_compare(present->pf, &present->args, &wanted->args, err);
	else
		r = bring_up(plan, wanted, &has);
	most = join(&has, &wanted->vfs);
	if (!r)
		r = change_vfs(plan, SVF_STEP_ADD, wanted->pf, &has, &most);
	if (!r)
		r = set_all(plan, present, wanted, err);
	if (!r)
		r = change_vfs(plan, SVF_STEP_DEL, wanted->pf, &most, &wanted->vfs);
	return r < 0 ? svf_errmsg_set(err, r, "%s: cannot plan its change: %s", wanted->pf,
				      strerror(-r))
		     : 0;
}

static bool takes_away(const struct svf_step *step)
{
	return step->kind == SVF_STEP_DEL || step->kind == SVF_STEP_DOWN;
}

/* Stable: what takes away moves behind, one by one. */
void svf_plan_sort(struct svf_plan *plan)
{
	size_t left = plan->n;

	for (size_t i = 0; left > 0; left--) {
		struct svf_step step = plan->steps[i];

		if (!takes_away(&step)) {
			i++;
			continue;
		}
		memmove(&plan->steps[i], &plan->steps[i + 1],
			(plan->n - i - 1) * sizeof(plan->steps[0]));
		plan->steps[plan->n - 1] = step;
	}
}

/* --- as text --- */

typedef int (*line_fn)(const struct svf_step *step, const char *line, void *arg);

static int for_vfs(const struct svf_step *step, const char *verb, line_fn fn, void *arg)
{
	char line[64];
	int r = 0;

	for (unsigned int vf = 0; vf < SVF_UP_MAX_VFS && !r; vf++) {
		if (!svf_vf_set_has(&step->vfs, vf))
			continue;
		(void)snprintf(line, sizeof(line), "%s %s vf %u", verb, step->pf, vf);
		r = fn(step, line, arg);
	}
	return r;
}

static int for_line(const struct svf_step *step, line_fn fn, void *arg)
{
	svf_cleanup(mem) char *line = NULL;
	size_t size;

	FILE *out = open_memstream(&line, &size);
	if (!out)
		return -ENOMEM;
	if (step->kind == SVF_STEP_UP) {
		fprintf(out, "up %s --vfs %u", step->pf, step->args.vfs);
		svf_setup_options_say(&step->args, out);
	} else if (step->kind == SVF_STEP_DOWN) {
		fprintf(out, "down %s", step->pf);
	} else if (step->vf == SVF_PF_ID) {
		fprintf(out, "set %s%s", step->pf, step->words);
	} else {
		fprintf(out, "set %s vf %u%s", step->pf, step->vf, step->words);
	}
	return fclose(out) == EOF ? -ENOMEM : fn(step, line, arg);
}

static int for_lines(const struct svf_plan *plan, line_fn fn, void *arg)
{
	int r = 0;

	for (size_t i = 0; i < plan->n && !r; i++) {
		const struct svf_step *step = &plan->steps[i];

		if (step->kind == SVF_STEP_ADD || step->kind == SVF_STEP_DEL)
			r = for_vfs(step, step->kind == SVF_STEP_ADD ? "add" : "del", fn, arg);
		else
			r = for_line(step, fn, arg);
	}
	return r;
}

static int print_line(const struct svf_step *step, const char *line, void *arg)
{
	(void)step;
	fprintf(arg, "%s\n", line);
	return 0;
}

void svf_plan_show(FILE *out, const struct svf_plan *plan)
{
	(void)for_lines(plan, print_line, out);
}

static int add_line(const struct svf_step *step, const char *line, void *arg)
{
	return json_array_append_new(arg, json_pack("{s:s, s:s}", "pf", step->pf, "command", line));
}

json_t *svf_plan_to_json(const struct svf_plan *plan)
{
	json_t *array = json_array();

	if (array && for_lines(plan, add_line, array) < 0) {
		json_decref(array);
		array = NULL;
	}
	return array;
}
