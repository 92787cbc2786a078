// SPDX-License-Identifier: GPL-2.0-only
/*
 * `svf-loader top`: what passes now, on a terminal (top_screen.c) or, with -b or -j, block by block
 * to standard output. Takes no lock. A PF that goes down meanwhile is told, not a failure.
 */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cmd.h"
#include "interrupt.h"
#include "json.h"
#include "top_screen.h"
#include "top_take.h"
#include "top_view.h"

struct request {
	const char *pf; /* NULL: all */
	bool plain, json;
	unsigned int count; /* 0: without end */
	struct svf_top_state state;
};

static int parse_request(struct svf_cli *cli, struct request *ret_request, struct svf_errmsg *err)
{
	struct request request = {
		.plain = svf_cli_has(cli, SVF_OPTION_PLAIN),
		.json = svf_cli_has(cli, SVF_OPTION_JSON),
		.state.interval_s = 1,
	};
	unsigned int key = SVF_TOP_KEY_VF;
	int r = svf_cli_get_number(cli, SVF_OPTION_WATCH, &request.state.interval_s, err);

	if (!r)
		r = svf_cli_get_number(cli, SVF_OPTION_COUNT, &request.count, err);
	if (!r)
		r = svf_cli_get_choice(cli, SVF_OPTION_SORT, &key, err);
	if (!r && cli->n_words > 0)
		r = svf_cli_take_pf(cli, &request.pf, err);
	if (!r)
		r = svf_cli_end(cli, err);
	if (!r && !request.plain && !request.json &&
	    !(isatty(STDIN_FILENO) && isatty(STDOUT_FILENO)))
		r = svf_errmsg_exit_set(err, SVF_EXIT_USAGE, -ENOTTY,
					"top: this is no terminal: use -b for text, -j for JSON");
	request.state.order.key = (enum svf_top_key)key;
	*ret_request = request;
	return r;
}

/* --- block by block --- */

static int print_json(const struct svf_top_table *table)
{
	svf_cleanup(json) json_t *json = svf_top_json(table);

	if (!json)
		return -ENOMEM;
	return json_dumpf(json, stdout, JSON_COMPACT | JSON_REAL_PRECISION(9)) < 0 ||
			       putchar('\n') < 0
		       ? -EIO
		       : 0;
}

/* Prints what came between two samples. */
static int print(const struct request *request, const struct svf_top_sample *now,
		 const struct svf_top_sample *before, struct svf_errmsg *err)
{
	struct svf_top_table table;
	int r = svf_top_table_init(&table, now, before);

	if (r < 0)
		return r;
	svf_top_table_arrange(&table, &request->state.order);
	if (request->json)
		r = print_json(&table);
	else
		svf_top_text(stdout, &table);
	svf_top_table_done(&table);
	if (!r && fflush(stdout) != 0)
		r = -errno;
	return r < 0 && r != -ENOMEM
		       ? svf_errmsg_set(err, r, "cannot write output: %s", strerror(-r))
		       : r;
}

/* Sleeps; true if a signal asks us to end. */
static bool wait_interval(const struct request *request)
{
	const struct timespec interval = { .tv_sec = request->state.interval_s };
	sigset_t set;

	svf_interrupt_set(&set);
	return sigtimedwait(&set, NULL, &interval) > 0;
}

/* Takes over `before`. */
static int print_all(const struct request *request, struct svf_top_taker *taker,
		     struct svf_top_sample *before, struct svf_errmsg *err)
{
	unsigned int printed = 0;
	int r = 0;

	while (!r && (!request->count || printed < request->count) && !wait_interval(request)) {
		struct svf_top_sample now;

		r = svf_top_take(taker, &now, err);
		if (r < 0)
			break;
		r = print(request, &now, before, err);
		printed++;
		svf_top_sample_done(before);
		*before = now;
	}
	svf_top_sample_done(before);
	return r;
}

int svf_cmd_top(struct svf_cli *cli, struct svf_errmsg *err)
{
	svf_cleanup(top_taker) struct svf_top_taker *taker = NULL;
	struct svf_top_sample first;
	struct request request;
	int r = parse_request(cli, &request, err);

	if (!r)
		r = svf_cmd_require_root(cli, err);
	if (!r)
		r = svf_top_taker_new(&taker, request.pf);
	if (!r)
		r = svf_top_take(taker, &first, err);
	if (r < 0)
		return r;
	if (request.pf && first.pfs[0].error < 0) { /* it is not there to begin with */
		r = first.pfs[0].error;
		*err = first.pfs[0].problem;
		svf_top_sample_done(&first);
		return r;
	}
	svf_interrupt_block();
	if (request.plain || request.json)
		return print_all(&request, taker, &first, err);
	return svf_top_screen(taker, &first, &request.state, request.count, err);
}
