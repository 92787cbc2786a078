// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the world's maps are to say: as `up` makes six VFs, but for what a row's words change:
 *
 *   1.spoofchk=0 all.isolation=private policy.storm=5 pf.carrier=0
 *
 * A number is a field's value, or one of the names below. Lists: trunk, trunkad (VIDs or ranges),
 * macs (names of addresses), trust (names of SVF_TRUSTS, all); mac, group (joined; ZERO: all
 * groups) are names of addresses; less=1: its mtu is one less; busy=1: the limits of the VF, or of
 * `policy`, on frames a second are used up.
 */
#include "world.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "frame.h"

#define WORDS_MAX     512
#define WORLD_MTU     1500
#define BITS_PER_WORD 64

/* One field of one of the structs. */
struct field {
	const char *name;
	size_t at;
	size_t size;
};

#define FIELD(type, field_name)                                                                    \
	{                                                                                          \
		.name = #field_name, .at = offsetof(struct type, field_name),                      \
		.size = sizeof(((struct type *)0)->field_name)                                     \
	}
#define VF(field)     FIELD(svf_vf_config, field)
#define POLICY(field) FIELD(svf_policy, field)
#define PF(field)     FIELD(svf_pf_config, field)

/* clang-format off */
static const struct field vf_fields[] = {
	VF(storm), VF(max_tx_pps), VF(max_rx_pps), VF(vlan), VF(vlan_proto), VF(mtu), VF(qos),
	VF(lane), VF(link_state), VF(spoofchk), VF(promisc), VF(allmulti), VF(bcast),
	VF(untagged), VF(isolation), VF(host_access), VF(shaped), VF(n_macs),
#define SVF_X(name, field, help) VF(allow_##field),
	SVF_PROTOS(SVF_X)
#undef SVF_X
};
static const struct field policy_fields[] = { POLICY(storm), POLICY(isolation), POLICY(shape_all) };
static const struct field pf_fields[] = { PF(mtu), PF(carrier) };
/* clang-format on */

static const struct {
	const char *name;
	unsigned long value;
} values[] = {
	{ "auto", SVF_LINK_STATE_AUTO },
	{ "enable", SVF_LINK_STATE_ENABLE },
	{ "disable", SVF_LINK_STATE_DISABLE },
	{ "inherit", SVF_ISOLATION_INHERIT },
	{ "veb", SVF_ISOLATION_VEB },
	{ "vepa", SVF_ISOLATION_VEPA },
	{ "private", SVF_ISOLATION_PRIVATE },
	{ "off", SVF_PROMISC_OFF },
	{ "unmatched", SVF_PROMISC_UNMATCHED },
	{ "all", SVF_PROMISC_ALL },
	{ "ad", ETH_P_8021AD },
	{ "tc", SVF_LANE_TC },
	{ "afxdp", SVF_LANE_AFXDP },
};

static const struct {
	const char *name;
	__u8 bits;
} trusts[] = {
#define SVF_X(name, field, help) { #field, 1U << SVF_TRUST_##name },
	SVF_TRUSTS(SVF_X)
#undef SVF_X
		{ "all", SVF_TRUST_ALL },
};

static const enum svf_address vf_addresses[WORLD_N_VFS] = {
	ADDR_VF0, ADDR_VF1, ADDR_VF2, ADDR_VF3, ADDR_TWIN, ADDR_TWIN,
};
static const bool in_vlan[WORLD_N_VFS] = { false, false, true, true, false, true };
static const bool in_afxdp[WORLD_N_VFS] = { true, false, true, false, false, false };

static unsigned long parse_value(const char *text)
{
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		if (!strcmp(values[i].name, text))
			return values[i].value;
	}
	return strtoul(text, NULL, 0);
}

