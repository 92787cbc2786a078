/* SPDX-License-Identifier: GPL-2.0-only */
/* Saved setups, /etc/svf/<pf>.json: what svf@.service applies at boot. */
#pragma once

#include "setup.h"

/* Writes what the PF is now, atomically and on disk when it returns; a PF that is down has none,
 * what was saved of it goes. */
int svf_saved_write(const char *pf, struct svf_errmsg *err);
