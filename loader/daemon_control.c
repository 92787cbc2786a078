// SPDX-License-Identifier: GPL-2.0-only
/* The PF daemon seen from `up` and `down`: starting it and waiting for its word, ending it and its
 * agent. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <svf/cleanup.h>

#include "daemon.h"
#include "interrupt.h"
#include "pidfile.h"
#include "process.h"
#include "sorter.h"

/* Longer than the PF daemon gives its agent: who kills it before it has killed an agent that is not
 * yet known by its pidfile leaves that one behind. */
#define DAEMON_PATIENCE_MS (2 * SVF_STOP_PATIENCE_MS)

int svf_daemon_start(const char *pf, char *ret_line, size_t line_size, struct svf_errmsg *err)
{
	char path[PATH_MAX], number[12], line[SVF_READY_LINE_MAX];
	char *const argv[] = { "svf-loader", "run", (char *)pf, "--ready-fd", number, NULL };
	int ends[2], r;
	pid_t pid = 0;

	r = svf_process_self(path, sizeof(path), err);
	if (r < 0)
		return r;
	if (pipe2(ends, O_CLOEXEC) < 0) {
		r = -errno;
		return svf_errmsg_set(err, r, "%s: pipe: %s", pf, strerror(-r));
	}
	svf_cleanup(fd) int reader = ends[0];
	(void)snprintf(number, sizeof(number), "%d", ends[1]);
	r = svf_process_start(path, argv, ends[1], &pid, err);
	(void)close(ends[1]);
	if (!r)
		r = svf_ready_read(reader, pf, line, err);
	if (!r)
		r = svf_ready_parse(line, pf, err);
	if (!r)
		(void)snprintf(ret_line, line_size, "%s", line);
	else if (pid > 0)
		(void)svf_process_end(pid, DAEMON_PATIENCE_MS);
	return r;
}

int svf_daemon_restart(const char *pf, struct svf_errmsg *err)
{
	char line[SVF_READY_LINE_MAX];
	struct svf_errmsg detail;
	int r;

	do {
		detail = (struct svf_errmsg){};
		svf_interrupt_take();
		r = svf_daemon_start(pf, line, sizeof(line), &detail);
	} while (r == -EINTR);
	return r < 0 ? svf_errmsg_exit_set(err, svf_errmsg_exit(&detail, r), r, "%s", detail.text)
		     : 0;
}

/* Ends who holds the pidfile; where that is lost, who the sorter's maps know by pid - if that
 * pid is still a process of this name. */
static int stop_process(const struct svf_paths *paths, const char *file, pid_t known,
			const char *name, int patience_ms)
{
	char path[SVF_PATH_MAX];
	int r = svf_path_join(path, paths->run, file);
	pid_t pid;

	if (r < 0)
		return r;
	pid = svf_pidfile_holder(path);
	if (pid <= 0 && known > 0 && svf_process_is(known, name))
		pid = known;
	return pid > 0 ? svf_process_end(pid, patience_ms) : 0;
}

int svf_daemon_stop(const struct svf_paths *paths, struct svf_errmsg *err)
{
	svf_cleanup(sorter) struct svf_sorter *sorter = NULL;
	struct svf_agent_life life = {};
	struct svf_pf_config pf = {};
	int r, r2;

	if (!svf_sorter_open(&sorter, paths, NULL)) {
		(void)svf_sorter_get_pf(sorter, &pf);
		(void)svf_sorter_get_agent(sorter, &life);
	}
	/* The daemon first: it would restart the agent. */
	r = stop_process(paths, "daemon.pid", (pid_t)pf.daemon, "svf-loader", DAEMON_PATIENCE_MS);
	r2 = stop_process(paths, "agent.pid", (pid_t)life.pid, SVF_AGENT_NAME,
			  SVF_STOP_PATIENCE_MS);
	if (r < 0 || r2 < 0)
		return svf_errmsg_set(err, r < 0 ? r : r2, "%s: cannot end its agent: %s",
				      paths->label, strerror(r < 0 ? -r : -r2));
	return 0;
}
