// SPDX-License-Identifier: GPL-2.0-only
/* The options and the commands of svf-loader. Ranges are printed by help from here too. */
#include <limits.h>

#include <svf/abi.h>

#include "cli.h"
#include "labels.h"
#include "top_model.h"

#define RING_SIZE_MIN 64   /* the agent's batch */
#define RING_SIZE_MAX 4096 /* 256 VFs of twice that take 4 GiB of UMEM per queue */
#define TIMEOUT_MAX_S 86400
#define WATCH_MAX_S   86400
#define BIT(option)   SVF_OPTION_BIT(SVF_OPTION_##option)

static const char *const xdp_modes[] = { "native", "skb" };
static const char *const engine_states[] = { "off", "on" };

static const char *const colors[] = {
	[SVF_COLOR_AUTO] = "auto",
	[SVF_COLOR_ALWAYS] = "always",
	[SVF_COLOR_NEVER] = "never",
};

const struct svf_option svf_options[] = {
	[SVF_OPTION_VFS] = {
		.name = "vfs",
		.metavar = "N",
		.help = "how many VFs",
		.min = 1,
		.max = SVF_UP_MAX_VFS,
	},
	[SVF_OPTION_LANE] = {
		.name = "lane",
		.metavar = "LANE",
		.help = "how unicast frames travel between VFs and wire",
		.fallback = "afxdp",
		.choices = svf_lane_names,
		.n_choices = SVF_N_LANES,
	},
	[SVF_OPTION_QUEUES] = {
		.name = "queues",
		.metavar = "Q",
		.help = "PF queues that get rings",
		.fallback = "all RX queues",
		.min = 1,
		.max = SVF_MAX_QUEUES,
	},
	[SVF_OPTION_RING_SIZE] = {
		.name = "ring-size",
		.metavar = "R",
		.help = "descriptors per ring, a power of two",
		.fallback = "512 or 256",
		.min = RING_SIZE_MIN,
		.max = RING_SIZE_MAX,
	},
	[SVF_OPTION_MAX_VFS] = {
		.name = "max-vfs",
		.metavar = "M",
		.help = "how many VFs memory is reserved for at least",
		.fallback = "N",
		.min = 1,
		.max = SVF_UP_MAX_VFS,
	},
	[SVF_OPTION_XDP_MODE] = {
		.name = "xdp-mode",
		.metavar = "MODE",
		.help = "where XDP runs, driver or stack",
		.fallback = "native",
		.choices = xdp_modes,
		.n_choices = sizeof(xdp_modes) / sizeof(xdp_modes[0]),
	},
	[SVF_OPTION_ZERO_COPY] = {
		.name = "zero-copy",
		.help = "ask the driver for zero-copy rings",
	},
	[SVF_OPTION_NO_FLAP] = {
		.name = "no-flap",
		.help = "refuse where the driver is known to lose the link for XDP",
	},
	[SVF_OPTION_ENGINES] = {
		.name = "engines",
		.metavar = "STATE",
		.help = "merging and cutting of TCP by the agent (LRO, TSO)",
		.fallback = "on",
		.choices = engine_states,
		.n_choices = sizeof(engine_states) / sizeof(engine_states[0]),
	},
	[SVF_OPTION_STRICT_SRIOV] = {
		.name = "strict-sriov",
		.help = "refuse what a card refuses: another number while there are VFs",
	},
	[SVF_OPTION_TIMEOUT] = {
		.name = "timeout",
		.metavar = "S",
		.help = "seconds to wait: for others, or confirm",
		.fallback = "10; try: 120",
		.min = 0,
		.max = TIMEOUT_MAX_S,
	},
	[SVF_OPTION_DRY_RUN] = {
		.name = "dry-run",
		.help = "print the commands that it comes to, and change nothing",
	},
	[SVF_OPTION_SAVE] = {
		.name = "save",
		.help = "save what is then in /etc/svf/PF.json",
	},
	[SVF_OPTION_JSON] = {
		.name = "json",
		.letter = 'j',
		.help = "print JSON, failures too",
	},
	[SVF_OPTION_PRETTY] = {
		.name = "pretty",
		.letter = 'p',
		.help = "indent the JSON",
	},
	[SVF_OPTION_STATS] = {
		.name = "stats",
		.letter = 's',
		.help = "each VF's packets, bytes and drops",
	},
	[SVF_OPTION_DETAILS] = {
		.name = "details",
		.letter = 'd',
		.help = "show: netdevs, rings, reasons, PF settings; stats: all equations",
	},
	[SVF_OPTION_BRIEF] = {
		.name = "brief",
		.help = "a line for each PF and VF (-br)",
	},
	[SVF_OPTION_ONELINE] = {
		.name = "oneline",
		.letter = 'o',
		.help = "each PF in one line",
	},
	[SVF_OPTION_COLOR] = {
		.name = "color",
		.letter = 'c',
		.metavar = "WHEN",
		.may_lack = true,
		.help = "colour names and addresses",
		.fallback = "auto",
		.choices = colors,
		.n_choices = sizeof(colors) / sizeof(colors[0]),
	},
	[SVF_OPTION_WATCH] = {
		.name = "watch",
		.letter = 'w',
		.metavar = "SECONDS",
		.help = "print what came per second, again and again",
		.min = 1,
		.max = WATCH_MAX_S,
	},
	[SVF_OPTION_CHECK] = {
		.name = "check",
		.help = "prove that what was received was delivered or dropped",
	},
	[SVF_OPTION_RESET] = {
		.name = "reset",
		.help = "count from now on; counters and `show` stay as they are",
	},
	[SVF_OPTION_RAW] = {
		.name = "raw",
		.help = "count from `up` on, whatever was reset",
	},
	[SVF_OPTION_NETNS] = {
		.name = "netns",
		.metavar = "NETNS",
		.help = "where to: a name of `ip netns`, a pid, or a path",
	},
	[SVF_OPTION_IFNAME] = {
		.name = "ifname",
		.metavar = "IF",
		.help = "what the netdev is called there",
		.fallback = "as here",
	},
	[SVF_OPTION_ADDRESS] = {
		.name = "address",
		.metavar = "CIDR",
		.help = "an address with prefix length, IPv4 or IPv6; several times",
		.repeats = true,
	},
	[SVF_OPTION_GATEWAY] = {
		.name = "gateway",
		.metavar = "IP",
		.help = "where the default route goes; once for each family",
		.repeats = true,
	},
	[SVF_OPTION_PLAIN] = {
		.name = "plain",
		.letter = 'b',
		.help = "print text to standard output instead of using the terminal",
	},
	[SVF_OPTION_COUNT] = {
		.name = "count",
		.metavar = "N",
		.help = "end after so many intervals",
		.fallback = "without end",
		.min = 1,
		.max = INT_MAX,
	},
	[SVF_OPTION_SORT] = {
		.name = "sort",
		.metavar = "KEY",
		.help = "what comes first",
		.fallback = "vf",
		.choices = svf_top_key_names,
		.n_choices = SVF_TOP_N_KEYS,
	},
	[SVF_OPTION_READY_FD] = {
		.name = "ready-fd",
		.metavar = "FD",
		.help = "tell readiness by a line to this file descriptor; log to syslog",
		.min = 0,
		.max = INT_MAX,
	},
	[SVF_OPTION_NAMESPACE] = {
		.name = "namespace",
		.letter = 'n',
		.metavar = "NETNS",
		.help = "do it in this network namespace: a name of ip-netns(8), or a path",
	},
	[SVF_OPTION_BATCH] = {
		.name = "batch",
		.metavar = "FILE",
		.help = "run the commands in FILE (-: standard input), one a line",
	},
	[SVF_OPTION_FORCE] = {
		.name = "force",
		.help = "also VFs that others hold; in a batch: go on after a failure",
	},
	[SVF_OPTION_HELP] = {
		.name = "help",
		.letter = 'h',
		.help = "print help",
	},
	[SVF_OPTION_VERSION] = {
		.name = "version",
		.letter = 'V',
		.help = "print the version",
	},
};
_Static_assert(sizeof(svf_options) / sizeof(svf_options[0]) == SVF_N_OPTIONS, "all options");
_Static_assert(SVF_TIMEOUT_DEFAULT_S == 10, "as --timeout says");

