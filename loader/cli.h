/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * svf-loader's command line: one table of options and one of commands (cli_table.c), from
 * which parsing, range checks and help are made. Man page and bash completion are
 * compared with it by tests/unit/test_cli.c.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include <svf/errmsg.h>

enum svf_option_id {
	SVF_OPTION_VFS,
	SVF_OPTION_LANE,
	SVF_OPTION_QUEUES,
	SVF_OPTION_RING_SIZE,
	SVF_OPTION_MAX_VFS,
	SVF_OPTION_XDP_MODE,
	SVF_OPTION_ZERO_COPY,
	SVF_OPTION_NO_FLAP,
	SVF_OPTION_ENGINES,
	SVF_OPTION_STRICT_SRIOV,
	SVF_OPTION_TIMEOUT,
	SVF_OPTION_DRY_RUN,
	SVF_OPTION_SAVE,
	SVF_OPTION_JSON,
	SVF_OPTION_PRETTY,
	SVF_OPTION_STATS,
	SVF_OPTION_DETAILS,
	SVF_OPTION_BRIEF,
	SVF_OPTION_ONELINE,
	SVF_OPTION_COLOR,
	SVF_OPTION_WATCH,
	SVF_OPTION_CHECK,
	SVF_OPTION_RESET,
	SVF_OPTION_RAW,
	SVF_OPTION_NETNS,
	SVF_OPTION_IFNAME,
	SVF_OPTION_ADDRESS,
	SVF_OPTION_GATEWAY,
	SVF_OPTION_PLAIN,
	SVF_OPTION_COUNT,
	SVF_OPTION_SORT,
	SVF_OPTION_READY_FD,
	SVF_OPTION_NAMESPACE,
	SVF_OPTION_BATCH,
	SVF_OPTION_FORCE,
	SVF_OPTION_HELP,
	SVF_OPTION_VERSION,
	SVF_N_OPTIONS,
};

struct svf_option {
	const char *name;    /* without "--" */
	char letter;	     /* short form; 0: none */
	const char *metavar; /* what stands for the value in help; NULL: takes none */
	bool may_lack;	     /* the value may be left out; given, it is behind a "=" */
	const char *help;
	const char *fallback;	    /* what is taken if it is not given; NULL: nothing */
	unsigned int min, max;	    /* of a number; max 0: the value is none */
	const char *const *choices; /* words allowed; NULL: the value is no word */
	unsigned int n_choices;
	bool repeats; /* may be given several times, each of them counts */
};

enum svf_command_id {
	SVF_COMMAND_UP,
	SVF_COMMAND_DOWN,
	SVF_COMMAND_NUMVFS,
	SVF_COMMAND_ADD,
	SVF_COMMAND_DEL,
	SVF_COMMAND_RESET,
	SVF_COMMAND_SHOW,
	SVF_COMMAND_STATS,
	SVF_COMMAND_TOP,
	SVF_COMMAND_FDB,
	SVF_COMMAND_SET,
	SVF_COMMAND_ATTACH,
	SVF_COMMAND_DETACH,
	SVF_COMMAND_DOCTOR,
	SVF_COMMAND_EXPORT,
	SVF_COMMAND_APPLY,
	SVF_COMMAND_DIFF,
	SVF_COMMAND_TRY,
	SVF_COMMAND_CONFIRM,
	SVF_COMMAND_SAVE,
	SVF_COMMAND_RUN,
	SVF_COMMAND_HELP,
	SVF_N_COMMANDS,
};

struct svf_command {
	const char *name;
	const char *operands; /* what follows the name in its usage line */
	const char *summary;  /* one line */
	uint64_t options;     /* set of SVF_OPTION_BIT(), global ones not among them */
};

#define SVF_OPTION_BIT(id) (1ULL << (id))
_Static_assert(SVF_N_OPTIONS <= 64, "svf_command.options has a bit for each");

/* What every command takes. */
#define SVF_GLOBAL_OPTIONS                                                                         \
	(SVF_OPTION_BIT(SVF_OPTION_HELP) | SVF_OPTION_BIT(SVF_OPTION_VERSION) |                    \
	 SVF_OPTION_BIT(SVF_OPTION_NAMESPACE) | SVF_OPTION_BIT(SVF_OPTION_JSON))
