// SPDX-License-Identifier: GPL-2.0-only
/*
 * svf-register PF VF [VID...]
 *
 * Does what the PF daemon does when it has found that the VF has VLAN netdevs for these VLANs, and
 * no others: where the kernel has none (CONFIG_VLAN_8021Q). Numbers above 4095 are 4096 + VID of
 * 802.1ad. The daemon, which finds none, is to be stopped meanwhile. Prints the error, if any.
 */
#include <error.h>
#include <stdio.h>
#include <stdlib.h>

#include "../../loader/change.h"
#include "../../loader/lock.h"

#define WAIT_S	  10
#define N_VIDS	  4096
#define WORD_BITS 64

static void set_vid(__u64 trunk[SVF_TRUNK_WORDS], unsigned long vid)
{
	trunk[vid / WORD_BITS] |= 1ULL << (vid % WORD_BITS);
}

int main(int argc, char *argv[])
{
	__u64 trunk[SVF_TRUNK_WORDS] = {}, trunk_8021ad[SVF_TRUNK_WORDS] = {};
	struct svf_errmsg err = {};
	struct svf_paths paths;
	int r;

	if (argc < 3)
		error(EXIT_FAILURE, 0, "usage: svf-register PF VF [VID...]");
	for (int i = 3; i < argc; i++) {
		unsigned long vid = strtoul(argv[i], NULL, 10);

		if (vid >= 2 * N_VIDS)
			error(EXIT_FAILURE, 0, "%s: no VLAN", argv[i]);
		set_vid(vid < N_VIDS ? trunk : trunk_8021ad, vid % N_VIDS);
	}
	r = svf_paths_init(&paths, argv[1]);
	if (r < 0)
		error(EXIT_FAILURE, -r, "%s", argv[1]);
	svf_cleanup(fd) int lock_fd = -1;
	r = svf_lock_take(&paths, argv[1], "register", WAIT_S, &lock_fd, &err);
	if (!r)
		r = svf_change_set_registered(&paths, argv[1],
					      (unsigned int)strtoul(argv[2], NULL, 10), trunk,
					      trunk_8021ad, &err);
	if (r < 0)
		error(EXIT_FAILURE, -r, "%s", err.text);
	return EXIT_SUCCESS;
}
