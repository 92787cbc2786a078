// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fills struct svf_errmsg. The first text stays: the function that was closest to the
 * failure wrote it, and those above would only say it again in vaguer words.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <svf/errmsg.h>

static void set_text(struct svf_errmsg *err, const char *fmt, va_list args)
	__attribute__((format(printf, 2, 0)));

static void set_text(struct svf_errmsg *err, const char *fmt, va_list args)
{
	(void)vsnprintf(err->text, sizeof(err->text), fmt, args);
	/* Promised to be one line, whatever a kernel or verifier text holds. */
	for (char *p = err->text; *p; p++)
		if (*p == '\n' || *p == '\r')
			*p = ' ';
}

int svf_errmsg_set(struct svf_errmsg *err, int error, const char *fmt, ...)
{
	va_list args;

	if (!err || err->text[0])
		return error;

	va_start(args, fmt);
	set_text(err, fmt, args);
	va_end(args);
	return error;
}

int svf_errmsg_exit_set(struct svf_errmsg *err, enum svf_exit code, int error, const char *fmt, ...)
{
	va_list args;

	if (!err || err->text[0])
		return error;

	err->exit = code;
	va_start(args, fmt);
	set_text(err, fmt, args);
	va_end(args);
	return error;
}

enum svf_exit svf_errmsg_exit(const struct svf_errmsg *err, int error)
{
	if (err && err->exit)
		return err->exit;

	switch (error < 0 ? -error : error) {
	case 0:
		return SVF_EXIT_OK;
	case ENODEV:
	case ENOENT:
		return SVF_EXIT_NOT_FOUND;
	case EBUSY:
	case EAGAIN:
	case ETIMEDOUT:
		return SVF_EXIT_BUSY;
	case EOPNOTSUPP:
	case ENOSYS:
		return SVF_EXIT_UNSUPPORTED;
	default:
		return SVF_EXIT_REFUSED;
	}
}
