// SPDX-License-Identifier: GPL-2.0-only
/*
 * Files of desired state (loader/document*.c, setup*.c, attribute_words.c): what is refused and
 * where, that every attribute survives the way from JSON to a configuration, to words of `set` and
 * back, and that svf.json(5) has all keys. Runs in the top directory.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../loader/change.h"
#include "../../loader/document.h"
#include "document.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define MAN_JSON      "docs/man/svf.json.5"
#define MTU	      1500

/* --- reading --- */

static int load(struct svf_document *document, const char *text, struct svf_errmsg *err)
{
	json_error_t error;
	json_t *root = json_loads(text, JSON_REJECT_DUPLICATES, &error);
	int r;

	if (!root)
		fail_msg("%s: %s", text, error.text);
	*err = (struct svf_errmsg){};
	r = svf_document_init(document, "f.json", root, err);
	json_decref(root);
	return r;
}

static struct svf_setup *read_setup(const char *text)
{
	struct svf_setup *setup = NULL;
	struct svf_document document;
	struct svf_errmsg err;

	if (load(&document, text, &err) < 0 ||
	    svf_document_setup(&document, 0, MTU, &setup, &err) < 0)
		fail_msg("%s: %s", text, err.text);
	svf_document_done(&document);
	return setup;
}

/* A file of one PF with one VF that has these keys. */
static struct svf_setup *read_vf(const char *keys)
{
	char text[1024];

	(void)snprintf(text, sizeof(text),
		       "{\"version\":1,\"pfs\":[{\"ifname\":\"eth0\",\"numvfs\":1,"
		       "\"vfs\":[{\"vf\":0,%s}]}]}",
		       keys);
	return read_setup(text);
}

#define PF(keys)  "{\"version\":1,\"pfs\":[{\"ifname\":\"eth0\"," keys "}]}"
#define VFS(list) PF("\"numvfs\":4,\"vfs\":[" list "]")
#define AT	  "f.json: pfs[0]"

