# SPDX-License-Identifier: GPL-2.0-only
"""Waiting for a condition up to a deadline: the only place of the tests that sleeps."""

import time

STEP_S = 0.005


def until(condition, what, deadline_s=10):
    """Returns condition()'s first true value; fails naming `what` when the deadline passes."""
    end = time.monotonic() + deadline_s
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"not within {deadline_s} s: {what}")
        time.sleep(STEP_S)
