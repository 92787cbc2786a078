// SPDX-License-Identifier: GPL-2.0-only
/* clsact and filters: ours in front, others' untouched, replaced and removed alone. */
#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>
#include <stdio.h>
#include <string.h>

#include "../../loader/ringport.h"
#include "../../loader/tc.h"
#include "low_level.h"

#define FOREIGN_HANDLE 1

/* A program that returns `verdict`. */
static int load_program(int verdict)
{
	const struct bpf_insn code[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = verdict },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	int fd = bpf_prog_load(BPF_PROG_TYPE_SCHED_CLS, "svf_test", "GPL", code, ARRAY_SIZE(code),
			       NULL);

	assert_true(fd >= 0);
	return fd;
}

static uint32_t program_id(int fd)
{
	struct bpf_prog_info info = {};
	uint32_t len = sizeof(info);

	assert_int_equal(bpf_obj_get_info_by_fd(fd, &info, &len), 0);
	return info.id;
}

static struct nlmsghdr *start_foreign(struct svf_nl *nl, uint16_t type, uint16_t flags, int ifindex,
				      uint32_t parent, uint32_t info)
{
	struct nlmsghdr *nlh = svf_nl_start(nl, type, flags);
	struct tcmsg *tcm = mnl_nlmsg_put_extra_header(nlh, sizeof(*tcm));

	tcm->tcm_ifindex = ifindex;
	tcm->tcm_parent = parent;
	tcm->tcm_info = info;
	return nlh;
}

static const uint32_t ingress = TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_INGRESS);

static uint32_t priority(uint16_t n, uint16_t protocol)
{
	return TC_H_MAKE((uint32_t)n << 16, htons(protocol));
}

/* Somebody else's filter on ingress. */
static void add_foreign(struct svf_nl *nl, int ifindex, uint32_t info, int prog_fd)
{
	struct nlmsghdr *nlh = start_foreign(nl, RTM_NEWTFILTER, NLM_F_CREATE | NLM_F_EXCL, ifindex,
					     ingress, info);
	struct nlattr *options;

	((struct tcmsg *)mnl_nlmsg_get_payload(nlh))->tcm_handle = FOREIGN_HANDLE;
	mnl_attr_put_strz(nlh, TCA_KIND, "bpf");
	options = mnl_attr_nest_start(nlh, TCA_OPTIONS);
	mnl_attr_put_u32(nlh, TCA_BPF_FD, (uint32_t)prog_fd);
	mnl_attr_put_strz(nlh, TCA_BPF_NAME, "foreign");
	mnl_attr_put_u32(nlh, TCA_BPF_FLAGS, TCA_BPF_FLAG_ACT_DIRECT);
	mnl_attr_nest_end(nlh, options);
	assert_int_equal(svf_nl_talk(nl, nlh, NULL, NULL, "foreign", NULL), 0);
}

struct tally {
	int ours, foreign;
	uint16_t our_priority;
	char name[32];
};

static int tally_filter(const struct nlmsghdr *nlh, void *arg)
{
	const struct tcmsg *tcm = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *attr, *option;
	struct tally *tally = arg;

	if (tcm->tcm_handle == FOREIGN_HANDLE)
		tally->foreign++;
	if (tcm->tcm_handle != SVF_TC_HANDLE)
		return MNL_CB_OK;
	tally->ours++;
	tally->our_priority = (uint16_t)(tcm->tcm_info >> 16);
	mnl_attr_for_each (attr, nlh, sizeof(*tcm)) {
		if (mnl_attr_get_type(attr) != TCA_OPTIONS)
			continue;
		mnl_attr_for_each_nested (option, attr)
			if (mnl_attr_get_type(option) == TCA_BPF_NAME)
				(void)snprintf(tally->name, sizeof(tally->name), "%s",
					       mnl_attr_get_str(option));
	}
	return MNL_CB_OK;
}

static struct tally count_filters(struct svf_nl *nl, int ifindex)
{
	struct tally tally = {};

	assert_int_equal(
		svf_nl_talk(nl, start_foreign(nl, RTM_GETTFILTER, NLM_F_DUMP, ifindex, ingress, 0),
			    tally_filter, &tally, "list", NULL),
		0);
	return tally;
}

static bool has_clsact(struct svf_nl *nl, int ifindex)
{
	bool has = false;

	assert_int_equal(svf_tc_has_clsact(nl, "n0", ifindex, &has, NULL), 0);
	return has;
}

static int attach(struct svf_nl *nl, int ifindex, int prog_fd)
{
	return svf_tc_attach(nl, "n0", ifindex, SVF_TC_INGRESS, prog_fd, "svf_wire_tc", NULL);
}

