// SPDX-License-Identifier: GPL-2.0-only
/* Labels and paths, in the namespace the test runs in and (if the machine lets us) a fresh one. */
#include <errno.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include <svf/paths.h>

#include "../../loader/netns.h"

/* What is to follow the escaped name: nothing, or "@<inode>". */
static const char *suffix(char buf[32])
{
	struct stat st;

	buf[0] = '\0';
	if (!svf_netns_is_initial() && stat("/proc/self/ns/net", &st) == 0)
		(void)snprintf(buf, 32, "@%lu", (unsigned long)st.st_ino);
	return buf;
}

static void check_label(const char *pf, const char *escaped)
{
	char wanted[SVF_PATH_MAX], buf[32];
	struct svf_paths paths;

	assert_int_equal(svf_paths_init(&paths, pf), 0);
	(void)snprintf(wanted, sizeof(wanted), "%s%s", escaped, suffix(buf));
	assert_string_equal(paths.label, wanted);
	(void)snprintf(wanted, sizeof(wanted), "/sys/fs/bpf/svf/%s%s", escaped, buf);
	assert_string_equal(paths.pins, wanted);
	(void)snprintf(wanted, sizeof(wanted), "/run/svf/%s%s", escaped, buf);
	assert_string_equal(paths.run, wanted);
}

static void labels(void **state)
{
	(void)state;
	check_label("eth0", "eth0");
	check_label("eth0.100", "eth0%2e100");
	check_label("a%b", "a%25b");
	check_label("e@4026532200", "e%404026532200");
	check_label("...............", "%2e%2e%2e%2e%2e%2e%2e%2e%2e%2e%2e%2e%2e%2e%2e");
}

static void no_netdev_names(void **state)
{
	struct svf_paths paths;

	(void)state;
	assert_int_equal(svf_paths_init(&paths, ""), -ENAMETOOLONG);
	assert_int_equal(svf_paths_init(&paths, "1234567890123456"), -ENAMETOOLONG);
	assert_int_equal(svf_paths_init(&paths, "../eth0"), -ENAMETOOLONG);
}

/* In a child; 0: right, 1: wrong, 2: no namespace to be had. */
static int label_elsewhere(void)
{
	struct svf_paths paths;
	char wanted[64];
	struct stat st;

	if (unshare(CLONE_NEWNET) < 0 && unshare(CLONE_NEWUSER | CLONE_NEWNET) < 0)
		return 2;
	if (svf_paths_init(&paths, "eth0") < 0 || stat("/proc/self/ns/net", &st) < 0)
		return 1;
	(void)snprintf(wanted, sizeof(wanted), "eth0@%lu", (unsigned long)st.st_ino);
	return strcmp(paths.label, wanted) != 0;
}

static void label_in_another_namespace(void **state)
{
	int status;
	pid_t pid = fork();

	(void)state;
	assert_return_code(pid, errno);
	if (pid == 0)
		_exit(label_elsewhere());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) == 2)
		skip();
	assert_int_equal(WEXITSTATUS(status), 0);
}

static void joining(void **state)
{
	char buf[SVF_PATH_MAX], name[SVF_PATH_MAX];

	(void)state;
	assert_int_equal(svf_path_join(buf, "/run/svf/eth0", "lock"), 0);
	assert_string_equal(buf, "/run/svf/eth0/lock");

	memset(name, 'x', sizeof(name));
	name[SVF_PATH_MAX - 3] = '\0'; /* "/" + "/" + name just fits */
	assert_int_equal(svf_path_join(buf, "/", name), 0);
	assert_int_equal(svf_path_join(buf, "/a", name), -ENAMETOOLONG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(labels),
		cmocka_unit_test(no_netdev_names),
		cmocka_unit_test(label_in_another_namespace),
		cmocka_unit_test(joining),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
