// SPDX-License-Identifier: GPL-2.0-only
/*
 * The PF daemon: one epoll loop over signals, link events, the agent's pidfd and a timer.
 * It keeps the agent running and the PF's address known to the sorter. When it dies, the agent and
 * all traffic go on; `up` starts both anew.
 */
#include "daemon.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <svf/cleanup.h>
#include <svf/log.h>

#include "agent_args.h"
#include "interrupt.h"
#include "link.h"
#include "monitor.h"
#include "pidfile.h"
#include "process.h"
#include "sorter.h"
#include "state.h"

#define TICK_MS	       1000
#define RESTART_MIN_MS 100 /* after an agent that did not live long */
#define RESTART_MAX_MS 5000
#define LONG_LIFE_MS   5000 /* an agent that lived this long is restarted at once */
#define HANG_NS	       (5 * SVF_HEARTBEAT_MAX_AGE_NS / 2)
#define NS_PER_MS      1000000LL

struct keeper {
	const char *pf;
	const struct svf_paths *paths;
	struct svf_state state;
	struct svf_sorter *sorter;	    /* owned */
	struct svf_nl *nl;		    /* owned */
	struct mnl_socket *monitor;	    /* owned */
	int pidfile, signals, timer, epoll; /* owned */
	pid_t agent;			    /* 0: none */
	int agent_pidfd;		    /* owned, -1 with no agent */
	int64_t started_ms;		    /* CLOCK_MONOTONIC */
	int restart_ms;			    /* delay before the next start; 0: at once */
	bool stop;
};

static int64_t now_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000LL + now.tv_nsec / NS_PER_MS;
}

static void keeper_done(struct keeper *k)
{
	const int fds[] = { k->pidfile, k->signals, k->timer, k->epoll, k->agent_pidfd };

	for (size_t i = 0; i < sizeof(fds) / sizeof(fds[0]); i++)
		if (fds[i] >= 0)
			(void)close(fds[i]);
	if (k->monitor)
		(void)mnl_socket_close(k->monitor);
	k->nl = svf_nl_free(k->nl);
	k->sorter = svf_sorter_free(k->sorter);
}

/* --- the agent --- */

static int watch(const struct keeper *k, int fd)
{
	struct epoll_event event = { .events = EPOLLIN, .data.fd = fd };

	return epoll_ctl(k->epoll, EPOLL_CTL_ADD, fd, &event) < 0 ? -errno : 0;
}

/* The agent finds the PF by its name, which may have changed since `up`. */
static void follow_name(struct keeper *k)
{
	struct svf_link link;

	if (!svf_link_get(k->nl, SVF_NSID_SELF, k->state.pf_ifindex, &link, NULL))
		memcpy(k->state.pf, link.name, sizeof(k->state.pf));
}

/* One that was started and cannot be watched would be restarted for ever, or never. */
static void give_up_agent(struct keeper *k)
{
	(void)kill(k->agent, SIGKILL);
	(void)waitpid(k->agent, NULL, 0);
	k->agent = 0;
	if (k->agent_pidfd >= 0)
		(void)close(TAKE_FD(k->agent_pidfd));
}

static int start_agent(struct keeper *k, int ready_fd, struct svf_errmsg *err)
{
	struct svf_agent_args args;
	char path[PATH_MAX];
	int r = svf_process_agent(path, sizeof(path), err);

	if (r < 0)
		return r;
	follow_name(k);
	svf_agent_args_format(&args, &k->state, k->paths, ready_fd);
	r = svf_process_start(path, args.argv, ready_fd, &k->agent, err);
	if (r < 0)
		return r;
	k->started_ms = now_ms();
	k->agent_pidfd = syscall(SYS_pidfd_open, k->agent, 0);
	r = k->agent_pidfd < 0 ? -errno : watch(k, k->agent_pidfd);
	if (r < 0)
		give_up_agent(k);
	return r < 0 ? svf_errmsg_set(err, r, "%s: cannot watch vf-agent: %s", k->pf, strerror(-r))
		     : 0;
}