static void test_refused(void **state)
{
	static const struct {
		const char *text, *message;
	} rows[] = {
		{ "[]", "f.json: must be an object: {\"version\": 1, \"pfs\": [...]}" },
		{ "{\"pfs\":[]}", "f.json: version: must be 1, the only one that is known" },
		{ "{\"version\":2,\"pfs\":[]}",
		  "f.json: version: must be 1, the only one that is known" },
		{ "{\"version\":1}", "f.json: pfs: must be an array of PFs" },
		{ "{\"version\":1,\"pf\":[]}", "f.json: pf: unknown key; did you mean \"pfs\"?" },
		{ "{\"version\":1,\"pfs\":[{}]}", AT ": \"ifname\" must be the name of a netdev" },
		{ "{\"version\":1,\"pfs\":[7]}", AT ": must be an object: {...}" },
		{ PF("\"vfs\":[]") + 0, NULL },
		{ PF("\"numfvs\":4"), AT ".numfvs: unknown key; did you mean \"numvfs\"?" },
		{ PF("\"xyzzy\":4"), AT ".xyzzy: unknown key: see svf.json(5)" },
		{ PF("\"lane\":\"afxdp\""), AT ": which VFs? \"numvfs\": N, or \"vfs\": [...]" },
		{ PF("\"numvfs\":257"), AT ".numvfs: must be a number from 0 to 256" },
		{ PF("\"numvfs\":\"4\""), AT ".numvfs: must be a number from 0 to 256" },
		{ PF("\"numvfs\":4,\"lane\":\"xdp\""), AT ".lane: must be \"tc\" or \"afxdp\"" },
		{ PF("\"numvfs\":4,\"queues\":0"), AT ".queues: must be a number from 1 to 64" },
		{ PF("\"numvfs\":4,\"ring_size\":100"),
		  AT ": up: eth0: --ring-size 100: must be a power of two" },
		{ PF("\"numvfs\":4,\"zero_copy\":1"), AT ".zero_copy: must be true or false" },
		{ PF("\"numvfs\":4,\"isolation\":\"none\""),
		  AT ".isolation: isolation none: must be veb, vepa or private" },
		{ PF("\"numvfs\":4,\"storm\":true"),
		  AT ".storm: must be a number, or a string with a unit" },
		{ PF("\"up\":1"), AT ": \"up\" must be true or false" },
		{ PF("\"up\":false,\"numvfs\":4"),
		  AT ": \"up\": false goes with \"ifname\" alone: a PF that is down keeps "
		     "nothing" },
		{ PF("\"vfs\":{}"), AT ".vfs: must be an array: [...]" },
		{ VFS("{\"vf\":0},{\"vf\":1},{\"vf\":2,\"vlna\":5}"),
		  AT ".vfs[2].vlna: unknown key; did you mean \"vlan\"?" },
		{ VFS("{\"vlan\":5}"), AT ".vfs[0].vf: is missing: a number from 0 to 255" },
		{ VFS("{\"vf\":-1}"), AT ".vfs[0].vf: must be a number from 0 to 255" },
		{ VFS("{\"vf\":1},{\"vf\":1}"), AT ".vfs[1]: vf 1 is there twice" },
		{ VFS("{\"vf\":9}"),
		  AT ": vf 9 is listed, but \"numvfs\" is 4: VFs are below that; without it they "
		     "are those listed" },
		{ VFS("{\"vf\":1,\"vlan\":5000}"),
		  AT ".vfs[0].vlan: vlan 5000: must be a number from 0 to 4094" },
		{ VFS("{\"vf\":1,\"vlan\":\"5\"}"), AT ".vfs[0].vlan: must be a number" },
		{ VFS("{\"vf\":1,\"spoofchk\":\"on\"}"),
		  AT ".vfs[0].spoofchk: must be true or false" },
		{ VFS("{\"vf\":1,\"state\":null}"), AT ".vfs[0].state: must be a string" },
		{ VFS("{\"vf\":1,\"mac\":\"02:00:00:00:00:01 trust on\"}"),
		  AT ".vfs[0].mac: must be a string" },
		{ VFS("{\"vf\":1,\"rate\":[]}"),
		  AT ".vfs[0].rate: must be a number, or a string with a unit" },
		{ VFS("{\"vf\":1,\"mac_list\":[\"nonsense\"]}"),
		  AT ".vfs[0].mac_list: mac_list: `nonsense` must be an address like "
		     "02:00:00:00:00:01" },
		{ VFS("{\"vf\":1,\"mac_list\":[7]}"),
		  AT ".vfs[0].mac_list: must be an array of strings" },
		{ VFS("{\"vf\":1,\"trunk\":[{\"vlan\":20,\"vlanEnd\":10}]}"),
		  AT ".vfs[0].trunk: must be an array like [{\"vlan\": 10, \"vlanEnd\": 20}]" },
		{ VFS("{\"vf\":1,\"node_guid\":\"0\"}"),
		  AT ".vfs[0].node_guid: an InfiniBand attribute, an Ethernet VF has none" },
		{ VFS("{\"vf\":1,\"qos\":5}"), AT ": vf 1: \"qos\" needs \"vlan\"" },
		{ VFS("{\"vf\":1,\"promisc\":\"all\"}"),
		  AT ": vf 1: promisc all needs trust promisc: `trust promisc` or "
		     "`promisc off`" },
		{ VFS("{\"vf\":1,\"rate\":5,\"max_tx_rate\":6}"),
		  AT ".vfs[0].max_tx_rate: rate and max_tx_rate are the same, but are given "
		     "differently" },
		{ PF("\"numvfs\":1,\"defaults\":{\"vf\":1}"),
		  AT ".defaults.vf: unknown key: see svf.json(5)" },
		{ PF("\"numvfs\":1,\"defaults\":{\"vlan\":-1}"),
		  AT ".defaults.vlan: vlan -1: must be a number from 0 to 4094" },
		{ PF("\"numvfs\":1,\"pools\":[{\"name\":\"a\",\"vfs\":\"3-1\"}]"),
		  AT ".pools[0]: \"vfs\" must be VFs from 0 to 255, like \"0-3,7\"" },
		{ PF("\"numvfs\":1,\"pools\":[{\"vfs\":\"1\"}]"),
		  AT ".pools[0]: \"name\" must be a string" },
		{ PF("\"numvfs\":1,\"pools\":[{\"name\":\"a\",\"vfs\":\"0-3\"},"
		     "{\"name\":\"b\",\"vfs\":\"3\"}]"),
		  AT ".pools[1]: a VF of it is in another pool already" },
		{ "{\"version\":1,\"pfs\":[{\"ifname\":\"a\",\"numvfs\":1},"
		  "{\"ifname\":\"a\",\"numvfs\":1}]}",
		  "f.json: pfs[1]: a is there twice" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct svf_document document;
		struct svf_errmsg err;
		int r = load(&document, rows[i].text, &err);

		if (!rows[i].message) {
			assert_int_equal(r, 0);
			svf_document_done(&document);
			continue;
		}
		if (!r)
			fail_msg("%s: was taken", rows[i].text);
		assert_string_equal(err.text, rows[i].message);
		assert_int_equal(svf_errmsg_exit(&err, r), SVF_EXIT_USAGE);
	}
}

static void test_file(void **state)
{
	static const char twice[] = "{\"version\":1,\n\"pfs\":[],\n\"pfs\":[]}";
	char path[] = "/tmp/svf-document-XXXXXX", text[128];
	struct svf_document document;
	struct svf_errmsg err = {};
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0 && write(fd, twice, strlen(twice)) == (ssize_t)strlen(twice));
	(void)close(fd);
	assert_true(svf_document_load(&document, path, &err) < 0);
	(void)snprintf(text, sizeof(text), "%s: line 3: duplicate object key", path);
	assert_int_equal(strncmp(err.text, text, strlen(text)), 0);
	(void)unlink(path);
	err = (struct svf_errmsg){};
	assert_true(svf_document_load(&document, path, &err) < 0);
	assert_non_null(strstr(err.text, "cannot open it: No such file"));
	assert_int_equal(err.exit, SVF_EXIT_USAGE);
}

