// SPDX-License-Identifier: GPL-2.0-only
/* The options of `up` that a PF keeps, as keys of svf.json(5): names, ranges and words are those of
 * cli_table.c. */
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "setup.h"

#define ROW(option, field, has)                                                                    \
	.id = SVF_OPTION_##option, .offset = offsetof(struct svf_up_args, field),                  \
	.size = sizeof(((struct svf_up_args *)0)->field),                                          \
	.has_offset = offsetof(struct svf_up_args, has)

const struct svf_setup_option svf_setup_options[] = {
	{ ROW(LANE, lane, has_lane) },
	{ ROW(QUEUES, queues, has_queues), .rings = true },
	{ ROW(RING_SIZE, ring_size, has_ring_size), .rings = true },
	{ ROW(MAX_VFS, max_vfs, has_max_vfs) },
	{ ROW(XDP_MODE, skb_mode, has_xdp_mode), .rings = true }, /* native, skb */
	{ ROW(ZERO_COPY, zero_copy, has_zero_copy), .rings = true },
	{ ROW(ENGINES, engines_off, has_engines), .rings = true, .inverted = true },
};
_Static_assert(sizeof(svf_setup_options) / sizeof(svf_setup_options[0]) == SVF_N_SETUP_OPTIONS,
	       "all options");

const char *svf_setup_option_key(const struct svf_setup_option *option, char buf[SVF_SETUP_KEY_MAX])
{
	(void)snprintf(buf, SVF_SETUP_KEY_MAX, "%s", svf_options[option->id].name);
	for (char *p = buf; (p = strchr(p, '-'));)
		*p = '_';
	return buf;
}

static unsigned int get(const struct svf_setup_option *option, const struct svf_up_args *args)
{
	const char *field = (const char *)args + option->offset;
	unsigned int number;

	if (option->size != sizeof(number))
		return *(const uint8_t *)field ^ option->inverted;
	memcpy(&number, field, sizeof(number));
	return number;
}

static void set(const struct svf_setup_option *option, struct svf_up_args *args, unsigned int value)
{
	char *field = (char *)args + option->offset;

	if (option->size == sizeof(value))
		memcpy(field, &value, sizeof(value));
	else
		*(uint8_t *)field = (uint8_t)value ^ option->inverted;
}

static bool *has_flag(const struct svf_setup_option *option, struct svf_up_args *args)
{
	return (bool *)((char *)args + option->has_offset);
}

static bool has(const struct svf_setup_option *option, const struct svf_up_args *args)
{
	return *(const bool *)((const char *)args + option->has_offset);
}

json_t *svf_setup_option_json(const struct svf_setup_option *option, const struct svf_up_args *args)
{
	const struct svf_option *o = &svf_options[option->id];
	const unsigned int value = get(option, args);

	if (o->choices)
		return json_string(value < o->n_choices ? o->choices[value] : "unknown");
	return o->metavar ? json_integer(value) : json_boolean(value);
}

static int find_choice(const struct svf_option *o, const json_t *value)
{
	const char *text = json_string_value(value);

	for (unsigned int i = 0; text && i < o->n_choices; i++)
		if (!strcmp(text, o->choices[i]))
			return (int)i;
	return -EINVAL;
}

int svf_setup_option_set(const struct svf_setup_option *option, const json_t *value,
			 struct svf_up_args *args, char *reterr_text, size_t size)
{
	const struct svf_option *o = &svf_options[option->id];
	const json_int_t number = json_integer_value(value);
	const int choice = o->choices ? find_choice(o, value) : -EINVAL;
	bool *flag = has_flag(option, args);

	if (o->choices && choice < 0) {
		(void)snprintf(reterr_text, size, "must be \"%s\" or \"%s\"", o->choices[0],
			       o->choices[1]);
		return -EINVAL;
	}
	if (!o->choices && o->metavar &&
	    (!json_is_integer(value) || number < o->min || number > o->max)) {
		(void)snprintf(reterr_text, size, "must be a number from %u to %u", o->min, o->max);
		return -EINVAL;
	}
	if (!o->metavar && !json_is_boolean(value)) {
		(void)snprintf(reterr_text, size, "must be true or false");
		return -EINVAL;
	}
	set(option, args,
	    o->choices	 ? (unsigned int)choice
	    : o->metavar ? (unsigned int)number
			 : json_is_true(value));
	*flag = true;
	return 0;
}

static const char *format_value(const struct svf_setup_option *option,
				const struct svf_up_args *args, char buf[SVF_SETUP_KEY_MAX])
{
	const struct svf_option *o = &svf_options[option->id];
	const unsigned int value = get(option, args);

	if (o->choices)
		return value < o->n_choices ? o->choices[value] : "unknown";
	if (!o->metavar)
		return value ? "on" : "off";
	(void)snprintf(buf, SVF_SETUP_KEY_MAX, "%u", value);
	return buf;
}

int svf_setup_options_compare(const char *pf, const struct svf_up_args *present,
			      const struct svf_up_args *asked, struct svf_errmsg *err)
{
	for (size_t i = 0; i < SVF_N_SETUP_OPTIONS; i++) {
		const struct svf_setup_option *option = &svf_setup_options[i];
		char left[SVF_SETUP_KEY_MAX], right[SVF_SETUP_KEY_MAX];

		if (!has(option, asked) || get(option, present) == get(option, asked))
			continue;
		return svf_errmsg_exit_set(
			err, SVF_EXIT_REFUSED, -EINVAL,
			"%s: is up with --%s %s, not %s, which cannot change while it is up: "
			"`svf-loader down %s`, then apply again",
			pf, svf_options[option->id].name, format_value(option, present, left),
			format_value(option, asked, right), pf);
	}
	return 0;
}

void svf_setup_options_say(const struct svf_up_args *args, FILE *out)
{
	for (size_t i = 0; i < SVF_N_SETUP_OPTIONS; i++) {
		const struct svf_setup_option *option = &svf_setup_options[i];
		const struct svf_option *o = &svf_options[option->id];
		char text[SVF_SETUP_KEY_MAX];

		if (!has(option, args) || (!o->metavar && !get(option, args)))
			continue;
		fprintf(out, " --%s", o->name);
		if (o->metavar)
			fprintf(out, " %s", format_value(option, args, text));
	}
}
