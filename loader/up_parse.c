// SPDX-License-Identifier: GPL-2.0-only
/*
 * The command line of `up`. Checks what can be said without looking at the PF; defaults
 * that depend on the PF are pf.c's.
 */
#include <errno.h>

#include "cmd.h"
#include "parse.h"

#define usage_error(err, ...) svf_errmsg_exit_set(err, SVF_EXIT_USAGE, -EINVAL, __VA_ARGS__)

enum xdp_mode { XDP_MODE_NATIVE, XDP_MODE_SKB }; /* as in cli_table.c */

static int parse_vfs(const struct svf_cli *cli, const char *pf, struct svf_up_args *args,
		     struct svf_errmsg *err)
{
	int r;

	if (!svf_cli_has(cli, SVF_OPTION_VFS))
		return usage_error(err, "up: %s: how many VFs? svf-loader up %s --vfs N", pf, pf);
	if (svf_parse_number(cli->values[SVF_OPTION_VFS], 0, 0, &args->vfs) == 0)
		return usage_error(err, "up: %s: --vfs 0: to remove the VFs, `svf-loader down %s`",
				   pf, pf);

	r = svf_cli_get_number(cli, SVF_OPTION_VFS, &args->vfs, err);
	if (r < 0)
		return r;
	args->has_max_vfs = svf_cli_has(cli, SVF_OPTION_MAX_VFS);
	r = svf_cli_get_number(cli, SVF_OPTION_MAX_VFS, &args->max_vfs, err);
	if (r < 0)
		return r;
	if (args->has_max_vfs && args->max_vfs < args->vfs)
		return usage_error(err, "up: %s: --max-vfs %u is less than --vfs %u", pf,
				   args->max_vfs, args->vfs);
	return 0;
}

static int parse_rings(const struct svf_cli *cli, struct svf_up_args *args, struct svf_errmsg *err)
{
	int r;

	args->has_queues = svf_cli_has(cli, SVF_OPTION_QUEUES);
	r = svf_cli_get_number(cli, SVF_OPTION_QUEUES, &args->queues, err);
	if (r < 0)
		return r;
	args->has_ring_size = svf_cli_has(cli, SVF_OPTION_RING_SIZE);
	r = svf_cli_get_number(cli, SVF_OPTION_RING_SIZE, &args->ring_size, err);
	if (r < 0)
		return r;
	return 0;
}

static int parse_lane(const struct svf_cli *cli, struct svf_up_args *args, struct svf_errmsg *err)
{
	unsigned int lane = SVF_LANE_AFXDP, mode = XDP_MODE_NATIVE;
	int r;

	r = svf_cli_get_choice(cli, SVF_OPTION_LANE, &lane, err);
	if (r < 0)
		return r;
	r = svf_cli_get_choice(cli, SVF_OPTION_XDP_MODE, &mode, err);
	if (r < 0)
		return r;

	args->has_lane = svf_cli_has(cli, SVF_OPTION_LANE);
	args->lane = (uint8_t)lane;
	args->has_xdp_mode = svf_cli_has(cli, SVF_OPTION_XDP_MODE);
	args->skb_mode = mode == XDP_MODE_SKB;
	args->has_zero_copy = svf_cli_has(cli, SVF_OPTION_ZERO_COPY);
	args->zero_copy = args->has_zero_copy;
	args->no_flap = svf_cli_has(cli, SVF_OPTION_NO_FLAP);
	return 0;
}

int svf_up_check(const char *pf, const struct svf_up_args *args, struct svf_errmsg *err)
{
	if (args->has_ring_size && (args->ring_size & (args->ring_size - 1)))
		return usage_error(err, "up: %s: --ring-size %u: must be a power of two", pf,
				   args->ring_size);
	if (args->zero_copy && args->lane != SVF_LANE_AFXDP)
		return usage_error(err, "up: %s: --zero-copy needs --lane afxdp", pf);
	if (args->zero_copy && args->skb_mode)
		return usage_error(err, "up: %s: --zero-copy needs --xdp-mode native", pf);
	return 0;
}

static int parse_engines(const struct svf_cli *cli, struct svf_up_args *args,
			 struct svf_errmsg *err)
{
	unsigned int on = 1;
	int r = svf_cli_get_choice(cli, SVF_OPTION_ENGINES, &on, err);

	if (r < 0)
		return r;
	args->has_engines = svf_cli_has(cli, SVF_OPTION_ENGINES);
	args->engines_off = !on;
	return 0;
}

int svf_up_parse(struct svf_cli *cli, const char **ret_pf, struct svf_up_args *ret_args,
		 struct svf_errmsg *err)
{
	struct svf_up_args args = {};
	const char *pf;
	int r;

	r = svf_cli_take_pf(cli, &pf, err);
	if (r < 0)
		return r;
	r = svf_cli_end(cli, err);
	if (r < 0)
		return r;
	r = parse_vfs(cli, pf, &args, err);
	if (r < 0)
		return r;
	r = parse_rings(cli, &args, err);
	if (r < 0)
		return r;
	r = parse_lane(cli, &args, err);
	if (!r)
		r = svf_up_check(pf, &args, err);
	if (r < 0)
		return r;
	r = parse_engines(cli, &args, err);
	if (r < 0)
		return r;
	*ret_pf = pf;
	*ret_args = args;
	return 0;
}
