// SPDX-License-Identifier: GPL-2.0-only
/*
 * What people and scripts read: `show` as text and JSON, and the summary of `up`, against
 * tests/unit/golden/. SVF_GOLDEN_UPDATE=1 writes the files anew; read the difference before
 * committing it. Runs in the top directory.
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

#include "../../loader/attribute.h"
#include "../../loader/cmd.h"
#include "../../loader/json.h"
#include "../../loader/link.h"
#include "../../loader/show.h"

#define GOLDEN	 "tests/unit/golden/"
#define OUT_MAX	 65536
#define N_VFS	 3
#define N_QUEUES 2

static const struct svf_show_options plain = { .vf = SVF_SHOW_ALL_VFS };
static const struct svf_show_options stats = { .stats = true, .vf = SVF_SHOW_ALL_VFS };
static const struct svf_show_options details = { .details = true, .vf = SVF_SHOW_ALL_VFS };
static const struct svf_show_options both = { .stats = true,
					      .details = true,
					      .vf = SVF_SHOW_ALL_VFS };
static const struct svf_show_options oneline = { .stats = true,
						 .oneline = true,
						 .vf = SVF_SHOW_ALL_VFS };
static const struct svf_show_options brief = { .brief = true, .vf = SVF_SHOW_ALL_VFS };
static const struct svf_show_options color = { .color = true, .vf = SVF_SHOW_ALL_VFS };
static const struct svf_show_options human = { .stats = true, .human = true, .vf = 1 };
static const struct svf_show_options one_vf = { .stats = true, .details = true, .vf = 1 };

/* What ip prints of the PF (the same with all options, for these tests), and with -j. */
static const char ip_text[] =
	"5: eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 xdp qdisc mq state UP\n"
	"    link/ether 52:54:00:12:34:56 brd ff:ff:ff:ff:ff:ff\n"
	"    prog/xdp id 7 name svf_wire tag 1286da77031af192 jited \n"
	"    altname enp1s0\n";
static const char ip_oneline[] =
	"5: eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 xdp qdisc mq state UP"
	"\\    link/ether 52:54:00:12:34:56 brd ff:ff:ff:ff:ff:ff\\    altname enp1s0\n";
static const char ip_brief[] =
	"eth0             UP             52:54:00:12:34:56 <BROADCAST,MULTICAST,UP,LOWER_UP> \n";
static const char ip_json[] = "[{\"ifindex\":5,\"ifname\":\"eth0\",\"flags\":[\"UP\"],\"mtu\":1500,"
			      "\"address\":\"52:54:00:12:34:56\",\"altnames\":[\"enp1s0\"]}]\n";

/* A PF with three VFs: one idle and at home, one busy in a namespace, one that lost its netdev. */
struct sample {
	struct svf_pf_info info;
	struct svf_vf_info vfs[N_VFS];
	struct svf_ring_stats rings[N_VFS][N_QUEUES];
	struct svf_vf_dup dup;
};

static void fill_busy_vf(struct svf_vf_info *vf, struct svf_ring_stats rings[N_QUEUES])
{
	vf->config.vlan = 100;
	vf->config.qos = 3;
	vf->fill = (struct svf_ring_fill){ .rx = 81, .tx = 1 };
	vf->config.vlan_proto = ETH_P_8021AD;
	vf->nsid = 4;
	vf->netdev_ifindex = 2;
	(void)strcpy(vf->netdev, "net1");
	vf->netdev_up = vf->netdev_carrier = true;
	vf->netdev_mac[0] = 0x02; /* not the one it may use */
	vf->netdev_mac[5] = 0x99;
	vf->netdev_mtu = 1400;
	vf->owner = (struct svf_owner){ .inode = 4026532180, .pid = 1234, .comm = "busybox" };
	vf->stats[SVF_DIRECTION_RX] = (struct svf_stats){ .packets = 13,
							  .bytes = 1234,
							  .multicast = 3,
							  .broadcast = 4,
							  .dropped = 5,
							  .ring = 6,
							  .flood = 7 };
	vf->drops[SVF_DIRECTION_RX] = (struct svf_drops){ .clone = 5 };
	/* 2^53 is where JSON readers lose digits; wider than its column, too */
	vf->stats[SVF_DIRECTION_TX] = (struct svf_stats){ .packets = 123456789,
							  .bytes = 1ULL << 53,
							  .dropped = 3,
							  .ring = 123456780,
							  .host = 9 };
	vf->drops[SVF_DIRECTION_TX] = (struct svf_drops){ .spoof_vlan = 2, .to_self = 1 };
	vf->sources.representor.tx_dropped = 7; /* the clones, and two more */
	vf->mcast_flood = true;
	rings[0].rx_packets = 6;
	rings[0].rx_bytes = 600;
	rings[0].tx_packets = 123456770;
	rings[0].tx_bytes = 1ULL << 52;
	rings[0].rx_port_dropped = 10;
	rings[0].rx_dropped = 20;
	rings[0].rx_ring_full = 30;
	rings[0].rx_fill_ring_empty_descs = 20; /* the same 20 as rx_dropped */
	rings[1].tx_packets = 10;
	rings[1].tx_bytes = 1000;
	rings[1].tx_oversize = 7;
}

