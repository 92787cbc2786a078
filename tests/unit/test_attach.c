// SPDX-License-Identifier: GPL-2.0-only
/*
 * What `attach` takes (loader/attach_parse.c, loader/inet.c), what it tells the wire
 * (loader/announce.c), and how owners are called (loader/owner.c).
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "../../loader/announce.h"
#include "../../loader/attach.h"
#include "../../loader/owner.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define WORDS_MAX     80

struct line {
	char text[2048];
	char *words[WORDS_MAX + 1];
	struct svf_cli cli;
	struct svf_errmsg err;
};

static int parse(struct line *line, const char *text, struct svf_attach_request *ret_request)
{
	char *rest = line->text;
	int n = 0, r;

	*line = (struct line){};
	(void)snprintf(line->text, sizeof(line->text), "svf-loader attach %s", text);
	while (rest && n < WORDS_MAX)
		line->words[n++] = strsep(&rest, " ");
	r = svf_cli_parse(&line->cli, n, line->words, &line->err);
	return r < 0 ? r : svf_attach_parse(&line->cli, ret_request, &line->err);
}

static void test_parse(void **state)
{
	struct svf_attach_request request;
	char text[SVF_INET_TEXT_MAX];
	struct line line;

	(void)state;
	assert_int_equal(parse(&line, "eth0 vf 3 --netns web", &request), 0);
	assert_string_equal(request.pf, "eth0");
	assert_false(request.any);
	assert_int_equal(request.vf, 3);
	assert_string_equal(request.netns, "web");
	assert_null(request.ifname);
	assert_int_equal(request.n_addresses + request.n_gateways, 0);

	/* gateways before addresses, and options before operands: the order is free */
	assert_int_equal(parse(&line,
			       "--gateway fe80::1 --gateway=192.0.2.1 dev eth0 vf any --netns 1234 "
			       "--ifname net1 --address 192.0.2.13/24 --address 2001:DB8::d/64",
			       &request),
			 0);
	assert_true(request.any);
	assert_string_equal(request.ifname, "net1");
	assert_int_equal(request.n_addresses, 2);
	svf_inet_format(text, &request.addresses[0]);
	assert_string_equal(text, "192.0.2.13/24");
	svf_inet_format(text, &request.addresses[1]);
	assert_string_equal(text, "2001:db8::d/64");
	assert_int_equal(request.n_gateways, 2);
	svf_inet_format(text, &request.gateways[0]);
	assert_string_equal(text, "fe80::1");
	svf_inet_format(text, &request.gateways[1]);
	assert_string_equal(text, "192.0.2.1");
}

#define TO	  "eth0 vf 0 --netns web "
#define NO_HOST	  ": no host can have it"
#define NO_PREFIX ": must be an address with its prefix length, as 192.0.2.13/24 or 2001:db8::13/64"

