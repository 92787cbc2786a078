// SPDX-License-Identifier: GPL-2.0-only
/* Pidfiles: the lock's holder is told, a number left behind is not. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../loader/pidfile.h"

struct place {
	char dir[32];
	char path[64];
};

static int make_place(void **state)
{
	struct place *place = calloc(1, sizeof(*place));

	strcpy(place->dir, "/tmp/svf-pidfile.XXXXXX");
	if (!mkdtemp(place->dir))
		return -1;
	(void)snprintf(place->path, sizeof(place->path), "%s/agent.pid", place->dir);
	*state = place;
	return 0;
}

static int remove_place(void **state)
{
	struct place *place = *state;

	(void)unlink(place->path);
	(void)rmdir(place->dir);
	free(place);
	return 0;
}

/* A process that holds the file until it is killed; returns when it does. */
static pid_t start_holder(const char *path)
{
	int ready[2], fd;
	char byte;
	pid_t pid;

	assert_return_code(pipe(ready), errno);
	pid = fork();
	assert_return_code(pid, errno);
	if (pid == 0) {
		if (svf_pidfile_hold(path, &fd, NULL) == 0 && write(ready[1], "", 1) == 1)
			for (;;)
				(void)pause();
		_exit(1);
	}
	(void)close(ready[1]);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	(void)close(ready[0]);
	return pid;
}

static void end_holder(pid_t pid)
{
	assert_return_code(kill(pid, SIGKILL), errno);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static void nobody_holds(void **state)
{
	const struct place *place = *state;
	FILE *file;

	assert_int_equal(svf_pidfile_holder(place->path), 0);
	file = fopen(place->path, "w");
	assert_non_null(file);
	(void)fprintf(file, "%d\n", (int)getppid());
	(void)fclose(file);
	assert_int_equal(svf_pidfile_holder(place->path), 0);
}

static void holder_is_told_until_it_dies(void **state)
{
	const struct place *place = *state;
	pid_t pid = start_holder(place->path);

	assert_int_equal(svf_pidfile_holder(place->path), pid);
	assert_int_equal(svf_pidfile_holder(place->path), pid); /* asking changes nothing */
	end_holder(pid);
	assert_int_equal(svf_pidfile_holder(place->path), 0);
}

static void second_is_refused(void **state)
{
	const struct place *place = *state;
	pid_t pid = start_holder(place->path);
	struct svf_errmsg err = {};
	char wanted[128];
	int fd = -1;

	assert_int_equal(svf_pidfile_hold(place->path, &fd, &err), -EBUSY);
	assert_int_equal(fd, -1);
	(void)snprintf(wanted, sizeof(wanted), "%s: held by process %d", place->path, (int)pid);
	assert_string_equal(err.text, wanted);
	assert_int_equal(svf_pidfile_holder(place->path), pid);
	end_holder(pid);
}

static void number_is_written(void **state)
{
	const struct place *place = *state;
	char text[32] = "", wanted[32];
	int fd;

	assert_int_equal(svf_pidfile_hold(place->path, &fd, NULL), 0);
	assert_in_range(pread(fd, text, sizeof(text) - 1, 0), 2, 12);
	(void)snprintf(wanted, sizeof(wanted), "%d\n", (int)getpid());
	assert_string_equal(text, wanted);
	(void)close(fd);
}

static void no_directory(void **state)
{
	struct svf_errmsg err = {};
	int fd;

	(void)state;
	assert_int_equal(svf_pidfile_hold("/nonexistent/x.pid", &fd, &err), -ENOENT);
	assert_string_equal(err.text, "/nonexistent/x.pid: cannot open: No such file or directory");
	assert_int_equal(svf_pidfile_holder("/nonexistent/x.pid"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(nobody_holds, make_place, remove_place),
		cmocka_unit_test_setup_teardown(holder_is_told_until_it_dies, make_place,
						remove_place),
		cmocka_unit_test_setup_teardown(second_is_refused, make_place, remove_place),
		cmocka_unit_test_setup_teardown(number_is_written, make_place, remove_place),
		cmocka_unit_test(no_directory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
