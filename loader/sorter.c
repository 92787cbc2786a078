// SPDX-License-Identifier: GPL-2.0-only
/*
 * Loading, pinning and attaching the sorter. After loading, the skeleton is thrown away
 * and only the fds are kept: a sorter opened from its pins looks the same as a fresh one.
 */
#include "sorter.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_link.h>
#include <string.h>
#include <unistd.h>

#include "bpffs.h"
#include "svf_sorter.skel.h"

#define VERIFIER_LOG_BYTES 65536 /* its tail names the instruction refused */
#define PROGS_DIR	   "progs"
#define LINKS_DIR	   "links"
#define WIRE_LINK	   LINKS_DIR "/svf_wire"

struct svf_sorter {
	int maps[SVF_N_MAPS];
	int programs[SVF_N_PROGRAMS];
};

SVF_DEFINE_CLEANUP(skel, struct svf_sorter_bpf *, svf_sorter_bpf__destroy(val_), NULL)

static const char *const map_names[SVF_N_MAPS] = {
#define SVF_X(name) [SVF_MAP_##name] = #name,
	SVF_MAPS(SVF_X)
#undef SVF_X
};

static const char *const program_names[] = {
	[SVF_PROGRAM_WIRE] = "svf_wire",	   [SVF_PROGRAM_WIRE_TC] = "svf_wire_tc",
	[SVF_PROGRAM_HOST_TC] = "svf_host_tc",	   [SVF_PROGRAM_PORT_TC] = "svf_port_tc",
	[SVF_PROGRAM_RING_TC] = "svf_ring_tc",	   [SVF_PROGRAM_OUT_TC] = "svf_out_tc",
	[SVF_PROGRAM_SHAPED_TC] = "svf_shaped_tc",
};
_Static_assert(sizeof(program_names) / sizeof(program_names[0]) == SVF_N_PROGRAMS, "names");

static struct svf_sorter *sorter_alloc(void)
{
	struct svf_sorter *sorter = malloc(sizeof(*sorter));

	if (sorter)
		memset(sorter, 0xff, sizeof(*sorter)); /* every fd -1 */
	return sorter;
}

struct svf_sorter *svf_sorter_free(struct svf_sorter *sorter)
{
	if (!sorter)
		return NULL;
	for (int i = 0; i < SVF_N_MAPS; i++)
		if (sorter->maps[i] >= 0)
			(void)close(sorter->maps[i]);
	for (int i = 0; i < SVF_N_PROGRAMS; i++)
		if (sorter->programs[i] >= 0)
			(void)close(sorter->programs[i]);
	free(sorter);
	return NULL;
}

const char *svf_program_name(enum svf_program program)
{
	return program_names[program];
}

int svf_sorter_program_fd(const struct svf_sorter *sorter, enum svf_program program)
{
	return sorter->programs[program];
}

int svf_sorter_map_fd(const struct svf_sorter *sorter, enum svf_map map)
{
	return sorter->maps[map];
}

static int set_sizes(struct svf_sorter_bpf *skel, const struct svf_sorter_params *params)
{
	const unsigned int slots = params->max_vfs * params->queues;
	const unsigned int counted = SVF_N_DIRECTIONS * (params->max_vfs + 2); /* and PF, wire */
	/* A VF has its own and those of mac_list; while these change, the old and the new ones. */
	const unsigned int addresses = 2 * (1 + SVF_MACS_MAX) * params->max_vfs;
	const struct {
		struct bpf_map *map;
		unsigned int entries;
	} sizes[] = {
		{ skel->maps.svf_fdb, addresses },
		{ skel->maps.svf_fdb_hits, addresses },
		{ skel->maps.svf_vfs, params->max_vfs },
		{ skel->maps.svf_ports,
		  2 * params->max_vfs + 1 }, /* representor, ring port; shaper */
		/* each VF may be alone in its VLAN, and in two while that changes */
		{ skel->maps.svf_vlans, 2 * params->max_vfs },
		{ skel->maps.svf_xsks, slots },
		{ skel->maps.svf_ring_stats, slots },
		{ skel->maps.svf_ring_fill, slots },
		{ skel->maps.svf_mcast, (SVF_GROUPS_MAX + 1) * params->max_vfs },
		{ skel->maps.svf_rates, params->max_vfs + 1 }, /* and the wire */
		{ skel->maps.svf_stats, counted },
		{ skel->maps.svf_drops, counted },
		{ skel->maps.svf_losses, counted },
		{ skel->maps.svf_former, params->max_vfs },
		{ skel->maps.svf_redirects, params->max_vfs },
		{ skel->maps.svf_offenders, counted * SVF_N_DROPS },
	};

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		int r = bpf_map__set_max_entries(sizes[i].map, sizes[i].entries);

		if (r < 0)
			return r;
	}
	return 0;
}

