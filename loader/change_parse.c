// SPDX-License-Identifier: GPL-2.0-only
/*
 * The words of `set PF vf N ...`, iproute2's. Refuses what no VF can have; what depends on the
 * PF and the other VFs (an address that is taken) is change.c's to refuse.
 */
#include <errno.h>

#include <svf/abi.h>

#include "change.h"
#include "macaddr.h"
#include "parse.h"
#include "words.h"

enum word { WORD_MAC, WORD_VLAN, WORD_QOS, N_WORDS };

static const char *const names[] = {
	[WORD_MAC] = "mac",
	[WORD_VLAN] = "vlan",
	[WORD_QOS] = "qos",
};
_Static_assert(sizeof(names) / sizeof(names[0]) == N_WORDS, "all words");

struct parser {
	const char *pf;
	unsigned int vf;
	struct svf_change change;
	struct svf_errmsg *err;
};

/* fmt is appended to "eth0: vf 3: ". */
#define refuse(parser, fmt, ...)                                                                   \
	svf_errmsg_exit_set((parser)->err, SVF_EXIT_USAGE, -EINVAL, "%s: vf %u: " fmt,             \
			    (parser)->pf, (parser)->vf __VA_OPT__(, ) __VA_ARGS__)

static int parse_mac(struct parser *p, const char *text)
{
	if (svf_mac_parse(text, p->change.mac) < 0)
		return refuse(p, "mac %s: must be an address like 02:00:00:00:00:01", text);
	if (svf_mac_is_zero(p->change.mac))
		return refuse(p, "mac %s: a VF cannot have the zero address", text);
	if (svf_mac_is_multicast(p->change.mac))
		return refuse(p, "mac %s: a VF cannot have a multicast address", text);
	p->change.has_mac = true;
	return 0;
}

static int parse_vlan(struct parser *p, const char *text)
{
	unsigned int vlan;

	if (svf_parse_number(text, 0, SVF_VLAN_MAX, &vlan) < 0)
		return refuse(p, "vlan %s: must be a number from 0 (none) to %d", text,
			      SVF_VLAN_MAX);
	p->change.vlan = (uint16_t)vlan;
	p->change.has_vlan = true;
	return 0;
}

static int parse_qos(struct parser *p, const char *text)
{
	unsigned int qos;

	if (svf_parse_number(text, 0, SVF_QOS_MAX, &qos) < 0)
		return refuse(p, "qos %s: must be a number from 0 to %d", text, SVF_QOS_MAX);
	p->change.qos = (uint8_t)qos;
	p->change.has_qos = true;
	return 0;
}

static int parse_value(struct parser *p, enum word word, const char *text)
{
	const bool given[] = {
		[WORD_MAC] = p->change.has_mac,
		[WORD_VLAN] = p->change.has_vlan,
		[WORD_QOS] = p->change.has_qos,
	};

	if (given[word])
		return refuse(p, "%s is given twice", names[word]);

	switch (word) {
	case WORD_MAC:
		return parse_mac(p, text);
	case WORD_VLAN:
		return parse_vlan(p, text);
	case WORD_QOS:
	case N_WORDS:
		break;
	}
	return parse_qos(p, text);
}

static int find_word(struct parser *p, const char *text)
{
	char hint[SVF_HINT_MAX];
	int word = svf_word_find(text, names, N_WORDS);

	if (word < 0)
		return refuse(p, "unknown word `%s`: %s", text,
			      svf_word_hint(hint, text, "", names, N_WORDS,
					    "mac, vlan and qos can be set"));
	return word;
}

static int check_together(struct parser *p)
{
	if (p->change.has_qos && !p->change.has_vlan)
		return refuse(p, "qos needs vlan: vlan VID qos %u", p->change.qos);
	if (p->change.qos && !p->change.vlan)
		return refuse(p, "vlan 0 qos %u: without a VLAN there is no tag to carry qos",
			      p->change.qos);
	return 0;
}

int svf_change_parse(struct svf_change *ret_change, const char *pf, unsigned int vf, int argc,
		     char *const argv[], struct svf_errmsg *err)
{
	struct parser p = { .pf = pf, .vf = vf, .err = err };
	int r;

	if (argc == 0)
		return refuse(&p, "nothing to set: mac LLADDR, vlan VID [qos Q]");

	for (int i = 0; i < argc; i += 2) {
		int word = find_word(&p, argv[i]);

		if (word < 0)
			return word;
		if (i + 1 == argc)
			return refuse(&p, "%s needs a value", names[word]);
		r = parse_value(&p, (enum word)word, argv[i + 1]);
		if (r < 0)
			return r;
	}
	r = check_together(&p);
	if (r < 0)
		return r;
	*ret_change = p.change;
	return 0;
}
