// SPDX-License-Identifier: GPL-2.0-only
/*
 * `set` as a transaction: a list of steps, each with its undoing. The new configuration is
 * published by one step, at which every frame changes over; steps before it only add what the new
 * one needs, steps after it only remove what the old one needed.
 */
#include "change.h"

#include <errno.h>
#include <string.h>

#include "link.h"
#include "macaddr.h"
#include "sorter.h"
#include "state.h"
#include "vfinfo.h"

struct change {
	const char *pf_name;
	const struct svf_paths *paths;
	unsigned int vf;
	struct svf_nl *nl;	   /* owned */
	struct svf_sorter *sorter; /* owned */
	struct svf_link pf;
	struct svf_link representor; /* its peer is the VF netdev */
	struct svf_state state;
	struct svf_vf_config old, new;
	bool mac_changes, vlan_changes;
	bool filter_added, filter_deleted;
};

static void change_done(struct change *c)
{
	c->nl = svf_nl_free(c->nl);
	c->sorter = svf_sorter_free(c->sorter);
}

/* --- the PF's unicast filters --- */

static int find_filter(const struct svf_state *state, const uint8_t mac[ETH_ALEN])
{
	for (unsigned int i = 0; i < state->n_filters; i++)
		if (!memcmp(state->filters[i], mac, ETH_ALEN))
			return i;
	return -ENOENT;
}

/* A filter that is there already (another VF's in another VLAN, or the operator's) serves too;
 * so does promiscuous mode where the NIC has no room for one more. */
static int add_filter(struct change *c, struct svf_errmsg *err)
{
	int r;

	if (!c->mac_changes || find_filter(&c->state, c->new.mac) >= 0)
		return 0;
	r = svf_link_add_filter(c->nl, c->pf.ifindex, c->new.mac, err);
	if (r == -EEXIST || (r < 0 && c->pf.flags & IFF_PROMISC)) {
		err->text[0] = '\0';
		return 0;
	}
	if (!r && c->state.n_filters < SVF_FILTERS_MAX) {
		memcpy(c->state.filters[c->state.n_filters++], c->new.mac, ETH_ALEN);
		c->filter_added = true;
		r = svf_state_save(c->paths, &c->state, err);
	}
	return r;
}

static void forget_filter(struct svf_state *state, const uint8_t mac[ETH_ALEN])
{
	int i = find_filter(state, mac);

	if (i >= 0)
		memmove(state->filters[i], state->filters[--state->n_filters], ETH_ALEN);
}

static void undo_add_filter(struct change *c)
{
	if (!c->filter_added)
		return;
	(void)svf_link_del_filter(c->nl, c->pf.ifindex, c->new.mac, NULL);
	forget_filter(&c->state, c->new.mac);
	(void)svf_state_save(c->paths, &c->state, NULL);
}

static bool used_by_another(const struct change *c, const uint8_t mac[ETH_ALEN])
{
	struct svf_vf_config config;

	for (unsigned int vf = 0; vf < c->state.args.vfs; vf++)
		if (vf != c->vf && !svf_sorter_get_vf(c->sorter, vf, &config) &&
		    !memcmp(config.mac, mac, ETH_ALEN))
			return true;
	return false;
}

static int delete_filter(struct change *c, struct svf_errmsg *err)
{
	int r;

	if (!c->mac_changes || find_filter(&c->state, c->old.mac) < 0 ||
	    used_by_another(c, c->old.mac))
		return 0;
	r = svf_link_del_filter(c->nl, c->pf.ifindex, c->old.mac, err);
	if (r < 0)
		return r;
	c->filter_deleted = true;
	forget_filter(&c->state, c->old.mac);
	return svf_state_save(c->paths, &c->state, err);
}

static void undo_delete_filter(struct change *c)
{
	if (!c->filter_deleted)
		return;
	(void)svf_link_add_filter(c->nl, c->pf.ifindex, c->old.mac, NULL);
	memcpy(c->state.filters[c->state.n_filters++], c->old.mac, ETH_ALEN);
	(void)svf_state_save(c->paths, &c->state, NULL);
}

/* --- the VF netdev --- */

