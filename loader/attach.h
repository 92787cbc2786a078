/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * `attach` hands a VF to a network namespace, configured and announced, or leaves it as it was;
 * `detach` brings one back, whoever took it there and however. Callers hold the PF's lock.
 */
#pragma once

#include <linux/if_ether.h>
#include <net/if.h>
#include <stdbool.h>

#include "cli.h"
#include "inet.h"

#define SVF_ATTACH_ADDRESSES_MAX 16
#define SVF_ATTACH_GATEWAYS_MAX	 2 /* one of each family */

struct svf_attach_request {
	const char *pf;
	bool any; /* the lowest VF that is free, instead of vf */
	unsigned int vf;
	const char *netns;  /* as svf_netns_find() takes it */
	const char *ifname; /* what the netdev is called there; NULL: as here */
	struct svf_inet addresses[SVF_ATTACH_ADDRESSES_MAX];
	unsigned int n_addresses;
	struct svf_inet gateways[SVF_ATTACH_GATEWAYS_MAX];
	unsigned int n_gateways;
};

/* What was done. */
struct svf_attach_report {
	unsigned int vf;
	uint64_t netns_inode;
	int ifindex; /* in that namespace */
	char ifname[IFNAMSIZ];
	uint8_t mac[ETH_ALEN];
	uint32_t mtu;
	bool carrier; /* it came; without, nothing was announced */
};

/* Takes the operands and options of `attach`. -EINVAL (exit code usage). (attach_parse.c) */
int svf_attach_parse(struct svf_cli *cli, struct svf_attach_request *ret_request,
		     struct svf_errmsg *err);

/* -EBUSY (exit 4): somebody has it, or none is free. Whatever fails, the netdev is back in our
 * namespace under its own name, down and without addresses. */
int svf_attach(const struct svf_attach_request *request, struct svf_attach_report *ret_report,
	       struct svf_errmsg *err);

/* Success if it is here; then, if it is down, it is made as `up` had made it. (detach.c) */
int svf_detach(const char *pf, unsigned int vf, struct svf_errmsg *err);
