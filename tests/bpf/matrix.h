/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The tag matrix: every form of tags at every kind of VF, in and out, to and from wire and host,
 * one and all, through the shaper and not.
 */
#pragma once

#include <stddef.h>

#include "world.h"

#define MATRIX_NAME_MAX 80

size_t matrix_count(void);
void matrix_name(size_t cell, char ret_name[MATRIX_NAME_MAX]);

/* Asserts (cmocka). */
void matrix_run(struct world *world, size_t cell);
