// SPDX-License-Identifier: GPL-2.0-only
/*
 * The PF's lock: who waits is told for whom, waiting ends in time, a signal ends it, and
 * a lock file that was removed meanwhile is not believed.
 */
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
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../loader/lock.h"

static int make_paths(void **state)
{
	struct svf_paths *paths = calloc(1, sizeof(*paths));
	char dir[] = "/tmp/svf-lock.XXXXXX";

	if (!mkdtemp(dir))
		return -1;
	(void)snprintf(paths->run, sizeof(paths->run), "%s/svf/eth0", dir);
	*state = paths;
	return 0;
}

static int remove_paths(void **state)
{
	struct svf_paths *paths = *state;
	char path[SVF_PATH_MAX];

	(void)svf_path_join(path, paths->run, "lock");
	(void)unlink(path);
	for (int i = 0; i < 3; i++) { /* eth0, svf, the mkdtemp() */
		(void)rmdir(paths->run);
		*strrchr(paths->run, '/') = '\0';
	}
	free(paths);
	return 0;
}

static int64_t now_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

/* A process that takes the lock and keeps it for hold_ms (-1: until killed). */
static pid_t start_holder(const struct svf_paths *paths, int hold_ms)
{
	int ready[2], fd;
	char byte;
	pid_t pid;

	assert_return_code(pipe(ready), errno);
	pid = fork();
	assert_return_code(pid, errno);
	if (pid == 0) {
		if (svf_lock_take(paths, "eth0", "up", 5, &fd, NULL) < 0 ||
		    write(ready[1], "", 1) != 1)
			_exit(1);
		if (hold_ms < 0)
			(void)pause();
		(void)usleep((useconds_t)hold_ms * 1000);
		_exit(0);
	}
	(void)close(ready[1]);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	(void)close(ready[0]);
	return pid;
}