static int set_field(void *of, const struct field *fields, size_t n, const char *name,
		     const char *text)
{
	unsigned long value = parse_value(text);

	for (size_t i = 0; i < n; i++) {
		if (strcmp(fields[i].name, name) != 0)
			continue;
		memcpy((char *)of + fields[i].at, &value, fields[i].size); /* little endian */
		return 0;
	}
	return -EINVAL;
}

static int set_trunk(__u64 trunk[SVF_TRUNK_WORDS], char *list)
{
	char *item, *end;

	while ((item = strsep(&list, ",")) != NULL) {
		unsigned long first = strtoul(item, &end, 0), last = first;

		if (*end == '-')
			last = strtoul(end + 1, NULL, 0);
		if (!first || last > SVF_VLAN_MAX)
			return -EINVAL;
		for (unsigned long vid = first; vid <= last; vid++)
			trunk[vid / BITS_PER_WORD] |= 1ULL << vid % BITS_PER_WORD;
	}
	return 0;
}

static int set_mac(__u8 mac[ETH_ALEN], const char *name)
{
	enum svf_address address = svf_address_find(name);

	if (address == N_ADDRESSES)
		return -EINVAL;
	memcpy(mac, svf_address_get(address), ETH_ALEN);
	return 0;
}

static int set_macs(struct svf_vf_config *config, char *list)
{
	char *item;
	int err = 0;

	while ((item = strsep(&list, ",")) != NULL && !err)
		err = set_mac(config->macs[config->n_macs++], item);
	return err;
}

static int join(struct world_setup *setup, __u16 vf, const char *name)
{
	if (setup->n_groups == WORLD_GROUPS_MAX)
		return -ENOSPC;
	setup->groups[setup->n_groups].vf = vf;
	return set_mac(setup->groups[setup->n_groups++].mac, name);
}

static int set_trust(struct svf_vf_config *config, char *list)
{
	char *item;
	size_t i;

	while ((item = strsep(&list, ",")) != NULL) {
		for (i = 0; i < sizeof(trusts) / sizeof(trusts[0]); i++) {
			if (!strcmp(trusts[i].name, item))
				break;
		}
		if (i == sizeof(trusts) / sizeof(trusts[0]))
			return -EINVAL;
		config->trust |= trusts[i].bits;
	}
	return 0;
}

static int set_vf(struct world_setup *setup, __u16 vf, const char *name, char *text)
{
	struct svf_vf_config *config = &setup->vfs[vf];

	if (!strcmp(name, "trunk") || !strcmp(name, "trunkad")) {
		config->has_trunk = 1;
		config->vlan = 0;
		return set_trunk(name[5] ? config->trunk_8021ad : config->trunk, text);
	}
	if (!strcmp(name, "mac"))
		return set_mac(config->mac, text);
	if (!strcmp(name, "macs"))
		return set_macs(config, text);
	if (!strcmp(name, "group"))
		return join(setup, vf, text);
	if (!strcmp(name, "less")) {
		config->mtu--;
		return 0;
	}
	if (!strcmp(name, "trust"))
		return set_trust(config, text);
	if (!strcmp(name, "busy")) {
		setup->busy[vf] = true;
		return 0;
	}
	return set_field(config, vf_fields, sizeof(vf_fields) / sizeof(vf_fields[0]), name, text);
}

static int set_policy(struct world_setup *setup, const char *name, const char *text)
{
	if (!strcmp(name, "busy")) {
		setup->busy[WORLD_N_VFS] = true;
		return 0;
	}
	return set_field(&setup->policy, policy_fields,
			 sizeof(policy_fields) / sizeof(policy_fields[0]), name, text);
}

