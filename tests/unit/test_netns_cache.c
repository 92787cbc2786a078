// SPDX-License-Identifier: GPL-2.0-only
/*
 * Searching for a network namespace ends: how many processes there are to look at is somebody
 * else's doing. Here it never ends by itself.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "../../loader/clock.h"
#include "../../loader/netns.h"
#include "../../loader/netns_cache.h"

#define NSID 1000000 /* nobody's */

static unsigned int searches;

int __wrap_svf_netns_walk(svf_netns_cb cb, void *arg);
int __wrap_svf_netns_walk(svf_netns_cb cb, void *arg)
{
	int r;

	searches++;
	do
		r = cb("/proc/self/ns/net", arg);
	while (!r);
	return r;
}

static void a_search_ends(void **state)
{
	struct svf_netns_cache *cache = NULL;
	struct svf_nl *nl = NULL;
	int64_t before_ns;
	int fd = -1;

	(void)state;
	assert_int_equal(svf_nl_new(&nl, NULL), 0);
	assert_int_equal(svf_netns_cache_new(&cache), 0);
	before_ns = svf_clock_ns(CLOCK_THREAD_CPUTIME_ID);
	assert_int_equal(svf_netns_cache_open(cache, nl, NSID, true, &fd), -ENOENT);
	assert_in_range(svf_clock_ns(CLOCK_THREAD_CPUTIME_ID) - before_ns, 100 * SVF_NS_PER_MS,
			400 * SVF_NS_PER_MS);
	assert_int_equal(searches, 1);
	/* And it is not begun again at once. */
	assert_int_equal(svf_netns_cache_open(cache, nl, NSID, true, &fd), -EAGAIN);
	assert_int_equal(searches, 1);
	assert_int_equal(fd, -1);
	svf_netns_cache_free(cache);
	svf_nl_free(nl);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_search_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
