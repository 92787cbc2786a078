// SPDX-License-Identifier: GPL-2.0-only
/*
 * The snapshot as text. The vf lines and those of -s are, byte for byte and trailing blanks
 * included, what ip prints for a hardware PF; lines of our own say nothing that a search for
 * "vf <number>" could take for a vf line.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "attribute.h"
#include "ip_merge.h"
#include "labels.h"
#include "link.h"
#include "macaddr.h"
#include "show.h"

static const char *on_off(bool on)
{
	return on ? "on" : "off";
}

/* --- -d --- */

/* "    <label>: name 1, name 2", the counters that are not 0; nothing if all are. */
static void show_counters(FILE *out, const char *label, const struct svf_counter *list,
			  unsigned int n, const void *counters)
{
	const char *separator = ": ";

	for (unsigned int i = 0; i < n; i++) {
		uint64_t value = svf_counter_get(&list[i], counters);

		if (value == 0)
			continue;
		if (separator[0] == ':')
			fprintf(out, "%s", label);
		fprintf(out, "%s%s %" PRIu64, separator, list[i].name, value);
		separator = ", ";
	}
	if (separator[0] == ',')
		fprintf(out, "\n");
}

static void show_side(FILE *out, const char *side, const char *what, const struct svf_counter *list,
		      unsigned int n, const void *counters)
{
	char label[64];

	(void)snprintf(label, sizeof(label), "        %s %s", side, what);
	show_counters(out, label, list, n, counters);
}

/* sides: what RX and TX are called here. */
static void show_verdicts(FILE *out, const char *const sides[SVF_N_DIRECTIONS],
			  const struct svf_stats stats[SVF_N_DIRECTIONS],
			  const struct svf_drops drops[SVF_N_DIRECTIONS],
			  const struct svf_losses losses[SVF_N_DIRECTIONS])
{
	for (int d = 0; d < SVF_N_DIRECTIONS; d++) {
		show_side(out, sides[d], "verdicts", svf_verdict_counters, SVF_N_VERDICTS,
			  &stats[d]);
		show_side(out, sides[d], "drops", svf_drop_counters, SVF_N_DROPS, &drops[d]);
		if (losses)
			show_side(out, sides[d], "losses", svf_loss_counters, SVF_N_LOSSES,
				  &losses[d]);
	}
}

static const char *const vf_sides[] = { [SVF_DIRECTION_RX] = "rx", [SVF_DIRECTION_TX] = "tx" };
static const char *const wire_sides[] = {
	[SVF_DIRECTION_RX] = "wire rx",
	[SVF_DIRECTION_TX] = "wire tx",
};

/* How the sorter and bpftool know it, and the sizes of what it has in the agent. */
static void show_place(FILE *out, const struct svf_pf_info *info, const struct svf_vf_info *vf)
{
	const struct svf_up_args *args = &info->state.args;

	if (!vf->rings)
		return;
	fprintf(out,
		"        rid %u, queues %u, slots %u-%u, rings of %u descriptors, at most %u frames on "
		"their way out\n",
		vf->vf, args->queues, svf_xsk_slot(vf->vf, 0, args->queues),
		svf_xsk_slot(vf->vf, args->queues - 1, args->queues), args->ring_size,
		args->ring_size);
}

static void show_ring(FILE *out, const struct svf_ring_stats *ring)
{
	fprintf(out, "        ring %u:", ring->queue);
	for (unsigned int i = 0; i < SVF_N_RING_COUNTERS; i++) {
		uint64_t value = svf_counter_get(&svf_ring_counters[i], ring);

		if (value || i < SVF_N_RING_BASIC_COUNTERS)
			fprintf(out, "%s %s %" PRIu64, i ? "," : "", svf_ring_counters[i].name,
				value);
	}
	fprintf(out, "\n");
}

/* VFs in capitals here: "vf 3" is for vf lines. */
static void show_dups(FILE *out, const struct svf_vf_info *vf)
{
	struct svf_wrap wrap = { .out = out, .indent = SVF_SHOW_INDENT };
	char mac[SVF_MAC_TEXT_MAX], text[SVF_MAC_TEXT_MAX + 32];

	for (unsigned int i = 0; i < vf->n_dups; i++) {
		svf_mac_format(mac, vf->dups[i].mac);
		(void)snprintf(text, sizeof(text), "%s%s with VF %u", i ? "" : "dup ", mac,
			       vf->dups[i].vf);
		svf_wrap_item(&wrap, text);
	}
	svf_wrap_end(&wrap, "");
}

/* Who has it, and what it has given itself there. */
static void show_owner(FILE *out, const struct svf_vf_info *vf)
{
	char text[SVF_OWNER_TEXT_MAX], mac[SVF_MAC_TEXT_MAX];

	if (!vf->netdev[0] || vf->nsid == SVF_NSID_SELF)
		return;
	svf_owner_format(text, &vf->owner, vf->nsid);
	svf_mac_format(mac, vf->netdev_mac);
	fprintf(out, "        owner %s, inode %" PRIu64 ", netdev has address %s mtu %u\n", text,
		vf->owner.inode, mac, vf->netdev_mtu);
}

