// SPDX-License-Identifier: GPL-2.0-only
/*
 * The rules about a frame itself and about who may send it (oracle.h).
 */
#include "oracle.h"

#include <string.h>

#define VID_MASK    0x0fff
#define PCP_SHIFT   13
#define TAG_LEN	    4
#define TAGS_LOOKED 4 /* more are refused */
#define TAGS_OF_L3  2 /* that count for no MTU */

bool oracle_is_tag(uint16_t type)
{
	return type == 0x8100 || type == 0x88a8 || type == 0x9100 || type == 0x9200 ||
	       type == 0x9300;
}

static bool is_linux_tag(uint16_t type)
{
	return type == 0x8100 || type == 0x88a8;
}

static bool is_group(const uint8_t mac[ETH_ALEN])
{
	return mac[0] & 1;
}

uint16_t oracle_vlan(const struct oracle_frame *frame)
{
	uint16_t vid;

	if (!frame->n_tags)
		return 0;
	vid = frame->tags[0].tci & VID_MASK;
	if (vid == VID_MASK)
		return ORACLE_OTHER;
	switch (frame->tags[0].tpid) {
	case 0x8100:
		return vid || frame->n_tags == 1 ? vid : ORACLE_OTHER;
	case 0x88a8:
		return vid ? 0x1000 | vid : ORACLE_OTHER;
	default:
		return ORACLE_OTHER;
	}
}

static bool has_bit(const __u64 *words, unsigned int bit)
{
	return words[bit / 64] & 1ULL << bit % 64;
}

bool oracle_may_use(const struct svf_vf_config *config, uint16_t vlan)
{
	if (vlan == ORACLE_OTHER)
		return false;
	if (config->has_trunk) {
		if (!vlan)
			return config->untagged;
		return has_bit(vlan & 0x1000 ? config->trunk_8021ad : config->trunk,
			       vlan & VID_MASK);
	}
	if (!config->vlan)
		return !vlan && config->untagged;
	return vlan == (config->vlan_proto == 0x88a8 ? 0x1000 | config->vlan : config->vlan);
}

bool oracle_owns(const struct svf_vf_config *config, const uint8_t mac[ETH_ALEN])
{
	if (!memcmp(config->mac, mac, ETH_ALEN))
		return true;
	for (unsigned int i = 0; i < config->n_macs; i++) {
		if (!memcmp(config->macs[i], mac, ETH_ALEN))
			return true;
	}
	return false;
}

bool oracle_is_up(const struct world *world, const struct svf_vf_config *config)
{
	if (config->link_state == SVF_LINK_STATE_AUTO)
		return world->setup.pf.carrier;
	return config->link_state == SVF_LINK_STATE_ENABLE;
}

bool oracle_is_reserved(const uint8_t mac[ETH_ALEN])
{
	static const uint8_t head[] = { 0x01, 0x80, 0xc2, 0, 0 };

	return !memcmp(mac, head, sizeof(head)) && (mac[5] >> 4 == 0 || mac[5] >> 4 == 2);
}

int oracle_control(const struct oracle_frame *frame, size_t depth)
{
	const uint8_t last = frame->dst[5];
	uint16_t type = frame->n_tags <= depth ? frame->type : 0;

	/* Below more tags than are looked at, or others, nothing is recognised. */
	for (size_t i = 0; i < frame->n_tags; i++) {
		if (!is_linux_tag(frame->tags[i].tpid))
			type = 0;
	}
	if (type == 0x88cc)
		return SVF_PROTO_LLDP;
	if (type == 0x8809)
		return SVF_PROTO_LACP;
	if (type == 0x8808)
		return SVF_PROTO_PAUSE;
	if (type == 0x888e)
		return SVF_PROTO_DOT1X;
	if (!oracle_is_reserved(frame->dst))
		return -1;
	return last == 0 || last == 8 ? SVF_PROTO_STP : SVF_PROTO_RESERVED;
}

bool oracle_allows(const struct svf_vf_config *config, int proto)
{
	const uint8_t allowed[] = {
		[SVF_PROTO_LLDP] = config->allow_lldp,
		[SVF_PROTO_LACP] = config->allow_lacp,
		[SVF_PROTO_STP] = config->allow_stp,
		[SVF_PROTO_PAUSE] = config->allow_pause,
		[SVF_PROTO_DOT1X] = config->allow_dot1x,
		[SVF_PROTO_RESERVED] = config->allow_reserved,
	};

	return proto < 0 || allowed[proto];
}

void oracle_count(struct oracle_case *c, unsigned int who, enum svf_direction direction,
		  enum svf_verdict verdict)
{
	c->fate->ends[c->fate->n_ends++] =
		(struct oracle_end){ .who = who, .direction = direction, .what = verdict };
}

void oracle_drop(struct oracle_case *c, unsigned int who, enum svf_direction direction,
		 enum svf_drop reason)
{
	c->fate->ends[c->fate->n_ends++] = (struct oracle_end){
		.who = who, .direction = direction, .is_drop = true, .what = reason
	};
}

