// SPDX-License-Identifier: GPL-2.0-only
/*
 * Progress on a terminal. Nothing is remembered: each call writes the whole line anew, so that a
 * command that fails in the middle has no state to clear but the line itself.
 */
#include "progress.h"

#include <stdbool.h>
#include <stdio.h>
#include <unistd.h>

#define LINE_START "\r\033[K" /* to the first column, and the rest of the line away */
#define EVERY	   8

static bool is_seen(void)
{
	return isatty(STDERR_FILENO);
}

void svf_progress_count(const char *pf, const char *what, unsigned int done, unsigned int total)
{
	if (is_seen() && (done <= 1 || done == total || done % EVERY == 0))
		(void)dprintf(STDERR_FILENO, LINE_START "%s: %s: %u of %u", pf, what, done, total);
}

void svf_progress_say(const char *pf, const char *what)
{
	if (is_seen())
		(void)dprintf(STDERR_FILENO, LINE_START "%s: %s ...", pf, what);
}

void svf_progress_end(void)
{
	if (is_seen())
		(void)dprintf(STDERR_FILENO, LINE_START);
}
