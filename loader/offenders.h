/* SPDX-License-Identifier: GPL-2.0-only */
/* Words for what the sorter tells of a frame: VLANs, ethertypes, times. */
#pragma once

#include <stdint.h>

#include <svf/abi.h>

#define SVF_VLAN_TEXT_MAX 16
/* "untagged", "5", "802.1ad 5", or for SVF_VLAN_TRUNK what `trunk` says; "other" for what is none.
 */
void svf_vlan_format(char buf[SVF_VLAN_TEXT_MAX], uint16_t vlan, const char *trunk);

/* "IPv4", "ARP", ...; NULL: no name known. */
const char *svf_ethertype_name(uint16_t ethertype);

#define SVF_TIME_TEXT_MAX 32
/* "2026-01-31T12:00:00.123Z" */
void svf_time_format(char buf[SVF_TIME_TEXT_MAX], uint64_t real_ns);

/* "0.2 s", "5 min", "3 h", "2 d": how long ago, for people. */
void svf_age_format(char buf[SVF_TIME_TEXT_MAX], uint64_t ns);
