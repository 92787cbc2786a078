// SPDX-License-Identifier: GPL-2.0-only
/* The event side of the PF daemon: its sources, and who follows what. */
#include "follow.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "clock.h"
#include "events.h"
#include "follow_lack.h"
#include "follow_link.h"
#include "follow_mac.h"
#include "follow_mcast.h"
#include "follow_vlan.h"
#include "monitor.h"

/* A source that has told something is not listened to for so long: who makes events all the time
 * costs 500 wake-ups a second at most. What one may take depends on the source (monitor.c reads so
 * many messages a call) and on who follows (each has its own limits). */
#define SOURCE_REST_NS (2 * SVF_NS_PER_MS)

/* The kernel tells that a NIC has lost its carrier up to 1 s late if it has told such a thing a
 * short while ago (net/core/link_watch.c); who asks is told at once. */
#define GLANCE_NS (50 * SVF_NS_PER_MS)

/* `set` says nothing of trust that it gives or takes. 256 looks at a map take about 1 ms. */
#define PEEK_NS (500 * SVF_NS_PER_MS)

struct svf_follow {
	struct svf_watch watch;
	struct svf_link_follower link;
	struct svf_lack_follower lack;
	struct svf_mac_follower *macs; /* owned, as all below */
	struct svf_mcast_follower *mcast;
	struct svf_vlan_follower *vlans;
	struct svf_events *events;
	struct mnl_socket *monitor;
	int epoll, timer;
	int64_t rearm_ns;  /* when the sources are listened to again; INT64_MAX: they are */
	int64_t glance_ns; /* when to ask for the PF's carrier */
	int64_t peek_ns;   /* when to look for new configurations of VFs */
	bool pf_changed;   /* something else of it may have changed */
	bool gone;
};

/* --- what is told --- */

static void mark_all(struct svf_follow *follow)
{
	follow->pf_changed = true;
	svf_lack_follower_mark(&follow->lack);
	for (unsigned int vf = 0; vf < follow->watch.n_vfs; vf++) {
		svf_link_follower_mark(&follow->link, vf);
		svf_mac_follower_mark(follow->macs, vf);
		svf_mcast_follower_mark(follow->mcast, vf, true);
		svf_vlan_follower_mark(follow->vlans, vf);
	}
}

static void on_vlan(struct svf_follow *follow, const struct svf_monitor_event *event)
{
	int vf;

	if (!event->lower) {
		svf_vlan_follower_mark_strays(follow->vlans);
		return;
	}
	vf = svf_watch_find(&follow->watch, event->nsid, event->lower);
	if (vf >= 0)
		svf_vlan_follower_mark(follow->vlans, (unsigned int)vf);
}

static void on_netdev(const struct svf_monitor_event *event, void *arg)
{
	struct svf_follow *follow = arg;
	int vf;

	if (event->kind == SVF_MONITOR_LOST) {
		mark_all(follow);
		return;
	}
	if (event->nsid == SVF_NSID_SELF && event->ifindex == follow->watch.pf_ifindex) {
		follow->pf_changed = true;
		follow->gone = follow->gone || event->kind == SVF_MONITOR_GONE;
		return;
	}
	if (event->nsid == SVF_NSID_SELF && event->kind == SVF_MONITOR_GONE)
		svf_lack_follower_mark(&follow->lack);
	if (event->vlan)
		on_vlan(follow, event);
	vf = svf_watch_find(&follow->watch, event->nsid, event->ifindex);
	if (vf < 0)
		return;
	if (event->nsid == SVF_NSID_SELF && event->kind == SVF_MONITOR_CHANGED)
		svf_link_follower_mark(&follow->link, (unsigned int)vf);
	svf_mcast_follower_mark(follow->mcast, (unsigned int)vf, event->kind != SVF_MONITOR_GROUPS);
	if (event->kind == SVF_MONITOR_GROUPS)
		return;
	svf_mac_follower_mark(follow->macs, (unsigned int)vf);
	svf_vlan_follower_mark(follow->vlans, (unsigned int)vf);
}

static void on_mcast(unsigned int vf, void *arg)
{
	struct svf_follow *follow = arg;

	if (vf < follow->watch.n_vfs)
		svf_mcast_follower_mark(follow->mcast, vf, false);
}

/* --- sources --- */

static int listen_to(const struct svf_follow *follow, int op, int fd, uint32_t events)
{
	struct epoll_event event = { .events = events, .data.fd = fd };

	return epoll_ctl(follow->epoll, op, fd, &event) < 0 ? -errno : 0;
}

static int listen_to_sources(const struct svf_follow *follow, int op)
{
	int r = listen_to(follow, op, mnl_socket_get_fd(follow->monitor), EPOLLIN | EPOLLONESHOT);

	return r < 0 ? r
		     : listen_to(follow, op, svf_events_fd(follow->events), EPOLLIN | EPOLLONESHOT);
}

static void read_source(struct svf_follow *follow, int fd, int64_t now_ns)
{
	uint64_t expired;

	if (fd == follow->timer) {
		(void)!read(follow->timer, &expired, sizeof(expired));
		return;
	}
	if (fd == svf_events_fd(follow->events))
		svf_events_read(follow->events);
	else
		(void)svf_monitor_read(follow->monitor, on_netdev, follow);
	follow->rearm_ns = now_ns + SOURCE_REST_NS;
}

static void read_sources(struct svf_follow *follow, int64_t now_ns)
{
	struct epoll_event ready[3];
	int n = epoll_wait(follow->epoll, ready, 3, 0);

	for (int i = 0; i < n; i++)
		read_source(follow, ready[i].data.fd, now_ns);
}

/* --- what is done --- */

