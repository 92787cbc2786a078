/* SPDX-License-Identifier: GPL-2.0-only */
/* An RCU grace period, waited for from user space. */
#pragma once

/* Returns 0 when every BPF program run that began before the call has ended, or -errno. */
int svf_grace_wait(void);
