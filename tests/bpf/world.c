// SPDX-License-Identifier: GPL-2.0-only
/*
 * Makes the test's network namespace and what is in it (world.h). Everything goes away
 * with the process: the namespace has no name and nothing is pinned.
 */
#include "world.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_link.h>
#include <linux/if_packet.h>
#include <linux/if_tun.h>
#include <linux/if_xdp.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "frame.h"

#include "svf_probe.skel.h"
#include "svf_sorter.skel.h"

#define RING_SIZE   64 /* of the socket that stands for rings; nothing is received */
#define DRESS_PRIO  1
#define SORTER_PRIO 2
#define PROBE_PRIO  3 /* sees what the sorter passes on */

static const char *const netdev_names[N_NETDEVS] = {
	[DEV_NONE] = "none", [DEV_PF] = "pf", [DEV_WIRE] = "wire", [DEV_MANY] = "many",
	[DEV_SINK] = "sink", [DEV_R0] = "r0", [DEV_R1] = "r1",	   [DEV_R2] = "r2",
	[DEV_R3] = "r3",     [DEV_R4] = "r4", [DEV_R5] = "r5",	   [DEV_V0] = "v0",
	[DEV_V1] = "v1",     [DEV_V2] = "v2", [DEV_V3] = "v3",	   [DEV_V4] = "v4",
	[DEV_V5] = "v5",     [DEV_Q0] = "q0", [DEV_Q1] = "q1",	   [DEV_Q2] = "q2",
	[DEV_Q3] = "q3",     [DEV_Q4] = "q4", [DEV_Q5] = "q5",	   [DEV_NEAR] = "near",
	[DEV_AWAY] = "away",
};

static int fail(const char *what, int err)
{
	fprintf(stderr, "# world: %s: %s\n", what, strerror(-err));
	return err;
}

static int write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return -errno;
	n = write(fd, text, strlen(text));
	(void)close(fd);
	return n < 0 ? -errno : 0;
}

/* A namespace of our own, and one CPU: what is sent then arrives before the sending
 * system call returns, but for what softirqs leave to ksoftirqd. */
static int enter_namespace(void)
{
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	CPU_SET(0, &cpus);
	if (sched_setaffinity(0, sizeof(cpus), &cpus) || unshare(CLONE_NEWNET))
		return -errno;
	/* Nobody says a word by himself. Fails where the kernel has no IPv6. */
	(void)write_file("/proc/sys/net/ipv6/conf/default/disable_ipv6", "1");
	return 0;
}

static void write_mac(FILE *ip, const char *dev, enum svf_address address)
{
	const uint8_t *mac = svf_address_get(address);

	fprintf(ip, "link set %s address %02x:%02x:%02x:%02x:%02x:%02x\n", dev, mac[0], mac[1],
		mac[2], mac[3], mac[4], mac[5]);
}

static int make_netdevs(void)
{
	FILE *ip = popen("ip -batch -", "w");

	if (!ip)
		return -errno;
	fprintf(ip, "link set lo up\n");
	fprintf(ip, "link add pf numrxqueues 3 numtxqueues 3 type veth "
		    "peer name wire numrxqueues 3 numtxqueues 1\n"); /* all to queue 0 */
	write_mac(ip, "pf", ADDR_PF);
	fprintf(ip, "link add many type veth peer name sink\n");
	fprintf(ip, "link add near type veth peer name away\n");
	for (int i = 0; i < WORLD_N_VFS; i++) {
		fprintf(ip, "link add r%d type veth peer name v%d\n", i, i);
		fprintf(ip, "tuntap add q%d mode tap\n", i);
	}
	for (int i = DEV_PF; i < N_NETDEVS; i++)
		fprintf(ip, "link set %s up arp off\n", netdev_names[i]);
	return pclose(ip) ? -EIO : 0;
}

static int find_netdevs(struct world *world)
{
	for (int i = DEV_PF; i < N_NETDEVS; i++) {
		world->ifindex[i] = (int)if_nametoindex(netdev_names[i]);
		if (!world->ifindex[i])
			return -errno;
	}
	return 0;
}

static int open_xsk(struct world *world)
{
	int size = RING_SIZE;

	world->xsk = socket(AF_XDP, SOCK_RAW | SOCK_CLOEXEC, 0);
	if (world->xsk < 0)
		return -errno;
	/* An XSKMAP takes a socket that has a ring; it needs not be bound. */
	if (setsockopt(world->xsk, SOL_XDP, XDP_RX_RING, &size, sizeof(size)))
		return -errno;
	return 0;
}

static int open_ring_port(struct world *world)
{
	struct ifreq ifr = { .ifr_name = "q0", .ifr_flags = IFF_TAP | IFF_NO_PI };

	world->ring_port = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (world->ring_port < 0 || ioctl(world->ring_port, TUNSETIFF, &ifr))
		return -errno;
	return 0;
}

