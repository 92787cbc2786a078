// SPDX-License-Identifier: GPL-2.0-only
/* Help, made from the tables of cli_table.c. */
#include <limits.h>

#include "attribute.h"
#include "cli.h"

#define NAME_COLUMNS	  15 /* "namespace NETNS" is the longest */
#define ATTRIBUTE_COLUMNS 36 /* "isolation {inherit|veb|vepa|private}" */

static void show_values(FILE *out, const struct svf_option *option)
{
	if (option->max && option->max != INT_MAX)
		fprintf(out, ", %u to %u", option->min, option->max);
	for (unsigned int i = 0; i < option->n_choices; i++)
		fprintf(out, "%s%s", i ? " or " : ": ", option->choices[i]);
	if (option->fallback)
		fprintf(out, " (default: %s)", option->fallback);
}

static void show_option(FILE *out, const struct svf_option *option)
{
	char name[64];

	(void)snprintf(name, sizeof(name), "%s%s%s%s", option->name,
		       option->may_lack	 ? "[="
		       : option->metavar ? " "
					 : "",
		       option->metavar ? option->metavar : "", option->may_lack ? "]" : "");
	if (option->letter)
		fprintf(out, "  -%c, --%-*s", option->letter, NAME_COLUMNS, name);
	else
		fprintf(out, "      --%-*s", NAME_COLUMNS, name);
	fprintf(out, " %s", option->help);
	show_values(out, option);
	fprintf(out, "\n");
}

static void show_attributes(FILE *out, const char *whose, const struct svf_attribute *table,
			    unsigned int n)
{
	char syntax[SVF_SYNTAX_MAX], text[SVF_SYNTAX_MAX + 32];

	fprintf(out, "Attributes of %s:\n", whose);
	for (unsigned int i = 0; i < n; i++) {
		if (table[i].kind == &svf_kind_refused)
			continue;
		(void)snprintf(text, sizeof(text), "%s %s", table[i].word,
			       svf_attribute_syntax(&table[i], syntax));
		fprintf(out, "  %-*s %s\n", ATTRIBUTE_COLUMNS, text, table[i].help);
	}
	fprintf(out, "\n");
}

static void show_command_help(FILE *out, const struct svf_command *command)
{
	fprintf(out, "usage: svf-loader %s %s%s\n\n%s\n\n", command->name, command->operands,
		command->options ? " [OPTION...]" : "", command->summary);
	if (command == &svf_commands[SVF_COMMAND_SET]) {
		show_attributes(out, "a VF", svf_vf_attributes, SVF_N_VF_ATTRIBUTES);
		show_attributes(out, "the PF", svf_pf_attributes, SVF_N_PF_ATTRIBUTES);
	}
	for (unsigned int i = 0; i < SVF_N_OPTIONS; i++)
		if (command->options & SVF_OPTION_BIT(i) || i == SVF_OPTION_HELP)
			show_option(out, &svf_options[i]);
	fprintf(out, "\nThe manual page svf-loader(8) tells more.\n");
}

static void show_program_help(FILE *out)
{
	const uint64_t shown = SVF_GLOBAL_OPTIONS | SVF_OPTION_BIT(SVF_OPTION_BATCH) |
			       SVF_OPTION_BIT(SVF_OPTION_FORCE);

	fprintf(out, "usage: svf-loader COMMAND ...\n\n"
		     "Software SR-IOV: shares one Ethernet netdev, the PF, among VFs.\n\n"
		     "Commands:\n");
	for (int i = 0; i < SVF_N_COMMANDS; i++)
		fprintf(out, "  %-6s %-39s %s\n", svf_commands[i].name, svf_commands[i].operands,
			svf_commands[i].summary);
	fprintf(out, "\nOptions:\n");
	for (unsigned int i = 0; i < SVF_N_OPTIONS; i++)
		if (shown & SVF_OPTION_BIT(i))
			show_option(out, &svf_options[i]);
	fprintf(out,
		"\n`svf-loader COMMAND --help` tells a command's options, svf-loader(8) all.\n");
}

void svf_cli_help(FILE *out, const struct svf_command *command)
{
	if (command)
		show_command_help(out, command);
	else
		show_program_help(out);
}
