// SPDX-License-Identifier: GPL-2.0-only
/*
 * The tables of attributes, and what an attribute's value does to others. ip's attributes stand in
 * the order in which ip prints them.
 */
#include <stddef.h>

#include "attribute.h"

#define FIELD(object, field)                                                                       \
	.offset = offsetof(struct object, field), .size = sizeof(((struct object *)0)->field)

static const char *const link_states[] = {
	[SVF_LINK_STATE_AUTO] = "auto",
	[SVF_LINK_STATE_ENABLE] = "enable",
	[SVF_LINK_STATE_DISABLE] = "disable",
};
_Static_assert(sizeof(link_states) / sizeof(link_states[0]) == SVF_N_LINK_STATES, "all states");

static const char *const isolations[] = {
	[SVF_ISOLATION_INHERIT] = "inherit",
	[SVF_ISOLATION_VEB] = "veb",
	[SVF_ISOLATION_VEPA] = "vepa",
	[SVF_ISOLATION_PRIVATE] = "private",
};
_Static_assert(sizeof(isolations) / sizeof(isolations[0]) == SVF_N_ISOLATIONS, "all isolations");

static const char *const promiscs[] = {
	[SVF_PROMISC_OFF] = "off",
	[SVF_PROMISC_UNMATCHED] = "unmatched",
	[SVF_PROMISC_ALL] = "all",
};
_Static_assert(sizeof(promiscs) / sizeof(promiscs[0]) == SVF_N_PROMISCS, "all of them");

/* --- what a value does to others --- */

static bool given(const struct svf_attribute_input *in, enum svf_vf_attribute attribute)
{
	return in->given & 1ULL << attribute;
}

/* As ip: qos and proto are parts of the VLAN and do not outlive it. */
static int reset_tag(const struct svf_attribute *attribute, struct svf_attribute_input *in,
		     void *object)
{
	struct svf_vf_config *config = object;

	(void)attribute;
	if (!given(in, SVF_VF_ATTRIBUTE_QOS))
		config->qos = 0;
	if (!given(in, SVF_VF_ATTRIBUTE_PROTO))
		config->vlan_proto = ETH_P_8021Q;
	return 0;
}

static int agree_tx_rate(const struct svf_attribute *attribute, struct svf_attribute_input *in,
			 void *object)
{
	const struct svf_vf_config *config = object;

	(void)attribute;
	return svf_attribute_agree(in, &in->tx_rate, config->max_tx_rate, "rate", "max_tx_rate");
}

static int agree_untagged(const struct svf_attribute *attribute, struct svf_attribute_input *in,
			  void *object)
{
	const struct svf_vf_config *config = object;

	(void)attribute;
	return svf_attribute_agree(in, &in->untagged, config->untagged, "trunk 0", "untagged");
}

/* --- what it comes to --- */

enum svf_isolation svf_isolation_of(const struct svf_vf_config *config,
				    const struct svf_policy *policy)
{
	return (enum svf_isolation)(config->isolation == SVF_ISOLATION_INHERIT ? policy->isolation
									       : config->isolation);
}

const char *svf_attribute_promisc_name(unsigned int promisc)
{
	return promisc < SVF_N_PROMISCS ? promiscs[promisc] : "unknown";
}

const char *svf_isolation_name(unsigned int isolation)
{
	return isolation < SVF_N_ISOLATIONS ? isolations[isolation] : "unknown";
}

static const char *note_isolation(const struct svf_vf_config *config,
				  const struct svf_policy *policy)
{
	if (config->isolation != SVF_ISOLATION_INHERIT)
		return NULL;
	return svf_isolation_name(svf_isolation_of(config, policy));
}

static const char *note_query_rss(const struct svf_vf_config *config,
				  const struct svf_policy *policy)
{
	(void)config;
	(void)policy;
	return "no effect";
}

/* --- the tables --- */

#define GUID "an InfiniBand attribute, an Ethernet VF has none"

