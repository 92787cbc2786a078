/* SPDX-License-Identifier: GPL-2.0-only */
/* How a failure is told: one line on standard error, for people or as JSON. */
#pragma once

#include <stdbool.h>

#include <jansson.h>

#include <svf/errmsg.h>

/* Prints the failure `error` (-errno) with err's text; json: as the object that
 * svf_failure_json() makes. */
void svf_failure_print(const struct svf_errmsg *err, int error, bool json);

/* {"error": {"object", "pf", "vf", "message", "exit", "errno"}}: object is what the message begins
 * with ("eth0: vf 3"), null if it names none; pf and vf are there if it is one. NULL if memory ran
 * out. */
json_t *svf_failure_json(const struct svf_errmsg *err, int error);
