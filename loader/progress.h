/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How far a long command is: a line on standard error that is written over, if that is a terminal,
 * and nothing otherwise. It is gone before anything else is printed.
 */
#pragma once

/* "<pf>: <what>: <done> of <total>"; at the first and last and every 8th one. */
void svf_progress_count(const char *pf, const char *what, unsigned int done, unsigned int total);
/* "<pf>: <what> ..." */
void svf_progress_say(const char *pf, const char *what);
/* Takes the line away. */
void svf_progress_end(void);
