// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a VF cannot have because of the PF or of the other VFs. What is wrong in itself was refused
 * when it was merged. Only what changes is looked at: a change of something else is not refused for
 * what came about meanwhile, as a link that became slower.
 */
#include "change_job.h"

#include <errno.h>
#include <string.h>

#include "macaddr.h"
#include "preflight.h"
#include "vfinfo.h"

#define refuse(job, fmt, ...)                                                                      \
	svf_errmsg_set(err, -EINVAL, "%s: vf %u: " fmt, (job)->change->pf,                         \
		       (job)->change->vf __VA_OPT__(, ) __VA_ARGS__)

/* "VLAN 5", "VLAN 5 (802.1ad)", "its VLANs": where a VF has its addresses. */
static void format_home(char *buf, size_t size, const struct svf_vf_config *config)
{
	if (config->has_trunk)
		(void)snprintf(buf, size, "its VLANs");
	else
		(void)snprintf(buf, size, "VLAN %u%s", config->vlan,
			       config->vlan_proto == ETH_P_8021AD && config->vlan ? " (802.1ad)"
										  : "");
}

static void warn_of_duplicate(const struct svf_change_job *job, const uint8_t mac[ETH_ALEN])
{
	char text[SVF_MAC_TEXT_MAX], home[32];

	svf_mac_format(text, mac);
	format_home(home, sizeof(home), &job->new);
	for (unsigned int vf = 0; vf < job->state.args.vfs; vf++) {
		if (vf == job->change->vf || !svf_vfs_share_vlan(&job->vfs[vf], &job->new) ||
		    !svf_vf_owns(&job->vfs[vf], mac))
			continue;
		(void)svf_errmsg_set(job->warning, 0,
				     "%s: vf %u: %s in %s is vf %u's too: both get what is sent "
				     "to it",
				     job->change->pf, job->change->vf, text, home, vf);
		return;
	}
}

static int check_address(const struct svf_change_job *job, const uint8_t mac[ETH_ALEN],
			 struct svf_errmsg *err)
{
	char text[SVF_MAC_TEXT_MAX], home[32];
	struct svf_fdb_owners owners;

	svf_mac_format(text, mac);
	if (!memcmp(mac, job->pf.mac, ETH_ALEN))
		return refuse(job,
			      "%s is the PF's own address: a VF that had it would take the host "
			      "off the network",
			      text);
	if (!svf_sorter_get_fdb(job->sorter, mac, svf_home_vlan(&job->new), &owners) &&
	    owners.count == SVF_OWNERS_MAX) {
		format_home(home, sizeof(home), &job->new);
		return refuse(job, "%s: %d VFs have it in %s already, which is the maximum", text,
			      SVF_OWNERS_MAX, home);
	}
	warn_of_duplicate(job, mac);
	return 0;
}

static int check_addresses(const struct svf_change_job *job, struct svf_errmsg *err)
{
	const bool moves = svf_home_vlan(&job->new) != svf_home_vlan(&job->old);
	const uint8_t *macs[SVF_ADDRESSES_MAX];
	const unsigned int n = svf_change_addresses(&job->new, macs);
	int r = 0;

	for (unsigned int i = 0; i < n && !r; i++)
		if (moves || !svf_vf_owns(&job->old, macs[i]))
			r = check_address(job, macs[i], err);
	return r;
}

static int check_promisc(const struct svf_change_job *job, struct svf_errmsg *err)
{
	unsigned int others = 0;

	if (!job->new.promisc || job->old.promisc)
		return 0;
	for (unsigned int vf = 0; vf < job->state.args.vfs; vf++)
		others += job->vfs[vf].promisc != SVF_PROMISC_OFF;
	if (others < SVF_PROMISC_MAX)
		return 0;
	return refuse(job, "promisc: %u VFs are promiscuous already, which is the maximum", others);
}

static int check_mtu(const struct svf_change_job *job, struct svf_errmsg *err)
{
	const unsigned int frame = job->state.frame_size;

	if (job->new.mtu == job->old.mtu)
		return 0;
	if (job->new.mtu > job->pf.mtu)
		return refuse(job, "mtu %u: the maximum is %u, the PF's", job->new.mtu,
			      job->pf.mtu);
	if (job->new.ring_port && job->new.mtu > svf_frame_max_mtu(frame))
		return refuse(
			job,
			"mtu %u: the maximum is %u in the rings of the afxdp lane, which `up` "
			"made with frames of %u bytes by the PF's MTU then",
			job->new.mtu, svf_frame_max_mtu(frame), frame);
	return 0;
}

static uint64_t sum_min(const struct svf_change_job *job)
{
	uint64_t sum = 0;

	for (unsigned int vf = 0; vf < job->state.args.vfs; vf++)
		sum += vf == job->change->vf ? job->new.min_tx_rate : job->vfs[vf].min_tx_rate;
	return sum;
}

/* What is guaranteed to all must be there. */
static int check_min(const struct svf_change_job *job, struct svf_errmsg *err)
{
	const uint64_t sum = sum_min(job);
	const char *whence = job->new_policy.rate ? "set by `rate`" : "the speed of its link";

	if (sum <= job->new_rate)
		return 0;
	if (svf_change_is_of_pf(job) && job->new_rate != job->old_rate)
		return svf_errmsg_set(err, -EINVAL,
				      "%s: rate %u: the min_tx_rates of its VFs are %lu Mbit/s "
				      "together",
				      job->change->pf, job->new_rate, (unsigned long)sum);
	if (job->new.min_tx_rate <= job->old.min_tx_rate)
		return 0;
	return refuse(job,
		      "min_tx_rate %u: with those of the other VFs that is %lu Mbit/s, the PF has "
		      "%u (%s)",
		      job->new.min_tx_rate, (unsigned long)sum, job->new_rate, whence);
}

/* Neither untagged nor tagged frames pass. */
static bool is_mute(const struct svf_vf_config *config)
{
	return !config->untagged && !config->vlan && !config->has_trunk;
}

static void warn_of_mute(const struct svf_change_job *job)
{
	if (!is_mute(&job->new) || is_mute(&job->old))
		return;
	(void)svf_errmsg_set(job->warning, 0,
			     "%s: vf %u: may neither send nor get anything now: `trunk add VIDS` "
			     "or `untagged on`",
			     job->change->pf, job->change->vf);
}

int svf_change_check(const struct svf_change_job *job, struct svf_errmsg *err)
{
	int r = check_min(job, err);

	if (r < 0 || svf_change_is_of_pf(job))
		return r;
	warn_of_mute(job);
	r = check_addresses(job, err);
	if (!r)
		r = check_promisc(job, err);
	return r < 0 ? r : check_mtu(job, err);
}
