/* SPDX-License-Identifier: GPL-2.0-only */
/* The sorter's forwarding table as `fdb show` prints it (collected by cmd_fdb.c). */
#pragma once

#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include <jansson.h>
#include <linux/if_ether.h>
#include <svf/abi.h>
#include <svf/cleanup.h>

struct svf_fdb_owner {
	uint16_t vf;
	bool main; /* its own address; else one of its mac_list */
};

/* One address in one VLAN. */
struct svf_fdb_row {
	uint8_t mac[ETH_ALEN];
	uint16_t vlan; /* svf_home_vlan() of the owners */
	bool pf;       /* the PF's own address: in every VLAN, and in no table */
	unsigned int n_owners;
	struct svf_fdb_owner owners[SVF_OWNERS_MAX];
	uint64_t hits;	 /* unicast frames delivered to it */
	uint64_t age_ns; /* since the last of them */
};

struct svf_fdb_table {
	char pf[IFNAMSIZ];
	unsigned int n, room;
	struct svf_fdb_row *rows; /* owned; by VLAN, then address */
};

void svf_fdb_text(FILE *out, const struct svf_fdb_table *table);
/* NULL if memory ran out. Caller owns the reference. */
json_t *svf_fdb_json(const struct svf_fdb_table *table);
