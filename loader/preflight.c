// SPDX-License-Identifier: GPL-2.0-only
/*
 * Preflight: refusals with a reason and a way out, and the choice of what was left open. The checks
 * are doctor's (doctor.c): those that choose something write it into checkup->state.
 */
#include "preflight.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <linux/capability.h>
#include <linux/if_arp.h>
#include <linux/if_link.h>
#include <string.h>
#include <sys/resource.h>

#include "doctor.h"
#include "labels.h"
#include "names.h"
#include "sorter.h"
#include "tc.h"

#define SMALL_FRAME	    2048
#define LARGE_FRAME	    4096
#define XDP_HEADROOM	    256 /* XDP_PACKET_HEADROOM, taken from every UMEM frame */
#define SMALL_FRAME_MAX_MTU (SMALL_FRAME - XDP_HEADROOM - ETH_HLEN - 2 * 4) /* two VLAN tags */
#define SMALL_RING	    512 /* with as many TX frames: 2 MiB of 2 KiB frames per VF and queue */
#define LARGE_RING	    256 /* the same memory in 4 KiB frames */
#define ASSUMED_VFS	    8	/* by doctor, of a PF that is not up */

static bool has_rings(const struct svf_checkup *checkup)
{
	return checkup->state.args.lane == SVF_LANE_AFXDP;
}

/* --- what kind of netdev --- */

void svf_check_device(struct svf_checkup *checkup)
{
	const struct svf_link *pf = &checkup->pf;
	unsigned int vf;
	uint32_t generation;

	if (pf->flags & IFF_LOOPBACK)
		svf_check_fail(checkup, -EINVAL, "a loopback device cannot be a PF");
	else if (pf->type != ARPHRD_ETHER)
		svf_check_fail(checkup, -EINVAL, "not an Ethernet device, so it cannot be a PF");
	else if (svf_alias_parse(pf->alias, NULL, &vf, &generation))
		svf_check_fail(checkup, -EINVAL,
			       "belongs to %s of a PF (alias %s), so it cannot be one",
			       vf == SVF_PF_ID ? "the shaper" : "a VF", pf->alias);
	else
		svf_check_pass(checkup, "an Ethernet netdev%s%s", pf->kind[0] ? ", kind " : "",
			       pf->kind);
}

/* --- XDP --- */

/* The link that holds an XDP program at the netdev; 0: none does, it was attached by netlink. */
static uint32_t find_xdp_link(const struct svf_link *pf)
{
	uint32_t id = 0;

	while (!bpf_link_get_next_id(id, &id)) {
		struct bpf_link_info info = {};
		__u32 len = sizeof(info);

		svf_cleanup(fd) int fd = bpf_link_get_fd_by_id(id);
		if (fd >= 0 && !bpf_obj_get_info_by_fd(fd, &info, &len) &&
		    info.type == BPF_LINK_TYPE_XDP && info.prog_id == pf->xdp_prog_id &&
		    (int)info.xdp.ifindex == pf->ifindex)
			return id;
	}
	return 0;
}

static void mend_xdp(struct svf_finding *finding, const struct svf_link *pf)
{
	const uint32_t link = find_xdp_link(pf);

	if (link)
		svf_finding_mend(finding, "bpftool link detach id %u", link);
	else
		svf_finding_mend(finding, "ip link set dev %s %s off", pf->name,
				 pf->xdp_mode == XDP_ATTACHED_SKB  ? "xdpgeneric"
				 : pf->xdp_mode == XDP_ATTACHED_HW ? "xdpoffload"
								   : "xdpdrv");
}

static void check_foreign_xdp(struct svf_checkup *checkup)
{
	const struct svf_link *pf = &checkup->pf;
	struct bpf_prog_info info = {};
	struct svf_finding *finding;
	__u32 len = sizeof(info);

	if (!pf->xdp_prog_id) {
		svf_check_pass(checkup, "no other XDP program");
		return;
	}
	svf_cleanup(fd) int fd = bpf_prog_get_fd_by_id(pf->xdp_prog_id);
	if (fd >= 0)
		(void)bpf_obj_get_info_by_fd(fd, &info, &len);
	if (!strcmp(info.name, svf_program_name(SVF_PROGRAM_WIRE))) {
		finding =
			svf_check_fail(checkup, -EBUSY,
				       "has an svf_wire that is on no record: `svf-loader down %s` "
				       "takes it away",
				       pf->name);
		svf_finding_mend(finding, "svf-loader down %s", pf->name);
		return;
	}
	finding = svf_check_fail(
		checkup, -EBUSY,
		"has an XDP program already: %s (id %u); remove it, or use --lane tc",
		info.name[0] ? info.name : "unnamed", pf->xdp_prog_id);
	mend_xdp(finding, pf);
}

