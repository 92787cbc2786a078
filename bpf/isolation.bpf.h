/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Who is switched here, who by the wire's switch (VEPA), who not at all. Only what is
 * vepa or private counts: all else is veb.
 */
#pragma once

#include <stdbool.h>

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include <svf/abi.h>

#include "pf.bpf.h"

static __always_inline enum svf_isolation pf_isolation(void)
{
	const struct svf_policy *policy = get_policy();

	return policy ? policy->isolation : SVF_ISOLATION_VEB;
}

static __always_inline enum svf_isolation vf_isolation(const struct svf_vf_config *config)
{
	return config->isolation == SVF_ISOLATION_INHERIT ? pf_isolation() : config->isolation;
}

static __always_inline bool is_vepa(const struct svf_vf_config *config)
{
	return vf_isolation(config) == SVF_ISOLATION_VEPA;
}

static __always_inline bool is_private(const struct svf_vf_config *config)
{
	return vf_isolation(config) == SVF_ISOLATION_PRIVATE;
}

/* Host and VF talk through the wire's switch. */
static __always_inline bool is_vepa_with_host(const struct svf_vf_config *config)
{
	return is_vepa(config) || pf_isolation() == SVF_ISOLATION_VEPA;
}

/* A VF's broadcasts reach the host directly. */
static __always_inline bool may_flood_host(const struct svf_vf_config *config)
{
	return config->host_access && !is_vepa(config);
}
