// SPDX-License-Identifier: GPL-2.0-only
/* The PF's address, MTU and carrier, and the representors that follow it. */
#include "follow_link.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <svf/cleanup.h>
#include <svf/log.h>

#include "clock.h"
#include "ethtool.h"
#include "vf.h"

#define RETRY_NS (20 * SVF_NS_PER_MS)

/* --- facts --- */

static void tell(const struct svf_watch *watch, const struct svf_pf_config *old,
		 const struct svf_pf_config *new)
{
	if (memcmp(old->mac, new->mac, ETH_ALEN) != 0)
		svf_info("%s: has a new address, the sorter follows", watch->pf);
	if (old->mtu && old->mtu != new->mtu)
		svf_info("%s: has MTU %u, was %u, the sorter follows", watch->pf, new->mtu,
			 old->mtu);
	if (old->carrier != new->carrier)
		svf_info("%s: link is %s, VFs in state auto follow", watch->pf,
			 new->carrier ? "up" : "down");
}

static int write_facts(struct svf_link_follower *follower, const struct svf_link *link)
{
	struct svf_pf_config facts = follower->facts;
	int r;

	memcpy(facts.mac, link->mac, ETH_ALEN);
	facts.mtu = link->mtu;
	facts.carrier = (link->flags & IFF_UP) && link->carrier;
	if (!memcmp(&facts, &follower->facts, sizeof(facts)))
		return 0;
	r = svf_sorter_set_pf(follower->watch->sorter, &facts);
	if (r < 0)
		return r;
	tell(follower->watch, &follower->facts, &facts);
	if (facts.carrier != follower->facts.carrier)
		follower->pending = true;
	follower->facts = facts;
	return 0;
}

int svf_link_follower_look(struct svf_link_follower *follower)
{
	const struct svf_watch *watch = follower->watch;
	struct svf_link link;
	int r = svf_link_get(watch->nl, SVF_NSID_SELF, watch->pf_ifindex, &link, NULL);

	if (r < 0)
		return r;
	memcpy(follower->pf_name, link.name, sizeof(follower->pf_name));
	return write_facts(follower, &link);
}

int svf_link_follower_glance(struct svf_link_follower *follower, int socket_fd)
{
	bool carrier;

	if (!svf_ethtool_get_link(socket_fd, follower->pf_name, &carrier) &&
	    carrier == follower->facts.carrier)
		return 0;
	return svf_link_follower_look(follower);
}

/* --- representors --- */

static void do_representor(const struct svf_link_follower *follower, unsigned int vf)
{
	const struct svf_watch *watch = follower->watch;
	struct svf_vf_config config;
	struct svf_errmsg err = {};
	bool up;
	int r;

	if (svf_sorter_get_vf(watch->sorter, vf, &config) < 0 ||
	    (config.link_state != SVF_LINK_STATE_AUTO && !follower->all))
		return;
	up = svf_vf_has_link(&config, follower->facts.carrier);
	r = svf_link_set_flags(watch->nl, SVF_NSID_SELF, (int)config.representor, up ? IFF_UP : 0,
			       IFF_UP, &err);
	if (r < 0 && r != -ENODEV)
		svf_warning("%s: vf %u: cannot set its link %s: %s", watch->pf, vf,
			    up ? "up" : "down", err.text);
}

static void do_representors(struct svf_link_follower *follower)
{
	for (unsigned int vf = 0; vf < follower->watch->n_vfs; vf++)
		do_representor(follower, vf);
	follower->all = false;
	follower->pending = false;
}

int64_t svf_link_follower_run(struct svf_link_follower *follower, int64_t now_ns)
{
	if (!follower->pending)
		return INT64_MAX;
	if (now_ns < follower->retry_ns)
		return follower->retry_ns;
	svf_cleanup(fd) int lock_fd = -1;
	if (svf_watch_lock(follower->watch, &lock_fd) < 0) {
		follower->retry_ns = now_ns + RETRY_NS;
		return follower->retry_ns;
	}
	do_representors(follower);
	return INT64_MAX;
}

int svf_link_follower_init(struct svf_link_follower *follower, struct svf_watch *watch, bool locked)
{
	int r;

	*follower = (struct svf_link_follower){ .watch = watch, .all = true, .pending = true };
	r = svf_sorter_get_pf(watch->sorter, &follower->facts);
	if (r < 0)
		return r;
	/* Where it cannot be lost with /run. Other than all that are written later: so one write.
	 */
	follower->facts.daemon = (uint32_t)getpid();
	r = svf_sorter_set_pf(watch->sorter, &follower->facts);
	if (!r)
		r = svf_link_follower_look(follower);
	if (!r && locked)
		do_representors(follower);
	return r;
}
