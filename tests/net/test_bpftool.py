# SPDX-License-Identifier: GPL-2.0-only
"""bpftool as a user interface: pinned maps and programs print readable and typed."""

import pytest
from svfnet import frames, tools, wait

MAPS = {
    "svf_fdb": ('"mac"', '"vlan"', '"count"', '"vf"'),
    "svf_vfs": ('"representor"', '"ring_port"', '"mac"', '"lane"', '"spoofchk"', '"trunk_8021ad"'),
    "svf_ports": ('"vf"', '"role"'),
    "svf_pf": ('"ifindex"', '"mac"', '"vfs"', '"carrier"', '"mtu"'),
    "svf_policy": ('"isolation"', '"storm"', '"promisc"', '"trunks"'),
    "svf_mcast": ('"mac"', '"vf"', '"users"'),
    "svf_rates": ('"next_ns"',),
    "svf_redirects": ('"key"', '"values"'),
    "svf_losses": (),  # nothing was lost that way
    "svf_fdb_hits": ('"hits"', '"last_ns"'),
    "svf_offenders": ('"reason"', '"src"', '"ethertype"', '"time_ns"'),
    "svf_vlans": ('"vlan"', '"block"', '"count"'),
    "svf_stats": ('"vf"', '"direction"', '"packets"', '"ring"', '"flood"'),
    "svf_drops": ('"direction"', '"spoof_mac"', '"to_self"'),
    "svf_agent": ('"heartbeat_ns"', '"pid"', '"starts"'),
    "svf_ring_stats": ('"queue"', '"rx_packets"', '"tx_packets"'),
    "svf_ring_fill": ('"rx"', '"tx"'),
}
PROGRAMS = ("svf_wire", "svf_wire_tc", "svf_host_tc", "svf_port_tc", "svf_ring_tc", "svf_out_tc",
            "svf_shaped_tc")
DEADLINE_S = 5


def test_maps_dump_with_typed_keys_and_values(wire, svf):
    svf.up(vfs=2)
    wire.take_vf(0)  # in groups now
    wait.until(lambda: svf.table("svf_mcast"), "groups", DEADLINE_S)
    svf.set(0, "storm", 1000)
    macs = [svf.vf_mac(vf) for vf in (0, 1)]
    tools.send(wire.world, "pf0v0", [  # delivered, spoofed, counted for the storm limit
        frames.build(macs[1], macs[0]), frames.build(macs[1], macs[1]),
        frames.build(frames.BROADCAST, macs[0])], wire.vf_netns(0))
    missing = []
    for name, words in MAPS.items():
        text = wire.world.run(["bpftool", "map", "dump", "pinned", f"{svf.pins}/{name}"]).stdout
        missing += [f"{name}: {word} not in {text[:300]}" for word in words if word not in text]
    assert not missing, "\n".join(missing)
    for name in ("svf_xsks", "svf_alive", "svf_events"):
        wire.world.run(["bpftool", "map", "show", "pinned", f"{svf.pins}/{name}"])


def test_tables_say_what_was_set(wire, svf):
    svf.up(vfs=2)
    svf.set(1, "vlan", 100, "qos", 3)
    fdb = {key["vlan"]: owners["vf"][:owners["count"]] for key, owners in svf.table("svf_fdb")}
    config = dict(svf.table("svf_vfs"))
    assert fdb == {0: [0], 100: [1]}
    assert (config[1]["vlan"], config[1]["qos"], config[0]["vlan"]) == (100, 3, 0)
    links = {link["ifindex"]: link["ifname"]
             for link in wire.world.json(["ip", "-j", "link"], wire.host)}
    ports = {links[ifindex]: (port["vf"], port["role"]) for ifindex, port in svf.table("svf_ports")}
    assert ports == {"pf0r0": (0, 1), "pf0r1": (1, 1), "pf0q0": (0, 2), "pf0q1": (1, 2),
                     "pf0s1": (0xFFFF, 3)}
    assert dict(svf.table("svf_agent"))[0]["pid"] == svf.agent_pid()


@pytest.mark.parametrize("name", PROGRAMS)
def test_programs_are_pinned_under_their_names(wire, svf, name):
    svf.up(vfs=1)
    shown = wire.world.json(["bpftool", "-j", "prog", "show", "pinned", f"{svf.pins}/progs/{name}"])
    assert shown["name"] == name
