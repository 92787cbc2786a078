/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What `set` changes: words parsed (change_parse.c, by the table in attribute_table.c), merged into
 * a configuration, applied as one transaction (change.c).
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <svf/abi.h>
#include <svf/errmsg.h>
#include <svf/paths.h>

#define SVF_CHANGE_WORDS_MAX 256

/* A `set` that was found well-formed. Points into argv. */
struct svf_change {
	const char *pf;	 /* for messages */
	unsigned int vf; /* SVF_PF_ID: of the PF itself */
	int argc;
	char *const *argv; /* the words after `vf N`, or after PF */
	uint64_t given;	   /* attributes that they name, 1 << row of the table */
	/* Instead of words: VLANs that the VF registers, SVF_TRUNK_WORDS each; NULL: there are
	 * words. */
	const __u64 *trunk, *trunk_8021ad;
};

/* Checks the words after `vf N` (iproute2's, unambiguous prefixes, any order, each at most once)
 * against no state: every word known, every value possible for some VF. -EINVAL with exit code
 * usage and one line that names the word and what is allowed; "did you mean" for near misses. */
int svf_change_parse(struct svf_change *ret_change, const char *pf, unsigned int vf, int argc,
		     char *const argv[], struct svf_errmsg *err);

/* Merges a VF's change into its configuration and checks that the result makes sense in itself
 * (min_tx_rate <= max_tx_rate, no trunk with a VLAN, promisc needs trust, ...). A zero mac is left
 * in it for "the stable one". -EINVAL and one line; *config is then as it was. */
int svf_change_merge_vf(const struct svf_change *change, struct svf_vf_config *config,
			struct svf_errmsg *err);
/* The same for what is set for the PF as a whole. */
int svf_change_merge_pf(const struct svf_change *change, struct svf_policy *policy,
			struct svf_errmsg *err);

/* Applies it, whole or not at all, under traffic. The PF's lock is held by the caller, who has
 * blocked signals. Repeating a setting is a silent success. *ret_warning gets a line to print when
 * the change is done but worth a word (an address held twice), else "". */
int svf_change_apply(const struct svf_paths *paths, const struct svf_change *change,
		     struct svf_errmsg *ret_warning, struct svf_errmsg *err);

/* Bytes that the TBF for max_rx_rate lets through at once: a frame must fit. */
uint32_t svf_change_rx_burst(const struct svf_vf_config *config);
/* Mbit/s that VFs share: what is set, or the link's speed. */
int svf_change_total_rate(const char *pf, const struct svf_policy *policy, uint32_t *ret_mbit,
			  struct svf_errmsg *err);

/* Takes back all that was set for a VF and its link with it, so that it can be removed: nothing
 * passes any more, and nothing of the PF knows of it but its address. Its netdevs may be gone. */
int svf_change_clear(const struct svf_paths *paths, const char *pf, unsigned int vf,
		     struct svf_errmsg *err);

/* --- VLANs that a VF registers by VLAN netdevs of its own (change_registered.c) --- */

/* Whether its VLAN netdevs may be its trunk: it is trusted to (SVF_TRUST_VLAN), and the admin gave
 * it no VLAN (VST), no priority and no trunk. */
bool svf_change_may_register(const struct svf_vf_config *config);
/* Makes these VLANs (bits 1 to SVF_VLAN_MAX) the trunk of the VF, registered = 1; or, where that
 * may not be or there are none, takes away what was registered before. Else what svf_change_apply()
 * does: under the PF's lock, published in one step, silent if nothing changes, one line on
 * failure. */
int svf_change_set_registered(const struct svf_paths *paths, const char *pf, unsigned int vf,
			      const __u64 trunk[SVF_TRUNK_WORDS],
			      const __u64 trunk_8021ad[SVF_TRUNK_WORDS], struct svf_errmsg *err);
/* The first merges a change without words into the VF's configuration; the second clears a
 * registered trunk where none may be. For change*.c. */
void svf_change_merge_registered(const struct svf_change *change, struct svf_vf_config *config);
void svf_change_settle_registered(struct svf_vf_config *config);
