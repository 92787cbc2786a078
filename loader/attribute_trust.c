// SPDX-License-Identifier: GPL-2.0-only
/*
 * The attribute `trust`: on, off, or a list of what the VF may do by itself (SVF_TRUSTS). ip has a
 * flag; it is true where all of the list is allowed.
 */
#include <string.h>

#include "attribute.h"
#include "json.h"
#include "words.h"

/* What may be given alone, and then what may be in a list. */
#define N_ALONE 2
static const char *const words[N_ALONE + SVF_N_TRUSTS] = { "on", "off",
#define SVF_X(name, field, help) [N_ALONE + SVF_TRUST_##name] = #field,
							   SVF_TRUSTS(SVF_X)
#undef SVF_X
};

static const char *const *const names = &words[N_ALONE];

/* " mac promisc ..." */
static const char name_list[] =
#define SVF_X(name, field, help) " " #field
	SVF_TRUSTS(SVF_X);
#undef SVF_X

const char *svf_attribute_format_trust(char buf[SVF_TRUST_TEXT_MAX], unsigned int trust)
{
	size_t used = 0;

	if ((trust & SVF_TRUST_ALL) == SVF_TRUST_ALL || !(trust & SVF_TRUST_ALL)) {
		(void)snprintf(buf, SVF_TRUST_TEXT_MAX, "%s", words[trust ? 0 : 1]);
		return buf;
	}
	for (unsigned int i = 0; i < SVF_N_TRUSTS && used < SVF_TRUST_TEXT_MAX; i++)
		if (trust & 1U << i)
			used += (size_t)snprintf(buf + used, SVF_TRUST_TEXT_MAX - used, "%s%s",
						 used ? "," : "", names[i]);
	return buf;
}

/* object: the bits so far, unsigned int. */
static int add_trust(const struct svf_attribute *attribute, struct svf_attribute_input *in,
		     void *object, bool add, const char *item)
{
	int i = svf_word_find(item, names, SVF_N_TRUSTS);
	char hint[SVF_HINT_MAX], fallback[SVF_HINT_MAX];
	unsigned int *trust = object;

	(void)add;
	if (i >= 0) {
		*trust |= 1U << i;
		return 0;
	}
	(void)snprintf(fallback, sizeof(fallback), "must be on, off, or a list of:%s", name_list);
	(void)svf_word_hint(hint, item, "", words, N_ALONE + SVF_N_TRUSTS, fallback);
	if (svf_word_find(item, words, N_ALONE) >= 0) /* beside others */
		(void)snprintf(hint, sizeof(hint), "%s", fallback);
	return svf_attribute_refuse(in, SVF_EXIT_USAGE, "%s %s: %s", attribute->word, item, hint);
}

static int parse_trust(const struct svf_attribute *attribute, struct svf_attribute_input *in,
		       void *object)
{
	struct svf_vf_config *config = object;
	const char *text = svf_attribute_take(in);
	int i = svf_word_find(text, words, N_ALONE + SVF_N_TRUSTS);
	unsigned int trust = i == 0 ? SVF_TRUST_ALL : 0;
	int r = 0;

	if (i < 0 || i >= N_ALONE)
		r = svf_attribute_for_items(attribute, in, &trust, true, text, add_trust);
	if (!r)
		config->trust = (__u8)trust;
	return r;
}

static bool always(const struct svf_attribute *attribute, const void *object)
{
	(void)attribute;
	(void)object;
	return true;
}

static unsigned int trust_of(const void *object)
{
	return ((const struct svf_vf_config *)object)->trust & SVF_TRUST_ALL;
}

static void show_trust(const struct svf_attribute *attribute, FILE *out, const void *object)
{
	(void)attribute;
	fputs(words[trust_of(object) == SVF_TRUST_ALL ? 0 : 1], out);
}

static json_t *json_trust(const struct svf_attribute *attribute, const void *object)
{
	(void)attribute;
	return json_boolean(trust_of(object) == SVF_TRUST_ALL);
}

/* In full, not as ip's flag. */
static void say_trust(const struct svf_attribute *attribute, const void *from, const void *to,
		      FILE *out)
{
	char text[SVF_TRUST_TEXT_MAX];

	(void)attribute;
	if (trust_of(from) != trust_of(to))
		fprintf(out, " %s", svf_attribute_format_trust(text, trust_of(to)));
}

const struct svf_attribute_kind svf_kind_trust = {
	.parse = parse_trust,
	.is_set = always,
	.show = show_trust,
	.json = json_trust,
	.say_change = say_trust,
	.takes_text = true,
};

/* --- what ip's flag cannot tell --- */

static bool in_part(const struct svf_attribute *attribute, const void *object)
{
	(void)attribute;
	return trust_of(object) && trust_of(object) != SVF_TRUST_ALL;
}

static void show_trusts(const struct svf_attribute *attribute, FILE *out, const void *object)
{
	char text[SVF_TRUST_TEXT_MAX];

	(void)attribute;
	fputs(svf_attribute_format_trust(text, trust_of(object)), out);
}

static json_t *json_trusts(const struct svf_attribute *attribute, const void *object)
{
	svf_cleanup(json) json_t *array = json_array();

	(void)attribute;
	if (!array)
		return NULL;
	for (unsigned int i = 0; i < SVF_N_TRUSTS; i++)
		if (trust_of(object) & 1U << i &&
		    json_array_append_new(array, json_string(names[i])) < 0)
			return NULL;
	return TAKE_PTR(array);
}

const struct svf_attribute_kind svf_kind_trusts = {
	.is_set = in_part,
	.show = show_trusts,
	.json = json_trusts,
};
