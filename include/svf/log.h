/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Messages of both programs: one line each, to stderr or to syslog. Who logs is
 * settled in docs/architecture.md: commands, pf.c, daemon.c and agent.c do,
 * what they call hands its words back through struct svf_errmsg.
 */
#pragma once

#include <stdbool.h>

enum svf_log_level {
	SVF_LOG_ERROR = 3, /* values are syslog's priorities */
	SVF_LOG_WARNING = 4,
	SVF_LOG_INFO = 6,
	SVF_LOG_DEBUG = 7,
};

/* `program` (kept, not copied) prefixes each line. With to_syslog the lines go to
 * syslog (LOG_DAEMON, with pid), else to stderr. Level starts at INFO. */
void svf_log_open(const char *program, bool to_syslog);
void svf_log_set_level(enum svf_log_level level);
void svf_log(enum svf_log_level level, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#define svf_error(...)	 svf_log(SVF_LOG_ERROR, __VA_ARGS__)
#define svf_warning(...) svf_log(SVF_LOG_WARNING, __VA_ARGS__)
#define svf_info(...)	 svf_log(SVF_LOG_INFO, __VA_ARGS__)
#define svf_debug(...)	 svf_log(SVF_LOG_DEBUG, __VA_ARGS__)
