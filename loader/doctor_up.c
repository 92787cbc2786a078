// SPDX-License-Identifier: GPL-2.0-only
/*
 * Checks of a PF that is up: what `up` made is still there, in front, of this version, and the
 * processes live.
 */
#include <bpf/bpf.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include <svf/cleanup.h>

#include "doctor.h"
#include "macaddr.h"
#include "process.h"
#include "tc.h"

static const char *pf_name(const struct svf_checkup *checkup)
{
	return checkup->state.pf;
}

/* `up` with as many VFs as there are to be: it repairs what it can. */
static void mend_by_up(struct svf_checkup *checkup, struct svf_finding *finding)
{
	svf_finding_mend(finding, "svf-loader up %s --vfs %u", pf_name(checkup),
			 svf_vf_set_count(&checkup->state.vfs));
}

static void mend_by_down_and_up(struct svf_checkup *checkup, struct svf_finding *finding)
{
	char again[192];

	svf_checkup_again(checkup, again, sizeof(again));
	svf_finding_mend(finding, "%s", again);
}

void svf_check_state(struct svf_checkup *checkup)
{
	if (!checkup->pf.ifindex)
		svf_finding_mend(svf_check_fail(checkup, -ENODEV,
						"the PF is gone, what `up` made is still there"),
				 "svf-loader down %s", pf_name(checkup));
	else if (!checkup->state.complete)
		svf_finding_mend(
			svf_check_fail(checkup, -EBUSY, "`up` is at work, or was killed half way"),
			"svf-loader down %s", pf_name(checkup));
	else if (!checkup->info)
		mend_by_down_and_up(checkup,
				    svf_check_fail(checkup, -EBADMSG, "%s", checkup->broken.text));
	else if (checkup->state.changing)
		mend_by_up(checkup, svf_check_fail(checkup, -EBUSY,
						   "VFs are being made or removed, or who did "
						   "that was killed"));
	else
		svf_check_pass(checkup, "up, with %u VFs", svf_vf_set_count(&checkup->state.vfs));
}

/* --- versions --- */

/* Whether the process runs this file, and not one that was replaced since. */
static bool runs(pid_t pid, const char *path)
{
	struct stat process, file;
	char exe[32];

	(void)snprintf(exe, sizeof(exe), "/proc/%d/exe", (int)pid);
	if (stat(exe, &process) < 0)
		return true; /* gone meanwhile, or not ours to see */
	return !stat(path, &file) && process.st_dev == file.st_dev && process.st_ino == file.st_ino;
}

/* Whether the VFs' configurations in the kernel have another layout than ours. */
static bool differs_in_kernel(const struct svf_checkup *checkup)
{
	struct bpf_map_info info = {};
	__u32 len = sizeof(info);

	return checkup->sorter &&
	       !bpf_obj_get_info_by_fd(svf_sorter_map_fd(checkup->sorter, SVF_MAP_svf_vfs), &info,
				       &len) &&
	       info.value_size != sizeof(struct svf_vf_config);
}

/* The program of a process that was replaced on disk since it started; NULL: none. */
static const char *find_old_program(const struct svf_checkup *checkup)
{
	char loader[512], agent[512];

	if (!checkup->info || svf_process_self(loader, sizeof(loader), NULL) < 0 ||
	    svf_process_agent(agent, sizeof(agent), NULL) < 0)
		return NULL;
	if (checkup->info->daemon_pid && !runs(checkup->info->daemon_pid, loader))
		return "PF daemon";
	if (checkup->info->agent_pid && !runs(checkup->info->agent_pid, agent))
		return "agent";
	return NULL;
}

void svf_check_abi(struct svf_checkup *checkup)
{
	const unsigned int abi = checkup->state.abi;
	const char *old = find_old_program(checkup);

	if ((abi && abi != SVF_ABI_VERSION) || differs_in_kernel(checkup))
		mend_by_down_and_up(checkup,
				    svf_check_fail(checkup, -EBADMSG,
						   "pins are of ABI version %u, this program knows "
						   "%d",
						   abi, SVF_ABI_VERSION));
	else if (old)
		mend_by_down_and_up(checkup,
				    svf_check_warn(checkup,
						   "the %s runs another program than the one "
						   "installed beside this (%s)",
						   old, SVF_VERSION));
	else
		svf_check_pass(checkup, "ABI version %d, program %s", SVF_ABI_VERSION, SVF_VERSION);
}

