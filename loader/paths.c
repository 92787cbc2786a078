// SPDX-License-Identifier: GPL-2.0-only
/*
 * The label of a PF and the directories named after it. Reads /proc of the calling
 * thread and nothing else; makes no directory.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <svf/abi.h>
#include <svf/paths.h>

#include "netns.h"

_Static_assert(sizeof(SVF_PIN_ROOT "/") + SVF_PF_LABEL_MAX <= SVF_PATH_MAX, "label fits");
_Static_assert(sizeof(SVF_RUN_ROOT "/") + SVF_PF_LABEL_MAX <= SVF_PATH_MAX, "label fits");

/* Escapes what bpffs refuses in names ('.') and what gives the label its structure. */
static void escape_name(char *buf, const char *name)
{
	static const char special[] = ".%@";

	for (; *name; name++) {
		if (strchr(special, *name))
			buf += sprintf(buf, "%%%02x", (unsigned char)*name);
		else
			*buf++ = *name;
	}
	*buf = '\0';
}

int svf_paths_init(struct svf_paths *paths, const char *pf_name)
{
	size_t len = strlen(pf_name);
	uint64_t inode;
	int r;

	if (len == 0 || len >= IFNAMSIZ || strchr(pf_name, '/'))
		return -ENAMETOOLONG;

	*paths = (struct svf_paths){};
	escape_name(paths->label, pf_name);
	if (!svf_netns_is_initial()) {
		r = svf_netns_inode(&inode);
		if (r < 0)
			return r;
		len = strlen(paths->label);
		(void)snprintf(paths->label + len, sizeof(paths->label) - len, "@%" PRIu64, inode);
	}
	(void)snprintf(paths->pins, sizeof(paths->pins), SVF_PIN_ROOT "/%s", paths->label);
	(void)snprintf(paths->run, sizeof(paths->run), SVF_RUN_ROOT "/%s", paths->label);
	return 0;
}

int svf_path_join(char buf[SVF_PATH_MAX], const char *dir, const char *name)
{
	int n = snprintf(buf, SVF_PATH_MAX, "%s/%s", dir, name);

	return n < 0 || n >= SVF_PATH_MAX ? -ENAMETOOLONG : 0;
}
