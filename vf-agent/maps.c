// SPDX-License-Identifier: GPL-2.0-only
/*
 * Opening the pins. A map whose sizes are not abi.h's belongs to another version of the
 * sorter and is refused: writing to it would corrupt what others read.
 */
#include <bpf/bpf.h>
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <svf/paths.h>

#include "maps.h"

/* What a map must look like. */
struct map_shape {
	const char *name;
	uint32_t value_size;
	uint32_t entries_min;
};

void svf_maps_init(struct svf_maps *maps)
{
	*maps = (struct svf_maps){ -1, -1, -1, -1, -1, -1 };
}

static int open_map(const char *pins, const struct map_shape *shape, int *ret_fd,
		    struct svf_errmsg *err)
{
	struct bpf_map_info info = {};
	uint32_t info_len = sizeof(info);
	char path[SVF_PATH_MAX];
	int r;

	r = svf_path_join(path, pins, shape->name);
	if (r < 0)
		return svf_errmsg_set(err, r, "%s: path too long", pins);
	*ret_fd = bpf_obj_get(path); /* the kernel sets O_CLOEXEC on all BPF fds */
	if (*ret_fd < 0)
		return svf_errmsg_set(err, *ret_fd, "%s: cannot open map: %s", path,
				      strerror(-*ret_fd));
	r = bpf_obj_get_info_by_fd(*ret_fd, &info, &info_len);
	if (r < 0)
		return svf_errmsg_set(err, r, "%s: cannot read map info: %s", path, strerror(-r));
	if (info.key_size != sizeof(uint32_t) || info.value_size != shape->value_size ||
	    info.max_entries < shape->entries_min)
		return svf_errmsg_set(err, -EPROTO,
				      "%s: value size %u, %u entries: not of ABI version %d", path,
				      info.value_size, info.max_entries, SVF_ABI_VERSION);
	return 0;
}

int svf_maps_open(struct svf_maps *maps, const char *pins, uint32_t rings, struct svf_errmsg *err)
{
	const struct {
		struct map_shape shape;
		int *fd;
	} wanted[] = {
		{ { "svf_vfs", sizeof(struct svf_vf_config), 1 }, &maps->vfs },
		{ { "svf_xsks", sizeof(uint32_t), rings }, &maps->xsks },
		{ { "svf_alive", sizeof(uint32_t), 1 }, &maps->alive },
		{ { "svf_agent", sizeof(struct svf_agent_life), 1 }, &maps->agent },
		{ { "svf_ring_stats", sizeof(struct svf_ring_stats), rings }, &maps->ring_stats },
		{ { "svf_ring_fill", sizeof(struct svf_ring_fill), rings }, &maps->ring_fill },
	};

	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		int r = open_map(pins, &wanted[i].shape, wanted[i].fd, err);

		if (r < 0)
			return r;
	}
	return 0;
}

void svf_maps_done(struct svf_maps *maps)
{
	int fds[] = { maps->vfs,   maps->xsks,	     maps->alive,
		      maps->agent, maps->ring_stats, maps->ring_fill };

	for (size_t i = 0; i < sizeof(fds) / sizeof(fds[0]); i++) {
		if (fds[i] >= 0)
			(void)close(fds[i]);
	}
	svf_maps_init(maps);
}

int svf_maps_get_vf(const struct svf_maps *maps, uint32_t vf, struct svf_vf_config *ret_config)
{
	return bpf_map_lookup_elem(maps->vfs, &vf, ret_config);
}

int svf_maps_set_socket(const struct svf_maps *maps, uint32_t slot, int fd)
{
	return bpf_map_update_elem(maps->xsks, &slot, &fd, BPF_ANY);
}

void svf_maps_unset_socket(const struct svf_maps *maps, uint32_t slot)
{
	(void)bpf_map_delete_elem(maps->xsks, &slot);
}

int svf_maps_mmap(int map, size_t bytes, void **ret_values)
{
	void *values = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, map, 0);

	if (values == MAP_FAILED)
		return -errno;
	*ret_values = values;
	return 0;
}
