// SPDX-License-Identifier: GPL-2.0-only
/*
 * The part of `show` that is ip's: what it prints of the PF, asked for with the options that we
 * were given. Without it nothing is shown: half an answer would be taken for a whole one.
 */
#include <errno.h>
#include <string.h>

#include "ip_run.h"
#include "show.h"

#define WORDS_MAX 12

int svf_show_ask_ip(struct svf_pf_info *info, const struct svf_show_options *options, bool json,
		    struct svf_errmsg *err)
{
	const char *name = info->present_name[0] ? info->present_name : info->name;
	const char *argv[WORDS_MAX] = { "ip" };
	int n = 1, status = 0, r;

	if (options->stats)
		argv[n++] = "-s";
	if (options->details)
		argv[n++] = "-d";
	if (options->brief)
		argv[n++] = "-br";
	if (options->oneline)
		argv[n++] = "-o";
	argv[n++] = json ? "-j" : options->color ? "-c=always" : "-c=never";
	argv[n++] = "link";
	argv[n++] = "show";
	argv[n++] = "dev";
	argv[n++] = name;

	r = svf_ip_capture((char *const *)argv, &info->ip, &status, err);
	if (r < 0)
		return r;
	if (status != 0)
		return svf_errmsg_set(err, -EIO, "%s: `ip link show dev %s` failed: exit status %d",
				      info->name, name, status);
	return 0;
}
