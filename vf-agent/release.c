// SPDX-License-Identifier: GPL-2.0-only
/*
 * xsk_release() calls synchronize_net() for each socket: 512 of them, one after another, take
 * 6 s. Threads that are in it at the same time share a grace period.
 */
#include <pthread.h>
#include <unistd.h>

#include "release.h"

/* 256 sockets are 8 rounds: 0.1 s, with stacks of 64 KiB for as long. */
#define RELEASE_THREADS 32
#define RELEASE_STACK	65536

struct share {
	const int *fds;
	uint32_t first, n;
	pthread_t thread;
	int started;
};

static void *close_share(void *arg)
{
	const struct share *share = arg;

	for (uint32_t i = share->first; i < share->n; i += RELEASE_THREADS)
		if (share->fds[i] >= 0)
			(void)close(share->fds[i]);
	return NULL;
}

void svf_release_fds(const int *fds, uint32_t n)
{
	struct share shares[RELEASE_THREADS];
	pthread_attr_t attr;

	(void)pthread_attr_init(&attr);
	(void)pthread_attr_setstacksize(&attr, RELEASE_STACK);
	for (uint32_t i = 0; i < RELEASE_THREADS; i++) {
		shares[i] = (struct share){ .fds = fds, .first = i, .n = n };
		shares[i].started =
			i < n && !pthread_create(&shares[i].thread, &attr, close_share, &shares[i]);
		if (!shares[i].started)
			(void)close_share(&shares[i]);
	}
	for (uint32_t i = 0; i < RELEASE_THREADS; i++)
		if (shares[i].started)
			(void)pthread_join(shares[i].thread, NULL);
	(void)pthread_attr_destroy(&attr);
}
