// SPDX-License-Identifier: GPL-2.0-only
/*
 * `svf-loader export`, `diff`, `apply` and `save`: PFs as files say. `apply` says nothing when it
 * worked; what it comes to `diff` and --dry-run tell.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <svf/cleanup.h>

#include "cmd.h"
#include "cmd_state.h"
#include "converge.h"
#include "json.h"
#include "saved.h"
#include "vfinfo.h"

#define EXPORT_INDENT 2
#define PRETTY_INDENT 4 /* as ip -p */

#define usage_error(err, ...) svf_errmsg_exit_set(err, SVF_EXIT_USAGE, -EINVAL, __VA_ARGS__)

SVF_DEFINE_CLEANUP(names, char **, svf_pf_list_free(val_), NULL)

/* --- what the commands have in common --- */

int svf_state_take_file(struct svf_cli *cli, const char **ret_file, struct svf_errmsg *err)
{
	if (cli->n_words == 0)
		return usage_error(err, "%s: which file? svf-loader %s %s", cli->command->name,
				   cli->command->name, cli->command->operands);
	*ret_file = cli->words[0];
	cli->words++;
	cli->n_words--;
	return svf_cli_end(cli, err);
}

static int compare(const void *a, const void *b)
{
	const struct svf_target *left = *(struct svf_target *const *)a;
	const struct svf_target *right = *(struct svf_target *const *)b;

	return strcmp(left->pf, right->pf);
}

/* In one order, whatever the file's: two that lock the same PFs do not wait for each other. */
int svf_state_lock(const struct svf_cli *cli, struct svf_converge *converge, bool look,
		   struct svf_errmsg *err)
{
	struct svf_target **order = calloc(converge->n + 1, sizeof(*order));
	int r = order ? 0 : svf_errmsg_set(err, -ENOMEM, "out of memory");

	for (unsigned int i = 0; i < converge->n && !r; i++)
		order[i] = &converge->targets[i];
	if (!r)
		qsort(order, converge->n, sizeof(*order), compare);
	for (unsigned int i = 0; i < converge->n && !r; i++) {
		struct svf_target *t = order[i];

		if (look)
			r = svf_cmd_lock_within(cli, t->pf, SVF_TIMEOUT_DEFAULT_S, &t->paths,
						&t->lock_fd, err);
		else
			r = svf_cmd_lock(cli, t->pf, &t->paths, &t->lock_fd, err);
	}
	free(order);
	return r;
}

int svf_state_prepare(const struct svf_cli *cli, struct svf_converge *converge,
		      struct svf_errmsg *err)
{
	int r = svf_converge_repair(converge, err);

	if (!r)
		r = svf_converge_plan(converge, err);
	if (!r && !svf_cli_has(cli, SVF_OPTION_FORCE))
		r = svf_plan_check_holders(&converge->plan, err);
	return r;
}

/* --- export, save --- */

/* The PF that is named, or all that are up. */
static int list_pfs(struct svf_cli *cli, char ***ret_names, struct svf_errmsg *err)
{
	const char *pf = NULL;
	int r = 0;

	if (cli->n_words > 0)
		r = svf_cli_take_pf(cli, &pf, err);
	if (!r)
		r = svf_cli_end(cli, err);
	if (!r)
		r = svf_cmd_require_root(cli, err);
	if (r < 0 || !pf)
		return r < 0 ? r : svf_pf_list(ret_names, err);
	svf_cleanup(names) char **names = calloc(2, sizeof(*names));
	if (!names)
		return -ENOMEM;
	names[0] = strdup(pf);
	if (!names[0])
		return -ENOMEM;
	*ret_names = TAKE_PTR(names);
	return 0;
}

/* Under its lock: not the middle of a change. */
static int export_pf(const struct svf_cli *cli, const char *pf, json_t *array,
		     struct svf_errmsg *err)
{
	svf_cleanup(setup) struct svf_setup *setup = NULL;
	struct svf_paths paths;
	int r;

