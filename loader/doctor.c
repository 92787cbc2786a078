// SPDX-License-Identifier: GPL-2.0-only
/*
 * The table of checks, and what they report with. Order is that of the output, and for `up` the
 * order in which it refuses. docs/man/svf-loader.8 is compared with it by tests/unit/test_doctor.c.
 */
#include "doctor.h"

#include <errno.h>
#include <sched.h>
#include <pthread.h>
#include <stdarg.h>
#include <string.h>

#include <svf/cleanup.h>

#include "netns.h"
#include "owner.h"
#include "words.h"

/* clang-format off */
const struct svf_check svf_checks[] = {
	{ "kernel", "version, known faults", SVF_SCOPE_MACHINE, true, svf_check_kernel },
	{ "privileges", "capabilities", SVF_SCOPE_MACHINE, true, svf_check_privileges },
	{ "bpffs", "where pins live", SVF_SCOPE_MACHINE, false, svf_check_bpffs },
	{ "managers", "NetworkManager, networkd", SVF_SCOPE_MACHINE, false, svf_check_managers },
	{ "leftovers", "pins, netdevs, files of PFs that are not up", SVF_SCOPE_MACHINE, false,
	  svf_check_leftovers },
	{ "device", "kind of netdev", SVF_SCOPE_PF, true, svf_check_device },
	{ "hw_sriov", "the NIC's own VFs", SVF_SCOPE_PF, true, svf_check_hw_sriov },
	{ "hypervisor", "address filters outside", SVF_SCOPE_PF, true, svf_check_hypervisor },
	{ "xdp", "other XDP programs, mode", SVF_SCOPE_PF, true, svf_check_xdp },
	{ "far_end", "a veth PF's other end", SVF_SCOPE_PF, true, svf_check_far_end },
	{ "queues", "RX queues and rings", SVF_SCOPE_PF, true, svf_check_queues },
	{ "mtu", "MTU and lane", SVF_SCOPE_PF, true, svf_check_mtu },
	{ "offloads", "VLAN offloads and filter, LRO", SVF_SCOPE_PF, true, svf_check_offloads },
	{ "memory", "UMEM, locked memory, open files", SVF_SCOPE_PF, true, svf_check_memory },
	{ "link_flap", "drivers that restart the link", SVF_SCOPE_PF, true, svf_check_link_flap },
	{ "state", "whether `up` came to its end", SVF_SCOPE_UP, false, svf_check_state },
	{ "abi", "version of pins and programs", SVF_SCOPE_UP, false, svf_check_abi },
	{ "daemon", "PF daemon alive", SVF_SCOPE_UP, false, svf_check_daemon },
	{ "agent", "vf-agent alive", SVF_SCOPE_UP, false, svf_check_agent },
	{ "zero_copy", "asked for and got", SVF_SCOPE_UP, false, svf_check_zero_copy },
	{ "hooks", "the sorter's programs on the PF", SVF_SCOPE_UP, false, svf_check_hooks },
	{ "tc_order", "filters of others in front", SVF_SCOPE_UP, false, svf_check_tc_order },
	{ "filters", "unicast filters, promisc", SVF_SCOPE_UP, false, svf_check_filters },
	{ "allmulti", "multicast let through", SVF_SCOPE_UP, false, svf_check_allmulti },
	{ "vf_netdev", "netdevs there", SVF_SCOPE_VF, false, svf_check_vf_netdev },
	{ "vf_mac", "address as set", SVF_SCOPE_VF, false, svf_check_vf_mac },
	{ "vf_mtu", "MTU as set", SVF_SCOPE_VF, false, svf_check_vf_mtu },
	{ "vf_down", "switched on in its container", SVF_SCOPE_VF, false, svf_check_vf_down },
	{ "vf_qdisc", "a tenant's qdisc", SVF_SCOPE_VF, false, svf_check_vf_qdisc },
	{ "vf_rates", "qdiscs of its rates", SVF_SCOPE_VF, false, svf_check_vf_rates },
	{ "vf_offloads", "checksums, segmentation", SVF_SCOPE_VF, false, svf_check_vf_offloads },
};
/* clang-format on */
const size_t svf_n_checks = sizeof(svf_checks) / sizeof(svf_checks[0]);

/* --- reporting --- */

static struct svf_finding *add_finding(struct svf_checkup *checkup, enum svf_health health)
{
	struct svf_finding *finding = &checkup->spare;

	if (checkup->n == checkup->room) {
		size_t room = checkup->room ? 2 * checkup->room : 64;
		void *more = reallocarray(checkup->findings, room, sizeof(*checkup->findings));

		if (more) {
			checkup->findings = more;
			checkup->room = room;
		}
	}
	if (checkup->n < checkup->room)
		finding = &checkup->findings[checkup->n++];
	*finding = (struct svf_finding){ .check = checkup->check, .health = health };
	(void)snprintf(finding->object, sizeof(finding->object), "%s", checkup->object);
	return finding;
}

