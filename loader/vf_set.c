// SPDX-License-Identifier: GPL-2.0-only
/* Sets of VF numbers as text. */
#include "vf_set.h"

#include <errno.h>
#include <stdio.h>

void svf_vf_set_format(char buf[SVF_VF_SET_TEXT_MAX], const struct svf_vf_set *set)
{
	int used = snprintf(buf, SVF_VF_SET_TEXT_MAX, "none");

	if (svf_vf_set_count(set))
		used = 0;
	for (unsigned int vf = 0; vf < SVF_UP_MAX_VFS; vf++) {
		unsigned int last = vf;

		if (!svf_vf_set_has(set, vf))
			continue;
		while (svf_vf_set_has(set, last + 1))
			last++;
		used += snprintf(buf + used, SVF_VF_SET_TEXT_MAX - (size_t)used,
				 last > vf ? "%s%u-%u" : "%s%u", used ? ", " : "", vf, last);
		vf = last;
	}
}

int svf_vf_set_refuse(const struct svf_vf_set *set, const char *pf, unsigned int vf,
		      struct svf_errmsg *err)
{
	char text[SVF_VF_SET_TEXT_MAX];

	svf_vf_set_format(text, set);
	return svf_errmsg_exit_set(err, SVF_EXIT_NOT_FOUND, -ENOENT,
				   "%s: vf %u: no such VF, there are %s", pf, vf, text);
}
