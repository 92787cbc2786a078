// SPDX-License-Identifier: GPL-2.0-only
/*
 * Values that are sets, changed by `add LIST` and `rem LIST`: addresses and control protocols here,
 * VLANs in attribute_trunk.c. Several such groups may follow each other and are done from left to
 * right. Adding what is there and removing what is not are silent successes.
 */
#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "attribute.h"
#include "json.h"
#include "macaddr.h"
#include "words.h"

static const char *const actions[] = { "add", "rem" };
#define N_ACTIONS (sizeof(actions) / sizeof(actions[0]))

/* --- add and rem --- */

bool svf_attribute_next_is(const struct svf_attribute_input *in, const char *word)
{
	return in->n_words > 0 && strcmp(in->words[0], word) == 0;
}

bool svf_attribute_list_goes_on(const struct svf_attribute_input *in)
{
	return svf_attribute_next_is(in, actions[0]) || svf_attribute_next_is(in, actions[1]);
}

const char *svf_attribute_take_list(const struct svf_attribute *attribute,
				    struct svf_attribute_input *in, bool *ret_add)
{
	const char *text = svf_attribute_take(in);
	int action = svf_word_find(text, actions, N_ACTIONS);

	if (action < 0) {
		svf_attribute_refuse(in, SVF_EXIT_USAGE, "%s %s: must be add or rem: %s %s",
				     attribute->word, text, attribute->word, attribute->syntax);
		return NULL;
	}
	*ret_add = action == 0;
	text = svf_attribute_take(in);
	if (!text)
		svf_attribute_refuse(in, SVF_EXIT_USAGE, "%s %s: what? %s %s", attribute->word,
				     actions[action], attribute->word, attribute->syntax);
	return text;
}

int svf_attribute_for_items(const struct svf_attribute *attribute, struct svf_attribute_input *in,
			    void *object, bool add, const char *list, svf_attribute_item_fn fn)
{
	const char *rest = list;

	for (;;) {
		size_t len = strcspn(rest, ",");
		char item[SVF_ATTRIBUTE_ITEM_MAX];
		int r;

		if (len == 0 || len >= SVF_ATTRIBUTE_ITEM_MAX)
			return svf_attribute_refuse(in, SVF_EXIT_USAGE,
						    "%s: `%s` must be a list like A,B,C",
						    attribute->word, list);
		memcpy(item, rest, len);
		item[len] = '\0';
		r = fn(attribute, in, object, add, item);
		if (r < 0 || rest[len] == '\0')
			return r;
		rest += len + 1;
	}
}

void svf_attribute_say_item(FILE *out, const char *action, unsigned int n, const char *item)
{
	if (n == 0)
		fprintf(out, " %s %s", action, item);
	else
		fprintf(out, ",%s", item);
}

/* An array of words. */
static int say_json_list(const struct svf_attribute *attribute, const json_t *value, FILE *out)
{
	const json_t *item;
	size_t i;

	(void)attribute;
	json_array_foreach (value, i, item) {
		const char *text = json_string_value(item);

		if (!text || !*text || text[strcspn(text, " ,\t\n")] != '\0')
			return -EINVAL;
		svf_attribute_say_item(out, actions[0], (unsigned int)i, text);
	}
	return 0;
}

static int parse_list(const struct svf_attribute *attribute, struct svf_attribute_input *in,
		      void *object, svf_attribute_item_fn fn)
{
	do {
		bool add;
		const char *list = svf_attribute_take_list(attribute, in, &add);
		int r = list ? svf_attribute_for_items(attribute, in, object, add, list, fn)
			     : -EINVAL;

		if (r < 0)
			return r;
	} while (svf_attribute_list_goes_on(in));
	return 0;
}

/* --- addresses --- */

static int find_mac(const struct svf_vf_config *config, const uint8_t mac[ETH_ALEN])
{
	for (int i = 0; i < config->n_macs; i++)
		if (!memcmp(config->macs[i], mac, ETH_ALEN))
			return i;
	return -ENOENT;
}

static void remove_mac(struct svf_vf_config *config, int i)
{
	config->n_macs--;
	memmove(config->macs[i], config->macs[i + 1],
		(size_t)(config->n_macs - i) * sizeof(config->macs[0]));
	memset(config->macs[config->n_macs], 0, sizeof(config->macs[0]));
}

static int change_mac(const struct svf_attribute *attribute, struct svf_attribute_input *in,
		      void *object, bool add, const char *item)
{
	struct svf_vf_config *config = object;
	uint8_t mac[ETH_ALEN];
	int i;

	if (svf_mac_parse(item, mac) < 0)
		return svf_attribute_refuse(in, SVF_EXIT_USAGE,
					    "%s: `%s` must be an address like 02:00:00:00:00:01",
					    attribute->word, item);
	if (svf_mac_is_multicast(mac) || svf_mac_is_zero(mac))
		return svf_attribute_refuse(
			in, SVF_EXIT_USAGE, "%s: %s: a VF cannot have a %s address",
			attribute->word, item, svf_mac_is_zero(mac) ? "zero" : "multicast");
	i = find_mac(config, mac);
	if (i >= 0 && !add)
		remove_mac(config, i);
	if (i >= 0 || !add)
		return 0;
	if (config->n_macs == SVF_MACS_MAX)
		return svf_attribute_refuse(in, SVF_EXIT_REFUSED,
					    "%s: %s is one too many: a VF can have %d",
					    attribute->word, item, SVF_MACS_MAX);
	memcpy(config->macs[config->n_macs++], mac, ETH_ALEN);
	return 0;
}

static int parse_mac_list(const struct svf_attribute *attribute, struct svf_attribute_input *in,
			  void *object)
{
	return parse_list(attribute, in, object, change_mac);
}

