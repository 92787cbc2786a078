// SPDX-License-Identifier: GPL-2.0-only
/*
 * Values that are one word and one field: numbers, rates, flags, choices, addresses. What they
 * are allowed to be is in the attribute's row.
 */
#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "attribute.h"
#include "macaddr.h"
#include "parse.h"
#include "words.h"

#define LIST_MAX 128 /* "auto, enable or disable" */

static const char *const on_off[] = { "on", "off" };

/* --- fields --- */

static unsigned int get_field(const struct svf_attribute *attribute, const void *object)
{
	const char *field = (const char *)object + attribute->offset;
	__u16 u16;
	__u32 u32;

	switch (attribute->size) {
	case sizeof(u32):
		memcpy(&u32, field, sizeof(u32));
		return u32;
	case sizeof(u16):
		memcpy(&u16, field, sizeof(u16));
		return u16;
	default:
		return *(const __u8 *)field;
	}
}

static void set_field(const struct svf_attribute *attribute, void *object, unsigned int value)
{
	char *field = (char *)object + attribute->offset;
	__u16 u16 = (__u16)value;
	__u32 u32 = value;

	switch (attribute->size) {
	case sizeof(u32):
		memcpy(field, &u32, sizeof(u32));
		break;
	case sizeof(u16):
		memcpy(field, &u16, sizeof(u16));
		break;
	default:
		*(__u8 *)field = (__u8)value;
	}
}

static bool is_nonzero(const struct svf_attribute *attribute, const void *object)
{
	return get_field(attribute, object) != 0;
}

static bool always(const struct svf_attribute *attribute, const void *object)
{
	(void)attribute;
	(void)object;
	return true;
}

static void show_number(const struct svf_attribute *attribute, FILE *out, const void *object)
{
	fprintf(out, "%u", get_field(attribute, object));
}

static json_t *json_number(const struct svf_attribute *attribute, const void *object)
{
	return json_integer(get_field(attribute, object));
}

/* --- numbers --- */

static int parse_number(const struct svf_attribute *attribute, struct svf_attribute_input *in,
			void *object)
{
	const char *text = svf_attribute_take(in);
	unsigned int value;

	if (svf_parse_number(text, attribute->min, attribute->max, &value) < 0)
		return svf_attribute_refuse(in, SVF_EXIT_USAGE,
					    "%s %s: must be a number from %u to %u",
					    attribute->word, text, attribute->min, attribute->max);
	set_field(attribute, object, value);
	return 0;
}

const struct svf_attribute_kind svf_kind_number = {
	.parse = parse_number,
	.is_set = is_nonzero,
	.show = show_number,
	.json = json_number,
};

static int parse_rate(const struct svf_attribute *attribute, struct svf_attribute_input *in,
		      void *object)
{
	const char *text = svf_attribute_take(in);
	unsigned int mbit;
	int r = svf_parse_rate(text, attribute->max, &mbit);

	if (r == -EDOM)
		return svf_attribute_refuse(in, SVF_EXIT_USAGE,
					    "%s %s: rates are whole Mbit/s, as in ip link",
					    attribute->word, text);
	if (r < 0)
		return svf_attribute_refuse(
			in, SVF_EXIT_USAGE,
			"%s %s: must be Mbit/s from 0 (none) to %u, or with a unit: 100mbit, 1gbit",
			attribute->word, text, attribute->max);
	set_field(attribute, object, mbit);
	return 0;
}

const struct svf_attribute_kind svf_kind_rate = {
	.parse = parse_rate,
	.is_set = is_nonzero,
	.show = show_number,
	.json = json_number,
	.takes_text = true,
};

static int parse_size(const struct svf_attribute *attribute, struct svf_attribute_input *in,
		      void *object)
{
	const char *text = svf_attribute_take(in);
	unsigned int bytes;

	if (svf_parse_size(text, attribute->max, &bytes) < 0)
		return svf_attribute_refuse(
			in, SVF_EXIT_USAGE,
			"%s %s: must be bytes from 0 (chosen by rate) to %u, or with a unit: 64k",
			attribute->word, text, attribute->max);
	set_field(attribute, object, bytes);
	return 0;
}