static int keep_fd(int *ret_fd, int fd)
{
	int copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);

	if (copy < 0)
		return -errno;
	*ret_fd = copy;
	return 0;
}

static int keep_fds(struct svf_sorter *sorter, const struct bpf_object *obj)
{
	int r = 0;

	for (int i = 0; i < SVF_N_MAPS && !r; i++)
		r = keep_fd(&sorter->maps[i], bpf_object__find_map_fd_by_name(obj, map_names[i]));
	for (int i = 0; i < SVF_N_PROGRAMS && !r; i++) {
		const struct bpf_program *prog =
			bpf_object__find_program_by_name(obj, program_names[i]);

		r = keep_fd(&sorter->programs[i], bpf_program__fd(prog));
	}
	return r;
}

/* The last line of the verifier's log that says anything. */
static const char *last_line(char *log)
{
	size_t len = strlen(log);
	char *start;

	while (len && (log[len - 1] == '\n' || log[len - 1] == ' '))
		log[--len] = '\0';
	start = strrchr(log, '\n');
	return start ? start + 1 : log;
}

/* Whatever a counter's entry is, it fits. */
union counters {
	struct svf_stats stats;
	struct svf_drops drops;
};

/* Counters exist before the first frame, so that the datapath only ever looks them up. */
static int prefill_counters(const struct svf_sorter *sorter, unsigned int max_vfs)
{
	const int cpus = libbpf_num_possible_cpus();
	svf_cleanup(mem) void *zeros = NULL;
	int r = 0;

	if (cpus < 0)
		return cpus;
	zeros = calloc(cpus, sizeof(union counters));
	if (!zeros)
		return -ENOMEM;
	for (unsigned int i = 0; i < max_vfs + 2 && !r; i++) {
		struct svf_stats_key key = { .vf = i };

		if (i >= max_vfs)
			key.vf = i == max_vfs ? SVF_PF_ID : SVF_WIRE_ID;

		for (key.direction = 0; key.direction < SVF_N_DIRECTIONS && !r; key.direction++) {
			r = bpf_map_update_elem(sorter->maps[SVF_MAP_svf_stats], &key, zeros,
						BPF_ANY);
			if (!r)
				r = bpf_map_update_elem(sorter->maps[SVF_MAP_svf_drops], &key,
							zeros, BPF_ANY);
		}
	}
	return r;
}

int svf_sorter_new(struct svf_sorter **ret_sorter, const struct svf_sorter_params *params,
		   struct svf_errmsg *err)
{
	svf_cleanup(mem) char *log = calloc(1, VERIFIER_LOG_BYTES);
	svf_cleanup(sorter) struct svf_sorter *sorter = sorter_alloc();
	int r;

	if (!log || !sorter)
		return svf_errmsg_set(err, -ENOMEM, "cannot load the sorter: out of memory");

	LIBBPF_OPTS(bpf_object_open_opts, opts, .kernel_log_buf = log,
		    .kernel_log_size = VERIFIER_LOG_BYTES);
	svf_cleanup(skel) struct svf_sorter_bpf *skel = svf_sorter_bpf__open_opts(&opts);
	if (!skel) {
		r = -errno;
		return svf_errmsg_set(err, r, "cannot open the sorter: %s", strerror(-r));
	}

	skel->rodata->svf_cfg.pf_ifindex = params->pf_ifindex;
	skel->rodata->svf_cfg.queues = params->queues;
	skel->rodata->svf_cfg.skb_mode = params->skb_mode;
	r = set_sizes(skel, params);
	if (!r)
		r = svf_sorter_bpf__load(skel);
	if (!r)
		r = keep_fds(sorter, skel->obj);
	if (!r)
		r = prefill_counters(sorter, params->max_vfs);
	if (r < 0)
		return svf_errmsg_set(err, r, "the kernel refuses the sorter: %s%s%s", strerror(-r),
				      log[0] ? ": " : "", last_line(log));

	*ret_sorter = TAKE_PTR(sorter);
	return 0;
}

static int open_pin(int *ret_fd, const char *dir, const char *name)
{
	char path[SVF_PATH_MAX];
	int r = svf_path_join(path, dir, name);

	if (r < 0)
		return r;
	r = bpf_obj_get(path);
	if (r < 0)
		return r;
	*ret_fd = r;
	return 0;
}

int svf_sorter_open(struct svf_sorter **ret_sorter, const struct svf_paths *paths,
		    struct svf_errmsg *err)
{
	svf_cleanup(sorter) struct svf_sorter *sorter = sorter_alloc();
	char progs[SVF_PATH_MAX];
	int r = svf_path_join(progs, paths->pins, PROGS_DIR);

