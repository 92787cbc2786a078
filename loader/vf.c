// SPDX-License-Identifier: GPL-2.0-only
/*
 * One VF's netdevs. Order matters: a netdev is made down, muted, gets its programs and only
 * then comes up, so that the host's stack never speaks through it.
 */
#include "vf.h"

#include <errno.h>
#include <string.h>

#include "attribute.h"
#include "ringport.h"
#include "tc.h"

/*
 * What each queue of the ring port may hold for the agent. One can be a superframe of 64 KiB, and
 * nothing bounds a tenant whose frames wait there (while the PF has no carrier, or the agent hangs)
 * but this: 128 are 8 MiB.
 *
 * Without the engines the kernel cuts first, and one is a frame: 1,000 are about 2.3 MB. A TCP
 * sender puts 45 of them in at once for each superframe and shorter queues lose the tail: 6 s of
 * TCP out of a VF, twice each in turn, retransmitted 30,000-114,000 frames with 64, 3,000-5,000
 * with 512 and 500-1,100 with 1,000. The rates of those runs scattered too widely to compare.
 */
#define RING_PORT_TXQLEN_SUPERFRAMES 128
#define RING_PORT_TXQLEN	     1000

static int add_altname(struct svf_nl *nl, int ifindex, const struct svf_name *name,
		       struct svf_errmsg *err)
{
	return name->hashed ? svf_link_add_altname(nl, ifindex, name->long_name, err) : 0;
}

struct svf_vf_spec svf_vf_spec(const struct svf_state *state, const char *label, unsigned int vf)
{
	return (struct svf_vf_spec){
		.pf = state->pf,
		.pf_label = label,
		.vf = vf,
		.queues = state->args.queues,
		.ring_port = state->args.lane == SVF_LANE_AFXDP,
		.superframes = !state->args.engines_off,
	};
}

static int create_pair(struct svf_nl *nl, const struct svf_vf_spec *spec, const char *alias,
		       struct svf_link *ret_representor, struct svf_errmsg *err)
{
	struct svf_name netdev, representor;
	struct svf_link_pair_spec pair = {
		.near_name = representor.name,
		.far_name = netdev.name,
		.near_alias = alias,
		.far_alias = alias,
		.far_mac = spec->mac,
		.mtu = spec->mtu,
		.queues = spec->queues,
	};
	int r;

	svf_name_format(&netdev, spec->pf, SVF_NAME_VF, spec->vf);
	svf_name_format(&representor, spec->pf, SVF_NAME_REPRESENTOR, spec->vf);
	r = svf_link_add_pair(nl, &pair, err);
	if (!r)
		r = svf_link_get_by_name(nl, representor.name, ret_representor, err);
	if (!r)
		r = svf_link_mute(nl, ret_representor, err);
	if (!r) /* What is too long the sorter is to see and count: a veth end drops it unnamed. */
		r = svf_link_set_mtu(nl, SVF_NSID_SELF, ret_representor->ifindex, ETH_MAX_MTU, err);
	if (!r)
		r = add_altname(nl, ret_representor->ifindex, &representor, err);
	if (!r)
		r = add_altname(nl, ret_representor->peer_ifindex, &netdev, err);
	return r;
}

static int create_ring_port(struct svf_nl *nl, const struct svf_vf_spec *spec, const char *alias,
			    int *ret_ifindex, struct svf_errmsg *err)
{
	struct svf_link link = {};
	struct svf_name name;
	int r;

	svf_name_format(&name, spec->pf, SVF_NAME_RING_PORT, spec->vf);
	r = svf_ringport_new(nl, name.name, alias, spec->queues, &link.ifindex, err);
	if (r < 0)
		return r;
	(void)snprintf(link.name, sizeof(link.name), "%s", name.name);
	r = svf_link_mute(nl, &link, err);
	if (!r) /* its own ring queues; a qdisc per tap queue (256 of them) costs 3 MB a VF */
		r = svf_tc_set_noqueue(nl, name.name, link.ifindex, err);
	if (!r)
		r = svf_link_set_mtu(nl, SVF_NSID_SELF, link.ifindex, spec->mtu, err);
	if (!r)
		r = svf_link_set_txqlen(
			nl, link.ifindex,
			spec->superframes ? RING_PORT_TXQLEN_SUPERFRAMES : RING_PORT_TXQLEN, err);
	if (!r)
		r = add_altname(nl, link.ifindex, &name, err);
	*ret_ifindex = link.ifindex;
	return r;
}

bool svf_vf_is_half_made(const struct svf_link *link, const char *pf, unsigned int *ret_vf)
{
	return !link->alias[0] && !strcmp(link->kind, "veth") && !(link->flags & IFF_UP) &&
	       link->peer_nsid == SVF_NSID_SELF && svf_name_parse(link->name, pf, ret_vf);
}

static int cannot_make(const struct svf_vf_spec *spec, int r, struct svf_errmsg *err)
{
	return svf_errmsg_set(err, r, "%s: vf %u: cannot make its netdevs: %s", spec->pf, spec->vf,
			      strerror(-r));
}

int svf_vf_create_pair(struct svf_nl *nl, const struct svf_vf_spec *spec,
		       struct svf_vf_config *config, struct svf_errmsg *err)
{
	struct svf_link representor = {};
	char alias[SVF_ALIAS_MAX];
	int r;

