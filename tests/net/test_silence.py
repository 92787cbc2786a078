# SPDX-License-Identifier: GPL-2.0-only
"""
The host's stack speaks through no representor or ring port: what a VF and the wire hear with
nothing but `up` comes from the PF's own address or from the far host.

Without --long it listens 6 s, not a minute: what a fresh netdev says unasked (duplicate address
detection, router solicitation, MLD joins) starts within 1 s of its going up, and is provoked again
by setting the ports down and up.
"""

import time

import pytest
from svfnet import frames, tools
from svfnet.product import Svf
from svfnet.topology import Topology

LISTEN_S, LISTEN_LONG_S = 6, 60
VFS = 4


@pytest.fixture(scope="module", params=["afxdp", "tc"], name="quiet")
def quiet_fixture(request, world):
    """VFs up on a host with IPv6, IPv4 addresses and all that speaks by itself."""
    wire = Topology(world, dad=True)
    svf = Svf(world, wire.host, wire.pf)
    captures = [tools.Capture(world, wire.wire, wire.far, all_frames=True)]
    svf.up("--lane", request.param, vfs=VFS)
    for vf in range(VFS):
        ns = wire.take_vf(vf, addresses=False)
        captures.append(tools.Capture(world, wire.vf_name(vf), ns, all_frames=True))
    yield wire, svf, captures
    for capture in captures:
        capture.close()
    svf.down(check=False)
    wire.close()


def ports(wire):
    """{name: address} of representors and ring ports."""
    return {link["ifname"]: link["address"]
            for link in wire.world.json(["ip", "-j", "link"], wire.host)
            if link["ifname"].startswith(("pf0r", "pf0q"))}


def test_nobody_hears_a_representor_or_ring_port(quiet, long):
    wire, svf, captures = quiet
    vf_macs = {v["address"] for v in svf.show()["vfinfo_list"]}
    known = {wire.pf_mac, wire.far_mac} | vf_macs
    wire.world.ip("\n".join(f"link set {name} {state}" for name in ports(wire)
                            for state in ("down", "up")), wire.host)
    end = time.monotonic() + (LISTEN_LONG_S if long else LISTEN_S)
    heard = []
    for capture in captures:
        capture.arm(frames.new_round(), 1, max(int((end - time.monotonic()) * 1000), 1))
    for capture in captures:
        heard += [(capture.name, r.data) for r in capture.take()[0]]
    strangers = [f"{name}: {data[:60].hex()}" for name, data in heard
                 if data[6:12].hex(":") not in known]
    assert not strangers, "\n".join(strangers)
    assert not set(ports(wire).values()) & known


def test_ports_dropped_what_the_host_said_there(quiet):
    """Nothing came in by the ports on the host's behalf, so nothing was to be dropped."""
    wire, svf, _ = quiet
    drops = svf.counters(VFS).drops
    assert {vf: d["foreign"] for (vf, way), d in drops.items() if way == "tx" and d["foreign"]} == {}
    for name in ports(wire):
        link = wire.world.link(name, wire.host)
        assert "NOARP" in link["flags"] and link["inet6_addr_gen_mode"] == "none", name
