/* SPDX-License-Identifier: GPL-2.0-only */
/* Keywords as people type them: whole, shortened, or misspelt. */
#pragma once

#include <stdbool.h>

/* Index of the one of names[0..n-1] that word is or, like in iproute2, begins; an exact match wins.
 * -ENOENT: none of them; -ENOTUNIQ: the beginning of several. */
int svf_word_find(const char *word, const char *const names[], unsigned int n);

/* The name that word was probably meant to be; NULL if none is near. */
const char *svf_word_nearest(const char *word, const char *const names[], unsigned int n);

#define SVF_HINT_MAX 160
/* What to say of a word that svf_word_find() did not find: "did you mean `--vfs`?", "it could be
 * `set` or `show`", or fallback. prefix is put before the names. Fills and returns buf. */
const char *svf_word_hint(char buf[SVF_HINT_MAX], const char *word, const char *prefix,
			  const char *const names[], unsigned int n, const char *fallback);

/* Whether text can stand in a shell's command line as it is, as one word that is no option and
 * leaves no directory: letters, digits and "_%@+=,.-/", a letter, digit or "/" first, no "..".
 * Other people's names are no part of a command that we print unless this is true. */
bool svf_word_is_plain(const char *text);