/* Of the fullest of its rings; without an agent it would be the past. */
static void show_fill(FILE *out, const struct svf_pf_info *info, const struct svf_vf_info *vf)
{
	if (vf->rings && info->agent_alive)
		fprintf(out, "        ring_fill rx %u%% tx %u%%\n", svf_fill_percent(vf->fill.rx),
			svf_fill_percent(vf->fill.tx));
}

static void show_vf_details(FILE *out, const struct svf_pf_info *info, const struct svf_vf_info *vf)
{
	struct svf_losses losses[SVF_N_DIRECTIONS];

	fprintf(out, "        netdev %s", vf->netdev[0] ? vf->netdev : "gone");
	if (vf->netdev[0]) {
		fprintf(out, " ifindex %d", vf->netdev_ifindex);
		if (vf->nsid != SVF_NSID_SELF)
			fprintf(out, " netnsid %d", vf->nsid);
		fprintf(out, " %s carrier %s", vf->netdev_up ? "up" : "down",
			on_off(vf->netdev_carrier));
	}
	fprintf(out, ", representor %s", vf->representor[0] ? vf->representor : "gone");
	if (vf->config.ring_port)
		fprintf(out, ", ring port %s", vf->ring_port[0] ? vf->ring_port : "gone");
	fprintf(out, ", lane %s\n", svf_lane_name(vf->config.lane));
	show_owner(out, vf);

	svf_attributes_show_vf(out, &vf->config, &info->policy);
	if (vf->mcast_flood)
		fprintf(out, "        mcast flood\n");
	show_dups(out, vf);
	for (int d = 0; d < SVF_N_DIRECTIONS; d++)
		svf_vf_losses(info, vf, (enum svf_direction)d, &losses[d]);
	show_verdicts(out, vf_sides, vf->stats, vf->drops, losses);
	show_place(out, info, vf);
	show_fill(out, info, vf);
	for (unsigned int queue = 0; vf->rings && queue < info->state.args.queues; queue++)
		show_ring(out, &vf->rings[queue]);
}

/* What works for the PF: "    svf numvfs 8 lane ...". */
static void show_pf_summary(FILE *out, const struct svf_pf_info *info)
{
	const struct svf_up_args *args = &info->state.args;

	fprintf(out, "    svf numvfs %u lane %s xdp %s", info->n_vfs, svf_lane_name(args->lane),
		info->xdp_mode);
	if (args->lane == SVF_LANE_AFXDP) {
		fprintf(out, " zero_copy %s queues %u ring_size %u agent ", on_off(info->zero_copy),
			args->queues, args->ring_size);
		if (info->agent_alive)
			fprintf(out, "%d", (int)info->agent_pid);
		else
			fprintf(out, "%s",
				info->agent_pid ? "hung"
				: info->n_vfs	? "dead"
						: "none");
	}
	fprintf(out, " daemon ");
	if (info->daemon_pid)
		fprintf(out, "%d", (int)info->daemon_pid);
	else
		fprintf(out, "dead");
	if (info->present_name[0] && strcmp(info->present_name, info->name) != 0)
		fprintf(out, " up as %s, renamed %s", info->name, info->present_name);
	fprintf(out, "%s%s\n", info->state.complete ? "" : " incomplete",
		info->state.changing ? " changing" : "");
}

static void show_pf_details(FILE *out, const struct svf_pf_info *info)
{
	const char *changes[SVF_CHANGES_MAX];
	unsigned int n = svf_change_names(&info->state.before, changes);

	show_pf_summary(out, info);
	fprintf(out, "        mtu %u, carrier %s\n", info->mtu, on_off(info->carrier));
	svf_attributes_show_pf(out, &info->policy);
	fprintf(out,
		"        abi %d, max_vfs %u, frame_size %u, agent_starts %u, unicast_filters %u\n",
		SVF_ABI_VERSION, info->state.args.max_vfs, info->state.frame_size,
		info->agent_starts, info->state.n_filters);
	for (unsigned int i = 0; i < n; i++)
		fprintf(out, "%s%s", i ? ", " : "        changed by up: ", changes[i]);
	if (n)
		fprintf(out, "\n");
	show_verdicts(out, vf_sides, info->stats, info->drops, NULL);
	show_verdicts(out, wire_sides, info->wire_stats, info->wire_drops, NULL);
}

/* --- as ip does --- */

#define PREFIXES "kMGTPE"

/* A number in a column; "1.23k" if people are to read it, with three digits as far as they go. */
static void show_number(FILE *out, const struct svf_show_options *options, int width,
			uint64_t number)
{
	const double base = options->iec ? 1024 : 1000;
	double value = (double)number;
	size_t prefix = 0;
	char text[32];
	int digits;

	if (!options->human || value < base) {
		fprintf(out, "%*" PRIu64 " ", width, number);
		return;
	}
	for (value /= base; value >= base && PREFIXES[prefix + 1]; prefix++)
		value /= base;
	digits = value < 10 ? 2 : value < 100 ? 1 : 0;
	(void)snprintf(text, sizeof(text), "%.*f%c%s", digits, value, PREFIXES[prefix],
		       options->iec ? "i" : "");
	fprintf(out, "%*s ", width, text);
}

