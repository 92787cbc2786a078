// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reads commands and runs them one after the other in this process. Commands that change
 * something block the signals that would end us; between lines they are as they were, so that
 * ^C ends a batch there.
 */
#include "batch.h"

#include <ctype.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include <svf/cleanup.h>
#include <svf/log.h>

#include "failure.h"

int svf_batch_split(char *line, char *ret_words[])
{
	char *to = line;
	int n = 0;

	for (char *from = line; *from;) {
		char quote = '\0';

		while (isspace((unsigned char)*from))
			from++;
		if (!*from || *from == '#')
			break;
		if (n == SVF_BATCH_WORDS_MAX)
			return -E2BIG;
		ret_words[n++] = to;
		for (; *from && (quote || !isspace((unsigned char)*from)); from++) {
			if (quote ? *from == quote : *from == '\'' || *from == '"')
				quote = quote ? '\0' : *from;
			else
				*to++ = *from;
		}
		if (quote)
			return -EINVAL;
		from += *from != '\0'; /* the word's end may fall on it */
		*to++ = '\0';
	}
	ret_words[n] = NULL;
	return n;
}

struct reader {
	FILE *file;
	const char *name;
	unsigned int line; /* number of the last one read */
};

/* Joins "... \" and the next line. NULL at the end. */
static char *read_command(struct reader *reader)
{
	char *whole = NULL, *line = NULL;
	size_t room = 0, len = 0;
	ssize_t n;

	while ((n = getline(&line, &room, reader->file)) > 0) {
		char *more = realloc(whole, len + (size_t)n + 1);

		if (!more)
			break;
		whole = more;
		memcpy(whole + len, line, (size_t)n + 1);
		len += (size_t)n;
		reader->line++;
		if (len < 2 || strcmp(whole + len - 2, "\\\n") != 0)
			break;
		len -= 2;
		whole[len] = '\0';
	}
	free(line);
	return whole;
}

static int run_words(int n, char *words[], const struct svf_cli *cli, svf_batch_fn run,
		     struct svf_errmsg *err)
{
	words[0] = (char *)"svf-loader";
	if (n == -E2BIG)
		return svf_errmsg_exit_set(err, SVF_EXIT_USAGE, n, "more than %d words",
					   SVF_BATCH_WORDS_MAX);
	if (n < 0)
		return svf_errmsg_exit_set(err, SVF_EXIT_USAGE, n, "a quote does not end");
	return run(n + 1, words, cli, err);
}

static int run_lines(const struct svf_cli *cli, struct reader *reader, svf_batch_fn run,
		     struct svf_errmsg *ret_first)
{
	const bool force = svf_cli_has(cli, SVF_OPTION_FORCE);
	char *words[SVF_BATCH_WORDS_MAX + 2];
	int first = 0;
	char *line;

	while ((first == 0 || force) && (line = read_command(reader))) {
		struct svf_errmsg err = {};
		sigset_t signals;
		int n = svf_batch_split(line, words + 1), r = 0;

		(void)sigprocmask(SIG_BLOCK, NULL, &signals);
		if (n != 0)
			r = run_words(n, words, cli, run, &err);
		if (r < 0) {
			svf_failure_print(&err, r, svf_cli_has(cli, SVF_OPTION_JSON));
			svf_error("Command failed %s:%u", reader->name, reader->line);
		}
		if (r < 0 && first == 0) {
			first = r;
			ret_first->exit = svf_errmsg_exit(&err, r);
			ret_first->told = true;
		}
		free(line);
		(void)sigprocmask(SIG_SETMASK, &signals, NULL);
	}
	return first;
}

int svf_batch_run(const struct svf_cli *cli, svf_batch_fn run, struct svf_errmsg *err)
{
	const char *name = cli->values[SVF_OPTION_BATCH];
	struct reader reader = { .name = name, .file = stdin };

	if (strcmp(name, "-") == 0)
		return run_lines(cli, &reader, run, err);
	svf_cleanup(file) FILE *file = fopen(name, "re");
	if (!file) {
		int r = -errno;

		return svf_errmsg_exit_set(err, SVF_EXIT_USAGE, r, "cannot read %s: %s", name,
					   strerror(-r));
	}
	reader.file = file;
	return run_lines(cli, &reader, run, err);
}
