// SPDX-License-Identifier: GPL-2.0-only
/*
 * Checks of the machine: kernel version, privileges, bpffs, and the services that take every new
 * netdev for theirs.
 */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <linux/capability.h>
#include <string.h>
#include <sys/utsname.h>

#include <svf/cleanup.h>

#include "bpffs.h"
#include "doctor.h"

#define UDEV_RULES   "70-svf.rules"
#define NETWORK_FILE "70-svf.network"

/* --- kernel --- */

#define OLDEST_MAJOR 6
#define OLDEST_MINOR 1

/* The stable branches that got the fix of CVE-2025-37920: two cores that hand frames to sockets of
 * one UMEM in skb mode (or by tc) corrupt its FILL ring. Upstream it is in 6.15. */
static const struct svf_kernel fixed_in[] = {
	{ 6, 1, 164 }, { 6, 6, 123 }, { 6, 12, 28 }, { 6, 14, 6 }, { 6, 15, 0 },
};

static bool scan_version(struct svf_kernel *ret_kernel, const char *text)
{
	struct svf_kernel kernel = {};

	if (sscanf(text, "%u.%u.%u", &kernel.major, &kernel.minor, &kernel.patch) < 2)
		return false;
	*ret_kernel = kernel;
	return true;
}

int svf_kernel_parse(struct svf_kernel *ret_kernel, const char *release, const char *version,
		     const char *signature)
{
	const char *debian = strstr(version, "Debian "), *last = strrchr(signature, ' ');

	if (debian && scan_version(ret_kernel, debian + strlen("Debian ")))
		return 0;
	if (!strncmp(signature, "Ubuntu ", strlen("Ubuntu ")) && last &&
	    scan_version(ret_kernel, last + 1))
		return 0;
	return scan_version(ret_kernel, release) ? 0 : -EINVAL;
}

static bool is_same_branch(const struct svf_kernel *a, const struct svf_kernel *b)
{
	return a->major == b->major && a->minor == b->minor;
}

static bool is_older(const struct svf_kernel *a, const struct svf_kernel *b)
{
	if (a->major != b->major)
		return a->major < b->major;
	return a->minor != b->minor ? a->minor < b->minor : a->patch < b->patch;
}

const char *svf_kernel_fault(const struct svf_kernel *kernel, struct svf_kernel *ret_fixed)
{
	const size_t n = sizeof(fixed_in) / sizeof(fixed_in[0]);

	*ret_fixed = fixed_in[n - 1];
	for (size_t i = 0; i < n; i++) {
		if (!is_older(kernel, &fixed_in[i])) {
			if (i == n - 1 || is_same_branch(kernel, &fixed_in[i]))
				return NULL;
			continue;
		}
		*ret_fixed = fixed_in[i]; /* of its branch, or the next one that has it */
		break;
	}
	return "frames can get lost or mixed up in shared UMEMs (CVE-2025-37920)";
}

void svf_check_kernel(struct svf_checkup *checkup)
{
	char signature[128];
	struct svf_kernel kernel, fixed;
	struct utsname name;
	const char *fault;

	(void)svf_checkup_read(checkup, signature, sizeof(signature), "/proc/version_signature");
	if (uname(&name) < 0 ||
	    svf_kernel_parse(&kernel, name.release, name.version, signature) < 0) {
		svf_check_skip(checkup, "its version cannot be told");
		return;
	}
	fault = svf_kernel_fault(&kernel, &fixed);
	if (kernel.major < OLDEST_MAJOR ||
	    (kernel.major == OLDEST_MAJOR && kernel.minor < OLDEST_MINOR))
		svf_finding_mend(svf_check_warn(checkup,
						"Linux %s is older than %d.%d, the oldest tried",
						name.release, OLDEST_MAJOR, OLDEST_MINOR),
				 "apt-get install linux-image-amd64 && reboot");
	else if (fault)
		svf_finding_mend(svf_check_warn(checkup, "Linux %u.%u.%u: %s; mended in %u.%u.%u",
						kernel.major, kernel.minor, kernel.patch, fault,
						fixed.major, fixed.minor, fixed.patch),
				 "apt-get install linux-image-amd64 && reboot");
	else
		svf_check_pass(checkup, "Linux %u.%u.%u", kernel.major, kernel.minor, kernel.patch);
}

