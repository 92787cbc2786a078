/* SPDX-License-Identifier: GPL-2.0-only */
/* MAC addresses: text, and the stable ones VFs get. */
#pragma once

#include <linux/if_ether.h>
#include <stdbool.h>
#include <stdint.h>

#define SVF_MAC_TEXT_MAX 18

void svf_mac_format(char buf[SVF_MAC_TEXT_MAX], const uint8_t mac[ETH_ALEN]);
int svf_mac_parse(const char *text, uint8_t ret_mac[ETH_ALEN]); /* aa:bb:.. or aa-bb-..; -EINVAL */
bool svf_mac_is_multicast(const uint8_t mac[ETH_ALEN]);
bool svf_mac_is_zero(const uint8_t mac[ETH_ALEN]);

/*
 * The stable MAC of VF vf: SHA-256 over {machine_id, pf_id, vf, salt}, its first six bytes
 * made locally administered unicast (x2:.., x6:.., xa:.., xe:..). pf_id is what svf_pf_id() tells.
 * salt is 0, and counts up while the address is taken already.
 */
void svf_mac_derive(uint8_t ret_mac[ETH_ALEN], const char *machine_id, const char *pf_id,
		    unsigned int vf, unsigned int salt);
