// SPDX-License-Identifier: GPL-2.0-only
/*
 * Attributes in a file: each JSON value becomes words of `set`, which the attribute's own parser
 * takes. So what a value may be, and what is said of one that may not, is the same in both.
 */
#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include <svf/cleanup.h>

#include "change.h"
#include "document_path.h"
#include "words.h"

#define MANUAL "see svf.json(5)"

struct svf_document_path svf_document_path_at(const struct svf_document_path *path, const char *key,
					      int index)
{
	const size_t len = strlen(path->text);
	const char *separator = len && path->text[len - 1] == ':' ? " " : ".";
	struct svf_document_path result = {};
	char number[16] = "";
	int n;

	if (index >= 0)
		(void)snprintf(number, sizeof(number), "[%d]", index);
	n = snprintf(result.text, sizeof(result.text), "%s%s%s%s", path->text, separator, key,
		     number);
	assert(n > 0); /* one that is too long is cut */
	return result;
}

int svf_document_refuse(struct svf_errmsg *err, const struct svf_document_path *path,
			const char *fmt, ...)
{
	char text[sizeof(err->text)];
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	return svf_errmsg_exit_set(err, SVF_EXIT_USAGE, -EINVAL, "%s: %s", path->text, text);
}

int svf_document_refuse_key(struct svf_errmsg *err, const struct svf_document_path *path,
			    const char *key, const char *const names[], unsigned int n)
{
	const struct svf_document_path at = svf_document_path_at(path, key, -1);
	const char *near = svf_word_nearest(key, names, n);

	if (near)
		return svf_document_refuse(err, &at, "unknown key; did you mean \"%s\"?", near);
	return svf_document_refuse(err, &at, "unknown key: " MANUAL);
}

/* --- values --- */

/* Splits " add a,b" in place. */
static int split(char *text, char *words[SVF_CHANGE_WORDS_MAX])
{
	char *rest = text, *word;
	int n = 0;

	while ((word = strsep(&rest, " ")) && n < SVF_CHANGE_WORDS_MAX)
		if (*word)
			words[n++] = word;
	return n;
}

static int say(const struct svf_attribute *a, const json_t *value, char **ret_text)
{
	size_t size;
	int r;

	FILE *out = open_memstream(ret_text, &size);
	if (!out)
		return -ENOMEM;
	r = svf_attribute_say_json(a, value, out);
	if (fclose(out) == EOF)
		r = -ENOMEM;
	return r;
}

static int read_value(const struct svf_attribute *a, struct svf_attribute_input *in,
		      const struct svf_document_path *at, const json_t *value, void *object)
{
	svf_cleanup(mem) char *text = NULL;
	char *words[SVF_CHANGE_WORDS_MAX];
	int r = say(a, value, &text);

	if (r == -EINVAL)
		return svf_document_refuse(in->err, at, "must be %s", svf_attribute_json_type(a));
	if (r < 0)
		return svf_document_refuse(in->err, at, "out of memory");
	in->pf = at->text;
	in->words = words;
	in->n_words = split(text, words);
	if (in->n_words == 0)
		return 0; /* an empty list */
	r = a->kind->parse(a, in, object);
	return !r && a->after ? a->after(a, in, object) : r;
}

/* --- objects --- */

int svf_document_overlay(const struct svf_document_table *table, json_t *to, const json_t *from)
{
	for (unsigned int i = 0; i < table->n; i++) {
		const unsigned int other = svf_attribute_canonical(table->rows, table->n, i);
		json_t *value = json_object_get(from, table->rows[i].word);

		if (value && json_object_set(to, table->rows[other].word, value) < 0)
			return -ENOMEM;
	}
	return 0;
}

static int check_needs(const struct svf_document_table *table, const struct svf_document_path *path,
		       const json_t *json, struct svf_errmsg *err)
{
	for (unsigned int i = 0; i < table->n; i++) {
		const struct svf_attribute *a = &table->rows[i];

		if (a->needs && json_object_get(json, a->word) && !json_object_get(json, a->needs))
			return svf_document_refuse(err, path, "\"%s\" needs \"%s\"", a->word,
						   a->needs);
	}
	return 0;
}

static int check_whole(const struct svf_document_table *table, const struct svf_document_path *path,
		       const json_t *json, const void *object, uint64_t given,
		       struct svf_errmsg *err)
{
	char text[SVF_REASON_MAX];
	int r = check_needs(table, path, json, err);

	for (unsigned int i = 0; i < table->n && !r; i++)
		if (table->rows[i].check &&
		    table->rows[i].check(object, given, text, sizeof(text)) < 0)
			r = svf_document_refuse(err, path, "%s", text);
	return r;
}

int svf_document_read(const struct svf_document_table *table, const struct svf_document_path *path,
		      const json_t *json, bool whole, void *object, struct svf_errmsg *err)
{
	struct svf_attribute_input in = {
		.vf = SVF_PF_ID, .tx_rate = -1, .untagged = -1, .err = err
	};
	int r = 0;

	for (unsigned int i = 0; i < table->n; i++)
		if (json_object_get(json, table->rows[i].word))
			in.given |= 1ULL << i;
	for (unsigned int i = 0; i < table->n && !r; i++) {
		const struct svf_attribute *a = &table->rows[i];
		const struct svf_document_path at = svf_document_path_at(path, a->word, -1);

		if (!(in.given & 1ULL << i))
			continue;
		if (!a->kind->json)
			return svf_document_refuse(err, &at, "%s", a->help);
		r = read_value(a, &in, &at, json_object_get(json, a->word), object);
	}
	return !r && whole ? check_whole(table, path, json, object, in.given, err) : r;
}
