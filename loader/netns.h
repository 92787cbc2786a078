/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Network namespaces: which one we are in, what one is called, and a way into one that
 * is known by the id the kernel gave it (IFLA_LINK_NETNSID) only.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "nl.h"

#define SVF_NETNS_NAME_MAX 256

/* Whether the calling thread is in the machine's initial network namespace. */
bool svf_netns_is_initial(void);
/* Inode of the calling thread's network namespace (what `lsns` shows). */
int svf_netns_inode(uint64_t *ret_inode);

/* Name in /run/netns (or /var/run/netns) that stands for the namespace with this inode,
 * the alphabetically first of several; -ENOENT if there is none. */
int svf_netns_name(uint64_t inode, char ret_name[SVF_NETNS_NAME_MAX]);

/* Opens the namespace that a person means: a name in /run/netns, the pid of a process in it, or the
 * path of an nsfs file (what has a slash). A name comes before a pid, as in ip(8). -ENOENT, -ESRCH,
 * -EINVAL: it is none; err tells the word and what is wrong about it. (netns_enter.c) */
int svf_netns_find(const char *word, int *ret_fd, struct svf_errmsg *err);
/* Inode of an open namespace. */
int svf_netns_fd_inode(int netns_fd, uint64_t *ret_inode);
/* Calls cb in a thread that has entered the network namespace, and nothing else of whose it is: all
 * paths are still our own. Returns what cb returns. (netns_enter.c) */
typedef int (*svf_netns_visit)(void *arg);
int svf_netns_call(int netns_fd, svf_netns_visit cb, void *arg, struct svf_errmsg *err);

/* Opens the namespace that nl's namespace calls nsid, through a mount of it (ip netns,
 * container engines), a process in it, or one that holds it open. -ENOENT if none is to be found:
 * then nothing but the kernel's own references keep it. */
int svf_netns_open(struct svf_nl *nl, int nsid, int *ret_fd, struct svf_errmsg *err);

/* Calls cb with the path of each namespace that is mounted, then of each process's, until it
 * returns other than 0, which is returned. Many paths may lead to one namespace. */
typedef int (*svf_netns_cb)(const char *path, void *arg);
int svf_netns_walk(svf_netns_cb cb, void *arg);

/* The same with the namespaces that processes hold open: what no name and no process leads to.
 * Looks at every descriptor there is. */
int svf_netns_walk_held(svf_netns_cb cb, void *arg);

/* Opens such a path; -errno. */
int svf_netns_open_path(const char *path);

/* The id that nl's namespace has for an open one; NETNSA_NSID_NOT_ASSIGNED if it has none. */
int svf_netns_nsid(struct svf_nl *nl, int netns_fd, int *ret_nsid);

/* Calls cb for each id that nl's namespace has for one, itself maybe included. */
typedef void (*svf_netns_id_cb)(int nsid, void *arg);
int svf_netns_list_ids(struct svf_nl *nl, svf_netns_id_cb cb, void *arg);