static void allow_vlans(__u64 trunk[SVF_TRUNK_WORDS], unsigned int first, unsigned int last)
{
	for (; first <= last; first++)
		trunk[first / 64] |= 1ULL << (first % 64);
}

/* Everything that can be set, set. */
static void fill_policy(struct svf_vf_config *config)
{
	config->max_tx_rate = 200;
	config->min_tx_rate = 100;
	config->max_rx_rate = 1000;
	config->burst = 65536;
	config->storm = 500;
	config->max_tx_pps = 20000;
	config->max_rx_pps = 30000;
	config->mtu = 9000;
	config->link_state = SVF_LINK_STATE_DISABLE;
	config->spoofchk = config->bcast = config->untagged = config->host_access = 0;
	config->trust = SVF_TRUST_ALL;
	config->query_rss = config->allmulti = 1;
	config->promisc = SVF_PROMISC_UNMATCHED;
	config->isolation = SVF_ISOLATION_PRIVATE;
	config->allow_lldp = config->allow_dot1x = 1;
	config->has_trunk = 1;
	allow_vlans(config->trunk, 10, 49);
	allow_vlans(config->trunk, 91, 91);
	allow_vlans(config->trunk_8021ad, 105, 4094);
	config->n_macs = 2;
	config->macs[0][0] = config->macs[1][0] = 0x02;
	config->macs[0][5] = 0xaa;
	config->macs[1][5] = 0xbb;
}

static void fill_vf(struct sample *s, unsigned int number)
{
	struct svf_vf_info *vf = &s->vfs[number];

	*vf = (struct svf_vf_info){
		.vf = number,
		.config = { .representor = 20 + number,
			    .ring_port = 30 + number,
			    .mac = { 0x02, 0, 0, 0, 0, (uint8_t)number },
			    .lane = SVF_LANE_AFXDP },
		.netdev_ifindex = (int)(10 + number),
		.netdev_mac = { 0x02, 0, 0, 0, 0, (uint8_t)number },
		.netdev_mtu = 1500,
		.nsid = SVF_NSID_SELF,
		.rings = s->rings[number],
	};
	svf_attributes_reset_vf(&vf->config, 1500);
	(void)snprintf(vf->netdev, IFNAMSIZ, "eth0v%u", number);
	(void)snprintf(vf->representor, IFNAMSIZ, "eth0r%u", number);
	(void)snprintf(vf->ring_port, IFNAMSIZ, "eth0q%u", number);
	for (unsigned int queue = 0; queue < N_QUEUES; queue++)
		s->rings[number][queue] = (struct svf_ring_stats){ .vf = number, .queue = queue };
}

static void fill(struct sample *s)
{
	*s = (struct sample){
		.info = {
			.name = "eth0",
			.ifindex = 5,
			.mac = { 0x52, 0x54, 0, 0x12, 0x34, 0x56 },
			.state = {
				.pf = "eth0",
				.pf_ifindex = 5,
				.args = { .vfs = N_VFS, .max_vfs = 8, .lane = SVF_LANE_AFXDP,
					  .queues = N_QUEUES, .ring_size = 512 },
				.before = { .changed_rxvlan = true, .changed_allmulti = true },
				.frame_size = 2048,
				.complete = true,
				.n_filters = N_VFS,
			},
			.xdp_mode = "native",
			.agent_pid = 4711,
			.daemon_pid = 4710,
			.agent_alive = true,
			.agent_starts = 1,
			.policy = { .isolation = SVF_ISOLATION_VEPA, .storm = 1000 },
			.mtu = 1500,
			.carrier = true,
			.n_vfs = N_VFS,
			.vfs = s->vfs,
		},
	};
	s->dup = (struct svf_vf_dup){ .mac = { 0x02, 0, 0, 0, 0, 2 }, .vf = 7 };
	s->info.stats[SVF_DIRECTION_RX] = (struct svf_stats){ .pass = 40, .flood = 2 };
	s->info.stats[SVF_DIRECTION_TX] = (struct svf_stats){ .pass = 41 };
	s->info.drops[SVF_DIRECTION_RX] = (struct svf_drops){ .hidden_tag = 1 };
	s->info.wire_stats[SVF_DIRECTION_RX] = (struct svf_stats){ .tc = 50, .pass = 40 };
	s->info.wire_drops[SVF_DIRECTION_RX] = (struct svf_drops){ .storm = 4 };
	s->info.wire_stats[SVF_DIRECTION_TX] = (struct svf_stats){ .tc = 60 };
	for (unsigned int vf = 0; vf < N_VFS; vf++)
		fill_vf(s, vf);
	s->info.ip = (char *)ip_text;
	fill_busy_vf(&s->vfs[1], s->rings[1]);
	fill_policy(&s->vfs[2].config);
	s->vfs[2].dups = &s->dup;
	s->vfs[2].n_dups = 1;
	s->vfs[2].netdev[0] = s->vfs[2].representor[0] = s->vfs[2].ring_port[0] = '\0';
	s->vfs[2].netdev_ifindex = 0;
}

