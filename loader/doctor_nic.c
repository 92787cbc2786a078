// SPDX-License-Identifier: GPL-2.0-only
/*
 * Checks of the PF as a piece of hardware: its own SR-IOV, what a hypervisor lets through, drivers
 * with habits, offloads, and the memory that rings take. sysfs is read by the device's place on its
 * bus, never by netdev name: under `nsenter --net` it shows another namespace.
 */
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <linux/capability.h>
#include <string.h>
#include <sys/resource.h>

#include <svf/cleanup.h>
#include <svf/frames.h>

#include "doctor.h"
#include "settings.h"

#define MIB (1024.0 * 1024.0)

SVF_DEFINE_CLEANUP(dir, DIR *, (void)closedir(val_), NULL)

/* "" where the driver does not tell. */
static void get_driver(const struct svf_checkup *checkup, char ret_driver[32])
{
	if (svf_ethtool_get_driver(checkup->pf.name, ret_driver, NULL) < 0)
		ret_driver[0] = '\0';
}

static void get_bus(const struct svf_checkup *checkup, char ret_bus[32])
{
	if (svf_ethtool_get_bus(checkup->pf.name, ret_bus, NULL) < 0)
		ret_bus[0] = '\0';
}

/* --- SR-IOV in hardware --- */

/* Drivers whose PF refuses XDP while it has VFs of its own (ixgbe_xdp_setup()). */
static bool refuses_xdp(const char *driver)
{
	return !strcmp(driver, "ixgbe");
}

void svf_check_hw_sriov(struct svf_checkup *checkup)
{
	char driver[32], bus[32], numvfs[16] = "";
	struct svf_finding *finding;

	get_driver(checkup, driver);
	get_bus(checkup, bus);
	if (!bus[0] || svf_checkup_read(checkup, numvfs, sizeof(numvfs),
					"/sys/bus/pci/devices/%s/sriov_numvfs", bus) < 0) {
		svf_check_skip(checkup, "no NIC with SR-IOV of its own");
		return;
	}
	if (!strtoul(numvfs, NULL, 10)) {
		svf_check_pass(checkup, "the NIC's own SR-IOV is off");
		return;
	}
	if (refuses_xdp(driver) && checkup->state.args.lane == SVF_LANE_AFXDP)
		finding = svf_check_fail(checkup, -EBUSY,
					 "has %s VFs of the NIC's own, and driver %s then refuses "
					 "XDP: switch them off, or use --lane tc",
					 numvfs, driver);
	else
		finding = svf_check_warn(checkup,
					 "has %s VFs of the NIC's own: the NIC sorts their frames "
					 "away, the sorter never sees them",
					 numvfs);
	svf_finding_mend(finding, "echo 0 > /sys/bus/pci/devices/%s/sriov_numvfs", bus);
}

/* --- what filters outside of the machine --- */

#define VIRTIO_NET_F_CTRL_RX 18 /* the guest may ask for promiscuity and all multicast */

struct cloud {
	const char *driver; /* of its NICs; NULL: any */
	const char *vendor; /* beginning of DMI's sys_vendor; NULL: any */
	const char *text;
	const char *remedy; /* "": its customers cannot */
};

static const struct cloud clouds[] = {
	{ "vmxnet3", NULL,
	  "VMware drops other addresses unless the port group accepts promiscuous mode, MAC "
	  "changes and forged transmits",
	  "esxcli network vswitch standard portgroup policy security set -p PORTGROUP -o -m -f "
	  "-e true" },
	{ NULL, "VMware",
	  "VMware drops other addresses unless the port group accepts promiscuous mode, MAC "
	  "changes and forged transmits",
	  "esxcli network vswitch standard policy security set -v vSwitch0 -p true -m true -f true" },
	{ "hv_netvsc", NULL, "Hyper-V drops other addresses unless the adapter may spoof them",
	  "Set-VMNetworkAdapter -VMName NAME -MacAddressSpoofing On" },
	{ "ena", NULL,
	  "AWS lets the NIC's own address through alone: VFs reach each other and the "
	  "host, not the wire",
	  "" },
	{ "gve", NULL,
	  "Google lets the NIC's own address through alone: VFs reach each other and "
	  "the host, not the wire",
	  "" },
	{ "mana", NULL,
	  "Azure lets the NIC's own address through alone: VFs reach each other and "
	  "the host, not the wire",
	  "" },
	{ NULL, "Google",
	  "Google lets the NIC's own address through alone: VFs reach each other "
	  "and the host, not the wire",
	  "" },
	{ NULL, "Amazon EC2",
	  "AWS lets the NIC's own address through alone: VFs reach each other "
	  "and the host, not the wire",
	  "" },
};

static const struct cloud *find_cloud(const char *driver, const char *vendor)
{
	for (size_t i = 0; i < sizeof(clouds) / sizeof(clouds[0]); i++) {
		const struct cloud *cloud = &clouds[i];

		if ((!cloud->driver || !strcmp(cloud->driver, driver)) &&
		    (!cloud->vendor || !strncmp(cloud->vendor, vendor, strlen(cloud->vendor))))
			return cloud;
	}
	return NULL;
}

