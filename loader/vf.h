/* SPDX-License-Identifier: GPL-2.0-only */
/* The netdevs of one VF: making them, hooking the sorter to them, switching them on. */
#pragma once

#include "link.h"
#include "names.h"
#include "sorter.h"
#include "state.h"

/* Whether a netdev is half of a pair that a command of this PF was making when it was killed: it
 * bears a VF's name and no alias yet. To be asked where a command was cut short. */
bool svf_vf_is_half_made(const struct svf_link *link, const char *pf, unsigned int *ret_vf);

struct svf_vf_spec {
	const char *pf;	      /* PF's name */
	const char *pf_label; /* for aliases: struct svf_paths' label */
	unsigned int vf;
	unsigned int queues; /* of the ring port; the veth pair gets as many */
	bool ring_port;	     /* lane afxdp */
	bool superframes;    /* the agent takes them from the ring port whole (TSO) */
	uint32_t mtu;
	uint8_t mac[ETH_ALEN]; /* of the VF netdev */
};

/* What VF vf of this PF is by what `up` was asked for; MTU and address are the caller's. Names
 * point into state and label. */
struct svf_vf_spec svf_vf_spec(const struct svf_state *state, const char *label, unsigned int vf);

/* Makes VF netdev and representor (and ring port), all down, representor and ring port mute and
 * with an alias that says whose they are. *ret_config gets their ifindexes, MAC and lane; what can
 * be set is as before anything was set.
 */
int svf_vf_create(struct svf_nl *nl, const struct svf_vf_spec *spec,
		  struct svf_vf_config *ret_config, struct svf_errmsg *err);

/* The same of its parts, in place of those that were deleted; config->generation is that of the new
 * ones. Its ifindex goes into the config. */
int svf_vf_create_pair(struct svf_nl *nl, const struct svf_vf_spec *spec,
		       struct svf_vf_config *config, struct svf_errmsg *err);
int svf_vf_create_ring_port(struct svf_nl *nl, const struct svf_vf_spec *spec,
			    struct svf_vf_config *config, struct svf_errmsg *err);

/* Tells the sorter about the VF: configuration, address, ports. Not its VLAN membership. */
int svf_vf_publish(const struct svf_sorter *sorter, const char *pf, unsigned int vf,
		   const struct svf_vf_config *config, struct svf_errmsg *err);

/* Whether the VF has a link, its representor being up, with this carrier of the PF. */
bool svf_vf_has_link(const struct svf_vf_config *config, bool carrier);

/* Attaches the sorter's programs to representor and ring port, and switches on the ring port. The
 * VF netdev stays down, as a hardware VF's does. */
int svf_vf_attach(struct svf_nl *nl, const struct svf_sorter *sorter, const char *pf,
		  unsigned int vf, const struct svf_vf_config *config, struct svf_errmsg *err);

/* Switches the representor on if the VF has a link. */
int svf_vf_link_up(struct svf_nl *nl, const char *pf, unsigned int vf,
		   const struct svf_vf_config *config, bool carrier, struct svf_errmsg *err);
