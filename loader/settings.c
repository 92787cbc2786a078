// SPDX-License-Identifier: GPL-2.0-only
/*
 * The PF's settings: planned, applied, restored. The VLAN facts: XDP sees a tag only in
 * the data, so stripping (rxvlan) is switched off for rings; a NIC's VLAN filter would
 * drop the VFs' VLANs, so it is switched off, and where it cannot be (virtio) promiscuous mode
 * is what opens it.
 */
#include "settings.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

#define RX_VLAN	  "rx-vlan-hw-parse"
#define RX_STAG	  "rx-vlan-stag-hw-parse"
#define RX_FILTER "rx-vlan-filter"
#define LRO	  "rx-lro"
#define GRO_HW	  "rx-gro-hw"

void svf_settings_say(struct svf_settings_text *said, const char *fmt, ...)
{
	const size_t used = strlen(said->text);
	const char *between = used ? "; " : "";
	char phrase[160];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(phrase, sizeof(phrase), fmt, ap);
	va_end(ap);
	if (used + strlen(between) + strlen(phrase) < sizeof(said->text))
		(void)snprintf(said->text + used, sizeof(said->text) - used, "%s%s", between,
			       phrase);
}

/* A feature that hides tags from XDP has to go off: *ret_change if it is on. */
static int plan_stripping(const char *pf, const char *feature, bool *ret_change,
			  struct svf_errmsg *err)
{
	enum svf_feature_state state;
	int r = svf_ethtool_get_feature(pf, feature, &state, err);

	if (r < 0)
		return r;
	if (state == SVF_FEATURE_ON_FIXED)
		return svf_errmsg_set(err, -EOPNOTSUPP,
				      "%s: the driver strips VLAN tags (%s) and cannot be told not "
				      "to, so rings would not see them; try --lane tc",
				      pf, feature);
	*ret_change = state == SVF_FEATURE_ON;
	return 0;
}

/* Attaching XDP in skb mode clears these two from what the operator wants
 * (generic_xdp_install(), dev_disable_gro_hw()), and detaching does not put them back. */
static int plan_kernel_changes(const char *pf, struct svf_pf_before *before, struct svf_errmsg *err)
{
	enum svf_feature_state lro = SVF_FEATURE_ABSENT, gro_hw = SVF_FEATURE_ABSENT;
	int r = svf_ethtool_get_feature(pf, LRO, &lro, err);

	if (!r)
		r = svf_ethtool_get_feature(pf, GRO_HW, &gro_hw, err);
	before->changed_lro = lro == SVF_FEATURE_ON;
	before->changed_gro_hw = gro_hw == SVF_FEATURE_ON;
	return r;
}

static int plan_channels(const struct svf_link *pf, struct svf_state *state, struct svf_errmsg *err)
{
	struct svf_channels channels;
	int r;

	/* A veth's queues are chosen by its far end, whose number must not be larger. */
	if (state->args.lane != SVF_LANE_AFXDP || !strcmp(pf->kind, "veth"))
		return 0;
	r = svf_ethtool_get_channels(pf->name, &channels, NULL);
	if (r == -EOPNOTSUPP)
		return 0;
	if (r < 0)
		return svf_errmsg_set(err, r, "%s: cannot read its channels: %s", pf->name,
				      strerror(-r));
	state->before.channels = channels;
	state->before.changed_channels = channels.rx + channels.combined > state->args.queues;
	return 0;
}

int svf_settings_plan(const struct svf_link *pf, struct svf_state *state, struct svf_errmsg *err)
{
	struct svf_pf_before *before = &state->before;
	enum svf_feature_state filter;
	int r = 0;

	if (state->args.lane == SVF_LANE_AFXDP) {
		r = plan_stripping(pf->name, RX_VLAN, &before->changed_rxvlan, err);
		if (!r)
			r = plan_stripping(pf->name, RX_STAG, &before->changed_rxstag, err);
		if (!r)
			r = plan_channels(pf, state, err);
		if (!r && state->args.skb_mode)
			r = plan_kernel_changes(pf->name, before, err);
	}
	if (r < 0)
		return r;
	r = svf_ethtool_get_feature(pf->name, RX_FILTER, &filter, err);
	if (r < 0)
		return r;
	before->changed_filter = filter == SVF_FEATURE_ON;
	before->changed_promisc = filter == SVF_FEATURE_ON_FIXED && !(pf->flags & IFF_PROMISC);
	before->changed_allmulti = !(pf->flags & IFF_ALLMULTI);
	return 0;
}

