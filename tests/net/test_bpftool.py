# SPDX-License-Identifier: GPL-2.0-only
"""bpftool as a user interface: pinned maps and programs print readable and typed."""

import pytest

MAPS = {
    "svf_fdb": ('"mac"', '"vlan"', '"vf"'),
    "svf_vfs": ('"representor"', '"ring_port"', '"mac"', '"lane"'),
    "svf_ports": ('"vf"', '"role"'),
    "svf_pf": ('"ifindex"', '"mac"', '"vfs"'),
    "svf_vlans": ('"vlan"', '"block"', '"count"'),
    "svf_stats": ('"vf"', '"direction"', '"packets"', '"ring"', '"flood"'),
    "svf_drops": ('"direction"', '"spoof_vlan"', '"to_self"'),
    "svf_agent": ('"heartbeat_ns"', '"pid"', '"starts"'),
    "svf_ring_stats": ('"queue"', '"rx_packets"', '"tx_packets"'),
}
PROGRAMS = ("svf_wire", "svf_wire_tc", "svf_host_tc", "svf_port_tc", "svf_ring_tc", "svf_out_tc")


def test_maps_dump_with_typed_keys_and_values(wire, svf):
    svf.up(vfs=2)
    for name, words in MAPS.items():
        text = wire.world.run(["bpftool", "map", "dump", "pinned", f"{svf.pins}/{name}"]).stdout
        missing = [word for word in words if word not in text]
        assert not missing, f"{name}: {missing} not in\n{text[:500]}"
    for name in ("svf_xsks", "svf_alive"):
        wire.world.run(["bpftool", "map", "show", "pinned", f"{svf.pins}/{name}"])


def test_tables_say_what_was_set(wire, svf):
    svf.up(vfs=2)
    svf.set(1, "vlan", 100, "qos", 3)
    fdb = {key["vlan"]: owner["vf"] for key, owner in svf.table("svf_fdb")}
    config = dict(svf.table("svf_vfs"))
    assert fdb == {0: 0, 100: 1}
    assert (config[1]["vlan"], config[1]["qos"], config[0]["vlan"]) == (100, 3, 0)
    links = {link["ifindex"]: link["ifname"]
             for link in wire.world.json(["ip", "-j", "link"], wire.host)}
    ports = {links[ifindex]: (port["vf"], port["role"]) for ifindex, port in svf.table("svf_ports")}
    assert ports == {"pf0r0": (0, 1), "pf0r1": (1, 1), "pf0q0": (0, 2), "pf0q1": (1, 2)}
    assert dict(svf.table("svf_agent"))[0]["pid"] == svf.agent_pid()


@pytest.mark.parametrize("name", PROGRAMS)
def test_programs_are_pinned_under_their_names(wire, svf, name):
    svf.up(vfs=1)
    shown = wire.world.json(["bpftool", "-j", "prog", "show", "pinned", f"{svf.pins}/progs/{name}"])
    assert shown["name"] == name
