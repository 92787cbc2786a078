// SPDX-License-Identifier: GPL-2.0-only
/*
 * ethtool's ioctls: offload features, channels, driver name. One socket per call, in the
 * calling thread's namespace; a missing driver call is -EOPNOTSUPP, never guessed around.
 */
#include <errno.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <svf/cleanup.h>

#include "ethtool.h"

#define BITS_PER_BLOCK 32

static int call_driver(const char *ifname, void *command)
{
	struct ifreq ifr = { .ifr_data = command };

	if (strlen(ifname) >= IFNAMSIZ)
		return -ENODEV;
	memcpy(ifr.ifr_name, ifname, strlen(ifname) + 1);
	svf_cleanup(fd) int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	return ioctl(fd, SIOCETHTOOL, &ifr) < 0 ? -errno : 0;
}

static int count_features(const char *ifname, uint32_t *ret_count)
{
	int r;

	/* The answer is one number per set asked for. */
	svf_cleanup(mem) struct ethtool_sset_info *info =
		calloc(1, sizeof(*info) + sizeof(info->data[0]));
	if (!info)
		return -ENOMEM;
	info->cmd = ETHTOOL_GSSET_INFO;
	info->sset_mask = 1ULL << ETH_SS_FEATURES;
	r = call_driver(ifname, info);
	if (r < 0)
		return r;
	*ret_count = info->sset_mask ? info->data[0] : 0;
	return 0;
}

/* Bit number of a feature; -ENOENT if the kernel has none of that name. */
static int find_feature(const char *ifname, const char *feature, uint32_t *ret_bit,
			uint32_t *ret_count)
{
	struct ethtool_gstrings header = { .cmd = ETHTOOL_GSTRINGS, .string_set = ETH_SS_FEATURES };
	int r = count_features(ifname, &header.len);

	if (r < 0)
		return r;
	svf_cleanup(mem) struct ethtool_gstrings *strings =
		calloc(1, sizeof(*strings) + (size_t)header.len * ETH_GSTRING_LEN);
	if (!strings)
		return -ENOMEM;
	*strings = header;
	r = call_driver(ifname, strings);
	if (r < 0)
		return r;

	for (uint32_t i = 0; i < header.len; i++) {
		const char *name = (const char *)strings->data + (size_t)i * ETH_GSTRING_LEN;

		if (strncmp(name, feature, ETH_GSTRING_LEN) != 0)
			continue;
		*ret_bit = i;
		*ret_count = header.len;
		return 0;
	}
	return -ENOENT;
}

static uint32_t count_blocks(uint32_t features)
{
	return (features + BITS_PER_BLOCK - 1) / BITS_PER_BLOCK;
}

static int read_feature(const char *ifname, uint32_t bit, uint32_t count,
			enum svf_feature_state *ret_state)
{
	uint32_t mask = 1U << bit % BITS_PER_BLOCK;
	uint32_t blocks = count_blocks(count);
	const struct ethtool_get_features_block *block;
	bool fixed;
	int r;

	svf_cleanup(mem) struct ethtool_gfeatures *features =
		calloc(1, sizeof(*features) + blocks * sizeof(features->features[0]));
	if (!features)
		return -ENOMEM;
	features->cmd = ETHTOOL_GFEATURES;
	features->size = blocks;
	r = call_driver(ifname, features);
	if (r < 0)
		return r;

	block = &features->features[bit / BITS_PER_BLOCK];
	fixed = !(block->available & mask) || (block->never_changed & mask);
	if (block->active & mask)
		*ret_state = fixed ? SVF_FEATURE_ON_FIXED : SVF_FEATURE_ON;
	else
		*ret_state = fixed ? SVF_FEATURE_OFF_FIXED : SVF_FEATURE_OFF;
	return 0;
}

static int write_feature(const char *ifname, uint32_t bit, uint32_t count, bool on)
{
	uint32_t blocks = count_blocks(count);
	struct ethtool_set_features_block *block;

	svf_cleanup(mem) struct ethtool_sfeatures *features =
		calloc(1, sizeof(*features) + blocks * sizeof(features->features[0]));
	if (!features)
		return -ENOMEM;
	features->cmd = ETHTOOL_SFEATURES;
	features->size = blocks;
	block = &features->features[bit / BITS_PER_BLOCK];
	block->valid = 1U << bit % BITS_PER_BLOCK;
	block->requested = on ? block->valid : 0;
	return call_driver(ifname, features);
}

int svf_ethtool_get_feature(const char *ifname, const char *feature,
			    enum svf_feature_state *ret_state, struct svf_errmsg *err)
{
	uint32_t bit, count;
	int r = find_feature(ifname, feature, &bit, &count);

	if (r == -ENOENT) {
		*ret_state = SVF_FEATURE_ABSENT;
		return 0;
	}
	if (r == 0)
		r = read_feature(ifname, bit, count, ret_state);
	if (r < 0)
		return svf_errmsg_set(err, r, "%s: cannot read feature %s: %s", ifname, feature,
				      strerror(-r));
	return 0;
}