static int64_t earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static void arm(const struct svf_follow *follow, int64_t when_ns)
{
	const int64_t ns = when_ns > 0 ? when_ns : 1; /* 0 would switch it off */
	const struct itimerspec when = {
		.it_value = { .tv_sec = ns / SVF_NS_PER_S, .tv_nsec = ns % SVF_NS_PER_S },
	};

	(void)timerfd_settime(follow->timer, TFD_TIMER_ABSTIME, &when, NULL);
}

static int look_at_pf(struct svf_follow *follow, int64_t now_ns)
{
	int r = 0;

	if (follow->pf_changed)
		r = svf_link_follower_look(&follow->link);
	else if (now_ns >= follow->glance_ns)
		r = svf_link_follower_glance(&follow->link, mnl_socket_get_fd(follow->monitor));
	else
		return 0;
	follow->pf_changed = r < 0;
	follow->glance_ns = now_ns + GLANCE_NS;
	return r;
}

static void peek_at_vfs(struct svf_follow *follow, int64_t now_ns)
{
	if (now_ns < follow->peek_ns)
		return;
	for (unsigned int vf = 0; vf < follow->watch.n_vfs; vf++) {
		if (!svf_watch_is_reconfigured(&follow->watch, vf))
			continue;
		svf_mac_follower_mark(follow->macs, vf);
		svf_vlan_follower_mark(follow->vlans, vf);
	}
	follow->peek_ns = now_ns + PEEK_NS;
}

static int work(struct svf_follow *follow)
{
	const int64_t now_ns = svf_clock_now_ns();
	int64_t next_ns;

	if (now_ns >= follow->rearm_ns) {
		(void)listen_to_sources(follow, EPOLL_CTL_MOD);
		follow->rearm_ns = INT64_MAX;
	}
	if (look_at_pf(follow, now_ns) == -ENODEV)
		return -ENODEV;
	peek_at_vfs(follow, now_ns);
	next_ns = earlier(follow->rearm_ns, earlier(follow->glance_ns, follow->peek_ns));
	next_ns = earlier(next_ns, svf_link_follower_run(&follow->link, now_ns));
	next_ns = earlier(next_ns, svf_lack_follower_run(&follow->lack, now_ns));
	next_ns = earlier(next_ns, svf_mac_follower_run(follow->macs, now_ns));
	next_ns = earlier(next_ns, svf_mcast_follower_run(follow->mcast, now_ns));
	next_ns = earlier(next_ns, svf_vlan_follower_run(follow->vlans, now_ns));
	arm(follow, next_ns);
	return 0;
}

int svf_follow_run(struct svf_follow *follow)
{
	read_sources(follow, svf_clock_now_ns());
	return follow->gone ? -ENODEV : work(follow);
}

int svf_follow_fd(const struct svf_follow *follow)
{
	return follow->epoll;
}

/* --- life --- */

struct svf_follow *svf_follow_free(struct svf_follow *follow)
{
	if (!follow)
		return NULL;
	follow->vlans = svf_vlan_follower_free(follow->vlans);
	follow->mcast = svf_mcast_follower_free(follow->mcast);
	follow->macs = svf_mac_follower_free(follow->macs);
	follow->events = svf_events_free(follow->events);
	if (follow->monitor)
		(void)mnl_socket_close(follow->monitor);
	if (follow->timer >= 0)
		(void)close(follow->timer);
	if (follow->epoll >= 0)
		(void)close(follow->epoll);
	svf_watch_done(&follow->watch);
	free(follow);
	return NULL;
}

/* Listening begins before the first look, so that nothing is missed between the two. */
static int open_sources(struct svf_follow *follow, struct svf_errmsg *err)
{
	int r = svf_monitor_new(&follow->monitor, err);

	if (!r)
		r = svf_events_new(&follow->events, follow->watch.pf, follow->watch.sorter,
				   on_mcast, follow);
	if (r < 0)
		return r;
	follow->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	follow->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (follow->timer < 0 || follow->epoll < 0)
		return -errno;
	r = listen_to(follow, EPOLL_CTL_ADD, follow->timer, EPOLLIN);
	return r < 0 ? r : listen_to_sources(follow, EPOLL_CTL_ADD);
}

static int begin(struct svf_follow *follow, bool locked, struct svf_errmsg *err)
{
	int r = svf_watch_init(&follow->watch);

	if (!r)
		r = open_sources(follow, err);
	if (!r)
		r = svf_mac_follower_new(&follow->macs, &follow->watch);
	if (!r)
		r = svf_mcast_follower_new(&follow->mcast, &follow->watch);
	svf_lack_follower_init(&follow->lack, &follow->watch);
	if (!r)
		r = svf_vlan_follower_new(&follow->vlans, &follow->watch);
	if (!r)
		r = svf_link_follower_init(&follow->link, &follow->watch, locked);
	return r < 0 ? r : work(follow);
}

int svf_follow_new(struct svf_follow **ret_follow, const struct svf_follow_params *params,
		   struct svf_errmsg *err)
{
	struct svf_follow *follow = calloc(1, sizeof(*follow));
	int r;

	if (!follow)
		return svf_errmsg_set(err, -ENOMEM, "%s: out of memory", params->pf);
	*follow = (struct svf_follow){
		.watch = { .pf = params->pf,
			   .paths = params->paths,
			   .sorter = params->sorter,
			   .nl = params->nl,
			   .pf_ifindex = params->pf_ifindex,
			   .n_vfs = params->vfs },
		.epoll = -1,
		.timer = -1,
		.rearm_ns = INT64_MAX,
	};
	r = begin(follow, params->locked, err);
	if (r < 0) {
		follow = svf_follow_free(follow);
		return svf_errmsg_set(err, r, "%s: PF daemon: %s", params->pf, strerror(-r));
	}
	*ret_follow = follow;
	return 0;
}
