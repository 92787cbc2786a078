// SPDX-License-Identifier: GPL-2.0-only
/*
 * clsact and the filters on it. Every change starts from a dump of what is there: nothing
 * is assumed about who else uses the netdev.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>
#include <string.h>

#include "tc.h"

/* Priorities looked at for a place in front; where all are taken, attaching is refused. */
#define PRIORITIES_SEEN 64

/* What a dump of one direction's filters told. */
struct filters {
	bool any;
	uint16_t ours; /* priority of our filter; 0: none */
	uint32_t our_prog_id;
	uint64_t taken; /* bit n: priority n is not to be shared */
};

static uint32_t parent_of(enum svf_tc_direction direction)
{
	return TC_H_MAKE(TC_H_CLSACT,
			 direction == SVF_TC_INGRESS ? TC_H_MIN_INGRESS : TC_H_MIN_EGRESS);
}

static const char *direction_name(enum svf_tc_direction direction)
{
	return direction == SVF_TC_INGRESS ? "ingress" : "egress";
}

static struct nlmsghdr *start_tc(struct svf_nl *nl, uint16_t type, uint16_t flags, int ifindex,
				 uint32_t parent)
{
	struct nlmsghdr *nlh = svf_nl_start(nl, type, flags);
	struct tcmsg *tcm = mnl_nlmsg_put_extra_header(nlh, sizeof(*tcm));

	tcm->tcm_family = AF_UNSPEC;
	tcm->tcm_ifindex = ifindex;
	tcm->tcm_parent = parent;
	return nlh;
}

static struct tcmsg *header_of(struct nlmsghdr *nlh)
{
	return mnl_nlmsg_get_payload(nlh);
}

static const char *find_kind(const struct nlmsghdr *nlh, const struct nlattr **ret_options)
{
	const struct nlattr *attr;
	const char *kind = "";

	*ret_options = NULL;
	mnl_attr_for_each (attr, nlh, sizeof(struct tcmsg)) {
		if (mnl_attr_get_type(attr) == TCA_KIND &&
		    mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) == 0)
			kind = mnl_attr_get_str(attr);
		else if (mnl_attr_get_type(attr) == TCA_OPTIONS)
			*ret_options = attr;
	}
	return kind;
}

/* --- clsact --- */

struct qdisc_kind {
	char name[16];
};

static int read_qdisc(const struct nlmsghdr *nlh, void *arg)
{
	struct qdisc_kind *kind = arg;
	const struct nlattr *options;

	(void)snprintf(kind->name, sizeof(kind->name), "%s", find_kind(nlh, &options));
	return MNL_CB_OK;
}

/* Kind of what sits in clsact's place; "" if nothing does or the netdev is gone. */
static int get_qdisc(struct svf_nl *nl, const char *ifname, int ifindex,
		     struct qdisc_kind *ret_kind, struct svf_errmsg *err)
{
	struct nlmsghdr *nlh =
		start_tc(nl, RTM_GETQDISC, NLM_F_ECHO, ifindex,
			 TC_H_CLSACT); /* without ECHO only listeners get the answer */
	struct qdisc_kind kind = {};
	int r = svf_nl_talk(nl, nlh, read_qdisc, &kind, "", NULL);

	if (r < 0 && r != -ENOENT && r != -ENODEV)
		return svf_errmsg_set(err, r, "%s: cannot read qdisc: %s", ifname, strerror(-r));
	*ret_kind = kind;
	return 0;
}

static bool is_clsact(const struct qdisc_kind *kind)
{
	return strcmp(kind->name, "clsact") == 0;
}

static int change_clsact(struct svf_nl *nl, uint16_t type, uint16_t flags, int ifindex,
			 const char *what, struct svf_errmsg *err)
{
	struct nlmsghdr *nlh = start_tc(nl, type, flags, ifindex, TC_H_CLSACT);

	header_of(nlh)->tcm_handle = TC_H_MAKE(TC_H_CLSACT, 0);
	mnl_attr_put_strz(nlh, TCA_KIND, "clsact");
	return svf_nl_talk(nl, nlh, NULL, NULL, what, err);
}

int svf_tc_add_clsact(struct svf_nl *nl, const char *ifname, int ifindex, bool *ret_made,
		      struct svf_errmsg *err)
{
	struct qdisc_kind kind;
	char what[64];
	int r = get_qdisc(nl, ifname, ifindex, &kind, err);

	if (r < 0)
		return r;
	*ret_made = false;
	if (is_clsact(&kind))
		return 0;
	(void)snprintf(what, sizeof(what), "%s: cannot add clsact qdisc", ifname);
	if (strcmp(kind.name, "ingress") == 0)
		return svf_errmsg_set(err, -EBUSY, "%s: an ingress qdisc is in its place", what);
	r = change_clsact(nl, RTM_NEWQDISC, NLM_F_CREATE | NLM_F_EXCL, ifindex, what, err);
	*ret_made = r == 0;
	return r;
}

