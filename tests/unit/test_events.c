// SPDX-License-Identifier: GPL-2.0-only
/* What the log says of a drop. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../loader/events.h"

static void lines(void **state)
{
	static const struct {
		struct svf_event event;
		const char *text;
	} rows[] = {
		{ { .vf = 3, .reason = SVF_DROP_SPOOF_MAC, .src = { 2, 0, 0, 0, 0, 1 } },
		  "vf 3: dropped spoof_mac: from 02:00:00:00:00:01 in VLAN 0" },
		{ { .vf = 255, .reason = SVF_DROP_SPOOF_VLAN, .vlan = 4094, .src = { 2 } },
		  "vf 255: dropped spoof_vlan: from 02:00:00:00:00:00 in VLAN 4094" },
		{ { .vf = 0, .reason = SVF_DROP_STORM, .vlan = SVF_VLAN_8021AD | 5, .src = { 2 } },
		  "vf 0: dropped storm: from 02:00:00:00:00:00 in 802.1ad VLAN 5" },
		{ { .vf = 0, .reason = SVF_DROP_SPOOF_VLAN, .vlan = SVF_VLAN_TRUNK, .src = { 2 } },
		  "vf 0: dropped spoof_vlan: from 02:00:00:00:00:00 in no VLAN of a VF" },
		{ { .vf = 0, .reason = SVF_DROP_SPOOF_VLAN, .vlan = 0xffff, .src = { 2 } },
		  "vf 0: dropped spoof_vlan: from 02:00:00:00:00:00 in no VLAN of a VF" },
		{ { .vf = SVF_PF_ID, .reason = SVF_DROP_HOST_ACCESS, .src = { 2 } },
		  "host: dropped host_access: from 02:00:00:00:00:00 in VLAN 0" },
		{ { .vf = SVF_WIRE_ID, .reason = SVF_DROP_STORM, .src = { 2 } },
		  "wire: dropped storm: from 02:00:00:00:00:00 in VLAN 0" },
		{ { .vf = UINT32_MAX, .reason = UINT32_MAX, .vlan = 0xffff, .src = { 255 } },
		  "vf 4294967295: dropped for an unknown reason: from ff:00:00:00:00:00 "
		  "in no VLAN of a VF" },
	};
	char text[SVF_EVENT_TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		svf_event_format(text, &rows[i].event);
		assert_string_equal(text, rows[i].text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