static int set_netdev_mac(struct change *c, struct svf_errmsg *err)
{
	if (!c->mac_changes)
		return 0;
	return svf_link_set_mac(c->nl, c->representor.peer_nsid, c->representor.peer_ifindex,
				c->new.mac, err);
}

static void undo_set_netdev_mac(struct change *c)
{
	if (c->mac_changes)
		(void)svf_link_set_mac(c->nl, c->representor.peer_nsid, c->representor.peer_ifindex,
				       c->old.mac, NULL);
}

/* --- the sorter --- */

static int add_fdb(struct change *c, struct svf_errmsg *err)
{
	(void)err;
	return svf_sorter_add_fdb(c->sorter, c->new.mac, c->new.vlan, c->vf);
}

static void undo_add_fdb(struct change *c)
{
	(void)svf_sorter_del_fdb(c->sorter, c->new.mac, c->new.vlan);
}

static int join_vlan(struct change *c, struct svf_errmsg *err)
{
	(void)err;
	return c->vlan_changes ? svf_sorter_join_vlan(c->sorter, c->new.vlan, c->vf) : 0;
}

static void undo_join_vlan(struct change *c)
{
	if (c->vlan_changes)
		(void)svf_sorter_leave_vlan(c->sorter, c->new.vlan, c->vf);
}

static int publish(struct change *c, struct svf_errmsg *err)
{
	(void)err;
	return svf_sorter_set_vf(c->sorter, c->vf, &c->new);
}

static void undo_publish(struct change *c)
{
	(void)svf_sorter_set_vf(c->sorter, c->vf, &c->old);
}

static bool same_key(const struct change *c)
{
	return !c->mac_changes && !c->vlan_changes;
}

static int delete_fdb(struct change *c, struct svf_errmsg *err)
{
	(void)err;
	return same_key(c) ? 0 : svf_sorter_del_fdb(c->sorter, c->old.mac, c->old.vlan);
}

static void undo_delete_fdb(struct change *c)
{
	(void)svf_sorter_add_fdb(c->sorter, c->old.mac, c->old.vlan, c->vf);
}

static int leave_vlan(struct change *c, struct svf_errmsg *err)
{
	(void)err;
	return c->vlan_changes ? svf_sorter_leave_vlan(c->sorter, c->old.vlan, c->vf) : 0;
}

static void undo_leave_vlan(struct change *c)
{
	if (c->vlan_changes)
		(void)svf_sorter_join_vlan(c->sorter, c->old.vlan, c->vf);
}

static void undo_add_fdb_if_new(struct change *c)
{
	if (!same_key(c))
		undo_add_fdb(c);
}

/* --- the transaction --- */

static const struct step {
	int (*run)(struct change *, struct svf_errmsg *);
	void (*undo)(struct change *);
	bool undo_own_failure; /* may have done a part of its work when it fails */
} steps[] = {
	/* clang-format off */
	{ add_filter,	  undo_add_filter,	true },
	{ set_netdev_mac, undo_set_netdev_mac,	false },
	{ add_fdb,	  undo_add_fdb_if_new,	false },
	{ join_vlan,	  undo_join_vlan,	true },
	{ publish,	  undo_publish,		true },
	{ delete_fdb,	  undo_delete_fdb,	true },
	{ leave_vlan,	  undo_leave_vlan,	true },
	{ delete_filter,  undo_delete_filter,	true },
	/* clang-format on */
};

static int run_steps(struct change *c, struct svf_errmsg *err)
{
	const int n = sizeof(steps) / sizeof(steps[0]);
	int r = 0, i;

	for (i = 0; i < n; i++) {
		r = steps[i].run(c, err);
		if (r < 0)
			break;
	}
	if (!r)
		return 0;
	if (!steps[i].undo_own_failure)
		i--;
	for (; i >= 0; i--)
		steps[i].undo(c);
	return svf_errmsg_set(err, r, "%s: vf %u: cannot change it, all is as before: %s",
			      c->pf_name, c->vf, strerror(-r));
}

