/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ip's command line, as far as it must be known to tell whether VFs are meant: global options in
 * ip's order of abbreviations, `link show`, `link set DEV ... vf N`. Whatever is not understood is
 * ip's alone.
 */
#pragma once

#include <stdbool.h>

enum svf_ip_task {
	SVF_IP_PASS, /* ip's alone */
	SVF_IP_SHOW, /* ip prints, VFs are put in */
	SVF_IP_SET,  /* `vf N ...` is for us */
};

struct svf_ip_args {
	enum svf_ip_task task;
	bool stats, details, oneline, json, pretty, human, iec;
	bool color_auto, color_always; /* the last -c */
	const char *netns;	       /* -n; NULL: not given */
	int n_global;		       /* words of argv before the object, argv[0] among them */
	const char *dev;	       /* of SVF_IP_SET */
	int i_dev;		       /* its place in argv */
	int i_vf;		       /* the first `vf` behind it */
};

/* Reads argv; points into it and changes nothing. */
void svf_ip_args_parse(struct svf_ip_args *ret_args, int argc, char *const argv[]);