/* Whether a virtio NIC's host left it no way to ask for more than its own address. */
static bool lacks_receive_control(const struct svf_checkup *checkup, const char *bus)
{
	const struct dirent *entry;
	bool lacks = false;
	char path[300], bits[80];

	(void)snprintf(path, sizeof(path), "%s/sys/bus/pci/devices/%s", checkup->root, bus);
	svf_cleanup(dir) DIR *dir = opendir(path);
	while (dir && (entry = readdir(dir)))
		if (!strncmp(entry->d_name, "virtio", strlen("virtio")) &&
		    !svf_checkup_read(checkup, bits, sizeof(bits),
				      "/sys/bus/pci/devices/%s/%.32s/features", bus,
				      entry->d_name) &&
		    strlen(bits) > VIRTIO_NET_F_CTRL_RX)
			lacks = bits[VIRTIO_NET_F_CTRL_RX] == '0';
	return lacks;
}

void svf_check_hypervisor(struct svf_checkup *checkup)
{
	char driver[32], bus[32], vendor[64];
	const struct cloud *cloud;

	get_driver(checkup, driver);
	get_bus(checkup, bus);
	(void)svf_checkup_read(checkup, vendor, sizeof(vendor), "/sys/class/dmi/id/sys_vendor");
	cloud = bus[0] ? find_cloud(driver, vendor) : NULL;
	if (!bus[0])
		svf_check_skip(checkup, "no device on a bus");
	else if (cloud)
		svf_finding_mend(svf_check_warn(checkup, "%s", cloud->text), "%s", cloud->remedy);
	else if (!strcmp(driver, "virtio_net") && lacks_receive_control(checkup, bus))
		svf_check_warn(checkup,
			       "virtio without receive filter control: the hypervisor must "
			       "let the VFs' addresses and multicast through by itself");
	else
		svf_check_pass(checkup, "none known that drops other addresses");
}

/* --- drivers that restart when XDP is attached --- */

void svf_check_link_flap(struct svf_checkup *checkup)
{
	static const char *const drivers[] = { "atlantic", "bnxt_en", "i40e",  "ice",
					       "igb",	   "igc",     "ixgbe", "mlx5_core",
					       "mlx4_en",  "qede",    "stmmac" };
	char driver[32];

	get_driver(checkup, driver);
	if (checkup->up || checkup->state.args.lane != SVF_LANE_AFXDP) {
		svf_check_skip(checkup, checkup->up ? "is up already" : "lane tc attaches no XDP");
		return;
	}
	for (size_t i = 0; i < sizeof(drivers) / sizeof(drivers[0]); i++) {
		if (strcmp(drivers[i], driver) != 0 || checkup->state.args.skb_mode)
			continue;
		svf_finding_mend(
			checkup->state.args.no_flap
				? svf_check_fail(checkup, -EBUSY,
						 "driver %s restarts its rings for XDP, which "
						 "--no-flap refuses: use --lane tc",
						 driver)
				: svf_check_warn(checkup,
						 "driver %s restarts its rings for XDP: the link "
						 "may be lost for some seconds at `up` and `down`",
						 driver),
			"svf-loader up %s --vfs %u --lane tc", checkup->state.pf,
			checkup->state.args.vfs);
		return;
	}
	svf_check_pass(checkup, "the link is not known to go down at `up`");
}

/* --- offloads --- */

enum offload { RX_VLAN, RX_STAG, RX_FILTER, LRO, GRO_HW, N_OFFLOADS };

static const struct {
	const char *name;
	bool for_rings; /* of no concern to lane tc */
	bool escape;	/* on, it lets tagged frames into the untagged VF */
} offloads[N_OFFLOADS] = {
	[RX_VLAN] = { "rx-vlan-hw-parse", true, true },
	[RX_STAG] = { "rx-vlan-stag-hw-parse", true, true },
	[RX_FILTER] = { "rx-vlan-filter", false, false },
	[LRO] = { "rx-lro", true, false },
	[GRO_HW] = { "rx-gro-hw", true, false },
};

static const char *const offload_troubles[N_OFFLOADS] = {
	[RX_VLAN] = "hides VLAN tags from XDP",
	[RX_STAG] = "hides 802.1ad tags from XDP",
	[RX_FILTER] = "drops the VFs' VLANs",
	[LRO] = "makes frames longer than rings carry, and drivers refuse native XDP with it",
	[GRO_HW] = "makes frames longer than rings carry, and drivers refuse native XDP with it",
};

static bool is_in_the_way(const struct svf_checkup *checkup, enum offload offload,
			  enum svf_feature_state state)
{
	if (state != SVF_FEATURE_ON)
		return false;
	if (offloads[offload].for_rings && checkup->state.args.lane != SVF_LANE_AFXDP)
		return false;
	/* Those that `up` switches off itself are in order before it. */
	return checkup->up || offload == LRO || offload == GRO_HW;
}