/* The same PF in the tc lane, its daemon dead. */
static void fill_tc(struct sample *s)
{
	fill(s);
	s->info.state.args.lane = SVF_LANE_TC;
	s->info.xdp_mode = "none";
	s->info.agent_pid = s->info.daemon_pid = 0;
	s->info.agent_alive = false;
	s->info.state.before = (struct svf_pf_before){};
	for (unsigned int vf = 0; vf < N_VFS; vf++) {
		s->vfs[vf].config.lane = SVF_LANE_TC;
		s->vfs[vf].config.ring_port = 0;
		s->vfs[vf].ring_port[0] = '\0';
		s->vfs[vf].rings = NULL;
	}
}

/* `up` at work: no VF yet, no agent. */
static void fill_begun(struct sample *s)
{
	fill(s);
	s->info.n_vfs = 0;
	s->info.state.complete = false;
	s->info.agent_pid = s->info.daemon_pid = 0;
	s->info.agent_alive = false;
}

static void check_golden(const char *name, const char *text)
{
	char path[256], expected[OUT_MAX];
	FILE *file;
	size_t n;

	(void)snprintf(path, sizeof(path), GOLDEN "%s", name);
	if (getenv("SVF_GOLDEN_UPDATE")) {
		file = fopen(path, "w");
		assert_non_null(file);
		assert_true(fputs(text, file) >= 0);
		assert_int_equal(fclose(file), 0);
		return;
	}
	file = fopen(path, "r");
	if (!file)
		fail_msg("%s: %s", path, strerror(errno));
	n = fread(expected, 1, sizeof(expected) - 1, file);
	expected[n] = '\0';
	(void)fclose(file);
	assert_string_equal(text, expected);
}

static void render_text(char out[OUT_MAX], const struct svf_pf_info *info,
			const struct svf_show_options *options)
{
	FILE *file = fmemopen(out, OUT_MAX, "w");

	assert_non_null(file);
	svf_show_text(file, info, options);
	assert_int_equal(fclose(file), 0);
}

static void check_text(const char *name, const struct svf_pf_info *info,
		       const struct svf_show_options *options)
{
	char out[OUT_MAX];

	render_text(out, info, options);
	check_golden(name, out);
}

static void check_json(const char *name, struct svf_pf_info *info,
		       const struct svf_show_options *options)
{
	char out[OUT_MAX];
	FILE *file = fmemopen(out, OUT_MAX, "w");
	json_t *json;

	info->ip = (char *)ip_json;
	json = svf_show_json(info, options);
	assert_non_null(json);
	assert_non_null(file);
	assert_int_equal(svf_json_print(file, json, true), 0);
	assert_int_equal(fclose(file), 0);
	check_golden(name, out);
	json_decref(json);
}

static void test_text(void **state)
{
	struct sample s;

	(void)state;
	fill(&s);
	check_text("show.txt", &s.info, &plain);
	check_text("show-s.txt", &s.info, &stats);
	check_text("show-d.txt", &s.info, &details);
	check_text("show-s-d.txt", &s.info, &both);
	check_text("show-vf1-s-d.txt", &s.info, &one_vf);
	check_text("show-c.txt", &s.info, &color);
	check_text("show-h-s-vf1.txt", &s.info, &human);
	s.info.ip = (char *)ip_oneline;
	check_text("show-o-s.txt", &s.info, &oneline);
	s.info.ip = (char *)ip_brief;
	check_text("show-br.txt", &s.info, &brief);
	fill_tc(&s);
	check_text("show-tc-d.txt", &s.info, &details);
	fill_begun(&s);
	check_text("show-begun-d.txt", &s.info, &details);
}