/* With lane tc nothing else is in the way of an `up`, which would take VFs down that work. */
static bool has_unrecorded_filter(const struct svf_checkup *checkup)
{
	uint32_t id = 0;

	return !checkup->up &&
	       !svf_tc_get(checkup->nl, checkup->pf.name, checkup->pf.ifindex, SVF_TC_INGRESS, &id,
			   NULL) &&
	       id;
}

void svf_check_xdp(struct svf_checkup *checkup)
{
	if (!has_rings(checkup) && has_unrecorded_filter(checkup))
		svf_finding_mend(svf_check_fail(checkup, -EBUSY,
						"has svf's filters that are on no record: "
						"`svf-loader down %s` takes them away",
						checkup->pf.name),
				 "svf-loader down %s", checkup->pf.name);
	else if (!has_rings(checkup))
		svf_check_skip(checkup, "lane tc has no XDP program");
	else if (!checkup->up)
		check_foreign_xdp(checkup);
	else if (checkup->state.args.skb_mode)
		svf_finding_mend(svf_check_warn(checkup,
						"XDP runs in skb mode: frames from the wire "
						"take the tc lane"),
				 "svf-loader down %s && svf-loader up %s --vfs %u",
				 checkup->state.pf, checkup->state.pf, checkup->state.args.vfs);
	else
		svf_check_pass(checkup, "mode %s", svf_xdp_mode_name(checkup->pf.xdp_mode));
}

/* --- queues --- */

static int count_queues(const struct svf_link *pf, unsigned int *ret_queues)
{
	struct svf_channels channels;
	int r = svf_ethtool_get_channels(pf->name, &channels, NULL);

	*ret_queues = pf->rx_queues;
	if (!r && channels.rx + channels.combined)
		*ret_queues = channels.rx + channels.combined;
	return r == -EOPNOTSUPP ? 0 : r;
}

/* Fewer rings than queues. A NIC's queues `up` lowers to the rings; a veth's its far end chose. */
static void warn_of_queues(struct svf_checkup *checkup, unsigned int queues)
{
	const struct svf_up_args *args = &checkup->state.args;
	const bool fixed = !strcmp(checkup->pf.kind, "veth");
	char again[192];
	struct svf_finding *finding;

	if (!fixed && !checkup->up) {
		svf_check_pass(checkup, "%u RX queues, `up` lowers them to %u", queues,
			       args->queues);
		return;
	}
	finding = svf_check_warn(
		checkup, "queues from %u on have no ring (tc lane, counted no_ring)", args->queues);
	svf_checkup_again(checkup, again, sizeof(again));
	if (!checkup->up)
		svf_finding_mend(finding, "svf-loader up %s --vfs %u --queues %u",
				 checkup->state.pf, args->vfs, queues);
	else
		svf_finding_mend(finding, "%s", again);
}

void svf_check_queues(struct svf_checkup *checkup)
{
	struct svf_up_args *args = &checkup->state.args;
	unsigned int queues = 1;
	int r;

	if (!has_rings(checkup)) {
		svf_check_skip(checkup, "lane tc has no rings");
		return;
	}
	r = count_queues(&checkup->pf, &queues);
	if (r < 0) {
		svf_check_fail(checkup, r, "cannot read its channels: %s", strerror(-r));
		return;
	}
	if (!checkup->up && !args->has_queues)
		args->queues = queues < SVF_MAX_QUEUES ? queues : SVF_MAX_QUEUES;
	if (!checkup->up && args->queues > queues)
		svf_check_fail(checkup, -EINVAL, "has %u RX queues, so --queues %u is too many",
			       queues, args->queues);
	else if (args->queues < queues)
		warn_of_queues(checkup, queues);
	else
		svf_check_pass(checkup, "rings on all of %u RX queues", queues);
}

