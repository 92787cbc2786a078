/* SPDX-License-Identifier: GPL-2.0-only */
/* Closing many AF_XDP sockets in good time. */
#pragma once

#include <stdint.h>

/* Closes n file descriptors, several at a time, and returns when all are closed. The kernel waits a
 * grace period (13 ms) in the close of each bound socket; those that wait together wait once. */
void svf_release_fds(const int *fds, uint32_t n);
