# SPDX-License-Identifier: GPL-2.0-only
"""
VFs that come and go while others work: numvfs, add, del and reset under traffic. Losses are told by
the netdevs' own counters, in namespaces where nobody else speaks.
"""

import json

import pytest
from svfnet import frames, tools, wait
from svfnet.product import EXIT_BUSY, EXIT_NOT_FOUND, EXIT_REFUSED, EXIT_USAGE, Svf
from svfnet.topology import FAR_MAC, Topology
from svfnet.world import World

QUEUES = 2
SENDERS = 4  # VFs 0-3 work
RATE_PPS, OUT_PPS = 10000, 1000  # to all of them together, and from them
# 2,048 descriptors are 0.8 s of it: on a machine that is busy with other things the agent may have to
# wait for the CPU for longer than the usual 512 last, and that is not what is measured here.
RING = 2048
LANES = ("afxdp", "tc")


class Lab:
    """A PF of two queues with silent neighbours; VFs 0-3 in containers."""

    def __init__(self, world, lane, vfs):
        self.world = world
        self.wire = Topology(world, QUEUES, addresses=False, ipv6=False)
        self.svf = Svf(world, self.wire.host, self.wire.pf, QUEUES if lane == "afxdp" else 1)
        rings = ["--ring-size", RING] if lane == "afxdp" else []
        self.svf.up("--lane", lane, *rings, vfs=vfs)
        self.macs = {v["vf"]: v["address"] for v in self.svf.show()["vfinfo_list"]}

    def take(self, count=SENDERS):
        """Moves the first VFs into containers."""
        for vf in range(count):
            self.wire.take_vf(vf, addresses=False)

    def received(self, netdev, ns):
        """Frames that a netdev's owner has got."""
        return self.world.json(["ip", "-s", "-j", "link", "show", "dev", netdev],
                               ns)[0]["stats64"]["rx"]["packets"]

    def ifindexes(self):
        """{VF: (its netdev's name and number, its namespace's id)}"""
        return {v["vf"]: (v["svf"]["netdev"], v["svf"]["netdev_ifindex"], v["svf"]["netnsid"])
                for v in self.svf.show()["vfinfo_list"]}

    def numbers(self):
        """The VFs there are, in their order."""
        return [v["vf"] for v in self.svf.show()["vfinfo_list"]]

    def netdevs(self):
        """Names of the host's netdevs."""
        return {link["ifname"] for link in self.world.json(["ip", "-j", "link"], self.wire.host)}

    def check(self):
        """`stats --check` at rest."""
        told = json.loads(self.svf.command("-j", "stats", "pf0", "--check").stdout)
        assert told["verdict"] == "exact", [e for e in told["equations"] if e["wrong"]]


class Stream:
    """Frames from the wire to VFs 0-3 in turn and from each of them to the wire."""

    def __init__(self, lab, seconds):
        self.lab, self.count = lab, int(RATE_PPS / SENDERS * seconds)
        self.out = int(OUT_PPS / SENDERS * seconds)
        self.before = self.state()
        inward = [frames.build(lab.macs[vf], FAR_MAC, flow=vf) for vf in range(SENDERS)]
        self.senders = [tools.start_sending(lab.world, "wire0", inward, lab.wire.far, self.count,
                                            RATE_PPS)]
        for vf in range(SENDERS):
            outward = [frames.build(FAR_MAC, lab.macs[vf], flow=vf)]
            self.senders.append(tools.start_sending(
                lab.world, f"pf0v{vf}", outward, lab.wire.vf_netns(vf), self.out,
                OUT_PPS // SENDERS))

    def state(self):
        """Frames received by the far host and by each VF."""
        counts = [self.lab.received("wire0", self.lab.wire.far)]
        return counts + [self.lab.received(f"pf0v{vf}", self.lab.wire.vf_netns(vf))
                         for vf in range(SENDERS)]

    def is_running(self):
        """Whether all are still sending."""
        return all(sender.poll() is None for sender in self.senders)

    def lost(self):
        """Waits for the end: frames that did not come, at the far host and at each VF."""
        for sender in self.senders:
            tools.finish(sender)
        wanted = [SENDERS * self.out] + SENDERS * [self.count]

        def missing():
            return [b + n - a for a, b, n in zip(self.state(), self.before, wanted)]
        try:
            wait.until(lambda: not any(missing()), "all frames", 3)
        except AssertionError:
            pass
        return missing()


@pytest.fixture(params=LANES, name="lab")
def lab_fixture(request):
    """8 VFs, four of them at work, in both lanes."""
    with World() as world:
        made = Lab(world, request.param, 8)
        made.take()
        yield made
        made.svf.down()


def test_growing_and_shrinking_loses_no_frame_of_the_others(lab):
    before = {vf: what for vf, what in lab.ifindexes().items() if vf < SENDERS}
    stream = Stream(lab, seconds=12)
    for number in (16, 4, 16):
        lab.svf.command("numvfs", "pf0", number)
        assert lab.svf.show()["num_vf"] == number
    assert stream.is_running(), "the changes were made under traffic"
    assert stream.lost() == [0] * (1 + SENDERS)
    after = {vf: what for vf, what in lab.ifindexes().items() if vf < SENDERS}
    assert after == before
    lab.check()
