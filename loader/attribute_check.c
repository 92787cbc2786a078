// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which attributes do not go together. Texts name what was typed where both sides are known: what
 * to type with it is what applies to that VF.
 */
#include <errno.h>
#include <stdio.h>

#include "attribute.h"

#define reason(buf, size, ...) (snprintf(buf, size, __VA_ARGS__), -EINVAL)

static bool is_given(uint64_t given, enum svf_vf_attribute attribute)
{
	return given & 1ULL << attribute;
}

int svf_attribute_check_proto(const void *object, uint64_t given, char *reterr_text, size_t size)
{
	const struct svf_vf_config *config = object;

	(void)given;
	if (config->vlan_proto != ETH_P_8021AD || config->vlan)
		return 0;
	return reason(reterr_text, size, "proto 802.1ad needs a VLAN: vlan 0 is none");
}

int svf_attribute_check_min_tx_rate(const void *object, uint64_t given, char *reterr_text,
				    size_t size)
{
	const struct svf_vf_config *config = object;

	if (!config->max_tx_rate || config->min_tx_rate <= config->max_tx_rate)
		return 0;
	if (!is_given(given, SVF_VF_ATTRIBUTE_MIN_TX_RATE))
		return reason(reterr_text, size,
			      "Invalid max_tx_rate %u - must be >= min_tx_rate %u",
			      config->max_tx_rate, config->min_tx_rate);
	return reason(reterr_text, size, "Invalid min_tx_rate %u - must be <= max_tx_rate %u",
		      config->min_tx_rate, config->max_tx_rate);
}

/* What empties the VF's trunk. */
static const char *trunk_remedy(const struct svf_vf_config *config)
{
	const bool has_8021q = !svf_attribute_trunk_is_empty(config->trunk);

	if (svf_attribute_trunk_is_empty(config->trunk_8021ad))
		return "trunk rem 1-4094";
	return has_8021q ? "trunk rem 1-4094 rem 1-4094 proto 802.1ad"
			 : "trunk rem 1-4094 proto 802.1ad";
}

_Static_assert(SVF_VLAN_MAX == 4094, "as trunk_remedy() says");

int svf_attribute_check_trunk(const void *object, uint64_t given, char *reterr_text, size_t size)
{
	const struct svf_vf_config *config = object;
	const char *remedy =
		is_given(given, SVF_VF_ATTRIBUTE_VLAN) ? trunk_remedy(config) : "vlan 0";

	if (!config->has_trunk || (!config->vlan && !config->qos))
		return 0;
	if (is_given(given, SVF_VF_ATTRIBUTE_VLAN) && is_given(given, SVF_VF_ATTRIBUTE_TRUNK))
		return reason(reterr_text, size, "a VF has a vlan or a trunk, not both: give one");
	return reason(reterr_text, size, "a VF has a vlan or a trunk, not both: `%s` with it",
		      remedy);
}

int svf_attribute_check_untagged(const void *object, uint64_t given, char *reterr_text, size_t size)
{
	const struct svf_vf_config *config = object;

	(void)given;
	if (config->untagged || !config->vlan)
		return 0;
	return reason(reterr_text, size,
		      "untagged off: in vlan %u the VF sends and gets untagged frames only: "
		      "`untagged on` with it",
		      config->vlan);
}

int svf_attribute_check_promisc(const void *object, uint64_t given, char *reterr_text, size_t size)
{
	const struct svf_vf_config *config = object;
	const unsigned int bit = 1U << SVF_TRUST_PROMISC;
	char list[SVF_TRUST_TEXT_MAX];

	(void)given;
	if (!config->promisc || config->trust & bit)
		return 0;
	return reason(reterr_text, size,
		      "promisc %s needs trust promisc: `trust %s` or `promisc off`",
		      svf_attribute_promisc_name(config->promisc),
		      svf_attribute_format_trust(list, config->trust | bit));
}

int svf_attribute_check_allmulti(const void *object, uint64_t given, char *reterr_text, size_t size)
{
	const struct svf_vf_config *config = object;
	const unsigned int bit = 1U << SVF_TRUST_ALLMULTI;
	char list[SVF_TRUST_TEXT_MAX];

	(void)given;
	if (!config->allmulti || config->trust & bit)
		return 0;
	return reason(reterr_text, size,
		      "allmulti on needs trust allmulti: `trust %s` or `allmulti off`",
		      svf_attribute_format_trust(list, config->trust | bit));
}

/* A token bucket that holds less than a frame passes none. */
int svf_attribute_check_burst(const void *object, uint64_t given, char *reterr_text, size_t size)
{
	const struct svf_vf_config *config = object;
	const unsigned int frame = config->mtu + ETH_HLEN + 4; /* with a VLAN tag */

	(void)given;
	if (!config->burst || config->burst >= frame)
		return 0;
	return reason(reterr_text, size,
		      "burst %u must hold one frame of its mtu %u at least: %u bytes",
		      config->burst, config->mtu, frame);
}
