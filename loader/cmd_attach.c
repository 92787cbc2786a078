// SPDX-License-Identifier: GPL-2.0-only
/*
 * `svf-loader attach` and `detach`: a VF to a container and back. They say nothing when it worked,
 * as ip does; `attach -j` prints what was done, which is how a script learns what `any` was.
 */
#include <errno.h>
#include <stdio.h>

#include <svf/log.h>

#include "attach.h"
#include "cmd.h"
#include "json.h"
#include "macaddr.h"

#define JSON_PRETTY_INDENT 4 /* as ip -p */

static json_t *make_list(const struct svf_inet *inets, unsigned int n)
{
	svf_cleanup(json) json_t *array = json_array();
	char text[SVF_INET_TEXT_MAX];

	if (!array)
		return NULL;
	for (unsigned int i = 0; i < n; i++) {
		svf_inet_format(text, &inets[i]);
		if (json_array_append_new(array, json_string(text)) < 0)
			return NULL;
	}
	return TAKE_PTR(array);
}

static json_t *make_report(const struct svf_attach_request *request,
			   const struct svf_attach_report *report)
{
	char mac[SVF_MAC_TEXT_MAX];

	svf_mac_format(mac, report->mac);
	return json_pack("[{s:s, s:i, s:s, s:I, s:s, s:i, s:s, s:i, s:o, s:o, s:b, s:b}]", "pf",
			 request->pf, "vf", (int)report->vf, "netns", request->netns, "netns_inode",
			 (json_int_t)report->netns_inode, "ifname", report->ifname, "ifindex",
			 report->ifindex, "address", mac, "mtu", (int)report->mtu, "addresses",
			 make_list(request->addresses, request->n_addresses), "gateways",
			 make_list(request->gateways, request->n_gateways), "carrier",
			 report->carrier, "announced", report->carrier && request->n_addresses);
}

static int print_report(const struct svf_cli *cli, const struct svf_attach_request *request,
			const struct svf_attach_report *report, struct svf_errmsg *err)
{
	const bool pretty = svf_cli_has(cli, SVF_OPTION_PRETTY);

	svf_cleanup(json) json_t *array = make_report(request, report);
	if (!array)
		return svf_errmsg_set(err, -ENOMEM,
				      "attach: %s: is done, but cannot be told in "
				      "JSON",
				      request->pf);
	if (json_dumpf(array, stdout, pretty ? JSON_INDENT(JSON_PRETTY_INDENT) : JSON_COMPACT) <
		    0 ||
	    putchar('\n') < 0)
		return svf_errmsg_set(err, -EIO, "cannot write output");
	return 0;
}

int svf_cmd_attach(struct svf_cli *cli, struct svf_errmsg *err)
{
	struct svf_attach_request request;
	struct svf_attach_report report;
	struct svf_paths paths;
	int r = svf_attach_parse(cli, &request, err);

	if (r < 0)
		return r;
	svf_cleanup(fd) int lock_fd = -1;
	r = svf_cmd_lock(cli, request.pf, &paths, &lock_fd, err);
	if (r < 0)
		return r;
	r = svf_attach(&request, &report, err);
	svf_state_tidy(&paths); /* where no PF is up, the lock has made the directory */
	if (r < 0)
		return r;
	if (!report.carrier)
		svf_warning(
			"%s: vf %u: is attached, but has no link: `svf-loader -d show %s` tells "
			"its state and the PF's carrier",
			request.pf, report.vf, request.pf);
	return svf_cli_has(cli, SVF_OPTION_JSON) ? print_report(cli, &request, &report, err) : 0;
}

int svf_cmd_detach(struct svf_cli *cli, struct svf_errmsg *err)
{
	struct svf_paths paths;
	unsigned int vf;
	const char *pf;
	int r = svf_cli_take_pf(cli, &pf, err);

	if (!r)
		r = svf_cli_take_vf(cli, pf, &vf, err);
	if (!r)
		r = svf_cli_end(cli, err);
	if (r < 0)
		return r;
	svf_cleanup(fd) int lock_fd = -1;
	r = svf_cmd_lock(cli, pf, &paths, &lock_fd, err);
	if (r < 0)
		return r;
	r = svf_detach(pf, vf, err);
	svf_state_tidy(&paths);
	return r;
}
