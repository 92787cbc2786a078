// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reading /proc/net/dev_mcast. Nothing else tells all of a netdev's groups: rtnetlink knows those
 * joined by IP only (RTM_GETMULTICAST), and frames are judged by the address in them anyway.
 */
#include "mcast_list.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <svf/cleanup.h>

#include "macaddr.h"

#define HEX_DIGITS (2 * ETH_ALEN)

static int parse_hex(const char *text, uint8_t ret_mac[ETH_ALEN])
{
	if (strspn(text, "0123456789abcdef") != HEX_DIGITS || text[HEX_DIGITS])
		return -EINVAL;
	for (int i = 0; i < ETH_ALEN; i++) {
		const char byte[] = { text[2 * i], text[2 * i + 1], '\0' };

		ret_mac[i] = (uint8_t)strtoul(byte, NULL, 16);
	}
	return 0;
}

int svf_mcast_row_parse(const char *line, struct svf_mcast_row *ret_row)
{
	struct svf_mcast_row row;
	char address[HEX_DIGITS + 2]; /* an InfiniBand address would be cut, and is too long */
	int r;

	/* Index, name, users, users for all time (SIOCADDMULTI, ip maddr: 0 or 1), address. */
	if (sscanf(line, "%d %*s %u %*u %13s", &row.ifindex, &row.users, address) != 3 ||
	    row.ifindex <= 0)
		return -EINVAL;
	r = parse_hex(address, row.mac);
	if (r < 0 || !svf_mac_is_multicast(row.mac))
		return -EINVAL;
	*ret_row = row;
	return 0;
}

const struct svf_mcast_row *svf_mcast_list_find(const struct svf_mcast_list *list,
						const uint8_t mac[ETH_ALEN])
{
	for (unsigned int i = 0; i < list->count; i++)
		if (!memcmp(list->rows[i].mac, mac, ETH_ALEN))
			return &list->rows[i];
	return NULL;
}

void svf_mcast_list_set_flood(struct svf_mcast_list *list)
{
	list->flood = true;
	list->count = 0;
}

void svf_mcast_list_add(struct svf_mcast_list *list, const struct svf_mcast_row *row)
{
	/* One may come twice where netdevs come and go while the kernel lists them. */
	if (list->flood || svf_mcast_list_find(list, row->mac))
		return;
	if (list->count == SVF_GROUPS_MAX)
		svf_mcast_list_set_flood(list);
	else
		list->rows[list->count++] = *row;
}

int svf_mcast_read(svf_mcast_row_cb cb, void *arg)
{
	struct svf_mcast_row row;
	unsigned int rows = 0;
	char *line = NULL;
	size_t size = 0;
	int r = 0;

	svf_cleanup(file) FILE *file = fopen("/proc/thread-self/net/dev_mcast", "re");
	if (!file)
		return -errno;
	while (!r && getline(&line, &size, file) > 0) {
		line[strcspn(line, "\n")] = '\0';
		if (rows++ == SVF_MCAST_ROWS_MAX)
			r = -E2BIG;
		else if (!svf_mcast_row_parse(line, &row))
			cb(&row, arg);
	}
	free(line);
	return !r && ferror(file) ? -EIO : r;
}
