/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Running ip(8): what the kernel tells of a PF is printed by it, in whatever manner it was asked
 * for, and ours is put in (ip_merge.h).
 */
#pragma once

#include <limits.h>

#include <svf/errmsg.h>

/* Set in the environment of an ip that we run: where that is svf-ip under its name, it is ip. */
#define SVF_IP_PLAIN "SVF_IP_PLAIN"

/* Path of ip in $PATH, else in the usual directories. Ourselves are passed over: svf-ip may be
 * installed under the name. -ENOENT. */
int svf_ip_find(char ret_path[PATH_MAX], struct svf_errmsg *err);

/* Runs ip with argv (argv[0] is ignored), standard input and error as ours, and returns what it
 * wrote to standard output, the caller's to free. *ret_status: its exit status; 128 + number if a
 * signal ended it. */
int svf_ip_capture(char *const argv[], char **ret_text, int *ret_status, struct svf_errmsg *err);

/* Becomes ip. Returns only if that cannot be. */
int svf_ip_become(char *argv[], struct svf_errmsg *err);
