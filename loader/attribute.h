/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The attributes of a VF and of the PF, one table row each: word, value grammar, parser, check,
 * printer, JSON key, help. `set`, `show` and help go by these tables; man page and completion are
 * compared with them by tests/unit/test_attribute.c.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include <jansson.h>

#include <svf/abi.h>
#include <svf/errmsg.h>

#define SVF_MTU_MIN 68 /* the least that IPv4 allows */
/* At the lowest rate, 1 Mbit/s, this takes 268 s; a qdisc's bucket holds 2^32 ticks of 64 ns. */
#define SVF_BURST_MAX (32U << 20)
/* Whole ns between two frames: at this rate 1 % off. */
#define SVF_PPS_MAX 10000000U

struct svf_attribute;

/* The words of a `set` while they are read. */
struct svf_attribute_input {
	const char *pf;	    /* for messages */
	unsigned int vf;    /* SVF_PF_ID: of the PF itself */
	char *const *words; /* not read yet */
	int n_words;
	uint64_t given;	  /* rows that were given, 1 << index */
	int64_t tx_rate;  /* what `rate` or `max_tx_rate` said; -1: nothing yet */
	int64_t untagged; /* what `untagged` or VID 0 of `trunk` said; -1: nothing yet */
	struct svf_errmsg *err;
};

/* A kind of value; objects are struct svf_vf_config or struct svf_policy. */
struct svf_attribute_kind {
	/* Takes the value's words, of which there is one at least, into the object. NULL: nobody
	 * sets it. */
	int (*parse)(const struct svf_attribute *attribute, struct svf_attribute_input *in,
		     void *object);
	/* Whether text output has something to tell. */
	bool (*is_set)(const struct svf_attribute *attribute, const void *object);
	/* Prints the value; NULL for kinds that take lines of their own, or none. */
	void (*show)(const struct svf_attribute *attribute, FILE *out, const void *object);
	/* Prints whole lines. */
	void (*show_lines)(const struct svf_attribute *attribute, FILE *out, const void *object);
	json_t *(*json)(const struct svf_attribute *attribute, const void *object);
	/* Lists: prints the words after the attribute's that stand for the JSON value that json
	 * makes, " add a,b"; -EINVAL if it is none. NULL: as the JSON's type says. */
	int (*say_json)(const struct svf_attribute *attribute, const json_t *value, FILE *out);
	/* Prints the words that make `from` to `to`, " rem a add b", none if they are the same.
	 * NULL: the value of `to`, as show has it. */
	void (*say_change)(const struct svf_attribute *attribute, const void *from, const void *to,
			   FILE *out);
	bool takes_text; /* in JSON also a string with the word of `set`: "1gbit" */
};

enum svf_attribute_place {
	SVF_ATTRIBUTE_OURS,   /* lines of our own with -d; JSON: in "svf", by its word */
	SVF_ATTRIBUTE_IP,     /* in the vf line and JSON of ip, in the order of the table */
	SVF_ATTRIBUTE_NOWHERE /* not by the table: the vf line begins with it, or it is refused */
};

struct svf_attribute {
	const char *word;   /* iproute2's, where it has one */
	const char *syntax; /* of the value; NULL: made from the choices */
	const char *help;
	const struct svf_attribute_kind *kind;
	size_t offset;		    /* of the field in the object */
	uint8_t size;		    /* of the field: 1, 2 or 4 bytes; lists: 0 */
	unsigned int min, max;	    /* of a number */
	const char *const *choices; /* max - min + 1 words for the values from min on */
	const char *needs;	    /* attribute that must be given with it; NULL: none */
	/* Further effects of a value that was read. */
	int (*after)(const struct svf_attribute *attribute, struct svf_attribute_input *in,
		     void *object);
	/* Fills reterr_text (and returns -EINVAL) if it does not go with the object's others.
	 * given: the rows that the user typed, 1 << index. */
	int (*check)(const void *object, uint64_t given, char *reterr_text, size_t size);

	enum svf_attribute_place place;
	const char *line;  /* what comes before the value in the vf line */
	const char *unit;  /* what comes after it in text; NULL: nothing */
	const char *key;   /* of SVF_ATTRIBUTE_IP in JSON; NULL: the word */
	const char *group; /* object in ip's JSON that has it; NULL: the VF's */
	bool key_always;   /* in JSON also where text tells nothing */
	/* What to add in parentheses; may return NULL. */
	const char *(*note)(const struct svf_vf_config *config, const struct svf_policy *policy);
};

