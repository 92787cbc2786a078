// SPDX-License-Identifier: GPL-2.0-only
/* VFs whose netdevs were deleted. Which they are is asked, not told: two calls a VF. */
#include "follow_lack.h"

#include <errno.h>

#include <svf/cleanup.h>
#include <svf/log.h>

#include "clock.h"
#include "pidfile.h"
#include "process.h"
#include "vf_make.h"

#define BUSY_NS	  (20 * SVF_NS_PER_MS) /* after somebody had the lock */
#define RETRY_NS  SVF_NS_PER_S	       /* after a failure */
#define GLANCE_NS SVF_NS_PER_S

void svf_lack_follower_init(struct svf_lack_follower *follower, struct svf_watch *watch)
{
	*follower = (struct svf_lack_follower){ .watch = watch };
}

void svf_lack_follower_mark(struct svf_lack_follower *follower)
{
	if (follower->due_ns == INT64_MAX)
		follower->due_ns = 0;
}

/* Without the lock, which most of the time is not needed then. */
static bool lacks_any(const struct svf_watch *watch, const struct svf_open_pf *pf)
{
	for (unsigned int vf = 0; vf < watch->n_vfs; vf++) {
		unsigned int lack;

		if (!svf_vf_find_lack(pf, vf, &lack) && lack)
			return true;
	}
	return false;
}

static void end_agent(const struct svf_watch *watch)
{
	char path[SVF_PATH_MAX];
	pid_t pid = svf_path_join(path, watch->paths->run, "agent.pid") < 0
			    ? 0
			    : svf_pidfile_holder(path);

	if (pid > 0)
		(void)svf_process_end(pid, SVF_STOP_PATIENCE_MS);
}

static int mend(struct svf_lack_follower *follower, struct svf_open_pf *pf, unsigned int vf)
{
	const struct svf_watch *watch = follower->watch;
	struct svf_errmsg err = {};
	unsigned int lack;
	int r = svf_vf_find_lack(pf, vf, &lack);

	if (r == -ENOENT || (!r && !lack))
		return 0;
	if (!r && lack & SVF_VF_LACKS_RING_PORT)
		end_agent(watch);
	if (!r)
		r = svf_vf_mend(pf, vf, lack, &err);
	if (!r)
		svf_info("%s: vf %u: its %s was deleted: made anew", watch->pf, vf,
			 lack & SVF_VF_LACKS_PAIR ? "netdev" : "ring port");
	else if (!follower->told)
		svf_warning("%s", err.text);
	follower->told = r < 0;
	return r;
}

static int64_t mend_all(struct svf_lack_follower *follower, struct svf_open_pf *pf, int64_t now_ns)
{
	int64_t due_ns = INT64_MAX;

	for (unsigned int vf = 0; vf < follower->watch->n_vfs; vf++)
		if (mend(follower, pf, vf) < 0)
			due_ns = now_ns + RETRY_NS;
	return due_ns;
}

static int64_t look(struct svf_lack_follower *follower, int64_t now_ns)
{
	const struct svf_watch *watch = follower->watch;
	struct svf_open_pf pf = { .paths = *watch->paths,
				  .nl = watch->nl,
				  .sorter = watch->sorter };

	if (svf_state_load(watch->paths, &pf.state, NULL) < 0 || !lacks_any(watch, &pf))
		return INT64_MAX;
	svf_cleanup(fd) int lock_fd = -1;
	if (svf_watch_lock(watch, &lock_fd) < 0)
		return now_ns + BUSY_NS;
	/* A command may have changed it; one that was killed left it to `up`. */
	if (svf_state_load(watch->paths, &pf.state, NULL) < 0 || pf.state.changing)
		return INT64_MAX;
	return mend_all(follower, &pf, now_ns);
}

/* A `reset` is at work, or was killed: no netdev went, so nobody is told. */
static bool is_any_cut_off(const struct svf_watch *watch)
{
	struct svf_vf_config config;

	for (unsigned int vf = 0; vf < watch->n_vfs; vf++)
		if (!svf_sorter_get_vf(watch->sorter, vf, &config) && !config.representor)
			return true;
	return false;
}

int64_t svf_lack_follower_run(struct svf_lack_follower *follower, int64_t now_ns)
{
	if (now_ns >= follower->glance_ns) {
		if (is_any_cut_off(follower->watch))
			svf_lack_follower_mark(follower);
		follower->glance_ns = now_ns + GLANCE_NS;
	}
	if (now_ns >= follower->due_ns)
		follower->due_ns = look(follower, now_ns);
	return follower->due_ns < follower->glance_ns ? follower->due_ns : follower->glance_ns;
}