const struct svf_attribute svf_vf_attributes[] = {
	[SVF_VF_ATTRIBUTE_MAC] = {
		.word = "mac",
		.syntax = "LLADDR",
		.help = "address of the VF and its netdev; 0: the one it had at first",
		.kind = &svf_kind_mac,
		.offset = offsetof(struct svf_vf_config, mac),
		.place = SVF_ATTRIBUTE_NOWHERE,
	},
	[SVF_VF_ATTRIBUTE_VLAN] = {
		.word = "vlan",
		.syntax = "VID",
		.help = "VLAN that the VF is in without knowing, 0: none",
		.kind = &svf_kind_number,
		FIELD(svf_vf_config, vlan),
		.max = SVF_VLAN_MAX,
		.after = reset_tag,
		.place = SVF_ATTRIBUTE_IP,
		.line = "vlan ",
		.group = "vlan_list",
	},
	[SVF_VF_ATTRIBUTE_QOS] = {
		.word = "qos",
		.syntax = "Q",
		.help = "priority in its tag; with vlan 0 in a priority tag",
		.kind = &svf_kind_number,
		FIELD(svf_vf_config, qos),
		.max = SVF_QOS_MAX,
		.needs = "vlan",
		.place = SVF_ATTRIBUTE_IP,
		.line = "qos ",
		.group = "vlan_list",
	},
	[SVF_VF_ATTRIBUTE_PROTO] = {
		.word = "proto",
		.syntax = "{802.1Q|802.1ad}",
		.help = "its tag's protocol; within 802.1ad its own 802.1Q tags stay",
		.kind = &svf_kind_vlan_proto,
		FIELD(svf_vf_config, vlan_proto),
		.needs = "vlan",
		.check = svf_attribute_check_proto,
		.place = SVF_ATTRIBUTE_IP,
		.line = "vlan protocol ",
		.key = "protocol",
		.group = "vlan_list",
	},
	[SVF_VF_ATTRIBUTE_RATE] = {
		.word = "rate",
		.syntax = "R",
		.help = "the same as max_tx_rate",
		.kind = &svf_kind_rate,
		FIELD(svf_vf_config, max_tx_rate),
		.max = SVF_RATE_MAX,
		.after = agree_tx_rate,
		.place = SVF_ATTRIBUTE_IP,
		.line = "tx rate ",
		.unit = " (Mbps)",
		.key = "tx_rate",
	},
	[SVF_VF_ATTRIBUTE_MAX_TX_RATE] = {
		.word = "max_tx_rate",
		.syntax = "R",
		.help = "most it may send, Mbit/s; 0: no limit",
		.kind = &svf_kind_rate,
		FIELD(svf_vf_config, max_tx_rate),
		.max = SVF_RATE_MAX,
		.after = agree_tx_rate,
		.place = SVF_ATTRIBUTE_IP,
		.line = "max_tx_rate ",
		.unit = "Mbps",
		.key = "max_tx",
		.group = "rate",
		.key_always = true,
	},
	[SVF_VF_ATTRIBUTE_MIN_TX_RATE] = {
		.word = "min_tx_rate",
		.syntax = "R",
		.help = "what it can always send, Mbit/s; 0: no guarantee",
		.kind = &svf_kind_rate,
		FIELD(svf_vf_config, min_tx_rate),
		.max = SVF_RATE_MAX,
		.check = svf_attribute_check_min_tx_rate,
		.place = SVF_ATTRIBUTE_IP,
		.line = "min_tx_rate ",
		.unit = "Mbps",
		.key = "min_tx",
		.group = "rate",
		.key_always = true,
	},
	[SVF_VF_ATTRIBUTE_SPOOFCHK] = {
		.word = "spoofchk",
		.help = "drop what it sends from addresses that are not its own",
		.kind = &svf_kind_flag,
		FIELD(svf_vf_config, spoofchk),
		.place = SVF_ATTRIBUTE_IP,
		.line = "spoof checking ",
	},
	[SVF_VF_ATTRIBUTE_STATE] = {
		.word = "state",
		.help = "its link: as the PF's, up, or down",
		.kind = &svf_kind_choice,
		FIELD(svf_vf_config, link_state),
		.max = SVF_N_LINK_STATES - 1,
		.choices = link_states,
		.place = SVF_ATTRIBUTE_IP,
		.line = "link-state ",
		.key = "link_state",
	},
	[SVF_VF_ATTRIBUTE_TRUST] = {
		.word = "trust",
		.syntax = "{on|off|LIST}",
		.help = "what it may do by itself: mac,promisc,allmulti,vlan",
		.kind = &svf_kind_trust,
		.place = SVF_ATTRIBUTE_IP,
		.line = "trust ",
	},
	[SVF_VF_ATTRIBUTE_QUERY_RSS] = {
		.word = "query_rss",
		.help = "kept and shown for ip's sake; no effect",
		.kind = &svf_kind_flag,
		FIELD(svf_vf_config, query_rss),
		.place = SVF_ATTRIBUTE_IP,
		.line = "query_rss ",
		.key = "query_rss_en",
		.note = note_query_rss,
	},
	[SVF_VF_ATTRIBUTE_NODE_GUID] = {
		.word = "node_guid",
		.syntax = "EUI64",
		.help = GUID,
		.kind = &svf_kind_refused,
		.place = SVF_ATTRIBUTE_NOWHERE,
	},
	[SVF_VF_ATTRIBUTE_PORT_GUID] = {
		.word = "port_guid",
		.syntax = "EUI64",
		.help = GUID,
		.kind = &svf_kind_refused,
		.place = SVF_ATTRIBUTE_NOWHERE,
	},
	[SVF_VF_ATTRIBUTE_TRUNK] = {
		.word = "trunk",
		.syntax = "{add|rem} VIDS [proto P]",
		.help = "tags it may use: 2,4,10-20 or 10 20; 0: untagged",
		.kind = &svf_kind_trunk,
		.check = svf_attribute_check_trunk,
	},
	[SVF_VF_ATTRIBUTE_UNTAGGED] = {
		.word = "untagged",
		.help = "let it send and get untagged frames",
		.kind = &svf_kind_flag,
		FIELD(svf_vf_config, untagged),
		.after = agree_untagged,
		.check = svf_attribute_check_untagged,
	},
	[SVF_VF_ATTRIBUTE_MAC_LIST] = {
		.word = "mac_list",
		.syntax = "{add|rem} MACS",
		.help = "further addresses of its own: MAC,MAC",
		.kind = &svf_kind_mac_list,
	},
	[SVF_VF_ATTRIBUTE_PROMISC] = {
		.word = "promisc",
		.help = "copies of the wire's unicast: of what nobody owns, or of all",
		.kind = &svf_kind_choice,
		FIELD(svf_vf_config, promisc),
		.max = SVF_N_PROMISCS - 1,
		.choices = promiscs,
		.check = svf_attribute_check_promisc,
	},
	[SVF_VF_ATTRIBUTE_ALLMULTI] = {
		.word = "allmulti",
		.help = "all multicast, whatever groups it joined",
		.kind = &svf_kind_flag,
		FIELD(svf_vf_config, allmulti),
		.check = svf_attribute_check_allmulti,
	},
	[SVF_VF_ATTRIBUTE_BCAST] = {
		.word = "bcast",
		.help = "let it get broadcast",
		.kind = &svf_kind_flag,
		FIELD(svf_vf_config, bcast),
	},
	[SVF_VF_ATTRIBUTE_ISOLATION] = {
		.word = "isolation",
		.help = "to VFs: as the PF's, switched here, by the wire, never",
		.kind = &svf_kind_choice,
		FIELD(svf_vf_config, isolation),
		.max = SVF_N_ISOLATIONS - 1,
		.choices = isolations,
		.note = note_isolation,
	},
	[SVF_VF_ATTRIBUTE_HOST_ACCESS] = {
		.word = "host_access",
		.help = "let VF and host talk to each other",
		.kind = &svf_kind_flag,
		FIELD(svf_vf_config, host_access),
	},
	[SVF_VF_ATTRIBUTE_MAX_RX_RATE] = {
		.word = "max_rx_rate",
		.syntax = "R",
		.help = "most it gets, Mbit/s; 0: no limit",
		.unit = "Mbps",
		.kind = &svf_kind_rate,
		FIELD(svf_vf_config, max_rx_rate),
		.max = SVF_RATE_MAX,
	},
	[SVF_VF_ATTRIBUTE_BURST] = {
		.word = "burst",
		.syntax = "BYTES",
		.help = "what its rates let through at once; 0: chosen by rate",
		.kind = &svf_kind_size,
		FIELD(svf_vf_config, burst),
		.max = SVF_BURST_MAX,
		.check = svf_attribute_check_burst,
	},
	[SVF_VF_ATTRIBUTE_MAX_TX_PPS] = {
		.word = "max_tx_pps",
		.unit = "pps",
		.syntax = "PPS",
		.help = "most it may send, frames/s; 0: no limit",
		.kind = &svf_kind_pps,
		FIELD(svf_vf_config, max_tx_pps),
		.max = SVF_PPS_MAX,
	},
	[SVF_VF_ATTRIBUTE_MAX_RX_PPS] = {
		.word = "max_rx_pps",
		.unit = "pps",
		.syntax = "PPS",
		.help = "most it gets, frames/s; 0: no limit",
		.kind = &svf_kind_pps,
		FIELD(svf_vf_config, max_rx_pps),
		.max = SVF_PPS_MAX,
	},
	[SVF_VF_ATTRIBUTE_STORM] = {
		.word = "storm",
		.unit = "pps",
		.syntax = "PPS",
		.help = "broadcast and multicast it may send, frames/s; 0: no limit",
		.kind = &svf_kind_pps,
		FIELD(svf_vf_config, storm),
		.max = SVF_PPS_MAX,
	},
	[SVF_VF_ATTRIBUTE_ALLOW_PROTO] = {
		.word = "allow_proto",
		.syntax = "{add|rem} PROTOS",
		.help = "control protocols it may speak: lldp,lacp",
		.kind = &svf_kind_protos,
	},
	[SVF_VF_ATTRIBUTE_MTU] = {
		.word = "mtu",
		.syntax = "N",
		.help = "longest packet it may send and get, and its netdev's MTU",
		.kind = &svf_kind_number,
		FIELD(svf_vf_config, mtu),
		.min = SVF_MTU_MIN,
		.max = UINT16_MAX,
	},
};
_Static_assert(sizeof(svf_vf_attributes) / sizeof(svf_vf_attributes[0]) == SVF_N_VF_ATTRIBUTES,
	       "all attributes");

