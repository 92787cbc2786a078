/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Scope-bound ownership: a local is declared where it is acquired, with
 * svf_cleanup(kind), and leaves its scope only by TAKE_PTR()/TAKE_FD().
 * The pattern is systemd's and the kernel's cleanup.h.
 */
#pragma once

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define SVF_DEFINE_CLEANUP(name, type, call, null)                                                 \
	static inline void svf_cleanup_##name(type *p)                                             \
	{                                                                                          \
		type val_ = *p;                                                                    \
		if (val_ != (null))                                                                \
			call;                                                                      \
	}
#define svf_cleanup(name) __attribute__((__cleanup__(svf_cleanup_##name)))
#define TAKE(var, null)                                                                            \
	({                                                                                         \
		__typeof__(var) *p_ = &(var);                                                      \
		__typeof__(var) v_ = *p_;                                                          \
		*p_ = (null);                                                                      \
		v_;                                                                                \
	})
#define TAKE_PTR(ptr) TAKE(ptr, NULL)
#define TAKE_FD(fd)   TAKE(fd, -1)

/* Any pointer from malloc(); declare as `svf_cleanup(mem) char *p = NULL;` */
static inline void svf_cleanup_mem(void *p)
{
	free(*(void **)p);
}

SVF_DEFINE_CLEANUP(fd, int, (void)close(val_), -1)
SVF_DEFINE_CLEANUP(file, FILE *, (void)fclose(val_), NULL)
