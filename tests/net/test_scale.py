# SPDX-License-Identifier: GPL-2.0-only
"""
256 VFs: times, memory, a frame to each of them, a broadcast to all of them, and the agent's death.
The VFs stay in the host's namespace, where one capture watches them all.
"""

import re
import time
from collections import Counter

import pytest
from svfnet import frames, snapshot, tools, wait
from svfnet.product import Svf
from svfnet.topology import FAR_MAC, Topology

VFS = 256
SLOW = 5
UP_S, DOWN_S, OUTAGE_S, BACK_S = 15, 3, 0.1, 10
MEMORY_MIB = 1024
STREAM_PPS, STREAM_FRAMES = 1000, 1500
UNKNOWN = "02:00:00:00:de:ad"


class Setup:
    """All VFs up, in the host's namespace, without IPv6: nobody speaks unasked."""

    def __init__(self, world, lane):
        self.world, self.lane = world, lane
        self.wire = Topology(world, addresses=False, ipv6=False)
        self.svf = Svf(world, self.wire.host, self.wire.pf)
        self.before = snapshot.take(world, self.wire.host, self.wire.far)
        start = time.monotonic()
        self.summary = self.svf.up("--lane", lane, vfs=VFS, timeout_s=UP_S * SLOW).stdout
        self.up_s = time.monotonic() - start
        self.macs = [v["address"] for v in self.svf.show()["vfinfo_list"]]
        self.names = [self.wire.vf_name(vf) for vf in range(VFS)]
        world.ip("\n".join(f"link set {name} up" for name in self.names), self.wire.host)
        self.vfs = tools.Capture(world, self.names, self.wire.host)
        self.far = tools.Capture(world, self.wire.wire, self.wire.far)

    def close(self):
        """Everything away."""
        self.vfs.close()
        self.far.close()
        self.svf.down(check=False)


@pytest.fixture(scope="module", params=["afxdp", "tc"], name="setup")
def setup_fixture(request):
    """Both lanes, each in a world of its own."""
    from svfnet.world import World
    with World() as world:
        made = Setup(world, request.param)
        yield made
        made.close()


def test_up_is_quick_and_small(setup):
    assert setup.up_s < UP_S * SLOW, f"{setup.up_s:.1f} s"
    memory = re.search(r"([\d.]+) MiB", setup.summary)
    if setup.lane == "afxdp":
        assert float(memory[1]) < MEMORY_MIB
    assert len(set(setup.macs)) == VFS


def test_one_unicast_frame_to_each_vf(setup):
    round_ = frames.new_round()
    data = [frames.build(mac, FAR_MAC, "ipv4", round_, vf) for vf, mac in enumerate(setup.macs)]
    data += [frames.build(mac, FAR_MAC, "ipv4", round_, frames.SENTINEL + vf)
             for vf, mac in enumerate(setup.macs)]
    tools.send(setup.world, setup.wire.wire, data, setup.wire.far)
    got = Counter((r.netdev, r.id) for r in setup.vfs.collect(round_, VFS)
                  if r.id < frames.SENTINEL)
    assert got == Counter((name, vf) for vf, name in enumerate(setup.names))


@pytest.mark.parametrize("source", ["wire", "first VF", "last VF", "host"])
def test_a_broadcast_reaches_all_vfs_once(setup, source):
    """Several in a row, each in passes of at most 64 copies."""
    round_, count = frames.new_round(), 5
    ns, netdev, mac = {
        "wire": (setup.wire.far, setup.wire.wire, FAR_MAC),
        "first VF": (setup.wire.host, setup.names[0], setup.macs[0]),
        "last VF": (setup.wire.host, setup.names[-1], setup.macs[-1]),
        "host": (setup.wire.host, setup.wire.pf, setup.wire.pf_mac)}[source]
    before = setup.svf.counters()
    data = [frames.build(frames.BROADCAST, mac, "ipv4", round_, i) for i in range(count)]
    tools.send(setup.world, netdev, data, ns, rate=200)
    wire_frames = [frames.build(m, FAR_MAC, "ipv4", round_, frames.SENTINEL + vf)
                   for vf, m in enumerate(setup.macs)]
    tools.send(setup.world, setup.wire.wire, wire_frames, setup.wire.far)
    got = Counter((r.netdev, r.id) for r in setup.vfs.collect(round_, VFS)
                  if r.id < frames.SENTINEL)
    members = [name for name in setup.names if name != netdev]
    assert got == Counter((name, i) for name in members for i in range(count))
    drops = setup.svf.counters().minus(before).drops
    assert not [key for key, reasons in drops.items() if any(reasons.values())]


def test_a_broadcast_from_a_vf_reaches_wire_once(setup):
    round_ = frames.new_round()
    tools.send(setup.world, setup.names[100], [
        frames.build(frames.BROADCAST, setup.macs[100], "ipv4", round_, 1),
        frames.build(UNKNOWN, setup.macs[100], "ipv4", round_, frames.SENTINEL)], setup.wire.host)
    assert [r.id for r in setup.far.collect(round_, 1)] == [1, frames.SENTINEL]


def test_kill_9_costs_at_most_an_instant_and_the_rings_come_back(setup):
    if setup.lane == "tc":
        assert setup.svf.agent_pid() is None, "the tc lane needs none"
        return
    round_, last = frames.new_round(), VFS - 1
    data = [frames.build(setup.macs[last], FAR_MAC, "ipv4", round_, i) for i in range(STREAM_FRAMES)]
    data.append(frames.build(setup.macs[last], FAR_MAC, "ipv4", round_, frames.SENTINEL))
    sender = tools.start_sending(setup.world, setup.wire.wire, data, setup.wire.far, rate=STREAM_PPS)
    pid = setup.svf.kill_agent()
    killed = time.monotonic()
    tools.finish(sender)
    received = setup.vfs.collect(round_, 1)
    wait.until(lambda: setup.svf.agent_pid() not in (None, pid) and setup.svf.agent_alive(),
               "the agent's return", BACK_S * SLOW)
    back_s = time.monotonic() - killed
    times = sorted(r.time_ns for r in received)
    gap = max(b - a for a, b in zip(times, times[1:])) / 1e9
    assert gap <= OUTAGE_S * SLOW, f"outage of {gap:.3f} s"
    assert back_s < BACK_S * SLOW


def test_down_is_quick_and_leaves_nothing(setup):
    start = time.monotonic()
    setup.svf.down()
    took = time.monotonic() - start
    after = snapshot.take(setup.world, setup.wire.host, setup.wire.far)
    assert took < DOWN_S * SLOW, f"{took:.1f} s"
    snapshot.assert_same(setup.before, after, "down")