/* The first start: `up` waits for the outcome, which the agent tells through a pipe. */
static int start_first_agent(struct keeper *k, char line[SVF_READY_LINE_MAX],
			     struct svf_errmsg *err)
{
	int ends[2], r;

	if (pipe2(ends, O_CLOEXEC) < 0) {
		r = -errno;
		return svf_errmsg_set(err, r, "%s: pipe: %s", k->pf, strerror(-r));
	}
	svf_cleanup(fd) int reader = ends[0];
	r = start_agent(k, ends[1], err);
	(void)close(ends[1]);
	if (!r)
		r = svf_ready_read(reader, k->pf, line, err);
	return r < 0 ? r : svf_ready_parse(line, k->pf, err);
}

static void arm(const struct keeper *k, int ms)
{
	const struct itimerspec when = {
		.it_value = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * NS_PER_MS },
	};

	(void)timerfd_settime(k->timer, 0, &when, NULL);
}

static void restart_agent(struct keeper *k)
{
	struct svf_errmsg err = {};

	if (start_agent(k, -1, &err) < 0) {
		svf_error("%s", err.text);
		k->restart_ms = RESTART_MAX_MS;
	}
	arm(k, k->agent ? TICK_MS : k->restart_ms);
}

static void agent_ended(struct keeper *k)
{
	const int64_t lived_ms = now_ms() - k->started_ms;
	int status = 0;

	(void)waitpid(k->agent, &status, 0);
	(void)epoll_ctl(k->epoll, EPOLL_CTL_DEL, k->agent_pidfd, NULL);
	(void)close(TAKE_FD(k->agent_pidfd));
	k->agent = 0;
	if (lived_ms >= LONG_LIFE_MS)
		k->restart_ms = 0;
	else if (!k->restart_ms)
		k->restart_ms = RESTART_MIN_MS;
	else if (k->restart_ms <= RESTART_MAX_MS / 2)
		k->restart_ms *= 2;
	svf_warning("%s: vf-agent ended (%s %d), restarting it in %d ms; its VFs take the tc lane",
		    k->pf, WIFSIGNALED(status) ? "signal" : "exit code",
		    WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status), k->restart_ms);
	if (k->restart_ms)
		arm(k, k->restart_ms);
	else
		restart_agent(k);
}

/* An agent that lives but whose heart stopped is as bad as a dead one, and holds the rings. */
static void check_heartbeat(struct keeper *k)
{
	struct svf_agent_life life;
	struct timespec now;
	uint64_t now_ns;

	if (now_ms() - k->started_ms < LONG_LIFE_MS || svf_sorter_get_agent(k->sorter, &life) < 0)
		return;
	/* Not its heart yet but its predecessor's: it waits for the queues that the kernel frees
	 * socket by socket, with 512 of them for longer than a hang may last. */
	if (life.pid != (uint32_t)k->agent)
		return;
	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	now_ns = now.tv_sec * 1000 * NS_PER_MS + now.tv_nsec;
	if (life.heartbeat_ns && now_ns - life.heartbeat_ns > HANG_NS &&
	    now_ns > life.heartbeat_ns) {
		svf_error("%s: vf-agent (pid %d) hangs: killing it", k->pf, k->agent);
		(void)kill(k->agent, SIGKILL);
	}
}

static void on_timer(struct keeper *k)
{
	uint64_t expired;

	(void)!read(k->timer, &expired, sizeof(expired));
	if (!k->agent) {
		restart_agent(k);
		return;
	}
	check_heartbeat(k);
	arm(k, TICK_MS);
}

/* --- the PF --- */

static void follow_pf(struct keeper *k)
{
	struct svf_pf_config config;
	struct svf_link link;

	if (svf_link_get(k->nl, SVF_NSID_SELF, k->state.pf_ifindex, &link, NULL) < 0 ||
	    svf_sorter_get_pf(k->sorter, &config) < 0 ||
	    !memcmp(config.mac, link.mac, sizeof(config.mac)))
		return;
	memcpy(config.mac, link.mac, sizeof(config.mac));
	(void)svf_sorter_set_pf(k->sorter, &config);
	svf_info("%s: has a new address, the sorter follows", k->pf);
}

