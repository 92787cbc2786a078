// SPDX-License-Identifier: GPL-2.0-only
/*
 * Random worlds and frames (random.h).
 */
#include "random.h"

#include <string.h>

#include "frame.h"

#define SHORTEST   16 /* without tags */
#define LONGEST	   700
#define MTU_LESS   300
#define N_WITH_XSK 3 /* VFs with a socket on queue 0 */

/* xorshift64* */
uint32_t random_below(struct random *random, uint32_t n)
{
	random->state ^= random->state >> 12;
	random->state ^= random->state << 25;
	random->state ^= random->state >> 27;
	return (uint32_t)((random->state * 0x2545f4914f6cdd1dULL) >> 32) % n;
}

bool random_one_in(struct random *random, uint32_t n)
{
	return !random_below(random, n);
}

static void set_bit(__u64 *words, unsigned int bit)
{
	words[bit / 64] |= 1ULL << bit % 64;
}

/* No VLAN (2 in 8), VST of two VLANs, 802.1ad VST, trunks. */
static void choose_vlans(struct random *random, struct svf_vf_config *config)
{
	const uint32_t kind = random_below(random, 8);

	config->vlan = 0;
	config->qos = random_one_in(random, 3) ? (__u8)(1 + random_below(random, 7)) : 0;
	if (kind == 2 || kind == 3 || kind == 4)
		config->vlan = kind == 3 ? 200 : 100;
	if (kind == 4)
		config->vlan_proto = ETH_P_8021AD;
	if (kind < 5)
		return;
	config->has_trunk = 1;
	config->qos = 0;
	if (kind != 5) {
		set_bit(config->trunk, 100);
		set_bit(config->trunk, 200);
	}
	if (kind != 6)
		set_bit(config->trunk_8021ad, 100);
}

static void choose_macs(struct random *random, struct svf_vf_config *config)
{
	static const enum svf_address pool[] = { ADDR_EXTRA, ADDR_EXTRA2, ADDR_STALE };

	for (size_t i = 0; i < sizeof(pool) / sizeof(pool[0]); i++) {
		if (random_one_in(random, 4))
			memcpy(config->macs[config->n_macs++], svf_address_get(pool[i]), ETH_ALEN);
	}
}

static void choose_rights(struct random *random, struct svf_vf_config *config)
{
	config->spoofchk = !random_one_in(random, 5);
	config->trust =
		random_one_in(random, 3) ? (__u8)random_below(random, SVF_TRUST_ALL + 1) : 0;
	config->bcast = !random_one_in(random, 5);
	config->untagged = !random_one_in(random, 5);
	config->host_access = !random_one_in(random, 5);
	config->allmulti = random_one_in(random, 4);
	config->shaped = random_one_in(random, 4);
	config->mtu = random_one_in(random, 5) ? MTU_LESS : config->mtu;
	if (random_one_in(random, 8))
		config->promisc = SVF_PROMISC_ALL;
	else if (random_one_in(random, 4))
		config->promisc = SVF_PROMISC_UNMATCHED;
	if (random_one_in(random, 2))
		config->isolation = (__u8)random_below(random, SVF_N_ISOLATIONS);
	if (random_one_in(random, 8))
		config->link_state = (__u8)random_below(random, SVF_N_LINK_STATES);
#define SVF_X(name, field, help) config->allow_##field = random_one_in(random, 6);
	SVF_PROTOS(SVF_X)
#undef SVF_X
}

static void choose_groups(struct random *random, struct world_setup *setup, __u16 vf)
{
	static const enum svf_address pool[] = { ADDR_GROUP, ADDR_LLDP, ADDR_BRIDGES, ADDR_BEYOND,
						 ADDR_LAST,  ADDR_MVRP, ADDR_ZERO };

	for (size_t i = 0; i < sizeof(pool) / sizeof(pool[0]); i++) {
		struct svf_mcast_key *key = &setup->groups[setup->n_groups];

		if (!random_one_in(random, 5))
			continue;
		memcpy(key->mac, svf_address_get(pool[i]), ETH_ALEN);
		key->vf = vf;
		setup->n_groups++;
	}
}

