// SPDX-License-Identifier: GPL-2.0-only
/*
 * Handing a VF over: all or nothing. What can be known before is asked before the netdev moves
 * (is the VF free, the name taken); from then on whatever fails ends with the netdev at home. In
 * the container's namespace only netlink, one packet socket and sysctls are used, by threads that
 * entered no other namespace of it: nothing of its files is read, nothing of its programs runs.
 */
#include "attach.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "announce.h"
#include "attach_job.h"
#include "clock.h"
#include "interrupt.h"
#include "monitor.h"
#include "netns.h"
#include "owner.h"
#include "sorter.h"
#include "vf.h"

/* The link comes with the netdev's being up, or when the PF daemon, which may be at it, has done
 * the representor. */
#define CARRIER_WAIT_MS 1000

struct job {
	const struct svf_attach_request *request;
	struct svf_open_pf open;
	struct svf_held_vf vf;
	struct svf_link netdev; /* in its new namespace */
	int netns_fd;		/* owned */
	uint64_t inode;		/* of that namespace */
	struct svf_nl *there;	/* owned */
	bool carrier;
};

static const char *name_there(const struct job *job)
{
	return job->request->ifname ? job->request->ifname : job->vf.name.name;
}

/* The step's own words behind the VF's name. */
static int fail(const struct job *job, int r, const struct svf_errmsg *detail,
		struct svf_errmsg *err)
{
	return svf_errmsg_exit_set(err, detail->exit, r, "%s: vf %u: %s", job->vf.pf, job->vf.vf,
				   detail->text[0] ? detail->text : strerror(-r));
}

/* --- which VF --- */

static int refuse_held(struct job *job, struct svf_errmsg *err)
{
	const struct svf_link *representor = &job->vf.representor;
	struct svf_owner owner = {};
	struct svf_link netdev = {};
	char text[SVF_OWNER_TEXT_MAX];

	svf_cleanup(owners) struct svf_owners *owners = NULL;
	if (!svf_owners_new(&owners))
		(void)svf_owners_find(owners, job->open.nl, representor->peer_nsid, &owner);
	svf_owner_format(text, &owner, representor->peer_nsid);
	(void)svf_link_get(job->open.nl, representor->peer_nsid, representor->peer_ifindex, &netdev,
			   NULL);
	svf_owner_clean(netdev.name);
	return svf_errmsg_exit_set(err, SVF_EXIT_BUSY, -EBUSY,
				   "%s: vf %u: is held by %s as %s: `svf-loader detach %s vf %u` "
				   "brings it back",
				   job->vf.pf, job->vf.vf, text, netdev.name, job->vf.pf,
				   job->vf.vf);
}

static int take_vf(struct job *job, struct svf_errmsg *err)
{
	int r = svf_held_vf_init(&job->vf, &job->open, job->request->pf, job->request->vf, err);

	if (r < 0)
		return r;
	return job->vf.representor.peer_nsid == SVF_NSID_SELF ? 0 : refuse_held(job, err);
}

/* One that is up here, or somebody's port, is in use, too. */
static bool is_free(struct job *job)
{
	struct svf_link netdev;

	return job->vf.representor.peer_nsid == SVF_NSID_SELF &&
	       !svf_link_get(job->open.nl, SVF_NSID_SELF, job->vf.representor.peer_ifindex, &netdev,
			     NULL) &&
	       !(netdev.flags & IFF_UP) && !netdev.master_ifindex;
}

/* By all numbers there may be: there may be holes. */
static int take_any(struct job *job, struct svf_errmsg *err)
{
	const char *pf = job->request->pf;

	for (unsigned int vf = 0; vf < SVF_UP_MAX_VFS; vf++)
		if (!svf_held_vf_init(&job->vf, &job->open, pf, vf, NULL) && is_free(job))
			return 0;
	return svf_errmsg_exit_set(err, SVF_EXIT_BUSY, -EBUSY,
				   "%s: no VF is free: all are attached, or up here: "
				   "`svf-loader -d show %s` tells who has them",
				   pf, pf);
}

/* --- where to --- */

static int open_there(struct job *job, struct svf_errmsg *err)
{
	const char *word = job->request->netns;
	struct svf_errmsg detail = {};
	uint64_t ours;
	int r = svf_netns_find(word, &job->netns_fd, &detail);

	if (!r)
		r = svf_netns_fd_inode(job->netns_fd, &job->inode);
	if (!r)
		r = svf_netns_inode(&ours);
	if (!r && job->inode == ours)
		r = svf_errmsg_set(&detail, -EINVAL,
				   "netns %s: is the PF's own: a VF there is used as it is", word);
	if (!r)
		r = svf_nl_new_in(&job->there, job->netns_fd, &detail);
	if (r < 0)
		return svf_errmsg_exit_set(err, detail.exit, r, "%s: %s", job->request->pf,
					   detail.text[0] ? detail.text : strerror(-r));
	return 0;
}