static int check(const struct change *c, struct svf_errmsg *err)
{
	char text[SVF_MAC_TEXT_MAX];
	uint32_t holder;

	svf_mac_format(text, c->new.mac);
	if (c->mac_changes && !memcmp(c->new.mac, c->pf.mac, ETH_ALEN))
		return svf_errmsg_set(
			err, -EINVAL,
			"%s: vf %u: %s is the PF's own address: a VF that had it would "
			"take the host off the network",
			c->pf_name, c->vf, text);
	if (!svf_sorter_get_fdb(c->sorter, c->new.mac, c->new.vlan, &holder) && holder != c->vf)
		return svf_errmsg_set(err, -EEXIST, "%s: vf %u: %s in VLAN %u is vf %u's",
				      c->pf_name, c->vf, text, c->new.vlan, holder);
	return 0;
}

static int open_change(struct change *c, struct svf_errmsg *err)
{
	int r = svf_state_load(c->paths, &c->state, err);

	if (r == -ENOENT && !svf_nl_new(&c->nl, NULL) &&
	    !svf_link_get_by_name(c->nl, c->pf_name, &c->pf, NULL) &&
	    svf_pf_check_name(c->pf_name, c->pf.ifindex, err) < 0)
		return -EBUSY;
	if (r == -ENOENT)
		return svf_errmsg_exit_set(err, SVF_EXIT_NOT_FOUND, r,
					   "%s: is not up: `svf-loader up %s --vfs N` first",
					   c->pf_name, c->pf_name);
	if (r < 0)
		return r;
	if (c->vf >= c->state.args.vfs)
		return svf_errmsg_exit_set(err, SVF_EXIT_NOT_FOUND, -ENOENT,
					   "%s: vf %u: no such VF, there are 0-%u", c->pf_name,
					   c->vf, c->state.args.vfs - 1);
	r = svf_sorter_open(&c->sorter, c->paths, err);
	if (!r)
		r = svf_nl_new(&c->nl, err);
	if (r < 0)
		return r;
	r = svf_link_get(c->nl, SVF_NSID_SELF, c->state.pf_ifindex, &c->pf, NULL);
	if (r == -ENODEV)
		return svf_errmsg_set(err, r, "%s: the PF is gone: `svf-loader down %s` clears up",
				      c->pf_name, c->pf_name);
	if (!r)
		r = svf_sorter_get_vf(c->sorter, c->vf, &c->old);
	if (r < 0)
		return svf_errmsg_set(err, r, "%s: vf %u: cannot read its configuration: %s",
				      c->pf_name, c->vf, strerror(-r));
	r = svf_link_get(c->nl, SVF_NSID_SELF, c->old.representor, &c->representor, NULL);
	if (r < 0)
		return svf_errmsg_exit_set(
			err, SVF_EXIT_NOT_FOUND, r,
			"%s: vf %u: its netdev was deleted (with its namespace?): "
			"`svf-loader down %s` and `up` make it anew",
			c->pf_name, c->vf, c->pf_name);
	return svf_sorter_prune_fdb(c->sorter, c->vf, &c->old);
}

static void merge(struct change *c, const struct svf_change *wanted)
{
	c->new = c->old;
	if (wanted->has_mac)
		memcpy(c->new.mac, wanted->mac, ETH_ALEN);
	if (wanted->has_vlan) {
		c->new.vlan = wanted->vlan;
		c->new.qos = wanted->has_qos ? wanted->qos : 0;
	}
	c->mac_changes = memcmp(c->new.mac, c->old.mac, ETH_ALEN) != 0;
	c->vlan_changes = c->new.vlan != c->old.vlan;
}

int svf_change_apply(const char *pf, const struct svf_paths *paths, unsigned int vf,
		     const struct svf_change *change, struct svf_errmsg *err)
{
	struct change c = { .pf_name = pf, .paths = paths, .vf = vf };
	int r;

	r = open_change(&c, err);
	if (!r) {
		merge(&c, change);
		if (memcmp(&c.new, &c.old, sizeof(c.new))) {
			c.new.generation++;
			r = check(&c, err);
			if (!r)
				r = run_steps(&c, err);
		}
	}
	change_done(&c);
	if (r < 0)
		svf_state_tidy(paths);
	return r;
}
