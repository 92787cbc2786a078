/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Lists of words as sorted text.
 */
#pragma once

#include <stddef.h>

#define WORDS_MAX      512
#define WORD_MAX       96
#define WORDS_TEXT_MAX 8192

struct words {
	char word[WORDS_MAX][WORD_MAX];
	size_t n;
};

void words_add(struct words *words, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Sorted and joined; equal words become one with *n behind it. */
void words_join(struct words *words, char ret_text[WORDS_TEXT_MAX]);

/* A row's words, sorted; NULL is none. */
void words_sort(const char *text, char ret_text[WORDS_TEXT_MAX]);

/* How many a row's words are. */
unsigned int words_count(const char *text);
