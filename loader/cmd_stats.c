// SPDX-License-Identifier: GPL-2.0-only
/*
 * `svf-loader stats`: counters of wire, host and VFs with the reasons of drops, once or at an
 * interval; --reset sets a mark to count from; --check proves that they add up. Takes no lock.
 */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "account.h"
#include "cmd.h"
#include "interrupt.h"
#include "pf_open.h"
#include "stats.h"

#define JSON_PRETTY_INDENT 4 /* as ip -p */
#define NS_PER_S	   1e9

SVF_DEFINE_CLEANUP(json, json_t *, json_decref(val_), NULL)
struct request {
	const char *pf;
	bool json, pretty, check, reset, raw, details;
	unsigned int watch_s; /* 0: once */
	struct svf_stats_options options;
};

static int parse_request(struct svf_cli *cli, struct request *ret_request, struct svf_errmsg *err)
{
	struct request request = {
		.json = svf_cli_has(cli, SVF_OPTION_JSON),
		.pretty = svf_cli_has(cli, SVF_OPTION_PRETTY),
		.check = svf_cli_has(cli, SVF_OPTION_CHECK),
		.reset = svf_cli_has(cli, SVF_OPTION_RESET),
		.raw = svf_cli_has(cli, SVF_OPTION_RAW),
		.details = svf_cli_has(cli, SVF_OPTION_DETAILS),
		.options.vf = SVF_STATS_ALL,
	};
	unsigned int vf;
	int r = svf_cli_get_number(cli, SVF_OPTION_WATCH, &request.watch_s, err);

	if (!r)
		r = svf_cli_take_pf(cli, &request.pf, err);
	if (!r && cli->n_words > 0) {
		r = svf_cli_take_vf(cli, request.pf, &vf, err);
		request.options.vf = r < 0 ? SVF_STATS_ALL : (int)vf;
	}
	if (!r)
		r = svf_cli_end(cli, err);
	if (!r && request.check + request.reset + (request.watch_s > 0) > 1)
		r = svf_errmsg_exit_set(err, SVF_EXIT_USAGE, -EINVAL,
					"stats: --check, --reset and --watch exclude each other");
	*ret_request = request;
	return r;
}

static int cannot_write(struct svf_errmsg *err)
{
	return svf_errmsg_set(err, -EIO, "cannot write output");
}

/* Takes over json. */
static int print_json(json_t *made, const struct request *request, struct svf_errmsg *err)
{
	svf_cleanup(json) json_t *json = made;

	if (!json)
		return -ENOMEM;
	if (json_dumpf(json, stdout,
		       request->pretty ? JSON_INDENT(JSON_PRETTY_INDENT) : JSON_COMPACT) < 0 ||
	    putchar('\n') < 0)
		return cannot_write(err);
	return 0;
}

static int take(const struct svf_open_pf *open, const struct request *request,
		struct svf_snapshot *ret_snapshot, struct svf_errmsg *err)
{
	int r = svf_snapshot_take(ret_snapshot, open->nl, open->sorter, &open->state);

	if (r < 0)
		return svf_errmsg_set(err, r, "%s: cannot read its counters: %s", request->pf,
				      strerror(-r));
	/* what `up` knew it as, and all commands do */
	(void)snprintf(ret_snapshot->pf, sizeof(ret_snapshot->pf), "%s", request->pf);
	if (request->options.vf == SVF_STATS_ALL ||
	    svf_snapshot_find(ret_snapshot, (uint16_t)request->options.vf))
		return 0;
	r = svf_vf_set_refuse(&open->state.vfs, request->pf, (unsigned int)request->options.vf,
			      err);
	svf_snapshot_done(ret_snapshot);
	return r;
}

/* --- once --- */

static int show(const struct svf_open_pf *open, const struct request *request,
		struct svf_snapshot *snapshot, struct svf_errmsg *err)
{
	int r = request->raw ? 0 : svf_snapshot_apply_reset(&open->paths, snapshot, err);

	if (r < 0)
		return r;
	if (!request->json) {
		svf_stats_text(stdout, snapshot, &request->options);
		return 0;
	}
	return print_json(json_pack("[o]", svf_stats_json(snapshot, &request->options)), request,
			  err);
}

