# SPDX-License-Identifier: GPL-2.0-only
"""
What `up` looks at before it changes anything, and what it does about it: MTU, queues, native XDP,
zero copy, tags that the wire hides, sizes. A refusal is one line that says the way out.
"""

import pytest

from svfnet import frames, snapshot, tools
from svfnet.product import EXIT_REFUSED, EXIT_UNSUPPORTED, Svf
from svfnet.topology import FAR_IP4, FAR_MAC, Topology

PING = ["ping", "-q", "-c", "2", "-i", "0.05", "-W", "2"]


def refused(done, code, *words):
    """One line on stderr that has all the words, and the exit code."""
    assert done.returncode == code, done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert not [w for w in words if w not in done.stderr], done.stderr


def set_mtu(wire, mtu):
    """Both ends of the wire."""
    wire.world.ip(f"link set {wire.pf} mtu {mtu}", wire.host)
    wire.world.ip(f"link set {wire.wire} mtu {mtu}", wire.far)


def test_mtu_too_large_for_rings_is_refused_naming_the_maximum(wire, svf, unchanged):
    set_mtu(wire, 3501)
    before = snapshot.take(wire.world, wire.host, wire.far)
    refused(svf.up(check=False), EXIT_REFUSED, "3501", "3500", "--lane tc")
    snapshot.assert_same(before, snapshot.take(wire.world, wire.host, wire.far), "refused up")
    set_mtu(wire, 1500)


@pytest.mark.parametrize("mtu, frame_size", [(1770, 2048), (1771, 4096), (3500, 4096)])
def test_largest_frames_pass_the_rings(wire, svf, mtu, frame_size):
    set_mtu(wire, mtu)
    svf.up()
    assert svf.show()["svf"]["frame_size"] == frame_size
    ns = wire.take_vf(0)
    payload = mtu - 28
    wire.world.run([*PING, "-M", "do", "-s", payload, FAR_IP4], ns)
    counters = svf.counters(1)
    assert counters.stats[0, "rx"]["ring"] >= 2 and counters.stats[0, "tx"]["ring"] >= 2
    svf.down()


def test_tc_lane_takes_any_mtu(wire, svf):
    set_mtu(wire, 9000)
    svf.up("--lane", "tc")
    ns = wire.take_vf(0)
    wire.world.run([*PING, "-M", "do", "-s", 8972, FAR_IP4], ns)
    svf.down()


def test_a_driver_without_native_xdp_says_how_to_ask_for_skb_mode(wire, unchanged):
    wire.world.ip(f"link add mv0 link {wire.pf} type macvlan mode bridge\nlink set mv0 up",
                  wire.host)
    before = snapshot.take(wire.world, wire.host, wire.far)
    svf = Svf(wire.world, wire.host, "mv0")
    refused(svf.up(check=False), EXIT_UNSUPPORTED, "mv0", "native XDP", "--xdp-mode skb")
    snapshot.assert_same(before, snapshot.take(wire.world, wire.host, wire.far), "refused up")
    assert "skb" in svf.up("--xdp-mode", "skb").stdout
    svf.down()
    snapshot.assert_same(before, snapshot.take(wire.world, wire.host, wire.far), "skb mode")
    wire.world.ip("link del mv0", wire.host)


def test_a_far_end_that_hides_tags_is_refused_where_it_is_seen(wire, unchanged):
    wire.world.ip("link add a0 type veth peer name b0", wire.host)
    svf = Svf(wire.world, wire.host, "a0")
    refused(svf.up(check=False), EXIT_REFUSED, "a0", "b0", "ethtool -K b0 txvlan off")
    wire.world.run(["ethtool", "-K", "b0", "txvlan", "off"], wire.host)
    svf.up()
    svf.down()
    wire.world.ip("link del a0", wire.host)


def test_frames_on_queues_without_ring_take_the_tc_lane_and_are_counted(world):
    wire = Topology(world, queues=2, suffix="q")
    svf = Svf(world, wire.host, wire.pf, queues=1)
    svf.up("--queues", "1")
    wire.take_vf(0)
    mac, count = svf.vf_mac(0), 64
    capture = tools.Capture(world, wire.vf_name(0), wire.vf_netns(0))
    round_ = frames.new_round()
    with_flows = [frames.build(mac, FAR_MAC, "ipv4", round_, i, flow=i) for i in range(count)]
    for sentinel in (0, 1):
        with_flows.append(frames.build(mac, FAR_MAC, "ipv4", round_, frames.SENTINEL + sentinel,
                                       flow=sentinel))
    tools.send(world, wire.wire, with_flows, wire.far)
    got = {r.id for r in capture.collect(round_, 2) if r.id < frames.SENTINEL}
    capture.close()
    rx = svf.counters(1).stats[0, "rx"]
    assert got == set(range(count))
    assert rx["ring"] + rx["no_ring"] == count + 2 and rx["no_ring"] > 0 and not rx["no_agent"]
    svf.down()
    wire.close()


def test_zero_copy_that_the_driver_lacks_is_told_as_it_is(wire, svf):
    assert "zero copy off" in svf.up("--zero-copy").stdout
    assert svf.show()["svf"]["zero_copy"] is False
    ns = wire.take_vf(0)
    wire.world.run([*PING, FAR_IP4], ns)
    svf.down()


def test_max_vfs_sizes_memory_and_maps_have_room_for_all(wire, svf):
    small = svf.up(vfs=2)
    svf.down()
    large = svf.up("--max-vfs", "16", "--ring-size", "1024", vfs=2)
    show = svf.show()["svf"]
    assert (show["max_vfs"], show["ring_size"]) == (16, 1024)
    info = wire.world.json(["bpftool", "-j", "map", "show", "pinned", f"{svf.pins}/svf_xsks"])
    assert info["max_entries"] == 256
    memory = [float(s.stdout.split("memory")[1].split()[0]) for s in (small, large)]
    frames_mib = 16 * 2 * 1024 * 2 / 1024  # RX and TX frames of 2 KiB of 16 VFs
    assert memory[1] > frames_mib > memory[0]
    svf.down()
