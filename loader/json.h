/* SPDX-License-Identifier: GPL-2.0-only */
/* Ownership of JSON values that are being built, and printing them. */
#pragma once

#include <stdbool.h>
#include <stdio.h>

#include <jansson.h>

#include <svf/cleanup.h>

/* Frees what a function that runs out of memory has begun. */
SVF_DEFINE_CLEANUP(json, json_t *, json_decref(val_), NULL)

/* Prints a value and a newline, byte for byte as ip(8) does: without blanks, or pretty with its
 * indentation by 4 ("[ {", "},{", " } ]"). -EIO, -ENOMEM. */
int svf_json_print(FILE *out, const json_t *value, bool pretty);