	svf_cleanup(fd) int lock_fd = -1;
	r = svf_cmd_lock_within(cli, pf, SVF_TIMEOUT_DEFAULT_S, &paths, &lock_fd, err);
	if (r < 0)
		return r;
	r = svf_setup_read(&setup, pf, err);
	svf_state_tidy(&paths);
	if (r < 0)
		return r;
	if (json_array_append_new(array, svf_setup_to_json(setup)) < 0)
		return svf_errmsg_set(err, -ENOMEM, "%s: out of memory", pf);
	return 0;
}

int svf_cmd_export(struct svf_cli *cli, struct svf_errmsg *err)
{
	svf_cleanup(names) char **names = NULL;
	svf_cleanup(json) json_t *array = json_array();
	int r = list_pfs(cli, &names, err);

	for (char **name = names; !r && *name; name++)
		r = export_pf(cli, *name, array, err);
	if (r < 0)
		return r;
	svf_cleanup(json) json_t *json = svf_setups_to_json(TAKE_PTR(array));
	if (!json)
		return svf_errmsg_set(err, -ENOMEM, "export: out of memory");
	(void)json_dumpf(json, stdout, JSON_INDENT(EXPORT_INDENT));
	printf("\n");
	return 0;
}

int svf_cmd_save(struct svf_cli *cli, struct svf_errmsg *err)
{
	svf_cleanup(names) char **names = NULL;
	int r = list_pfs(cli, &names, err);

	for (char **name = names; !r && *name; name++) {
		struct svf_paths paths;
		svf_cleanup(fd) int lock_fd = -1;

		r = svf_cmd_lock(cli, *name, &paths, &lock_fd, err);
		if (!r)
			r = svf_saved_write(*name, err);
		if (lock_fd >= 0)
			svf_state_tidy(&paths);
	}
	return r;
}

/* --- diff, apply --- */

static int show_plan(const struct svf_cli *cli, const struct svf_plan *plan, struct svf_errmsg *err)
{
	const size_t flags =
		svf_cli_has(cli, SVF_OPTION_PRETTY) ? JSON_INDENT(PRETTY_INDENT) : JSON_COMPACT;

	if (!svf_cli_has(cli, SVF_OPTION_JSON)) {
		svf_plan_show(stdout, plan);
		return 0;
	}
	svf_cleanup(json) json_t *json = svf_plan_to_json(plan);
	if (!json)
		return svf_errmsg_set(err, -ENOMEM, "%s: out of memory", cli->command->name);
	(void)json_dumpf(json, stdout, flags);
	printf("\n");
	return 0;
}

static int find_difference(const struct svf_cli *cli, struct svf_converge *converge,
			   struct svf_errmsg *err)
{
	int r = svf_state_lock(cli, converge, true, err);

	if (!r)
		r = svf_converge_plan(converge, err);
	return r < 0 ? r : show_plan(cli, &converge->plan, err);
}

int svf_cmd_diff(struct svf_cli *cli, struct svf_errmsg *err)
{
	struct svf_converge converge = {};
	const char *file;
	int r = svf_state_take_file(cli, &file, err);

	if (!r)
		r = svf_converge_init(&converge, file, err);
	if (!r)
		r = find_difference(cli, &converge, err);
	if (!r && converge.plan.n)
		err->exit = SVF_EXIT_DIFFERS; /* and no text: nothing failed */
	svf_converge_done(&converge);
	return r;
}

static int apply(const struct svf_cli *cli, struct svf_converge *converge, struct svf_errmsg *err)
{
	int r = svf_state_lock(cli, converge, false, err);

	if (!r)
		r = svf_state_prepare(cli, converge, err);
	if (!r)
		r = svf_converge_run(converge, err);
	for (unsigned int i = 0; i < converge->n && !r; i++)
		if (svf_cli_has(cli, SVF_OPTION_SAVE))
			r = svf_saved_write(converge->targets[i].pf, err);
	return r;
}

int svf_cmd_apply(struct svf_cli *cli, struct svf_errmsg *err)
{
	struct svf_converge converge = {};
	const char *file;
	int r = svf_state_take_file(cli, &file, err);

	if (!r)
		r = svf_converge_init(&converge, file, err);
	if (!r)
		r = svf_cli_has(cli, SVF_OPTION_DRY_RUN) ? find_difference(cli, &converge, err)
							 : apply(cli, &converge, err);
	svf_converge_done(&converge);
	return r;
}