enum svf_vf_attribute {
	SVF_VF_ATTRIBUTE_MAC,
	SVF_VF_ATTRIBUTE_VLAN,
	SVF_VF_ATTRIBUTE_QOS,
	SVF_VF_ATTRIBUTE_PROTO,
	SVF_VF_ATTRIBUTE_RATE,
	SVF_VF_ATTRIBUTE_MAX_TX_RATE,
	SVF_VF_ATTRIBUTE_MIN_TX_RATE,
	SVF_VF_ATTRIBUTE_SPOOFCHK,
	SVF_VF_ATTRIBUTE_STATE,
	SVF_VF_ATTRIBUTE_TRUST,
	SVF_VF_ATTRIBUTE_QUERY_RSS,
	SVF_VF_ATTRIBUTE_NODE_GUID,
	SVF_VF_ATTRIBUTE_PORT_GUID,
	SVF_VF_ATTRIBUTE_TRUNK,
	SVF_VF_ATTRIBUTE_UNTAGGED,
	SVF_VF_ATTRIBUTE_MAC_LIST,
	SVF_VF_ATTRIBUTE_PROMISC,
	SVF_VF_ATTRIBUTE_ALLMULTI,
	SVF_VF_ATTRIBUTE_BCAST,
	SVF_VF_ATTRIBUTE_ISOLATION,
	SVF_VF_ATTRIBUTE_HOST_ACCESS,
	SVF_VF_ATTRIBUTE_MAX_RX_RATE,
	SVF_VF_ATTRIBUTE_BURST,
	SVF_VF_ATTRIBUTE_MAX_TX_PPS,
	SVF_VF_ATTRIBUTE_MAX_RX_PPS,
	SVF_VF_ATTRIBUTE_STORM,
	SVF_VF_ATTRIBUTE_ALLOW_PROTO,
	SVF_VF_ATTRIBUTE_MTU,
	SVF_N_VF_ATTRIBUTES,
};

enum svf_pf_attribute {
	SVF_PF_ATTRIBUTE_RATE,
	SVF_PF_ATTRIBUTE_ISOLATION,
	SVF_PF_ATTRIBUTE_STORM,
	SVF_N_PF_ATTRIBUTES,
};

#define SVF_N_ATTRIBUTES_MAX SVF_N_VF_ATTRIBUTES /* of one table */
_Static_assert(SVF_N_ATTRIBUTES_MAX <= 64, "svf_attribute_input.given has a bit for each");

extern const struct svf_attribute svf_vf_attributes[SVF_N_VF_ATTRIBUTES];
extern const struct svf_attribute svf_pf_attributes[SVF_N_PF_ATTRIBUTES];
/* What `show` tells of a VF in the same way, but nobody sets. */
#define SVF_N_VF_FACTS 2
extern const struct svf_attribute svf_vf_facts[SVF_N_VF_FACTS];

/* Kinds (attribute_kinds.c, attribute_lists.c, attribute_trunk.c, attribute_trust.c). */
extern const struct svf_attribute_kind svf_kind_mac, svf_kind_number, svf_kind_rate, svf_kind_size,
	svf_kind_pps, svf_kind_flag, svf_kind_choice, svf_kind_vlan_proto, svf_kind_refused;
extern const struct svf_attribute_kind svf_kind_trunk, svf_kind_mac_list, svf_kind_protos;
extern const struct svf_attribute_kind svf_kind_trust, svf_kind_trusts, svf_kind_registered;

/* Checks (attribute_check.c). */
int svf_attribute_check_proto(const void *object, uint64_t given, char *reterr_text, size_t size);
int svf_attribute_check_min_tx_rate(const void *object, uint64_t given, char *reterr_text,
				    size_t size);
int svf_attribute_check_trunk(const void *object, uint64_t given, char *reterr_text, size_t size);
int svf_attribute_check_untagged(const void *object, uint64_t given, char *reterr_text,
				 size_t size);
int svf_attribute_check_promisc(const void *object, uint64_t given, char *reterr_text, size_t size);
int svf_attribute_check_allmulti(const void *object, uint64_t given, char *reterr_text,
				 size_t size);
int svf_attribute_check_burst(const void *object, uint64_t given, char *reterr_text, size_t size);

#define SVF_REASON_MAX 160 /* what a check has to say */

/* A VF's attributes as they are before anything is set: spoofchk on, trust off, state auto, ...
 * Fields that are no attributes (ifindexes, lane, mac, generation, shaped) are left alone. */
void svf_attributes_reset_vf(struct svf_vf_config *config, unsigned int mtu);
void svf_attributes_reset_pf(struct svf_policy *policy);

/* Sets the error "eth0: vf 3: <format>" and returns -EINVAL. */
int svf_attribute_refuse(const struct svf_attribute_input *in, enum svf_exit code, const char *fmt,
			 ...) __attribute__((format(printf, 3, 4)));
/* Takes the next word; NULL if there is none. */
const char *svf_attribute_take(struct svf_attribute_input *in);
/* Fills and returns buf: "VID", "{on|off}". */
#define SVF_SYNTAX_MAX 64
const char *svf_attribute_syntax(const struct svf_attribute *attribute, char buf[SVF_SYNTAX_MAX]);
/* Two words that mean the same thing must say the same: *said is what the other one said. */
int svf_attribute_agree(const struct svf_attribute_input *in, int64_t *said, int64_t value,
			const char *first, const char *second);

/* --- lists (attribute_lists.c) --- */

#define SVF_ATTRIBUTE_ITEM_MAX 64 /* of a list; longer is none */

/* Adds one item of a list to what the object has, or removes it. */
typedef int (*svf_attribute_item_fn)(const struct svf_attribute *attribute,
				     struct svf_attribute_input *in, void *object, bool add,
				     const char *item);