static int check_name(struct job *job, struct svf_errmsg *err)
{
	struct svf_link link;

	if (svf_link_get_by_name(job->there, name_there(job), &link, NULL) == -ENODEV)
		return 0;
	return svf_errmsg_set(err, -EEXIST,
			      "%s: vf %u: netns %s has a netdev %s already: give another name by "
			      "--ifname",
			      job->vf.pf, job->vf.vf, job->request->netns, name_there(job));
}

/* --- configuring it there --- */

/* The admin's address and MTU, and nothing left of whoever had it before: it may have come back
 * other than by `detach`. */
static int freshen(struct job *job, struct svf_errmsg *detail)
{
	return svf_held_vf_return(&job->vf, job->open.nl, NULL, detail);
}

static int move(struct job *job, struct svf_errmsg *detail)
{
	const struct svf_link *representor = &job->vf.representor;
	int r = svf_link_move(job->open.nl, representor->peer_ifindex, job->netns_fd,
			      name_there(job), detail);

	if (!r) /* it may have another number there */
		r = svf_link_get(job->open.nl, SVF_NSID_SELF, representor->ifindex,
				 &job->vf.representor, detail);
	if (!r)
		r = svf_link_get(job->there, SVF_NSID_SELF, representor->peer_ifindex, &job->netdev,
				 detail);
	return r;
}

static void write_sysctl(const struct job *job, const char *family, const char *key,
			 const char *value)
{
	char path[128];

	(void)snprintf(path, sizeof(path), "/proc/sys/net/%s/conf/%s/%s", family, name_there(job),
		       key);
	svf_cleanup(fd) int fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd >= 0)
		(void)!write(fd, value, strlen(value));
}

static bool has_family(const struct job *job, int family)
{
	for (unsigned int i = 0; i < job->request->n_addresses; i++)
		if (job->request->addresses[i].family == family)
			return true;
	return false;
}

/*
 * In the namespace: /proc/sys/net shows the caller's. With arp_notify and ndisc_notify the kernel
 * there announces the addresses again whenever the tenant has had the netdev down; without them
 * nobody is worse off. Engines switch IPv6 off in containers they give no address; who asks for one
 * wants it on.
 */
static int write_sysctls(void *arg)
{
	const struct job *job = arg;

	write_sysctl(job, "ipv4", "arp_notify", "1");
	write_sysctl(job, "ipv6", "ndisc_notify", "1");
	if (has_family(job, AF_INET6))
		write_sysctl(job, "ipv6", "disable_ipv6", "0");
	return 0;
}

static int switch_on(struct job *job, struct svf_errmsg *detail)
{
	int r = svf_netns_call(job->netns_fd, write_sysctls, job, detail);

	return r ? r
		 : svf_link_set_flags(job->there, SVF_NSID_SELF, job->netdev.ifindex, IFF_UP,
				      IFF_UP, detail);
}

static int add_addresses(struct job *job, struct svf_errmsg *detail)
{
	int r = 0;

	for (unsigned int i = 0; i < job->request->n_addresses && !r; i++)
		r = svf_inet_add(job->there, job->netdev.ifindex, &job->request->addresses[i],
				 detail);
	return r;
}

static int add_gateways(struct job *job, struct svf_errmsg *detail)
{
	char text[SVF_INET_TEXT_MAX];

	for (unsigned int i = 0; i < job->request->n_gateways; i++) {
		const struct svf_inet *gateway = &job->request->gateways[i];
		int r = svf_inet_add_gateway(job->there, job->netdev.ifindex, gateway, detail);

		svf_inet_format(text, gateway);
		if (r == -EEXIST) {
			detail->text[0] = '\0';
			return svf_errmsg_set(detail, r,
					      "cannot route by %s: netns %s has a default route "
					      "already: leave --gateway out, or delete that one",
					      text, job->request->netns);
		}
		if (r < 0)
			return r;
	}
	return 0;
}

/* --- on the wire --- */

static void hear(const struct svf_monitor_event *event, void *arg)
{
	(void)event;
	(void)arg;
}

/* Whether it is there in time. Events of ours say when to look: the representor has the carrier at
 * the same moment. */
