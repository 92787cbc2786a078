// SPDX-License-Identifier: GPL-2.0-only
/*
 * Two ways to have the kernel call synchronize_rcu() for us: MEMBARRIER_CMD_GLOBAL (4.3), which
 * kernels booted with nohz_full= refuse, and an update of a map of maps, after which the
 * kernel waits before it returns (5.0, maybe_wait_bpf_programs()).
 */
#include <bpf/bpf.h>
#include <errno.h>
#include <linux/membarrier.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <svf/cleanup.h>

#include "grace.h"

static int wait_by_map(void)
{
	const __u32 zero = 0;
	svf_cleanup(fd) int inner = bpf_map_create(BPF_MAP_TYPE_ARRAY, "svf_inner", sizeof(zero),
						   sizeof(zero), 1, NULL);
	if (inner < 0)
		return inner;

	LIBBPF_OPTS(bpf_map_create_opts, opts, .inner_map_fd = inner);
	svf_cleanup(fd) int outer = bpf_map_create(BPF_MAP_TYPE_ARRAY_OF_MAPS, "svf_outer",
						   sizeof(zero), sizeof(zero), 1, &opts);
	if (outer < 0)
		return outer;
	return bpf_map_update_elem(outer, &zero, &inner, BPF_ANY);
}

int svf_grace_wait(void)
{
	if (!syscall(__NR_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0))
		return 0;
	return errno == EINVAL || errno == ENOSYS ? wait_by_map() : -errno;
}
