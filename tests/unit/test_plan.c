// SPDX-License-Identifier: GPL-2.0-only
/* The way from one setup to another (loader/plan.c), as the commands it prints. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../loader/document.h"
#include "../../loader/plan.h"

#define MTU	 1500
#define TEXT_MAX 4096
/* With a rate of its own nobody asks the link, which is not there. */
#define PF(name, keys) "{\"ifname\":\"" name "\",\"rate\":1000," keys "}"

/* Setup of each PF of a file. */
static void read_setups(const char *pfs, struct svf_setup *ret_setups[], unsigned int n)
{
	struct svf_document document;
	struct svf_errmsg err = {};
	char text[2048];
	json_t *root;

	(void)snprintf(text, sizeof(text), "{\"version\":1,\"pfs\":[%s]}", pfs);
	root = json_loads(text, 0, NULL);
	if (!root || svf_document_init(&document, "f", root, &err) < 0)
		fail_msg("%s: %s", text, err.text);
	for (unsigned int i = 0; i < n; i++)
		assert_int_equal(svf_document_setup(&document, i, MTU, &ret_setups[i], &err), 0);
	svf_document_done(&document);
	json_decref(root);
}

/* What leads from n PFs to n others, sorted. */
static int plan(const char *from, const char *to, unsigned int n, char text[TEXT_MAX],
		struct svf_errmsg *err)
{
	struct svf_setup *present[2], *wanted[2];
	struct svf_plan plan = {};
	FILE *out = fmemopen(text, TEXT_MAX, "w");
	int r = 0;

	assert_non_null(out);
	memset(text, 0, TEXT_MAX);
	*err = (struct svf_errmsg){};
	read_setups(from, present, n);
	read_setups(to, wanted, n);
	for (unsigned int i = 0; i < n && !r; i++)
		r = svf_plan_add(&plan, present[i], wanted[i], err);
	svf_plan_sort(&plan);
	svf_plan_show(out, &plan);
	(void)fclose(out);
	svf_plan_done(&plan);
	for (unsigned int i = 0; i < n; i++) {
		(void)svf_setup_free(present[i]);
		(void)svf_setup_free(wanted[i]);
	}
	return r;
}

static void test_one(void **state)
{
	static const struct {
		const char *what, *from, *to, *text;
	} rows[] = {
		{ "nothing", PF("a", "\"numvfs\":2"), PF("a", "\"numvfs\":2"), "" },
		{ "down", PF("a", "\"numvfs\":2"), "{\"ifname\":\"a\",\"up\":false}", "down a\n" },
		{ "VFs come before and go after what is set", PF("a", "\"vfs\":[{\"vf\":0}]"),
		  PF("a", "\"isolation\":\"vepa\",\"vfs\":[{\"vf\":5,\"vlan\":3}]"),
		  "add a vf 5\nset a isolation vepa\nset a vf 5 vlan 3\ndel a vf 0\n" },
		{ "who gives up comes first, also one that goes",
		  PF("a", "\"numvfs\":3,\"vfs\":[{\"vf\":1,\"min_tx_rate\":900},"
			  "{\"vf\":2,\"min_tx_rate\":100}]"),
		  PF("a", "\"numvfs\":2,\"vfs\":[{\"vf\":0,\"min_tx_rate\":950}]"),
		  "set a vf 1 min_tx_rate 0\nset a vf 2 min_tx_rate 0\nset a vf 0 min_tx_rate 950\n"
		  "del a vf 2\n" },
		{ "qos goes with its vlan", PF("a", "\"vfs\":[{\"vf\":0,\"vlan\":5,\"qos\":3}]"),
		  PF("a", "\"vfs\":[{\"vf\":0,\"vlan\":6,\"qos\":3}]"),
		  "set a vf 0 vlan 6 qos 3\n" },
		{ "without qos", PF("a", "\"vfs\":[{\"vf\":0,\"vlan\":5,\"qos\":3}]"),
		  PF("a", "\"vfs\":[{\"vf\":0,\"vlan\":5}]"), "set a vf 0 vlan 5\n" },
		{ "an order of addresses is none",
		  PF("a", "\"vfs\":[{\"vf\":0,\"mac_list\":[\"02:00:00:00:00:01\","
			  "\"02:00:00:00:00:02\"]}]"),
		  PF("a", "\"vfs\":[{\"vf\":0,\"mac_list\":[\"02:00:00:00:00:02\","
			  "\"02:00:00:00:00:01\"]}]"),
		  "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char text[TEXT_MAX];
		struct svf_errmsg err;

		if (plan(rows[i].from, rows[i].to, 1, text, &err) < 0)
			fail_msg("%s: %s", rows[i].what, err.text);
		if (strcmp(text, rows[i].text) != 0)
			fail_msg("%s: %s", rows[i].what, text);
	}
}

/* What takes away goes behind what another PF needs. */
static void test_two(void **state)
{
	struct svf_errmsg err;
	char text[TEXT_MAX];

	(void)state;
	assert_int_equal(plan(PF("a", "\"numvfs\":2") "," PF("b", "\"numvfs\":1"),
			      PF("a", "\"numvfs\":1") "," PF("b", "\"numvfs\":2"), 2, text, &err),
			 0);
	assert_string_equal(text, "add b vf 1\ndel a vf 1\n");
	assert_int_equal(plan(PF("a", "\"numvfs\":2") "," PF("b", "\"numvfs\":3"),
			      "{\"ifname\":\"a\",\"up\":false}," PF("b", "\"numvfs\":2"), 2, text,
			      &err),
			 0);
	assert_string_equal(text, "down a\ndel b vf 2\n");
}

static void test_refused(void **state)
{
	struct svf_errmsg err;
	char text[TEXT_MAX];
	int r;

	(void)state;
	r = plan(PF("a", "\"numvfs\":2,\"queues\":2"), PF("a", "\"numvfs\":2,\"queues\":4"), 1,
		 text, &err);
	assert_true(r < 0);
	assert_string_equal(err.text, "a: is up with --queues 2, not 4, which cannot change while "
				      "it is up: `svf-loader down a`, then apply again");
	assert_int_equal(svf_errmsg_exit(&err, r), SVF_EXIT_REFUSED);
	assert_string_equal(text, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one),
		cmocka_unit_test(test_two),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
