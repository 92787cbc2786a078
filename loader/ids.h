/* SPDX-License-Identifier: GPL-2.0-only */
/* Who we are: identities that VF MACs are derived from. */
#pragma once

#include "link.h"

#define SVF_MACHINE_ID_MAX  64
#define SVF_PF_IDENTITY_MAX 96

/* /etc/machine-id; where that is missing or empty, an id generated once and kept in
 * /etc/svf/machine-id, which from then on is asked first: MACs stay when the former appears. */
int svf_machine_id(char ret_id[SVF_MACHINE_ID_MAX], struct svf_errmsg *err);
/* Same, below another directory than /etc ("<etc>/machine-id", "<etc>/svf/machine-id"). */
int svf_machine_id_in(const char *etc, char ret_id[SVF_MACHINE_ID_MAX], struct svf_errmsg *err);

/* The PF's permanent MAC; where the kernel tells none (veth: random), "<name>@<netns>", netns being
 * "init", the name in /run/netns that stands for ours, or the inode. */
int svf_pf_identity(char ret_id[SVF_PF_IDENTITY_MAX], const struct svf_link *pf,
		    struct svf_errmsg *err);