static bool mac_list_is_set(const struct svf_attribute *attribute, const void *object)
{
	(void)attribute;
	return ((const struct svf_vf_config *)object)->n_macs > 0;
}

static void show_mac_list(const struct svf_attribute *attribute, FILE *out, const void *object)
{
	struct svf_wrap wrap = { .out = out, .indent = SVF_SHOW_INDENT };
	const struct svf_vf_config *config = object;
	char text[SVF_MAC_TEXT_MAX];

	svf_wrap_label(&wrap, attribute->word);
	svf_wrap_label(&wrap, " ");
	for (unsigned int i = 0; i < config->n_macs; i++) {
		svf_mac_format(text, config->macs[i]);
		svf_wrap_item(&wrap, text);
	}
	svf_wrap_end(&wrap, "");
}

static json_t *json_mac_list(const struct svf_attribute *attribute, const void *object)
{
	const struct svf_vf_config *config = object;
	svf_cleanup(json) json_t *array = json_array();
	char text[SVF_MAC_TEXT_MAX];

	(void)attribute;
	if (!array)
		return NULL;
	for (unsigned int i = 0; i < config->n_macs; i++) {
		svf_mac_format(text, config->macs[i]);
		if (json_array_append_new(array, json_string(text)) < 0)
			return NULL;
	}
	return TAKE_PTR(array);
}

/* " add MAC,MAC" with those that `has` has and `lacks` lacks. */
static void say_macs(const char *action, const struct svf_vf_config *has,
		     const struct svf_vf_config *lacks, FILE *out)
{
	char text[SVF_MAC_TEXT_MAX];
	unsigned int n = 0;

	for (unsigned int i = 0; i < has->n_macs; i++) {
		if (find_mac(lacks, has->macs[i]) >= 0)
			continue;
		svf_mac_format(text, has->macs[i]);
		svf_attribute_say_item(out, action, n++, text);
	}
}

static void say_mac_list(const struct svf_attribute *attribute, const void *from, const void *to,
			 FILE *out)
{
	(void)attribute;
	say_macs(actions[1], from, to, out);
	say_macs(actions[0], to, from, out);
}

const struct svf_attribute_kind svf_kind_mac_list = {
	.parse = parse_mac_list,
	.is_set = mac_list_is_set,
	.show_lines = show_mac_list,
	.json = json_mac_list,
	.say_json = say_json_list,
	.say_change = say_mac_list,
};

/* --- control protocols --- */

static const char *const protos[SVF_N_PROTOS] = {
#define SVF_X(name, field, help) [SVF_PROTO_##name] = #field,
	SVF_PROTOS(SVF_X)
#undef SVF_X
};

static const size_t proto_offsets[SVF_N_PROTOS] = {
#define SVF_X(name, field, help) [SVF_PROTO_##name] = offsetof(struct svf_vf_config, allow_##field),
	SVF_PROTOS(SVF_X)
#undef SVF_X
};

/* " lldp lacp ..." */
static const char proto_list[] =
#define SVF_X(name, field, help) " " #field
	SVF_PROTOS(SVF_X);
#undef SVF_X

static bool allows(const void *config, int proto)
{
	return ((const __u8 *)config)[proto_offsets[proto]];
}

static int change_proto(const struct svf_attribute *attribute, struct svf_attribute_input *in,
			void *object, bool add, const char *item)
{
	int proto = svf_word_find(item, protos, SVF_N_PROTOS);

	if (proto < 0)
		return svf_attribute_refuse(in, SVF_EXIT_USAGE, "%s: `%s` must be one of:%s",
					    attribute->word, item, proto_list);
	((__u8 *)object)[proto_offsets[proto]] = add;
	return 0;
}

static int parse_protos(const struct svf_attribute *attribute, struct svf_attribute_input *in,
			void *object)
{
	return parse_list(attribute, in, object, change_proto);
}

static bool protos_are_set(const struct svf_attribute *attribute, const void *object)
{
	(void)attribute;
	for (int i = 0; i < SVF_N_PROTOS; i++)
		if (allows(object, i))
			return true;
	return false;
}

static void show_protos(const struct svf_attribute *attribute, FILE *out, const void *object)
{
	struct svf_wrap wrap = { .out = out, .indent = SVF_SHOW_INDENT };

	svf_wrap_label(&wrap, attribute->word);
	svf_wrap_label(&wrap, " ");
	for (int i = 0; i < SVF_N_PROTOS; i++)
		if (allows(object, i))
			svf_wrap_item(&wrap, protos[i]);
	svf_wrap_end(&wrap, "");
}

static json_t *json_protos(const struct svf_attribute *attribute, const void *object)
{
	svf_cleanup(json) json_t *array = json_array();

	(void)attribute;
	if (!array)
		return NULL;
	for (int i = 0; i < SVF_N_PROTOS; i++)
		if (allows(object, i) && json_array_append_new(array, json_string(protos[i])) < 0)
			return NULL;
	return TAKE_PTR(array);
}

static void say_protos(const struct svf_attribute *attribute, const void *from, const void *to,
		       FILE *out)
{
	unsigned int removed = 0, added = 0;

	(void)attribute;
	for (int i = 0; i < SVF_N_PROTOS; i++)
		if (allows(from, i) && !allows(to, i))
			svf_attribute_say_item(out, actions[1], removed++, protos[i]);
	for (int i = 0; i < SVF_N_PROTOS; i++)
		if (allows(to, i) && !allows(from, i))
			svf_attribute_say_item(out, actions[0], added++, protos[i]);
}

const struct svf_attribute_kind svf_kind_protos = {
	.parse = parse_protos,
	.is_set = protos_are_set,
	.show_lines = show_protos,
	.json = json_protos,
	.say_json = say_json_list,
	.say_change = say_protos,
};
