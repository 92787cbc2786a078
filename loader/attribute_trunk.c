// SPDX-License-Identifier: GPL-2.0-only
/*
 * The attribute `trunk`: lists of 802.1Q and 802.1ad VLANs. Takes i40e's syntax (add 2,4,10-20) and
 * that of the VGT+ proposal to iproute2 (add 10 20 proto 802.1ad), where 0 stands for untagged.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "attribute.h"
#include "json.h"
#include "parse.h"

#define WORD_BITS 64

static bool has_vid(const __u64 trunk[SVF_TRUNK_WORDS], unsigned int vid)
{
	return trunk[vid / WORD_BITS] >> (vid % WORD_BITS) & 1;
}

static void set_vid(__u64 trunk[SVF_TRUNK_WORDS], unsigned int vid, bool on)
{
	__u64 bit = 1ULL << (vid % WORD_BITS);

	if (on)
		trunk[vid / WORD_BITS] |= bit;
	else
		trunk[vid / WORD_BITS] &= ~bit;
}

bool svf_attribute_trunk_is_empty(const __u64 trunk[SVF_TRUNK_WORDS])
{
	for (unsigned int i = 0; i < SVF_TRUNK_WORDS; i++)
		if (trunk[i])
			return false;
	return true;
}

void svf_attribute_count_trunk(struct svf_vf_config *config)
{
	config->has_trunk = !svf_attribute_trunk_is_empty(config->trunk) ||
			    !svf_attribute_trunk_is_empty(config->trunk_8021ad);
}

void svf_attribute_clear_trunk(struct svf_vf_config *config)
{
	memset(config->trunk, 0, sizeof(config->trunk));
	memset(config->trunk_8021ad, 0, sizeof(config->trunk_8021ad));
	config->has_trunk = 0;
	config->registered = 0;
}

static bool trunk_is_set(const struct svf_attribute *attribute, const void *object)
{
	const struct svf_vf_config *config = object;

	(void)attribute;
	return config->has_trunk && !config->registered;
}

/* What one group of `trunk` means: VLANs, and 0 for untagged. */
struct vids {
	__u64 set[SVF_TRUNK_WORDS];
};

static bool has_vlan(const __u64 set[SVF_TRUNK_WORDS])
{
	for (unsigned int vid = 1; vid <= SVF_VLAN_MAX; vid++)
		if (has_vid(set, vid))
			return true;
	return false;
}

static int refuse_vids(struct svf_attribute_input *in, const char *text)
{
	return svf_attribute_refuse(in, SVF_EXIT_USAGE,
				    "trunk: `%s` must be VLANs from 0 (untagged) to %d, like "
				    "2,4,10-20",
				    text, SVF_VLAN_MAX);
}

/* "5" or "10-20"; object is struct vids. */
static int add_vids(const struct svf_attribute *attribute, struct svf_attribute_input *in,
		    void *object, bool add, const char *item)
{
	struct vids *vids = object;
	char copy[SVF_ATTRIBUTE_ITEM_MAX], *end = copy;
	unsigned int first, last;
	const char *start;

	(void)attribute;
	(void)add;
	(void)snprintf(copy, sizeof(copy), "%s", item);
	start = strsep(&end, "-");
	if (svf_parse_number(start, 0, SVF_VLAN_MAX, &first) < 0 ||
	    svf_parse_number(end ? end : start, 0, SVF_VLAN_MAX, &last) < 0 || first > last)
		return refuse_vids(in, item);
	for (; first <= last; first++)
		set_vid(vids->set, first, true);
	return 0;
}

/* The other syntax: START END in words of their own. */
static int take_range_end(struct svf_attribute_input *in, struct vids *vids, const char *list)
{
	unsigned int first, last;

	if (in->n_words == 0 || svf_parse_number(list, 0, SVF_VLAN_MAX, &first) < 0 ||
	    in->words[0][strspn(in->words[0], "0123456789")] != '\0')
		return 0;

	const char *text = svf_attribute_take(in);

	if (svf_parse_number(text, first, SVF_VLAN_MAX, &last) < 0)
		return svf_attribute_refuse(in, SVF_EXIT_USAGE,
					    "trunk %s %s: must be START END, from 0 (untagged) to "
					    "%d",
					    list, text, SVF_VLAN_MAX);
	for (; first <= last; first++)
		set_vid(vids->set, first, true);
	return 0;
}

static int take_proto(struct svf_attribute_input *in, unsigned int *ret_proto)
{
	const char *text;

	if (!svf_attribute_next_is(in, "proto"))
		return 0;
	(void)svf_attribute_take(in);
	text = svf_attribute_take(in);
	if (!text || svf_parse_vlan_proto(text, ret_proto) < 0)
		return svf_attribute_refuse(in, SVF_EXIT_USAGE,
					    "trunk ... proto %s: must be 802.1Q or 802.1ad",
					    text ? text : "");
	return 0;
}