/* What goes with --batch: kept for each of its commands that has the option. */
#define SVF_BATCH_OPTIONS                                                                          \
	(SVF_OPTION_BIT(SVF_OPTION_BATCH) | SVF_OPTION_BIT(SVF_OPTION_FORCE) |                     \
	 SVF_OPTION_BIT(SVF_OPTION_PRETTY) | SVF_OPTION_BIT(SVF_OPTION_STATS) |                    \
	 SVF_OPTION_BIT(SVF_OPTION_DETAILS) | SVF_OPTION_BIT(SVF_OPTION_BRIEF) |                   \
	 SVF_OPTION_BIT(SVF_OPTION_ONELINE) | SVF_OPTION_BIT(SVF_OPTION_COLOR) |                   \
	 SVF_OPTION_BIT(SVF_OPTION_TIMEOUT))

enum svf_color {
	SVF_COLOR_AUTO, /* on a terminal */
	SVF_COLOR_ALWAYS,
	SVF_COLOR_NEVER,
};

extern const struct svf_option svf_options[SVF_N_OPTIONS];
extern const struct svf_command svf_commands[SVF_N_COMMANDS];

#define SVF_TIMEOUT_DEFAULT_S 10 /* how long a command waits for another one on its PF */

#define SVF_REPEATED_MAX 32 /* given options that may be repeated, together */

/* One of them. */
struct svf_cli_repeated {
	unsigned int option; /* enum svf_option_id */
	const char *value;
};

/* A command line taken apart. Points into argv, which is reordered (options first). */
struct svf_cli {
	const struct svf_command *command; /* NULL: help, version or --batch without one */
	bool help, version;
	const char *values[SVF_N_OPTIONS]; /* NULL: not given; "" for one that takes no value */
	struct svf_cli_repeated repeated[SVF_REPEATED_MAX]; /* as they were given */
	unsigned int n_repeated;
	char *const *words; /* operands not taken yet */
	int n_words;
};

/*
 * Takes argv apart: options in any place, long ones by unambiguous prefix and, as ip's, behind one
 * dash too ("-br", "-batch FILE", "-netns NAME"), the command by unambiguous prefix. -EINVAL (exit
 * code usage) for unknown or ambiguous commands and options, and for options that the command does
 * not have. Values are not checked here.
 */
int svf_cli_parse(struct svf_cli *ret_cli, int argc, char *argv[], struct svf_errmsg *err);

/* Whether argv asks for JSON, also where it cannot be taken apart. */
bool svf_cli_wants_json(int argc, char *const argv[]);
/* Adds what an outer command line (of --batch) said and cli did not. */
void svf_cli_inherit(struct svf_cli *cli, const struct svf_cli *outer);

bool svf_cli_has(const struct svf_cli *cli, enum svf_option_id option);
/* The option's number, in the table's range; *ret_value stays as it is if not given. */
int svf_cli_get_number(const struct svf_cli *cli, enum svf_option_id option,
		       unsigned int *ret_value, struct svf_errmsg *err);
/* The option's word as index into its choices; *ret_choice stays as it is if not given. */
int svf_cli_get_choice(const struct svf_cli *cli, enum svf_option_id option,
		       unsigned int *ret_choice, struct svf_errmsg *err);

/* Takes the operand PF ("dev PF" too). */
int svf_cli_take_pf(struct svf_cli *cli, const char **ret_pf, struct svf_errmsg *err);
/* Takes the operands "vf N"; pf is for messages. */
int svf_cli_take_vf(struct svf_cli *cli, const char *pf, unsigned int *ret_vf,
		    struct svf_errmsg *err);
/* Refuses operands that nobody took. */
int svf_cli_end(const struct svf_cli *cli, struct svf_errmsg *err);

/* Prints the command's help, or with NULL the program's. */
void svf_cli_help(FILE *out, const struct svf_command *command);
/* The command that `help`'s operand names; NULL operand: NULL. */
int svf_cli_find_command(const char *word, const struct svf_command **ret_command,
			 struct svf_errmsg *err);