/* --- processes --- */

void svf_check_daemon(struct svf_checkup *checkup)
{
	if (!checkup->info)
		svf_check_skip(checkup, "its state cannot be read");
	else if (!checkup->info->daemon_pid)
		mend_by_up(checkup, svf_check_fail(checkup, -ESRCH,
						   "PF daemon dead: link, addresses and groups are "
						   "not followed, a dead agent stays dead"));
	else
		svf_check_pass(checkup, "PF daemon alive, pid %d", (int)checkup->info->daemon_pid);
}

void svf_check_agent(struct svf_checkup *checkup)
{
	const struct svf_pf_info *info = checkup->info;

	if (!info || checkup->state.args.lane != SVF_LANE_AFXDP)
		svf_check_skip(checkup, info ? "lane tc has no agent" : "its state cannot be read");
	else if (!info->n_vfs)
		svf_check_skip(checkup, "there are no VFs");
	else if (!info->agent_pid)
		mend_by_up(checkup,
			   svf_check_fail(checkup, -ESRCH, "agent dead: frames take the tc lane"));
	else if (!info->agent_alive)
		svf_finding_mend(svf_check_fail(checkup, -ESRCH,
						"agent hung, pid %d: frames take the tc lane",
						(int)info->agent_pid),
				 "kill -KILL %d", (int)info->agent_pid);
	else
		svf_check_pass(checkup, "agent alive, pid %d", (int)info->agent_pid);
}

void svf_check_zero_copy(struct svf_checkup *checkup)
{
	const struct svf_up_args *args = &checkup->state.args;
	char driver[32] = "?";

	if (!checkup->info || !args->zero_copy) {
		svf_check_skip(checkup, "not asked for");
		return;
	}
	(void)svf_ethtool_get_driver(checkup->pf.name, driver, NULL);
	if (checkup->info->zero_copy)
		svf_check_pass(checkup, "zero copy on");
	else
		mend_by_down_and_up(checkup,
				    svf_check_warn(checkup,
						   "zero copy off: driver %s has none, frames are "
						   "copied",
						   driver));
}

/* --- programs --- */

void svf_check_hooks(struct svf_checkup *checkup)
{
	const bool rings = checkup->state.args.lane == SVF_LANE_AFXDP;
	const struct svf_link *pf = &checkup->pf;
	uint32_t in = 0, out = 0;
	const char *missing = NULL;

	if (!pf->ifindex ||
	    svf_tc_get(checkup->nl, pf->name, pf->ifindex, SVF_TC_INGRESS, &in, NULL) < 0 ||
	    svf_tc_get(checkup->nl, pf->name, pf->ifindex, SVF_TC_EGRESS, &out, NULL) < 0) {
		svf_check_skip(checkup, "its filters cannot be read");
		return;
	}
	if (rings && !pf->xdp_prog_id)
		missing = svf_program_name(SVF_PROGRAM_WIRE);
	else if (!in)
		missing = svf_program_name(SVF_PROGRAM_WIRE_TC);
	else if (!out)
		missing = svf_program_name(SVF_PROGRAM_HOST_TC);
	if (missing)
		mend_by_up(checkup, svf_check_fail(checkup, -ENOENT, "%s is not attached any more",
						   missing));
	else
		svf_check_pass(checkup, "attached: %stc ingress and egress", rings ? "XDP, " : "");
}

