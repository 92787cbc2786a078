// SPDX-License-Identifier: GPL-2.0-only
/*
 * `svf-loader show`: print PFs and their VFs. Takes no lock: a snapshot may be of the
 * middle of another command. Where one of several PFs cannot be read, the others are
 * printed and the failure is told.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd.h"
#include "json.h"
#include "labels.h"
#include "show.h"
#include "vfinfo.h"

SVF_DEFINE_CLEANUP(pf_names, char **, svf_pf_list_free(val_), NULL)

struct request {
	const char *pf; /* NULL: all */
	bool json, pretty;
	struct svf_show_options options;
};

/* --color: "" (given without a word) is always. Nobody said: on a terminal, and as no-color.org
 * asks. */
static int parse_color(const struct svf_cli *cli, bool *ret_color, struct svf_errmsg *err)
{
	const char *no_color = getenv("NO_COLOR");
	unsigned int when = SVF_COLOR_AUTO;
	int r = 0;

	if (!svf_cli_has(cli, SVF_OPTION_COLOR)) {
		*ret_color = isatty(STDOUT_FILENO) && !(no_color && *no_color);
		return 0;
	}
	if (*cli->values[SVF_OPTION_COLOR])
		r = svf_cli_get_choice(cli, SVF_OPTION_COLOR, &when, err);
	else
		when = SVF_COLOR_ALWAYS;
	*ret_color = when == SVF_COLOR_ALWAYS || (when == SVF_COLOR_AUTO && isatty(STDOUT_FILENO));
	return r;
}

static int parse_request(struct svf_cli *cli, struct request *ret_request, struct svf_errmsg *err)
{
	struct request request = {
		.json = svf_cli_has(cli, SVF_OPTION_JSON),
		.pretty = svf_cli_has(cli, SVF_OPTION_PRETTY),
		.options = {
			.stats = svf_cli_has(cli, SVF_OPTION_STATS),
			.details = svf_cli_has(cli, SVF_OPTION_DETAILS),
			.brief = svf_cli_has(cli, SVF_OPTION_BRIEF),
			.oneline = svf_cli_has(cli, SVF_OPTION_ONELINE),
			.vf = SVF_SHOW_ALL_VFS,
		},
	};
	unsigned int vf;
	int r = parse_color(cli, &request.options.color, err);

	if (r < 0)
		return r;
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
	    !svf_vf_set_has(&info->state.vfs, (unsigned int)request->options.vf))
		return svf_vf_set_refuse(&info->state.vfs, pf, (unsigned int)request->options.vf,
					 err);
	if (request->json || request->options.details)
		r = svf_pf_info_find_owners(info, err);
	if (!r)
		r = svf_show_ask_ip(info, &request->options, request->json, err);
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

int svf_show_pf_json(const char *pf, struct svf_errmsg *err)
{
	const struct request request = { .json = true, .options = { .vf = SVF_SHOW_ALL_VFS } };
	svf_cleanup(json) json_t *array = json_array();
	int r = array ? show_pf(pf, &request, array, err) : -ENOMEM;

	if (!r && svf_json_print(stdout, array, false) < 0)
		r = svf_errmsg_set(err, -EIO, "cannot write output");
	return r;
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
	if (svf_json_print(stdout, array, request.pretty) < 0)
		return r < 0 ? r : svf_errmsg_set(err, -EIO, "cannot write output");
	return r;
}
