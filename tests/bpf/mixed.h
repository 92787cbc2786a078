/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A VF's configuration changes all the time, by the loader's own code, while it sends and gets
 * frames: none of them may meet fields of two configurations. SVF_MIXED_FRAMES (10^6) frames.
 */
#pragma once

/* Takes a struct world as its cmocka state. */
void mixed_never(void **state);
