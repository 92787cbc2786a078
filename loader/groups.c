// SPDX-License-Identifier: GPL-2.0-only
/* Multicast groups: from lists to the sorter's map, by differences. */
#include "groups.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct svf_groups {
	const struct svf_sorter *sorter;
	unsigned int vfs;
	struct svf_mcast_list lists[]; /* vfs of them */
};

static const uint8_t all_groups[ETH_ALEN];

/* --- what is there --- */

static void learn_entry(struct svf_groups *groups, const struct svf_mcast_key *key,
			const struct svf_mcast_member *member)
{
	struct svf_mcast_row row = { .users = member->users };

	if (key->vf >= groups->vfs)
		return;
	if (!memcmp(key->mac, all_groups, ETH_ALEN)) {
		groups->lists[key->vf].flood = true;
		return;
	}
	memcpy(row.mac, key->mac, ETH_ALEN);
	/* Beside the entry for all groups others may be left: by who was killed between two steps.
	 * They are learnt too, so that they go. */
	if (groups->lists[key->vf].count < SVF_GROUPS_MAX)
		groups->lists[key->vf].rows[groups->lists[key->vf].count++] = row;
}

static void learn(struct svf_groups *groups)
{
	const int fd = svf_sorter_map_fd(groups->sorter, SVF_MAP_svf_mcast);
	struct svf_mcast_member member;
	struct svf_mcast_key key;
	const void *last = NULL;

	while (!bpf_map_get_next_key(fd, last, &key)) {
		if (!bpf_map_lookup_elem(fd, &key, &member))
			learn_entry(groups, &key, &member);
		last = &key;
	}
}

int svf_groups_new(struct svf_groups **ret_groups, const struct svf_sorter *sorter,
		   unsigned int vfs)
{
	svf_cleanup(groups) struct svf_groups *groups =
		calloc(1, sizeof(*groups) + vfs * sizeof(groups->lists[0]));

	if (!groups)
		return -ENOMEM;
	groups->sorter = sorter;
	groups->vfs = vfs;
	learn(groups);
	for (unsigned int vf = 0; vf < vfs; vf++) {
		struct svf_mcast_list *list = &groups->lists[vf];
		int r = 0;

		if (!list->flood && !list->count)
			r = svf_sorter_join_group(sorter, all_groups, vf, 1);
		if (r < 0)
			return r;
		list->flood = list->flood || !list->count;
	}
	*ret_groups = TAKE_PTR(groups);
	return 0;
}

struct svf_groups *svf_groups_free(struct svf_groups *groups)
{
	free(groups);
	return NULL;
}

const struct svf_mcast_list *svf_groups_get(const struct svf_groups *groups, unsigned int vf)
{
	return &groups->lists[vf];
}

/* --- what shall be there --- */

static int join_new(const struct svf_groups *groups, unsigned int vf,
		    const struct svf_mcast_list *old, const struct svf_mcast_list *new)
{
	for (unsigned int i = 0; i < new->count; i++) {
		const struct svf_mcast_row *row = &new->rows[i];
		const struct svf_mcast_row *had = svf_mcast_list_find(old, row->mac);
		int r;

		if (had && had->users == row->users)
			continue;
		r = svf_sorter_join_group(groups->sorter, row->mac, vf, row->users);
		if (r < 0)
			return r;
	}
	return 0;
}

static int leave(const struct svf_groups *groups, unsigned int vf, const uint8_t mac[ETH_ALEN])
{
	int r = svf_sorter_leave_group(groups->sorter, mac, vf);

	return r == -ENOENT ? 0 : r;
}

static int leave_old(const struct svf_groups *groups, unsigned int vf,
		     const struct svf_mcast_list *old, const struct svf_mcast_list *new)
{
	int r = old->flood && !new->flood ? leave(groups, vf, all_groups) : 0;

	for (unsigned int i = 0; i < old->count && !r; i++)
		if (!svf_mcast_list_find(new, old->rows[i].mac))
			r = leave(groups, vf, old->rows[i].mac);
	return r;
}

static bool is_same(const struct svf_mcast_list *a, const struct svf_mcast_list *b)
{
	if (a->flood != b->flood || a->count != b->count)
		return false;
	for (unsigned int i = 0; i < a->count; i++)
		if (a->rows[i].users != b->rows[i].users ||
		    memcmp(a->rows[i].mac, b->rows[i].mac, ETH_ALEN) != 0)
			return false;
	return true;
}

static int replace(struct svf_groups *groups, unsigned int vf, const struct svf_mcast_list *new)
{
	struct svf_mcast_list *old = &groups->lists[vf];
	int r = 0;

	if (new->flood && !old->flood)
		r = svf_sorter_join_group(groups->sorter, all_groups, vf, 1);
	if (!r)
		r = join_new(groups, vf, old, new);
	if (!r)
		r = leave_old(groups, vf, old, new);
	if (!r)
		*old = *new;
	return r;
}

/* What was joined of the new list goes again; the old one is held beside the entry for all groups,
 * of which there is one a VF, so that the map has room for it. */
static void fall_back(struct svf_groups *groups, unsigned int vf, const struct svf_mcast_list *new)
{
	struct svf_mcast_list *old = &groups->lists[vf];

	if (svf_sorter_join_group(groups->sorter, all_groups, vf, 1) < 0)
		return;
	old->flood = true;
	for (unsigned int i = 0; i < new->count; i++)
		if (!svf_mcast_list_find(old, new->rows[i].mac))
			(void)leave(groups, vf, new->rows[i].mac);
}

int svf_groups_set(struct svf_groups *groups, unsigned int vf, const struct svf_mcast_list *list)
{
	int r;

	if (is_same(&groups->lists[vf], list))
		return 0;
	r = replace(groups, vf, list);
	if (r < 0)
		fall_back(groups, vf, list);
	return r;
}