static int switch_off(const char *pf, const char *feature, bool change,
		      struct svf_settings_text *said, struct svf_errmsg *err)
{
	int r = change ? svf_ethtool_set_feature(pf, feature, false, err) : 0;

	if (change && !r)
		svf_settings_say(said, "%s off", feature);
	return r;
}

static int apply_channels(const char *pf, struct svf_state *state, struct svf_settings_text *said,
			  struct svf_errmsg *err)
{
	struct svf_channels wanted = state->before.channels;
	int r;

	if (!state->before.changed_channels)
		return 0;
	if (wanted.combined)
		wanted.combined = state->args.queues;
	else
		wanted.rx = state->args.queues;
	r = svf_ethtool_set_channels(pf, &wanted, NULL);
	if (r < 0 && r != -EOPNOTSUPP && r != -EINVAL)
		return svf_errmsg_set(err, r, "%s: cannot set its channels: %s", pf, strerror(-r));
	if (!r) {
		svf_settings_say(said, "channels %u -> %u",
				 state->before.channels.rx + state->before.channels.combined,
				 state->args.queues);
	} else {
		state->before.changed_channels = false; /* `down` could not set them either */
		svf_settings_say(said, "queues from %u on have no ring (tc lane, counted no_ring)",
				 state->args.queues);
	}
	return 0;
}

static int set_flag(struct svf_nl *nl, const struct svf_link *pf, unsigned int flag, bool on,
		    struct svf_errmsg *err)
{
	return svf_link_set_flags(nl, SVF_NSID_SELF, pf->ifindex, on ? flag : 0, flag, err);
}

int svf_settings_apply(struct svf_nl *nl, const struct svf_link *pf, struct svf_state *state,
		       struct svf_settings_text *said, struct svf_errmsg *err)
{
	const struct svf_pf_before *before = &state->before;
	int r = switch_off(pf->name, RX_VLAN, before->changed_rxvlan, said, err);

	if (!r)
		r = switch_off(pf->name, RX_STAG, before->changed_rxstag, said, err);
	if (!r)
		r = switch_off(pf->name, RX_FILTER, before->changed_filter, said, err);
	if (!r)
		r = apply_channels(pf->name, state, said, err);
	if (!r && before->changed_lro)
		svf_settings_say(said, LRO " off (by the kernel, for skb mode)");
	if (!r && before->changed_gro_hw)
		svf_settings_say(said, GRO_HW " off (by the kernel, for skb mode)");
	if (!r && before->changed_allmulti) {
		r = set_flag(nl, pf, IFF_ALLMULTI, true, err);
		svf_settings_say(said, "allmulticast on");
	}
	if (!r && before->changed_promisc) {
		r = set_flag(nl, pf, IFF_PROMISC, true, err);
		svf_settings_say(said, "promisc on (VLAN filter is fixed)");
	}
	return r;
}

static int fall_back_to_promisc(struct svf_nl *nl, const struct svf_link *pf,
				const struct svf_paths *paths, struct svf_state *state,
				struct svf_settings_text *said, struct svf_errmsg *err)
{
	int r;

	if (pf->flags & IFF_PROMISC || state->before.changed_promisc)
		return 0;
	state->before.changed_promisc = true;
	r = svf_state_save(paths, state, err);
	if (!r)
		r = set_flag(nl, pf, IFF_PROMISC, true, err);
	if (!r)
		svf_settings_say(said, "promisc on (no room for unicast filters)");
	return r;
}

int svf_settings_add_filters(struct svf_nl *nl, const struct svf_link *pf,
			     const struct svf_paths *paths, struct svf_state *state,
			     struct svf_settings_text *said, struct svf_errmsg *err)
{
	const unsigned int wanted = state->n_filters;
	unsigned int added = 0;
	int r = svf_state_save(paths, state, err);

	for (unsigned int i = 0; i < wanted && !r; i++) {
		r = svf_link_add_filter(nl, pf->ifindex, state->filters[i], NULL);
		if (!r)
			memmove(state->filters[added++], state->filters[i], ETH_ALEN);
		else if (r == -EEXIST)
			r = 0;
	}
	/* From the failed one on nothing was added; those before it are in the list. */
	state->n_filters = added;
	if (r == -EOPNOTSUPP || r == -ENOSPC || r == -ENOMEM || r == -EINVAL)
		r = fall_back_to_promisc(nl, pf, paths, state, said, err);
	else if (r < 0)
		return svf_errmsg_set(err, r, "%s: cannot add a unicast filter: %s", pf->name,
				      strerror(-r));
	if (added)
		svf_settings_say(said, "%u unicast filters", added);
	return r < 0 ? r : svf_state_save(paths, state, err);
}