/* --- what it comes to --- */

static void test_numbers(void **state)
{
	struct svf_setup *setup;

	(void)state;
	setup = read_setup(PF("\"numvfs\":3"));
	assert_true(setup->up);
	assert_int_equal(svf_vf_set_count(&setup->vfs), 3);
	assert_int_equal(svf_vf_set_limit(&setup->vfs), 3);
	assert_false(setup->args.has_lane || setup->args.has_queues || setup->args.has_max_vfs);
	(void)svf_setup_free(setup);
	setup = read_setup(PF("\"lane\":\"tc\",\"max_vfs\":9,\"vfs\":[{\"vf\":7},{\"vf\":2}]"));
	assert_int_equal(svf_vf_set_count(&setup->vfs), 2);
	assert_true(svf_vf_set_has(&setup->vfs, 2) && svf_vf_set_has(&setup->vfs, 7));
	assert_true(setup->args.has_lane && setup->args.lane == SVF_LANE_TC);
	assert_true(setup->args.has_max_vfs && setup->args.max_vfs == 9);
	(void)svf_setup_free(setup);
	setup = read_setup(PF("\"up\":false"));
	assert_false(setup->up);
	(void)svf_setup_free(setup);
}

/* Its own before its pool's before the PF's; lists are replaced, not added to. */
static void test_defaults(void **state)
{
	struct svf_setup *setup =
		read_setup(PF("\"numvfs\":4,\"isolation\":\"vepa\",\"rate\":\"1gbit\","
			      "\"defaults\":{\"trust\":true,\"vlan\":5,\"rate\":100,"
			      "\"allow_proto\":[\"lldp\"]},"
			      "\"pools\":[{\"name\":\"web\",\"vfs\":\"1-2\",\"defaults\":"
			      "{\"vlan\":7,\"max_tx_rate\":200}}],"
			      "\"vfs\":[{\"vf\":2,\"trust\":false,\"allow_proto\":[\"stp\"]},"
			      "{\"vf\":3,\"vlan\":0,\"rate\":0}]"));
	const struct svf_vf_config *vf = setup->all;

	(void)state;
	assert_int_equal(setup->policy.isolation, SVF_ISOLATION_VEPA);
	assert_int_equal(setup->policy.rate, 1000);
	assert_true(vf[0].trust && vf[1].trust && !vf[2].trust && vf[3].trust);
	assert_int_equal(vf[0].vlan, 5);
	assert_int_equal(vf[1].vlan, 7);
	assert_int_equal(vf[2].vlan, 7);
	assert_int_equal(vf[3].vlan, 0);
	assert_int_equal(vf[0].max_tx_rate, 100);
	assert_int_equal(vf[1].max_tx_rate, 200);
	assert_int_equal(vf[3].max_tx_rate, 0);
	assert_true(vf[1].allow_lldp && !vf[1].allow_stp);
	assert_true(!vf[2].allow_lldp && vf[2].allow_stp);
	assert_int_equal(vf[0].mtu, MTU);
	(void)svf_setup_free(setup);
}

