// SPDX-License-Identifier: GPL-2.0-only
/*
 * Attributes as desired state: from JSON values to the words of `set`, from the difference of two
 * objects to them, and what of an object is worth a key. All of it by the tables and their kinds,
 * so an attribute that can be set can be exported and applied too.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <svf/cleanup.h>

#include "attribute.h"

/* --- rows --- */

static bool can_be_set(const struct svf_attribute *a)
{
	return a->kind->parse && a->kind->json;
}

unsigned int svf_attribute_canonical(const struct svf_attribute *table, unsigned int n,
				     unsigned int i)
{
	for (unsigned int other = n - 1; other > i; other--)
		if (table[i].size && table[i].size == table[other].size &&
		    table[i].offset == table[other].offset)
			return other;
	return i;
}

bool svf_attribute_is_exported(const struct svf_attribute *table, unsigned int n, unsigned int i)
{
	return can_be_set(&table[i]) && svf_attribute_canonical(table, n, i) == i;
}

/* --- JSON to words --- */

/* What the kind's own JSON is tells what it takes. */
static json_type type_of(const struct svf_attribute *a)
{
	const union {
		struct svf_vf_config vf;
		struct svf_policy pf;
	} empty = {};
	json_t *value = a->kind->json(a, &empty);
	json_type type = value ? json_typeof(value) : JSON_NULL;

	json_decref(value);
	return type == JSON_FALSE ? JSON_TRUE : type;
}

const char *svf_attribute_json_type(const struct svf_attribute *attribute)
{
	switch (type_of(attribute)) {
	case JSON_INTEGER:
		return attribute->kind->takes_text ? "a number, or a string with a unit"
						   : "a number";
	case JSON_TRUE:
		return attribute->kind->takes_text ? "true, false or a string" : "true or false";
	case JSON_ARRAY:
		return attribute->kind == &svf_kind_trunk
			       ? "an array like [{\"vlan\": 10, \"vlanEnd\": 20}]"
			       : "an array of strings";
	default:
		return "a string";
	}
}

/* One word, or it would be read as several. */
static int say_string(const char *text, FILE *out)
{
	if (!*text || text[strcspn(text, " \t\r\n")] != '\0')
		return -EINVAL;
	fprintf(out, " %s", text);
	return 0;
}

int svf_attribute_say_json(const struct svf_attribute *attribute, const json_t *value, FILE *out)
{
	const json_type type = type_of(attribute);

	if (json_is_string(value) && (type == JSON_STRING || attribute->kind->takes_text))
		return say_string(json_string_value(value), out);
	if ((json_is_boolean(value) ? JSON_TRUE : json_typeof(value)) != type)
		return -EINVAL;
	if (type == JSON_INTEGER)
		fprintf(out, " %" JSON_INTEGER_FORMAT, json_integer_value(value));
	else if (type == JSON_TRUE)
		fputs(json_is_true(value) ? " on" : " off", out);
	else
		return attribute->kind->say_json(attribute, value, out);
	return 0;
}

/* --- differences --- */

static void say_value(const struct svf_attribute *a, const void *from, const void *to, FILE *out)
{
	if (a->kind->say_change) {
		a->kind->say_change(a, from, to, out);
		return;
	}
	fputc(' ', out);
	a->kind->show(a, out, to);
}

/* What say_value() prints, to be freed; NULL: out of memory. */
static char *print_value(const struct svf_attribute *a, const void *from, const void *to)
{
	char *text = NULL;
	size_t size;

	FILE *out = open_memstream(&text, &size);
	if (!out)
		return NULL;
	say_value(a, from, to, out);
	if (fclose(out) == 0)
		return text;
	free(text);
	return NULL;
}

/* Lists by what they have, whatever its order, so that nothing is said; others by their value. */
static bool differ(const struct svf_attribute *a, const void *from, const void *to)
{
	svf_cleanup(mem) char *is = print_value(a, from, to);
	svf_cleanup(mem) char *was = a->kind->say_change ? NULL : print_value(a, from, from);

	if (a->kind->say_change)
		return !is || is[0];
	return !is || !was || strcmp(is, was) != 0;
}

static bool needs(const struct svf_attribute *a, const struct svf_attribute *other)
{
	return a->needs && !strcmp(a->needs, other->word);
}

/* Whether the row, or one that is nothing without it, changes. */
static bool is_said(const struct svf_attribute *table, unsigned int n, unsigned int i,
		    const void *from, const void *to)
{
	bool said = differ(&table[i], from, to);

	for (unsigned int other = 0; other < n && !said; other++)
		said = can_be_set(&table[other]) && needs(&table[other], &table[i]) &&
		       differ(&table[other], from, to);
	return said;
}

/* The row that this one is nothing without; NULL: none. */
static const struct svf_attribute *find_base(const struct svf_attribute *table, unsigned int n,
					     const struct svf_attribute *a)
{
	for (unsigned int i = 0; i < n; i++)
		if (needs(a, &table[i]))
			return &table[i];
	return NULL;
}

void svf_attributes_say_change(const struct svf_attribute *table, unsigned int n, const void *from,
			       const void *to, const void *defaults, FILE *out)
{
	for (unsigned int i = 0; i < n; i++) {
		const struct svf_attribute *a = &table[i];
		const struct svf_attribute *base = find_base(table, n, a);

		if (!svf_attribute_is_exported(table, n, i))
			continue;
		/* Giving the base without it resets it: it is given again unless it is the default.
		 */
		if (base ? !is_said(table, n, (unsigned int)(base - table), from, to) ||
				    !differ(a, defaults, to)
			 : !is_said(table, n, i, from, to))
			continue;
		fprintf(out, " %s", a->word);
		say_value(a, from, to, out);
	}
}

/* Where a word of `set` may stand for a value, the word for this one decides. */
static json_t *value_of(const struct svf_attribute *a, const void *defaults, const void *object)
{
	svf_cleanup(mem) char *said = NULL;
	const char *text;

	if (!a->kind->takes_text)
		return a->kind->json(a, object);
	said = print_value(a, defaults, object);
	if (!said || !said[0])
		return NULL; /* no memory: who asks knows that they differ */
	text = said + 1;     /* behind the blank */
	if (!strcmp(text, "on") || !strcmp(text, "off"))
		return json_boolean(!strcmp(text, "on"));
	if (text[strspn(text, "0123456789")] == '\0')
		return json_integer(strtoll(text, NULL, 10));
	return json_string(text);
}

int svf_attributes_add_set(json_t *json, const struct svf_attribute *table, unsigned int n,
			   const void *object, const void *defaults)
{
	for (unsigned int i = 0; i < n; i++) {
		const struct svf_attribute *a = &table[i];
		/* What needs another one comes with it, be that the default. */
		if (svf_attribute_is_exported(table, n, i) &&
		    is_said(table, n, i, defaults, object) &&
		    json_object_set_new(json, a->word, value_of(a, defaults, object)) < 0)
			return -ENOMEM;
	}
	return 0;
}
