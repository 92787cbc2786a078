/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What must become of a frame, by the rules of docs/policy.md and nothing of the sorter's: plain C
 * over a world's setup. Knows no superframes and no frames cut short within a tag.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/if_ether.h>

#include <svf/abi.h>

#include "world.h"

#define ORACLE_TAGS_MAX 8
#define ORACLE_ENDS_MAX (2 * WORLD_N_VFS + 4)
#define ORACLE_PF	WORLD_N_VFS /* who, besides VFs */
#define ORACLE_WIRE	(WORLD_N_VFS + 1)
#define ORACLE_N_WHO	(WORLD_N_VFS + 2)

struct oracle_tag {
	uint16_t tpid;
	uint16_t tci;
};

struct oracle_frame {
	uint8_t dst[ETH_ALEN];
	uint8_t src[ETH_ALEN];
	struct oracle_tag tags[ORACLE_TAGS_MAX];
	size_t n_tags;
	uint16_t type; /* below them */
	size_t len;    /* all of it */
};

/* A count that must be made. */
struct oracle_end {
	unsigned int who;
	enum svf_direction direction;
	bool is_drop;
	unsigned int what; /* enum svf_drop or enum svf_verdict */
};

/* A netdev that must see the frame. */
struct oracle_sight {
	enum world_netdev dev; /* DEV_PF: the host */
	struct oracle_tag tags[ORACLE_TAGS_MAX];
	size_t n_tags;
};

struct oracle_fate {
	struct oracle_end ends[ORACLE_ENDS_MAX];
	size_t n_ends;
	struct oracle_sight sights[ORACLE_ENDS_MAX];
	size_t n_sights;
	int redirect; /* into this VF's ring; -1: none */
	size_t bytes; /* what it counts for */
};

/* From VF `from`, or ORACLE_PF (the host), or ORACLE_WIRE. */
void oracle_judge(const struct world *world, unsigned int from, const struct oracle_frame *frame,
		  struct oracle_fate *ret_fate);

/* --- between the oracle's files --- */

/* A frame on its way. */
struct oracle_case {
	const struct world *world;
	const struct oracle_frame *frame;
	unsigned int from;
	uint16_t vlan;
	struct oracle_tag tags[ORACLE_TAGS_MAX]; /* as the wire and the host see it */
	size_t n_tags;
	size_t l3_len;
	bool is_control; /* a protocol that its sender is allowed */
	struct oracle_fate *fate;
};

#define ORACLE_OTHER 0xffff /* nobody's VLAN */

/* oracle.c */
bool oracle_is_tag(uint16_t type);
uint16_t oracle_vlan(const struct oracle_frame *frame);
bool oracle_may_use(const struct svf_vf_config *config, uint16_t vlan);
bool oracle_owns(const struct svf_vf_config *config, const uint8_t mac[ETH_ALEN]);
bool oracle_is_up(const struct world *world, const struct svf_vf_config *config);
bool oracle_is_reserved(const uint8_t mac[ETH_ALEN]);
int oracle_control(const struct oracle_frame *frame, size_t depth); /* enum svf_proto or -1 */
bool oracle_allows(const struct svf_vf_config *config, int proto);
void oracle_count(struct oracle_case *c, unsigned int who, enum svf_direction direction,
		  enum svf_verdict verdict);
void oracle_drop(struct oracle_case *c, unsigned int who, enum svf_direction direction,
		 enum svf_drop reason);
void oracle_see(struct oracle_case *c, enum world_netdev dev, bool without_outer_tag);

/* oracle_switch.c */
void oracle_switch(struct oracle_case *c);