/* --- every attribute --- */

/* Keys of a VF with a value that is not the default, and what else that needs. */
static const char *const samples[SVF_N_VF_ATTRIBUTES] = {
	[SVF_VF_ATTRIBUTE_MAC] = "\"mac\":\"02:00:00:00:00:01\"",
	[SVF_VF_ATTRIBUTE_VLAN] = "\"vlan\":100",
	[SVF_VF_ATTRIBUTE_QOS] = "\"vlan\":0,\"qos\":3",
	[SVF_VF_ATTRIBUTE_PROTO] = "\"vlan\":100,\"proto\":\"802.1ad\"",
	[SVF_VF_ATTRIBUTE_RATE] = "\"rate\":\"1gbit\"",
	[SVF_VF_ATTRIBUTE_MAX_TX_RATE] = "\"max_tx_rate\":500",
	[SVF_VF_ATTRIBUTE_MIN_TX_RATE] = "\"min_tx_rate\":40",
	[SVF_VF_ATTRIBUTE_SPOOFCHK] = "\"spoofchk\":false",
	[SVF_VF_ATTRIBUTE_STATE] = "\"state\":\"disable\"",
	[SVF_VF_ATTRIBUTE_TRUST] = "\"trust\":\"mac,vlan\"",
	[SVF_VF_ATTRIBUTE_QUERY_RSS] = "\"query_rss\":true",
	[SVF_VF_ATTRIBUTE_TRUNK] = "\"trunk\":[{\"vlan\":10,\"vlanEnd\":20},{\"vlan\":4094},"
				   "{\"vlan\":5,\"protocol\":\"802.1ad\"}]",
	[SVF_VF_ATTRIBUTE_UNTAGGED] = "\"untagged\":false",
	[SVF_VF_ATTRIBUTE_MAC_LIST] = "\"mac_list\":[\"02:00:00:00:00:02\",\"02:00:00:00:00:03\"]",
	[SVF_VF_ATTRIBUTE_PROMISC] = "\"trust\":true,\"promisc\":\"unmatched\"",
	[SVF_VF_ATTRIBUTE_ALLMULTI] = "\"trust\":true,\"allmulti\":true",
	[SVF_VF_ATTRIBUTE_BCAST] = "\"bcast\":false",
	[SVF_VF_ATTRIBUTE_ISOLATION] = "\"isolation\":\"private\"",
	[SVF_VF_ATTRIBUTE_HOST_ACCESS] = "\"host_access\":false",
	[SVF_VF_ATTRIBUTE_MAX_RX_RATE] = "\"max_rx_rate\":10",
	[SVF_VF_ATTRIBUTE_MAX_TX_PPS] = "\"max_tx_pps\":\"10k\"",
	[SVF_VF_ATTRIBUTE_MAX_RX_PPS] = "\"max_rx_pps\":10",
	[SVF_VF_ATTRIBUTE_BURST] = "\"burst\":\"64k\"",
	[SVF_VF_ATTRIBUTE_STORM] = "\"storm\":1000",
	[SVF_VF_ATTRIBUTE_ALLOW_PROTO] = "\"allow_proto\":[\"lldp\",\"dot1x\"]",
	[SVF_VF_ATTRIBUTE_MTU] = "\"mtu\":1400",
};

