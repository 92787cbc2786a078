# SPDX-License-Identifier: GPL-2.0-only
"""
docs/screens.md shows what the programs print today: its blocks are made anew, in the state that it
describes, and compared but for numbers. SVF_SCREENS_UPDATE=1 writes them.
"""

import os
import re

import pytest
from svfnet import frames, paths, tools, wait
from svfnet.product import Svf
from svfnet.topology import Topology

SCREENS = paths.TREE / "docs/screens.md"
PF = "eth0"
BLOCK = re.compile(r"^    # (.*)\n((?:    .*\n|\n(?=    ))*)", re.M)
# Lines that are there only if something was counted, and what follows the first counters of a ring.
COUNTED = re.compile(r"^ +(?:wire )?(?:rx|tx) (?:verdicts|losses): .*\n", re.M)
FURTHER = re.compile(r"(tx_packets \d+, tx_bytes \d+).*")


@pytest.fixture(scope="module", name="svf")
def svf_fixture(world):
    """The state of the document: three VFs, one of them in a namespace and refused three frames."""
    wire = Topology(world, addresses=False, ipv6=False)
    world.ip(f"link set pf0 name {PF}", wire.host)
    wire.pf = PF
    svf = Svf(world, wire.host, PF)
    svf.up(vfs=3)
    for vf in range(3):
        svf.set(vf, "mac", f"02:00:00:00:00:1{vf}")
    svf.set(1, "vlan", "100", "qos", "3", "max_tx_rate", "500")
    svf.set(2, "trunk", "add", "10-20,30", "trust", "on")
    ns = wire.take_vf(1, addresses=False)
    bad = [frames.build(wire.far_mac, "02:00:00:00:00:99", "ipv4", 1, i, ()) for i in range(3)]
    tools.send(world, f"{PF}v1", bad, ns)
    wait.until(lambda: svf.show("-s")["vfinfo_list"][1]["stats"]["tx"]["dropped"] == 3, "the drops")
    yield svf
    svf.down(check=False)
    wire.close()


def run(svf, line):
    """What a command line of the document prints."""
    words = line.split()
    program = {"svf-loader": paths.LOADER, "svf-ip": paths.SVF_IP}[words[0]]
    done = svf.world.run([program, *words[1:]], svf.ns, check=False)
    text = "".join(f"    {l.rstrip()}\n" for l in (done.stdout + done.stderr).splitlines())
    return text


def shape(text):
    """A screen without what differs from run to run."""
    text = FURTHER.sub(r"\1", COUNTED.sub("", text))
    text = re.sub(r'(tag"?:?) "?[0-9a-f]{16}"?', r'\1 N', text)
    return re.sub(r"[ \t]+", " ", re.sub(r"\d+", "N", text)).rstrip() + "\n"


def test_screens_are_current(svf):
    document = SCREENS.read_text()
    screens = [m for m in BLOCK.finditer(document) if m.group(1).startswith("svf-")]
    assert len(screens) >= 6
    made = {m.group(1): run(svf, m.group(1)) for m in screens}
    if os.environ.get("SVF_SCREENS_UPDATE"):
        def renew(match):
            line = match.group(1)
            return f"    # {line}\n{made[line]}" if line in made else match.group(0)
        SCREENS.write_text(BLOCK.sub(renew, document))
        return
    for match in screens:
        assert shape(match.group(2)) == shape(made[match.group(1)]), match.group(1)