void oracle_see(struct oracle_case *c, enum world_netdev dev, bool without_outer_tag)
{
	struct oracle_sight *sight = &c->fate->sights[c->fate->n_sights++];
	size_t skip = without_outer_tag && c->n_tags ? 1 : 0;

	sight->dev = dev;
	sight->n_tags = c->n_tags - skip;
	memcpy(sight->tags, c->tags + skip, sight->n_tags * sizeof(sight->tags[0]));
}

/* All of the tags from the n-th on are a tenant's C-tags. */
static bool are_c_tags(const struct oracle_frame *frame, size_t first)
{
	for (size_t i = first; i < frame->n_tags; i++) {
		if (frame->tags[i].tpid != 0x8100)
			return false;
	}
	return frame->n_tags <= TAGS_LOOKED;
}

static bool may_send_tags(const struct svf_vf_config *config, const struct oracle_frame *frame)
{
	const uint16_t vlan = oracle_vlan(frame);

	if (config->has_trunk) {
		if (!oracle_may_use(config, vlan))
			return false;
		if (!vlan)
			return true;
		return vlan & 0x1000 ? are_c_tags(frame, 1) : frame->n_tags == 1;
	}
	if (config->vlan && config->vlan_proto == 0x88a8)
		return are_c_tags(frame, 0);
	if (vlan)
		return false;
	return config->vlan || config->untagged;
}

static bool may_send_from(const struct world *world, const struct svf_vf_config *config,
			  const uint8_t mac[ETH_ALEN])
{
	if (config->spoofchk)
		return oracle_owns(config, mac);
	return config->trust & 1U << SVF_TRUST_MAC ||
	       memcmp(mac, world->setup.pf.mac, ETH_ALEN) != 0;
}

/* Why the VF may not send it; SVF_N_DROPS: it may. */
static enum svf_drop judge_sender(const struct oracle_case *c, const struct svf_vf_config *config)
{
	static const uint8_t zero[ETH_ALEN];
	const struct oracle_frame *frame = c->frame;

	if (!oracle_is_up(c->world, config))
		return SVF_DROP_LINK_DOWN;
	if (c->l3_len > config->mtu)
		return SVF_DROP_MTU;
	if (is_group(frame->src) || !memcmp(frame->src, zero, ETH_ALEN))
		return SVF_DROP_MALFORMED;
	if (!may_send_from(c->world, config, frame->src))
		return SVF_DROP_SPOOF_MAC;
	if (!may_send_tags(config, frame))
		return SVF_DROP_SPOOF_VLAN;
	if (!oracle_allows(config, oracle_control(frame, TAGS_LOOKED)))
		return SVF_DROP_CONTROL;
	if (is_group(frame->dst) && config->storm && c->world->setup.busy[c->from])
		return SVF_DROP_STORM;
	if (config->max_tx_pps && c->world->setup.busy[c->from])
		return SVF_DROP_PPS;
	return SVF_N_DROPS;
}

/* The VF's tag goes outside; what it sent with is gone unless it is the tenant's own. */
static void enter_vlan(struct oracle_case *c, const struct svf_vf_config *config)
{
	const bool is_802_1ad = config->vlan && config->vlan_proto == 0x88a8;
	const struct oracle_tag own = {
		.tpid = is_802_1ad ? 0x88a8 : 0x8100,
		.tci = (uint16_t)(config->qos << PCP_SHIFT | config->vlan),
	};

	if (config->has_trunk && c->vlan)
		return;
	c->vlan = is_802_1ad ? 0x1000 | config->vlan : config->vlan;
	if (!is_802_1ad)
		c->n_tags = 0;
	else
		c->fate->bytes = c->frame->len;
	if (!own.tci)
		return;
	memmove(c->tags + 1, c->tags, c->n_tags * sizeof(c->tags[0]));
	c->tags[0] = own;
	c->n_tags++;
}

static size_t len_without(const struct oracle_frame *frame, size_t max_tags)
{
	size_t n = 0;

	while (n < frame->n_tags && n < max_tags && is_linux_tag(frame->tags[n].tpid))
		n++;
	return frame->len - n * TAG_LEN;
}

void oracle_judge(const struct world *world, unsigned int from, const struct oracle_frame *frame,
		  struct oracle_fate *ret_fate)
{
	struct oracle_case c = {
		.world = world,
		.frame = frame,
		.from = from,
		.vlan = oracle_vlan(frame),
		.n_tags = frame->n_tags,
		.l3_len = len_without(frame, TAGS_OF_L3) - ETH_HLEN,
		.fate = ret_fate,
	};
	enum svf_drop reason;

	*ret_fate = (struct oracle_fate){ .redirect = -1, .bytes = len_without(frame, 1) };
	memcpy(c.tags, frame->tags, sizeof(c.tags));
	if (from < WORLD_N_VFS) {
		reason = judge_sender(&c, &world->setup.vfs[from]);
		if (reason != SVF_N_DROPS) {
			oracle_drop(&c, from, SVF_DIRECTION_TX, reason);
			return;
		}
		c.is_control = oracle_control(frame, TAGS_LOOKED) >= 0;
		enter_vlan(&c, &world->setup.vfs[from]);
	}
	oracle_switch(&c);
}
