/* SPDX-License-Identifier: GPL-2.0-only */
/* The names of a VF's netdevs: <pf>v<n>, <pf>r<n>, <pf>q<n>; and of the shaper pair: <pf>s0,
 * <pf>s1. */
#pragma once

#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>

#define SVF_LONG_NAME_MAX 32

enum svf_name_kind {
	SVF_NAME_VF = 'v',
	SVF_NAME_REPRESENTOR = 'r',
	SVF_NAME_RING_PORT = 'q',
	SVF_NAME_SHAPER = 's', /* 0: near end, 1: far end */
};

struct svf_name {
	char name[IFNAMSIZ];		   /* what the netdev is called */
	char long_name[SVF_LONG_NAME_MAX]; /* its altname if `hashed`, else equal to name */
	bool hashed; /* <pf> is too long: first bytes of it, a 4-hex-digit hash, kind and number */
};

void svf_name_format(struct svf_name *ret_name, const char *pf, enum svf_name_kind kind,
		     unsigned int vf);

/* true and the VF's number if `name` is what one of the PF's VF netdevs or representors is called.
 */
bool svf_name_parse(const char *name, const char *pf, unsigned int *ret_vf);

#define SVF_ALIAS_MAX 96
/* Alias of everything we make: "svf:<pf label>:<vf>:<generation>" (design.md), with "pf" for vf
 * SVF_PF_ID. */
void svf_alias_format(char buf[SVF_ALIAS_MAX], const char *pf_label, unsigned int vf,
		      uint32_t generation);
/* true and the parts if alias is one of pf_label's (pf_label NULL: of any PF's). */
bool svf_alias_parse(const char *alias, const char *pf_label, unsigned int *ret_vf,
		     uint32_t *ret_generation);