static int set_word(struct world_setup *setup, char *word)
{
	char *name = strchr(word, '.'), *value = strchr(word, '=');
	int err = 0;

	if (!name || !value)
		return -EINVAL;
	*name++ = '\0';
	*value++ = '\0';
	if (!strcmp(word, "policy"))
		return set_policy(setup, name, value);
	if (!strcmp(word, "pf"))
		return set_field(&setup->pf, pf_fields, sizeof(pf_fields) / sizeof(pf_fields[0]),
				 name, value);
	if (!strcmp(word, "all")) {
		for (__u16 vf = 0; vf < WORLD_N_VFS && !err; vf++)
			err = set_vf(setup, vf, name, value);
		return err;
	}
	if (word[0] < '0' || word[0] >= '0' + WORLD_N_VFS || word[1])
		return -EINVAL;
	return set_vf(setup, (__u16)(word[0] - '0'), name, value);
}

static int set_words(struct world_setup *setup, const char *words)
{
	char copy[WORDS_MAX] = "", *rest = copy, *word, name[WORDS_MAX];
	int err = 0;

	(void)snprintf(copy, sizeof(copy), "%s", words ? words : "");
	while ((word = strsep(&rest, " ")) != NULL && !err) {
		(void)snprintf(name, sizeof(name), "%s", word);
		if (*word)
			err = set_word(setup, word);
		if (err)
			fprintf(stderr, "# world: what is %s?\n", name);
	}
	return err;
}

static void init_vf(struct svf_vf_config *config, const struct world *world, unsigned int flags,
		    __u32 vf)
{
	*config = (struct svf_vf_config){
		.representor = (__u32)world->ifindex[DEV_R0 + vf],
		.ring_port = (__u32)world->ifindex[DEV_Q0 + vf],
		.vlan = in_vlan[vf] ? WORLD_VLAN : 0,
		.vlan_proto = ETH_P_8021Q,
		.qos = vf == 2 ? WORLD_QOS : 0,
		.lane = in_afxdp[vf] ? SVF_LANE_AFXDP : SVF_LANE_TC,
		.mtu = WORLD_MTU,
		.spoofchk = 1,
		.bcast = 1,
		.untagged = 1,
		.host_access = 1,
	};
	memcpy(config->mac, svf_address_get(vf_addresses[vf]), ETH_ALEN);
	if (vf == 0 && flags & WORLD_NO_RING_PORT)
		config->ring_port = 0;
	if (vf == 0 && flags & WORLD_REUSED_PORT)
		config->representor = config->ring_port = WORLD_NOBODY;
	if (vf == 0 && flags & WORLD_NO_PAIR)
		config->representor = 0;
	if (vf == 1 && flags & WORLD_GONE)
		config->representor = WORLD_NOBODY;
}

void world_setup_derive(struct world_setup *setup)
{
	setup->policy.trunks = 0;
	setup->policy.n_promisc = 0;
	for (__u16 vf = 0; vf < WORLD_N_VFS; vf++) {
		if (setup->vfs[vf].has_trunk)
			setup->policy.trunks++;
		if (setup->vfs[vf].promisc)
			setup->policy.promisc[setup->policy.n_promisc++] = vf;
	}
}

int world_setup_init(struct world_setup *setup, const struct world *world, unsigned int flags,
		     const char *words)
{
	int err = 0;

	*setup = (struct world_setup){
		.policy = { .shaper_near = (__u32)world->ifindex[DEV_NEAR],
			    .shaper_far = (__u32)world->ifindex[DEV_AWAY],
			    .isolation = SVF_ISOLATION_VEB },
		.pf = { .ifindex = (__u32)world->ifindex[DEV_PF],
			.vfs = flags & WORLD_MANY ? WORLD_N_MANY : WORLD_N_VFS,
			.mtu = WORLD_MTU,
			.carrier = 1 },
	};
	if (flags & WORLD_NO_VFS)
		setup->pf.vfs = 0;
	memcpy(setup->pf.mac, svf_address_get(ADDR_PF), ETH_ALEN);
	for (__u16 vf = 0; vf < WORLD_N_VFS && !err; vf++) {
		init_vf(&setup->vfs[vf], world, flags, vf);
		err = join(setup, vf, "MULTICAST");
	}
	if (!err)
		err = set_words(setup, words);
	world_setup_derive(setup);
	return err;
}
