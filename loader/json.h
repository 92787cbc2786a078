/* SPDX-License-Identifier: GPL-2.0-only */
/* Ownership of JSON values that are being built. */
#pragma once

#include <jansson.h>

#include <svf/cleanup.h>

/* Frees what a function that runs out of memory has begun. */
SVF_DEFINE_CLEANUP(json, json_t *, json_decref(val_), NULL)
