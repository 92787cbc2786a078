/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * SIGINT and SIGTERM while state is being changed: blocked, so that no call is cut short
 * and no handler is needed, and asked for between steps.
 */
#pragma once

#include <signal.h>
#include <stdbool.h>

#include <svf/errmsg.h>

/* Blocks SIGINT, SIGTERM and SIGHUP until the process ends. */
void svf_interrupt_block(void);
/* Takes those that are pending: they have no effect. */
void svf_interrupt_take(void);
/* 0, or -EINTR with "<pf>: interrupted ..." if one of them is pending. */
int svf_interrupt_check(const char *pf, struct svf_errmsg *err);
/* The three signals as a set, for signalfd() and sigtimedwait(). */
void svf_interrupt_set(sigset_t *ret_set);