const struct svf_command svf_commands[] = {
	[SVF_COMMAND_UP] = {
		.name = "up",
		.operands = "PF --vfs N",
		.summary = "give PF N VFs",
		.options = BIT(VFS) | BIT(LANE) | BIT(QUEUES) | BIT(RING_SIZE) | BIT(MAX_VFS) |
			   BIT(XDP_MODE) | BIT(ZERO_COPY) | BIT(NO_FLAP) | BIT(ENGINES) |
			   BIT(TIMEOUT),
	},
	[SVF_COMMAND_DOWN] = {
		.name = "down",
		.operands = "PF",
		.summary = "take PF's VFs away and put PF back as it was",
		.options = BIT(TIMEOUT),
	},
	[SVF_COMMAND_NUMVFS] = {
		.name = "numvfs",
		.operands = "PF [N]",
		.summary = "change the number of VFs while they are at work, or print it",
		.options = BIT(FORCE) | BIT(STRICT_SRIOV) | BIT(TIMEOUT),
	},
	[SVF_COMMAND_ADD] = {
		.name = "add",
		.operands = "PF [vf N]",
		.summary = "give PF one more VF, of this number or of the lowest that is free",
		.options = BIT(TIMEOUT),
	},
	[SVF_COMMAND_DEL] = {
		.name = "del",
		.operands = "PF vf N",
		.summary = "take one VF away; the others keep their numbers",
		.options = BIT(FORCE) | BIT(TIMEOUT),
	},
	[SVF_COMMAND_RESET] = {
		.name = "reset",
		.operands = "PF vf N",
		.summary = "empty a VF's rings, its link going down and up once",
		.options = BIT(TIMEOUT),
	},
	[SVF_COMMAND_SHOW] = {
		.name = "show",
		.operands = "[PF [vf N]]",
		.summary = "print PFs and their VFs as `ip link show` does",
		.options = BIT(JSON) | BIT(PRETTY) | BIT(STATS) | BIT(DETAILS) | BIT(BRIEF) |
			   BIT(ONELINE) | BIT(COLOR),
	},
	[SVF_COMMAND_STATS] = {
		.name = "stats",
		.operands = "PF [vf N]",
		.summary = "print counters and the reasons of drops",
		.options = BIT(JSON) | BIT(PRETTY) | BIT(DETAILS) | BIT(WATCH) | BIT(CHECK) |
			   BIT(RESET) | BIT(RAW),
	},
	[SVF_COMMAND_TOP] = {
		.name = "top",
		.operands = "[PF]",
		.summary = "watch what each VF sends, gets and loses per second",
		.options = BIT(PLAIN) | BIT(JSON) | BIT(WATCH) | BIT(COUNT) | BIT(SORT),
	},
	[SVF_COMMAND_FDB] = {
		.name = "fdb",
		.operands = "show PF",
		.summary = "print who owns which address, and its use",
		.options = BIT(JSON) | BIT(PRETTY),
	},
	[SVF_COMMAND_SET] = {
		.name = "set",
		.operands = "PF [vf N] ATTRIBUTE VALUE ...",
		.summary = "change a VF or the PF's policy, at once, whole or not at all",
		.options = BIT(TIMEOUT),
	},
	[SVF_COMMAND_ATTACH] = {
		.name = "attach",
		.operands = "PF vf N|any --netns NETNS",
		.summary = "give a VF to a container, configured, whole or not at all",
		.options = BIT(NETNS) | BIT(IFNAME) | BIT(ADDRESS) | BIT(GATEWAY) | BIT(JSON) |
			   BIT(PRETTY) | BIT(TIMEOUT),
	},
	[SVF_COMMAND_DETACH] = {
		.name = "detach",
		.operands = "PF vf N",
		.summary = "bring a VF back from wherever its netdev is",
		.options = BIT(TIMEOUT),
	},
	[SVF_COMMAND_DOCTOR] = {
		.name = "doctor",
		.operands = "[PF]",
		.summary = "check machine, PF and VFs, and print what mends what is wrong",
		.options = BIT(JSON) | BIT(PRETTY),
	},
	[SVF_COMMAND_EXPORT] = {
		.name = "export",
		.operands = "[PF]",
		.summary = "print the setup of PFs as JSON, svf.json(5)",
	},
	[SVF_COMMAND_APPLY] = {
		.name = "apply",
		.operands = "FILE|-",
		.summary = "bring PFs to what a file says, whole or not at all",
		.options = BIT(DRY_RUN) | BIT(SAVE) | BIT(FORCE) | BIT(TIMEOUT) | BIT(JSON) |
			   BIT(PRETTY),
	},
	[SVF_COMMAND_DIFF] = {
		.name = "diff",
		.operands = "FILE|-",
		.summary = "print what `apply` would change; exit 6 if anything",
		.options = BIT(JSON) | BIT(PRETTY),
	},
	[SVF_COMMAND_TRY] = {
		.name = "try",
		.operands = "FILE|-",
		.summary = "apply, and take it back unless `confirm` comes in time",
		.options = BIT(FORCE) | BIT(TIMEOUT),
	},
	[SVF_COMMAND_CONFIRM] = {
		.name = "confirm",
		.operands = "[PF]",
		.summary = "keep what `try` applied",
		.options = BIT(TIMEOUT),
	},
	[SVF_COMMAND_SAVE] = {
		.name = "save",
		.operands = "[PF]",
		.summary = "save the setup of PFs in /etc/svf/PF.json, for the next start",
		.options = BIT(TIMEOUT),
	},
	[SVF_COMMAND_RUN] = {
		.name = "run",
		.operands = "PF",
		.summary = "be PF's daemon: keep vf-agent running (`up` starts it)",
		.options = BIT(READY_FD),
	},
	[SVF_COMMAND_HELP] = {
		.name = "help",
		.operands = "[COMMAND]",
		.summary = "print help on a command",
	},
};
_Static_assert(sizeof(svf_commands) / sizeof(svf_commands[0]) == SVF_N_COMMANDS, "all commands");
