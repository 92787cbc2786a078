// SPDX-License-Identifier: GPL-2.0-only
/*
 * The snapshot as JSON: keys, order and oddities of `ip -j` ("vlan_list":[{}], "tx_bytes" beside
 * "bytes"), and ours in one "svf" object each for the PF and a VF. What is not there is
 * null. json_pack() takes over the values given by "o" and fails if one is NULL.
 */
#include "attribute.h"
#include "ip_merge.h"
#include "json.h"
#include "labels.h"
#include "link.h"
#include "macaddr.h"
#include "show.h"

static json_t *text_or_null(const char *text)
{
	return text[0] ? json_string(text) : json_null();
}

static json_t *pid_or_null(pid_t pid)
{
	return pid ? json_integer(pid) : json_null();
}

static int add_counters(json_t *object, const struct svf_counter *list, unsigned int n,
			const void *counters)
{
	for (unsigned int i = 0; i < n; i++) {
		uint64_t value = svf_counter_get(&list[i], counters);

		if (json_object_set_new(object, list[i].name, json_integer((json_int_t)value)) < 0)
			return -1;
	}
	return 0;
}

static json_t *make_counters(const struct svf_counter *list, unsigned int n, const void *counters)
{
	svf_cleanup(json) json_t *object = json_object();

	if (!object || add_counters(object, list, n, counters) < 0)
		return NULL;
	return TAKE_PTR(object);
}

static json_t *make_verdicts(const struct svf_stats stats[SVF_N_DIRECTIONS])
{
	return json_pack(
		"{s:o, s:o}", "rx",
		make_counters(svf_verdict_counters, SVF_N_VERDICTS, &stats[SVF_DIRECTION_RX]), "tx",
		make_counters(svf_verdict_counters, SVF_N_VERDICTS, &stats[SVF_DIRECTION_TX]));
}

static json_t *make_drops(const struct svf_drops drops[SVF_N_DIRECTIONS])
{
	return json_pack("{s:o, s:o}", "rx",
			 make_counters(svf_drop_counters, SVF_N_DROPS, &drops[SVF_DIRECTION_RX]),
			 "tx",
			 make_counters(svf_drop_counters, SVF_N_DROPS, &drops[SVF_DIRECTION_TX]));
}

static json_t *make_losses(const struct svf_pf_info *info, const struct svf_vf_info *vf)
{
	struct svf_losses rx, tx;

	svf_vf_losses(info, vf, SVF_DIRECTION_RX, &rx);
	svf_vf_losses(info, vf, SVF_DIRECTION_TX, &tx);
	return json_pack("{s:o, s:o}", "rx", make_counters(svf_loss_counters, SVF_N_LOSSES, &rx),
			 "tx", make_counters(svf_loss_counters, SVF_N_LOSSES, &tx));
}

static json_t *make_dups(const struct svf_vf_info *vf)
{
	svf_cleanup(json) json_t *array = json_array();
	char mac[SVF_MAC_TEXT_MAX];

	if (!array)
		return NULL;
	for (unsigned int i = 0; i < vf->n_dups; i++) {
		svf_mac_format(mac, vf->dups[i].mac);
		if (json_array_append_new(array, json_pack("{s:s, s:i}", "address", mac, "vf",
							   (int)vf->dups[i].vf)) < 0)
			return NULL;
	}
	return TAKE_PTR(array);
}

static json_t *make_rings(const struct svf_ring_stats *rings, unsigned int queues)
{
	svf_cleanup(json) json_t *array = json_array();

	if (!array)
		return NULL;
	for (unsigned int queue = 0; rings && queue < queues; queue++) {
		json_t *ring = json_pack("{s:i}", "queue", (int)queue); /* array's, if not NULL */

		if (json_array_append_new(array, ring) < 0 ||
		    add_counters(ring, svf_ring_counters, SVF_N_RING_COUNTERS, &rings[queue]) < 0)
			return NULL;
	}
	return TAKE_PTR(array);
}

/* Who has it, and what it has given itself there. Without a netdev, and of the owner for a VF that
 * is in the PF's namespace: null. */
