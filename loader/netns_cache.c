// SPDX-License-Identifier: GPL-2.0-only
/* Remembered ways into network namespaces. */
#include "netns_cache.h"

#include <errno.h>
#include <linux/net_namespace.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "clock.h"
#include "netns.h"

#define SEARCH_REST 50 /* times what a search cost must pass before the next */
/* What one may cost: some ten thousand processes. How many there are is not ours to say. */
#define SEARCH_NS (100 * SVF_NS_PER_MS)

struct way {
	int nsid; /* NETNSA_NSID_NOT_ASSIGNED: it has no id in our namespace */
	dev_t dev;
	ino_t inode;
	char *path; /* owned */
};

struct svf_netns_cache {
	struct way *ways; /* owned; one for each namespace that was found */
	size_t count, room;
	int64_t next_search_ns; /* CLOCK_MONOTONIC */
};

static void clear(struct svf_netns_cache *cache)
{
	for (size_t i = 0; i < cache->count; i++)
		free(cache->ways[i].path);
	cache->count = 0;
}

int svf_netns_cache_new(struct svf_netns_cache **ret_cache)
{
	struct svf_netns_cache *cache = calloc(1, sizeof(*cache));

	if (!cache)
		return -ENOMEM;
	*ret_cache = cache;
	return 0;
}

struct svf_netns_cache *svf_netns_cache_free(struct svf_netns_cache *cache)
{
	if (!cache)
		return NULL;
	clear(cache);
	free(cache->ways);
	free(cache);
	return NULL;
}

/* --- searching --- */

struct search {
	struct svf_netns_cache *cache;
	struct svf_nl *nl;
	int64_t began_ns; /* CLOCK_THREAD_CPUTIME_ID */
};

static int64_t cost_of(const struct search *search)
{
	return svf_clock_ns(CLOCK_THREAD_CPUTIME_ID) - search->began_ns;
}

static bool is_known(const struct svf_netns_cache *cache, const struct stat *st)
{
	for (size_t i = 0; i < cache->count; i++)
		if (cache->ways[i].inode == st->st_ino && cache->ways[i].dev == st->st_dev)
			return true;
	return false;
}

static int make_room(struct svf_netns_cache *cache)
{
	size_t room = cache->room ? 2 * cache->room : 16;
	struct way *ways;

	if (cache->count < cache->room)
		return 0;
	ways = reallocarray(cache->ways, room, sizeof(*ways));
	if (!ways)
		return -ENOMEM;
	cache->ways = ways;
	cache->room = room;
	return 0;
}

/* Most processes share a few namespaces: the kernel is asked for the id of each once. */
static int note_way(const char *path, void *arg)
{
	const struct search *search = arg;
	struct svf_netns_cache *cache = search->cache;
	struct way way = { .nsid = NETNSA_NSID_NOT_ASSIGNED };
	struct stat st;

	if (cost_of(search) > SEARCH_NS)
		return -ETIME;
	if (stat(path, &st) < 0 || is_known(cache, &st))
		return 0;
	svf_cleanup(fd) int fd = svf_netns_open_path(path);
	if (fd < 0 || svf_netns_nsid(search->nl, fd, &way.nsid) < 0 || fstat(fd, &st) < 0)
		return 0;
	if (make_room(cache) < 0)
		return -ENOMEM;
	way.path = strdup(path);
	if (!way.path)
		return -ENOMEM;
	way.dev = st.st_dev;
	way.inode = st.st_ino;
	cache->ways[cache->count++] = way;
	return 0;
}

static void search_all(struct svf_netns_cache *cache, struct svf_nl *nl)
{
	struct search search = {
		.cache = cache,
		.nl = nl,
		.began_ns = svf_clock_ns(CLOCK_THREAD_CPUTIME_ID),
	};

	clear(cache);
	(void)svf_netns_walk(note_way, &search);
	cache->next_search_ns = svf_clock_now_ns() + SEARCH_REST * cost_of(&search);
}

/* --- opening --- */

static bool is_it(const struct way *way, struct svf_nl *nl, int fd, bool sure)
{
	int nsid = NETNSA_NSID_NOT_ASSIGNED;
	struct stat st;

	if (sure)
		return !svf_netns_nsid(nl, fd, &nsid) && nsid == way->nsid;
	return !fstat(fd, &st) && st.st_ino == way->inode && st.st_dev == way->dev;
}

static int try_known(const struct svf_netns_cache *cache, struct svf_nl *nl, int nsid, bool sure,
		     int *ret_fd)
{
	for (size_t i = 0; i < cache->count; i++) {
		if (cache->ways[i].nsid != nsid)
			continue;
		svf_cleanup(fd) int fd = svf_netns_open_path(cache->ways[i].path);
		if (fd < 0 || !is_it(&cache->ways[i], nl, fd, sure))
			return -ENOENT;
		*ret_fd = TAKE_FD(fd);
		return 0;
	}
	return -ENOENT;
}

int svf_netns_cache_open(struct svf_netns_cache *cache, struct svf_nl *nl, int nsid, bool sure,
			 int *ret_fd)
{
	if (!try_known(cache, nl, nsid, sure, ret_fd))
		return 0;
	if (svf_clock_now_ns() < cache->next_search_ns)
		return -EAGAIN;
	search_all(cache, nl);
	return try_known(cache, nl, nsid, true, ret_fd);
}