/* --- frames --- */

unsigned int svf_frame_max_mtu(unsigned int frame_size)
{
	return frame_size == SMALL_FRAME ? SMALL_FRAME_MAX_MTU : SVF_RING_MAX_MTU;
}

static void choose_frames(struct svf_checkup *checkup)
{
	struct svf_state *state = &checkup->state;

	state->frame_size = checkup->pf.mtu <= SMALL_FRAME_MAX_MTU ? SMALL_FRAME : LARGE_FRAME;
	if (!state->args.has_ring_size)
		state->args.ring_size = state->frame_size == SMALL_FRAME ? SMALL_RING : LARGE_RING;
}

void svf_check_mtu(struct svf_checkup *checkup)
{
	const struct svf_link *pf = &checkup->pf;
	const unsigned int max =
		checkup->up ? svf_frame_max_mtu(checkup->state.frame_size) : SVF_RING_MAX_MTU;
	struct svf_finding *finding;

	if (!has_rings(checkup)) {
		svf_check_pass(checkup, "MTU %u, and lane tc takes any", pf->mtu);
		return;
	}
	if (pf->mtu <= max) {
		if (!checkup->up)
			choose_frames(checkup);
		svf_check_pass(checkup, "MTU %u, of at most %u", pf->mtu, max);
		return;
	}
	if (checkup->up)
		finding = svf_check_warn(checkup,
					 "MTU %u is larger than frames of %u bytes carry: what is "
					 "longer than %u is lost in rings",
					 pf->mtu, checkup->state.frame_size, max);
	else
		finding = svf_check_fail(
			checkup, -EINVAL,
			"MTU %u is too large for rings, the maximum is %u: lower it, "
			"or use --lane tc",
			pf->mtu, max);
	svf_finding_mend(finding, "ip link set dev %s mtu %u", pf->name, max);
}

/* --- a veth's far end --- */

enum far_feature { FAR_CHECKSUM, FAR_TAG, N_FAR_FEATURES };

static const char *const far_features[N_FAR_FEATURES] = {
	[FAR_CHECKSUM] = "tx-checksum-ip-generic",
	[FAR_TAG] = "tx-vlan-hw-insert",
};

static void judge_far_end(struct svf_checkup *checkup, const char *far, const char *enter,
			  const enum svf_feature_state states[N_FAR_FEATURES])
{
	const bool unfinished = states[FAR_CHECKSUM] == SVF_FEATURE_ON;
	struct svf_finding *finding = NULL;

	if (unfinished)
		svf_finding_mend(svf_check_warn(checkup,
						"its far end %s must finish checksums (tx off "
						"there)",
						far),
				 "%sethtool -K %s tx off", enter, far);
	if (states[FAR_TAG] != SVF_FEATURE_ON) {
		if (!unfinished)
			svf_check_pass(checkup, "%s finishes checksums and shows VLAN tags", far);
		return;
	}
	/* Who is elsewhere may be about to be set up: told, not refused. */
	if (enter[0] && !checkup->up)
		finding = svf_check_warn(checkup,
					 "its far end %s hides VLAN tags from XDP (txvlan off "
					 "there)",
					 far);
	else
		finding = svf_check_fail(
			checkup, -EINVAL,
			"its far end %s hides VLAN tags from XDP: `%sethtool -K %s txvlan "
			"off` first, or use --lane tc",
			far, enter, far);
	svf_finding_mend(finding, "%sethtool -K %s txvlan off", enter, far);
}

/* A veth's far end that keeps tags beside the data hides them from XDP: a tagged frame
 * would reach the untagged VF. One that leaves checksums to the other end, which no cable does,
 * has rings carry them unfinished, and the VF refuses what came. Seen where a path leads to the
 * far end's namespace. */
void svf_check_far_end(struct svf_checkup *checkup)
{
	const struct svf_link *pf = &checkup->pf;
	enum svf_feature_state states[N_FAR_FEATURES];
	char enter[SVF_ENTER_MAX];
	struct svf_link far;
	int r;

	if (!has_rings(checkup) || strcmp(pf->kind, "veth") != 0) {
		svf_check_skip(checkup, has_rings(checkup) ? "not a veth" : "lane tc sees all");
		return;
	}
	svf_cleanup(fd) int fd = -1;
	r = svf_checkup_enter(checkup, pf->peer_nsid, enter, &fd);
	if (r < 0 || svf_link_get(checkup->nl, pf->peer_nsid, pf->peer_ifindex, &far, NULL) < 0) {
		svf_check_warn(checkup, "its far end must finish checksums and not hide VLAN tags "
					"(tx and txvlan off there)");
		return;
	}
	svf_checkup_features(fd, far.name, far_features, states, N_FAR_FEATURES);
	judge_far_end(checkup, far.name, enter, states);
}

