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


def test_one_vf_comes_and_goes_and_the_others_lose_no_frame(lab):
    stream = Stream(lab, seconds=12)
    lab.svf.command("add", "pf0", "vf", 200)
    assert lab.numbers() == [*range(8), 200] and "pf0v200" in lab.netdevs()
    lab.svf.command("del", "pf0", "vf", 5)
    assert lab.numbers() == [0, 1, 2, 3, 4, 6, 7, 200]
    assert not {"pf0v5", "pf0r5", "pf0q5"} & lab.netdevs()
    assert lab.svf.command("add", "pf0").stdout == "vf 5: pf0v5\n"
    assert stream.is_running(), "the changes were made under traffic"
    assert stream.lost() == [0] * (1 + SENDERS)
    lab.check()


def test_reset_disturbs_nobody_else_and_keeps_the_attributes(lab):
    lab.svf.set(3, "vlan", 7, "max_tx_rate", 500)
    lab.svf.set(3, "vlan", 0)
    before, kept = lab.ifindexes(), lab.svf.vf(3)
    ns = lab.wire.vf_netns(3)

    def has_carrier():
        return "LOWER_UP" in lab.world.link("pf0v3", ns)["flags"]
    monitor = lab.world.start(["ip", "-o", "monitor", "link", "dev", "pf0v3"], ns)
    stream = Stream(lab, seconds=4)
    lab.svf.command("reset", "pf0", "vf", 3)
    wait.until(has_carrier, "the link's return")
    lost = stream.lost()
    assert lost[1:4] == [0, 0, 0], "VFs 0-2"
    assert lost[0] <= stream.out, "VF 3 alone may have lost of what it sent"
    lab.world.ip("link set pf0v3 mtu 1400", ns)  # the end mark
    seen = []
    for line in monitor.stdout:
        if "mtu 1400" in line:
            break
        seen.append("NO-CARRIER" in line)
    monitor.kill()
    monitor.wait()
    flaps = sum(not a and b for a, b in zip([False, *seen], seen))
    assert flaps == 1, "the tenant saw its carrier go once"
    after = lab.svf.vf(3)
    assert lab.ifindexes() == before
    assert {k: v for k, v in after.items() if k != "svf"} == \
        {k: v for k, v in kept.items() if k != "svf"}
    lab.check()


def test_a_vf_that_comes_again_is_as_new(lab):
    lab.svf.set(6, "vlan", 9, "trust", "on", "max_tx_rate", 300, "max_rx_rate", 200, "storm", 5,
                "spoofchk", "off")
    lab.svf.set(7, "min_tx_rate", 100)  # so everybody is shaped, and has a class
    tools.send(lab.world, "pf0v1", [frames.build(lab.macs[0], lab.macs[1])] * 5,
               lab.wire.vf_netns(1))
    wait.until(lambda: lab.svf.counters().stats[1, "tx"]["veb"] == 5, "VF 1's frames")
    plain = lab.svf.vf(5)
    for vf in (1, 6):
        lab.svf.command("del", "pf0", "vf", vf, "--force")
    left = [key for key, value in lab.svf.table("svf_fdb") if {1, 6} & set(value["vf"][:value["count"]])]
    assert not left and not [k for k, _ in lab.svf.table("svf_mcast") if k["vf"] in (1, 6)]
    classes = lab.world.shell("tc class show dev pf0s0", lab.wire.host)
    assert "htb 1:8 " not in classes and "htb 1:9 " in classes, "class 1:<vf + 2>"
    lab.check()  # although VF 1's frames are in no counter any more
    for vf in (1, 6):
        lab.svf.command("add", "pf0", "vf", vf)
        again = lab.svf.vf(vf)
        for key in again.keys() - {"vf", "address", "svf"}:
            assert again[key] == plain[key], key
        assert again["address"] == lab.macs[vf]
    assert not any(lab.svf.counters().stats[1, way]["packets"] for way in ("rx", "tx"))
    assert "htb 1:8 " in lab.world.shell("tc class show dev pf0s0", lab.wire.host)
    lab.svf.set(7, "min_tx_rate", 0)
    lab.check()