const struct svf_attribute_kind svf_kind_size = {
	.parse = parse_size,
	.is_set = is_nonzero,
	.show = show_number,
	.json = json_number,
	.takes_text = true,
};

static int parse_pps(const struct svf_attribute *attribute, struct svf_attribute_input *in,
		     void *object)
{
	const char *text = svf_attribute_take(in);
	unsigned int pps;

	if (svf_parse_count(text, attribute->max, &pps) < 0)
		return svf_attribute_refuse(
			in, SVF_EXIT_USAGE,
			"%s %s: must be frames a second from 0 (no limit) to %u, or with a unit: "
			"10k, 1m",
			attribute->word, text, attribute->max);
	set_field(attribute, object, pps);
	return 0;
}

const struct svf_attribute_kind svf_kind_pps = {
	.parse = parse_pps,
	.is_set = is_nonzero,
	.show = show_number,
	.json = json_number,
	.takes_text = true,
};

/* --- words --- */

/* "tc, xdp or afxdp" */
static const char *list_words(char buf[LIST_MAX], const char *const words[], unsigned int n)
{
	size_t used = 0;

	for (unsigned int i = 0; i < n && used < LIST_MAX; i++)
		used += (size_t)snprintf(buf + used, LIST_MAX - used, "%s%s",
					 i == 0	      ? ""
					 : i == n - 1 ? " or "
						      : ", ",
					 words[i]);
	return buf;
}

static int parse_word(const struct svf_attribute *attribute, struct svf_attribute_input *in,
		      const char *const words[], unsigned int n)
{
	const char *text = svf_attribute_take(in);
	int i = svf_word_find(text, words, n);
	char list[LIST_MAX];

	if (i < 0)
		return svf_attribute_refuse(in, SVF_EXIT_USAGE, "%s %s: must be %s",
					    attribute->word, text, list_words(list, words, n));
	return i;
}

static int parse_flag(const struct svf_attribute *attribute, struct svf_attribute_input *in,
		      void *object)
{
	int value = parse_word(attribute, in, on_off, sizeof(on_off) / sizeof(on_off[0]));

	if (value < 0)
		return value;
	set_field(attribute, object, value == 0);
	return 0;
}

static void show_flag(const struct svf_attribute *attribute, FILE *out, const void *object)
{
	fputs(on_off[!is_nonzero(attribute, object)], out);
}

static json_t *json_flag(const struct svf_attribute *attribute, const void *object)
{
	return json_boolean(is_nonzero(attribute, object));
}

const struct svf_attribute_kind svf_kind_flag = {
	.parse = parse_flag,
	.is_set = always,
	.show = show_flag,
	.json = json_flag,
};

static int parse_choice(const struct svf_attribute *attribute, struct svf_attribute_input *in,
			void *object)
{
	int value =
		parse_word(attribute, in, attribute->choices, attribute->max - attribute->min + 1);

	if (value < 0)
		return value;
	set_field(attribute, object, attribute->min + (unsigned int)value);
	return 0;
}

static const char *choice_of(const struct svf_attribute *attribute, const void *object)
{
	unsigned int value = get_field(attribute, object);

	if (value < attribute->min || value > attribute->max)
		return "unknown";
	return attribute->choices[value - attribute->min];
}

static void show_choice(const struct svf_attribute *attribute, FILE *out, const void *object)
{
	fputs(choice_of(attribute, object), out);
}

static json_t *json_choice(const struct svf_attribute *attribute, const void *object)
{
	return json_string(choice_of(attribute, object));
}

const struct svf_attribute_kind svf_kind_choice = {
	.parse = parse_choice,
	.is_set = always,
	.show = show_choice,
	.json = json_choice,
};

/* --- VLAN protocol --- */