static void clsact_comes_and_goes(void **state)
{
	int ifindex = make_pair(*state, "n0", "f0").ifindex;
	bool made = false;

	assert_false(has_clsact(*state, ifindex));
	assert_int_equal(svf_tc_del_clsact_if_empty(*state, "n0", ifindex, NULL), 0);
	assert_int_equal(svf_tc_add_clsact(*state, "n0", ifindex, &made, NULL), 0);
	assert_true(made);
	assert_true(has_clsact(*state, ifindex));
	assert_int_equal(svf_tc_add_clsact(*state, "n0", ifindex, &made, NULL), 0);
	assert_false(made);
	assert_int_equal(svf_tc_del_clsact_if_empty(*state, "n0", ifindex, NULL), 0);
	assert_false(has_clsact(*state, ifindex));
}

static void foreign_filter_keeps_clsact(void **state)
{
	int ifindex = make_pair(*state, "n0", "f0").ifindex;
	int prog = load_program(TC_ACT_UNSPEC);
	struct tally tally;
	bool made;

	assert_int_equal(svf_tc_add_clsact(*state, "n0", ifindex, &made, NULL), 0);
	add_foreign(*state, ifindex, priority(5, ETH_P_ALL), prog);
	assert_int_equal(attach(*state, ifindex, prog), 0);
	assert_int_equal(svf_tc_detach(*state, "n0", ifindex, SVF_TC_INGRESS, NULL), 0);
	assert_int_equal(svf_tc_detach(*state, "n0", ifindex, SVF_TC_INGRESS, NULL), 0);
	assert_int_equal(svf_tc_del_clsact_if_empty(*state, "n0", ifindex, NULL), 0);
	tally = count_filters(*state, ifindex);
	assert_int_equal(tally.ours, 0);
	assert_int_equal(tally.foreign, 1);
	assert_true(has_clsact(*state, ifindex));
	(void)close(prog);
}

static void attached_once_and_replaced(void **state)
{
	int ifindex = make_pair(*state, "n0", "f0").ifindex;
	int first = load_program(TC_ACT_UNSPEC), second = load_program(TC_ACT_OK);
	struct tally tally;
	uint32_t id = 1;
	bool made;

	assert_int_equal(svf_tc_add_clsact(*state, "n0", ifindex, &made, NULL), 0);
	assert_int_equal(svf_tc_get(*state, "n0", ifindex, SVF_TC_INGRESS, &id, NULL), 0);
	assert_int_equal(id, 0);
	assert_int_equal(attach(*state, ifindex, first), 0);
	assert_int_equal(attach(*state, ifindex, second), 0);
	assert_int_equal(svf_tc_get(*state, "n0", ifindex, SVF_TC_INGRESS, &id, NULL), 0);
	assert_int_equal(id, program_id(second));
	tally = count_filters(*state, ifindex);
	assert_int_equal(tally.ours, 1);
	assert_int_equal(tally.our_priority, 1);
	assert_string_equal(tally.name, "svf_wire_tc");
	/* Directions are apart. */
	assert_int_equal(svf_tc_get(*state, "n0", ifindex, SVF_TC_EGRESS, &id, NULL), 0);
	assert_int_equal(id, 0);
	(void)close(first);
	(void)close(second);
}

/* The foreign program drops, ours accepts: a frame arrives iff ours is asked first. */
static void check_first(struct svf_nl *nl, uint16_t foreign_priority, uint16_t our_priority)
{
	struct svf_link near = make_pair(nl, "n0", "f0");
	int drop = load_program(TC_ACT_SHOT), accept = load_program(TC_ACT_OK);
	int capture;
	bool made;

	assert_int_equal(svf_link_mute(nl, &near, NULL), 0);
	set_up(nl, near.ifindex);
	set_up(nl, near.peer_ifindex);
	assert_int_equal(svf_tc_add_clsact(nl, "n0", near.ifindex, &made, NULL), 0);
	add_foreign(nl, near.ifindex, priority(foreign_priority, ETH_P_ALL), drop);
	assert_int_equal(attach(nl, near.ifindex, accept), 0);
	assert_int_equal(count_filters(nl, near.ifindex).our_priority, our_priority);

	capture = open_capture(near.ifindex, SENT_PROTOCOL);
	send_frame(near.peer_ifindex);
	assert_true(wait_frame(capture, 1000));
	(void)close(capture);
	(void)close(drop);
	(void)close(accept);
}

static void before_a_later_one(void **state)
{
	check_first(*state, 7, 1);
}

static void before_one_of_the_same_priority(void **state)
{
	check_first(*state, 1, 1);
}

