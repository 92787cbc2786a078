// SPDX-License-Identifier: GPL-2.0-only
/*
 * `svf-loader numvfs`, `add`, `del` and `reset`: which VFs a PF has, changed while it is up. They
 * say nothing when they worked, but for what was asked: the number of VFs, the name of a VF whose
 * number was not given.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <svf/cleanup.h>

#include "cmd.h"
#include "names.h"
#include "parse.h"
#include "pf_open.h"
#include "vf_reset.h"
#include "vfs.h"

#define usage_error(err, ...) svf_errmsg_exit_set(err, SVF_EXIT_USAGE, -EINVAL, __VA_ARGS__)

/* A command at work on one PF: holds its lock, then what is read of it. */
struct work {
	struct svf_cli *cli;
	const char *name;
	int lock_fd; /* owned, -1: none */
	struct svf_open_pf pf;
};

static int open_work(struct work *work, struct svf_errmsg *err)
{
	struct svf_paths paths;
	int r = svf_cmd_lock(work->cli, work->name, &paths, &work->lock_fd, err);

	if (!r)
		r = svf_open_pf_init(&work->pf, work->name, err);
	if (r < 0)
		svf_state_tidy(&paths);
	if (!r && !work->pf.state.complete)
		return svf_errmsg_exit_set(err, SVF_EXIT_NOT_FOUND, -ENODEV,
					   "%s: is half up: `svf-loader down %s` clears up",
					   work->name, work->name);
	if (!r && work->pf.state.changing)
		return svf_errmsg_exit_set(
			err, SVF_EXIT_BUSY, -EBUSY,
			"%s: a change of its VFs was cut short: `svf-loader up %s --vfs %u` ends it",
			work->name, work->name, svf_vf_set_count(&work->pf.state.vfs));
	return r;
}

static void close_work(struct work *work)
{
	svf_open_pf_done(&work->pf);
	if (work->lock_fd >= 0)
		(void)close(work->lock_fd);
}

/* Those that go must be nobody's, unless --force. */
static int set_vfs(struct work *work, const struct svf_vf_set *wanted, struct svf_errmsg *err)
{
	const struct svf_vf_set goes = svf_vf_set_minus(&work->pf.state.vfs, wanted);
	int r = 0;

	if (!svf_cli_has(work->cli, SVF_OPTION_FORCE))
		r = svf_vfs_check_free(&work->pf, &goes, err);
	return r < 0 ? r : svf_vfs_set(&work->pf, wanted, err);
}

/* --- numvfs --- */

static int change_number(struct work *work, unsigned int number, struct svf_errmsg *err)
{
	struct svf_vf_set wanted = work->pf.state.vfs;
	const unsigned int now = svf_vf_set_count(&wanted);

	if (number == now)
		return 0;
	if (svf_cli_has(work->cli, SVF_OPTION_STRICT_SRIOV) && number && now)
		return svf_errmsg_exit_set(
			err, SVF_EXIT_BUSY, -EBUSY,
			"%s: %u VFs already enabled. Disable before enabling %u VFs", work->name,
			now, number);
	svf_vf_set_resize(&wanted, number);
	return set_vfs(work, &wanted, err);
}

static int show_number(const char *name, struct svf_errmsg *err)
{
	struct svf_open_pf pf;
	int r = svf_open_pf_init(&pf, name, err);

	if (!r)
		printf("%u\n", svf_vf_set_count(&pf.state.vfs));
	svf_open_pf_done(&pf);
	return r;
}

int svf_cmd_numvfs(struct svf_cli *cli, struct svf_errmsg *err)
{
	struct work work = { .cli = cli, .lock_fd = -1 };
	const char *word = NULL;
	unsigned int number = 0;
	int r = svf_cli_take_pf(cli, &work.name, err);

	if (!r && cli->n_words > 0) {
		word = cli->words[0];
		cli->words++;
		cli->n_words--;
		r = svf_cli_end(cli, err);
	}
	if (!r && word && svf_parse_number(word, 0, SVF_UP_MAX_VFS, &number) < 0)
		r = usage_error(err, "numvfs: %s: %s: must be a number from 0 to %u", work.name,
				word, SVF_UP_MAX_VFS);
	if (!r && !word) {
		r = svf_cmd_require_root(cli, err);
		return r < 0 ? r : show_number(work.name, err);
	}
	if (!r)
		r = open_work(&work, err);
	if (!r)
		r = change_number(&work, number, err);
	close_work(&work);
	return r;
}