static int parse_vlan_proto(const struct svf_attribute *attribute, struct svf_attribute_input *in,
			    void *object)
{
	const char *text = svf_attribute_take(in);
	unsigned int proto;

	if (svf_parse_vlan_proto(text, &proto) < 0)
		return svf_attribute_refuse(in, SVF_EXIT_USAGE, "%s %s: must be 802.1Q or 802.1ad",
					    attribute->word, text);
	set_field(attribute, object, proto);
	return 0;
}

/* As ip: 802.1Q goes without saying. */
static bool is_other_proto(const struct svf_attribute *attribute, const void *object)
{
	return get_field(attribute, object) == ETH_P_8021AD;
}

static const char *proto_of(const struct svf_attribute *attribute, const void *object)
{
	return is_other_proto(attribute, object) ? "802.1ad" : "802.1Q";
}

static void show_vlan_proto(const struct svf_attribute *attribute, FILE *out, const void *object)
{
	fputs(proto_of(attribute, object), out);
}

static json_t *json_vlan_proto(const struct svf_attribute *attribute, const void *object)
{
	return json_string(proto_of(attribute, object));
}

const struct svf_attribute_kind svf_kind_vlan_proto = {
	.parse = parse_vlan_proto,
	.is_set = is_other_proto,
	.show = show_vlan_proto,
	.json = json_vlan_proto,
};

/* --- addresses --- */

/* "0", too: back to the stable address. */
static int parse_mac(const struct svf_attribute *attribute, struct svf_attribute_input *in,
		     void *object)
{
	const char *text = svf_attribute_take(in);
	uint8_t mac[ETH_ALEN] = {};

	if (strcmp(text, "0") != 0 && svf_mac_parse(text, mac) < 0)
		return svf_attribute_refuse(
			in, SVF_EXIT_USAGE,
			"%s %s: must be an address like 02:00:00:00:00:01, or 0", attribute->word,
			text);
	if (svf_mac_is_multicast(mac))
		return svf_attribute_refuse(in, SVF_EXIT_USAGE,
					    "%s %s: a VF cannot have a multicast address",
					    attribute->word, text);
	memcpy((char *)object + attribute->offset, mac, ETH_ALEN);
	return 0;
}

static void show_mac(const struct svf_attribute *attribute, FILE *out, const void *object)
{
	char text[SVF_MAC_TEXT_MAX];

	svf_mac_format(text, (const uint8_t *)object + attribute->offset);
	fputs(text, out);
}

static json_t *json_mac(const struct svf_attribute *attribute, const void *object)
{
	char text[SVF_MAC_TEXT_MAX];

	svf_mac_format(text, (const uint8_t *)object + attribute->offset);
	return json_string(text);
}

/* Back to the stable address in the words that people use. */
static void say_mac(const struct svf_attribute *attribute, const void *from, const void *to,
		    FILE *out)
{
	const uint8_t *was = (const uint8_t *)from + attribute->offset;
	const uint8_t *is = (const uint8_t *)to + attribute->offset;
	char text[SVF_MAC_TEXT_MAX];

	svf_mac_format(text, is);
	if (memcmp(was, is, ETH_ALEN) != 0)
		fprintf(out, " %s", svf_mac_is_zero(is) ? "0" : text);
}

const struct svf_attribute_kind svf_kind_mac = {
	.parse = parse_mac,
	.is_set = always,
	.show = show_mac,
	.json = json_mac,
	.say_change = say_mac,
};

/* --- words of ip that mean nothing here --- */

static int refuse_value(const struct svf_attribute *attribute, struct svf_attribute_input *in,
			void *object)
{
	(void)object;
	return svf_attribute_refuse(in, SVF_EXIT_REFUSED, "%s: %s", attribute->word,
				    attribute->help);
}

static bool never(const struct svf_attribute *attribute, const void *object)
{
	(void)attribute;
	(void)object;
	return false;
}

const struct svf_attribute_kind svf_kind_refused = {
	.parse = refuse_value,
	.is_set = never,
};