static int add_owner(json_t *object, const struct svf_vf_info *vf)
{
	const bool there = vf->netdev[0], away = there && vf->nsid != SVF_NSID_SELF;
	char text[SVF_OWNER_TEXT_MAX] = "", mac[SVF_MAC_TEXT_MAX] = "";

	if (there)
		svf_mac_format(mac, vf->netdev_mac);
	if (away)
		svf_owner_format(text, &vf->owner, vf->nsid);
	svf_cleanup(json) json_t *more = json_pack(
		"{s:o, s:o, s:o, s:o, s:o, s:o}", "netdev_address", text_or_null(mac), "netdev_mtu",
		there ? json_integer(vf->netdev_mtu) : json_null(), "netns",
		text_or_null(away ? vf->owner.name : ""), "netns_inode",
		away && vf->owner.inode ? json_integer((json_int_t)vf->owner.inode) : json_null(),
		"owner", text_or_null(text), "owner_pid", pid_or_null(away ? vf->owner.pid : 0));
	return more ? json_object_update(object, more) : -1;
}

/* In percent, of the fullest of its rings; null without an agent. */
static json_t *make_fill(const struct svf_pf_info *info, const struct svf_vf_info *vf)
{
	if (!vf->rings || !info->agent_alive)
		return json_null();
	return json_pack("{s:i, s:i}", "rx", (int)svf_fill_percent(vf->fill.rx), "tx",
			 (int)svf_fill_percent(vf->fill.tx));
}

static json_t *make_vf_svf(const struct svf_pf_info *info, const struct svf_vf_info *vf)
{
	const bool there = vf->netdev[0];

	svf_cleanup(json) json_t *object = json_pack(
		"{s:i, s:o, s:o, s:o, s:b, s:b, s:o, s:o, s:s, s:o, s:o, s:o, s:o, s:o, s:b, s:o, s:s}",
		"rid", (int)vf->vf, "netdev", text_or_null(vf->netdev), "netdev_ifindex",
		there ? json_integer(vf->netdev_ifindex) : json_null(), "netnsid",
		there && vf->nsid != SVF_NSID_SELF ? json_integer(vf->nsid) : json_null(), "up",
		vf->netdev_up, "carrier", vf->netdev_carrier, "representor",
		text_or_null(vf->representor), "ring_port", text_or_null(vf->ring_port), "lane",
		svf_lane_name(vf->config.lane), "rings",
		make_rings(vf->rings, info->state.args.queues), "ring_fill", make_fill(info, vf),
		"verdicts", make_verdicts(vf->stats), "drops", make_drops(vf->drops), "losses",
		make_losses(info, vf), "mcast_flood", vf->mcast_flood, "dup", make_dups(vf),
		"isolation_effective",
		svf_isolation_name(svf_isolation_of(&vf->config, &info->policy)));

	if (!object || add_owner(object, vf) < 0 || svf_attributes_add_vf(object, &vf->config) < 0)
		return NULL;
	return TAKE_PTR(object);
}

static json_t *make_stats(const struct svf_pf_info *info, const struct svf_vf_info *vf)
{
	const struct svf_stats *rx = &vf->stats[SVF_DIRECTION_RX];
	const struct svf_stats *tx = &vf->stats[SVF_DIRECTION_TX];

	return json_pack("{s:{s:I, s:I, s:I, s:I, s:I}, s:{s:I, s:I, s:I}}", "rx", "bytes",
			 (json_int_t)rx->bytes, "packets", (json_int_t)rx->packets, "multicast",
			 (json_int_t)rx->multicast, "broadcast", (json_int_t)rx->broadcast,
			 "dropped", (json_int_t)svf_vf_dropped(info, vf, SVF_DIRECTION_RX), "tx",
			 "tx_bytes", (json_int_t)tx->bytes, "tx_packets", (json_int_t)tx->packets,
			 "dropped", (json_int_t)svf_vf_dropped(info, vf, SVF_DIRECTION_TX));
}