int svf_tc_has_clsact(struct svf_nl *nl, const char *ifname, int ifindex, bool *ret_has,
		      struct svf_errmsg *err)
{
	struct qdisc_kind kind;
	int r = get_qdisc(nl, ifname, ifindex, &kind, err);

	if (r == 0)
		*ret_has = is_clsact(&kind);
	return r;
}

int svf_tc_set_noqueue(struct svf_nl *nl, const char *ifname, int ifindex, struct svf_errmsg *err)
{
	struct nlmsghdr *nlh =
		start_tc(nl, RTM_NEWQDISC, NLM_F_CREATE | NLM_F_REPLACE, ifindex, TC_H_ROOT);
	char what[64];

	(void)snprintf(what, sizeof(what), "%s: cannot set noqueue qdisc", ifname);
	mnl_attr_put_strz(nlh, TCA_KIND, "noqueue");
	return svf_nl_talk(nl, nlh, NULL, NULL, what, err);
}

/* --- filters --- */

static bool is_our_filter(const struct tcmsg *tcm, const char *kind)
{
	return tcm->tcm_handle == SVF_TC_HANDLE && strcmp(kind, "bpf") == 0;
}

static uint32_t read_prog_id(const struct nlattr *options)
{
	const struct nlattr *attr;

	if (!options)
		return 0;
	mnl_attr_for_each_nested (attr, options)
		if (mnl_attr_get_type(attr) == TCA_BPF_ID &&
		    mnl_attr_validate(attr, MNL_TYPE_U32) == 0)
			return mnl_attr_get_u32(attr);
	return 0;
}

/* Each classifier instance is told with handle 0, then each of its filters with theirs. */
static int read_filter(const struct nlmsghdr *nlh, void *arg)
{
	const struct tcmsg *tcm = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *options;
	struct filters *filters = arg;
	const char *kind = find_kind(nlh, &options);
	uint16_t priority = (uint16_t)(TC_H_MAJ(tcm->tcm_info) >> 16);
	bool shareable = strcmp(kind, "bpf") == 0 && TC_H_MIN(tcm->tcm_info) == htons(ETH_P_ALL);

	filters->any = true;
	if (is_our_filter(tcm, kind)) {
		filters->ours = priority;
		filters->our_prog_id = read_prog_id(options);
	} else if (!shareable && priority < PRIORITIES_SEEN) {
		filters->taken |= 1ULL << priority;
	}
	return MNL_CB_OK;
}

static int list_filters(struct svf_nl *nl, const char *ifname, int ifindex,
			enum svf_tc_direction direction, struct filters *ret_filters,
			struct svf_errmsg *err)
{
	char what[64];
	int r = -EAGAIN;

	(void)snprintf(what, sizeof(what), "%s: cannot list tc filters", ifname);
	for (int i = 0; r == -EAGAIN && i < SVF_NL_DUMP_TRIES; i++) {
		*ret_filters = (struct filters){};
		r = svf_nl_talk(
			nl, start_tc(nl, RTM_GETTFILTER, NLM_F_DUMP, ifindex, parent_of(direction)),
			read_filter, ret_filters, what, err);
	}
	if (r < 0)
		return svf_errmsg_set(err, r, "%s: %s", what, strerror(-r));
	return 0;
}

static int choose_priority(const struct filters *filters, uint16_t *ret_priority)
{
	if (filters->ours) {
		*ret_priority = filters->ours;
		return 0;
	}
	for (uint16_t i = 1; i < PRIORITIES_SEEN; i++) {
		if (filters->taken & 1ULL << i)
			continue;
		*ret_priority = i;
		return 0;
	}
	return -ENOSPC;
}

static struct nlmsghdr *start_filter(struct svf_nl *nl, uint16_t type, uint16_t flags, int ifindex,
				     enum svf_tc_direction direction, uint16_t priority)
{
	struct nlmsghdr *nlh = start_tc(nl, type, flags, ifindex, parent_of(direction));

	header_of(nlh)->tcm_handle = SVF_TC_HANDLE;
	header_of(nlh)->tcm_info = TC_H_MAKE((uint32_t)priority << 16, htons(ETH_P_ALL));
	mnl_attr_put_strz(nlh, TCA_KIND, "bpf");
	return nlh;
}

int svf_tc_attach(struct svf_nl *nl, const char *ifname, int ifindex,
		  enum svf_tc_direction direction, int prog_fd, const char *prog_name,
		  struct svf_errmsg *err)
{
	char what[80];
	struct nlmsghdr *nlh;
	struct nlattr *options;
	struct filters filters;
	uint16_t priority;
	int r = list_filters(nl, ifname, ifindex, direction, &filters, err);

	if (r < 0)
		return r;
	(void)snprintf(what, sizeof(what), "%s: cannot attach %s to tc %s", ifname, prog_name,
		       direction_name(direction));
	r = choose_priority(&filters, &priority);
	if (r < 0)
		return svf_errmsg_set(err, r, "%s: no free priority in front", what);

