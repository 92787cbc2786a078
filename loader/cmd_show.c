// SPDX-License-Identifier: GPL-2.0-only
/*
 * `svf-loader show`: print PFs and their VFs. Takes no lock: a snapshot may be of the
 * middle of another command. Where one of several PFs cannot be read, the others are
 * printed and the failure is told.
 */
#include <errno.h>
#include <stdio.h>

#include "cmd.h"
#include "show.h"
#include "vfinfo.h"

#define JSON_PRETTY_INDENT 4 /* as ip -p */

SVF_DEFINE_CLEANUP(json, json_t *, json_decref(val_), NULL)
SVF_DEFINE_CLEANUP(pf_names, char **, svf_pf_list_free(val_), NULL)

struct request {
	const char *pf; /* NULL: all */
	bool json, pretty;
	struct svf_show_options options;
};

static int parse_request(struct svf_cli *cli, struct request *ret_request, struct svf_errmsg *err)
{
	struct request request = {
		.json = svf_cli_has(cli, SVF_OPTION_JSON),
		.pretty = svf_cli_has(cli, SVF_OPTION_PRETTY),
		.options = {
			.stats = svf_cli_has(cli, SVF_OPTION_STATS),
			.details = svf_cli_has(cli, SVF_OPTION_DETAILS),
			.vf = SVF_SHOW_ALL_VFS,
		},
	};
	unsigned int vf;
	int r;

	if (cli->n_words > 0) {
		r = svf_cli_take_pf(cli, &request.pf, err);
		if (r < 0)
			return r;
	}
	if (cli->n_words > 0) {
		r = svf_cli_take_vf(cli, request.pf, &vf, err);
		if (r < 0)
			return r;
		request.options.vf = (int)vf;
	}
	*ret_request = request;
	return svf_cli_end(cli, err);
}

/* Prints one PF, or adds it to array. */
static int show_pf(const char *pf, const struct request *request, json_t *array,
		   struct svf_errmsg *err)
{
	int r;

	svf_cleanup(pf_info) struct svf_pf_info *info = NULL;
	r = svf_pf_info_new(&info, pf, err);
	if (r < 0)
		return r;
	if (request->options.vf != SVF_SHOW_ALL_VFS &&
	    (unsigned int)request->options.vf >= info->n_vfs)
		return svf_errmsg_exit_set(err, SVF_EXIT_NOT_FOUND, -ENOENT,
					   "%s: vf %d: no such VF, there are 0-%u", pf,
					   request->options.vf, info->n_vfs - 1);
	if (request->json || request->options.details)
		r = svf_pf_info_find_owners(info, err);
	if (r < 0)
		return r;
	if (!request->json) {
		svf_show_text(stdout, info, &request->options);
		return 0;
	}
	if (json_array_append_new(array, svf_show_json(info, &request->options)) < 0)
		return -ENOMEM;
	return 0;
}

static int show_all_pfs(const struct request *request, json_t *array, struct svf_errmsg *err)
{
	int first = 0, r;

	svf_cleanup(pf_names) char **names = NULL;
	r = svf_pf_list(&names, err);
	if (r < 0)
		return r;
	for (char **name = names; *name; name++) {
		r = show_pf(*name, request, array, err);
		if (r < 0 && first == 0)
			first = r;
	}
	return first;
}

int svf_cmd_show(struct svf_cli *cli, struct svf_errmsg *err)
{
	struct request request;
	int r;

	r = parse_request(cli, &request, err);
	if (r < 0)
		return r;
	r = svf_cmd_require_root(cli, err);
	if (r < 0)
		return r;

	svf_cleanup(json) json_t *array = json_array();
	if (!array)
		return -ENOMEM;
	if (request.pf)
		r = show_pf(request.pf, &request, array, err);
	else
		r = show_all_pfs(&request, array, err);
	if (!request.json || (r < 0 && request.pf))
		return r;
	if (json_dumpf(array, stdout,
		       request.pretty ? JSON_INDENT(JSON_PRETTY_INDENT) : JSON_COMPACT) < 0 ||
	    putchar('\n') < 0)
		return r < 0 ? r : svf_errmsg_set(err, -EIO, "cannot write output");
	return r;
}
