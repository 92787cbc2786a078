// SPDX-License-Identifier: GPL-2.0-only
/*
 * The rtnetlink socket: one request at a time, its answer read to the end. Answers to a
 * request given up earlier are recognised by their sequence number and skipped.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <string.h>

#include "nl.h"

/* The kernel fills dumps in pieces of up to 32 KiB if the reader's buffer has room. */
#define ANSWER_BYTES  (64 * 1024)
#define REQUEST_BYTES (SVF_NL_REQUEST_MAX + 256)
#define EXTACK_BYTES  256

struct svf_nl {
	struct mnl_socket *socket;
	uint32_t sequence;
	char request[REQUEST_BYTES] __attribute__((aligned(NLMSG_ALIGNTO)));
	char answer[ANSWER_BYTES] __attribute__((aligned(NLMSG_ALIGNTO)));
};

/* One answer being read. */
struct exchange {
	uint32_t sequence;
	mnl_cb_t cb;
	void *arg;
	bool done;
	bool interrupted; /* NLM_F_DUMP_INTR seen */
	int cb_error;
	int error;		 /* the kernel's */
	char text[EXTACK_BYTES]; /* the kernel's words; "" if none */
};

struct svf_nl *svf_nl_free(struct svf_nl *nl)
{
	if (!nl)
		return NULL;
	if (nl->socket)
		(void)mnl_socket_close(nl->socket);
	free(nl);
	return NULL;
}

static int open_socket(struct svf_nl *nl)
{
	int on = 1;

	nl->socket = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	if (!nl->socket)
		return -errno;
	if (mnl_socket_bind(nl->socket, 0, MNL_SOCKET_AUTOPID) < 0)
		return -errno;
	/* Texts instead of bare numbers, and errors that do not repeat the request. */
	if (mnl_socket_setsockopt(nl->socket, NETLINK_EXT_ACK, &on, sizeof(on)) < 0 ||
	    mnl_socket_setsockopt(nl->socket, NETLINK_CAP_ACK, &on, sizeof(on)) < 0)
		return -errno;
	return 0;
}

int svf_nl_new(struct svf_nl **ret_nl, struct svf_errmsg *err)
{
	int r;

	svf_cleanup(nl) struct svf_nl *nl = calloc(1, sizeof(*nl));
	if (!nl)
		return svf_errmsg_set(err, -ENOMEM, "cannot open netlink socket: out of memory");

	r = open_socket(nl);
	if (r < 0)
		return svf_errmsg_set(err, r, "cannot open netlink socket: %s", strerror(-r));
	*ret_nl = TAKE_PTR(nl);
	return 0;
}

struct visit {
	int netns_fd;
	struct svf_nl *nl;
	struct svf_errmsg *err;
	int result;
};

static void *open_there(void *arg)
{
	struct visit *visit = arg;

	if (setns(visit->netns_fd, CLONE_NEWNET) < 0)
		visit->result = svf_errmsg_set(
			visit->err, -errno, "cannot enter network namespace: %s", strerror(errno));
	else
		visit->result = svf_nl_new(&visit->nl, visit->err);
	return NULL;
}

/* By a thread of its own, so that there is no way back that could fail. */
int svf_nl_new_in(struct svf_nl **ret_nl, int netns_fd, struct svf_errmsg *err)
{
	struct visit visit = { .netns_fd = netns_fd, .err = err };
	pthread_t thread;
	int r;

	r = pthread_create(&thread, NULL, open_there, &visit);
	if (r > 0)
		return svf_errmsg_set(err, -r, "cannot start a thread: %s", strerror(r));
	(void)pthread_join(thread, NULL);
	if (visit.result < 0)
		return visit.result;
	*ret_nl = visit.nl;
	return 0;
}

struct nlmsghdr *svf_nl_start(struct svf_nl *nl, uint16_t type, uint16_t flags)
{
	struct nlmsghdr *nlh;