static bool is_on(enum svf_feature_state state)
{
	return state == SVF_FEATURE_ON || state == SVF_FEATURE_ON_FIXED;
}

int svf_ethtool_set_feature(const char *ifname, const char *feature, bool on,
			    struct svf_errmsg *err)
{
	enum svf_feature_state state = SVF_FEATURE_ABSENT;
	uint32_t bit, count;
	int r = find_feature(ifname, feature, &bit, &count);

	if (r == 0)
		r = write_feature(ifname, bit, count, on);
	if (r == 0)
		r = read_feature(ifname, bit, count, &state);
	if (r == 0 && is_on(state) != on)
		r = -EOPNOTSUPP;
	if (r == -ENOENT)
		r = on ? -EOPNOTSUPP : 0; /* what does not exist is off */
	if (r < 0)
		return svf_errmsg_set(err, r, "%s: cannot switch %s %s: %s", ifname, feature,
				      on ? "on" : "off", strerror(-r));
	return 0;
}

int svf_ethtool_get_channels(const char *ifname, struct svf_channels *ret_channels,
			     struct svf_errmsg *err)
{
	struct ethtool_channels channels = { .cmd = ETHTOOL_GCHANNELS };
	int r = call_driver(ifname, &channels);

	if (r < 0)
		return svf_errmsg_set(err, r, "%s: cannot read channels: %s", ifname, strerror(-r));
	*ret_channels = (struct svf_channels){
		.rx = channels.rx_count,
		.max_rx = channels.max_rx,
		.tx = channels.tx_count,
		.max_tx = channels.max_tx,
		.combined = channels.combined_count,
		.max_combined = channels.max_combined,
	};
	return 0;
}

int svf_ethtool_set_channels(const char *ifname, const struct svf_channels *wanted,
			     struct svf_errmsg *err)
{
	/* Read first: the "other" channels are not ours to change. */
	struct ethtool_channels channels = { .cmd = ETHTOOL_GCHANNELS };
	int r = call_driver(ifname, &channels);

	if (r == 0) {
		channels.cmd = ETHTOOL_SCHANNELS;
		channels.rx_count = wanted->rx;
		channels.tx_count = wanted->tx;
		channels.combined_count = wanted->combined;
		r = call_driver(ifname, &channels);
	}
	if (r < 0)
		return svf_errmsg_set(
			err, r, "%s: cannot set channels (rx %u, tx %u, combined %u): %s", ifname,
			wanted->rx, wanted->tx, wanted->combined, strerror(-r));
	return 0;
}

/* The call of before 4.6, which the kernel still answers for every driver. */
int svf_ethtool_get_speed(const char *ifname, uint32_t *ret_mbit, struct svf_errmsg *err)
{
	struct ethtool_cmd settings = { .cmd = ETHTOOL_GSET };
	int r = call_driver(ifname, &settings);
	uint32_t speed = ethtool_cmd_speed(&settings);

	if (r < 0 && r != -EOPNOTSUPP)
		return svf_errmsg_set(err, r, "%s: cannot read its speed: %s", ifname,
				      strerror(-r));
	*ret_mbit = r < 0 || speed == (uint32_t)SPEED_UNKNOWN ? 0 : speed;
	return 0;
}

static int get_info(const char *ifname, struct ethtool_drvinfo *ret_info, struct svf_errmsg *err)
{
	int r;

	*ret_info = (struct ethtool_drvinfo){ .cmd = ETHTOOL_GDRVINFO };
	r = call_driver(ifname, ret_info);
	if (r < 0)
		return svf_errmsg_set(err, r, "%s: cannot read driver name: %s", ifname,
				      strerror(-r));
	ret_info->driver[sizeof(ret_info->driver) - 1] = '\0';
	ret_info->bus_info[sizeof(ret_info->bus_info) - 1] = '\0';
	return 0;
}

int svf_ethtool_get_driver(const char *ifname, char ret_driver[32], struct svf_errmsg *err)
{
	struct ethtool_drvinfo info;
	int r = get_info(ifname, &info, err);

	_Static_assert(sizeof(info.driver) == 32, "kernel ABI");
	if (!r)
		memcpy(ret_driver, info.driver, sizeof(info.driver));
	return r;
}

int svf_ethtool_get_bus(const char *ifname, char ret_bus[32], struct svf_errmsg *err)
{
	struct ethtool_drvinfo info;
	int r = get_info(ifname, &info, err);

	_Static_assert(sizeof(info.bus_info) == 32, "kernel ABI");
	if (!r)
		memcpy(ret_bus, info.bus_info, sizeof(info.bus_info));
	return r;
}

int svf_ethtool_get_link(int socket_fd, const char *ifname, bool *ret_link)
{
	struct ethtool_value value = { .cmd = ETHTOOL_GLINK };
	struct ifreq ifr = { .ifr_data = (void *)&value };

	if (strlen(ifname) >= IFNAMSIZ)
		return -ENODEV;
	memcpy(ifr.ifr_name, ifname, strlen(ifname) + 1);
	if (ioctl(socket_fd, SIOCETHTOOL, &ifr) < 0)
		return -errno;
	*ret_link = value.data;
	return 0;
}
