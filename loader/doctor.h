/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Checks of the machine, a PF and its VFs: one table (doctor.c) of name and function. `doctor` runs
 * all of it, `up` those marked `preflight` before it changes anything. A check reports findings,
 * each with the command that mends it; it changes nothing. It reads netdevs by netlink and ioctl,
 * the machine by the files below `root`, which unit tests put elsewhere.
 */
#pragma once

#include <stddef.h>
#include <stdio.h>

#include <jansson.h>

#include "link.h"
#include "sorter.h"
#include "state.h"
#include "vfinfo.h"

enum svf_health {
	SVF_HEALTH_PASS,
	SVF_HEALTH_SKIP, /* does not apply here, or cannot be seen */
	SVF_HEALTH_WARN, /* works worse than it could, or will fail when something else happens */
	SVF_HEALTH_FAIL, /* does not work; `up` refuses */
	SVF_N_HEALTHS,
};

enum svf_scope {
	SVF_SCOPE_MACHINE,
	SVF_SCOPE_PF, /* a netdev, whether it is up as a PF or not */
	SVF_SCOPE_UP, /* a PF that is up */
	SVF_SCOPE_VF, /* each of its VFs */
};

struct svf_checkup;

struct svf_check {
	const char *name;
	const char *help; /* what is looked at */
	enum svf_scope scope;
	bool preflight; /* `up` asks too; for SVF_SCOPE_PF and SVF_SCOPE_MACHINE */
	void (*run)(struct svf_checkup *checkup);
};

extern const struct svf_check svf_checks[];
extern const size_t svf_n_checks;

struct svf_finding {
	const struct svf_check *check;
	enum svf_health health;
	char object[48];    /* "eth0", "eth0 vf 3"; "" for the machine */
	char text[320];	    /* one line, without the object */
	char remedy[384];   /* a command for the shell; "" if there is none */
	int error;	    /* of a failure: what `up` returns */
	enum svf_exit exit; /* 0: by error */
};

/* Everything the checks work with; what is not owned stays the caller's. */
struct svf_checkup {
	const char *root; /* "", or the directory that stands for / (sysfs, proc, etc) */
	struct svf_nl *nl;
	struct svf_link pf;	   /* ifindex 0: no PF, or it is gone */
	struct svf_paths paths;	   /* of the PF */
	struct svf_state state;	   /* of a PF that is not up: what `up` would take */
	bool up;		   /* there is a state on record */
	struct svf_sorter *sorter; /* owned; NULL: not up, or cannot be opened */
	struct svf_pf_info *info;  /* owned; the same */
	struct svf_errmsg broken;  /* why info could not be had */
	/* of the check that runs */
	const struct svf_check *check;
	char object[48];
	const struct svf_vf_info *vf; /* SVF_SCOPE_VF */
	/* what was found, owned */
	struct svf_finding *findings;
	size_t n, room;
	struct svf_finding spare; /* where memory ran out */
};

/* --- for checks --- */

