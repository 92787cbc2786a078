/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * --batch: commands from a file, one a line, as ip -batch has them: words in quotes, comments from
 * "#" on, a backslash at the end of a line to go on in the next.
 */
#pragma once

#include <svf/errmsg.h>

#include "cli.h"

#define SVF_BATCH_WORDS_MAX 512 /* a line's words, as ip's */

/* Runs one command line; outer is the one that --batch stood on. */
typedef int (*svf_batch_fn)(int argc, char *argv[], const struct svf_cli *outer,
			    struct svf_errmsg *err);

/* Runs the lines of --batch's file. Each failure is printed, with "Command failed FILE:LINE" below
 * it; the first one ends it, unless --force. Returns the first one, with err->told. */
int svf_batch_run(const struct svf_cli *cli, svf_batch_fn run, struct svf_errmsg *err);

/* Cuts line into words, in place; ret_words has room for SVF_BATCH_WORDS_MAX and the NULL after
 * the last. Returns how many; -E2BIG, -EINVAL for a quote that does not end. */
int svf_batch_split(char *line, char *ret_words[]);
