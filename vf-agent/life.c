// SPDX-License-Identifier: GPL-2.0-only
/*
 * The socket in svf_alive is never bound and never sees a frame. An XSKMAP takes it if it
 * has an RX ring, a UMEM and a FILL ring, so it gets the smallest of each.
 *
 * A dying process closes its sockets one after another at 13 ms each, the highest file
 * descriptor first (task work is a stack; 6.1 and 6.18): so this socket's is the highest,
 * and svf_alive is empty before any ring is.
 */
#include <bpf/bpf.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_xdp.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <svf/cleanup.h>

#include "life.h"

#define NS_PER_S 1000000000ULL
/* Room below the life sign for what opens later (syslog, name look-ups), which gets the
 * lowest free number. */
#define SPARE_FDS  16
#define TOKEN_PAGE 4096

SVF_DEFINE_CLEANUP(dir, DIR *, (void)closedir(val_), NULL)

void svf_life_init(struct svf_life *life, const struct svf_maps *maps)
{
	*life = (struct svf_life){ .maps = maps, .socket = -1 };
}

static int get_highest_fd(int *ret_fd)
{
	svf_cleanup(dir) DIR *dir = opendir("/proc/self/fd");
	const struct dirent *entry;
	int highest = 0; /* "." and ".." count as that */

	if (!dir)
		return -errno;
	while ((entry = readdir(dir))) { /* ends with the directory */
		int fd = (int)strtol(entry->d_name, NULL, 10);

		if (fd > highest)
			highest = fd;
	}
	*ret_fd = highest;
	return 0;
}

/* Gives the socket what an XSKMAP asks for. The page is pinned by the UMEM, ours to unmap. */
static int set_rings(int fd)
{
	void *page =
		mmap(NULL, TOKEN_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct xdp_umem_reg umem = {
		.addr = (uintptr_t)page,
		.len = TOKEN_PAGE,
		.chunk_size = TOKEN_PAGE,
	};
	const int one = 1;
	int r = 0;

	if (page == MAP_FAILED)
		return -errno;
	if (setsockopt(fd, SOL_XDP, XDP_UMEM_REG, &umem, sizeof(umem)) < 0 ||
	    setsockopt(fd, SOL_XDP, XDP_UMEM_FILL_RING, &one, sizeof(one)) < 0 ||
	    setsockopt(fd, SOL_XDP, XDP_UMEM_COMPLETION_RING, &one, sizeof(one)) < 0 ||
	    setsockopt(fd, SOL_XDP, XDP_RX_RING, &one, sizeof(one)) < 0)
		r = -errno;
	(void)munmap(page, TOKEN_PAGE);
	return r;
}

static int open_socket(int *ret_fd)
{
	svf_cleanup(fd) int fd = socket(AF_XDP, SOCK_RAW | SOCK_CLOEXEC, 0);
	int highest = 0;
	int r;

	if (fd < 0)
		return -errno;
	r = set_rings(fd);
	if (r < 0)
		return r;
	r = get_highest_fd(&highest);
	if (r < 0)
		return r;
	*ret_fd = fcntl(fd, F_DUPFD_CLOEXEC, highest + SPARE_FDS);
	return *ret_fd < 0 ? -errno : 0;
}

int svf_life_attach(struct svf_life *life, bool zero_copy)
{
	const uint32_t slot = 0;
	void *shared;
	int r;

	r = svf_maps_mmap(life->maps->agent, sizeof(*life->shared), &shared);
	if (r < 0)
		return r;
	life->shared = shared;
	r = open_socket(&life->socket);
	if (r < 0)
		return r;

	life->shared->pid = (uint32_t)getpid();
	life->shared->starts++;
	life->shared->zero_copy = zero_copy;
	svf_life_beat(life);
	return bpf_map_update_elem(life->maps->alive, &slot, &life->socket, BPF_ANY);
}

void svf_life_beat(struct svf_life *life)
{
	struct timespec now;

	/* The coarse clock: the sorter reads that one, and a heartbeat from the future, by a
	 * tick even, would look ages old to its subtraction. */
	(void)clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
	__atomic_store_n(&life->shared->heartbeat_ns,
			 (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec, __ATOMIC_RELEASE);
}

void svf_life_detach(struct svf_life *life)
{
	const uint32_t slot = 0;

	if (life->socket < 0)
		return;
	(void)bpf_map_delete_elem(life->maps->alive, &slot);
	__atomic_store_n(&life->shared->heartbeat_ns, 0, __ATOMIC_RELEASE);
	(void)close(TAKE_FD(life->socket));
}

void svf_life_done(struct svf_life *life)
{
	svf_life_detach(life);
	if (life->shared)
		(void)munmap(life->shared, sizeof(*life->shared));
	life->shared = NULL;
}
