// SPDX-License-Identifier: GPL-2.0-only
/*
 * The tables of attributes (loader/attribute*.c), and that help, manual page and bash completion
 * say the same. Runs in the top directory.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "../../loader/attribute.h"
#include "../../loader/cmd.h"
#include "document.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* Every row can be set and read back: the tables and the kinds know each other. */
static void test_rows(void **state)
{
	struct svf_vf_config config = {};
	json_t *ip = json_object(), *ours = json_object();

	(void)state;
	svf_attributes_reset_vf(&config, 1500);
	assert_int_equal(svf_attributes_add_ip(ip, &config), 0);
	assert_int_equal(svf_attributes_add_vf(ours, &config), 0);
	for (unsigned int i = 0; i < SVF_N_VF_ATTRIBUTES; i++) {
		const struct svf_attribute *a = &svf_vf_attributes[i];
		char syntax[SVF_SYNTAX_MAX];

		assert_non_null(a->word);
		assert_non_null(a->help);
		assert_non_null(a->kind);
		assert_true(svf_attribute_syntax(a, syntax)[0] != '\0');
		if (a->place == SVF_ATTRIBUTE_OURS)
			assert_non_null(json_object_get(ours, a->word));
		if (a->place == SVF_ATTRIBUTE_IP)
			assert_true(a->line && a->kind->show);
		assert_non_null(a->kind->parse);
	}
	for (unsigned int i = 0; i < SVF_N_VF_FACTS; i++) {
		assert_null(svf_vf_facts[i].kind->parse);
		assert_non_null(json_object_get(ours, svf_vf_facts[i].word));
	}
	json_decref(ip);
	json_decref(ours);
}

/* Each attribute that can be set is an item of the section, with its values as help has them, and
 * there are no others. */
static void check_man_attributes(const char *page, const char *heading,
				 const struct svf_attribute *table, unsigned int n)
{
	char section[FILE_MAX], syntax[SVF_SYNTAX_MAX], needle[128];
	unsigned int items = 0;

	cut_section(page, heading, section);
	for (const char *p = section; (p = strstr(p, ".TP\n")); p++)
		items++;
	for (unsigned int i = 0; i < n; i++) {
		if (table[i].kind == &svf_kind_refused)
			continue;
		(void)snprintf(needle, sizeof(needle), ".TP\n.B %s %s\n", table[i].word,
			       svf_attribute_syntax(&table[i], syntax));
		if (!strstr(section, needle))
			fail_msg(MAN ": %s: no item %s", heading, needle);
		items--;
	}
	assert_int_equal(items, 0);
}

/* The greatest number that the section tells of an attribute. */
static void check_man_limit(const char *page, const char *heading, unsigned int limit)
{
	char section[FILE_MAX], needle[32];

	cut_section(page, heading, section);
	(void)snprintf(needle, sizeof(needle), " %u", limit);
	if (!strstr(section, needle))
		fail_msg(MAN ": %s: no \"%s\"", heading, needle);
}

static void test_man_attributes(void **state)
{
	static const unsigned int limits[] = { SVF_VLAN_MAX,  SVF_QOS_MAX, SVF_MACS_MAX,
					       SVF_BURST_MAX, SVF_PPS_MAX, SVF_MTU_MIN };
	char page[FILE_MAX];

	(void)state;
	read_file(MAN, page);
	unescape(page);
	check_man_attributes(page, "Attributes of a VF", svf_vf_attributes, SVF_N_VF_ATTRIBUTES);
	check_man_attributes(page, "Attributes of the PF", svf_pf_attributes, SVF_N_PF_ATTRIBUTES);
	for (size_t i = 0; i < ARRAY_SIZE(limits); i++)
		check_man_limit(page, "Attributes of a VF", limits[i]);
	check_man_limit(page, "Attributes of the PF", SVF_PPS_MAX);
	check_man_limit(page, "set", SVF_RATE_MAX);
	assert_int_equal(SVF_PROMISC_MAX, 8); /* "Eight VFs" */
}

