/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One rtnetlink socket with the kernel's extended error texts (NETLINK_EXT_ACK), on
 * libmnl. Lives in the namespace it was opened in.
 *
 * Signals: the kernel has carried a request out before send() returns, so an
 * interrupted send or receive is repeated, never reported: no function here, in link.h
 * or in tc.h returns -EINTR. Callers look at their own "stop" flag between two requests.
 */
#pragma once

#include <libmnl/libmnl.h>
#include <linux/rtnetlink.h>
#include <stdint.h>

#include <svf/cleanup.h>
#include <svf/errmsg.h>

struct svf_nl; /* owns the socket and its buffers */

int svf_nl_new(struct svf_nl **ret_nl, struct svf_errmsg *err);
/* Same, in the network namespace of netns_fd; the caller's thread stays where it is. */
int svf_nl_new_in(struct svf_nl **ret_nl, int netns_fd, struct svf_errmsg *err);
struct svf_nl *svf_nl_free(struct svf_nl *nl);
SVF_DEFINE_CLEANUP(nl, struct svf_nl *, svf_nl_free(val_), NULL)

/* Starts a request in the socket's buffer (valid until the next start). NLM_F_REQUEST is
 * implied; NLM_F_ACK too unless NLM_F_DUMP is given. Append attributes with mnl_attr_put*;
 * there is room for SVF_NL_REQUEST_MAX bytes of them. */
#define SVF_NL_REQUEST_MAX 4096
struct nlmsghdr *svf_nl_start(struct svf_nl *nl, uint16_t type, uint16_t flags);

/* Sends it and waits for the answer; cb (may be NULL) sees every message that is not the
 * ack and must not use nl. A negative return of cb is handed back, after the rest of the
 * answer was read unseen. Returns 0 or the kernel's -errno; the extack text, if any, is in
 * err as "<what>: <text>" (what names the object and action: "eth0: cannot set MTU"), else
 * "<what>: <strerror>". -EAGAIN without text: the objects changed during a dump, what
 * cb saw may be incomplete or told twice (NLM_F_DUMP_INTR). */
int svf_nl_talk(struct svf_nl *nl, struct nlmsghdr *nlh, mnl_cb_t cb, void *arg, const char *what,
		struct svf_errmsg *err);

/* Attempts a caller gives a dump that ends with -EAGAIN before it takes what there is. */
#define SVF_NL_DUMP_TRIES 16
