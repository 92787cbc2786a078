// SPDX-License-Identifier: GPL-2.0-only
/* vf-agent's help and its manual page name the same options. Runs in the top directory. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "../../vf-agent/options.h"

#define MAN	  "docs/man/vf-agent.8"
#define TEXT_MAX  65536
#define NAMES_MAX 32

/* Items of the page: ".TP\n.B --name" or ".TP\n.BI --name\~ ARG"; roff's "\-" is read as "-". */
static unsigned int read_man(char page[TEXT_MAX], const char *names[NAMES_MAX])
{
	FILE *file = fopen(MAN, "r");
	unsigned int n = 0;
	char *to = page;
	int c;

	if (!file)
		fail_msg(MAN ": %s", strerror(errno));
	while ((c = getc(file)) != EOF && to < page + TEXT_MAX - 1)
		if (c != '\\')
			*to++ = (char)c;
	*to = '\0';
	(void)fclose(file);

	for (char *line; (line = strsep(&page, "\n"));) {
		if (strncmp(line, ".B --", 5) != 0 && strncmp(line, ".BI --", 6) != 0)
			continue;
		line = strstr(line, "--");
		line[strcspn(line, "~ ")] = '\0';
		assert_in_range(n, 0, NAMES_MAX - 1);
		names[n++] = line;
	}
	return n;
}

static bool has(const char *const names[], unsigned int n, const char *name)
{
	for (unsigned int i = 0; i < n; i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return false;
}

static void test_man(void **state)
{
	char page[TEXT_MAX], help[TEXT_MAX], *rest = help;
	const char *in_man[NAMES_MAX], *in_help[NAMES_MAX];
	unsigned int n_man = read_man(page, in_man), n_help = 0;
	FILE *file = fmemopen(help, sizeof(help), "w");

	(void)state;
	assert_non_null(file);
	svf_options_show_help(file);
	assert_int_equal(fclose(file), 0);
	for (char *line; (line = strsep(&rest, "\n"));) {
		line += strspn(line, " ");
		if (strncmp(line, "--", 2) != 0)
			continue;
		line[strcspn(line, " ")] = '\0';
		in_help[n_help++] = line;
	}

	assert_in_range(n_help, 1, NAMES_MAX);
	for (unsigned int i = 0; i < n_help; i++)
		if (!has(in_man, n_man, in_help[i]))
			fail_msg(MAN ": %s is missing", in_help[i]);
	for (unsigned int i = 0; i < n_man; i++)
		if (!has(in_help, n_help, in_man[i]))
			fail_msg(MAN ": there is no option %s", in_man[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_man) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
