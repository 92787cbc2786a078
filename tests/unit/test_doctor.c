// SPDX-License-Identifier: GPL-2.0-only
/*
 * doctor's pure parts - kernel versions, verdicts and exit codes, JSON - that its table and the
 * documents agree, and the checks of hardware that is not at hand: a driver made up here (the
 * linker's
 * --wrap) and a directory that stands for /.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "../../loader/doctor.h"
#include "document.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define BUS	      "0000:01:00.0"

/* --- the driver --- */

static struct {
	const char *driver, *bus, *feature_on;
} nic;

int __wrap_svf_ethtool_get_driver(const char *ifname, char ret_driver[32], struct svf_errmsg *err);
int __wrap_svf_ethtool_get_driver(const char *ifname, char ret_driver[32], struct svf_errmsg *err)
{
	(void)ifname;
	(void)err;
	(void)snprintf(ret_driver, 32, "%s", nic.driver);
	return 0;
}

int __wrap_svf_ethtool_get_bus(const char *ifname, char ret_bus[32], struct svf_errmsg *err);
int __wrap_svf_ethtool_get_bus(const char *ifname, char ret_bus[32], struct svf_errmsg *err)
{
	(void)ifname;
	(void)err;
	(void)snprintf(ret_bus, 32, "%s", nic.bus);
	return 0;
}

int __wrap_svf_ethtool_get_feature(const char *ifname, const char *feature,
				   enum svf_feature_state *ret_state, struct svf_errmsg *err);
int __wrap_svf_ethtool_get_feature(const char *ifname, const char *feature,
				   enum svf_feature_state *ret_state, struct svf_errmsg *err)
{
	(void)ifname;
	(void)err;
	*ret_state = nic.feature_on && !strcmp(nic.feature_on, feature) ? SVF_FEATURE_ON
									: SVF_FEATURE_OFF;
	return 0;
}

int __wrap_svf_ethtool_get_channels(const char *ifname, struct svf_channels *ret_channels,
				    struct svf_errmsg *err);
int __wrap_svf_ethtool_get_channels(const char *ifname, struct svf_channels *ret_channels,
				    struct svf_errmsg *err)
{
	(void)ifname;
	(void)ret_channels;
	(void)err;
	return -EOPNOTSUPP;
}

/* --- a checkup of it --- */

struct machine {
	char root[64];
	struct svf_checkup checkup;
};

static void make_dirs(const struct machine *machine, const char *path)
{
	char full[256];

	(void)snprintf(full, sizeof(full), "mkdir -p %s%s", machine->root, path);
	assert_int_equal(system(full), 0);
}

static void write_file(const struct machine *machine, const char *directory, const char *name,
		       const char *text)
{
	char full[256];
	FILE *file;

	make_dirs(machine, directory);
	(void)snprintf(full, sizeof(full), "%s%s/%s", machine->root, directory, name);
	file = fopen(full, "w");
	assert_non_null(file);
	fprintf(file, "%s\n", text);
	(void)fclose(file);
}

static int setup(void **state)
{
	struct machine *machine = calloc(1, sizeof(*machine));

	assert_non_null(machine);
	(void)snprintf(machine->root, sizeof(machine->root), "/tmp/svf-doctor-XXXXXX");
	assert_non_null(mkdtemp(machine->root));
	machine->checkup = (struct svf_checkup){
		.root = machine->root,
		.pf = { .name = "eth0", .ifindex = 7, .mtu = 1500 },
		.state = { .pf = "eth0",
			   .args = { .vfs = 8,
				     .max_vfs = 8,
				     .queues = 1,
				     .ring_size = 512,
				     .lane = SVF_LANE_AFXDP },
			   .frame_size = 2048 },
		.check = &svf_checks[0],
		.object = "eth0",
	};
	nic.driver = "e1000e";
	nic.bus = BUS;
	nic.feature_on = NULL;
	*state = machine;
	return 0;
}

static int teardown(void **state)
{
	struct machine *machine = *state;
	char command[128];

	(void)snprintf(command, sizeof(command), "rm -r %s", machine->root);
	assert_int_equal(system(command), 0);
	svf_checkup_done(&machine->checkup);
	free(machine);
	return 0;
}

/* Runs a check; its one finding must be so, and have the words. */
static void expect(struct machine *machine, void (*run)(struct svf_checkup *),
		   enum svf_health health, const char *words, const char *remedy)
{
	const struct svf_finding *finding;

