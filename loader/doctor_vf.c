// SPDX-License-Identifier: GPL-2.0-only
/*
 * Checks of a VF, above all of its container's side: a tenant can rename, re-address, resize and
 * switch off its netdev. Good health is no finding; doctor.c tells it for all VFs in one line.
 */
#include <errno.h>
#include <string.h>

#include <svf/cleanup.h>

#include "doctor.h"
#include "macaddr.h"
#include "words.h"

/* The VF netdev as it is now, and the way to it; false if it is gone or no path leads there. */
static bool look(const struct svf_checkup *checkup, struct svf_link *ret_link,
		 char ret_enter[SVF_ENTER_MAX], int *ret_fd)
{
	const struct svf_vf_info *vf = checkup->vf;

	if (ret_fd)
		*ret_fd = -1;
	return vf->netdev[0] &&
	       !svf_link_get(checkup->nl, vf->nsid, vf->netdev_ifindex, ret_link, NULL) &&
	       !svf_checkup_enter(checkup, vf->nsid, ret_enter, ret_fd);
}

/* What mends it where it is. Its name is the tenant's choice: one that a shell would take for more
 * than a word is in no command. */
static void mend_there(const struct svf_checkup *checkup, struct svf_finding *finding,
		       const char *enter, const char *before, const char *name, const char *after)
{
	if (svf_word_is_plain(name))
		svf_finding_mend(finding, "%s%s %s%s", enter, before, name, after);
	else
		svf_finding_mend(finding, "svf-loader detach %s vf %u", checkup->state.pf,
				 checkup->vf->vf);
}

void svf_check_vf_netdev(struct svf_checkup *checkup)
{
	const struct svf_vf_info *vf = checkup->vf;
	const char *gone = !vf->netdev[0]	 ? "VF netdev"
			   : !vf->representor[0] ? "representor"
						 : "ring port";

	if (vf->netdev[0] && vf->representor[0] && (vf->ring_port[0] || !vf->config.ring_port))
		return;
	svf_finding_mend(svf_check_fail(checkup, -ENODEV, "its %s is gone", gone),
			 "svf-loader up %s --vfs %u", checkup->state.pf,
			 svf_vf_set_count(&checkup->state.vfs));
}

void svf_check_vf_mac(struct svf_checkup *checkup)
{
	const uint8_t *mac = checkup->vf->config.mac;
	char enter[SVF_ENTER_MAX], has[SVF_MAC_TEXT_MAX], wants[SVF_MAC_TEXT_MAX];
	char after[sizeof(" address ") + SVF_MAC_TEXT_MAX];
	struct svf_link link;

	if (!look(checkup, &link, enter, NULL) || !memcmp(link.mac, mac, ETH_ALEN))
		return;
	svf_mac_format(has, link.mac);
	svf_mac_format(wants, mac);
	(void)snprintf(after, sizeof(after), " address %s", wants);
	mend_there(checkup,
		   svf_check_warn(checkup,
				  "%s has address %s, not %s as set: what it sends is "
				  "dropped (spoof_mac)",
				  link.name, has, wants),
		   enter, "ip link set dev", link.name, after);
}

void svf_check_vf_mtu(struct svf_checkup *checkup)
{
	const uint32_t mtu = checkup->vf->config.mtu;
	char enter[SVF_ENTER_MAX], after[sizeof(" mtu 4294967295")];
	struct svf_link link;

	if (!look(checkup, &link, enter, NULL) || link.mtu == mtu)
		return;
	(void)snprintf(after, sizeof(after), " mtu %u", mtu);
	mend_there(checkup,
		   svf_check_warn(checkup, "%s has MTU %u, not %u as set%s", link.name, link.mtu,
				  mtu, link.mtu > mtu ? ": longer frames are dropped (mtu)" : ""),
		   enter, "ip link set dev", link.name, after);
}

/* In the host's namespace it waits to be handed over, down, as a NIC's VF does. */
void svf_check_vf_down(struct svf_checkup *checkup)
{
	char enter[SVF_ENTER_MAX];
	struct svf_link link;

	if (checkup->vf->nsid == SVF_NSID_SELF || !look(checkup, &link, enter, NULL) ||
	    link.flags & IFF_UP)
		return;
	mend_there(checkup, svf_check_warn(checkup, "%s is down in its container", link.name),
		   enter, "ip link set dev", link.name, " up");
}

void svf_check_vf_qdisc(struct svf_checkup *checkup)
{
	char enter[SVF_ENTER_MAX];
	struct svf_link link;

	if (!look(checkup, &link, enter, NULL) || !link.qdisc[0] ||
	    !strcmp(link.qdisc, "noqueue") || !strcmp(link.qdisc, "noop"))
		return;
	mend_there(checkup,
		   svf_check_warn(checkup,
				  "%s has a qdisc of its tenant (%s), which may delay or "
				  "drop what it sends",
				  link.name, link.qdisc),
		   enter, "tc qdisc del dev", link.name, " root");
}

/* Root qdisc of one of our netdevs. */
static bool has_qdisc(const struct svf_checkup *checkup, uint32_t ifindex, const char *kind)
{
	struct svf_link link;

	return svf_link_get(checkup->nl, SVF_NSID_SELF, (int)ifindex, &link, NULL) < 0 ||
	       !strcmp(link.qdisc, kind);
}

static void check_rate(struct svf_checkup *checkup, const char *word, uint32_t rate,
		       uint32_t ifindex, const char *kind)
{
	const char *pf = checkup->state.pf;
	const unsigned int vf = checkup->vf->vf;

	if (!rate || !ifindex || has_qdisc(checkup, ifindex, kind))
		return;
	svf_finding_mend(svf_check_fail(checkup, -ENOENT,
					"the qdisc (%s) of its %s %u is gone: nothing enforces it",
					kind, word, rate),
			 "svf-loader set %s vf %u %s 0 && svf-loader set %s vf %u %s %u", pf, vf,
			 word, pf, vf, word, rate);
}

void svf_check_vf_rates(struct svf_checkup *checkup)
{
	const struct svf_vf_config *config = &checkup->vf->config;
	const uint32_t near = checkup->info->policy.shaper_near;

	check_rate(checkup, "max_rx_rate", config->max_rx_rate, config->representor, "tbf");
	check_rate(checkup, "max_tx_rate", config->max_tx_rate, near, "htb");
}

/* Generic receive offload at a veth is what XDP_REDIRECT into it needs. No lane of ours does that:
 * rings end in a ring port and go on by tc, so it may be off. */
void svf_check_vf_offloads(struct svf_checkup *checkup)
{
	static const char *const names[] = { "tx-checksum-ip-generic", "tx-tcp-segmentation" };
	enum svf_feature_state states[2];
	char enter[SVF_ENTER_MAX];
	struct svf_link link;

	svf_cleanup(fd) int fd = -1;
	if (!look(checkup, &link, enter, &fd))
		return;
	svf_checkup_features(fd, link.name, names, states, 2);
	if (states[0] == SVF_FEATURE_OFF)
		mend_there(checkup,
			   svf_check_warn(checkup,
					  "%s finishes checksums itself (tx off): TCP from it "
					  "is slower",
					  link.name),
			   enter, "ethtool -K", link.name, " tx on tso on");
	else if (states[1] == SVF_FEATURE_OFF)
		mend_there(
			checkup,
			svf_check_warn(checkup, "%s has TSO off: TCP from it is slower", link.name),
			enter, "ethtool -K", link.name, " tso on");
}
