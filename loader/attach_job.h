/* SPDX-License-Identifier: GPL-2.0-only */
/* A VF that is being handed over or brought back. For attach.c and detach.c only. */
#pragma once

#include "link.h"
#include "names.h"
#include "pf_open.h"

struct svf_held_vf {
	const char *pf;
	unsigned int vf;
	struct svf_name name; /* its netdev's own */
	struct svf_vf_config config;
	struct svf_link representor; /* its peer is the VF netdev */
};

/* Reads what the VF is now. -ENOENT (exit 3): there is no such VF, or its netdev was deleted. */
int svf_held_vf_init(struct svf_held_vf *vf, const struct svf_open_pf *open, const char *pf,
		     unsigned int number, struct svf_errmsg *err);

/* Brings the netdev home from where it is: nsid's namespace, which nl `there` is in (NULL: it is
 * home), under its own name, down, and as the admin's attributes want it. (detach.c) */
int svf_held_vf_return(struct svf_held_vf *vf, struct svf_nl *nl, struct svf_nl *there,
		       struct svf_errmsg *err);
