// SPDX-License-Identifier: GPL-2.0-only
/* Prints attributes by their tables: in ip's line and JSON, and ours. */
#include <errno.h>
#include <string.h>

#include "attribute.h"
#include "json.h"

/* --- wrapped lists --- */

static void print(struct svf_wrap *wrap, const char *text)
{
	if (wrap->column == 0) {
		fprintf(wrap->out, "%*s", (int)wrap->indent, "");
		wrap->column = wrap->indent;
	}
	fputs(text, wrap->out);
	wrap->column += (unsigned int)strlen(text);
}

void svf_wrap_label(struct svf_wrap *wrap, const char *text)
{
	print(wrap, text);
}

void svf_wrap_item(struct svf_wrap *wrap, const char *text)
{
	const char *separator = wrap->items++ ? ", " : "";

	/* 1: for the comma or full stop after it */
	if (wrap->column + strlen(separator) + strlen(text) + 1 > SVF_WRAP_COLUMNS &&
	    wrap->items > 1) {
		fputs(",\n", wrap->out);
		wrap->column = 0;
		separator = "";
	}
	print(wrap, separator);
	print(wrap, text);
}

void svf_wrap_end(struct svf_wrap *wrap, const char *text)
{
	if (wrap->column)
		fprintf(wrap->out, "%s\n", text);
}

/* --- text --- */

void svf_attributes_show_line(FILE *out, const struct svf_vf_config *config)
{
	for (unsigned int i = 0; i < SVF_N_VF_ATTRIBUTES; i++) {
		const struct svf_attribute *a = &svf_vf_attributes[i];

		if (a->place != SVF_ATTRIBUTE_IP || !a->kind->is_set(a, config))
			continue;
		fprintf(out, ", %s", a->line);
		a->kind->show(a, out, config);
		fputs(a->unit ? a->unit : "", out);
	}
}

/* The value alone; "" for kinds that take lines of their own and for one that is not set. */
static void format_value(char text[64], const struct svf_attribute *a, const void *object)
{
	text[0] = '\0';
	if (!a->kind->show)
		return;
	svf_cleanup(file) FILE *file = fmemopen(text, 64, "w");
	if (!file)
		return;
	a->kind->show(a, file, object);
	(void)fflush(file);
}

void svf_attributes_show_brief(FILE *out, const struct svf_vf_config *config)
{
	struct svf_vf_config fresh = *config;

	svf_attributes_reset_vf(&fresh, config->mtu);
	for (unsigned int i = 0; i < SVF_N_VF_ATTRIBUTES; i++) {
		const struct svf_attribute *a = &svf_vf_attributes[i];
		char value[64], other[64];

		if (a->place == SVF_ATTRIBUTE_NOWHERE || i == SVF_VF_ATTRIBUTE_RATE)
			continue; /* RATE: max_tx_rate says it */
		format_value(value, a, config);
		format_value(other, a, &fresh);
		if (strcmp(value, other) != 0)
			fprintf(out, " %s %s", a->word, value);
		else if (!a->kind->show && a->kind->is_set(a, config))
			fprintf(out, " %s", a->word);
	}
}

/* "isolation inherit (veb)" */
static void show_item(struct svf_wrap *wrap, const struct svf_attribute *a, const void *object,
		      const char *note)
{
	char text[64] = "";

	svf_cleanup(file) FILE *file = fmemopen(text, sizeof(text), "w");
	if (!file)
		return;
	fprintf(file, "%s ", a->word);
	a->kind->show(a, file, object);
	fputs(a->unit ? a->unit : "", file);
	if (note)
		fprintf(file, " (%s)", note);
	(void)fflush(file);
	svf_wrap_item(wrap, text);
}

/* Values in one paragraph, then lists, each in lines of its own. policy: NULL for the PF's. */
static void show_ours(FILE *out, const struct svf_attribute *table, unsigned int n,
		      const void *object, const struct svf_policy *policy)
{
	struct svf_wrap wrap = { .out = out, .indent = SVF_SHOW_INDENT };

	for (unsigned int i = 0; i < n; i++) {
		const struct svf_attribute *a = &table[i];
		const char *note = a->note && policy ? a->note(object, policy) : NULL;

		if (a->kind->show && a->kind->is_set(a, object) &&
		    (a->place == SVF_ATTRIBUTE_OURS || note))
			show_item(&wrap, a, object, note);
	}
	svf_wrap_end(&wrap, "");
	for (unsigned int i = 0; i < n; i++)
		if (table[i].kind->show_lines && table[i].kind->is_set(&table[i], object))
			table[i].kind->show_lines(&table[i], out, object);
}

void svf_attributes_show_vf(FILE *out, const struct svf_vf_config *config,
			    const struct svf_policy *policy)
{
	show_ours(out, svf_vf_attributes, SVF_N_VF_ATTRIBUTES, config, policy);
	show_ours(out, svf_vf_facts, SVF_N_VF_FACTS, config, policy);
}

void svf_attributes_show_pf(FILE *out, const struct svf_policy *policy)
{
	show_ours(out, svf_pf_attributes, SVF_N_PF_ATTRIBUTES, policy, NULL);
}

/* --- JSON --- */

/* The object that has the attribute: a member of `object`, made at its first attribute.
 * "vlan_list" is an array of one object, as ip prints it. */
static json_t *find_group(json_t *object, const struct svf_attribute *a)
{
	json_t *group;

	if (!a->group)
		return object;
	group = json_object_get(object, a->group);
	if (!group) {
		group = strcmp(a->group, "vlan_list") == 0 ? json_pack("[{}]") : json_object();
		if (json_object_set_new(object, a->group, group) < 0)
			return NULL;
	}
	return json_is_array(group) ? json_array_get(group, 0) : group;
}

int svf_attributes_add_ip(json_t *object, const struct svf_vf_config *config)
{
	for (unsigned int i = 0; i < SVF_N_VF_ATTRIBUTES; i++) {
		const struct svf_attribute *a = &svf_vf_attributes[i];
		json_t *group;

		if (a->place != SVF_ATTRIBUTE_IP)
			continue;
		group = find_group(object, a);
		if (!group)
			return -ENOMEM;
		if ((a->key_always || a->kind->is_set(a, config)) &&
		    json_object_set_new(group, a->key ? a->key : a->word,
					a->kind->json(a, config)) < 0)
			return -ENOMEM;
	}
	return 0;
}

static int add_ours(json_t *object, const struct svf_attribute *table, unsigned int n,
		    const void *values)
{
	for (unsigned int i = 0; i < n; i++)
		if (table[i].place == SVF_ATTRIBUTE_OURS &&
		    json_object_set_new(object, table[i].word,
					table[i].kind->json(&table[i], values)) < 0)
			return -ENOMEM;
	return 0;
}

int svf_attributes_add_vf(json_t *object, const struct svf_vf_config *config)
{
	int r = add_ours(object, svf_vf_attributes, SVF_N_VF_ATTRIBUTES, config);

	return r < 0 ? r : add_ours(object, svf_vf_facts, SVF_N_VF_FACTS, config);
}

int svf_attributes_add_pf(json_t *object, const struct svf_policy *policy)
{
	return add_ours(object, svf_pf_attributes, SVF_N_PF_ATTRIBUTES, policy);
}