void random_setup(struct random *random, const struct world *world, struct world_setup *ret_setup,
		  unsigned int *ret_flags)
{
	*ret_flags = random_one_in(random, 2) ? WORLD_AGENT : 0;
	(void)world_setup_init(ret_setup, world, *ret_flags, NULL);
	for (__u16 vf = 0; vf < WORLD_N_VFS; vf++) {
		struct svf_vf_config *config = &ret_setup->vfs[vf];

		choose_vlans(random, config);
		choose_macs(random, config);
		choose_rights(random, config);
		choose_groups(random, ret_setup, vf);
		config->lane =
			vf < N_WITH_XSK && random_one_in(random, 2) ? SVF_LANE_AFXDP : SVF_LANE_TC;
		ret_setup->busy[vf] = random_one_in(random, 8);
		if (ret_setup->busy[vf]) { /* one of them, or none, and not the others' */
			config->storm = random_one_in(random, 2);
			config->max_tx_pps = random_one_in(random, 4);
			config->max_rx_pps = random_one_in(random, 2);
		}
	}
	ret_setup->busy[WORLD_N_VFS] = random_one_in(random, 10);
	ret_setup->policy.storm = ret_setup->busy[WORLD_N_VFS];
	ret_setup->policy.shape_all = random_one_in(random, 8);
	if (random_one_in(random, 3))
		ret_setup->policy.isolation = (__u8)(1 + random_below(random, 3));
	ret_setup->pf.carrier = !random_one_in(random, 10);
	if (random_one_in(random, 8))
		ret_setup->pf.mtu = MTU_LESS;
	world_setup_derive(ret_setup);
}

static void any_mac(struct random *random, uint8_t mac[ETH_ALEN])
{
	memcpy(mac, svf_address_get(random_below(random, N_ADDRESSES)), ETH_ALEN);
	if (random_one_in(random, 8)) /* nearly one of them */
		mac[random_below(random, ETH_ALEN)] ^= (uint8_t)(1U << random_below(random, 8));
}

static void choose_addresses(struct random *random, const struct world_setup *setup,
			     unsigned int from, struct oracle_frame *frame)
{
	any_mac(random, frame->dst);
	any_mac(random, frame->src);
	if (from < WORLD_N_VFS && !random_one_in(random, 5)) {
		const struct svf_vf_config *config = &setup->vfs[from];
		uint32_t i = random_below(random, config->n_macs + 1U);

		memcpy(frame->src, i ? config->macs[i - 1] : config->mac, ETH_ALEN);
	}
}

static void choose_tags(struct random *random, struct oracle_frame *frame)
{
	static const uint16_t tpids[] = { 0x8100, 0x8100, 0x8100, 0x8100, 0x8100,
					  0x88a8, 0x88a8, 0x9100, 0x9200, 0x9300 };
	static const uint16_t vids[] = { 0, 0, 100, 100, 100, 200, 200, 7, 4094, 4095 };
	static const uint8_t depths[] = { 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 2, 2, 2, 3, 4, 5, 6 };

	frame->n_tags = depths[random_below(random, sizeof(depths))];
	for (size_t i = 0; i < frame->n_tags; i++) {
		frame->tags[i].tpid = tpids[random_below(random, 10)];
		frame->tags[i].tci = vids[random_below(random, 10)];
		if (random_one_in(random, 3))
			frame->tags[i].tci |= (uint16_t)(random_below(random, 8) << 13);
	}
}

/* Such as the VF may send. */
static void choose_legal_tags(struct random *random, const struct svf_vf_config *config,
			      struct oracle_frame *frame)
{
	const bool is_802_1ad = config->has_trunk ? config->trunk_8021ad[1] && !config->trunk[1]
						  : config->vlan_proto == ETH_P_8021AD;

	frame->n_tags = 0;
	if (config->has_trunk && !(config->untagged && random_one_in(random, 3)))
		frame->tags[frame->n_tags++] =
			(struct oracle_tag){ is_802_1ad ? 0x88a8 : 0x8100, 100 };
	while (is_802_1ad && frame->n_tags < 3 && random_one_in(random, 2))
		frame->tags[frame->n_tags++] = (struct oracle_tag){ 0x8100, 7 };
	if (!frame->n_tags && random_one_in(random, 4))
		frame->tags[frame->n_tags++] = (struct oracle_tag){ 0x8100, 0 };
}

void random_frame(struct random *random, const struct world_setup *setup, unsigned int from,
		  struct oracle_frame *ret_frame)
{
	static const uint16_t types[] = { 0x88b5, 0x88b5, 0x88b5, 0x88b5, 0x0800, 0x86dd,
					  0x88cc, 0x8809, 0x8808, 0x888e, 0x88cd, 0x0026 };

	*ret_frame = (struct oracle_frame){ .type = types[random_below(random, 12)] };
	choose_addresses(random, setup, from, ret_frame);
	choose_tags(random, ret_frame);
	if (from < WORLD_N_VFS && random_one_in(random, 2))
		choose_legal_tags(random, &setup->vfs[from], ret_frame);
	ret_frame->len = SHORTEST + 4 * ret_frame->n_tags;
	ret_frame->len +=
		random_one_in(random, 2) ? random_below(random, 64) : random_below(random, LONGEST);
	if (random_one_in(random, 10)) /* at the limit */
		ret_frame->len =
			ETH_HLEN + MTU_LESS + 4 * random_below(random, 3) + random_below(random, 2);
}