	memset(nl->request, 0, sizeof(nl->request));
	nlh = mnl_nlmsg_put_header(nl->request);
	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = flags | NLM_F_REQUEST;
	if ((flags & NLM_F_DUMP) != NLM_F_DUMP)
		nlh->nlmsg_flags |= NLM_F_ACK;
	nlh->nlmsg_seq = ++nl->sequence;
	return nlh;
}

static void read_extack(struct exchange *ex, const struct nlmsghdr *nlh, size_t offset)
{
	const struct nlattr *attr;

	if (!(nlh->nlmsg_flags & NLM_F_ACK_TLVS) || mnl_nlmsg_get_payload_len(nlh) < offset)
		return;
	mnl_attr_for_each (attr, nlh, (unsigned int)offset) {
		if (mnl_attr_get_type(attr) != NLMSGERR_ATTR_MSG ||
		    mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) < 0)
			continue;
		(void)snprintf(ex->text, sizeof(ex->text), "%s", mnl_attr_get_str(attr));
	}
}

static void read_ack(struct exchange *ex, const struct nlmsghdr *nlh)
{
	const struct nlmsgerr *ack = mnl_nlmsg_get_payload(nlh);
	size_t offset = sizeof(*ack);

	ex->done = true;
	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(*ack)) {
		ex->error = -EBADMSG;
		return;
	}
	ex->error = ack->error;
	if (!(nlh->nlmsg_flags & NLM_F_CAPPED))
		offset += MNL_ALIGN(ack->msg.nlmsg_len) - sizeof(ack->msg);
	if (ex->error)
		read_extack(ex, nlh, offset);
}

/* The end of a dump carries its result. */
static void read_done(struct exchange *ex, const struct nlmsghdr *nlh)
{
	ex->done = true;
	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(int))
		return;
	ex->error = *(const int *)mnl_nlmsg_get_payload(nlh);
	if (ex->error)
		read_extack(ex, nlh, sizeof(int));
}

static void read_message(struct exchange *ex, const struct nlmsghdr *nlh)
{
	if (nlh->nlmsg_seq != ex->sequence)
		return;
	if (nlh->nlmsg_flags & NLM_F_DUMP_INTR)
		ex->interrupted = true;

	switch (nlh->nlmsg_type) {
	case NLMSG_NOOP:
		break;
	case NLMSG_ERROR:
		read_ack(ex, nlh);
		break;
	case NLMSG_DONE:
		read_done(ex, nlh);
		break;
	default:
		if (ex->cb && ex->cb_error >= 0)
			ex->cb_error = ex->cb(nlh, ex->arg);
	}
}

static int send_request(struct svf_nl *nl, const struct nlmsghdr *nlh)
{
	ssize_t n;

	do
		n = mnl_socket_sendto(nl->socket, nlh, nlh->nlmsg_len);
	while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : 0;
}

static int receive_some(struct svf_nl *nl, struct exchange *ex)
{
	const struct nlmsghdr *nlh = (const struct nlmsghdr *)nl->answer;
	ssize_t n;
	int left;

	do
		n = mnl_socket_recvfrom(nl->socket, nl->answer, sizeof(nl->answer));
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;

	for (left = (int)n; mnl_nlmsg_ok(nlh, left); nlh = mnl_nlmsg_next(nlh, &left))
		read_message(ex, nlh);
	return 0;
}

int svf_nl_talk(struct svf_nl *nl, struct nlmsghdr *nlh, mnl_cb_t cb, void *arg, const char *what,
		struct svf_errmsg *err)
{
	struct exchange ex = { .sequence = nlh->nlmsg_seq, .cb = cb, .arg = arg };
	int r = send_request(nl, nlh);

	while (r == 0 && !ex.done)
		r = receive_some(nl, &ex);
	if (r == 0)
		r = ex.error;
	if (r < 0)
		return svf_errmsg_set(err, r, "%s: %s", what, ex.text[0] ? ex.text : strerror(-r));
	if (ex.cb_error < 0)
		return ex.cb_error;
	return ex.interrupted ? -EAGAIN : 0;
}
