// SPDX-License-Identifier: GPL-2.0-only
/*
 * The words of `set`, read by the tables of attribute_table.c into a configuration: a scratch one
 * to see that they are well-formed, then the present one. What depends on the PF, its lane and the
 * other VFs (an address that is taken, an MTU that is too long) is change.c's to refuse.
 */
#include "change.h"

#include <errno.h>
#include <string.h>

#include "attribute.h"
#include "words.h"

#define SCRATCH_MTU ETH_DATA_LEN

/* What is to be set, of a VF or of the PF. */
struct target {
	const struct svf_attribute *table;
	unsigned int n;
};

static struct target find_target(const struct svf_change *change)
{
	if (change->vf == SVF_PF_ID)
		return (struct target){ svf_pf_attributes, SVF_N_PF_ATTRIBUTES };
	return (struct target){ svf_vf_attributes, SVF_N_VF_ATTRIBUTES };
}

static void list_names(const struct target *target, const char *ret_names[SVF_N_ATTRIBUTES_MAX])
{
	for (unsigned int i = 0; i < target->n; i++)
		ret_names[i] = target->table[i].word;
}

/* "vlan=100", and what `show` and its JSON call it: "link-state", "protocol". NULL: neither. */
static const char *find_alias(const struct target *target, const char *text)
{
	const size_t len = strcspn(text, "=");

	for (unsigned int i = 0; i < target->n; i++) {
		const struct svf_attribute *a = &target->table[i];
		const size_t line = a->line ? strcspn(a->line, " ") : 0;

		if ((text[len] && !strncmp(text, a->word, len) && !a->word[len]) ||
		    (a->key && !strcmp(text, a->key)) ||
		    (line && line == len && !strncmp(text, a->line, len)))
			return a->word;
	}
	return NULL;
}

static int refuse_word(const struct svf_attribute_input *in, const struct target *target,
		       const char *text)
{
	const char *names[SVF_N_ATTRIBUTES_MAX], *alias;
	char hint[SVF_HINT_MAX];

	list_names(target, names);
	alias = svf_word_find(text, names, target->n) == -ENOENT ? find_alias(target, text) : NULL;

	if (strcmp(text, "vf") == 0)
		return svf_attribute_refuse(in, SVF_EXIT_USAGE,
					    "one VF per command: give `vf` once, and first");
	if (in->vf == SVF_PF_ID && text[0] && text[strspn(text, "0123456789")] == '\0')
		return svf_attribute_refuse(in, SVF_EXIT_USAGE,
					    "unknown word `%s`: did you mean `vf %s`?", text, text);
	if (alias && strchr(text, '='))
		return svf_attribute_refuse(in, SVF_EXIT_USAGE,
					    "unknown word `%s`: did you mean `%s %s`?", text, alias,
					    strchr(text, '=') + 1);
	if (alias)
		(void)snprintf(hint, sizeof(hint), "did you mean `%s`?", alias);
	else
		(void)svf_word_hint(hint, text, "", names, target->n,
				    "see `svf-loader set --help`");
	return svf_attribute_refuse(in, SVF_EXIT_USAGE, "unknown word `%s`: %s", text, hint);
}

/* The row that the next word names. */
static int find_attribute(struct svf_attribute_input *in, const struct target *target)
{
	const char *names[SVF_N_ATTRIBUTES_MAX], *text = svf_attribute_take(in);
	int i;

	list_names(target, names);
	i = svf_word_find(text, names, target->n);
	if (i >= 0)
		return i;
	if (in->vf == SVF_PF_ID) {
		const struct target vf = { svf_vf_attributes, SVF_N_VF_ATTRIBUTES };

		list_names(&vf, names);
		if (svf_word_find(text, names, vf.n) >= 0)
			return svf_attribute_refuse(in, SVF_EXIT_USAGE,
						    "`%s` is a VF's: svf-loader set %s vf N %s ...",
						    text, in->pf, text);
	}
	return refuse_word(in, target, text);
}

static int read_attribute(struct svf_attribute_input *in, const struct target *target, void *object)
{
	char syntax[SVF_SYNTAX_MAX];
	const struct svf_attribute *a;
	int i = find_attribute(in, target), r;

	if (i < 0)
		return i;
	a = &target->table[i];
	if (in->given & 1ULL << i && a->kind->show_lines)
		return svf_attribute_refuse(in, SVF_EXIT_USAGE,
					    "%s is given twice: %s add A rem B does both", a->word,
					    a->word);
	if (in->given & 1ULL << i)
		return svf_attribute_refuse(in, SVF_EXIT_USAGE, "%s is given twice", a->word);
	in->given |= 1ULL << i;
	if (in->n_words == 0)
		return svf_attribute_refuse(in, SVF_EXIT_USAGE, "%s needs a value: %s %s", a->word,
					    a->word, svf_attribute_syntax(a, syntax));
	r = a->kind->parse(a, in, object);
	if (!r && a->after)
		r = a->after(a, in, object);
	return r;
}

