// SPDX-License-Identifier: GPL-2.0-only
/*
 * Lists of words (words.h). Asserts (cmocka) that they fit.
 */
#include "words.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

void words_add(struct words *words, const char *format, ...)
{
	va_list args;

	assert_true(words->n < WORDS_MAX);
	va_start(args, format);
	(void)vsnprintf(words->word[words->n++], WORD_MAX, format, args);
	va_end(args);
}

static int compare(const void *a, const void *b)
{
	return strcmp(a, b);
}

void words_join(struct words *words, char ret_text[WORDS_TEXT_MAX])
{
	size_t at = 0, n;

	qsort(words->word, words->n, WORD_MAX, compare);
	ret_text[0] = '\0';
	for (size_t i = 0; i < words->n; i += n) {
		for (n = 1; i + n < words->n && !strcmp(words->word[i], words->word[i + n]); n++)
			;
		at += (size_t)snprintf(ret_text + at, WORDS_TEXT_MAX - at, "%s%s", i ? " " : "",
				       words->word[i]);
		if (n > 1)
			at += (size_t)snprintf(ret_text + at, WORDS_TEXT_MAX - at, "*%zu", n);
		assert_true(at < WORDS_TEXT_MAX);
	}
}

void words_sort(const char *text, char ret_text[WORDS_TEXT_MAX])
{
	struct words *words = calloc(1, sizeof(*words));
	char *copy = strdup(text ? text : ""), *rest = copy, *word;

	assert_non_null(words);
	assert_non_null(copy);
	while ((word = strsep(&rest, " ")) != NULL) {
		if (*word)
			words_add(words, "%s", word);
	}
	words_join(words, ret_text);
	free(copy);
	free(words);
}

unsigned int words_count(const char *text)
{
	unsigned int n = 0;
	const char *times;

	for (const char *at = text ? text : ""; *at; at += strcspn(at, " ")) {
		at += strspn(at, " ");
		if (!*at)
			break;
		times = at + strcspn(at, "* ");
		n += *times == '*' ? (unsigned int)strtoul(times + 1, NULL, 0) : 1;
	}
	return n;
}