static void test_json(void **state)
{
	struct sample s;

	(void)state;
	fill(&s);
	check_json("show.json", &s.info, &plain);
	check_json("show-s.json", &s.info, &stats);
	check_json("show-vf1-s.json", &s.info, &one_vf);
	fill_tc(&s);
	check_json("show-tc.json", &s.info, &plain);
	fill_begun(&s);
	check_json("show-begun.json", &s.info, &plain);
}

/* The agent's states: its process is there or not, it beats or not. */
static void test_agent(void **state)
{
	struct sample s;
	char out[OUT_MAX];

	(void)state;
	fill(&s);
	render_text(out, &s.info, &details);
	assert_non_null(strstr(out, " agent 4711 daemon 4710\n"));
	s.info.agent_alive = false;
	render_text(out, &s.info, &details);
	assert_non_null(strstr(out, " agent hung daemon 4710\n"));
	s.info.agent_pid = s.info.daemon_pid = 0;
	render_text(out, &s.info, &details);
	assert_non_null(strstr(out, " agent dead daemon dead\n"));
}

/* `awk '/vf 1/{print $4}'` finds VF 1 and nothing else, whatever else is shown. */
static void test_vf_lines(void **state)
{
	struct sample s;
	char out[OUT_MAX], needle[16];

	(void)state;
	fill(&s);
	render_text(out, &s.info, &both);
	for (unsigned int vf = 0; vf <= N_VFS; vf++) {
		unsigned int found = 0;

		(void)snprintf(needle, sizeof(needle), "vf %u", vf);
		for (const char *p = out; (p = strstr(p, needle)); p++)
			found++;
		assert_int_equal(found, vf < N_VFS);
	}
}

static void test_dropped(void **state)
{
	struct sample s;

	(void)state;
	fill(&s);
	assert_int_equal(svf_vf_dropped(&s.info, &s.vfs[0], SVF_DIRECTION_RX), 0);
	assert_int_equal(svf_vf_dropped(&s.info, &s.vfs[1], SVF_DIRECTION_RX),
			 5 + 10 + 20 + 30 + 2);
	assert_int_equal(svf_vf_dropped(&s.info, &s.vfs[1], SVF_DIRECTION_TX), 3 + 7);
	s.vfs[1].rings = NULL;
	assert_int_equal(svf_vf_dropped(&s.info, &s.vfs[1], SVF_DIRECTION_RX), 5 + 2);
}

static void check_up(const char *name, const struct svf_up_report *report)
{
	char out[OUT_MAX];
	FILE *file = fmemopen(out, OUT_MAX, "w");
	unsigned int lines = 0;

	assert_non_null(file);
	svf_up_show(file, "eth0", report);
	assert_int_equal(fclose(file), 0);
	for (const char *p = out; *p; p++)
		lines += *p == '\n';
	assert_in_range(lines, 1, 12);
	check_golden(name, out);
}

static void test_up(void **state)
{
	struct svf_up_report report = {
		.settings = "rx-vlan-hw-parse off; allmulticast on; unicast filters: 8",
		.xdp_mode = "native",
		.memory_bytes = 35 << 20,
		.agent_pid = 4711,
		.state = { .pf = "eth0",
			   .args = { .vfs = 8,
				     .max_vfs = 8,
				     .lane = SVF_LANE_AFXDP,
				     .queues = 2,
				     .ring_size = 512 },
			   .frame_size = 2048 },
		.first_vf = "eth0v0",
	};

	(void)state;
	svf_vf_set_resize(&report.state.vfs, 8);
	check_up("up.txt", &report);
	/* more than fits: still 12 lines at most */
	for (size_t len = strlen(report.settings); len + 40 < sizeof(report.settings);
	     len = strlen(report.settings))
		(void)strcpy(report.settings + len, "; one more setting of the PF changed");
	check_up("up-long.txt", &report);
	report.already_up = true;
	check_up("up-again.txt", &report);
	report.agent_restarted = true;
	check_up("up-restarted.txt", &report);

	report.already_up = false;
	report.settings[0] = '\0';
	report.xdp_mode = "none";
	report.state.args.lane = SVF_LANE_TC;
	report.state.args.vfs = 1;
	check_up("up-tc.txt", &report);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text),	cmocka_unit_test(test_json),
		cmocka_unit_test(test_agent),	cmocka_unit_test(test_vf_lines),
		cmocka_unit_test(test_dropped), cmocka_unit_test(test_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