/* --- for up, and for a PF that is not up --- */

static int check_ring_words(const struct svf_link *pf, const struct svf_up_args *args,
			    struct svf_errmsg *err)
{
	const char *word = args->has_queues	 ? "--queues"
			   : args->has_ring_size ? "--ring-size"
			   : args->has_xdp_mode	 ? "--xdp-mode"
			   : args->has_zero_copy ? "--zero-copy"
			   : args->has_engines	 ? "--engines"
						 : NULL;

	if (!word)
		return 0;
	return svf_errmsg_exit_set(err, SVF_EXIT_USAGE, -EINVAL,
				   "%s: %s is about rings, which --lane tc does not have", pf->name,
				   word);
}

static void fill_state(struct svf_state *state, const struct svf_link *pf,
		       const struct svf_up_args *args)
{
	*state = (struct svf_state){ .pf_ifindex = pf->ifindex, .args = *args };
	(void)snprintf(state->pf, sizeof(state->pf), "%s", pf->name);
	if (!args->has_max_vfs)
		state->args.max_vfs = args->vfs;
	if (!args->has_lane)
		state->args.lane = SVF_LANE_AFXDP;
	if (state->args.lane == SVF_LANE_TC)
		state->args.queues = 1; /* sizes of maps that stay empty */
}

void svf_preflight_assume(struct svf_checkup *checkup)
{
	const struct svf_up_args args = { .vfs = ASSUMED_VFS };

	fill_state(&checkup->state, &checkup->pf, &args);
	choose_frames(checkup);
}

/* The first failure refuses; warnings are told. */
static int tell(const struct svf_checkup *checkup, const char *pf, struct svf_settings_text *said,
		struct svf_errmsg *err)
{
	for (size_t i = 0; i < checkup->n; i++) {
		const struct svf_finding *f = &checkup->findings[i];

		if (f->health == SVF_HEALTH_FAIL)
			return svf_errmsg_set(err, f->error, "%s: %s", pf, f->text);
	}
	for (size_t i = 0; i < checkup->n; i++)
		if (checkup->findings[i].health == SVF_HEALTH_WARN)
			svf_settings_say(said, "%s", checkup->findings[i].text);
	return 0;
}

/* Without CAP_IPC_LOCK the kernel holds UMEMs to this limit; the agent inherits ours. */
static void raise_locked_memory(void)
{
	const struct rlimit none = { RLIM_INFINITY, RLIM_INFINITY };
	struct rlimit limit;

	if (svf_has_capability(CAP_IPC_LOCK) || !setrlimit(RLIMIT_MEMLOCK, &none) ||
	    getrlimit(RLIMIT_MEMLOCK, &limit) < 0)
		return;
	limit.rlim_cur = limit.rlim_max; /* for which no privilege is needed */
	(void)setrlimit(RLIMIT_MEMLOCK, &limit);
}

int svf_preflight(struct svf_nl *nl, const struct svf_link *pf, const struct svf_up_args *args,
		  struct svf_state *ret_state, struct svf_settings_text *said,
		  struct svf_errmsg *err)
{
	struct svf_checkup checkup = { .root = "", .nl = nl, .pf = *pf };
	int r;

	fill_state(&checkup.state, pf, args);
	raise_locked_memory();
	svf_checkup_run(&checkup, SVF_SCOPE_PF, true);
	if (svf_checkup_verdict(&checkup) != SVF_HEALTH_FAIL)
		svf_checkup_run(&checkup, SVF_SCOPE_MACHINE, true);
	r = tell(&checkup, pf->name, said, err);
	if (!r && checkup.state.args.lane == SVF_LANE_TC)
		r = check_ring_words(pf, args, err);
	*ret_state = checkup.state;
	svf_checkup_done(&checkup);
	return r;
}