static struct svf_finding *report(struct svf_checkup *checkup, enum svf_health health,
				  const char *fmt, va_list ap)
	__attribute__((format(printf, 3, 0)));

static struct svf_finding *report(struct svf_checkup *checkup, enum svf_health health,
				  const char *fmt, va_list ap)
{
	struct svf_finding *finding = add_finding(checkup, health);

	(void)vsnprintf(finding->text, sizeof(finding->text), fmt, ap);
	svf_owner_clean(finding->text); /* tenants choose names */
	return finding;
}

#define REPORT(checkup, health, fmt)                                                               \
	({                                                                                         \
		struct svf_finding *finding_;                                                      \
		va_list ap_;                                                                       \
		va_start(ap_, fmt);                                                                \
		finding_ = report(checkup, health, fmt, ap_);                                      \
		va_end(ap_);                                                                       \
		finding_;                                                                          \
	})

struct svf_finding *svf_check_pass(struct svf_checkup *checkup, const char *fmt, ...)
{
	return REPORT(checkup, SVF_HEALTH_PASS, fmt);
}

struct svf_finding *svf_check_skip(struct svf_checkup *checkup, const char *fmt, ...)
{
	return REPORT(checkup, SVF_HEALTH_SKIP, fmt);
}

struct svf_finding *svf_check_warn(struct svf_checkup *checkup, const char *fmt, ...)
{
	return REPORT(checkup, SVF_HEALTH_WARN, fmt);
}

struct svf_finding *svf_check_fail(struct svf_checkup *checkup, int error, const char *fmt, ...)
{
	struct svf_finding *finding = REPORT(checkup, SVF_HEALTH_FAIL, fmt);

	finding->error = error;
	return finding;
}

void svf_finding_mend(struct svf_finding *finding, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(finding->remedy, sizeof(finding->remedy), fmt, ap);
	va_end(ap);
	svf_owner_clean(finding->remedy);
}

/* --- what checks need --- */

int svf_checkup_read(const struct svf_checkup *checkup, char *buf, size_t size, const char *fmt,
		     ...)
{
	char name[192], path[512];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(name, sizeof(name), fmt, ap);
	va_end(ap);
	(void)snprintf(path, sizeof(path), "%s%s", checkup->root, name);
	buf[0] = '\0';
	svf_cleanup(file) FILE *file = fopen(path, "re");
	if (!file)
		return -errno;
	if (!fgets(buf, (int)size, file))
		buf[0] = '\0';
	buf[strcspn(buf, "\n")] = '\0';
	return 0;
}

struct way {
	struct svf_nl *nl;
	int nsid;
	int fd; /* owned; -1: not found yet */
	char path[SVF_ENTER_MAX - 20];
};

static int try_way(const char *path, void *arg)
{
	struct way *way = arg;
	int nsid = -1;

	if (strlen(path) >= sizeof(way->path) || !svf_word_is_plain(path))
		return 0; /* the path is to stand in a command */
	svf_cleanup(fd) int fd = svf_netns_open_path(path);
	if (fd < 0 || svf_netns_nsid(way->nl, fd, &nsid) < 0 || nsid != way->nsid)
		return 0;
	way->fd = TAKE_FD(fd);
	(void)snprintf(way->path, sizeof(way->path), "%s", path);
	return 1;
}

int svf_checkup_enter(const struct svf_checkup *checkup, int nsid, char ret_enter[SVF_ENTER_MAX],
		      int *ret_fd)
{
	struct way way = { .nl = checkup->nl, .nsid = nsid, .fd = -1 };

	ret_enter[0] = '\0';
	if (ret_fd)
		*ret_fd = -1;
	if (nsid == SVF_NSID_SELF)
		return 0;
	(void)svf_netns_walk(try_way, &way);
	if (way.fd < 0)
		return -ENOENT;
	(void)snprintf(ret_enter, SVF_ENTER_MAX, "nsenter --net=%s ", way.path);
	if (ret_fd)
		*ret_fd = way.fd;
	else
		(void)close(way.fd);
	return 0;
}

struct feature_visit {
	int netns_fd;
	const char *ifname;
	const char *const *names;
	enum svf_feature_state *states;
	size_t n;
};

static void *read_features(void *arg)
{
	struct feature_visit *visit = arg;

	if (visit->netns_fd >= 0 && setns(visit->netns_fd, CLONE_NEWNET) < 0)
		return NULL;
	for (size_t i = 0; i < visit->n; i++)
		if (svf_ethtool_get_feature(visit->ifname, visit->names[i], &visit->states[i],
					    NULL) < 0)
			visit->states[i] = SVF_FEATURE_ABSENT;
	return NULL;
}