const struct svf_attribute svf_vf_facts[] = {
	{
		.word = "trusts",
		.help = "what it may do by itself",
		.kind = &svf_kind_trusts,
	},
	{
		.word = "registered",
		.help = "VLANs of its own VLAN netdevs (trust vlan)",
		.kind = &svf_kind_registered,
	},
};
_Static_assert(sizeof(svf_vf_facts) / sizeof(svf_vf_facts[0]) == SVF_N_VF_FACTS, "all facts");

const struct svf_attribute svf_pf_attributes[] = {
	[SVF_PF_ATTRIBUTE_RATE] = {
		.word = "rate",
		.syntax = "R",
		.help = "what min_tx_rates are shares of, Mbit/s; 0: the link's speed",
		.unit = "Mbps",
		.kind = &svf_kind_rate,
		FIELD(svf_policy, rate),
		.max = SVF_RATE_MAX,
	},
	[SVF_PF_ATTRIBUTE_ISOLATION] = {
		.word = "isolation",
		.help = "of VFs that inherit it",
		.kind = &svf_kind_choice,
		FIELD(svf_policy, isolation),
		.min = SVF_ISOLATION_VEB,
		.max = SVF_N_ISOLATIONS - 1,
		.choices = &isolations[SVF_ISOLATION_VEB],
	},
	[SVF_PF_ATTRIBUTE_STORM] = {
		.word = "storm",
		.unit = "pps",
		.syntax = "PPS",
		.help = "broadcast and multicast taken from the wire, frames/s; 0: all",
		.kind = &svf_kind_pps,
		FIELD(svf_policy, storm),
		.max = SVF_PPS_MAX,
	},
};
_Static_assert(sizeof(svf_pf_attributes) / sizeof(svf_pf_attributes[0]) == SVF_N_PF_ATTRIBUTES,
	       "all attributes");
