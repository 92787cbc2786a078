/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The multicast addresses a netdev wants to hear, as the kernel lists them for a whole network
 * namespace in /proc/net/dev_mcast: joined groups, `ip maddr add`, packet sockets.
 */
#pragma once

#include <linux/if_ether.h>
#include <stdbool.h>
#include <stdint.h>

#include <svf/abi.h>

struct svf_mcast_row {
	int ifindex;
	uint32_t users;
	uint8_t mac[ETH_ALEN];
};

struct svf_mcast_list {
	bool flood;	    /* not known, or longer than this: stands for all groups */
	unsigned int count; /* 0 with flood */
	struct svf_mcast_row rows[SVF_GROUPS_MAX];
};

/* "3    eth0            1     0     333300000001"; -EINVAL for anything else, also for an address
 * that is not an Ethernet multicast one. */
int svf_mcast_row_parse(const char *line, struct svf_mcast_row *ret_row);

/* Adds a row, once; one too many makes the list flood. */
void svf_mcast_list_add(struct svf_mcast_list *list, const struct svf_mcast_row *row);
void svf_mcast_list_set_flood(struct svf_mcast_list *list);
/* The row with this address, or NULL. */
const struct svf_mcast_row *svf_mcast_list_find(const struct svf_mcast_list *list,
						const uint8_t mac[ETH_ALEN]);

/* Netdevs and groups of a namespace are its tenant's to make: a list is read so far, and no
 * further. A thousand netdevs have some 5000 rows. */
#define SVF_MCAST_ROWS_MAX 16384

/* Calls cb for each row in the list of the calling thread's network namespace. -E2BIG: there are
 * more than SVF_MCAST_ROWS_MAX; which of them cb has seen is no use then. */
typedef void (*svf_mcast_row_cb)(const struct svf_mcast_row *row, void *arg);
int svf_mcast_read(svf_mcast_row_cb cb, void *arg);