	machine->checkup.n = 0;
	run(&machine->checkup);
	assert_int_equal(machine->checkup.n, 1);
	finding = &machine->checkup.findings[0];
	if (finding->health != health || !strstr(finding->text, words))
		fail_msg("%s: %s", svf_health_name(finding->health), finding->text);
	assert_string_equal(finding->remedy, remedy);
}

static void test_hardware_sriov(void **state)
{
	struct machine *machine = *state;
	static const char directory[] = "/sys/bus/pci/devices/" BUS;
	static const char off[] = "echo 0 > /sys/bus/pci/devices/" BUS "/sriov_numvfs";

	expect(machine, svf_check_hw_sriov, SVF_HEALTH_SKIP, "no NIC with SR-IOV", "");
	write_file(machine, directory, "sriov_numvfs", "0");
	expect(machine, svf_check_hw_sriov, SVF_HEALTH_PASS, "off", "");
	write_file(machine, directory, "sriov_numvfs", "4");
	expect(machine, svf_check_hw_sriov, SVF_HEALTH_WARN, "has 4 VFs of the NIC's own", off);
	nic.driver = "ixgbe";
	expect(machine, svf_check_hw_sriov, SVF_HEALTH_FAIL, "ixgbe then refuses XDP", off);
	assert_int_equal(machine->checkup.findings[0].error, -EBUSY);
	machine->checkup.state.args.lane = SVF_LANE_TC;
	expect(machine, svf_check_hw_sriov, SVF_HEALTH_WARN, "has 4 VFs", off);
}

static void test_link_flap(void **state)
{
	struct machine *machine = *state;

	expect(machine, svf_check_link_flap, SVF_HEALTH_PASS, "not known to go down", "");
	nic.driver = "i40e";
	expect(machine, svf_check_link_flap, SVF_HEALTH_WARN, "driver i40e restarts its rings",
	       "svf-loader up eth0 --vfs 8 --lane tc");
	machine->checkup.state.args.no_flap = true;
	expect(machine, svf_check_link_flap, SVF_HEALTH_FAIL, "--no-flap refuses",
	       "svf-loader up eth0 --vfs 8 --lane tc");
	assert_int_equal(machine->checkup.findings[0].error, -EBUSY);
	machine->checkup.up = true;
	expect(machine, svf_check_link_flap, SVF_HEALTH_SKIP, "up already", "");
}

static void test_hypervisors(void **state)
{
	struct machine *machine = *state;
	static const struct {
		const char *driver, *vendor, *words, *remedy;
	} rows[] = {
		{ "vmxnet3", "", "forged transmits", "esxcli network vswitch standard portgroup" },
		{ "e1000e", "VMware, Inc.", "forged transmits", "esxcli network vswitch standard" },
		{ "hv_netvsc", "Microsoft Corporation", "Hyper-V", "Set-VMNetworkAdapter" },
		{ "ena", "Amazon EC2", "AWS", "" },
		{ "virtio_net", "Google", "Google", "" },
	};

	expect(machine, svf_check_hypervisor, SVF_HEALTH_PASS, "none known", "");
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct svf_finding *finding;

		nic.driver = rows[i].driver;
		write_file(machine, "/sys/class/dmi/id", "sys_vendor", rows[i].vendor);
		machine->checkup.n = 0;
		svf_check_hypervisor(&machine->checkup);
		finding = &machine->checkup.findings[0];
		assert_int_equal(finding->health, SVF_HEALTH_WARN);
		assert_non_null(strstr(finding->text, rows[i].words));
		assert_memory_equal(finding->remedy, rows[i].remedy, strlen(rows[i].remedy));
	}
	nic.bus = ""; /* a veth or a bridge of that machine */
	expect(machine, svf_check_hypervisor, SVF_HEALTH_SKIP, "no device", "");
}

static void test_virtio_without_receive_control(void **state)
{
	struct machine *machine = *state;
	static const char directory[] = "/sys/bus/pci/devices/" BUS "/virtio0";

	nic.driver = "virtio_net";
	write_file(machine, directory, "features", "1101010001110000010010000100100011");
	expect(machine, svf_check_hypervisor, SVF_HEALTH_WARN, "virtio without receive filter", "");
	write_file(machine, directory, "features", "1101010001110000011010000100100011");
	expect(machine, svf_check_hypervisor, SVF_HEALTH_PASS, "none known", "");
}

