# SPDX-License-Identifier: GPL-2.0-only
"""What the net tests stand on: private worlds, wires, captures, frames and snapshots."""