static json_t *make_vf(const struct svf_pf_info *info, const struct svf_vf_info *vf,
		       const struct svf_show_options *options, bool ours)
{
	char mac[SVF_MAC_TEXT_MAX];

	svf_mac_format(mac, vf->config.mac);
	svf_cleanup(json) json_t *object =
		json_pack("{s:i, s:s, s:s, s:s}", "vf", (int)vf->vf, "link_type", "ether",
			  "address", mac, "broadcast", "ff:ff:ff:ff:ff:ff");
	if (!object || svf_attributes_add_ip(object, &vf->config) < 0 ||
	    (options->stats && json_object_set_new(object, "stats", make_stats(info, vf)) < 0) ||
	    (ours && json_object_set_new(object, "svf", make_vf_svf(info, vf)) < 0))
		return NULL;
	return TAKE_PTR(object);
}

json_t *svf_show_json_vfs(const struct svf_pf_info *info, const struct svf_show_options *options,
			  bool ours)
{
	svf_cleanup(json) json_t *array = json_array();

	if (!array)
		return NULL;
	for (unsigned int i = 0; i < info->n_vfs; i++) {
		const struct svf_vf_info *vf = &info->vfs[i];

		if (options->vf != SVF_SHOW_ALL_VFS && (unsigned int)options->vf != vf->vf)
			continue;
		if (json_array_append_new(array, make_vf(info, vf, options, ours)) < 0)
			return NULL;
	}
	return TAKE_PTR(array);
}

static json_t *make_changes(const struct svf_pf_info *info)
{
	const char *names[SVF_CHANGES_MAX];
	unsigned int n = svf_change_names(&info->state.before, names);
	svf_cleanup(json) json_t *array = json_array();

	if (!array)
		return NULL;
	for (unsigned int i = 0; i < n; i++)
		if (json_array_append_new(array, json_string(names[i])) < 0)
			return NULL;
	return TAKE_PTR(array);
}

static json_t *make_agent(const struct svf_pf_info *info)
{
	return json_pack("{s:o, s:b, s:i}", "pid", pid_or_null(info->agent_pid), "alive",
			 info->agent_alive, "starts", (int)info->agent_starts);
}

static json_t *make_pf_svf(const struct svf_pf_info *info)
{
	const struct svf_state *state = &info->state;
	const struct svf_up_args *args = &state->args;

	svf_cleanup(json) json_t *object = json_pack(
		"{s:s, s:i, s:b, s:s, s:s, s:b, s:i, s:i, s:i, s:i, s:i, s:b, s:o, s:{s:o}, s:i, "
		"s:o, s:o, s:o, s:{s:o, s:o}}",
		"pf", info->name, "abi", SVF_ABI_VERSION, "complete", state->complete, "lane",
		svf_lane_name(args->lane), "xdp_mode", info->xdp_mode, "zero_copy", info->zero_copy,
		"queues", (int)args->queues, "ring_size", (int)args->ring_size, "frame_size",
		(int)state->frame_size, "max_vfs", (int)args->max_vfs, "mtu", (int)info->mtu,
		"carrier", info->carrier, "agent", make_agent(info), "daemon", "pid",
		pid_or_null(info->daemon_pid), "unicast_filters", (int)state->n_filters, "changed",
		make_changes(info), "verdicts", make_verdicts(info->stats), "drops",
		make_drops(info->drops), "wire", "verdicts", make_verdicts(info->wire_stats),
		"drops", make_drops(info->wire_drops));

	if (!object || svf_attributes_add_pf(object, &info->policy) < 0)
		return NULL;
	return TAKE_PTR(object);
}

/* ip's array has one object that is not empty. */
static json_t *find_link(const json_t *links)
{
	size_t i;
	json_t *link;

	json_array_foreach (links, i, link)
		if (json_object_size(link) > 0)
			return link;
	return NULL;
}

json_t *svf_show_json(const struct svf_pf_info *info, const struct svf_show_options *options)
{
	svf_cleanup(json) json_t *links = svf_ip_parse(info->ip);
	json_t *link = find_link(links);

	if (!link)
		return NULL;
	svf_cleanup(json) json_t *object =
		svf_ip_merge_object(link, svf_show_json_vfs(info, options, true));
	if (!object ||
	    json_object_set_new(object, "num_vf", json_integer((json_int_t)info->n_vfs)) < 0 ||
	    json_object_set_new(object, "svf", make_pf_svf(info)) < 0)
		return NULL;
	return TAKE_PTR(object);
}
