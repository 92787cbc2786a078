// SPDX-License-Identifier: GPL-2.0-only
/*
 * The PF's settings, planned, applied and restored on a driver that is made up here: the linker's
 * --wrap puts it in place of ethtool's and rtnetlink's modules. It has what no driver at hand
 * has: a VLAN filter that can be switched, stripping that cannot.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../../loader/settings.h"

struct driver {
	enum svf_feature_state rxvlan, rxstag, filter, lro, gro_hw;
	struct svf_channels channels;
	int channels_error; /* what reading them answers */
	unsigned int flags; /* of the netdev */
};

static struct driver driver;

static enum svf_feature_state *find_feature(const char *feature)
{
	const struct {
		const char *name;
		enum svf_feature_state *state;
	} features[] = {
		{ "rx-vlan-hw-parse", &driver.rxvlan }, { "rx-vlan-stag-hw-parse", &driver.rxstag },
		{ "rx-vlan-filter", &driver.filter },	{ "rx-lro", &driver.lro },
		{ "rx-gro-hw", &driver.gro_hw },
	};

	for (size_t i = 0; i < sizeof(features) / sizeof(features[0]); i++)
		if (!strcmp(features[i].name, feature))
			return features[i].state;
	fail_msg("no feature %s", feature);
	return NULL;
}

int __wrap_svf_ethtool_get_feature(const char *ifname, const char *feature,
				   enum svf_feature_state *ret_state, struct svf_errmsg *err);
int __wrap_svf_ethtool_get_feature(const char *ifname, const char *feature,
				   enum svf_feature_state *ret_state, struct svf_errmsg *err)
{
	(void)err;
	assert_string_equal(ifname, "eth0");
	*ret_state = *find_feature(feature);
	return 0;
}

int __wrap_svf_ethtool_set_feature(const char *ifname, const char *feature, bool on,
				   struct svf_errmsg *err);
int __wrap_svf_ethtool_set_feature(const char *ifname, const char *feature, bool on,
				   struct svf_errmsg *err)
{
	enum svf_feature_state *state = find_feature(feature);

	(void)err;
	assert_string_equal(ifname, "eth0");
	assert_true(*state == SVF_FEATURE_OFF || *state == SVF_FEATURE_ON);
	*state = on ? SVF_FEATURE_ON : SVF_FEATURE_OFF;
	return 0;
}

int __wrap_svf_ethtool_get_channels(const char *ifname, struct svf_channels *ret_channels,
				    struct svf_errmsg *err);
int __wrap_svf_ethtool_get_channels(const char *ifname, struct svf_channels *ret_channels,
				    struct svf_errmsg *err)
{
	(void)ifname;
	(void)err;
	*ret_channels = driver.channels;
	return driver.channels_error;
}

int __wrap_svf_ethtool_set_channels(const char *ifname, const struct svf_channels *channels,
				    struct svf_errmsg *err);
int __wrap_svf_ethtool_set_channels(const char *ifname, const struct svf_channels *channels,
				    struct svf_errmsg *err)
{
	(void)ifname;
	(void)err;
	driver.channels = *channels;
	return 0;
}

int __wrap_svf_link_set_flags(struct svf_nl *nl, int nsid, int ifindex, unsigned int flags,
			      unsigned int mask, struct svf_errmsg *err);
int __wrap_svf_link_set_flags(struct svf_nl *nl, int nsid, int ifindex, unsigned int flags,
			      unsigned int mask, struct svf_errmsg *err)
{
	(void)nl;
	(void)err;
	assert_int_equal(nsid, SVF_NSID_SELF);
	assert_int_equal(ifindex, 7);
	driver.flags = (driver.flags & ~mask) | flags;
	return 0;
}

/* Plans and applies on the driver as it is; a restore must bring it back exactly. */
static void check_round_trip(struct svf_state *state, struct svf_settings_text *said,
			     const struct driver *meanwhile)
{
	const struct driver before = driver;
	const struct svf_link pf = { .name = "eth0", .ifindex = 7, .flags = driver.flags };

	assert_int_equal(svf_settings_plan(&pf, state, NULL), 0);
	assert_memory_equal(&driver, &before, sizeof(driver));
	assert_int_equal(svf_settings_apply(NULL, &pf, state, said, NULL), 0);
	assert_memory_equal(&driver, meanwhile, sizeof(driver));
	assert_int_equal(svf_settings_restore(NULL, &pf, state, NULL), 0);
	assert_memory_equal(&driver, &before, sizeof(driver));
}

static struct svf_state make_state(uint8_t lane)
{
	return (struct svf_state){ .args = { .vfs = 1, .lane = lane, .queues = 2 } };
}