static void check_each_offload(struct svf_checkup *checkup)
{
	const size_t before = checkup->n;

	for (enum offload i = RX_VLAN; i < N_OFFLOADS; i++) {
		enum svf_feature_state state = SVF_FEATURE_ABSENT;
		struct svf_finding *finding;

		(void)svf_ethtool_get_feature(checkup->pf.name, offloads[i].name, &state, NULL);
		if (!is_in_the_way(checkup, i, state))
			continue;
		finding = offloads[i].escape
				  ? svf_check_fail(checkup, -EBUSY, "%s is on: it %s",
						   offloads[i].name, offload_troubles[i])
				  : svf_check_warn(checkup, "%s is on: it %s", offloads[i].name,
						   offload_troubles[i]);
		svf_finding_mend(finding, "ethtool -K %s %s off", checkup->pf.name,
				 offloads[i].name);
	}
	if (checkup->n == before)
		svf_check_pass(checkup, "%s",
			       checkup->up ? "none in the way"
					   : "`up` switches off what is in the way");
}

/* What `up` would refuse is asked of its own plan. */
void svf_check_offloads(struct svf_checkup *checkup)
{
	const size_t prefix = strlen(checkup->pf.name) + strlen(": ");
	struct svf_state scratch = checkup->state;
	struct svf_errmsg err = {};
	int r = checkup->up ? 0 : svf_settings_plan(&checkup->pf, &scratch, &err);

	if (r < 0)
		svf_finding_mend(svf_check_fail(checkup, r, "%s", err.text + prefix),
				 "svf-loader up %s --vfs %u --lane tc", checkup->state.pf,
				 checkup->state.args.vfs);
	else
		check_each_offload(checkup);
}

/* --- memory --- */

#define FDS_AGENT 64 /* of the agent, beside those of queues and VFs */
#define FDS_QUEUE 2
#define FDS_RING  2

uint64_t svf_rings_bytes(const struct svf_up_args *args, unsigned int frame_size)
{
	return (uint64_t)svf_umem_frames(args->max_vfs, args->ring_size) * frame_size *
	       args->queues;
}

/* UINT64_MAX where it is not told. */
static uint64_t read_available(const struct svf_checkup *checkup)
{
	uint64_t kib = UINT64_MAX / 1024;
	char path[300], line[128];

	(void)snprintf(path, sizeof(path), "%s/proc/meminfo", checkup->root);
	svf_cleanup(file) FILE *file = fopen(path, "re");
	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "MemAvailable: %" SCNu64, &kib) == 1)
			break;
	return kib * 1024;
}

static bool check_locked(struct svf_checkup *checkup, uint64_t need)
{
	struct rlimit limit;

	/* Who may raise it: `up` does. */
	if (svf_has_capability(CAP_IPC_LOCK) || getrlimit(RLIMIT_MEMLOCK, &limit) < 0 ||
	    limit.rlim_max >= need || svf_has_capability(CAP_SYS_RESOURCE))
		return true;
	svf_finding_mend(svf_check_fail(checkup, -EPERM,
					"rings need %.1f MiB of locked memory, RLIMIT_MEMLOCK is "
					"%.1f MiB, and CAP_IPC_LOCK is missing",
					(double)need / MIB, (double)limit.rlim_max / MIB),
			 "ulimit -l unlimited");
	return false;
}

static bool check_files(struct svf_checkup *checkup)
{
	const struct svf_up_args *args = &checkup->state.args;
	const rlim_t need = FDS_AGENT + (rlim_t)args->queues * (FDS_QUEUE + FDS_RING * args->vfs);
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_max >= need)
		return true;
	svf_finding_mend(
		svf_check_fail(checkup, -EMFILE, "%llu open files are needed, the limit is %llu",
			       (unsigned long long)need, (unsigned long long)limit.rlim_max),
		"ulimit -n %llu", (unsigned long long)need);
	return false;
}

void svf_check_memory(struct svf_checkup *checkup)
{
	const struct svf_up_args *args = &checkup->state.args;
	const uint64_t free_bytes = read_available(checkup);
	uint64_t need;

	if (args->lane != SVF_LANE_AFXDP) {
		svf_check_skip(checkup, "lane tc has no rings");
		return;
	}
	need = svf_rings_bytes(args, checkup->state.frame_size);
	if (!checkup->up && (!check_files(checkup) || !check_locked(checkup, need)))
		return;
	if (checkup->up || need <= free_bytes)
		svf_check_pass(checkup, "%u VFs on %u queue%s: %.1f MiB of locked memory",
			       args->max_vfs, args->queues, args->queues == 1 ? "" : "s",
			       (double)need / MIB);
	else
		svf_finding_mend(svf_check_fail(checkup, -ENOMEM,
						"rings of %u VFs on %u queues need %.1f MiB of "
						"locked memory, %.1f MiB are free: fewer VFs, "
						"--queues or --ring-size",
						args->max_vfs, args->queues, (double)need / MIB,
						(double)free_bytes / MIB),
				 "svf-loader up %s --vfs %u --queues 1 --ring-size 64",
				 checkup->state.pf, args->vfs);
}
