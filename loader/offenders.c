// SPDX-License-Identifier: GPL-2.0-only
/* Words for VLANs, ethertypes and times. */
#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include "offenders.h"

#define NS_PER_S   1000000000ULL
#define NS_PER_MS  1000000ULL
#define S_PER_MIN  60
#define S_PER_HOUR 3600
#define S_PER_DAY  86400

void svf_vlan_format(char buf[SVF_VLAN_TEXT_MAX], uint16_t vlan, const char *trunk)
{
	const unsigned int vid = vlan & SVF_VLAN_TRUNK;

	if (vlan == 0)
		(void)snprintf(buf, SVF_VLAN_TEXT_MAX, "untagged");
	else if (vlan == SVF_VLAN_TRUNK)
		(void)snprintf(buf, SVF_VLAN_TEXT_MAX, "%s", trunk);
	else if (vlan <= SVF_VLAN_MAX)
		(void)snprintf(buf, SVF_VLAN_TEXT_MAX, "%u", vid);
	else if ((vlan & ~SVF_VLAN_TRUNK) == SVF_VLAN_8021AD)
		(void)snprintf(buf, SVF_VLAN_TEXT_MAX, "802.1ad %u", vid);
	else
		(void)snprintf(buf, SVF_VLAN_TEXT_MAX, "other");
}

const char *svf_ethertype_name(uint16_t ethertype)
{
	static const struct {
		uint16_t ethertype;
		const char *name;
	} names[] = {
		{ ETH_P_IP, "IPv4" },	       { ETH_P_ARP, "ARP" },
		{ ETH_P_IPV6, "IPv6" },	       { ETH_P_8021Q, "802.1Q" },
		{ ETH_P_8021AD, "802.1ad" },   { ETH_P_LLDP, "LLDP" },
		{ ETH_P_SLOW, "LACP" },	       { ETH_P_PAUSE, "PAUSE" },
		{ ETH_P_PAE, "802.1X" },       { ETH_P_PPP_DISC, "PPPoE discovery" },
		{ ETH_P_PPP_SES, "PPPoE" },    { ETH_P_MPLS_UC, "MPLS" },
		{ ETH_P_MPLS_MC, "MPLS" },     { ETH_P_1588, "PTP" },
		{ ETH_P_MACSEC, "MACsec" },    { ETH_P_RARP, "RARP" },
		{ ETH_P_IBOE, "RoCE" },	       { ETH_P_FCOE, "FCoE" },
		{ ETH_P_QINQ1, "0x9100 tag" }, { ETH_P_QINQ2, "0x9200 tag" },
		{ ETH_P_QINQ3, "0x9300 tag" },
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i].ethertype == ethertype)
			return names[i].name;
	/* below, the field is a length: 802.3 with LLC, as spanning tree has it */
	return ethertype < ETH_P_802_3_MIN ? "LLC" : NULL;
}

void svf_time_format(char buf[SVF_TIME_TEXT_MAX], uint64_t real_ns)
{
	const time_t seconds = (time_t)(real_ns / NS_PER_S);
	char text[SVF_TIME_TEXT_MAX];
	struct tm tm;

	(void)gmtime_r(&seconds, &tm);
	(void)strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm);
	(void)snprintf(buf, SVF_TIME_TEXT_MAX, "%.19s.%03uZ", text,
		       (unsigned int)(real_ns % NS_PER_S / NS_PER_MS));
}

void svf_age_format(char buf[SVF_TIME_TEXT_MAX], uint64_t ns)
{
	const uint64_t s = ns / NS_PER_S;

	if (s < S_PER_MIN)
		(void)snprintf(buf, SVF_TIME_TEXT_MAX, "%.1f s", (double)ns / (double)NS_PER_S);
	else if (s < S_PER_HOUR)
		(void)snprintf(buf, SVF_TIME_TEXT_MAX, "%" PRIu64 " min", s / S_PER_MIN);
	else if (s < S_PER_DAY)
		(void)snprintf(buf, SVF_TIME_TEXT_MAX, "%" PRIu64 " h", s / S_PER_HOUR);
	else
		(void)snprintf(buf, SVF_TIME_TEXT_MAX, "%" PRIu64 " d", s / S_PER_DAY);
}