static int run_once(const struct svf_open_pf *open, const struct request *request,
		    struct svf_errmsg *err)
{
	struct svf_snapshot snapshot;
	int r = take(open, request, &snapshot, err);

	if (r < 0)
		return r;
	if (request->reset)
		r = svf_snapshot_reset(&open->paths, &snapshot, request->options.vf, err);
	else
		r = show(open, request, &snapshot, err);
	svf_snapshot_done(&snapshot);
	return r;
}

/* --- at an interval --- */

/* Sleeps; true if a signal asks us to end. */
static bool wait_interval(const struct request *request)
{
	const struct timespec interval = { .tv_sec = request->watch_s };
	sigset_t set;
	int got;

	svf_interrupt_set(&set);
	got = sigtimedwait(&set, NULL, &interval);
	return got > 0;
}

/* What came since `before`, per second; `before` becomes the new snapshot. */
static int show_rates(const struct request *request, struct svf_snapshot *before,
		      struct svf_snapshot *now, struct svf_errmsg *err)
{
	struct svf_stats_options options = request->options;
	struct svf_snapshot difference = *now;
	int r = 0;

	options.seconds = (double)(now->mono_ns - before->mono_ns) / NS_PER_S;
	difference.stations = malloc(now->n_stations * sizeof(*now->stations));
	if (!difference.stations)
		return -ENOMEM;
	memcpy(difference.stations, now->stations, now->n_stations * sizeof(*now->stations));
	svf_snapshot_subtract(&difference, before);
	if (request->json)
		r = print_json(svf_stats_json(&difference, &options), request, err);
	else
		svf_stats_text(stdout, &difference, &options);
	svf_snapshot_done(&difference);
	svf_snapshot_done(before);
	*before = *now;
	*now = (struct svf_snapshot){};
	return r < 0 || fflush(stdout) == 0 ? r : cannot_write(err);
}

static int run_watch(const struct svf_open_pf *open, const struct request *request,
		     struct svf_errmsg *err)
{
	struct svf_snapshot before, now = {};
	int r;

	svf_interrupt_block();
	r = take(open, request, &before, err);
	if (r < 0)
		return r;
	while (!r && !wait_interval(request)) {
		r = take(open, request, &now, err);
		if (!r)
			r = show_rates(request, &before, &now, err);
	}
	svf_snapshot_done(&before);
	svf_snapshot_done(&now);
	return r;
}

/* --- the check --- */

static int tell_wrong(const char *pf, const struct svf_account_result *result,
		      struct svf_errmsg *err)
{
	unsigned int i = 0, more = 0;
	char station[16];

	while (i < result->account.n && !result->wrong[i])
		i++;
	for (unsigned int n = i + 1; n < result->account.n; n++)
		more += result->wrong[n];
	svf_account_format_station(station, result->account.equations[i].station);
	return svf_errmsg_exit_set(err, SVF_EXIT_REFUSED, -EBADMSG,
				   "%s: the counters do not add up: %s: %s, and %u more", pf,
				   station, result->account.equations[i].name, more);
}

static int run_check(const struct svf_open_pf *open, const struct request *request,
		     struct svf_errmsg *err)
{
	struct svf_account_result result;
	int r = svf_account_check(&result, &open->paths, open->nl, open->sorter, &open->state);

	if (r < 0)
		return svf_errmsg_set(err, r, "%s: cannot read its counters: %s", request->pf,
				      strerror(-r));
	if (request->json)
		r = print_json(svf_account_json(request->pf, &result), request, err);
	else
		svf_account_text(stdout, request->pf, &result, request->details);
	if (!r && result.verdict == SVF_ACCOUNT_WRONG)
		r = tell_wrong(request->pf, &result, err);
	svf_account_result_done(&result);
	return r;
}

int svf_cmd_stats(struct svf_cli *cli, struct svf_errmsg *err)
{
	struct svf_open_pf open;
	struct request request;
	int r = parse_request(cli, &request, err);

	if (!r)
		r = svf_cmd_require_root(cli, err);
	if (r < 0)
		return r;
	r = svf_open_pf_init(&open, request.pf, err);
	if (!r && request.check)
		r = run_check(&open, &request, err);
	else if (!r && request.watch_s)
		r = run_watch(&open, &request, err);
	else if (!r)
		r = run_once(&open, &request, err);
	svf_open_pf_done(&open);
	return r;
}
