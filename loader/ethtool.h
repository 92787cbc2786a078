/* SPDX-License-Identifier: GPL-2.0-only */
/* What `ethtool` shows and sets, by ioctl, on a netdev of the calling thread's namespace. */
#pragma once

#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>

#include <svf/errmsg.h>

enum svf_feature_state {
	SVF_FEATURE_ABSENT, /* the kernel has no feature of that name */
	SVF_FEATURE_OFF,
	SVF_FEATURE_ON,
	SVF_FEATURE_OFF_FIXED,
	SVF_FEATURE_ON_FIXED,
};

/* feature: the kernel's string ("rx-vlan-hw-parse", "rx-vlan-filter", "rx-vlan-stag-hw-parse"). */
int svf_ethtool_get_feature(const char *ifname, const char *feature,
			    enum svf_feature_state *ret_state, struct svf_errmsg *err);
/* Sets and reads back; -EOPNOTSUPP if it did not stick. */
int svf_ethtool_set_feature(const char *ifname, const char *feature, bool on,
			    struct svf_errmsg *err);

struct svf_channels {
	uint32_t rx, max_rx; /* separate RX channels */
	uint32_t tx, max_tx;
	uint32_t combined, max_combined;
};
int svf_ethtool_get_channels(const char *ifname, struct svf_channels *ret_channels,
			     struct svf_errmsg *err); /* -EOPNOTSUPP: driver has no such call */
int svf_ethtool_set_channels(const char *ifname, const struct svf_channels *channels,
			     struct svf_errmsg *err);
/* Speed of the link in Mbit/s; 0: it has none now, or the driver tells none. */
int svf_ethtool_get_speed(const char *ifname, uint32_t *ret_mbit, struct svf_errmsg *err);
int svf_ethtool_get_driver(const char *ifname, char ret_driver[32], struct svf_errmsg *err);
/* The device's place on its bus ("0000:01:00.0"); "" if the driver tells none. */
int svf_ethtool_get_bus(const char *ifname, char ret_bus[32], struct svf_errmsg *err);
/* Whether the netdev is up and has a carrier, as it is now (events about it may come 1 s late).
 * socket_fd: any socket of its namespace, for who asks often. */
int svf_ethtool_get_link(int socket_fd, const char *ifname, bool *ret_link);