	svf_alias_format(alias, spec->pf_label, spec->vf, config->generation);
	r = create_pair(nl, spec, alias, &representor, err);
	if (r < 0 && representor.ifindex) /* no half of one */
		(void)svf_link_del(nl, representor.ifindex, NULL);
	if (r < 0)
		return cannot_make(spec, r, err);
	config->representor = (uint32_t)representor.ifindex;
	return 0;
}

int svf_vf_create_ring_port(struct svf_nl *nl, const struct svf_vf_spec *spec,
			    struct svf_vf_config *config, struct svf_errmsg *err)
{
	char alias[SVF_ALIAS_MAX];
	int ring_port, r;

	svf_alias_format(alias, spec->pf_label, spec->vf, config->generation);
	r = create_ring_port(nl, spec, alias, &ring_port, err);
	if (r < 0)
		return cannot_make(spec, r, err);
	config->ring_port = (uint32_t)ring_port;
	return 0;
}

int svf_vf_create(struct svf_nl *nl, const struct svf_vf_spec *spec,
		  struct svf_vf_config *ret_config, struct svf_errmsg *err)
{
	struct svf_vf_config config = {
		.lane = spec->ring_port ? SVF_LANE_AFXDP : SVF_LANE_TC,
		.generation = 1,
	};
	int r;

	svf_attributes_reset_vf(&config, spec->mtu);
	r = svf_vf_create_pair(nl, spec, &config, err);
	if (!r && spec->ring_port)
		r = svf_vf_create_ring_port(nl, spec, &config, err);
	if (r < 0)
		return r;
	memcpy(config.mac, spec->mac, ETH_ALEN);
	*ret_config = config;
	return 0;
}

bool svf_vf_has_link(const struct svf_vf_config *config, bool carrier)
{
	return config->link_state == SVF_LINK_STATE_ENABLE ||
	       (config->link_state == SVF_LINK_STATE_AUTO && carrier);
}

int svf_vf_publish(const struct svf_sorter *sorter, const char *pf, unsigned int vf,
		   const struct svf_vf_config *config, struct svf_errmsg *err)
{
	int r = svf_sorter_set_vf(sorter, vf, config);

	if (!r)
		r = svf_sorter_add_fdb(sorter, config->mac, svf_home_vlan(config), vf);
	if (!r)
		r = svf_sorter_add_port(sorter, config->representor, vf, SVF_ROLE_REPRESENTOR);
	if (!r && config->ring_port)
		r = svf_sorter_add_port(sorter, config->ring_port, vf, SVF_ROLE_RING_PORT);
	if (r < 0)
		return svf_errmsg_set(err, r, "%s: vf %u: cannot fill the sorter's maps: %s", pf,
				      vf, strerror(-r));
	return 0;
}

static int attach(struct svf_nl *nl, const struct svf_sorter *sorter, const char *name, int ifindex,
		  enum svf_tc_direction direction, enum svf_program program, struct svf_errmsg *err)
{
	return svf_tc_attach(nl, name, ifindex, direction, svf_sorter_program_fd(sorter, program),
			     svf_program_name(program), err);
}

static int attach_port(struct svf_nl *nl, const struct svf_sorter *sorter, const char *name,
		       int ifindex, enum svf_role role, struct svf_errmsg *err)
{
	bool made;
	int r = svf_tc_add_clsact(nl, name, ifindex, &made, err);

	if (!r && role == SVF_ROLE_REPRESENTOR)
		r = attach(nl, sorter, name, ifindex, SVF_TC_INGRESS, SVF_PROGRAM_PORT_TC, err);
	if (!r && role == SVF_ROLE_RING_PORT)
		r = attach(nl, sorter, name, ifindex, SVF_TC_INGRESS, SVF_PROGRAM_RING_TC, err);
	if (!r && role == SVF_ROLE_RING_PORT)
		r = attach(nl, sorter, name, ifindex, SVF_TC_EGRESS, SVF_PROGRAM_OUT_TC, err);
	return r;
}

static int set_up(struct svf_nl *nl, int ifindex, struct svf_errmsg *err)
{
	return svf_link_set_flags(nl, SVF_NSID_SELF, ifindex, IFF_UP, IFF_UP, err);
}

int svf_vf_attach(struct svf_nl *nl, const struct svf_sorter *sorter, const char *pf,
		  unsigned int vf, const struct svf_vf_config *config, struct svf_errmsg *err)
{
	struct svf_name name;
	int r;

	svf_name_format(&name, pf, SVF_NAME_REPRESENTOR, vf);
	r = attach_port(nl, sorter, name.name, config->representor, SVF_ROLE_REPRESENTOR, err);
	if (!r && config->ring_port) {
		svf_name_format(&name, pf, SVF_NAME_RING_PORT, vf);
		r = attach_port(nl, sorter, name.name, config->ring_port, SVF_ROLE_RING_PORT, err);
		if (!r)
			r = set_up(nl, config->ring_port, err);
	}
	if (r < 0)
		return svf_errmsg_set(err, r, "%s: vf %u: cannot attach the sorter: %s", pf, vf,
				      strerror(-r));
	return 0;
}

int svf_vf_link_up(struct svf_nl *nl, const char *pf, unsigned int vf,
		   const struct svf_vf_config *config, bool carrier, struct svf_errmsg *err)
{
	int r = svf_vf_has_link(config, carrier) ? set_up(nl, config->representor, err) : 0;

	return r < 0 ? svf_errmsg_set(err, r, "%s: vf %u: cannot set its link up: %s", pf, vf,
				      strerror(-r))
		     : 0;
}