static void test_refused(void **state)
{
	static const struct {
		const char *text, *message;
	} rows[] = {
		{ "eth0 vf 0", "eth0: where to? --netns with a name, pid or path" },
		{ "eth0 vf 0 --netns=", "eth0: where to? --netns with a name, pid or path" },
		{ "eth0 vf all --netns web",
		  "eth0: vf all: must be a number, from 0 to 255 at most" },
		{ "eth0 vf --netns web", "eth0: `vf` needs a number" },
		{ TO "x", "unexpected word `x`: svf-loader attach PF vf N|any --netns NETNS" },
		{ TO "--ifname a/b", "eth0: --ifname a/b: cannot be the name of a netdev" },
		{ TO "--ifname 0123456789abcdef",
		  "eth0: --ifname 0123456789abcdef: cannot be the name of a netdev" },
		{ TO "--ifname net%d", "eth0: --ifname net%d: cannot be the name of a netdev" },
		{ TO "--address 192.0.2.1", "eth0: --address 192.0.2.1" NO_PREFIX },
		{ TO "--address 192.0.2.1/33", "eth0: --address 192.0.2.1/33" NO_PREFIX },
		{ TO "--address 192.0.2.1/0", "eth0: --address 192.0.2.1/0" NO_PREFIX },
		{ TO "--address 192.0.2.1/-1", "eth0: --address 192.0.2.1/-1" NO_PREFIX },
		{ TO "--address 192.0.2/24", "eth0: --address 192.0.2/24" NO_PREFIX },
		{ TO "--address fd00::1/129", "eth0: --address fd00::1/129" NO_PREFIX },
		{ TO "--address fd00::1%eth0/64", "eth0: --address fd00::1%eth0/64" NO_PREFIX },
		{ TO "--address web/24", "eth0: --address web/24" NO_PREFIX },
		{ TO "--address 192.0.2.0/24", "eth0: --address 192.0.2.0/24" NO_HOST },
		{ TO "--address 192.0.2.255/24", "eth0: --address 192.0.2.255/24" NO_HOST },
		{ TO "--address 224.0.0.1/24", "eth0: --address 224.0.0.1/24" NO_HOST },
		{ TO "--address 0.0.0.0/32", "eth0: --address 0.0.0.0/32" NO_HOST },
		{ TO "--address 127.0.0.2/8", "eth0: --address 127.0.0.2/8" NO_HOST },
		{ TO "--address ::/128", "eth0: --address ::/128" NO_HOST },
		{ TO "--address ::1/128", "eth0: --address ::1/128" NO_HOST },
		{ TO "--address ff02::1/64", "eth0: --address ff02::1/64" NO_HOST },
		{ TO "--address fd00::/64", "eth0: --address fd00::/64" NO_HOST },
		{ TO "--address 192.0.2.1/24 --address 192.0.2.1/25",
		  "eth0: --address 192.0.2.1/25: is given twice" },
		{ TO "--gateway web", "eth0: --gateway web: must be a router's address" },
		{ TO "--gateway 192.0.2.1/24",
		  "eth0: --gateway 192.0.2.1/24: must be a router's address" },
		{ TO "--gateway 192.0.2.1",
		  "eth0: --gateway 192.0.2.1: is in no network of an --address" },
		{ TO "--address fd00::1/64 --gateway 192.0.2.1",
		  "eth0: --gateway 192.0.2.1: is in no network of an --address" },
		{ TO "--address 192.0.2.130/25 --gateway 192.0.2.1",
		  "eth0: --gateway 192.0.2.1: is in no network of an --address" },
		{ TO "--address 192.0.2.1/24 --gateway 192.0.2.1",
		  "eth0: --gateway 192.0.2.1: is the VF's own address" },
		{ TO "--address 192.0.2.1/24 --gateway 192.0.2.2 --gateway 192.0.2.3",
		  "eth0: --gateway 192.0.2.3: there can be one for IPv4" },
		{ TO "--gateway fe80::1 --gateway fe80::2",
		  "eth0: --gateway fe80::2: there can be one for IPv6" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct svf_attach_request request;
		char message[512];
		struct line line;

		assert_int_equal(parse(&line, rows[i].text, &request), -EINVAL);
		(void)snprintf(message, sizeof(message), "attach: %s", rows[i].message);
		assert_string_equal(line.err.text, message);
		assert_int_equal(svf_errmsg_exit(&line.err, -EINVAL), SVF_EXIT_USAGE);
	}
}

/* Networks of two and of one address have no address of their own. */
static void test_small_networks(void **state)
{
	static const char *const rows[] = { "192.0.2.0/31", "192.0.2.1/31", "192.0.2.0/32",
					    "fd00::/127",   "fd00::/128",   "10.0.255.255/8" };
	struct svf_inet inet;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		assert_int_equal(svf_inet_parse_cidr(rows[i], &inet), 0);
}

static void add_words(char *text, size_t size, unsigned int n)
{
	size_t len = (size_t)snprintf(text, size, "eth0 vf 0 --netns web");

	for (unsigned int i = 1; i <= n; i++)
		len += (size_t)snprintf(text + len, size - len, " --address=10.0.0.%u/24", i);
}

static void test_too_many(void **state)
{
	struct svf_attach_request request;
	char text[2000];
	struct line line;

	(void)state;
	add_words(text, sizeof(text), SVF_ATTACH_ADDRESSES_MAX);
	assert_int_equal(parse(&line, text, &request), 0);
	assert_int_equal(request.n_addresses, SVF_ATTACH_ADDRESSES_MAX);
	add_words(text, sizeof(text), SVF_ATTACH_ADDRESSES_MAX + 1);
	assert_int_equal(parse(&line, text, &request), -EINVAL);
	assert_string_equal(line.err.text,
			    "attach: eth0: --address 10.0.0.17/24: no more than 16 are possible");
	add_words(text, sizeof(text), SVF_REPEATED_MAX + 1);
	assert_int_equal(parse(&line, text, &request), -EINVAL);
	assert_string_equal(line.err.text, "option --address: is given too often");
}

static const uint8_t mac[] = { 0x02, 0, 0, 0, 0, 0x01 };

static void test_announce_arp(void **state)
{
	/* clang-format off */
	static const uint8_t expected[] = {
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02, 0, 0, 0, 0, 0x01, 0x08, 0x06,
		0, 1, 0x08, 0, 6, 4, 0, 1, /* Ethernet, IPv4, request */
		0x02, 0, 0, 0, 0, 0x01, 192, 0, 2, 13, 0, 0, 0, 0, 0, 0, 192, 0, 2, 13,
	};
	/* clang-format on */
	uint8_t frame[SVF_ANNOUNCE_MAX];
	struct svf_inet inet;

	(void)state;
	assert_int_equal(svf_inet_parse_cidr("192.0.2.13/24", &inet), 0);
	assert_int_equal(svf_announce_build(frame, mac, &inet), ETH_ZLEN);
	assert_memory_equal(frame, expected, sizeof(expected));
}

static void test_announce_na(void **state)
{
	/* clang-format off */
	static const uint8_t expected[] = {
		0x33, 0x33, 0, 0, 0, 1, 0x02, 0, 0, 0, 0, 0x01, 0x86, 0xdd,
		0x60, 0, 0, 0, 0, 32, 58, 255, /* 32 bytes of ICMPv6 */
		0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x13,
		0xff, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x01,
		136, 0, 0xf9, 0x06, 0x20, 0, 0, 0, /* checksum as scapy makes it; override */
		0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x13,
		2, 1, 0x02, 0, 0, 0, 0, 0x01,
	};
	/* clang-format on */
	uint8_t frame[SVF_ANNOUNCE_MAX];
	struct svf_inet inet;

	(void)state;
	assert_int_equal(svf_inet_parse_cidr("2001:db8::13/64", &inet), 0);
	assert_int_equal(svf_announce_build(frame, mac, &inet), sizeof(expected));
	assert_memory_equal(frame, expected, sizeof(expected));
}

static void test_owner(void **state)
{
	struct svf_owner owner = { .inode = 4026532180, .name = "web", .pid = 12, .comm = "sh" };
	char text[SVF_OWNER_TEXT_MAX], name[] = "a\x1b[31m\xff b";

	(void)state;
	svf_owner_format(text, &owner, 4);
	assert_string_equal(text, "netns web");
	owner.name[0] = '\0';
	svf_owner_format(text, &owner, 4);
	assert_string_equal(text, "pid 12 (sh)");
	owner.pid = 0;
	svf_owner_format(text, &owner, 4);
	assert_string_equal(text, "netns 4026532180");
	owner.inode = 0;
	svf_owner_format(text, &owner, 4);
	assert_string_equal(text, "netns id 4");

	svf_owner_clean(name);
	assert_string_equal(name, "a?[31m? b");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse),	       cmocka_unit_test(test_refused),
		cmocka_unit_test(test_small_networks), cmocka_unit_test(test_too_many),
		cmocka_unit_test(test_announce_arp),   cmocka_unit_test(test_announce_na),
		cmocka_unit_test(test_owner),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