static const char trusts[] = "on off"
#define SVF_X(name, field, help) " " #field
	SVF_TRUSTS(SVF_X);
#undef SVF_X

/* What can follow the attribute, as completion has it. */
static void list_values(const struct svf_attribute *a, char text[256])
{
	const unsigned int n = a->choices ? a->max - a->min + 1 : 0;
	size_t used = 0;

	(void)snprintf(text, 256, "%s",
		       a->kind == &svf_kind_flag	 ? "on off"
		       : a->kind == &svf_kind_vlan_proto ? "802.1Q 802.1ad"
		       : a->kind == &svf_kind_trust	 ? trusts
		       : a->kind->show_lines		 ? "add rem"
							 : "");
	for (unsigned int i = 0; i < n; i++)
		used += (size_t)snprintf(text + used, 256 - used, "%s%s", i ? " " : "",
					 a->choices[i]);
}

/* The script has them between the words `start` and `end`, and no others. */
static void check_completed_attributes(const char *script, const char *from, const char *to,
				       const struct svf_attribute *table, unsigned int n)
{
	const char *start = strstr(script, from), *end;
	char section[FILE_MAX], values[256], needle[512];
	unsigned int items = 0;

	if (!start)
		fail_msg(COMPLETION ": has no %s", from);
	end = strstr(start, to);
	assert_non_null(end);
	(void)snprintf(section, sizeof(section), "%.*s", (int)(end - start), start);
	for (const char *p = section; (p = strstr(p, "]=\"")); p++)
		items++;
	for (unsigned int i = 0; i < n; i++) {
		if (table[i].kind == &svf_kind_refused)
			continue;
		list_values(&table[i], values);
		(void)snprintf(needle, sizeof(needle), "[%s]=\"%s\"", table[i].word, values);
		expect_in_completion(section, needle);
		items--;
	}
	assert_int_equal(items, 0);
}

static void test_completed_attributes(void **state)
{
	static const char protos[] = "printf '%s\\n'"
#define SVF_X(name, field, help) " " #field
		SVF_PROTOS(SVF_X) "\n";
#undef SVF_X
	char script[FILE_MAX];

	(void)state;
	read_file(COMPLETION, script);
	check_completed_attributes(script, "values=(\n\t\t\t[mac]", "\telse\n", svf_vf_attributes,
				   SVF_N_VF_ATTRIBUTES);
	check_completed_attributes(script, "values=([rate]", "\tfi\n", svf_pf_attributes,
				   SVF_N_PF_ATTRIBUTES);
	expect_in_completion(script, protos);
}

/* `set --help` has each attribute with its values and what it does. */
static void test_help_attributes(void **state)
{
	char text[FILE_MAX], syntax[SVF_SYNTAX_MAX], needle[256];
	FILE *file = fmemopen(text, sizeof(text), "w");

	(void)state;
	assert_non_null(file);
	svf_cli_help(file, &svf_commands[SVF_COMMAND_SET]);
	assert_int_equal(fclose(file), 0);
	for (unsigned int i = 0; i < SVF_N_VF_ATTRIBUTES; i++) {
		const struct svf_attribute *a = &svf_vf_attributes[i];

		(void)snprintf(needle, sizeof(needle), "\n  %s %s ", a->word,
			       svf_attribute_syntax(a, syntax));
		assert_true(!strstr(text, needle) == (a->kind == &svf_kind_refused));
		assert_true(!strstr(text, a->help) == (a->kind == &svf_kind_refused));
	}
	for (unsigned int i = 0; i < SVF_N_PF_ATTRIBUTES; i++)
		assert_non_null(strstr(text, svf_pf_attributes[i].help));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_help_attributes),
		cmocka_unit_test(test_man_attributes),
		cmocka_unit_test(test_completed_attributes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
