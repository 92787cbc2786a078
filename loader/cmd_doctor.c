// SPDX-License-Identifier: GPL-2.0-only
/*
 * `svf-loader doctor`: all checks, of the machine and of one PF or all that are up. Takes no lock
 * and changes nothing. A PF that is not up is looked at as `up` would.
 */
#include <errno.h>
#include <string.h>

#include "cmd.h"
#include "doctor.h"
#include "json.h"
#include "pf_open.h"
#include "preflight.h"

#define JSON_PRETTY_INDENT 4 /* as ip -p */

SVF_DEFINE_CLEANUP(pf_names, char **, svf_pf_list_free(val_), NULL)

/* One PF's part of the checkup; the findings stay. */
static void forget_pf(struct svf_checkup *checkup)
{
	checkup->sorter = svf_sorter_free(checkup->sorter);
	checkup->info = svf_pf_info_free(checkup->info);
	checkup->pf = (struct svf_link){};
	checkup->broken = (struct svf_errmsg){};
	checkup->up = false;
}

static int find_pf(struct svf_checkup *checkup, const char *pf, struct svf_errmsg *err)
{
	int r = svf_paths_init(&checkup->paths, pf);

	if (!r)
		r = svf_state_load(&checkup->paths, &checkup->state, NULL);
	checkup->up = !r;
	if (checkup->up) /* by its number: it may have been renamed */
		r = svf_link_get(checkup->nl, SVF_NSID_SELF, checkup->state.pf_ifindex,
				 &checkup->pf, NULL);
	else
		r = svf_link_get_by_name(checkup->nl, pf, &checkup->pf, NULL);
	if (!r && !checkup->up)
		r = svf_pf_check_name(pf, checkup->pf.ifindex, err);
	if (r == -ENODEV && !checkup->up)
		return svf_errmsg_exit_set(err, SVF_EXIT_NOT_FOUND, r, "%s: no such netdev", pf);
	return r == -ENODEV ? 0 : r;
}

static void open_pf(struct svf_checkup *checkup, const char *pf)
{
	if (svf_pf_info_new(&checkup->info, pf, &checkup->broken) < 0)
		return;
	(void)svf_sorter_open(&checkup->sorter, &checkup->paths, NULL);
}

static int check_pf(struct svf_checkup *checkup, const char *pf, struct svf_errmsg *err)
{
	int r = find_pf(checkup, pf, err);

	if (r < 0)
		return svf_errmsg_set(err, r, "%s: cannot look at it: %s", pf, strerror(-r));
	if (checkup->up)
		open_pf(checkup, pf);
	else
		svf_preflight_assume(checkup);
	if (checkup->pf.ifindex)
		svf_checkup_run(checkup, SVF_SCOPE_PF, false);
	if (checkup->up) {
		svf_checkup_run(checkup, SVF_SCOPE_UP, false);
		svf_checkup_run(checkup, SVF_SCOPE_VF, false);
	}
	forget_pf(checkup);
	return 0;
}

static int check_all(struct svf_checkup *checkup, struct svf_errmsg *err)
{
	svf_cleanup(pf_names) char **names = NULL;
	int r = svf_pf_list(&names, NULL);

	/* A state that cannot be read is a finding: leftovers tells it. */
	for (char **name = names; !r && *name; name++)
		r = check_pf(checkup, *name, err);
	return r == -EBADMSG ? 0 : r;
}

static int print(const struct svf_cli *cli, const struct svf_checkup *checkup,
		 struct svf_errmsg *err)
{
	const size_t flags = svf_cli_has(cli, SVF_OPTION_PRETTY) ? JSON_INDENT(JSON_PRETTY_INDENT)
								 : JSON_COMPACT;

	if (!svf_cli_has(cli, SVF_OPTION_JSON)) {
		svf_checkup_text(stdout, checkup);
		return 0;
	}
	svf_cleanup(json) json_t *json = svf_checkup_json(checkup);
	if (!json)
		return -ENOMEM;
	if (json_dumpf(json, stdout, flags) < 0 || putchar('\n') < 0)
		return svf_errmsg_set(err, -EIO, "cannot write output");
	return 0;
}

static int check(struct svf_checkup *checkup, const char *pf, struct svf_errmsg *err)
{
	int r = svf_nl_new(&checkup->nl, err);

	if (r < 0)
		return r;
	svf_checkup_run(checkup, SVF_SCOPE_MACHINE, false);
	return pf ? check_pf(checkup, pf, err) : check_all(checkup, err);
}

int svf_cmd_doctor(struct svf_cli *cli, struct svf_errmsg *err)
{
	struct svf_checkup checkup = { .root = "" };
	const char *pf = NULL;
	int r = cli->n_words > 0 ? svf_cli_take_pf(cli, &pf, err) : 0;

	if (!r)
		r = svf_cli_end(cli, err);
	if (!r)
		r = svf_cmd_require_root(cli, err);
	if (!r)
		r = check(&checkup, pf, err);
	if (!r)
		r = print(cli, &checkup, err);
	if (!r)
		err->exit = svf_health_exit(svf_checkup_verdict(&checkup));
	svf_checkup_done(&checkup);
	checkup.nl = svf_nl_free(checkup.nl);
	return r;
}
