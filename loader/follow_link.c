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

static void set_representor(const struct svf_watch *watch, unsigned int vf,
			    const struct svf_vf_config *config, bool up)
{
	struct svf_errmsg err = {};
	int r = svf_link_set_flags(watch->nl, SVF_NSID_SELF, (int)config->representor,
				   up ? IFF_UP : 0, IFF_UP, &err);

	if (r < 0 && r != -ENODEV)
		svf_warning("%s: vf %u: cannot set its link %s: %s", watch->pf, vf,
			    up ? "up" : "down", err.text);
}

static void do_representor(const struct svf_link_follower *follower, unsigned int vf)
{
	const struct svf_watch *watch = follower->watch;
	struct svf_vf_config config;

	if (svf_sorter_get_vf(watch->sorter, vf, &config) < 0 || !config.representor ||
	    svf_vf_set_has(&follower->held, vf) ||
	    (config.link_state != SVF_LINK_STATE_AUTO && !follower->all))
		return;
	set_representor(watch, vf, &config, svf_vf_has_link(&config, follower->facts.carrier));
}

static void do_representors(struct svf_link_follower *follower)
{
	for (unsigned int vf = 0; vf < follower->watch->n_vfs; vf++)
		do_representor(follower, vf);
	follower->all = false;
	follower->pending = false;
}

/* --- the admin --- */

static void hold(struct svf_link_follower *follower, unsigned int vf, bool held)
{
	if (held == svf_vf_set_has(&follower->held, vf))
		return;
	if (held)
		svf_vf_set_add(&follower->held, vf);
	else
		svf_vf_set_remove(&follower->held, vf);
	svf_info("%s: vf %u: its representor was set %s: the VF has %s link", follower->watch->pf,
		 vf, held ? "down" : "up", held ? "no" : "its");
}

/* How the VF's representor is, and how it should be. False: there is none. */
static bool read_link_state(const struct svf_link_follower *follower, unsigned int vf,
			    struct svf_vf_config *ret_config, bool *ret_up, bool *ret_has_link)
{
	const struct svf_watch *watch = follower->watch;
	struct svf_link link;

	if (svf_sorter_get_vf(watch->sorter, vf, ret_config) < 0 ||
	    svf_link_get(watch->nl, SVF_NSID_SELF, (int)ret_config->representor, &link, NULL) < 0)
		return false;
	*ret_up = link.flags & IFF_UP;
	*ret_has_link = svf_vf_has_link(ret_config, follower->facts.carrier);
	return true;
}

/* Nothing to do, as nearly always: a tenant that sets its netdev up and down makes events too. */
static bool is_settled(const struct svf_link_follower *follower, unsigned int vf)
{
	struct svf_vf_config config;
	bool up, has_link;

	if (!read_link_state(follower, vf, &config, &up, &has_link))
		return !svf_vf_set_has(&follower->held, vf);
	return svf_vf_set_has(&follower->held, vf) ? !up : up || !has_link;
}

/* All is done that we have to do, and no command is at work: a difference is the admin's. */
static void look_at_representor(struct svf_link_follower *follower, unsigned int vf)
{
	struct svf_vf_config config;
	bool up, has_link;

	svf_vf_set_remove(&follower->marked, vf);
	if (!read_link_state(follower, vf, &config, &up, &has_link)) {
		svf_vf_set_remove(&follower->held, vf); /* the next one is not held */
		return;
	}
	if (up)
		hold(follower, vf, false);
	else if (has_link)
		hold(follower, vf, true);
}

static void look_at_marked(struct svf_link_follower *follower)
{
	for (unsigned int vf = 0; vf < follower->watch->n_vfs; vf++)
		if (svf_vf_set_has(&follower->marked, vf))
			look_at_representor(follower, vf);
}

static void forget_settled(struct svf_link_follower *follower)
{
	for (unsigned int vf = 0; vf < follower->watch->n_vfs; vf++)
		if (svf_vf_set_has(&follower->marked, vf) && is_settled(follower, vf))
			svf_vf_set_remove(&follower->marked, vf);
}

void svf_link_follower_mark(struct svf_link_follower *follower, unsigned int vf)
{
	svf_vf_set_add(&follower->marked, vf);
}

int64_t svf_link_follower_run(struct svf_link_follower *follower, int64_t now_ns)
{
	if (!follower->pending && !svf_vf_set_count(&follower->marked))
		return INT64_MAX;
	if (now_ns < follower->retry_ns)
		return follower->retry_ns;
	if (!follower->pending)
		forget_settled(follower);
	if (!follower->pending && !svf_vf_set_count(&follower->marked))
		return INT64_MAX;
	svf_cleanup(fd) int lock_fd = -1;
	if (svf_watch_lock(follower->watch, &lock_fd) < 0) {
		follower->retry_ns = now_ns + RETRY_NS;
		return follower->retry_ns;
	}
	if (follower->pending)
		do_representors(follower);
	look_at_marked(follower);
	return INT64_MAX;
}

int svf_link_follower_init(struct svf_link_follower *follower, struct svf_watch *watch, bool locked)
{
	int r;

	*follower = (struct svf_link_follower){ .watch = watch, .all = true, .pending = true };
	r = svf_sorter_get_pf(watch->sorter, &follower->facts);
	if (r < 0)
		return r;
	/* By the carrier that was known last: since then nobody followed the PF's. */
	for (unsigned int vf = 0; vf < watch->n_vfs; vf++)
		look_at_representor(follower, vf);
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
