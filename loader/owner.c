// SPDX-License-Identifier: GPL-2.0-only
/*
 * From namespace ids to names. A name in /run/netns is what the operator gave; else the oldest
 * process (by its number) stands for the container. What a process is called is its own choice, and
 * so is a netdev's name where a tenant may rename it: both are cleaned before anybody prints them.
 */
#include "owner.h"

#include <errno.h>
#include <linux/net_namespace.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct row {
	int nsid; /* NETNSA_NSID_NOT_ASSIGNED: of no interest, but known */
	dev_t dev;
	struct svf_owner owner;
};

struct svf_owners {
	struct row *rows; /* owned; one for each namespace */
	size_t count, room;
	bool searched, searched_held;
};

int svf_owners_new(struct svf_owners **ret_owners)
{
	struct svf_owners *owners = calloc(1, sizeof(*owners));

	if (!owners)
		return -ENOMEM;
	*ret_owners = owners;
	return 0;
}

struct svf_owners *svf_owners_free(struct svf_owners *owners)
{
	if (!owners)
		return NULL;
	free(owners->rows);
	free(owners);
	return NULL;
}

void svf_owner_clean(char *text)
{
	for (; *text; text++)
		if (*text < ' ' || *text > '~')
			*text = '?';
}

/* --- searching --- */

struct search {
	struct svf_owners *owners;
	struct svf_nl *nl;
};

static struct row *find_row(struct svf_owners *owners, const struct stat *st)
{
	for (size_t i = 0; i < owners->count; i++)
		if (owners->rows[i].owner.inode == st->st_ino && owners->rows[i].dev == st->st_dev)
			return &owners->rows[i];
	return NULL;
}

static struct row *add_row(struct svf_owners *owners)
{
	size_t room = owners->room ? 2 * owners->room : 16;
	struct row *rows;

	if (owners->count == owners->room) {
		rows = reallocarray(owners->rows, room, sizeof(*rows));
		if (!rows)
			return NULL;
		owners->rows = rows;
		owners->room = room;
	}
	return &owners->rows[owners->count++];
}

static void note_process(struct svf_owner *owner, const char *path)
{
	char comm_path[64];
	int pid, end = 0;

	/* %n is reached by no other path of a process's */
	if (owner->pid || sscanf(path, "/proc/%d/ns/net%n", &pid, &end) != 1 || !end)
		return;
	(void)snprintf(comm_path, sizeof(comm_path), "/proc/%d/comm", pid);
	svf_cleanup(file) FILE *file = fopen(comm_path, "re");
	if (!file || !fgets(owner->comm, sizeof(owner->comm), file))
		return;
	owner->comm[strcspn(owner->comm, "\n")] = '\0';
	svf_owner_clean(owner->comm);
	owner->pid = pid;
}

/* Most paths lead to a few namespaces: the kernel is asked for the id of each once. */
static int note_path(const char *path, void *arg)
{
	const struct search *search = arg;
	int nsid = NETNSA_NSID_NOT_ASSIGNED;
	struct stat st;
	struct row *row;

	if (stat(path, &st) < 0)
		return 0;
	row = find_row(search->owners, &st);
	if (!row) {
		svf_cleanup(fd) int fd = svf_netns_open_path(path);
		if (fd < 0 || svf_netns_nsid(search->nl, fd, &nsid) < 0 || fstat(fd, &st) < 0)
			return 0;
		row = add_row(search->owners);
		if (!row)
			return -ENOMEM;
		*row = (struct row){ .nsid = nsid, .dev = st.st_dev };
		row->owner.inode = st.st_ino;
		if (nsid != NETNSA_NSID_NOT_ASSIGNED)
			(void)svf_netns_name(st.st_ino, row->owner.name);
	}
	if (row->nsid != NETNSA_NSID_NOT_ASSIGNED)
		note_process(&row->owner, path);
	return 0;
}

static bool get_owner(const struct svf_owners *owners, int nsid, struct svf_owner *ret_owner)
{
	for (size_t i = 0; i < owners->count; i++) {
		if (owners->rows[i].nsid != nsid)
			continue;
		*ret_owner = owners->rows[i].owner;
		return true;
	}
	return false;
}

int svf_owners_find(struct svf_owners *owners, struct svf_nl *nl, int nsid,
		    struct svf_owner *ret_owner)
{
	struct search search = { .owners = owners, .nl = nl };
	int r = 0;

	*ret_owner = (struct svf_owner){};
	if (!owners->searched)
		r = svf_netns_walk(note_path, &search);
	owners->searched = true;
	if (r < 0 || get_owner(owners, nsid, ret_owner) || owners->searched_held)
		return r;
	r = svf_netns_walk_held(note_path, &search);
	owners->searched_held = true;
	(void)get_owner(owners, nsid, ret_owner);
	return r;
}

void svf_owner_format(char buf[SVF_OWNER_TEXT_MAX], const struct svf_owner *owner, int nsid)
{
	if (owner->name[0])
		(void)snprintf(buf, SVF_OWNER_TEXT_MAX, "netns %s", owner->name);
	else if (owner->pid)
		(void)snprintf(buf, SVF_OWNER_TEXT_MAX, "pid %d (%s)", (int)owner->pid,
			       owner->comm);
	else if (owner->inode)
		(void)snprintf(buf, SVF_OWNER_TEXT_MAX, "netns %llu",
			       (unsigned long long)owner->inode);
	else
		(void)snprintf(buf, SVF_OWNER_TEXT_MAX, "netns id %d", nsid);
}
