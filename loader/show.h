/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The renderings of a snapshot: what ip(8) prints of the PF, and in it the VFs as ip prints those
 * of a card (iproute2's print_vfinfo(), v6.1 and v7.1), both byte for byte. What is ours is in one
 * "svf" object each in JSON, and in further lines with details in text.
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
	bool brief;   /* -br: a line for the PF and one for each VF */
	bool oneline; /* -o: a PF's lines joined by backslashes */
	bool color;   /* addresses are yellow, as ip's are */
	bool human;   /* numbers of -s as "1.23k" */
	bool iec;     /* ... with k for 1024 */
	int vf;	      /* one VF, or SVF_SHOW_ALL_VFS */
};

/* info->ip has what ip printed with the same options. */
void svf_show_text(FILE *out, const struct svf_pf_info *info,
		   const struct svf_show_options *options);
/* The vf lines alone, with nothing of ours but for details. */
void svf_show_vf_lines(FILE *out, const struct svf_pf_info *info,
		       const struct svf_show_options *options);
/* One element of the array that `-j` prints: what ip prints (info->ip), "vfinfo_list": [...],
 * "num_vf", "svf": {...}; NULL if memory ran out. Caller owns the reference. */
json_t *svf_show_json(const struct svf_pf_info *info, const struct svf_show_options *options);
/* vfinfo_list; ours: with "svf" objects. NULL if memory ran out. */
json_t *svf_show_json_vfs(const struct svf_pf_info *info, const struct svf_show_options *options,
			  bool ours);

/* Runs ip for the PF (into info->ip), as options and json want. */
int svf_show_ask_ip(struct svf_pf_info *info, const struct svf_show_options *options, bool json,
		    struct svf_errmsg *err);