static bool wait_carrier(struct job *job)
{
	const int64_t end_ns = svf_clock_now_ns() + CARRIER_WAIT_MS * SVF_NS_PER_MS;

	svf_cleanup(monitor) struct mnl_socket *monitor = NULL;
	if (svf_monitor_new(&monitor, NULL) < 0)
		return false;
	for (;;) {
		struct pollfd fd = { .fd = mnl_socket_get_fd(monitor), .events = POLLIN };
		const int64_t left_ns = end_ns - svf_clock_now_ns();

		if (svf_link_get(job->there, SVF_NSID_SELF, job->netdev.ifindex, &job->netdev,
				 NULL) < 0)
			return false;
		if (svf_link_is_up(&job->netdev))
			return true;
		if (left_ns <= 0)
			return false;
		(void)poll(&fd, 1, (int)(left_ns / SVF_NS_PER_MS) + 1);
		(void)svf_monitor_read(monitor, hear, NULL);
	}
}

/* Without a link there is nobody to tell; that is no failure: a card's VF is handed over as well.
 */
static int announce(struct job *job, struct svf_errmsg *detail)
{
	struct svf_pf_config pf;
	int r = svf_sorter_get_pf(job->open.sorter, &pf);

	if (!r)
		r = svf_link_get(job->there, SVF_NSID_SELF, job->netdev.ifindex, &job->netdev,
				 detail);
	if (r < 0)
		return r;
	job->carrier = svf_link_is_up(&job->netdev) ||
		       (svf_vf_has_link(&job->vf.config, pf.carrier) && wait_carrier(job));
	if (!job->carrier)
		return 0;
	return svf_announce_send(job->netns_fd, job->netdev.ifindex, job->vf.config.mac,
				 job->request->addresses, job->request->n_addresses, detail);
}

/* --- all of it --- */

static int (*const steps[])(struct job *job, struct svf_errmsg *detail) = {
	freshen, move, switch_on, add_addresses, add_gateways, announce,
};

/* By the representor, that knows whether it has moved. */
static void undo(struct job *job)
{
	struct svf_nl *nl = job->open.nl;
	struct svf_errmsg detail = {};
	bool away;
	int r = svf_link_get(nl, SVF_NSID_SELF, job->vf.representor.ifindex, &job->vf.representor,
			     &detail);

	away = job->vf.representor.peer_nsid != SVF_NSID_SELF;
	if (!r)
		(void)svf_held_vf_return(&job->vf, nl, away ? job->there : NULL, &detail);
}

static int run_steps(struct job *job, struct svf_errmsg *err)
{
	struct svf_errmsg detail = {};
	int r = 0;

	for (unsigned int i = 0; i < sizeof(steps) / sizeof(steps[0]) && !r; i++) {
		r = svf_interrupt_check(job->request->pf, err);
		if (!r)
			r = steps[i](job, &detail);
	}
	if (r < 0) {
		undo(job);
		return fail(job, r, &detail, err);
	}
	return 0;
}

static void report(const struct job *job, struct svf_attach_report *ret_report)
{
	*ret_report = (struct svf_attach_report){
		.vf = job->vf.vf,
		.netns_inode = job->inode,
		.ifindex = job->netdev.ifindex,
		.mtu = job->vf.config.mtu,
		.carrier = job->carrier,
	};
	(void)snprintf(ret_report->ifname, sizeof(ret_report->ifname), "%s", name_there(job));
	memcpy(ret_report->mac, job->vf.config.mac, ETH_ALEN);
}

static void job_done(struct job *job)
{
	svf_open_pf_done(&job->open);
	job->there = svf_nl_free(job->there);
	if (job->netns_fd >= 0)
		(void)close(job->netns_fd);
}

int svf_attach(const struct svf_attach_request *request, struct svf_attach_report *ret_report,
	       struct svf_errmsg *err)
{
	struct job job = { .request = request, .netns_fd = -1 };
	int r = svf_open_pf_init(&job.open, request->pf, err);

	if (!r && !job.open.state.complete)
		r = svf_errmsg_exit_set(err, SVF_EXIT_BUSY, -EBUSY,
					"%s: is half up: `svf-loader down %s` clears up",
					request->pf, request->pf);
	if (!r)
		r = open_there(&job, err);
	if (!r)
		r = request->any ? take_any(&job, err) : take_vf(&job, err);
	if (!r)
		r = check_name(&job, err);
	if (!r)
		r = run_steps(&job, err);
	if (!r)
		report(&job, ret_report);
	job_done(&job);
	return r;
}
