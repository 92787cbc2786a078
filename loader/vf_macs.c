// SPDX-License-Identifier: GPL-2.0-only
/* Choosing VF addresses: derive, and derive again with a salt while somebody has that one. */
#include "vf_macs.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <svf/abi.h>

#include "ids.h"
#include "macaddr.h"

#define MAX_SALT 1000 /* tries to find a MAC that is free; one in 2^46 is taken by chance */

struct taken {
	uint8_t (*macs)[ETH_ALEN]; /* owned */
	size_t count, room;
	int own_ifindex; /* of a netdev that does not count; 0: all do */
};

static int take_mac(struct taken *taken, const uint8_t mac[ETH_ALEN])
{
	if (taken->count == taken->room) {
		size_t room = taken->room ? 2 * taken->room : SVF_UP_MAX_VFS;
		void *more = realloc(taken->macs, room * ETH_ALEN);

		if (!more)
			return -ENOMEM;
		taken->macs = more;
		taken->room = room;
	}
	memcpy(taken->macs[taken->count++], mac, ETH_ALEN);
	return 0;
}

static int take_link_mac(const struct svf_link *link, void *arg)
{
	const struct taken *taken = arg;

	return link->ifindex == taken->own_ifindex ? 0 : take_mac(arg, link->mac);
}

static bool is_taken(const struct taken *taken, const uint8_t mac[ETH_ALEN])
{
	for (size_t i = 0; i < taken->count; i++)
		if (!memcmp(taken->macs[i], mac, ETH_ALEN))
			return true;
	return false;
}

/* VFs to choose addresses for. */
struct range {
	unsigned int first, count;
};

static int choose_mac(struct taken *taken, const char *machine, const char *pf_id, unsigned int vf,
		      uint8_t ret_mac[ETH_ALEN])
{
	for (unsigned int salt = 0; salt < MAX_SALT; salt++) {
		svf_mac_derive(ret_mac, machine, pf_id, vf, salt);
		if (!is_taken(taken, ret_mac))
			return take_mac(taken, ret_mac);
	}
	return -EADDRINUSE;
}

static int choose_macs(struct svf_nl *nl, const struct svf_link *pf, const struct range *vfs,
		       struct taken *taken, uint8_t ret_macs[][ETH_ALEN], struct svf_errmsg *err)
{
	char machine[SVF_MACHINE_ID_MAX], pf_id[SVF_PF_IDENTITY_MAX];
	int r = svf_machine_id(machine, err);

	if (!r)
		r = svf_pf_identity(pf_id, pf, err);
	if (!r)
		r = svf_link_list(nl, take_link_mac, taken, err);
	for (unsigned int i = 0; i < vfs->count && !r; i++)
		r = choose_mac(taken, machine, pf_id, vfs->first + i, ret_macs[i]);
	return r;
}

int svf_vf_macs_choose(struct svf_nl *nl, const struct svf_link *pf, unsigned int vfs,
		       uint8_t ret_macs[][ETH_ALEN], struct svf_errmsg *err)
{
	const struct range range = { .count = vfs };
	struct taken taken = {};
	int r = choose_macs(nl, pf, &range, &taken, ret_macs, err);

	free(taken.macs);
	if (r < 0)
		return svf_errmsg_set(err, r, "%s: cannot choose addresses for its VFs: %s",
				      pf->name, strerror(-r));
	return 0;
}

int svf_vf_macs_restore(struct svf_nl *nl, const struct svf_link *pf, unsigned int vf,
			const struct svf_link *representor, uint8_t ret_mac[ETH_ALEN],
			struct svf_errmsg *err)
{
	const struct range range = { .first = vf, .count = 1 };
	uint8_t macs[1][ETH_ALEN];
	struct taken taken = {};
	int r;

	if (representor->peer_nsid == SVF_NSID_SELF)
		taken.own_ifindex = representor->peer_ifindex;
	r = choose_macs(nl, pf, &range, &taken, macs, err);
	free(taken.macs);
	if (r < 0)
		return svf_errmsg_set(err, r, "%s: vf %u: cannot choose an address: %s", pf->name,
				      vf, strerror(-r));
	memcpy(ret_mac, macs[0], ETH_ALEN);
	return 0;
}

int svf_vf_macs_is_stable(struct svf_nl *nl, const struct svf_link *pf, unsigned int vf,
			  const struct svf_link *representor, const uint8_t mac[ETH_ALEN],
			  bool *ret_stable, struct svf_errmsg *err)
{
	char machine[SVF_MACHINE_ID_MAX], pf_id[SVF_PF_IDENTITY_MAX];
	uint8_t stable[ETH_ALEN];
	int r = svf_machine_id(machine, err);

	if (!r)
		r = svf_pf_identity(pf_id, pf, err);
	if (r < 0)
		return r;
	/* Nearly always the first choice: no need to ask for all netdevs, once for each VF. */
	svf_mac_derive(stable, machine, pf_id, vf, 0);
	if (memcmp(stable, mac, ETH_ALEN) != 0)
		r = svf_vf_macs_restore(nl, pf, vf, representor, stable, err);
	*ret_stable = !r && !memcmp(stable, mac, ETH_ALEN);
	return r;
}
