// SPDX-License-Identifier: GPL-2.0-only
/*
 * JSON in the manner of ip(8). Its pretty form differs from that of other writers: elements of
 * an array follow each other on the line, and what is in an object that is in an array is indented
 * for both.
 */
#include <errno.h>
#include <stdlib.h>

#include "json.h"

#define INDENT 4

struct printer {
	FILE *out;
	bool pretty;
	unsigned int depth; /* objects and arrays around */
};

static int print_value(struct printer *p, const json_t *value);

static void begin_line(const struct printer *p)
{
	if (p->pretty)
		fprintf(p->out, "\n%*s", (int)(p->depth * INDENT), "");
}

static int print_scalar(const struct printer *p, const json_t *value)
{
	char *text = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);

	if (!text)
		return -ENOMEM;
	fputs(text, p->out);
	free(text);
	return 0;
}

static int print_object(struct printer *p, const json_t *object)
{
	const char *key, *separator = "";
	json_t *value;

	fputc('{', p->out);
	p->depth++;
	json_object_foreach ((json_t *)object, key, value) {
		svf_cleanup(json) json_t *name = json_string(key);
		int r = 0;

		fputs(separator, p->out);
		begin_line(p);
		r = name ? print_scalar(p, name) : -ENOMEM;
		fputs(p->pretty ? ": " : ":", p->out);
		if (!r)
			r = print_value(p, value);
		if (r < 0)
			return r;
		separator = ",";
	}
	p->depth--;
	if (*separator)
		begin_line(p);
	fputc('}', p->out);
	return 0;
}

static int print_array(struct printer *p, const json_t *array)
{
	size_t i;
	json_t *value;

	fputs(p->pretty ? "[ " : "[", p->out);
	p->depth++;
	json_array_foreach (array, i, value) {
		int r;

		if (i)
			fputc(',', p->out);
		r = print_value(p, value);
		if (r < 0)
			return r;
	}
	p->depth--;
	fputs(p->pretty && json_array_size(array) ? " ]" : "]", p->out);
	return 0;
}

static int print_value(struct printer *p, const json_t *value)
{
	if (json_is_object(value))
		return print_object(p, value);
	if (json_is_array(value))
		return print_array(p, value);
	return print_scalar(p, value);
}

int svf_json_print(FILE *out, const json_t *value, bool pretty)
{
	int r = print_value(&(struct printer){ .out = out, .pretty = pretty }, value);

	if (r < 0)
		return r;
	return fputc('\n', out) < 0 || ferror(out) ? -EIO : 0;
}