/* Filters of one priority share kind and protocol. */
static void behind_what_cannot_be_shared(void **state)
{
	int ifindex = make_pair(*state, "n0", "f0").ifindex;
	int prog = load_program(TC_ACT_UNSPEC);
	bool made;

	assert_int_equal(svf_tc_add_clsact(*state, "n0", ifindex, &made, NULL), 0);
	add_foreign(*state, ifindex, priority(1, ETH_P_IP), prog);
	assert_int_equal(attach(*state, ifindex, prog), 0);
	assert_int_equal(count_filters(*state, ifindex).our_priority, 2);
	(void)close(prog);
}

static void refusals_are_in_the_kernels_words(void **state)
{
	int ifindex = make_pair(*state, "n0", "f0").ifindex;
	int prog = load_program(TC_ACT_UNSPEC);
	struct svf_errmsg err = {};
	struct nlmsghdr *nlh;
	bool made;

	assert_true(svf_tc_attach(*state, "n0", ifindex, SVF_TC_EGRESS, prog, "svf_host_tc", &err) <
		    0);
	assert_memory_equal(err.text, "n0: cannot attach svf_host_tc to tc egress: ", 44);

	err = (struct svf_errmsg){};
	nlh = start_foreign(*state, RTM_NEWQDISC, NLM_F_CREATE | NLM_F_EXCL, ifindex, TC_H_INGRESS,
			    0);
	((struct tcmsg *)mnl_nlmsg_get_payload(nlh))->tcm_handle = TC_H_MAKE(TC_H_INGRESS, 0);
	mnl_attr_put_strz(nlh, TCA_KIND, "ingress");
	assert_int_equal(svf_nl_talk(*state, nlh, NULL, NULL, "ingress", NULL), 0);
	assert_int_equal(svf_tc_add_clsact(*state, "n0", ifindex, &made, &err), -EBUSY);
	assert_string_equal(err.text,
			    "n0: cannot add clsact qdisc: an ingress qdisc is in its place");
	(void)close(prog);
}

static int read_root_qdisc(const struct nlmsghdr *nlh, void *arg)
{
	const struct nlattr *attr;

	mnl_attr_for_each (attr, nlh, sizeof(struct ifinfomsg))
		if (mnl_attr_get_type(attr) == IFLA_QDISC)
			(void)snprintf(arg, 32, "%s", mnl_attr_get_str(attr));
	return MNL_CB_OK;
}

static void ring_ports_do_not_queue(void **state)
{
	struct ifinfomsg *ifi;
	struct nlmsghdr *nlh;
	char kind[32] = "";
	int ifindex;

	assert_int_equal(svf_ringport_new(*state, "n0", "ours", 2, &ifindex, NULL), 0);
	assert_int_equal(svf_tc_set_noqueue(*state, "n0", ifindex, NULL), 0);
	assert_int_equal(svf_tc_set_noqueue(*state, "n0", ifindex, NULL), 0);
	set_up(*state, ifindex);
	nlh = svf_nl_start(*state, RTM_GETLINK, 0);
	ifi = mnl_nlmsg_put_extra_header(nlh, sizeof(*ifi));
	ifi->ifi_index = ifindex;
	assert_int_equal(svf_nl_talk(*state, nlh, read_root_qdisc, kind, "root", NULL), 0);
	assert_string_equal(kind, "noqueue");
	assert_int_equal(svf_link_del(*state, ifindex, NULL), 0);
}

static void netdev_that_is_gone(void **state)
{
	uint32_t id = 1;
	bool made;

	assert_int_equal(svf_tc_detach(*state, "n0", 12345, SVF_TC_INGRESS, NULL), 0);
	assert_int_equal(svf_tc_del_clsact_if_empty(*state, "n0", 12345, NULL), 0);
	assert_int_equal(svf_tc_get(*state, "n0", 12345, SVF_TC_EGRESS, &id, NULL), 0);
	assert_int_equal(id, 0);
	assert_int_equal(svf_tc_add_clsact(*state, "n0", 12345, &made, NULL), -ENODEV);
}

size_t put_tc_tests(struct CMUnitTest *table)
{
	const struct CMUnitTest tests[] = {
		netns_test(clsact_comes_and_goes),
		netns_test(foreign_filter_keeps_clsact),
		netns_test(attached_once_and_replaced),
		netns_test(before_a_later_one),
		netns_test(before_one_of_the_same_priority),
		netns_test(behind_what_cannot_be_shared),
		netns_test(refusals_are_in_the_kernels_words),
		netns_test(ring_ports_do_not_queue),
		netns_test(netdev_that_is_gone),
	};

	memcpy(table, tests, sizeof(tests));
	return ARRAY_SIZE(tests);
}