/* --- privileges --- */

void svf_check_privileges(struct svf_checkup *checkup)
{
	static const struct {
		unsigned int bit;
		const char *name;
	} needed[] = {
		{ CAP_NET_ADMIN, "CAP_NET_ADMIN" },
		{ CAP_NET_RAW, "CAP_NET_RAW" },
		{ CAP_SYS_ADMIN, "CAP_SYS_ADMIN" },
	};
	char missing[64] = "";

	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
		size_t len = strlen(missing);

		if (!svf_has_capability(needed[i].bit))
			(void)snprintf(missing + len, sizeof(missing) - len, "%s%s",
				       len ? ", " : "", needed[i].name);
	}
	if (missing[0])
		svf_finding_mend(svf_check_fail(checkup, -EPERM, "missing: %s", missing),
				 "sudo svf-loader ...");
	else
		svf_check_pass(checkup, "root, with all capabilities that are needed");
}

void svf_check_bpffs(struct svf_checkup *checkup)
{
	struct svf_errmsg err = {};

	if (svf_bpffs_check(&err) < 0)
		svf_finding_mend(svf_check_fail(checkup, -EBUSY, "%s", err.text),
				 "nsenter --net=/run/netns/NAME svf-loader doctor");
	else
		svf_check_pass(checkup, "in reach");
}

/* --- who else configures netdevs --- */

/* Whether a process of this name runs. */
static bool is_running(const struct svf_checkup *checkup, const char *comm)
{
	const struct dirent *entry;
	bool found = false;
	char path[300], name[32];
	DIR *dir;

	(void)snprintf(path, sizeof(path), "%s/proc", checkup->root);
	dir = opendir(path);
	while (dir && !found && (entry = readdir(dir)))
		found = isdigit((unsigned char)entry->d_name[0]) &&
			!svf_checkup_read(checkup, name, sizeof(name), "/proc/%.20s/comm",
					  entry->d_name) &&
			!strcmp(name, comm);
	if (dir)
		(void)closedir(dir);
	return found;
}

/* Whether one of the directories that the service reads has the file. */
static bool is_installed(const struct svf_checkup *checkup, const char *below, const char *file)
{
	static const char *const roots[] = { "/etc", "/run", "/usr/local/lib", "/usr/lib", "/lib" };

	for (size_t i = 0; i < sizeof(roots) / sizeof(roots[0]); i++) {
		char path[300];

		(void)snprintf(path, sizeof(path), "%s%s/%s/%s", checkup->root, roots[i], below,
			       file);
		if (!access(path, R_OK))
			return true;
	}
	return false;
}

void svf_check_managers(struct svf_checkup *checkup)
{
	const bool nm = is_running(checkup, "NetworkManager");
	const bool networkd = is_running(checkup, "systemd-network");
	const char *who = nm ? "NetworkManager" : "systemd-networkd";
	const char *missing = NULL;

	if (!nm && !networkd) {
		svf_check_pass(checkup, "neither NetworkManager nor systemd-networkd runs");
		return;
	}
	if (!is_installed(checkup, "udev/rules.d", UDEV_RULES))
		missing = UDEV_RULES;
	else if (networkd && !is_installed(checkup, "systemd/network", NETWORK_FILE))
		missing = NETWORK_FILE;
	if (missing)
		svf_finding_mend(svf_check_warn(checkup,
						"%s runs and may configure VF netdevs: %s is not "
						"installed",
						who, missing),
				 "make install; udevadm control --reload; udevadm trigger -s net");
	else
		svf_check_pass(checkup, "%s leaves our netdevs alone (%s)", who, UDEV_RULES);
}