/* Our pid where it cannot be lost with /run. */
static void sign_in(struct keeper *k)
{
	struct svf_pf_config config;

	if (svf_sorter_get_pf(k->sorter, &config) < 0)
		return;
	config.daemon = getpid();
	(void)svf_sorter_set_pf(k->sorter, &config);
}

static void on_link_event(struct keeper *k)
{
	struct svf_monitor_events events;

	if (svf_monitor_read(k->monitor, k->state.pf_ifindex, &events) < 0)
		return;
	if (events.gone) {
		svf_error("%s: is gone: `svf-loader down %s` clears what is left", k->pf, k->pf);
		k->stop = true;
	} else if (events.changed) {
		follow_pf(k);
	}
}

/* --- life --- */

static int keeper_init(struct keeper *k, struct svf_errmsg *err)
{
	char path[SVF_PATH_MAX];
	sigset_t set;
	int r = svf_path_join(path, k->paths->run, "daemon.pid");

	svf_interrupt_block();
	svf_interrupt_set(&set);
	(void)signal(SIGPIPE, SIG_IGN);
	if (!r)
		r = svf_state_load(k->paths, &k->state, err);
	if (r == -ENOENT)
		return svf_errmsg_exit_set(err, SVF_EXIT_NOT_FOUND, r,
					   "%s: is not up: `svf-loader up %s --vfs N` first", k->pf,
					   k->pf);
	if (!r)
		r = svf_pidfile_hold(path, &k->pidfile, err);
	if (!r)
		r = svf_sorter_open(&k->sorter, k->paths, err);
	if (!r)
		r = svf_nl_new(&k->nl, err);
	if (!r)
		r = svf_monitor_new(&k->monitor, err);
	if (r < 0)
		return r;
	k->signals = signalfd(-1, &set, SFD_CLOEXEC);
	k->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
	k->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (k->signals < 0 || k->timer < 0 || k->epoll < 0)
		r = -errno;
	if (!r)
		r = watch(k, k->signals);
	if (!r)
		r = watch(k, k->timer);
	if (!r)
		r = watch(k, mnl_socket_get_fd(k->monitor));
	return r < 0 ? svf_errmsg_set(err, r, "%s: PF daemon: %s", k->pf, strerror(-r)) : 0;
}

static void keep(struct keeper *k)
{
	while (!k->stop) {
		struct epoll_event event;
		int n = epoll_wait(k->epoll, &event, 1, -1);

		if (n < 0 && errno != EINTR)
			return;
		if (n < 1)
			continue;
		if (event.data.fd == k->signals)
			k->stop = true;
		else if (event.data.fd == k->timer)
			on_timer(k);
		else if (event.data.fd == k->agent_pidfd)
			agent_ended(k);
		else
			on_link_event(k);
	}
}

static int begin(struct keeper *k, char line[SVF_READY_LINE_MAX], struct svf_errmsg *err)
{
	int r = keeper_init(k, err);

	if (r < 0)
		return r;
	sign_in(k);
	follow_pf(k);
	if (k->state.args.lane == SVF_LANE_TC) {
		(void)snprintf(line, SVF_READY_LINE_MAX, "ready xdp=none zero_copy=0 memory=0");
		return 0;
	}
	r = start_first_agent(k, line, err);
	if (!r)
		arm(k, TICK_MS);
	return r;
}

int svf_daemon_run(const char *pf, const struct svf_paths *paths, int ready_fd,
		   struct svf_errmsg *err)
{
	struct keeper k = { .pf = pf,
			    .paths = paths,
			    .pidfile = -1,
			    .signals = -1,
			    .timer = -1,
			    .epoll = -1,
			    .agent_pidfd = -1 };
	char line[SVF_READY_LINE_MAX] = "";
	int r = begin(&k, line, err);

	if (!r && ready_fd >= 0) {
		(void)dprintf(ready_fd, "%s\n", line);
		(void)close(ready_fd);
	} else if (r < 0) {
		svf_ready_fail(ready_fd, r, err);
	}
	if (!r)
		keep(&k);
	if (k.agent)
		(void)svf_process_end(k.agent, SVF_STOP_PATIENCE_MS);
	keeper_done(&k);
	return r;
}
