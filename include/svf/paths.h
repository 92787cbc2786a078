/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where a PF's things live. bpffs and /run are shared by all network namespaces, so a
 * PF outside the initial one is called <pf>@<netns inode>; bpffs refuses dots, so they
 * are escaped as "%2e" (and what gives labels their structure: '%' as "%25", '@' as "%40").
 */
#pragma once

#include <net/if.h>

#define SVF_PATH_MAX	 128
#define SVF_PF_LABEL_MAX (3 * IFNAMSIZ + 24)

struct svf_paths {
	char label[SVF_PF_LABEL_MAX]; /* "eth0", or "eth0@4026532200" */
	char pins[SVF_PATH_MAX];      /* /sys/fs/bpf/svf/<label> */
	char run[SVF_PATH_MAX];	      /* /run/svf/<label>: state.json, lock, *.pid */
};

/* Fills paths for the PF called pf_name in the calling thread's network namespace.
 * -ENAMETOOLONG if the name is no netdev name; -errno if namespaces cannot be read. */
int svf_paths_init(struct svf_paths *paths, const char *pf_name);

/* Formats "<dir>/<name>" into buf (SVF_PATH_MAX); -ENAMETOOLONG if it does not fit. */
int svf_path_join(char buf[SVF_PATH_MAX], const char *dir, const char *name);
