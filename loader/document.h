/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A file of desired state, svf.json(5): read strictly. Every key, type and range is checked when it
 * is loaded, against no kernel state; what is wrong is told with its path ("pfs[0].vfs[2].vlan").
 */
#pragma once

#include "setup.h"

struct svf_document {
	char name[64]; /* for messages: the file's, or "standard input" */
	json_t *root;  /* owned */
};

/* Loads a file, "-" is standard input. -EINVAL (exit code usage) and one line. */
int svf_document_load(struct svf_document *ret_document, const char *file, struct svf_errmsg *err);
/* The same for JSON that is there already, of which it takes a reference. */
int svf_document_init(struct svf_document *ret_document, const char *name, json_t *root,
		      struct svf_errmsg *err);
void svf_document_done(struct svf_document *document);

unsigned int svf_document_n_pfs(const struct svf_document *document);
/* The name of PF i. */
const char *svf_document_pf(const struct svf_document *document, unsigned int i);
/* What PF i shall be. What the file does not name is at its default; of the options of `up` only
 * those that it names are asked for. `mtu` is of VFs that have none set. */
int svf_document_setup(const struct svf_document *document, unsigned int i, unsigned int mtu,
		       struct svf_setup **ret_setup, struct svf_errmsg *err);
