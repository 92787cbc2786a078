/* SPDX-License-Identifier: GPL-2.0-only */
/* The documents that are compared with the loader's tables: manual page and bash completion. To be
 * included after cmocka.h; tests run in the top directory. */
#pragma once

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define FILE_MAX   131072
#define MAN	   "docs/man/svf-loader.8"
#define COMPLETION "scripts/completion/svf-loader.bash"

static inline void read_file(const char *path, char text[FILE_MAX])
{
	FILE *file = fopen(path, "r");
	size_t n;

	if (!file)
		fail_msg("%s: %s", path, strerror(errno));
	n = fread(text, 1, FILE_MAX - 1, file);
	text[n] = '\0';
	(void)fclose(file);
	assert_in_range(n, 1, FILE_MAX - 2);
}

/* Removes the backslashes from roff's "\-". */
static inline void unescape(char *text)
{
	char *to = text;

	for (const char *from = text; *from; from++)
		if (from[0] != '\\' || from[1] != '-')
			*to++ = *from;
	*to = '\0';
}

/* The part of the page that starts at ".SS <command>". */
static inline void cut_section(const char *page, const char *command, char section[FILE_MAX])
{
	char heading[64];
	const char *start, *end;

	(void)snprintf(heading, sizeof(heading), "\n.SS %s\n", command);
	start = strstr(page, heading);
	if (!start)
		fail_msg(MAN ": has no section \"%s\"", command);
	start += strlen(heading);
	end = strstr(start, "\n.S");
	assert_non_null(end);
	(void)snprintf(section, FILE_MAX, "%.*s", (int)(end - start), start);
}

static inline void expect_in_completion(const char *script, const char *text)
{
	if (!strstr(script, text))
		fail_msg(COMPLETION ": has no %s", text);
}