static void end_holder(pid_t pid)
{
	(void)kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static void free_lock(void **state)
{
	char path[SVF_PATH_MAX], text[64] = "", wanted[64];
	int fd, again;

	assert_int_equal(svf_lock_take(*state, "eth0", "set", 0, &fd, NULL), 0);
	assert_int_equal(svf_path_join(path, ((struct svf_paths *)*state)->run, "lock"), 0);
	assert_int_equal(access(path, F_OK), 0);
	assert_true(pread(fd, text, sizeof(text) - 1, 0) > 0);
	(void)snprintf(wanted, sizeof(wanted), "%d set\n", (int)getpid());
	assert_string_equal(text, wanted);
	(void)close(fd);
	assert_int_equal(svf_lock_take(*state, "eth0", "down", 0, &again, NULL), 0);
	(void)close(again);
}

static void names_the_holder(void **state)
{
	pid_t pid = start_holder(*state, -1);
	struct svf_errmsg err = {};
	int64_t start = now_ms();
	char wanted[128];
	int fd = -1;

	assert_int_equal(svf_lock_take(*state, "eth0", "down", 1, &fd, &err), -EBUSY);
	assert_in_range(now_ms() - start, 990, 2000);
	assert_int_equal(fd, -1);
	assert_int_equal(svf_errmsg_exit(&err, -EBUSY), SVF_EXIT_BUSY);
	(void)snprintf(wanted, sizeof(wanted),
		       "eth0: busy: `svf-loader up` (pid %d) has been at work for ", (int)pid);
	assert_memory_equal(err.text, wanted, strlen(wanted));
	end_holder(pid);
}

static void does_not_wait_for_0_s(void **state)
{
	pid_t pid = start_holder(*state, -1);
	int64_t start = now_ms();
	int fd;

	assert_int_equal(svf_lock_take(*state, "eth0", "down", 0, &fd, NULL), -EBUSY);
	assert_in_range(now_ms() - start, 0, 500);
	end_holder(pid);
}

static void gets_it_when_it_is_free(void **state)
{
	pid_t pid = start_holder(*state, 300);
	int64_t start = now_ms();
	int fd;

	assert_int_equal(svf_lock_take(*state, "eth0", "down", 10, &fd, NULL), 0);
	assert_in_range(now_ms() - start, 200, 2000);
	(void)close(fd);
	end_holder(pid);
}

static void on_signal(int signal)
{
	(void)signal;
}

static void signal_ends_waiting(void **state)
{
	struct sigaction action = { .sa_handler = on_signal }, old;
	pid_t pid = start_holder(*state, -1);
	int64_t start = now_ms();
	int fd;

	assert_return_code(sigaction(SIGUSR1, &action, &old), errno);
	pid_t sender = fork();
	if (sender == 0) {
		(void)usleep(200000);
		_exit(kill(getppid(), SIGUSR1) < 0);
	}
	assert_int_equal(svf_lock_take(*state, "eth0", "down", 10, &fd, NULL), -EINTR);
	assert_in_range(now_ms() - start, 100, 5000);
	assert_int_equal(waitpid(sender, NULL, 0), sender);
	(void)sigaction(SIGUSR1, &old, NULL);
	end_holder(pid);
}

static void leaves_signals_as_they_were(void **state)
{
	struct sigaction action = { .sa_handler = on_signal }, now;
	pid_t pid = start_holder(*state, -1);
	sigset_t blocked, mask;
	int fd;

	(void)sigemptyset(&blocked);
	(void)sigaddset(&blocked, SIGALRM);
	(void)sigprocmask(SIG_BLOCK, &blocked, NULL);
	(void)sigaction(SIGALRM, &action, NULL);
	assert_int_equal(svf_lock_take(*state, "eth0", "down", 1, &fd, NULL), -EBUSY);
	(void)sigaction(SIGALRM, NULL, &now);
	assert_ptr_equal(now.sa_handler, on_signal);
	(void)sigprocmask(SIG_SETMASK, NULL, &mask);
	assert_int_equal(sigismember(&mask, SIGALRM), 1);
	(void)sigpending(&mask);
	assert_int_equal(sigismember(&mask, SIGALRM), 0);
	(void)signal(SIGALRM, SIG_DFL);
	(void)sigprocmask(SIG_UNBLOCK, &blocked, NULL);
	end_holder(pid);
}

/* As `down` does: removes file and directory, then lets go. */
static void removed_file_is_not_believed(void **state)
{
	const struct svf_paths *paths = *state;
	char path[SVF_PATH_MAX];
	pid_t pid = start_holder(paths, 400);
	int fd, other;

	(void)svf_path_join(path, paths->run, "lock");
	pid_t remover = fork();
	if (remover == 0) {
		(void)usleep(150000);
		_exit(unlink(path) < 0 || rmdir(paths->run) < 0);
	}
	assert_int_equal(svf_lock_take(paths, "eth0", "up", 10, &fd, NULL), 0);
	assert_int_equal(access(path, F_OK), 0);
	assert_int_equal(svf_lock_take(paths, "eth0", "up", 0, &other, NULL), -EBUSY);
	assert_int_equal(waitpid(remover, NULL, 0), remover);
	(void)close(fd);
	end_holder(pid);
}

static void no_place(void **state)
{
	struct svf_paths paths = { .run = "/nonexistent/a/b" };
	struct svf_errmsg err = {};
	int fd;

	(void)state;
	assert_int_equal(svf_lock_take(&paths, "eth0", "up", 0, &fd, &err), -ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(free_lock, make_paths, remove_paths),
		cmocka_unit_test_setup_teardown(names_the_holder, make_paths, remove_paths),
		cmocka_unit_test_setup_teardown(does_not_wait_for_0_s, make_paths, remove_paths),
		cmocka_unit_test_setup_teardown(gets_it_when_it_is_free, make_paths, remove_paths),
		cmocka_unit_test_setup_teardown(signal_ends_waiting, make_paths, remove_paths),
		cmocka_unit_test_setup_teardown(leaves_signals_as_they_were, make_paths,
						remove_paths),
		cmocka_unit_test_setup_teardown(removed_file_is_not_believed, make_paths,
						remove_paths),
		cmocka_unit_test(no_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
