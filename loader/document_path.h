/* SPDX-License-Identifier: GPL-2.0-only */
/* Where in a file something stands, for messages, and the attributes of one object of it. For
 * document*.c. */
#pragma once

#include <stdint.h>

#include <jansson.h>

#include "attribute.h"

struct svf_document_path {
	char text[128]; /* "eth0.json: pfs[0].vfs[2]" */
};

/* "<path>.<key>", or "<path> <key>" behind the file's name; with index >= 0 "...[index]". */
struct svf_document_path svf_document_path_at(const struct svf_document_path *path, const char *key,
					      int index);

/* Sets "<path>: <format>", exit code usage; -EINVAL. */
int svf_document_refuse(struct svf_errmsg *err, const struct svf_document_path *path,
			const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* The same for a key that is none of names[0..n-1]: did you mean ...? */
int svf_document_refuse_key(struct svf_errmsg *err, const struct svf_document_path *path,
			    const char *key, const char *const names[], unsigned int n);

/* Attributes of a table, as keys. */
struct svf_document_table {
	const struct svf_attribute *rows;
	unsigned int n;
};

/* Copies keys that are attributes from one object to another, each by its canonical name. */
int svf_document_overlay(const struct svf_document_table *table, json_t *to, const json_t *from);
/* Reads those keys of an object into a configuration that has the defaults. With `whole` also what
 * does not go together is refused. */
int svf_document_read(const struct svf_document_table *table, const struct svf_document_path *path,
		      const json_t *json, bool whole, void *object, struct svf_errmsg *err);