/* What `set` does with the words that lead from one to the other. */
static struct svf_vf_config change(const struct svf_vf_config *from, const struct svf_vf_config *to)
{
	struct svf_vf_config defaults = {}, result = *from;
	char text[1024] = "", *rest = text, *word, *words[64];
	struct svf_change set;
	struct svf_errmsg err = {};
	int n = 0;
	FILE *out = fmemopen(text, sizeof(text), "w");

	assert_non_null(out);
	svf_attributes_reset_vf(&defaults, MTU);
	svf_attributes_say_change(svf_vf_attributes, SVF_N_VF_ATTRIBUTES, from, to, &defaults, out);
	(void)fclose(out);
	while ((word = strsep(&rest, " ")))
		if (*word)
			words[n++] = word;
	if (n && (svf_change_parse(&set, "eth0", 0, n, words, &err) < 0 ||
		  svf_change_merge_vf(&set, &result, &err) < 0))
		fail_msg("%s: %s", text, err.text);
	return result;
}

static void expect_same(const struct svf_vf_config *is, const struct svf_vf_config *wanted,
			const char *what)
{
	if (memcmp(is, wanted, sizeof(*is)) != 0)
		fail_msg("%s: came out otherwise", what);
}

static void test_every_attribute(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < SVF_N_VF_ATTRIBUTES; i++) {
		const struct svf_attribute *a = &svf_vf_attributes[i];
		struct svf_vf_config defaults, result;
		struct svf_setup *setup, *again;
		json_t *json;
		char *text;

		if (a->kind == &svf_kind_refused)
			continue;
		if (!samples[i])
			fail_msg("%s: has no sample", a->word);
		setup = read_vf(samples[i]);
		svf_setup_default_vf(setup, &defaults);
		assert_true(memcmp(&setup->all[0], &defaults, sizeof(defaults)) != 0);
		/* The words of `set` lead there and back, and nowhere from there. */
		result = change(&defaults, &setup->all[0]);
		expect_same(&result, &setup->all[0], a->word);
		result = change(&setup->all[0], &defaults);
		expect_same(&result, &defaults, a->word);
		result = change(&setup->all[0], &setup->all[0]);
		expect_same(&result, &setup->all[0], a->word);
		/* Exported and read again it is the same. */
		json = svf_setups_to_json(json_pack("[o]", svf_setup_to_json(setup)));
		text = json_dumps(json, 0);
		again = NULL;
		{
			struct svf_document document;
			struct svf_errmsg err = {};

			/* what a PF that is up has, a setup that was made here lacks */
			json_object_del(json_array_get(json_object_get(json, "pfs"), 0), "queues");
			json_object_del(json_array_get(json_object_get(json, "pfs"), 0),
					"ring_size");
			json_object_del(json_array_get(json_object_get(json, "pfs"), 0), "max_vfs");
			if (svf_document_init(&document, "again", json, &err) < 0 ||
			    svf_document_setup(&document, 0, MTU, &again, &err) < 0)
				fail_msg("%s: %s", text, err.text);
			svf_document_done(&document);
		}
		expect_same(&again->all[0], &setup->all[0], text);
		free(text);
		json_decref(json);
		(void)svf_setup_free(again);
		(void)svf_setup_free(setup);
	}
}

