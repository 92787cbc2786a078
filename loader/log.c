// SPDX-License-Identifier: GPL-2.0-only
/*
 * Messages of both programs. Owns the one piece of global state of the project: where
 * messages go and from which level on. A line is written by one call, so that lines of
 * threads and processes that share a stderr do not mix.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include <svf/log.h>

#define LINE_MAX_BYTES 1024

static struct {
	const char *program;
	enum svf_log_level level;
	bool to_syslog;
} settings = { .program = "svf", .level = SVF_LOG_INFO };

void svf_log_open(const char *program, bool to_syslog)
{
	settings.program = program;
	settings.to_syslog = to_syslog;
	if (to_syslog)
		openlog(program, LOG_PID | LOG_NDELAY, LOG_DAEMON);
	else
		closelog();
}

void svf_log_set_level(enum svf_log_level level)
{
	settings.level = level;
}

static void write_line(const char *fmt, va_list args) __attribute__((format(printf, 1, 0)));

static void write_line(const char *fmt, va_list args)
{
	char line[LINE_MAX_BYTES];
	size_t room = sizeof(line) - 1; /* for the newline */
	int n = snprintf(line, room, "%s: ", settings.program);
	size_t used = n < 0 ? 0 : (size_t)n < room ? (size_t)n : room - 1;

	(void)vsnprintf(line + used, room - used, fmt, args);
	used = strlen(line);
	line[used++] = '\n';
	if (write(STDERR_FILENO, line, used) < 0)
		return; /* nowhere left to say it */
}

void svf_log(enum svf_log_level level, const char *fmt, ...)
{
	va_list args;

	if (level > settings.level)
		return;

	va_start(args, fmt);
	if (settings.to_syslog)
		vsyslog((int)level, fmt, args);
	else
		write_line(fmt, args);
	va_end(args);
}
