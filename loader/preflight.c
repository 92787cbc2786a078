// SPDX-License-Identifier: GPL-2.0-only
/* Preflight: refusals with a reason and a way out, and the choice of what was left open. */
#include "preflight.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <linux/if_arp.h>
#include <string.h>

#include "names.h"
#include "sorter.h"

#define SMALL_FRAME	    2048
#define LARGE_FRAME	    4096
#define XDP_HEADROOM	    256 /* XDP_PACKET_HEADROOM, taken from every UMEM frame */
#define SMALL_FRAME_MAX_MTU (SMALL_FRAME - XDP_HEADROOM - ETH_HLEN - 2 * 4) /* two VLAN tags */
#define SMALL_RING	    512 /* with as many TX frames: 2 MiB of 2 KiB frames per VF and queue */
#define LARGE_RING	    256 /* the same memory in 4 KiB frames */

static int check_kind(const struct svf_link *pf, struct svf_errmsg *err)
{
	unsigned int vf;
	uint32_t generation;

	if (pf->flags & IFF_LOOPBACK)
		return svf_errmsg_set(err, -EINVAL, "%s: a loopback device cannot be a PF",
				      pf->name);
	if (pf->type != ARPHRD_ETHER)
		return svf_errmsg_set(err, -EINVAL,
				      "%s: not an Ethernet device, so it cannot be a PF", pf->name);
	if (svf_alias_parse(pf->alias, NULL, &vf, &generation))
		return svf_errmsg_set(err, -EINVAL,
				      "%s: belongs to %s of a PF (alias %s), so it cannot be one",
				      pf->name, vf == SVF_PF_ID ? "the shaper" : "a VF", pf->alias);
	return 0;
}

static int check_foreign_xdp(const struct svf_link *pf, struct svf_errmsg *err)
{
	struct bpf_prog_info info = {};
	__u32 len = sizeof(info);

	if (!pf->xdp_prog_id)
		return 0;
	svf_cleanup(fd) int fd = bpf_prog_get_fd_by_id(pf->xdp_prog_id);
	if (fd >= 0)
		(void)bpf_obj_get_info_by_fd(fd, &info, &len);
	if (!strcmp(info.name, svf_program_name(SVF_PROGRAM_WIRE)))
		return svf_errmsg_set(
			err, -EBUSY,
			"%s: has an svf_wire that is on no record: `svf-loader down %s` "
			"takes it away",
			pf->name, pf->name);
	return svf_errmsg_set(err, -EBUSY,
			      "%s: has an XDP program already: %s (id %u); remove it, or use "
			      "--lane tc",
			      pf->name, info.name[0] ? info.name : "unnamed", pf->xdp_prog_id);
}

static int count_queues(const struct svf_link *pf, unsigned int *ret_queues)
{
	struct svf_channels channels;
	int r = svf_ethtool_get_channels(pf->name, &channels, NULL);

	*ret_queues = pf->rx_queues;
	if (!r && channels.rx + channels.combined)
		*ret_queues = channels.rx + channels.combined;
	return r == -EOPNOTSUPP ? 0 : r;
}

static int choose_queues(const struct svf_link *pf, struct svf_up_args *args,
			 struct svf_settings_text *said, struct svf_errmsg *err)
{
	unsigned int queues = 1;
	int r = count_queues(pf, &queues);

	if (r < 0)
		return svf_errmsg_set(err, r, "%s: cannot read its channels: %s", pf->name,
				      strerror(-r));
	if (args->has_queues && args->queues > queues)
		return svf_errmsg_set(err, -EINVAL,
				      "%s: has %u RX queues, so --queues %u is too many", pf->name,
				      queues, args->queues);
	if (!args->has_queues)
		args->queues = queues < SVF_MAX_QUEUES ? queues : SVF_MAX_QUEUES;
	if (args->queues < queues && !strcmp(pf->kind, "veth"))
		svf_settings_say(said, "queues from %u on have no ring (tc lane, counted no_ring)",
				 args->queues);
	return 0;
}

unsigned int svf_frame_max_mtu(unsigned int frame_size)
{
	return frame_size == SMALL_FRAME ? SMALL_FRAME_MAX_MTU : SVF_RING_MAX_MTU;
}