/* *ret_untagged is set if the group has VID 0. */
static int parse_trunk_group(const struct svf_attribute *attribute, struct svf_attribute_input *in,
			     struct svf_vf_config *config, int *ret_untagged)
{
	unsigned int proto = ETH_P_8021Q;
	struct vids vids = {};
	__u64 *trunk;
	bool add;
	int r;

	const char *list = svf_attribute_take_list(attribute, in, &add);
	if (!list)
		return -EINVAL;
	r = svf_attribute_for_items(attribute, in, &vids, add, list, add_vids);
	if (!r)
		r = take_range_end(in, &vids, list);
	if (!r)
		r = take_proto(in, &proto);
	if (r < 0)
		return r;

	if (has_vid(vids.set, 0) && proto == ETH_P_8021AD)
		return svf_attribute_refuse(in, SVF_EXIT_USAGE,
					    "trunk: 0 is untagged, it has no proto");
	if (has_vid(vids.set, 0)) {
		config->untagged = add;
		*ret_untagged = add;
	}
	/* The admin's trunk begins empty where the VF made one for itself. */
	if (add && config->registered && has_vlan(vids.set))
		svf_attribute_clear_trunk(config);
	trunk = proto == ETH_P_8021AD ? config->trunk_8021ad : config->trunk;
	for (unsigned int vid = 1; vid <= SVF_VLAN_MAX; vid++)
		if (has_vid(vids.set, vid))
			set_vid(trunk, vid, add);
	return 0;
}

static int parse_trunk(const struct svf_attribute *attribute, struct svf_attribute_input *in,
		       void *object)
{
	struct svf_vf_config *config = object;
	int untagged = -1;

	do {
		int r = parse_trunk_group(attribute, in, config, &untagged);

		if (r < 0)
			return r;
	} while (svf_attribute_list_goes_on(in));
	svf_attribute_count_trunk(config);
	if (untagged < 0)
		return 0;
	return svf_attribute_agree(in, &in->untagged, untagged, "trunk 0", "untagged");
}

/* The next run of VLANs from *first on; false if there is none. */
static bool next_range(const __u64 trunk[SVF_TRUNK_WORDS], unsigned int *first, unsigned int *last)
{
	while (*first <= SVF_VLAN_MAX && !has_vid(trunk, *first))
		(*first)++;
	for (*last = *first; *last < SVF_VLAN_MAX && has_vid(trunk, *last + 1);)
		(*last)++;
	return *first <= SVF_VLAN_MAX;
}

/* "10-20", or "5" alone. */
static void format_range(char *buf, size_t size, unsigned int first, unsigned int last)
{
	if (first == last)
		(void)snprintf(buf, size, "%u", first);
	else
		(void)snprintf(buf, size, "%u-%u", first, last);
}

static void show_vids(FILE *out, const __u64 trunk[SVF_TRUNK_WORDS], const char *label,
		      const char *end)
{
	struct svf_wrap wrap = { .out = out, .indent = SVF_SHOW_INDENT };
	unsigned int last;
	char text[SVF_ATTRIBUTE_ITEM_MAX];

	if (svf_attribute_trunk_is_empty(trunk))
		return;
	svf_wrap_label(&wrap, label);
	for (unsigned int first = 1; next_range(trunk, &first, &last); first = last + 1) {
		format_range(text, sizeof(text), first, last);
		svf_wrap_item(&wrap, text);
	}
	svf_wrap_end(&wrap, end);
}

static void show_trunk(const struct svf_attribute *attribute, FILE *out, const void *object)
{
	const struct svf_vf_config *config = object;

	(void)attribute;
	show_vids(out, config->trunk, "Allowed 802.1Q VLANs: ", ".");
	show_vids(out, config->trunk_8021ad, "Allowed 802.1ad VLANs: ", ".");
}

/* {"vlan": 10, "vlanEnd": 20}, as bridge -j prints ranges. */
static int add_ranges(json_t *array, const __u64 trunk[SVF_TRUNK_WORDS], bool is_8021ad)
{
	unsigned int last;

	for (unsigned int first = 1; next_range(trunk, &first, &last); first = last + 1) {
		json_t *range = json_pack("{s:i}", "vlan", (int)first); /* array's, if not NULL */

		if (json_array_append_new(array, range) < 0 ||
		    (last > first &&
		     json_object_set_new(range, "vlanEnd", json_integer(last)) < 0) ||
		    (is_8021ad &&
		     json_object_set_new(range, "protocol", json_string("802.1ad")) < 0))
			return -ENOMEM;
	}
	return 0;
}