/* --- one VF --- */

/* PF, and `vf N`; without, where that is allowed, *ret_vf is SVF_PF_ID. */
static int take_operands(struct work *work, bool may_lack, unsigned int *ret_vf,
			 struct svf_errmsg *err)
{
	struct svf_cli *cli = work->cli;
	int r = svf_cli_take_pf(cli, &work->name, err);

	*ret_vf = SVF_PF_ID;
	if (!r && (cli->n_words > 0 || !may_lack))
		r = svf_cli_take_vf(cli, work->name, ret_vf, err);
	if (!r)
		r = svf_cli_end(cli, err);
	if (!r && *ret_vf != SVF_PF_ID && *ret_vf >= SVF_UP_MAX_VFS)
		r = usage_error(err, "%s: %s: vf %u: must be a number from 0 to %u",
				cli->command->name, work->name, *ret_vf, SVF_UP_MAX_VFS - 1);
	return r;
}

static int add(struct work *work, unsigned int vf, struct svf_errmsg *err)
{
	struct svf_vf_set wanted = work->pf.state.vfs;
	const bool chosen = vf == SVF_PF_ID;
	struct svf_name name;
	int r;

	if (chosen)
		vf = svf_vf_set_first_free(&wanted);
	if (vf >= SVF_UP_MAX_VFS)
		return svf_errmsg_set(err, -ENOSPC, "%s: has %u VFs already, which is the maximum",
				      work->name, SVF_UP_MAX_VFS);
	if (svf_vf_set_has(&wanted, vf))
		return svf_errmsg_set(err, -EEXIST, "%s: vf %u: is there already", work->name, vf);
	svf_vf_set_add(&wanted, vf);
	r = svf_vfs_set(&work->pf, &wanted, err);
	if (r < 0 || !chosen)
		return r;
	svf_name_format(&name, work->name, SVF_NAME_VF, vf);
	printf("vf %u: %s\n", vf, name.name);
	return 0;
}

int svf_cmd_add(struct svf_cli *cli, struct svf_errmsg *err)
{
	struct work work = { .cli = cli, .lock_fd = -1 };
	unsigned int vf;
	int r = take_operands(&work, true, &vf, err);

	if (!r)
		r = open_work(&work, err);
	if (!r)
		r = add(&work, vf, err);
	close_work(&work);
	return r;
}

int svf_cmd_del(struct svf_cli *cli, struct svf_errmsg *err)
{
	struct work work = { .cli = cli, .lock_fd = -1 };
	struct svf_vf_set wanted;
	unsigned int vf;
	int r = take_operands(&work, false, &vf, err);

	if (!r)
		r = open_work(&work, err);
	if (!r && !svf_vf_set_has(&work.pf.state.vfs, vf))
		r = svf_vf_set_refuse(&work.pf.state.vfs, work.name, vf, err);
	if (!r) {
		wanted = work.pf.state.vfs;
		svf_vf_set_remove(&wanted, vf);
		r = set_vfs(&work, &wanted, err);
	}
	close_work(&work);
	return r;
}

int svf_cmd_reset(struct svf_cli *cli, struct svf_errmsg *err)
{
	struct work work = { .cli = cli, .lock_fd = -1 };
	unsigned int vf;
	int r = take_operands(&work, false, &vf, err);

	if (!r)
		r = open_work(&work, err);
	if (!r && !svf_vf_set_has(&work.pf.state.vfs, vf))
		r = svf_vf_set_refuse(&work.pf.state.vfs, work.name, vf, err);
	if (!r)
		r = svf_vf_reset(&work.pf, vf, err);
	close_work(&work);
	return r;
}