static unsigned int find_filter(const struct svf_state *state, const uint8_t mac[ETH_ALEN])
{
	unsigned int i = 0;

	while (i < state->n_filters && memcmp(state->filters[i], mac, ETH_ALEN) != 0)
		i++;
	return i;
}

int svf_settings_add_filter(struct svf_nl *nl, const struct svf_link *pf,
			    const struct svf_paths *paths, struct svf_state *state,
			    const uint8_t mac[ETH_ALEN], struct svf_errmsg *err)
{
	const bool known = find_filter(state, mac) < state->n_filters;
	struct svf_settings_text said = {};
	int r, saved;

	if (!known && state->n_filters == SVF_FILTERS_MAX)
		return svf_errmsg_set(err, -ENOSPC, "%s: has no room for another filter", pf->name);
	if (!known)
		memcpy(state->filters[state->n_filters++], mac, ETH_ALEN);
	saved = svf_state_save(paths, state, err);
	if (saved < 0)
		return saved;
	r = svf_link_add_filter(nl, pf->ifindex, mac, NULL);
	if (!r || (known && r == -EEXIST))
		return 0;
	state->n_filters--; /* it was the last: somebody else's, or there is none */
	saved = svf_state_save(paths, state, err);
	if (r == -EOPNOTSUPP || r == -ENOSPC || r == -ENOMEM || r == -EINVAL)
		return fall_back_to_promisc(nl, pf, paths, state, &said, err);
	if (r != -EEXIST)
		return svf_errmsg_set(err, r, "%s: cannot add a unicast filter: %s", pf->name,
				      strerror(-r));
	return saved;
}

int svf_settings_del_filter(struct svf_nl *nl, const struct svf_link *pf, struct svf_state *state,
			    const uint8_t mac[ETH_ALEN], struct svf_errmsg *err)
{
	const unsigned int i = find_filter(state, mac);
	int r;

	if (i == state->n_filters)
		return 0;
	r = svf_link_del_filter(nl, pf->ifindex, mac, err);
	memmove(state->filters[i], state->filters[--state->n_filters], ETH_ALEN);
	return r == -ENOENT ? 0 : r;
}

static void keep_first(int *first, int r)
{
	if (!*first && r < 0)
		*first = r;
}

static int restore_filters(struct svf_nl *nl, const struct svf_link *pf,
			   const struct svf_state *state)
{
	int first = 0;

	for (unsigned int i = 0; i < state->n_filters; i++) {
		int r = svf_link_del_filter(nl, pf->ifindex, state->filters[i], NULL);

		if (r != -ENOENT)
			keep_first(&first, r);
	}
	return first;
}

int svf_settings_restore(struct svf_nl *nl, const struct svf_link *pf,
			 const struct svf_state *state, struct svf_errmsg *err)
{
	const struct svf_pf_before *before = &state->before;
	int first = restore_filters(nl, pf, state);

	if (before->changed_promisc)
		keep_first(&first, set_flag(nl, pf, IFF_PROMISC, false, err));
	if (before->changed_allmulti)
		keep_first(&first, set_flag(nl, pf, IFF_ALLMULTI, false, err));
	if (before->changed_channels)
		keep_first(&first, svf_ethtool_set_channels(pf->name, &before->channels, err));
	if (before->changed_lro)
		keep_first(&first, svf_ethtool_set_feature(pf->name, LRO, true, err));
	if (before->changed_gro_hw)
		keep_first(&first, svf_ethtool_set_feature(pf->name, GRO_HW, true, err));
	if (before->changed_filter)
		keep_first(&first, svf_ethtool_set_feature(pf->name, RX_FILTER, true, err));
	if (before->changed_rxstag)
		keep_first(&first, svf_ethtool_set_feature(pf->name, RX_STAG, true, err));
	if (before->changed_rxvlan)
		keep_first(&first, svf_ethtool_set_feature(pf->name, RX_VLAN, true, err));
	if (first < 0)
		return svf_errmsg_set(err, first, "%s: cannot restore all of its settings: %s",
				      pf->name, strerror(-first));
	return 0;
}