/* Columns as wide as print_vf_stats64() of iproute2 makes them. */
static void show_stats(FILE *out, const struct svf_pf_info *info, const struct svf_vf_info *vf,
		       const struct svf_show_options *options)
{
	const struct svf_stats *rx = &vf->stats[SVF_DIRECTION_RX];
	const struct svf_stats *tx = &vf->stats[SVF_DIRECTION_TX];

	fprintf(out, "    RX: bytes  packets  mcast   bcast   dropped \n    ");
	show_number(out, options, 10, rx->bytes);
	show_number(out, options, 8, rx->packets);
	show_number(out, options, 7, rx->multicast);
	show_number(out, options, 7, rx->broadcast);
	show_number(out, options, 8, svf_vf_dropped(info, vf, SVF_DIRECTION_RX));
	fprintf(out, "\n    TX: bytes  packets   dropped \n    ");
	show_number(out, options, 10, tx->bytes);
	show_number(out, options, 8, tx->packets);
	show_number(out, options, 8, svf_vf_dropped(info, vf, SVF_DIRECTION_TX));
	fprintf(out, "\n");
}

/* ip's yellow is the bold one where COLORFGBG names a dark background. */
static const char *mac_color(const struct svf_show_options *options)
{
	const char *fgbg = getenv("COLORFGBG");
	const char *bg = fgbg ? strrchr(fgbg, ';') : NULL;

	if (!options->color)
		return "";
	if (bg && bg[1] && !bg[2] && ((bg[1] >= '0' && bg[1] <= '6') || bg[1] == '8'))
		return "\033[1;33m";
	return "\033[33m";
}

static void show_vf(FILE *out, const struct svf_vf_info *vf, const struct svf_show_options *options)
{
	const char *on = mac_color(options), *off = options->color ? "\033[0m" : "";
	char mac[SVF_MAC_TEXT_MAX];

	svf_mac_format(mac, vf->config.mac);
	fprintf(out, "    vf %u     link/ether %s%s%s brd %sff:ff:ff:ff:ff:ff%s", vf->vf, on, mac,
		off, on, off);
	svf_attributes_show_line(out, &vf->config);
	fputc('\n', out);
}

static bool is_wanted(const struct svf_vf_info *vf, const struct svf_show_options *options)
{
	return options->vf == SVF_SHOW_ALL_VFS || (unsigned int)options->vf == vf->vf;
}

void svf_show_vf_lines(FILE *out, const struct svf_pf_info *info,
		       const struct svf_show_options *options)
{
	for (unsigned int i = 0; i < info->n_vfs; i++) {
		const struct svf_vf_info *vf = &info->vfs[i];

		if (!is_wanted(vf, options))
			continue;
		show_vf(out, vf, options);
		if (options->stats)
			show_stats(out, info, vf, options);
		if (options->details)
			show_vf_details(out, info, vf);
	}
}

/* --- brief --- */

/* Columns of `ip -br link show`. */
static void show_vf_brief(FILE *out, const struct svf_vf_info *vf,
			  const struct svf_show_options *options)
{
	const char *state = !vf->netdev[0]	 ? "GONE"
			    : !vf->netdev_up	 ? "DOWN"
			    : vf->netdev_carrier ? "UP"
						 : "LOWERLAYERDOWN";
	char mac[SVF_MAC_TEXT_MAX], name[32];

	svf_mac_format(mac, vf->config.mac);
	(void)snprintf(name, sizeof(name), "%s", vf->netdev[0] ? vf->netdev : "-");
	fprintf(out, "%-16s %-14s %s%s%s vf %u", name, state, mac_color(options), mac,
		options->color ? "\033[0m" : "", vf->vf);
	svf_attributes_show_brief(out, &vf->config);
	fputc('\n', out);
}

/* --- all of it --- */

struct shown {
	const struct svf_pf_info *info;
	const struct svf_show_options *options;
};

static char *make_lines(void *arg, int ifindex)
{
	const struct shown *shown = arg;
	char *text = NULL;
	size_t size;
	FILE *out;

	if (ifindex != shown->info->ifindex)
		return NULL;
	out = open_memstream(&text, &size);
	if (!out)
		return NULL;
	if (shown->options->details)
		show_pf_details(out, shown->info);
	svf_show_vf_lines(out, shown->info, shown->options);
	if (fclose(out) == 0)
		return text;
	free(text);
	return NULL;
}

void svf_show_text(FILE *out, const struct svf_pf_info *info,
		   const struct svf_show_options *options)
{
	if (!options->brief) {
		svf_ip_merge_text(out, info->ip, options->oneline, make_lines,
				  &(struct shown){ .info = info, .options = options });
		return;
	}
	fputs(info->ip, out);
	for (unsigned int i = 0; i < info->n_vfs; i++)
		if (is_wanted(&info->vfs[i], options))
			show_vf_brief(out, &info->vfs[i], options);
}