/* From one sample to every other one, with all that the first had. */
static void test_every_pair(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < SVF_N_VF_ATTRIBUTES; i++) {
		for (unsigned int j = 0; j < SVF_N_VF_ATTRIBUTES; j++) {
			struct svf_setup *from, *to;
			struct svf_vf_config result;

			if (!samples[i] || !samples[j])
				continue;
			from = read_vf(samples[i]);
			to = read_vf(samples[j]);
			result = change(&from->all[0], &to->all[0]);
			expect_same(&result, &to->all[0], samples[j]);
			(void)svf_setup_free(from);
			(void)svf_setup_free(to);
		}
	}
}

/* VLANs that the VF registers itself are nothing that was set: not exported, not taken away. */
static void test_registered_is_not_exported(void **state)
{
	struct svf_setup *setup = read_vf("\"trunk\":[{\"vlan\":10}]");
	struct svf_vf_config defaults, result;
	json_t *json = json_object();

	(void)state;
	svf_setup_default_vf(setup, &defaults);
	setup->all[0].registered = 1;
	assert_int_equal(svf_attributes_add_set(json, svf_vf_attributes, SVF_N_VF_ATTRIBUTES,
						&setup->all[0], &defaults),
			 0);
	assert_int_equal(json_object_size(json), 0);
	result = change(&setup->all[0], &defaults);
	expect_same(&result, &setup->all[0], "registered");
	json_decref(json);
	(void)svf_setup_free(setup);
}

/* --- the manual page --- */

static void check_key(const char *page, const char *key, const char *type)
{
	char needle[256];

	(void)snprintf(needle, sizeof(needle), "\n.TP\n.B %s\n%.*s", key, (int)strcspn(type, "["),
		       type);
	if (!strstr(page, needle))
		fail_msg(MAN_JSON ": no item %s", needle);
}

static void check_table(const char *page, const struct svf_attribute *table, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++)
		if (table[i].kind->json)
			check_key(page, table[i].word, svf_attribute_json_type(&table[i]));
}

static void test_man(void **state)
{
	char page[FILE_MAX], key[SVF_SETUP_KEY_MAX], range[32];

	(void)state;
	read_file(MAN_JSON, page);
	unescape(page);
	check_table(page, svf_vf_attributes, SVF_N_VF_ATTRIBUTES);
	check_table(page, svf_pf_attributes, SVF_N_PF_ATTRIBUTES);
	for (size_t i = 0; i < SVF_N_SETUP_OPTIONS; i++) {
		const struct svf_option *option = &svf_options[svf_setup_options[i].id];

		range[0] = '\0';
		if (option->max)
			(void)snprintf(range, sizeof(range), "%u to %u", option->min, option->max);
		check_key(page, svf_setup_option_key(&svf_setup_options[i], key), range);
	}
}

/* The example is a file, and says what is written above it. */
static void test_man_example(void **state)
{
	char page[FILE_MAX], *start, *end;
	struct svf_setup *setup;

	(void)state;
	read_file(MAN_JSON, page);
	unescape(page);
	start = strstr(page, "\n.EX\n{");
	assert_non_null(start);
	end = strstr(start, "\n.EE");
	assert_non_null(end);
	*end = '\0';
	setup = read_setup(start + strlen("\n.EX\n"));
	assert_int_equal(svf_vf_set_count(&setup->vfs), 8);
	assert_int_equal(setup->all[3].vlan, 100);
	assert_int_equal(setup->all[4].vlan, 0);
	assert_int_equal(setup->all[2].max_tx_rate, 500);
	assert_true(setup->all[5].has_trunk);
	assert_int_equal(setup->all[7].link_state, SVF_LINK_STATE_DISABLE);
	(void)svf_setup_free(setup);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_file),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_every_attribute),
		cmocka_unit_test(test_every_pair),
		cmocka_unit_test(test_man),
		cmocka_unit_test(test_man_example),
		cmocka_unit_test(test_registered_is_not_exported),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