static int open_sockets(struct world *world)
{
	int err;

	err = open_xsk(world);
	if (!err)
		err = open_ring_port(world);
	if (err)
		return err;
	world->packet = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	return world->packet < 0 ? -errno : 0;
}

/* The orphan shares the maps of the one that is attached. */
static int share_maps(struct svf_sorter_bpf *orphan, const struct svf_sorter_bpf *sorter)
{
	struct bpf_map *map, *twin;
	int err;

	bpf_object__for_each_map(map, orphan->obj)
	{
		twin = bpf_object__find_map_by_name(sorter->obj, bpf_map__name(map));
		if (bpf_map__is_internal(map) || !twin)
			continue;
		err = bpf_map__reuse_fd(map, bpf_map__fd(twin));
		if (err)
			return err;
	}
	return 0;
}

static int load_sorter(struct svf_sorter_bpf **ret_sorter, const struct world *world, bool orphan)
{
	struct svf_sorter_bpf *sorter = svf_sorter_bpf__open();
	int err = 0;

	if (!sorter)
		return -errno;
	sorter->rodata->svf_cfg.pf_ifindex = (__u32)world->ifindex[DEV_PF];
	sorter->rodata->svf_cfg.queues = WORLD_QUEUES;
	(void)bpf_map__set_max_entries(sorter->maps.svf_xsks, SVF_UP_MAX_VFS * WORLD_QUEUES);
	if (orphan) {
		sorter->rodata->svf_cfg.pf_ifindex = WORLD_NOBODY;
		sorter->rodata->svf_cfg.skb_mode = true;
		err = share_maps(sorter, world->sorter);
	}
	if (!err)
		err = svf_sorter_bpf__load(sorter);
	if (err) {
		svf_sorter_bpf__destroy(sorter);
		return err;
	}
	*ret_sorter = sorter;
	return 0;
}

static int load_probe(struct world *world)
{
	void *at;

	world->probe = svf_probe__open_and_load();
	if (!world->probe)
		return -errno;
	at = mmap(NULL, SVF_MAX_SIGHTINGS * sizeof(struct svf_sighting), PROT_READ, MAP_SHARED,
		  bpf_map__fd(world->probe->maps.sightings), 0);
	if (at == MAP_FAILED)
		return -errno;
	world->sighting = at;
	return 0;
}

static int note_event(void *arg, void *data, size_t len)
{
	struct world *world = arg;

	if (len == sizeof(struct svf_event) && world->n_events < WORLD_EVENTS_MAX)
		memcpy(&world->event[world->n_events], data, len);
	world->n_events++;
	return 0;
}

static int open_events(struct world *world)
{
	world->events = ring_buffer__new(bpf_map__fd(world->sorter->maps.svf_events), note_event,
					 world, NULL);
	return world->events ? 0 : -errno;
}

static int add_clsact(const struct world *world)
{
	LIBBPF_OPTS(bpf_tc_hook, hook, .attach_point = BPF_TC_INGRESS | BPF_TC_EGRESS);
	int err;

	for (int i = DEV_PF; i < N_NETDEVS; i++) {
		hook.ifindex = world->ifindex[i];
		err = bpf_tc_hook_create(&hook);
		if (err)
			return err;
	}
	return 0;
}

static int attach_tc(const struct world *world, enum world_netdev dev,
		     enum bpf_tc_attach_point point, __u32 priority, const struct bpf_program *prog)
{
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = world->ifindex[dev], .attach_point = point);
	LIBBPF_OPTS(bpf_tc_opts, opts, .handle = 1, .priority = priority,
		    .prog_fd = bpf_program__fd(prog));

	return bpf_tc_attach(&hook, &opts);
}

static int attach_pf(struct world *world)
{
	const struct svf_sorter_bpf *s = world->sorter;
	const struct bpf_program *probe = world->probe->progs.probe_tc;
	int err;

	err = attach_tc(world, DEV_PF, BPF_TC_INGRESS, SORTER_PRIO, s->progs.svf_wire_tc);
	if (!err)
		err = attach_tc(world, DEV_PF, BPF_TC_INGRESS, PROBE_PRIO, probe);
	if (!err)
		err = attach_tc(world, DEV_PF, BPF_TC_EGRESS, SORTER_PRIO, s->progs.svf_host_tc);
	if (!err)
		err = attach_tc(world, DEV_PF, BPF_TC_EGRESS, DRESS_PRIO,
				world->probe->progs.dress_tc);
	if (!err)
		err = attach_tc(world, DEV_WIRE, BPF_TC_INGRESS, PROBE_PRIO, probe);
	if (!err)
		err = attach_tc(world, DEV_WIRE, BPF_TC_EGRESS, DRESS_PRIO,
				world->probe->progs.dress_tc);
	if (!err)
		err = attach_tc(world, DEV_SINK, BPF_TC_INGRESS, PROBE_PRIO, probe);
	if (!err)
		err = attach_tc(world, DEV_AWAY, BPF_TC_INGRESS, SORTER_PRIO,
				s->progs.svf_shaped_tc);
	if (!err)
		err = bpf_xdp_attach(world->ifindex[DEV_PF], bpf_program__fd(s->progs.svf_wire),
				     XDP_FLAGS_DRV_MODE, NULL);
	return err;
}

