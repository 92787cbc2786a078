# SPDX-License-Identifier: GPL-2.0-only
"""docs/state.md: its file, and its commands with what they print."""

import re
from pathlib import Path

from svfnet import paths

TEXT = (Path(__file__).resolve().parents[2] / "docs/state.md").read_text()


def sessions():
    """[(command line, what it prints)] of what stands before "At boot"."""
    text = TEXT.split("## At boot")[0]
    for kind, block in re.findall(r"^```(\w*)\n(.*?)^```$", text, re.S | re.M):
        if kind:
            continue
        for part in re.split(r"^# ", block, flags=re.M)[1:]:
            line, _, printed = part.partition("\n")
            yield line, printed


def test_its_commands_print_what_it_says(wire, svf, unchanged):
    file = re.search(r"^```json\n(.*?)^```", TEXT, re.S | re.M).group(1)
    wire.world.shell("mkdir /run/doc; cat > /run/doc/eth0.json",
                     stdin=file.replace("eth0", wire.pf))
    rows = list(sessions())
    assert len(rows) == 9
    for line, printed in rows:
        script = re.sub(r"svf-loader", str(paths.LOADER), line).replace("eth0 ", f"{wire.pf} ")
        got = wire.world.shell(f"cd /run/doc; exec 2>&1; {script}", svf.ns, check=False)
        assert got == printed.replace("eth0", wire.pf), line
    svf.down()
    wire.world.shell("rm -r /run/doc")