	if (!sorter)
		r = -ENOMEM;
	for (int i = 0; i < SVF_N_MAPS && !r; i++)
		r = open_pin(&sorter->maps[i], paths->pins, map_names[i]);
	for (int i = 0; i < SVF_N_PROGRAMS && !r; i++)
		r = open_pin(&sorter->programs[i], progs, program_names[i]);
	if (r < 0)
		return svf_errmsg_set(err, r, "%s: cannot open the sorter's pins in %s: %s",
				      paths->label, paths->pins, strerror(-r));
	*ret_sorter = TAKE_PTR(sorter);
	return 0;
}

static int pin(int fd, const char *dir, const char *name)
{
	char path[SVF_PATH_MAX];
	int r = svf_path_join(path, dir, name);

	return r < 0 ? r : bpf_obj_pin(fd, path);
}

int svf_sorter_pin(const struct svf_sorter *sorter, const struct svf_paths *paths,
		   struct svf_errmsg *err)
{
	char progs[SVF_PATH_MAX], links[SVF_PATH_MAX];
	int r = svf_bpffs_ensure(err);

	if (r < 0)
		return r;
	r = svf_path_join(progs, paths->pins, PROGS_DIR);
	if (!r)
		r = svf_path_join(links, paths->pins, LINKS_DIR);
	if (!r)
		r = svf_bpffs_mkdirs(progs);
	if (!r)
		r = svf_bpffs_mkdirs(links);
	for (int i = 0; i < SVF_N_MAPS && !r; i++)
		r = pin(sorter->maps[i], paths->pins, map_names[i]);
	for (int i = 0; i < SVF_N_PROGRAMS && !r; i++)
		r = pin(sorter->programs[i], progs, program_names[i]);
	if (r < 0)
		return svf_errmsg_set(err, r, "%s: cannot pin the sorter in %s: %s", paths->label,
				      paths->pins, strerror(-r));
	return 0;
}

int svf_sorter_unpin(const struct svf_paths *paths, struct svf_errmsg *err)
{
	int r = svf_bpffs_remove_tree(paths->pins);

	if (r < 0)
		return svf_errmsg_set(err, r, "%s: cannot remove %s: %s", paths->label, paths->pins,
				      strerror(-r));
	(void)rmdir(SVF_PIN_ROOT); /* goes with the last PF */
	return 0;
}

int svf_sorter_attach_xdp(const struct svf_sorter *sorter, const struct svf_paths *paths,
			  const char *pf, int ifindex, bool skb_mode, struct svf_errmsg *err)
{
	LIBBPF_OPTS(bpf_link_create_opts, opts,
		    .flags = skb_mode ? XDP_FLAGS_SKB_MODE : XDP_FLAGS_DRV_MODE);
	svf_cleanup(fd) int link =
		bpf_link_create(sorter->programs[SVF_PROGRAM_WIRE], ifindex, BPF_XDP, &opts);

	if (link == -ERANGE)
		return svf_errmsg_set(err, link,
				      "%s: its MTU, or its far end's, is too large for native XDP: "
				      "lower it, or use --lane tc",
				      pf);
	if (link == -EOPNOTSUPP || link == -EINVAL || link == -ENOSPC)
		return svf_errmsg_exit_set(err, skb_mode ? SVF_EXIT_REFUSED : SVF_EXIT_UNSUPPORTED,
					   link, "%s: the driver refuses %s XDP: %s%s", pf,
					   skb_mode ? "skb" : "native", strerror(-link),
					   skb_mode ? "" : "; try --xdp-mode skb, or --lane tc");
	if (link < 0)
		return svf_errmsg_set(err, link, "%s: cannot attach svf_wire: %s", pf,
				      strerror(-link));

	int r = pin(link, paths->pins, WIRE_LINK);
	if (r < 0)
		return svf_errmsg_set(err, r, "%s: cannot pin the XDP link: %s", pf, strerror(-r));
	return 0;
}

int svf_sorter_detach_xdp(const struct svf_paths *paths)
{
	char path[SVF_PATH_MAX];
	int r = svf_path_join(path, paths->pins, WIRE_LINK);

	if (r < 0)
		return r;
	svf_cleanup(fd) int link = bpf_obj_get(path);
	if (link == -ENOENT)
		return 0;
	/* Detached at once and not when the last fd goes: frames must not meet a sorter
	 * whose VFs are being taken away. */
	if (link >= 0)
		(void)bpf_link_detach(link);
	return unlink(path) < 0 && errno != ENOENT ? -errno : 0;
}
