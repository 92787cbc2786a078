/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The readiness line: exactly one, to whoever started us, then the descriptor is closed.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include <svf/errmsg.h>

/* "ready xdp=<mode> zero_copy=<0|1> memory=<bytes>". Closes fd; -1: does nothing. */
void svf_ready_send(int fd, const char *xdp_mode, bool zero_copy, size_t memory_bytes);
/* "error <exit code> <text>". Closes fd; -1: does nothing. */
void svf_ready_send_error(int fd, enum svf_exit code, const char *text);