static int attach_vf(struct world *world, int vf)
{
	const struct svf_sorter_bpf *s = world->sorter;
	const struct bpf_program *probe = world->probe->progs.probe_tc;
	int err;

	err = attach_tc(world, DEV_R0 + vf, BPF_TC_INGRESS, SORTER_PRIO, s->progs.svf_port_tc);
	if (!err)
		err = attach_tc(world, DEV_V0 + vf, BPF_TC_INGRESS, PROBE_PRIO, probe);
	if (!err)
		err = attach_tc(world, DEV_V0 + vf, BPF_TC_EGRESS, DRESS_PRIO,
				world->probe->progs.dress_tc);
	if (!err)
		err = attach_tc(world, DEV_Q0 + vf, BPF_TC_INGRESS, SORTER_PRIO,
				s->progs.svf_ring_tc);
	if (!err)
		err = attach_tc(world, DEV_Q0 + vf, BPF_TC_EGRESS, SORTER_PRIO,
				s->progs.svf_out_tc);
	if (!err)
		err = attach_tc(world, DEV_Q0 + vf, BPF_TC_EGRESS, PROBE_PRIO, probe);
	return err;
}

static int load_all(struct world *world)
{
	int err;

	(void)libbpf_set_strict_mode(LIBBPF_STRICT_ALL);
	err = load_sorter(&world->sorter, world, false);
	if (!err)
		err = load_sorter(&world->orphan, world, true);
	if (!err)
		err = load_probe(world);
	return err ? err : open_events(world);
}

int world_init(struct world *world)
{
	int err;

	*world = (struct world){ .xsk = -1, .packet = -1, .ring_port = -1 };
	err = enter_namespace();
	if (err)
		return fail("cannot make a network namespace", err);
	err = make_netdevs();
	if (!err)
		err = find_netdevs(world);
	if (err)
		return fail("cannot make the netdevs", err);
	err = open_sockets(world);
	if (err)
		return fail("cannot open the sockets", err);
	err = load_all(world);
	if (err)
		return fail("cannot load the programs", err);
	err = add_clsact(world);
	if (!err)
		err = attach_pf(world);
	for (int i = 0; i < WORLD_N_VFS && !err; i++)
		err = attach_vf(world, i);
	return err ? fail("cannot attach the programs", err) : 0;
}

void world_done(struct world *world)
{
	ring_buffer__free(world->events);
	svf_sorter_bpf__destroy(world->sorter);
	svf_sorter_bpf__destroy(world->orphan);
	svf_probe__destroy(world->probe);
	if (world->xsk >= 0)
		(void)close(world->xsk);
	if (world->packet >= 0)
		(void)close(world->packet);
	if (world->ring_port >= 0)
		(void)close(world->ring_port);
}

int world_program_fd(const struct world *world, enum world_program program, bool orphan)
{
	const struct svf_sorter_bpf *s = orphan ? world->orphan : world->sorter;
	const struct bpf_program *const progs[N_PROGRAMS] = {
		[PROG_WIRE] = s->progs.svf_wire,	   [PROG_WIRE_TC] = s->progs.svf_wire_tc,
		[PROG_HOST_TC] = s->progs.svf_host_tc,	   [PROG_PORT_TC] = s->progs.svf_port_tc,
		[PROG_RING_TC] = s->progs.svf_ring_tc,	   [PROG_OUT_TC] = s->progs.svf_out_tc,
		[PROG_SHAPED_TC] = s->progs.svf_shaped_tc,
	};

	return bpf_program__fd(progs[program]);
}

int world_send(struct world *world, enum world_netdev dev, uint16_t protocol, const void *frame,
	       size_t len)
{
	struct sockaddr_ll to = { .sll_family = AF_PACKET,
				  .sll_protocol = htons(protocol),
				  .sll_ifindex = world->ifindex[dev],
				  .sll_halen = ETH_ALEN };

	if (dev == DEV_NONE)
		return write(world->ring_port, frame, len) < 0 ? -errno : 0;
	if (sendto(world->packet, frame, len, 0, (void *)&to, sizeof(to)) < 0)
		return -errno;
	return 0;
}

const char *world_netdev_name(const struct world *world, uint32_t ifindex)
{
	for (int i = DEV_PF; i < N_NETDEVS; i++) {
		if (world->ifindex[i] == (int)ifindex)
			return netdev_names[i];
	}
	return "unknown";
}
