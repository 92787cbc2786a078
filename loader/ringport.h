/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Ring ports: persistent taps <pf>q<n> with a vnet header (IFF_VNET_HDR), made by the
 * loader and opened queue by queue by the agent. IFF_MULTI_QUEUE only if queues > 1: a
 * multi-queue tap allocates 256 queues.
 */
#pragma once

#include "nl.h"

/* Makes the tap, persistent, down, with its alias, nobody attached; on failure nothing is
 * left. -EBUSY if the name is taken. */
int svf_ringport_new(struct svf_nl *nl, const char *name, const char *alias, unsigned int queues,
		     int *ret_ifindex, struct svf_errmsg *err);
