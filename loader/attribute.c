// SPDX-License-Identifier: GPL-2.0-only
/* What all attributes have in common while they are read, and their defaults. */
#include "attribute.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

/* --- input --- */

int svf_attribute_refuse(const struct svf_attribute_input *in, enum svf_exit code, const char *fmt,
			 ...)
{
	char text[sizeof(in->err->text)];
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	if (in->vf == SVF_PF_ID)
		return svf_errmsg_exit_set(in->err, code, -EINVAL, "%s: %s", in->pf, text);
	return svf_errmsg_exit_set(in->err, code, -EINVAL, "%s: vf %u: %s", in->pf, in->vf, text);
}

const char *svf_attribute_take(struct svf_attribute_input *in)
{
	if (in->n_words == 0)
		return NULL;
	in->n_words--;
	return *in->words++;
}

int svf_attribute_agree(const struct svf_attribute_input *in, int64_t *said, int64_t value,
			const char *first, const char *second)
{
	if (*said >= 0 && *said != value)
		return svf_attribute_refuse(in, SVF_EXIT_USAGE,
					    "%s and %s are the same, but are given differently",
					    first, second);
	*said = value;
	return 0;
}

const char *svf_attribute_syntax(const struct svf_attribute *attribute, char buf[SVF_SYNTAX_MAX])
{
	const unsigned int n = attribute->choices ? attribute->max - attribute->min + 1 : 0;
	size_t used = 0;

	(void)snprintf(buf, SVF_SYNTAX_MAX, "%s",
		       attribute->syntax		   ? attribute->syntax
		       : attribute->kind == &svf_kind_flag ? "{on|off}"
							   : "");
	for (unsigned int i = 0; i < n && used < SVF_SYNTAX_MAX; i++)
		used += (size_t)snprintf(buf + used, SVF_SYNTAX_MAX - used, "%s%s%s", i ? "|" : "{",
					 attribute->choices[i], i + 1 == n ? "}" : "");
	return buf;
}

/* --- defaults --- */

void svf_attributes_reset_vf(struct svf_vf_config *config, unsigned int mtu)
{
	struct svf_vf_config reset = {
		.representor = config->representor,
		.ring_port = config->ring_port,
		.generation = config->generation,
		.lane = config->lane,
		.shaped = config->shaped,
		.vlan_proto = ETH_P_8021Q,
		.mtu = (__u16)mtu,
		.link_state = SVF_LINK_STATE_AUTO,
		.spoofchk = 1,
		.bcast = 1,
		.untagged = 1,
		.isolation = SVF_ISOLATION_INHERIT,
		.host_access = 1,
	};

	memcpy(reset.mac, config->mac, ETH_ALEN);
	*config = reset;
}

void svf_attributes_reset_pf(struct svf_policy *policy)
{
	policy->rate = 0;
	policy->storm = 0;
	policy->isolation = SVF_ISOLATION_VEB;
}
