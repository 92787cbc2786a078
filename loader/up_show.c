// SPDX-License-Identifier: GPL-2.0-only
/* The summary that `up` prints. Reads its report only. */
#include <string.h>

#include "cmd.h"
#include "labels.h"
#include "names.h"

#define MIB	       (1024.0 * 1024.0)
#define COLUMNS	       66 /* of a settings line, label not counted */
#define SETTINGS_LINES 3

static void show_unchanged(FILE *out, const char *pf, const struct svf_up_report *report)
{
	const char *comma = "";

	fprintf(out, "%s: already up with %u VFs: ", pf, svf_vf_set_count(&report->state.vfs));
	if (report->repaired) {
		fprintf(out, "programs attached to the PF again");
		comma = ", ";
	}
	if (report->vfs.ended_change) {
		fprintf(out, "%sended a change of its VFs that was cut short", comma);
		comma = ", ";
	}
	if (report->vfs.mended) {
		fprintf(out, "%sdeleted netdevs of %u made anew", comma, report->vfs.mended);
		comma = ", ";
	}
	if (report->agent_restarted && report->agent_pid)
		fprintf(out, "%sagent restarted, pid %d", comma, (int)report->agent_pid);
	else if (report->agent_restarted)
		fprintf(out, "%sPF daemon restarted", comma);
	else if (!*comma)
		fprintf(out, "nothing changed");
	fputc('\n', out);
}

static void show_rings(FILE *out, const struct svf_up_report *report)
{
	const struct svf_up_args *args = &report->state.args;
	unsigned int rings = args->vfs * args->queues;

	fprintf(out, "  xdp        %s, zero copy %s%s\n", report->xdp_mode,
		report->zero_copy ? "on" : "off",
		args->zero_copy && !report->zero_copy ? " (the driver has none)" : "");
	fprintf(out, "  queues     %u of %s\n", args->queues, report->state.pf);
	fprintf(out, "  rings      %u RX of %u and %u TX of %u descriptors, %u-byte frames\n",
		rings, svf_rx_ring_size(args->max_vfs, args->ring_size), rings, args->ring_size,
		report->state.frame_size);
	fprintf(out, "  memory     %.1f MiB for frames and rings\n",
		(double)report->memory_bytes / MIB);
	fprintf(out, "  agent      pid %d\n", (int)report->agent_pid);
}

/*
 * The phrases of report->settings, in lines of about 80 columns; the last line takes all
 * that is left, to stay within the 12 lines of a summary.
 */
static void show_settings(FILE *out, const char *settings)
{
	unsigned int lines = 1;
	size_t used = 0;

	fprintf(out, "  %-10s %s", "settings", settings[0] ? "" : "unchanged");
	while (*settings) {
		size_t len = strcspn(settings, ";");

		if (used && used + len > COLUMNS && lines < SETTINGS_LINES) {
			fprintf(out, ";\n  %-10s ", "");
			used = 0;
			lines++;
		} else if (used) {
			fprintf(out, "; ");
		}
		fprintf(out, "%.*s", (int)len, settings);
		used += len + strlen("; ");
		settings += len;
		settings += strspn(settings, "; ");
	}
	fprintf(out, "\n");
}

void svf_up_show(FILE *out, const char *pf, const struct svf_up_report *report)
{
	const struct svf_up_args *args = &report->state.args;
	struct svf_name last;

	if (report->already_up) {
		show_unchanged(out, pf, report);
		return;
	}

	svf_name_format(&last, pf, SVF_NAME_VF, args->vfs - 1);
	if (args->vfs > 1)
		fprintf(out, "%s: %u VFs up: %s to %s\n", pf, args->vfs, report->first_vf,
			last.name);
	else
		fprintf(out, "%s: 1 VF up: %s\n", pf, report->first_vf);
	fprintf(out, "  lane       %s\n", svf_lane_name(args->lane));
	if (args->lane == SVF_LANE_AFXDP)
		show_rings(out, report);
	else
		fprintf(out, "  xdp        %s\n", report->xdp_mode);
	show_settings(out, report->settings);
	fprintf(out, "  undo       svf-loader down %s\n", pf);
	fprintf(out, "  hand over  ip link set %s netns NAME\n", report->first_vf);
}
