/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The sorter's pinned maps that the agent uses. The loader makes and pins them; the agent
 * opens them, checks that they are of this ABI, and loads no BPF itself.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <svf/abi.h>
#include <svf/errmsg.h>

struct svf_maps {
	int vfs; /* file descriptors, -1: not open */
	int xsks;
	int alive;
	int agent;
	int ring_stats;
	int ring_fill;
};

/* No map open. */
void svf_maps_init(struct svf_maps *maps);
/* Opens the pins in directory pins, for rings ring slots. */
int svf_maps_open(struct svf_maps *maps, const char *pins, uint32_t rings, struct svf_errmsg *err);
/* Closes what is open. */
void svf_maps_done(struct svf_maps *maps);

/* The VF's configuration. -ENOENT: there is no such VF. */
int svf_maps_get_vf(const struct svf_maps *maps, uint32_t vf, struct svf_vf_config *ret_config);
/* Puts a socket into its slot of svf_xsks, or takes it out. */
int svf_maps_set_socket(const struct svf_maps *maps, uint32_t slot, int fd);
void svf_maps_unset_socket(const struct svf_maps *maps, uint32_t slot);

/* Maps the values of an mmapable map into memory; munmap() them. */
int svf_maps_mmap(int map, size_t bytes, void **ret_values);
