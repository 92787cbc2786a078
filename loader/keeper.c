// SPDX-License-Identifier: GPL-2.0-only
/* Keeping vf-agent running. Its end is told by its pidfd, its hanging by its heartbeat. */
#include "keeper.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <svf/cleanup.h>
#include <svf/log.h>

#include "agent_args.h"
#include "clock.h"
#include "losses.h"

#define TICK_MS	       1000
#define RESTART_MIN_MS 100 /* after an agent that did not live long */
#define RESTART_MAX_MS 5000
#define LONG_LIFE_MS   5000 /* an agent that lived this long is restarted at once */
#define HANG_NS	       (5 * SVF_HEARTBEAT_MAX_AGE_NS / 2)

static int64_t now_ms(void)
{
	return svf_clock_now_ns() / SVF_NS_PER_MS;
}

static int watch(const struct svf_keeper *k, int fd)
{
	struct epoll_event event = { .events = EPOLLIN, .data.fd = fd };

	return epoll_ctl(k->epoll, EPOLL_CTL_ADD, fd, &event) < 0 ? -errno : 0;
}

/* --- starting --- */

/* The agent finds the PF by its name, which may have changed since `up`. */
static void follow_name(struct svf_keeper *k)
{
	struct svf_link link;

	if (!svf_link_get(k->nl, SVF_NSID_SELF, k->state->pf_ifindex, &link, NULL))
		memcpy(k->state->pf, link.name, sizeof(k->state->pf));
}

/* One that was started and cannot be watched would be restarted for ever, or never. */
static void give_up_agent(struct svf_keeper *k)
{
	(void)kill(k->agent, SIGKILL);
	(void)waitpid(k->agent, NULL, 0);
	k->agent = 0;
	if (k->agent_pidfd >= 0)
		(void)close(TAKE_FD(k->agent_pidfd));
}

static int start_agent(struct svf_keeper *k, int ready_fd, struct svf_errmsg *err)
{
	struct svf_agent_args args;
	char path[PATH_MAX];
	int r = svf_process_agent(path, sizeof(path), err);

	if (r < 0)
		return r;
	follow_name(k);
	/* What its predecessor had in its hands is lost; not to know how much is no reason to wait.
	 */
	(void)svf_losses_settle_agent(k->nl, k->sorter, k->paths, k->state);
	svf_agent_args_format(&args, k->state, k->paths, ready_fd);
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

/* `up` waits for the outcome, which the agent tells through a pipe. */
static int start_first(struct svf_keeper *k, char line[SVF_READY_LINE_MAX], struct svf_errmsg *err)
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

static void arm(const struct svf_keeper *k, int ms)
{
	const struct itimerspec when = {
		.it_value = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * SVF_NS_PER_MS },
	};

	(void)timerfd_settime(k->timer, 0, &when, NULL);
}

/* --- keeping --- */

static void restart_agent(struct svf_keeper *k)
{
	struct svf_errmsg err = {};

	if (start_agent(k, -1, &err) < 0) {
		svf_error("%s", err.text);
		k->restart_ms = RESTART_MAX_MS;
	}
	arm(k, k->agent ? TICK_MS : k->restart_ms);
}

static void agent_ended(struct svf_keeper *k)
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
static void check_heartbeat(struct svf_keeper *k)
{
	const uint64_t now_ns = (uint64_t)svf_clock_now_ns();
	struct svf_agent_life life;

	if (now_ms() - k->started_ms < LONG_LIFE_MS || svf_sorter_get_agent(k->sorter, &life) < 0)
		return;
	/* Not its heart yet but its predecessor's: it waits for the queues that the kernel frees
	 * socket by socket, with 512 of them for longer than a hang may last. */
	if (life.pid != (uint32_t)k->agent)
		return;
	if (life.heartbeat_ns && now_ns - life.heartbeat_ns > HANG_NS &&
	    now_ns > life.heartbeat_ns) {
		svf_error("%s: vf-agent (pid %d) hangs: killing it", k->pf, k->agent);
		(void)kill(k->agent, SIGKILL);
	}
}

static void on_timer(struct svf_keeper *k)
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

/* --- life --- */

int svf_keeper_init(struct svf_keeper *k)
{
	k->agent_pidfd = -1;
	k->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
	return k->timer < 0 ? -errno : watch(k, k->timer);
}

void svf_keeper_done(struct svf_keeper *k)
{
	if (k->agent)
		(void)svf_process_end(k->agent, SVF_STOP_PATIENCE_MS);
	if (k->agent_pidfd >= 0)
		(void)close(k->agent_pidfd);
	if (k->timer >= 0)
		(void)close(k->timer);
}

int svf_keeper_start(struct svf_keeper *k, char ret_line[SVF_READY_LINE_MAX],
		     struct svf_errmsg *err)
{
	int r = start_first(k, ret_line, err);

	if (!r)
		arm(k, TICK_MS);
	return r;
}

bool svf_keeper_run(struct svf_keeper *k, int fd)
{
	if (fd == k->timer)
		on_timer(k);
	else if (fd == k->agent_pidfd)
		agent_ended(k);
	else
		return false;
	return true;
}
