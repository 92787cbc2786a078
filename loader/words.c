// SPDX-License-Identifier: GPL-2.0-only
/*
 * Prefix matching and "did you mean". Knows no command and no option: names come from the
 * caller's table.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "words.h"

#define WORD_MAX 32 /* longer ones are nobody's misspelling: the longest keyword has 10 */

int svf_word_find(const char *word, const char *const names[], unsigned int n)
{
	size_t len = strlen(word);
	int found = -ENOENT;

	if (len == 0)
		return -ENOENT;

	for (unsigned int i = 0; i < n; i++) {
		if (strncmp(word, names[i], len) != 0)
			continue;
		if (names[i][len] == '\0')
			return (int)i;
		found = found == -ENOENT ? (int)i : -ENOTUNIQ;
	}
	return found;
}

static unsigned int min3(unsigned int a, unsigned int b, unsigned int c)
{
	unsigned int ab = a < b ? a : b;

	return ab < c ? ab : c;
}

/* Insertions, deletions, replacements and swaps of neighbours that make a of b. */
static unsigned int distance(const char *a, const char *b)
{
	unsigned int rows[WORD_MAX + 1][WORD_MAX + 1];
	size_t a_len = strlen(a), b_len = strlen(b);

	if (a_len > WORD_MAX || b_len > WORD_MAX)
		return WORD_MAX;

	for (size_t i = 0; i <= a_len; i++)
		rows[i][0] = (unsigned int)i;
	for (size_t j = 0; j <= b_len; j++)
		rows[0][j] = (unsigned int)j;

	for (size_t i = 1; i <= a_len; i++) {
		for (size_t j = 1; j <= b_len; j++) {
			unsigned int cost = a[i - 1] != b[j - 1];
			unsigned int best = min3(rows[i - 1][j] + 1, rows[i][j - 1] + 1,
						 rows[i - 1][j - 1] + cost);

			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
			    rows[i - 2][j - 2] + 1 < best)
				best = rows[i - 2][j - 2] + 1;
			rows[i][j] = best;
		}
	}
	return rows[a_len][b_len];
}

const char *svf_word_nearest(const char *word, const char *const names[], unsigned int n)
{
	/* One slip in a short word, two in a longer one; more is another word. */
	unsigned int best = strlen(word) > 4 ? 3 : 2;
	const char *nearest = NULL;

	for (unsigned int i = 0; i < n; i++) {
		unsigned int d = distance(word, names[i]);

		if (d < best && d < strlen(names[i])) {
			best = d;
			nearest = names[i];
		}
	}
	return nearest;
}

/* Lists the names that begin with word; false if there is not more than one. */
static bool list_candidates(char buf[SVF_HINT_MAX], const char *word, const char *prefix,
			    const char *const names[], unsigned int n)
{
	unsigned int found = 0;

	for (unsigned int i = 0; i < n; i++) {
		size_t used = found ? strlen(buf) : 0;

		if (strncmp(word, names[i], strlen(word)) != 0)
			continue;
		(void)snprintf(buf + used, SVF_HINT_MAX - used, "%s`%s%s`",
			       found ? " or " : "it could be ", prefix, names[i]);
		found++;
	}
	return found > 1;
}

const char *svf_word_hint(char buf[SVF_HINT_MAX], const char *word, const char *prefix,
			  const char *const names[], unsigned int n, const char *fallback)
{
	const char *nearest = svf_word_nearest(word, names, n);

	if (word[0] && list_candidates(buf, word, prefix, names, n))
		return buf;
	if (nearest)
		(void)snprintf(buf, SVF_HINT_MAX, "did you mean `%s%s`?", prefix, nearest);
	else
		(void)snprintf(buf, SVF_HINT_MAX, "%s", fallback);
	return buf;
}

bool svf_word_is_plain(const char *text)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				      "0123456789/_%@+=,.-";
	const size_t first = sizeof(letters) - sizeof("_%@+=,.-");

	return text[0] && memchr(letters, text[0], first) && !text[strspn(text, letters)] &&
	       !strstr(text, "..");
}