void svf_checkup_features(int netns_fd, const char *ifname, const char *const names[],
			  enum svf_feature_state ret_states[], size_t n)
{
	struct feature_visit visit = { netns_fd, ifname, names, ret_states, n };
	pthread_t thread;

	for (size_t i = 0; i < n; i++)
		ret_states[i] = SVF_FEATURE_ABSENT;
	if (netns_fd < 0)
		(void)read_features(&visit);
	else if (!pthread_create(&thread, NULL, read_features, &visit)) /* no way back to fail */
		(void)pthread_join(thread, NULL);
}

bool svf_has_capability(unsigned int capability)
{
	unsigned long long set = UINT64_MAX;
	char line[128];

	svf_cleanup(file) FILE *file = fopen("/proc/thread-self/status", "re");
	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "CapEff: %llx", &set) == 1)
			break;
	return set & 1ULL << capability;
}

void svf_checkup_again(const struct svf_checkup *checkup, char *buf, size_t size)
{
	const struct svf_up_args *args = &checkup->state.args;
	const char *pf = checkup->state.pf;

	(void)snprintf(buf, size, "svf-loader down %s && svf-loader up %s --vfs %u%s%s", pf, pf,
		       checkup->up ? svf_vf_set_count(&checkup->state.vfs) : args->vfs,
		       args->lane == SVF_LANE_TC ? " --lane tc" : "",
		       args->skb_mode ? " --xdp-mode skb" : "");
}

/* --- running --- */

static void run_check(struct svf_checkup *checkup, const struct svf_check *check)
{
	checkup->check = check;
	check->run(checkup);
}

/* Many VFs in good health are one line. */
static void run_for_vfs(struct svf_checkup *checkup, const struct svf_check *check)
{
	const size_t before = checkup->n;
	char pf[sizeof(checkup->object)];

	memcpy(pf, checkup->object, sizeof(pf));
	for (unsigned int vf = 0; checkup->info && vf < checkup->info->n_vfs; vf++) {
		checkup->vf = &checkup->info->vfs[vf];
		(void)snprintf(checkup->object, sizeof(checkup->object), "%.15s vf %u", pf, vf);
		run_check(checkup, check);
	}
	memcpy(checkup->object, pf, sizeof(pf));
	checkup->vf = NULL;
	checkup->check = check;
	if (!checkup->info)
		svf_check_skip(checkup, "its VFs cannot be read");
	else if (checkup->n == before)
		svf_check_pass(checkup, "%u VF%s in order", checkup->info->n_vfs,
			       checkup->info->n_vfs == 1 ? "" : "s");
}

/* Of that there is one thing to say. */
static bool is_half_up(const struct svf_checkup *checkup)
{
	return checkup->up && !checkup->state.complete;
}

void svf_checkup_run(struct svf_checkup *checkup, enum svf_scope scope, bool preflight)
{
	if (scope == SVF_SCOPE_MACHINE)
		checkup->object[0] = '\0';
	else
		(void)snprintf(checkup->object, sizeof(checkup->object), "%s", checkup->state.pf);
	for (size_t i = 0; i < svf_n_checks; i++) {
		const struct svf_check *check = &svf_checks[i];

		if (check->scope != scope || (preflight && !check->preflight))
			continue;
		if (scope != SVF_SCOPE_MACHINE && is_half_up(checkup) &&
		    check->run != svf_check_state)
			continue;
		if (scope == SVF_SCOPE_VF)
			run_for_vfs(checkup, check);
		else
			run_check(checkup, check);
		if (preflight && svf_checkup_verdict(checkup) == SVF_HEALTH_FAIL)
			return;
	}
}

void svf_checkup_done(struct svf_checkup *checkup)
{
	checkup->sorter = svf_sorter_free(checkup->sorter);
	checkup->info = svf_pf_info_free(checkup->info);
	free(checkup->findings);
	checkup->findings = NULL;
	checkup->n = checkup->room = 0;
}

enum svf_health svf_checkup_verdict(const struct svf_checkup *checkup)
{
	enum svf_health worst = SVF_HEALTH_PASS;

	for (size_t i = 0; i < checkup->n; i++)
		if (checkup->findings[i].health > worst)
			worst = checkup->findings[i].health;
	return worst;
}

enum svf_exit svf_health_exit(enum svf_health health)
{
	return health == SVF_HEALTH_FAIL   ? SVF_EXIT_FAILURES
	       : health == SVF_HEALTH_WARN ? SVF_EXIT_WARNINGS
					   : SVF_EXIT_OK;
}