static json_t *json_vids(const struct svf_vf_config *config)
{
	svf_cleanup(json) json_t *array = json_array();

	if (!array || add_ranges(array, config->trunk, false) < 0 ||
	    add_ranges(array, config->trunk_8021ad, true) < 0)
		return NULL;
	return TAKE_PTR(array);
}

static json_t *json_trunk(const struct svf_attribute *attribute, const void *object)
{
	const struct svf_vf_config *config = object;

	(void)attribute;
	return config->registered ? json_array() : json_vids(config);
}

/* --- words of `set` --- */

/* " add 5,10-20 proto 802.1ad" with those of the set. */
static void say_vids(FILE *out, const char *action, const __u64 trunk[SVF_TRUNK_WORDS],
		     bool is_8021ad)
{
	unsigned int last, n = 0;
	char text[32];

	for (unsigned int first = 1; next_range(trunk, &first, &last); first = last + 1) {
		format_range(text, sizeof(text), first, last);
		svf_attribute_say_item(out, action, n++, text);
	}
	if (n && is_8021ad)
		fputs(" proto 802.1ad", out);
}

static void say_difference(FILE *out, const __u64 from[SVF_TRUNK_WORDS],
			   const __u64 to[SVF_TRUNK_WORDS], bool is_8021ad)
{
	struct vids removed, added;

	for (unsigned int i = 0; i < SVF_TRUNK_WORDS; i++) {
		removed.set[i] = from[i] & ~to[i];
		added.set[i] = to[i] & ~from[i];
	}
	say_vids(out, "rem", removed.set, is_8021ad);
	say_vids(out, "add", added.set, is_8021ad);
}

static void say_trunk(const struct svf_attribute *attribute, const void *from, const void *to,
		      FILE *out)
{
	static const __u64 none[SVF_TRUNK_WORDS];
	const struct svf_vf_config *a = from, *b = to;

	/* What the VF registers itself is nothing that was set. */
	(void)attribute;
	say_difference(out, a->registered ? none : a->trunk, b->registered ? none : b->trunk,
		       false);
	say_difference(out, a->registered ? none : a->trunk_8021ad,
		       b->registered ? none : b->trunk_8021ad, true);
}

/* {"vlan": 10, "vlanEnd": 20, "protocol": "802.1ad"} or its first part or two, into a set each. */
static int take_json_range(json_t *item, struct vids *vids, struct vids *vids_8021ad)
{
	const char *protocol = "802.1Q";
	int first, last = -1;
	unsigned int proto;

	if (json_unpack(item, "{s:i, s?i, s?s!}", "vlan", &first, "vlanEnd", &last, "protocol",
			&protocol) < 0 ||
	    svf_parse_vlan_proto(protocol, &proto) < 0)
		return -EINVAL;
	if (last < 0)
		last = first;
	if (first < 1 || last < first || last > SVF_VLAN_MAX)
		return -EINVAL;
	for (; first <= last; first++)
		set_vid(proto == ETH_P_8021AD ? vids_8021ad->set : vids->set, (unsigned int)first,
			true);
	return 0;
}

static int say_json_trunk(const struct svf_attribute *attribute, const json_t *value, FILE *out)
{
	struct vids vids = {}, vids_8021ad = {};
	json_t *item;
	size_t i;

	(void)attribute;
	json_array_foreach (value, i, item)
		if (take_json_range(item, &vids, &vids_8021ad) < 0)
			return -EINVAL;
	say_vids(out, "add", vids.set, false);
	say_vids(out, "add", vids_8021ad.set, true);
	return 0;
}

const struct svf_attribute_kind svf_kind_trunk = {
	.parse = parse_trunk,
	.is_set = trunk_is_set,
	.show_lines = show_trunk,
	.json = json_trunk,
	.say_json = say_json_trunk,
	.say_change = say_trunk,
};

/* --- what the VF registers itself --- */

static bool is_registered(const struct svf_attribute *attribute, const void *object)
{
	(void)attribute;
	return ((const struct svf_vf_config *)object)->registered;
}

static void show_registered(const struct svf_attribute *attribute, FILE *out, const void *object)
{
	const struct svf_vf_config *config = object;

	(void)attribute;
	show_vids(out, config->trunk, "registered ", "");
	show_vids(out, config->trunk_8021ad, "registered 802.1ad ", "");
}

static json_t *json_registered(const struct svf_attribute *attribute, const void *object)
{
	return is_registered(attribute, object) ? json_vids(object) : json_array();
}

const struct svf_attribute_kind svf_kind_registered = {
	.is_set = is_registered,
	.show_lines = show_registered,
	.json = json_registered,
};