	nlh = start_filter(nl, RTM_NEWTFILTER, NLM_F_CREATE, ifindex, direction, priority);
	options = mnl_attr_nest_start(nlh, TCA_OPTIONS);
	mnl_attr_put_u32(nlh, TCA_BPF_FD, (uint32_t)prog_fd);
	mnl_attr_put_strz(nlh, TCA_BPF_NAME, prog_name);
	mnl_attr_put_u32(nlh, TCA_BPF_FLAGS, TCA_BPF_FLAG_ACT_DIRECT);
	mnl_attr_nest_end(nlh, options);
	return svf_nl_talk(nl, nlh, NULL, NULL, what, err);
}

int svf_tc_detach(struct svf_nl *nl, const char *ifname, int ifindex,
		  enum svf_tc_direction direction, struct svf_errmsg *err)
{
	struct svf_errmsg detail = {};
	struct filters filters;
	char what[64];
	int r = list_filters(nl, ifname, ifindex, direction, &filters, err);

	if (r < 0 || !filters.ours)
		return r;
	(void)snprintf(what, sizeof(what), "%s: cannot detach from tc %s", ifname,
		       direction_name(direction));
	r = svf_nl_talk(nl, start_filter(nl, RTM_DELTFILTER, 0, ifindex, direction, filters.ours),
			NULL, NULL, what, &detail);
	if (r == 0 || r == -ENOENT || r == -ENODEV)
		return 0;
	return svf_errmsg_set(err, r, "%s", detail.text);
}

int svf_tc_get(struct svf_nl *nl, const char *ifname, int ifindex, enum svf_tc_direction direction,
	       uint32_t *ret_prog_id, struct svf_errmsg *err)
{
	struct filters filters;
	int r = list_filters(nl, ifname, ifindex, direction, &filters, err);

	if (r == 0)
		*ret_prog_id = filters.our_prog_id;
	return r;
}

struct ahead {
	bool found, ours; /* somebody's filter was told; then, or never, ours was */
	struct svf_tc_filter first;
};

static void read_filter_name(struct svf_tc_filter *filter, const struct nlattr *options)
{
	const struct nlattr *attr;

	if (!options || strcmp(filter->kind, "bpf") != 0)
		return;
	mnl_attr_for_each_nested (attr, options)
		if (mnl_attr_get_type(attr) == TCA_BPF_NAME &&
		    mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) == 0)
			(void)snprintf(filter->name, sizeof(filter->name), "%s",
				       mnl_attr_get_str(attr));
}

/* The dump is in the order in which frames meet the filters. */
static int read_ahead(const struct nlmsghdr *nlh, void *arg)
{
	const struct tcmsg *tcm = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *options;
	struct ahead *ahead = arg;
	const char *kind = find_kind(nlh, &options);

	if (is_our_filter(tcm, kind)) {
		ahead->ours = true;
	} else if (!ahead->ours && !ahead->found && tcm->tcm_handle) {
		ahead->found = true;
		ahead->first.priority = (uint16_t)(TC_H_MAJ(tcm->tcm_info) >> 16);
		ahead->first.handle = tcm->tcm_handle;
		(void)snprintf(ahead->first.kind, sizeof(ahead->first.kind), "%s", kind);
		read_filter_name(&ahead->first, options);
	}
	return MNL_CB_OK;
}

int svf_tc_find_ahead(struct svf_nl *nl, const char *ifname, int ifindex,
		      enum svf_tc_direction direction, struct svf_tc_filter *ret_filter,
		      bool *ret_found, struct svf_errmsg *err)
{
	struct ahead ahead = {};
	char what[64];
	int r = -EAGAIN;

	(void)snprintf(what, sizeof(what), "%s: cannot list tc filters", ifname);
	for (int i = 0; r == -EAGAIN && i < SVF_NL_DUMP_TRIES; i++) {
		ahead = (struct ahead){};
		r = svf_nl_talk(
			nl, start_tc(nl, RTM_GETTFILTER, NLM_F_DUMP, ifindex, parent_of(direction)),
			read_ahead, &ahead, what, err);
	}
	if (r < 0)
		return svf_errmsg_set(err, r, "%s: %s", what, strerror(-r));
	*ret_found = ahead.found && ahead.ours;
	*ret_filter = ahead.first;
	return 0;
}

int svf_tc_del_clsact_if_empty(struct svf_nl *nl, const char *ifname, int ifindex,
			       struct svf_errmsg *err)
{
	struct filters filters;
	char what[64];
	bool there = false;
	int r = svf_tc_has_clsact(nl, ifname, ifindex, &there, err);

	if (r < 0 || !there)
		return r;
	for (int i = SVF_TC_INGRESS; i <= SVF_TC_EGRESS; i++) {
		r = list_filters(nl, ifname, ifindex, (enum svf_tc_direction)i, &filters, err);
		if (r < 0 || filters.any)
			return r;
	}
	(void)snprintf(what, sizeof(what), "%s: cannot remove clsact qdisc", ifname);
	return change_clsact(nl, RTM_DELQDISC, 0, ifindex, what, err);
}