static void what_can_be_switched_is_off_meanwhile(void **unused)
{
	struct svf_state state = make_state(SVF_LANE_AFXDP);
	struct svf_settings_text said = {};
	struct driver meanwhile;

	(void)unused;
	driver = (struct driver){ .rxvlan = SVF_FEATURE_ON,
				  .rxstag = SVF_FEATURE_ON,
				  .filter = SVF_FEATURE_ON,
				  .channels = { .combined = 8, .max_combined = 16 } };
	meanwhile = driver;
	meanwhile.rxvlan = meanwhile.rxstag = meanwhile.filter = SVF_FEATURE_OFF;
	meanwhile.flags = IFF_ALLMULTI;
	meanwhile.channels.combined = 2;
	check_round_trip(&state, &said, &meanwhile);
	assert_non_null(strstr(said.text, "rx-vlan-hw-parse off"));
	assert_non_null(strstr(said.text, "rx-vlan-filter off"));
	assert_non_null(strstr(said.text, "channels 8 -> 2"));
	assert_non_null(strstr(said.text, "allmulticast on"));
	assert_non_null(strstr(said.text, "rx-vlan-stag-hw-parse off"));
	assert_null(strstr(said.text, "promisc"));
}

static void the_tc_lane_leaves_stripping_and_channels(void **unused)
{
	struct svf_state state = make_state(SVF_LANE_TC);
	struct svf_settings_text said = {};
	struct driver meanwhile;

	(void)unused;
	driver = (struct driver){ .rxvlan = SVF_FEATURE_ON_FIXED,
				  .filter = SVF_FEATURE_ON,
				  .channels = { .rx = 8 } };
	meanwhile = driver;
	meanwhile.filter = SVF_FEATURE_OFF;
	meanwhile.flags = IFF_ALLMULTI;
	check_round_trip(&state, &said, &meanwhile);
}

static void a_filter_that_is_fixed_takes_promiscuous_mode(void **unused)
{
	struct svf_state state = make_state(SVF_LANE_AFXDP);
	struct svf_settings_text said = {};
	struct driver meanwhile;

	(void)unused;
	driver = (struct driver){ .filter = SVF_FEATURE_ON_FIXED, .channels_error = -EOPNOTSUPP };
	meanwhile = driver;
	meanwhile.flags = IFF_ALLMULTI | IFF_PROMISC;
	check_round_trip(&state, &said, &meanwhile);
	assert_non_null(strstr(said.text, "promisc on"));
}

static void what_was_on_before_stays_on(void **unused)
{
	struct svf_state state = make_state(SVF_LANE_AFXDP);
	struct svf_settings_text said = {};
	struct driver meanwhile;

	(void)unused;
	driver = (struct driver){ .filter = SVF_FEATURE_ON_FIXED,
				  .flags = IFF_ALLMULTI | IFF_PROMISC | IFF_UP,
				  .channels = { .combined = 2 } };
	meanwhile = driver;
	check_round_trip(&state, &said, &meanwhile);
	assert_string_equal(said.text, "");
}

static void skb_mode_brings_back_what_the_kernel_switched_off(void **unused)
{
	struct svf_state state = make_state(SVF_LANE_AFXDP);
	const struct svf_link pf = { .name = "eth0", .ifindex = 7 };
	struct svf_settings_text said = {};

	(void)unused;
	state.args.skb_mode = true;
	driver = (struct driver){ .lro = SVF_FEATURE_OFF, .gro_hw = SVF_FEATURE_ON };
	assert_int_equal(svf_settings_plan(&pf, &state, NULL), 0);
	assert_int_equal(svf_settings_apply(NULL, &pf, &state, &said, NULL), 0);
	driver.gro_hw = SVF_FEATURE_OFF; /* the kernel, when XDP is attached */
	assert_int_equal(svf_settings_restore(NULL, &pf, &state, NULL), 0);
	assert_int_equal(driver.gro_hw, SVF_FEATURE_ON);
	assert_int_equal(driver.lro, SVF_FEATURE_OFF);
}

static void stripping_that_is_fixed_is_refused_for_rings(void **unused)
{
	struct svf_state state = make_state(SVF_LANE_AFXDP);
	const struct svf_link pf = { .name = "eth0", .ifindex = 7 };
	struct svf_errmsg err = {};
	int r;

	(void)unused;
	driver = (struct driver){ .rxvlan = SVF_FEATURE_ON_FIXED };
	r = svf_settings_plan(&pf, &state, &err);
	assert_int_equal(svf_errmsg_exit(&err, r), SVF_EXIT_UNSUPPORTED);
	assert_non_null(strstr(err.text, "eth0"));
	assert_non_null(strstr(err.text, "--lane tc"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_can_be_switched_is_off_meanwhile),
		cmocka_unit_test(the_tc_lane_leaves_stripping_and_channels),
		cmocka_unit_test(a_filter_that_is_fixed_takes_promiscuous_mode),
		cmocka_unit_test(what_was_on_before_stays_on),
		cmocka_unit_test(skb_mode_brings_back_what_the_kernel_switched_off),
		cmocka_unit_test(stripping_that_is_fixed_is_refused_for_rings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