static bool check_order(struct svf_checkup *checkup, enum svf_tc_direction direction)
{
	const char *side = direction == SVF_TC_INGRESS ? "ingress" : "egress";
	const struct svf_link *pf = &checkup->pf;
	struct svf_tc_filter ahead;
	struct svf_finding *finding;
	bool found = false;

	if (svf_tc_find_ahead(checkup->nl, pf->name, pf->ifindex, direction, &ahead, &found, NULL) <
		    0 ||
	    !found)
		return true;
	finding = svf_check_warn(checkup,
				 "a filter of others is in front of ours at tc %s: %s%s%s, "
				 "pref %u",
				 side, ahead.kind, ahead.name[0] ? " " : "", ahead.name,
				 ahead.priority);
	if (!strcmp(ahead.kind, "bpf"))
		svf_finding_mend(finding, "tc filter del dev %s %s pref %u handle 0x%x bpf",
				 pf->name, side, ahead.priority, ahead.handle);
	else
		svf_finding_mend(finding, "tc filter del dev %s %s pref %u", pf->name, side,
				 ahead.priority);
	return false;
}

void svf_check_tc_order(struct svf_checkup *checkup)
{
	bool in, out;

	if (!checkup->pf.ifindex) {
		svf_check_skip(checkup, "the PF is gone");
		return;
	}
	in = check_order(checkup, SVF_TC_INGRESS);
	out = check_order(checkup, SVF_TC_EGRESS);
	if (in && out)
		svf_check_pass(checkup, "ours are in front");
}

/* --- what the NIC lets through --- */

struct wanted {
	const struct svf_pf_info *info;
	bool *found; /* [n_vfs]: the VF's main address is let through */
};

static void mark_filter(const uint8_t mac[ETH_ALEN], void *arg)
{
	struct wanted *wanted = arg;

	for (unsigned int vf = 0; vf < wanted->info->n_vfs; vf++)
		if (!memcmp(wanted->info->vfs[vf].config.mac, mac, ETH_ALEN))
			wanted->found[vf] = true;
}

static void check_each_filter(struct svf_checkup *checkup, const struct wanted *wanted)
{
	unsigned int missing = 0;

	for (unsigned int vf = 0; vf < wanted->info->n_vfs; vf++) {
		const uint8_t *mac = wanted->info->vfs[vf].config.mac;
		char text[SVF_MAC_TEXT_MAX];

		if (wanted->found[vf] || !memcmp(mac, wanted->info->mac, ETH_ALEN))
			continue;
		missing++;
		svf_mac_format(text, mac);
		svf_finding_mend(svf_check_warn(checkup,
						"no unicast filter for %s of vf %u: the NIC may "
						"drop what is sent to it",
						text, vf),
				 "bridge fdb add %s dev %s self", text, checkup->pf.name);
	}
	if (!missing)
		svf_check_pass(checkup, "the addresses of %u VFs are let through",
			       wanted->info->n_vfs);
}

void svf_check_filters(struct svf_checkup *checkup)
{
	struct wanted wanted = { .info = checkup->info };

	if (!checkup->info) {
		svf_check_skip(checkup, "its VFs cannot be read");
		return;
	}
	if (checkup->pf.flags & IFF_PROMISC) {
		svf_check_pass(checkup, "promiscuous: all addresses are let through");
		return;
	}
	svf_cleanup(mem) bool *found = calloc(checkup->info->n_vfs + 1, sizeof(*found));
	wanted.found = found;
	if (!found ||
	    svf_link_list_filters(checkup->nl, checkup->pf.ifindex, mark_filter, &wanted, NULL) < 0)
		svf_check_skip(checkup, "its address filters cannot be read");
	else
		check_each_filter(checkup, &wanted);
}

void svf_check_allmulti(struct svf_checkup *checkup)
{
	if (!checkup->pf.ifindex)
		svf_check_skip(checkup, "the PF is gone");
	else if (checkup->pf.flags & (IFF_ALLMULTI | IFF_PROMISC))
		svf_check_pass(checkup, "all multicast is let through");
	else
		svf_finding_mend(svf_check_warn(checkup,
						"allmulticast is off: VFs may get no multicast, "
						"and so no IPv6"),
				 "ip link set dev %s allmulticast on", checkup->pf.name);
}