static void test_lro(void **state)
{
	struct machine *machine = *state;

	expect(machine, svf_check_offloads, SVF_HEALTH_PASS, "`up` switches off", "");
	nic.feature_on = "rx-lro";
	expect(machine, svf_check_offloads, SVF_HEALTH_WARN, "rx-lro is on",
	       "ethtool -K eth0 rx-lro off");
	nic.feature_on = "rx-gro-hw";
	expect(machine, svf_check_offloads, SVF_HEALTH_WARN, "rx-gro-hw is on",
	       "ethtool -K eth0 rx-gro-hw off");
	machine->checkup.up = true;
	nic.feature_on = "rx-vlan-filter";
	expect(machine, svf_check_offloads, SVF_HEALTH_WARN, "drops the VFs' VLANs",
	       "ethtool -K eth0 rx-vlan-filter off");
}

static void test_memory(void **state)
{
	struct machine *machine = *state;

	write_file(machine, "/proc", "meminfo", "MemTotal: 1 kB\nMemAvailable:  65536 kB");
	expect(machine, svf_check_memory, SVF_HEALTH_PASS, "8 VFs on 1 queue: 56.1 MiB", "");
	write_file(machine, "/proc", "meminfo", "MemTotal: 1 kB\nMemAvailable:  16384 kB");
	expect(machine, svf_check_memory, SVF_HEALTH_FAIL, "need 56.1 MiB",
	       "svf-loader up eth0 --vfs 8 --queues 1 --ring-size 64");
	assert_int_equal(machine->checkup.findings[0].error, -ENOMEM);
}

static void test_managers(void **state)
{
	struct machine *machine = *state;

	machine->checkup.object[0] = '\0';
	make_dirs(machine, "/proc/self");
	expect(machine, svf_check_managers, SVF_HEALTH_PASS, "neither", "");
	write_file(machine, "/proc/12", "comm", "systemd-network");
	expect(machine, svf_check_managers, SVF_HEALTH_WARN, "70-svf.rules is not installed",
	       "make install; udevadm control --reload; udevadm trigger -s net");
	write_file(machine, "/etc/udev/rules.d", "70-svf.rules", "");
	expect(machine, svf_check_managers, SVF_HEALTH_WARN, "70-svf.network is not installed",
	       "make install; udevadm control --reload; udevadm trigger -s net");
	write_file(machine, "/usr/lib/systemd/network", "70-svf.network", "");
	expect(machine, svf_check_managers, SVF_HEALTH_PASS, "leaves our netdevs alone", "");
}

/* --- pure parts --- */

static void test_kernel_versions(void **state)
{
	static const struct {
		const char *release, *version, *signature;
		struct svf_kernel kernel;
	} rows[] = {
		{ "6.18.44-fc", "#1 SMP @0", "", { 6, 18, 44 } },
		{ "6.1.0-49-amd64",
		  "#1 SMP PREEMPT_DYNAMIC Debian 6.1.192-1 (2026-02-01)",
		  "",
		  { 6, 1, 192 } },
		{ "6.8.0-45-generic",
		  "#45-Ubuntu SMP",
		  "Ubuntu 6.8.0-45.45-generic 6.8.12",
		  { 6, 8, 12 } },
		{ "6.12-rc3", "#1", "", { 6, 12, 0 } },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct svf_kernel kernel = {};

		assert_int_equal(svf_kernel_parse(&kernel, rows[i].release, rows[i].version,
						  rows[i].signature),
				 0);
		assert_memory_equal(&kernel, &rows[i].kernel, sizeof(kernel));
	}
	assert_int_equal(svf_kernel_parse(&(struct svf_kernel){}, "nonsense", "", ""), -EINVAL);
}

static void test_known_bad_kernels(void **state)
{
	static const struct {
		struct svf_kernel kernel, fixed; /* fixed.major 0: no fault */
	} rows[] = {
		{ { 6, 1, 163 }, { 6, 1, 164 } },
		{ { 6, 1, 164 }, {} },
		{ { 6, 5, 200 }, { 6, 6, 123 } },
		{ { 6, 6, 122 }, { 6, 6, 123 } },
		{ { 6, 6, 123 }, {} },
		{ { 6, 8, 12 }, { 6, 12, 28 } },
		{ { 6, 12, 27 }, { 6, 12, 28 } },
		{ { 6, 12, 90 }, {} },
		{ { 6, 13, 99 }, { 6, 14, 6 } },
		{ { 6, 14, 6 }, {} },
		{ { 6, 15, 0 }, {} },
		{ { 7, 0, 0 }, {} },
		{ { 5, 10, 0 }, { 6, 1, 164 } },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct svf_kernel fixed;
		const char *fault = svf_kernel_fault(&rows[i].kernel, &fixed);

		assert_int_equal(!!fault, !!rows[i].fixed.major);
		if (fault)
			assert_memory_equal(&fixed, &rows[i].fixed, sizeof(fixed));
	}
}

