// SPDX-License-Identifier: GPL-2.0-only
/*
 * Telling readiness. That the reader has gone is its own matter: nothing here fails.
 */
#include <stdio.h>
#include <unistd.h>

#include "ready.h"

void svf_ready_send(int fd, const char *xdp_mode, bool zero_copy, size_t memory_bytes)
{
	if (fd < 0)
		return;
	(void)dprintf(fd, "ready xdp=%s zero_copy=%d memory=%zu\n", xdp_mode, zero_copy,
		      memory_bytes);
	(void)close(fd);
}

void svf_ready_send_error(int fd, enum svf_exit code, const char *text)
{
	if (fd < 0)
		return;
	(void)dprintf(fd, "error %d %s\n", code, text);
	(void)close(fd);
}