def test_a_vf_that_is_held_needs_force(lab):
    for words in (("del", "pf0", "vf", 2), ("numvfs", "pf0", 1)):
        done = lab.svf.command(*words, check=False)
        assert done.returncode == EXIT_BUSY and done.stderr.count("\n") == 1
        assert f"netns c{2 if words[0] == 'del' else 1}" in done.stderr, done.stderr
        assert "--force" in done.stderr and lab.numbers() == list(range(8))
    lab.svf.command("numvfs", "pf0", 4)  # 4 to 7 are nobody's
    lab.svf.command("numvfs", "pf0", 1, "--force")
    assert lab.numbers() == [0]
    lab.check()


def test_no_vfs_at_all_and_back(lab):
    lab.svf.command("numvfs", "pf0", 0, "--force")
    assert lab.svf.show()["num_vf"] == 0 and not lab.svf.agent_pid()
    assert "nothing changed" not in lab.svf.command("numvfs", "pf0").stdout
    lab.svf.command("set", "pf0", "isolation", "private")
    lab.svf.command("numvfs", "pf0", 2)
    assert lab.numbers() == [0, 1]
    assert {v["svf"]["isolation_effective"] for v in lab.svf.show()["vfinfo_list"]} == {"private"}
    lab.check()


def test_strict_sriov_refuses_as_the_kernel_does(wire, svf):
    svf.up(vfs=2)
    done = svf.command("numvfs", "pf0", 3, "--strict-sriov", check=False)
    assert done.returncode == EXIT_BUSY
    assert "2 VFs already enabled. Disable before enabling 3 VFs" in done.stderr
    svf.command("numvfs", "pf0", 2, "--strict-sriov")
    svf.command("numvfs", "pf0", 0, "--strict-sriov")
    svf.command("numvfs", "pf0", 3, "--strict-sriov")
    assert svf.command("numvfs", "pf0").stdout == "3\n"
    svf.down()


def test_what_cannot_be_is_refused_in_one_line(wire, svf):
    svf.up(vfs=2)
    for words, code, says in (
            (("numvfs", "pf0", 257), EXIT_USAGE, "0 to 256"),
            (("numvfs", "pf0", "x"), EXIT_USAGE, "x"),
            (("add", "pf0", "vf", 256), EXIT_USAGE, "255"),
            (("add", "pf0", "vf", 1), EXIT_REFUSED, "vf 1: is there already"),
            (("del", "pf0", "vf", 9), EXIT_NOT_FOUND, "vf 9: no such VF, there are 0-1"),
            (("del", "pf0"), EXIT_USAGE, "vf"),
            (("reset", "pf0", "vf", 9), EXIT_NOT_FOUND, "there are 0-1"),
            (("numvfs", "nosuch", 1), EXIT_NOT_FOUND, "nosuch"),
            (("up", "pf0", "--vfs", 3), EXIT_BUSY, "svf-loader numvfs pf0 3")):
        done = svf.command(*words, check=False)
        assert done.returncode == code and says in done.stderr, (words, done.stderr)
        assert done.stderr.count("\n") == 1
    svf.down()
    done = svf.command("numvfs", "pf0", 3, check=False)
    assert done.returncode == EXIT_NOT_FOUND and "svf-loader up pf0 --vfs" in done.stderr


def test_beyond_the_reserved_memory(wire, svf, unchanged):
    svf.up("--max-vfs", 2, "--ring-size", 64, vfs=1)
    svf.command("numvfs", "pf0", 20)
    svf.wait_for_agent()
    assert svf.show()["num_vf"] == 20
    ns = wire.take_vf(19)
    wire.world.run(["ping", "-q", "-c", "2", "-i", "0.05", "-W", "2", "10.77.0.2"], ns)
    assert sum(r["rx_packets"] for (vf, _), r in svf.rings().items() if vf == 19) >= 2
    wire.world.run(["ip", "netns", "del", ns])
    wire.moved.clear()
    svf.down()


def test_down_restores_all_after_changes(wire, svf, unchanged):
    svf.up(vfs=2)
    svf.command("numvfs", "pf0", 5)
    svf.command("del", "pf0", "vf", 0)
    svf.command("add", "pf0", "vf", 255)
    svf.command("reset", "pf0", "vf", 255)
    svf.down()