/* Report; the text is without the object. What is returned is valid until the next report. */
struct svf_finding *svf_check_pass(struct svf_checkup *checkup, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
struct svf_finding *svf_check_skip(struct svf_checkup *checkup, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
struct svf_finding *svf_check_warn(struct svf_checkup *checkup, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
struct svf_finding *svf_check_fail(struct svf_checkup *checkup, int error, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* The command that mends it. */
void svf_finding_mend(struct svf_finding *finding, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* Reads the first line of a file below root; "" and -errno if it cannot be. */
int svf_checkup_read(const struct svf_checkup *checkup, char *buf, size_t size, const char *fmt,
		     ...) __attribute__((format(printf, 4, 5)));

/* A command's beginning that runs the rest where nsid's netdevs are ("nsenter --net=PATH ", ""
 * for our own namespace), and the namespace, opened, if ret_fd is not NULL. -ENOENT if no path
 * leads there. */
#define SVF_ENTER_MAX 300
int svf_checkup_enter(const struct svf_checkup *checkup, int nsid, char ret_enter[SVF_ENTER_MAX],
		      int *ret_fd);
/* Reads features of a netdev in another namespace (fd; -1: ours), ABSENT where they cannot be. */
void svf_checkup_features(int netns_fd, const char *ifname, const char *const names[],
			  enum svf_feature_state ret_states[], size_t n);
/* Whether we have the capability (CAP_*); true where that cannot be read. */
bool svf_has_capability(unsigned int capability);
/* `svf-loader down PF && svf-loader up PF --vfs N ...` with the arguments it has. */
void svf_checkup_again(const struct svf_checkup *checkup, char *buf, size_t size);

/* Memory that the rings of these arguments pin, all queues. */
uint64_t svf_rings_bytes(const struct svf_up_args *args, unsigned int frame_size);

/* --- for `doctor` and `up` --- */

/* Runs all checks of a scope, or those of preflight in it (until the first failure). */
void svf_checkup_run(struct svf_checkup *checkup, enum svf_scope scope, bool preflight);
void svf_checkup_done(struct svf_checkup *checkup);

/* The worst of the findings. */
enum svf_health svf_checkup_verdict(const struct svf_checkup *checkup);
/* 0, SVF_EXIT_WARNINGS or SVF_EXIT_FAILURES. */
enum svf_exit svf_health_exit(enum svf_health health);
/* "pass", "skip", "warn", "fail". */
const char *svf_health_name(enum svf_health health);

/* doctor_show.c */
void svf_checkup_text(FILE *out, const struct svf_checkup *checkup);
json_t *svf_checkup_json(const struct svf_checkup *checkup); /* an array; NULL: out of memory */

/* --- the checks, by subject --- */

/* preflight.c: can this be a PF */
void svf_check_device(struct svf_checkup *checkup);
void svf_check_xdp(struct svf_checkup *checkup);
void svf_check_far_end(struct svf_checkup *checkup);
void svf_check_queues(struct svf_checkup *checkup);
void svf_check_mtu(struct svf_checkup *checkup);

/* doctor_kernel.c: the machine */
void svf_check_kernel(struct svf_checkup *checkup);
void svf_check_privileges(struct svf_checkup *checkup);
void svf_check_bpffs(struct svf_checkup *checkup);
void svf_check_managers(struct svf_checkup *checkup);

/* A kernel's version, as it counts upstream: of `uname -r`, but where the distribution tells the
 * upstream version elsewhere (Debian in `uname -v`, Ubuntu in /proc/version_signature) that. */
struct svf_kernel {
	unsigned int major, minor, patch;
};
int svf_kernel_parse(struct svf_kernel *ret_kernel, const char *release, const char *version,
		     const char *signature); /* -EINVAL */
/* NULL, or what a known-bad kernel does; *ret_fixed gets the version that mends it. */
const char *svf_kernel_fault(const struct svf_kernel *kernel, struct svf_kernel *ret_fixed);

/* doctor_nic.c: the hardware, the hypervisor, memory */
void svf_check_hw_sriov(struct svf_checkup *checkup);
void svf_check_link_flap(struct svf_checkup *checkup);
void svf_check_hypervisor(struct svf_checkup *checkup);
void svf_check_memory(struct svf_checkup *checkup);
void svf_check_offloads(struct svf_checkup *checkup);

/* doctor_up.c: a PF that is up */
void svf_check_state(struct svf_checkup *checkup);
void svf_check_abi(struct svf_checkup *checkup);
void svf_check_daemon(struct svf_checkup *checkup);
void svf_check_agent(struct svf_checkup *checkup);
void svf_check_hooks(struct svf_checkup *checkup);
void svf_check_tc_order(struct svf_checkup *checkup);
void svf_check_filters(struct svf_checkup *checkup);
void svf_check_allmulti(struct svf_checkup *checkup);
void svf_check_zero_copy(struct svf_checkup *checkup);

/* doctor_vf.c: the container's side */
void svf_check_vf_netdev(struct svf_checkup *checkup);
void svf_check_vf_mac(struct svf_checkup *checkup);
void svf_check_vf_mtu(struct svf_checkup *checkup);
void svf_check_vf_down(struct svf_checkup *checkup);
void svf_check_vf_qdisc(struct svf_checkup *checkup);
void svf_check_vf_rates(struct svf_checkup *checkup);
void svf_check_vf_offloads(struct svf_checkup *checkup);

/* doctor_left.c: what is left of PFs that are not up */
void svf_check_leftovers(struct svf_checkup *checkup);