static int choose_frames(const struct svf_link *pf, struct svf_state *state, struct svf_errmsg *err)
{
	struct svf_up_args *args = &state->args;

	if (pf->mtu > SVF_RING_MAX_MTU)
		return svf_errmsg_set(
			err, -EINVAL,
			"%s: MTU %u is too large for rings, the maximum is %u: lower it, "
			"or use --lane tc",
			pf->name, pf->mtu, SVF_RING_MAX_MTU);
	state->frame_size = pf->mtu <= SMALL_FRAME_MAX_MTU ? SMALL_FRAME : LARGE_FRAME;
	if (!args->has_ring_size)
		args->ring_size = state->frame_size == SMALL_FRAME ? SMALL_RING : LARGE_RING;
	return 0;
}

/* A veth's far end that keeps tags beside the data hides them from XDP: a tagged frame
 * would reach the untagged VF. One that leaves checksums to the other end, which no cable does,
 * has rings carry them unfinished, and the VF refuses what came. Seen only where the far end
 * is in our namespace. */
static int check_far_end(struct svf_nl *nl, const struct svf_link *pf,
			 struct svf_settings_text *said, struct svf_errmsg *err)
{
	enum svf_feature_state hides = SVF_FEATURE_ABSENT, unfinished = SVF_FEATURE_ABSENT;
	struct svf_link far;

	if (strcmp(pf->kind, "veth"))
		return 0;
	if (pf->peer_nsid != SVF_NSID_SELF ||
	    svf_link_get(nl, SVF_NSID_SELF, pf->peer_ifindex, &far, NULL)) {
		svf_settings_say(said, "its far end must finish checksums and not hide VLAN tags "
				       "(tx and txvlan off there)");
		return 0;
	}
	if (!svf_ethtool_get_feature(far.name, "tx-checksum-ip-generic", &unfinished, NULL) &&
	    unfinished == SVF_FEATURE_ON)
		svf_settings_say(said, "its far end %s must finish checksums (tx off there)",
				 far.name);
	if (svf_ethtool_get_feature(far.name, "tx-vlan-hw-insert", &hides, NULL) ||
	    hides != SVF_FEATURE_ON)
		return 0;
	return svf_errmsg_set(err, -EINVAL,
			      "%s: its far end %s hides VLAN tags from XDP: `ethtool -K %s txvlan "
			      "off` first, or use --lane tc",
			      pf->name, far.name, far.name);
}

static int check_ring_words(const struct svf_link *pf, const struct svf_up_args *args,
			    struct svf_errmsg *err)
{
	const char *word = args->has_queues	 ? "--queues"
			   : args->has_ring_size ? "--ring-size"
			   : args->has_xdp_mode	 ? "--xdp-mode"
			   : args->has_zero_copy ? "--zero-copy"
						 : NULL;

	if (!word)
		return 0;
	return svf_errmsg_exit_set(err, SVF_EXIT_USAGE, -EINVAL,
				   "%s: %s is about rings, which --lane tc does not have", pf->name,
				   word);
}

int svf_preflight(struct svf_nl *nl, const struct svf_link *pf, const struct svf_up_args *args,
		  struct svf_state *ret_state, struct svf_settings_text *said,
		  struct svf_errmsg *err)
{
	struct svf_state *state = ret_state;
	int r = check_kind(pf, err);

	if (r < 0)
		return r;
	*state = (struct svf_state){ .pf_ifindex = pf->ifindex, .args = *args };
	(void)snprintf(state->pf, sizeof(state->pf), "%s", pf->name);
	if (!args->has_max_vfs)
		state->args.max_vfs = args->vfs;
	if (!args->has_lane)
		state->args.lane = SVF_LANE_AFXDP;
	if (state->args.lane == SVF_LANE_TC) {
		state->args.queues = 1; /* sizes of maps that stay empty */
		return check_ring_words(pf, args, err);
	}
	r = check_foreign_xdp(pf, err);
	if (!r)
		r = check_far_end(nl, pf, said, err);
	if (!r)
		r = choose_queues(pf, &state->args, said, err);
	if (!r)
		r = choose_frames(pf, state, err);
	return r;
}