/* Whether `add` or `rem` follows, or the word. */
bool svf_attribute_list_goes_on(const struct svf_attribute_input *in);
bool svf_attribute_next_is(const struct svf_attribute_input *in, const char *word);
/* Takes `add` or `rem`, and the list that has to follow; NULL (with the error set) if not. */
const char *svf_attribute_take_list(const struct svf_attribute *attribute,
				    struct svf_attribute_input *in, bool *ret_add);
/* Calls fn for each item of "a,b,c"; what it returns below 0 is returned. */
int svf_attribute_for_items(const struct svf_attribute *attribute, struct svf_attribute_input *in,
			    void *object, bool add, const char *list, svf_attribute_item_fn fn);

/* Prints item n of a list: " add a" for the first, ",b" for others. */
void svf_attribute_say_item(FILE *out, const char *action, unsigned int n, const char *item);

/* --- trunks (attribute_trunk.c) --- */

/* Sets has_trunk by what the trunks have. */
void svf_attribute_count_trunk(struct svf_vf_config *config);
/* Empties both; they are nobody's then. */
void svf_attribute_clear_trunk(struct svf_vf_config *config);
bool svf_attribute_trunk_is_empty(const __u64 trunk[SVF_TRUNK_WORDS]);

/* --- trust (attribute_trust.c) --- */

#define SVF_TRUST_TEXT_MAX 64
/* Fills and returns buf: "on", "off", "mac,promisc". */
const char *svf_attribute_format_trust(char buf[SVF_TRUST_TEXT_MAX], unsigned int trust);

/* --- show (attribute_show.c) --- */

/* ", vlan 5, spoof checking on, ...": a VF's vf line after its addresses, as ip prints it. */
void svf_attributes_show_line(FILE *out, const struct svf_vf_config *config);
/* " vlan 5 trust on": those that differ from what a new VF has. */
void svf_attributes_show_brief(FILE *out, const struct svf_vf_config *config);
/* What is ours, in lines of at most 100 columns, eight blanks first. policy is for the notes of a
 * VF's. */
void svf_attributes_show_vf(FILE *out, const struct svf_vf_config *config,
			    const struct svf_policy *policy);
void svf_attributes_show_pf(FILE *out, const struct svf_policy *policy);
/* Add a VF's attributes that ip has (vlan_list, tx_rate, rate, spoofchk, ...), and ours. 0, or
 * -ENOMEM. */
int svf_attributes_add_ip(json_t *object, const struct svf_vf_config *config);
int svf_attributes_add_vf(json_t *object, const struct svf_vf_config *config);
int svf_attributes_add_pf(json_t *object, const struct svf_policy *policy);

/* --- desired state (attribute_words.c) --- */

/* Whether it is a key of svf.json(5) to be written: it can be set, and is no other word for a later
 * row. */
bool svf_attribute_is_exported(const struct svf_attribute *table, unsigned int n, unsigned int i);
/* The row that has its value: itself, or the later one that it is another word for. */
unsigned int svf_attribute_canonical(const struct svf_attribute *table, unsigned int n,
				     unsigned int i);
/* Prints the words of `set` that stand for a JSON value, each after a blank: " 100", " add a,b";
 * nothing for an empty list. -EINVAL: not of its type. */
int svf_attribute_say_json(const struct svf_attribute *attribute, const json_t *value, FILE *out);
/* "a number", "true or false": what JSON values it has. */
const char *svf_attribute_json_type(const struct svf_attribute *attribute);
/* Prints what `set` needs to make `from` to `to`: " vlan 100 qos 3 trust on"; nothing if they are
 * the same. `defaults` is an object that has nothing set. */
void svf_attributes_say_change(const struct svf_attribute *table, unsigned int n, const void *from,
			       const void *to, const void *defaults, FILE *out);
/* Adds what differs from `defaults` to a JSON object. -ENOMEM. */
int svf_attributes_add_set(json_t *json, const struct svf_attribute *table, unsigned int n,
			   const void *object, const void *defaults);

/* What a VF's isolation comes to: its own, or the PF's where it inherits. */
enum svf_isolation svf_isolation_of(const struct svf_vf_config *config,
				    const struct svf_policy *policy);
/* "veb", ...; "off", ...; "unknown" for a number that is none. */
const char *svf_isolation_name(unsigned int isolation);
const char *svf_attribute_promisc_name(unsigned int promisc);

/* --- wrapped lists --- */

#define SVF_WRAP_COLUMNS 100
#define SVF_SHOW_INDENT	 8 /* of what is ours below a vf line */

/* "label item, item,\n item": zero all but out and indent. */
struct svf_wrap {
	FILE *out;
	unsigned int indent;
	unsigned int column; /* 0: nothing printed yet */
	unsigned int items;
};

/* Prints text before the first item. */
void svf_wrap_label(struct svf_wrap *wrap, const char *text);
void svf_wrap_item(struct svf_wrap *wrap, const char *text);
/* Ends the last line with `text`; nothing if nothing was printed. */
void svf_wrap_end(struct svf_wrap *wrap, const char *text);