static void test_verdicts(void **state)
{
	struct machine *machine = *state;
	struct svf_checkup *checkup = &machine->checkup;

	assert_int_equal(svf_health_exit(svf_checkup_verdict(checkup)), SVF_EXIT_OK);
	svf_check_pass(checkup, "a");
	svf_check_skip(checkup, "b");
	assert_int_equal(svf_health_exit(svf_checkup_verdict(checkup)), SVF_EXIT_OK);
	svf_check_warn(checkup, "c");
	assert_int_equal(svf_health_exit(svf_checkup_verdict(checkup)), 6);
	svf_check_fail(checkup, -EINVAL, "d");
	svf_check_warn(checkup, "e");
	assert_int_equal(svf_health_exit(svf_checkup_verdict(checkup)), 7);
}

static void test_json(void **state)
{
	struct machine *machine = *state;
	struct svf_checkup *checkup = &machine->checkup;
	json_t *json;
	char *text;

	svf_finding_mend(svf_check_warn(checkup, "it is %s", "\"so\""), "mend %d", 7);
	checkup->object[0] = '\0';
	svf_check_pass(checkup, "fine");
	json = svf_checkup_json(checkup);
	text = json_dumps(json, JSON_COMPACT);
	assert_string_equal(text, "[{\"check\":\"kernel\",\"object\":\"eth0\",\"status\":\"warn\","
				  "\"finding\":\"it is \\\"so\\\"\",\"remedy\":\"mend 7\"},"
				  "{\"check\":\"kernel\",\"object\":null,\"status\":\"pass\","
				  "\"finding\":\"fine\",\"remedy\":null}]");
	free(text);
	json_decref(json);
}

/* Many findings do not get lost when the list grows. */
static void test_many_findings(void **state)
{
	struct machine *machine = *state;

	for (int i = 0; i < 1000; i++)
		svf_check_pass(&machine->checkup, "%d", i);
	assert_int_equal(machine->checkup.n, 1000);
	assert_string_equal(machine->checkup.findings[999].text, "999");
}

/* --- table and documents --- */

static void test_documents(void **state)
{
	static char page[FILE_MAX], trouble[FILE_MAX], section[FILE_MAX];
	size_t items = 0;

	(void)state;
	read_file(MAN, page);
	read_file("docs/troubleshooting.md", trouble);
	cut_section(page, "doctor", section);
	for (size_t i = 0; i < svf_n_checks; i++) {
		char needle[128];

		(void)snprintf(needle, sizeof(needle), "\n.BR %s ,\n", svf_checks[i].name);
		if (!strstr(section, needle))
			fail_msg(MAN ": doctor: no %s", svf_checks[i].name);
		(void)snprintf(needle, sizeof(needle), "`%s`", svf_checks[i].name);
		if (!strstr(trouble, needle))
			fail_msg("docs/troubleshooting.md: no %s", svf_checks[i].name);
	}
	for (const char *p = section; (p = strstr(p, "\n.BR ")); p++) {
		char name[64];

		items += sscanf(p, "\n.BR %63s ,\n", name) == 1 && strchr(name, '_') != name &&
			 name[0] != '\\' && strcspn(p + 1, ",") < strcspn(p + 1, "\n");
	}
	assert_int_equal(items, svf_n_checks);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_hardware_sriov, setup, teardown),
		cmocka_unit_test_setup_teardown(test_link_flap, setup, teardown),
		cmocka_unit_test_setup_teardown(test_hypervisors, setup, teardown),
		cmocka_unit_test_setup_teardown(test_virtio_without_receive_control, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_lro, setup, teardown),
		cmocka_unit_test_setup_teardown(test_memory, setup, teardown),
		cmocka_unit_test_setup_teardown(test_managers, setup, teardown),
		cmocka_unit_test(test_kernel_versions),
		cmocka_unit_test(test_known_bad_kernels),
		cmocka_unit_test_setup_teardown(test_verdicts, setup, teardown),
		cmocka_unit_test_setup_teardown(test_json, setup, teardown),
		cmocka_unit_test_setup_teardown(test_many_findings, setup, teardown),
		cmocka_unit_test(test_documents),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