/* Words that are nothing without another one. */
static int check_needs(const struct svf_attribute_input *in, const struct target *target)
{
	const char *names[SVF_N_ATTRIBUTES_MAX];

	list_names(target, names);
	for (unsigned int i = 0; i < target->n; i++) {
		const struct svf_attribute *a = &target->table[i];

		if (in->given & 1ULL << i && a->needs &&
		    !(in->given & 1ULL << svf_word_find(a->needs, names, target->n)))
			return svf_attribute_refuse(in, SVF_EXIT_USAGE, "%s needs %s: %s VID %s %s",
						    a->word, a->needs, a->needs, a->word,
						    a->syntax);
	}
	return 0;
}

static struct svf_attribute_input start(const struct svf_change *change, struct svf_errmsg *err)
{
	return (struct svf_attribute_input){
		.pf = change->pf,
		.vf = change->vf,
		.words = change->argv,
		.n_words = change->argc,
		.tx_rate = -1,
		.untagged = -1,
		.err = err,
	};
}

/* Reads the words into object, which may be changed in part on failure. */
static int read_words(const struct svf_change *change, void *object, uint64_t *ret_given,
		      struct svf_errmsg *err)
{
	struct svf_attribute_input in = start(change, err);
	const struct target target = find_target(change);
	int r;

	if (change->argc == 0)
		return svf_attribute_refuse(&in, SVF_EXIT_USAGE,
					    "nothing to set: see `svf-loader set --help`");
	while (in.n_words > 0) {
		r = read_attribute(&in, &target, object);
		if (r < 0)
			return r;
	}
	*ret_given = in.given;
	return check_needs(&in, &target);
}

/* Whether the values go together. */
static int check(const struct svf_change *change, const void *object, struct svf_errmsg *err)
{
	const struct svf_attribute_input in = start(change, err);
	const struct target target = find_target(change);
	char text[SVF_REASON_MAX];

	for (unsigned int i = 0; i < target.n; i++)
		if (target.table[i].check &&
		    target.table[i].check(object, change->given, text, sizeof(text)) < 0)
			return svf_attribute_refuse(&in, SVF_EXIT_REFUSED, "%s", text);
	return 0;
}

/* What the VF registers itself, it alone can give up. */
static int check_registered(const struct svf_change *change, const struct svf_vf_config *old,
			    const struct svf_vf_config *merged, struct svf_errmsg *err)
{
	const struct svf_attribute_input in = start(change, err);
	char list[SVF_TRUST_TEXT_MAX];

	if (!merged->registered ||
	    (!memcmp(merged->trunk, old->trunk, sizeof(old->trunk)) &&
	     !memcmp(merged->trunk_8021ad, old->trunk_8021ad, sizeof(old->trunk_8021ad))))
		return 0;
	return svf_attribute_refuse(
		&in, SVF_EXIT_REFUSED,
		"trunk rem: the VF has registered its VLANs itself (trust vlan): `trust %s` takes "
		"them away, `trunk add` puts others in their place",
		svf_attribute_format_trust(list, merged->trust & ~(1U << SVF_TRUST_VLAN)));
}

int svf_change_parse(struct svf_change *ret_change, const char *pf, unsigned int vf, int argc,
		     char *const argv[], struct svf_errmsg *err)
{
	struct svf_change change = { .pf = pf, .vf = vf, .argc = argc, .argv = argv };
	union {
		struct svf_vf_config vf;
		struct svf_policy pf;
	} scratch = {};
	int r;

	if (argc > SVF_CHANGE_WORDS_MAX)
		return svf_errmsg_exit_set(err, SVF_EXIT_USAGE, -E2BIG, "%s: more than %d words",
					   pf, SVF_CHANGE_WORDS_MAX);
	if (vf == SVF_PF_ID)
		svf_attributes_reset_pf(&scratch.pf);
	else
		svf_attributes_reset_vf(&scratch.vf, SCRATCH_MTU);
	r = read_words(&change, &scratch, &change.given, err);
	if (r < 0)
		return r;
	*ret_change = change;
	return 0;
}

int svf_change_merge_vf(const struct svf_change *change, struct svf_vf_config *config,
			struct svf_errmsg *err)
{
	struct svf_vf_config merged = *config;
	uint64_t given;
	int r = read_words(change, &merged, &given, err);

	if (!r)
		svf_change_settle_registered(&merged);
	if (!r)
		r = check_registered(change, config, &merged, err);
	if (!r)
		r = check(change, &merged, err);
	if (!r)
		*config = merged;
	return r;
}

int svf_change_merge_pf(const struct svf_change *change, struct svf_policy *policy,
			struct svf_errmsg *err)
{
	struct svf_policy merged = *policy;
	uint64_t given;
	int r = read_words(change, &merged, &given, err);

	if (!r)
		r = check(change, &merged, err);
	if (!r)
		*policy = merged;
	return r;
}
