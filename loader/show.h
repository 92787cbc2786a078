/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The two renderings of a snapshot. Text is `ip -d link show`'s vf lines, JSON is `ip -j`'s
 * vfinfo_list, both byte for byte (iproute2's print_vfinfo(), v6.1 and v7.1); what is ours
 * is in one "svf" object in JSON and in further lines with details in text.
 */
#pragma once

#include <stdbool.h>
#include <stdio.h>

#include <jansson.h>

#include "vfinfo.h"

#define SVF_SHOW_ALL_VFS (-1)

struct svf_show_options {
	bool stats;   /* -s */
	bool details; /* -d: rings, ports, drops, agent, PF settings changed */
	int vf;	      /* one VF, or SVF_SHOW_ALL_VFS */
};

void svf_show_text(FILE *out, const struct svf_pf_info *info,
		   const struct svf_show_options *options);
/* One element of the array that `-j` prints: {"ifindex", "ifname", "address", "num_vf",
 * "vfinfo_list":
 * [...], "svf": {...}}; NULL if memory ran out. Caller owns the reference. */
json_t *svf_show_json(const struct svf_pf_info *info, const struct svf_show_options *options);
