/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The account of a PF: for the wire, the host and each VF, equations between what the kernel and
 * the agent counted (netdevs, qdiscs, XDP_STATISTICS) and what the sorter counted.
 * docs/accounting.md writes them down. At rest every difference is 0; under traffic it is what is
 * on its way.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include <jansson.h>
#include <svf/errmsg.h>
#include <svf/paths.h>

#include "nl.h"
#include "sorter.h"
#include "state.h"

/* --- where the PF's counters stood (account_base.c) --- */

/* The PF was there before the sorter: what its netdev had counted that the sorter did not see. */
struct svf_account_base {
	uint64_t rx, tx;
	uint64_t passed; /* what the netdev had counted in all */
	bool quiet;	 /* nothing passed while it was taken: it is exact */
};

/* Reads it now. The caller compares two of them. */
int svf_account_base_read(struct svf_account_base *ret_base, struct svf_nl *nl,
			  const struct svf_sorter *sorter, const struct svf_state *state);
/* Two readings, before and after the sorter was attached, become the base on file. */
int svf_account_base_save(const struct svf_paths *paths, const struct svf_account_base *before,
			  const struct svf_account_base *after);
/* Whether nothing passed between two readings. That they agree is not enough: each may have been
 * taken with as many frames between the netdev's counter and the sorter's. */
bool svf_account_base_rested(const struct svf_account_base *before,
			     const struct svf_account_base *after);
/* -ENOENT: there is none. */
int svf_account_base_load(const struct svf_paths *paths, struct svf_account_base *ret_base);

/* --- the equations (account.c) --- */

#define SVF_LEFT_MAX  6
#define SVF_RIGHT_MAX SVF_N_DROPS /* the drops are the longest sum */

struct svf_term {
	const char *source; /* whose counter it is: "pf0r1 rx_packets", "dropped" */
	uint64_t value;
};

/*
 * Sum of the left = sum of the right, at rest. Left: what came in; right: what became of it. Where
 * no counter tells buffers from frames, or lost from sent, the left may be more by up to `slack`.
 */
struct svf_equation {
	uint16_t station; /* VF number, SVF_PF_ID, SVF_WIRE_ID */
	const char *name; /* "vf-in", ...: the headings of docs/accounting.md */
	struct svf_term left[SVF_LEFT_MAX], right[SVF_RIGHT_MAX];
	unsigned int n_left, n_right;
	uint64_t slack; /* what nobody can tell */
};

struct svf_account {
	unsigned int n, capacity;
	struct svf_equation *equations; /* owned */
};

uint64_t svf_equation_left(const struct svf_equation *equation);
uint64_t svf_equation_right(const struct svf_equation *equation);
/* Left - right beyond what slack explains; 0: it adds up. */
int64_t svf_equation_difference(const struct svf_equation *equation);

/* Reads both sides of all equations, the left ones first. */
int svf_account_take(struct svf_account *ret_account, struct svf_nl *nl,
		     const struct svf_sorter *sorter, const struct svf_state *state,
		     const struct svf_account_base *base);
void svf_account_done(struct svf_account *account);

/* --- the check (account_check.c) --- */

enum svf_account_verdict {
	SVF_ACCOUNT_EXACT,  /* all differences are 0 */
	SVF_ACCOUNT_MOVING, /* frames are on their way; the rest adds up */
	SVF_ACCOUNT_WRONG,  /* what came in a second ago has not come out */
};

struct svf_account_result {
	enum svf_account_verdict verdict;
	struct svf_account account; /* owned: the last one taken */
	bool *wrong;		    /* owned: by equation, it fails */
	bool late;  /* the PF's base was taken just now: nothing was quiet at `up` */
	bool loose; /* there is none even now: the PF's counters are compared since a moment ago */
};

/* Takes the account until it adds up, for a second at most. */
int svf_account_check(struct svf_account_result *ret_result, const struct svf_paths *paths,
		      struct svf_nl *nl, const struct svf_sorter *sorter,
		      const struct svf_state *state);
void svf_account_result_done(struct svf_account_result *result);

/* --- printing (account_show.c) --- */

/* Equations that are open or wrong, and a last line; with details all of them. */
void svf_account_text(FILE *out, const char *pf, const struct svf_account_result *result,
		      bool details);
json_t *svf_account_json(const char *pf, const struct svf_account_result *result);
/* "wire", "host", "vf 3" */
void svf_account_format_station(char buf[16], uint16_t station);
/* "vf-in: a 3 + b 1 = c 4, 0 to 2 more allowed" */
void svf_equation_format(char *buf, size_t size, const struct svf_equation *equation);
