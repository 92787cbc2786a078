// SPDX-License-Identifier: GPL-2.0-only
/*
 * The PF daemon: one epoll loop over signals, the agent (keeper.c) and all that is followed
 * (follow.c). When it dies, the agent and all traffic go on as they are; `up` starts both anew.
 */
#include "daemon.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <svf/cleanup.h>
#include <svf/log.h>

#include "follow.h"
#include "interrupt.h"
#include "keeper.h"
#include "pidfile.h"

struct daemon {
	const char *pf;
	const struct svf_paths *paths;
	struct svf_state state;
	struct svf_sorter *sorter; /* owned, as all below */
	struct svf_nl *nl;
	struct svf_follow *follow;
	struct svf_keeper keeper;
	int pidfile, signals, epoll; /* -1: none */
};

static void daemon_done(struct daemon *d)
{
	const int fds[] = { d->pidfile, d->signals, d->epoll };

	svf_keeper_done(&d->keeper);
	d->follow = svf_follow_free(d->follow);
	d->nl = svf_nl_free(d->nl);
	d->sorter = svf_sorter_free(d->sorter);
	for (size_t i = 0; i < sizeof(fds) / sizeof(fds[0]); i++)
		if (fds[i] >= 0)
			(void)close(fds[i]);
}

static int watch(const struct daemon *d, int fd)
{
	struct epoll_event event = { .events = EPOLLIN, .data.fd = fd };

	return epoll_ctl(d->epoll, EPOLL_CTL_ADD, fd, &event) < 0 ? -errno : 0;
}

/* --- beginning --- */

static int open_pf(struct daemon *d, struct svf_errmsg *err)
{
	char path[SVF_PATH_MAX];
	int r = svf_path_join(path, d->paths->run, "daemon.pid");

	if (!r)
		r = svf_state_load(d->paths, &d->state, err);
	if (r == -ENOENT)
		return svf_errmsg_exit_set(err, SVF_EXIT_NOT_FOUND, r,
					   "%s: is not up: `svf-loader up %s --vfs N` first", d->pf,
					   d->pf);
	if (!r)
		r = svf_pidfile_hold(path, &d->pidfile, err);
	if (!r)
		r = svf_sorter_open(&d->sorter, d->paths, err);
	return r < 0 ? r : svf_nl_new(&d->nl, err);
}

static int open_loop(struct daemon *d)
{
	sigset_t set;

	svf_interrupt_set(&set);
	d->signals = signalfd(-1, &set, SFD_CLOEXEC);
	d->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (d->signals < 0 || d->epoll < 0)
		return -errno;
	d->keeper.pf = d->pf;
	d->keeper.paths = d->paths;
	d->keeper.state = &d->state;
	d->keeper.sorter = d->sorter;
	d->keeper.nl = d->nl;
	d->keeper.epoll = d->epoll;
	return watch(d, d->signals);
}

static int begin_following(struct daemon *d, bool locked, struct svf_errmsg *err)
{
	const struct svf_follow_params params = {
		.pf = d->pf,
		.paths = d->paths,
		.sorter = d->sorter,
		.nl = d->nl,
		.pf_ifindex = d->state.pf_ifindex,
		.vfs = d->state.args.vfs,
		.locked = locked,
	};
	int r = svf_follow_new(&d->follow, &params, err);

	return r < 0 ? r : watch(d, svf_follow_fd(d->follow));
}

static int begin(struct daemon *d, bool locked, char line[SVF_READY_LINE_MAX],
		 struct svf_errmsg *err)
{
	int r;

	svf_interrupt_block();
	(void)signal(SIGPIPE, SIG_IGN);
	r = open_pf(d, err);
	if (!r)
		r = open_loop(d);
	if (!r)
		r = svf_keeper_init(&d->keeper);
	if (!r)
		r = begin_following(d, locked, err);
	if (r < 0)
		return svf_errmsg_set(err, r, "%s: PF daemon: %s", d->pf, strerror(-r));
	if (d->state.args.lane == SVF_LANE_AFXDP && svf_vf_set_count(&d->state.vfs))
		return svf_keeper_start(&d->keeper, line, err);
	(void)snprintf(line, SVF_READY_LINE_MAX, "ready xdp=none zero_copy=0 memory=0");
	return 0;
}

/* --- life --- */

static void follow(struct daemon *d, bool *ret_stop)
{
	if (svf_follow_run(d->follow) != -ENODEV)
		return;
	svf_error("%s: is gone: `svf-loader down %s` clears what is left", d->pf, d->pf);
	*ret_stop = true;
}

static void run(struct daemon *d)
{
	bool stop = false;

	while (!stop) {
		struct epoll_event event;
		int n = epoll_wait(d->epoll, &event, 1, -1);

		if (n < 0 && errno != EINTR)
			return;
		if (n < 1)
			continue;
		if (event.data.fd == d->signals)
			stop = true;
		else if (!svf_keeper_run(&d->keeper, event.data.fd))
			follow(d, &stop);
	}
}

int svf_daemon_run(const char *pf, const struct svf_paths *paths, int ready_fd,
		   struct svf_errmsg *err)
{
	struct daemon d = { .pf = pf,
			    .paths = paths,
			    .keeper = { .timer = -1, .agent_pidfd = -1 },
			    .pidfile = -1,
			    .signals = -1,
			    .epoll = -1 };
	char line[SVF_READY_LINE_MAX] = "";
	/* Who waits at ready_fd is `up`, which has the PF's lock meanwhile. */
	int r = begin(&d, ready_fd >= 0, line, err);

	if (!r && ready_fd >= 0) {
		(void)dprintf(ready_fd, "%s\n", line);
		(void)close(ready_fd);
	} else if (r < 0) {
		svf_ready_fail(ready_fd, r, err);
	}
	if (!r)
		run(&d);
	daemon_done(&d);
	return r;
}
