/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What `set` changes: parsed from iproute2's words (change_parse.c), applied as one
 * transaction (change.c).
 */
#pragma once

#include <linux/if_ether.h>
#include <stdbool.h>
#include <stdint.h>

#include <svf/errmsg.h>
#include <svf/paths.h>

struct svf_change {
	bool has_mac, has_vlan, has_qos;
	uint8_t mac[ETH_ALEN];
	uint16_t vlan;
	uint8_t qos;
};

/* Parses the words after `vf N` (argv[0..argc-1]: "mac LLADDR", "vlan VID [qos Q]", iproute2's
 * unambiguous prefixes, any order, each at most once). -EINVAL with exit code usage and one line
 * that names the word and what is allowed; "did you mean" for near misses. pf and vf are for the
 * messages. */
int svf_change_parse(struct svf_change *ret_change, const char *pf, unsigned int vf, int argc,
		     char *const argv[], struct svf_errmsg *err);

/* Applies it, whole or not at all, under traffic. The PF's lock is held by the caller, who has
 * blocked signals. Repeating a setting is a silent success. */
int svf_change_apply(const char *pf, const struct svf_paths *paths, unsigned int vf,
		     const struct svf_change *change, struct svf_errmsg *err);
