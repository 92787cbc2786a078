# SPDX-License-Identifier: GPL-2.0-only
"""
Link state: VFs in state auto follow the PF's link, enable and disable do not; in both lanes, with
frames in every direction. The PF daemon does it, so its death and rebirth are here, too.
"""

import pytest
from svfnet import frames, tools, wait
from svfnet.product import Svf
from svfnet.topology import FAR_MAC, Topology

VFS = 8
SLOW = 5  # what a slow and shared machine may take longer than promised
FOLLOW_S = 0.1
FLAPS = 5
FRAMES = 5
AUTO, ENABLE, DISABLE = "auto", "enable", "disable"


class Setup:
    """8 VFs, 0 to 2 in containers; captures there, at the host and at the wire."""

    def __init__(self, world, lane):
        self.world, self.lane = world, lane
        self.wire = Topology(world, addresses=False, ipv6=False)
        self.svf = Svf(world, self.wire.host, self.wire.pf)
        self.svf.up("--lane", lane, vfs=VFS)
        self.macs = {v["vf"]: v["address"] for v in self.svf.show()["vfinfo_list"]}
        self.macs["far"], self.macs["host"] = FAR_MAC, self.wire.pf_mac
        for vf in range(3):
            self.wire.take_vf(vf, addresses=False)
        self.points = {vf: tools.Capture(world, self.wire.vf_name(vf), self.wire.vf_netns(vf))
                       for vf in range(3)}
        self.points["far"] = tools.Capture(world, self.wire.wire, self.wire.far)
        self.points["host"] = tools.Capture(world, self.wire.pf, self.wire.host,
                                            [frames.KINDS["ipv4"]])

    def place(self, station):
        """(namespace, netdev) of a station."""
        if station == "far":
            return self.wire.far, self.wire.wire
        if station == "host":
            return self.wire.host, self.wire.pf
        return self.wire.vf_netns(station), self.wire.vf_name(station)

    def send(self, source, dst, round_, ids):
        """Unicast from one station to another."""
        ns, netdev = self.place(source)
        data = [frames.build(self.macs[dst], self.macs[source], "ipv4", round_, i) for i in ids]
        tools.send(self.world, netdev, data, ns)

    def passes(self, source, dst):
        """How many of FRAMES arrive, by 0.2 s after they were sent."""
        round_ = frames.new_round()
        self.send(source, dst, round_, range(FRAMES))
        self.points[dst].arm(round_, 1, 200)
        return len(self.points[dst].take()[0])

    def representors(self):
        """{VF: whether its representor is up}"""
        names = {self.representor(vf): vf for vf in range(VFS)}
        links = self.world.json(["ip", "-j", "link", "show"], self.wire.host)
        return {names[l["ifname"]]: "UP" in l["flags"] for l in links if l["ifname"] in names}

    def representor(self, vf):
        """Name of a VF's representor."""
        return f"{self.wire.pf}r{vf}"

    def carrier(self, vf):
        """Whether the VF netdev has a carrier."""
        ns, netdev = self.place(vf)
        return "LOWER_UP" in self.world.link(netdev, ns)["flags"]

    def wait_for(self, up, vfs=range(VFS), deadline_s=FOLLOW_S * SLOW):
        """Until the representors of these VFs are so."""
        wait.until(lambda: {self.representors()[vf] for vf in vfs} == {up},
                   f"representors of {list(vfs)} {'up' if up else 'down'}", deadline_s)

    def pf(self, word, netdev=None):
        """Sets PF (or its far end) up or down."""
        ns = self.wire.far if netdev == self.wire.wire else self.wire.host
        self.world.ip(f"link set {netdev or self.wire.pf} {word}", ns)

    def facts(self):
        """svf_pf."""
        return self.svf.table("svf_pf")[0][1]

    def drops(self, vf, direction, before):
        """link_down drops of a VF since `before`."""
        return self.svf.counters(VFS).minus(before).drops[vf, direction]["link_down"]

    def close(self):
        """Everything away."""
        for point in self.points.values():
            point.close()
        self.svf.down(check=False)
        self.wire.close()


@pytest.fixture(scope="module", params=["afxdp", "tc"], name="setup")
def setup_fixture(request, world):
    """Both lanes."""
    made = Setup(world, request.param)
    yield made
    made.close()


@pytest.fixture(autouse=True)
def as_at_first(setup):
    """Every test begins, and ends, with the PF up and all VFs in state auto."""
    yield
    setup.pf("up")
    setup.pf("up", setup.wire.wire)
    for vf in range(VFS):
        setup.svf.set(vf, "state", AUTO)
    setup.wait_for(True, deadline_s=5)


@pytest.mark.parametrize("end", ["pf", "far end"])
def test_auto_follows_the_pf_within_100_ms(setup, end):
    """Set down, or without a carrier because the far end is."""
    netdev = setup.wire.pf if end == "pf" else setup.wire.wire
    for word, up in (("down", False), ("up", True)) * 2:
        setup.pf(word, netdev)
        setup.wait_for(up)
        assert setup.facts()["carrier"] == up
        assert {setup.carrier(vf) for vf in range(3)} == {up}
    assert setup.passes(0, "far") == FRAMES and setup.passes("far", 0) == FRAMES


def test_auto_without_the_pf_passes_nothing(setup):
    setup.pf("down")
    setup.wait_for(False)
    assert setup.passes(0, 1) == 0 and setup.passes(1, 0) == 0
    setup.pf("up")
    setup.wait_for(True)
    assert setup.passes(0, 1) == FRAMES


def test_enable_is_up_whatever_the_pf_is(setup):
    for vf in (0, 1):
        setup.svf.set(vf, "state", ENABLE)
    setup.pf("down")
    setup.wait_for(False, range(2, VFS))
    assert setup.representors()[0] and setup.representors()[1]
    assert setup.carrier(0) and setup.carrier(1) and not setup.carrier(2)
    assert setup.passes(0, 1) == FRAMES and setup.passes(1, 0) == FRAMES
    assert setup.passes(0, 2) == 0 and setup.passes(2, 0) == 0
    setup.pf("up")
    setup.wait_for(True)
    assert setup.passes(0, "far") == FRAMES and setup.passes("far", 0) == FRAMES


def test_disable_takes_the_carrier_and_nothing_passes(setup):
    setup.svf.set(0, "state", DISABLE)
    assert not setup.carrier(0) and setup.carrier(1)
    for source, dst in ((0, "far"), ("far", 0), (0, 1), (1, 0), (0, "host"), ("host", 0)):
        assert setup.passes(source, dst) == 0, f"{source} to {dst}"
    assert setup.passes(1, "far") == FRAMES, "the others are not concerned"
    setup.svf.set(0, "state", AUTO)
    assert setup.carrier(0)
    for source, dst in ((0, "far"), ("far", 0), (0, 1), (1, 0), (0, "host"), ("host", 0)):
        assert setup.passes(source, dst) == FRAMES, f"{source} to {dst}"


def test_the_sorter_itself_stops_a_disabled_vf(setup):
    """Its representor set up by hand: the netdev has a carrier again, and still nothing passes."""
    setup.svf.set(0, "state", DISABLE)
    setup.world.ip(f"link set {setup.representor(0)} up", setup.wire.host)
    wait.until(lambda: setup.carrier(0), "a carrier", 1)
    before = setup.svf.counters(VFS)
    for dst in ("far", 1, "host"):
        assert setup.passes(0, dst) == 0
        assert setup.passes(dst, 0) == 0
    assert setup.drops(0, "tx", before) == 3 * FRAMES
    assert setup.drops(0, "rx", before) == 3 * FRAMES


def test_disable_is_not_touched_by_the_pfs_link(setup):
    setup.svf.set(3, "state", DISABLE)
    for word in ("down", "up"):
        setup.pf(word)
        setup.wait_for(word == "up", [vf for vf in range(VFS) if vf != 3])
        assert not setup.representors()[3]


def test_flaps_lose_no_attribute(setup):
    setup.svf.set(1, "mac", "02:00:00:00:aa:01")
    setup.svf.set(2, "vlan", "100", "qos", "3")
    setup.svf.set(3, "spoofchk", "off")
    setup.svf.set(4, "state", ENABLE)
    tables = ("svf_vfs", "svf_fdb", "svf_vlans", "svf_policy", "svf_ports")
    before = [sorted(map(repr, setup.svf.table(name))) for name in tables]
    facts = setup.facts()
    for _ in range(FLAPS):
        setup.pf("down")
        setup.pf("up")
    setup.wait_for(True)
    wait.until(lambda: setup.facts() == facts, "the facts as before", FOLLOW_S * SLOW)
    assert [sorted(map(repr, setup.svf.table(name))) for name in tables] == before
    setup.svf.set(1, "mac", setup.macs[1])
    setup.svf.set(2, "vlan", "0")
    setup.svf.set(3, "spoofchk", "on")


def test_a_representor_set_down_by_hand_stays_down_until_it_is_set_up(setup):
    setup.world.ip(f"link set {setup.representor(5)} down", setup.wire.host)
    setup.svf.set(4, "state", ENABLE)  # somebody changes something else meanwhile
    setup.points["far"].arm(frames.new_round(), 1, 500)  # nothing comes: half a second
    setup.points["far"].take()
    assert not setup.representors()[5]
    setup.pf("down")
    setup.wait_for(False, [0, 5])
    setup.pf("up")
    setup.wait_for(True, [vf for vf in range(VFS) if vf != 5])
    assert not setup.representors()[5]
    setup.world.ip(f"link set {setup.representor(5)} up", setup.wire.host)
    setup.wait_for(True)
    setup.points["far"].arm(frames.new_round(), 1, 300)  # nothing comes: 0.3 s to be noticed
    setup.points["far"].take()
    setup.pf("down")
    setup.wait_for(False, [0, 5])
    setup.pf("up")
    setup.wait_for(True)


def test_set_state_and_flaps_at_once_end_in_agreement(setup):
    """`set state` does its own VF, the PF daemon all others, by the same fact."""
    flaps = "\n".join(["link set pf0 down", "link set pf0 up"] * 10 + ["link set pf0 down"])
    flapping = setup.world.start(["ip", "-batch", "-"], setup.wire.host)
    flapping.stdin.write(flaps + "\n")
    flapping.stdin.flush()
    for _ in range(3):
        for vf, state in ((0, ENABLE), (1, DISABLE), (2, AUTO), (0, AUTO), (1, AUTO), (2, ENABLE)):
            setup.svf.set(vf, "state", state)
    flapping.stdin.close()
    flapping.stdout.close()
    assert flapping.wait(10) == 0
    setup.wait_for(False, [vf for vf in range(VFS) if vf != 2])
    assert setup.representors()[2]


def test_the_facts_are_the_pfs(setup):
    for words, field, value in (("mtu 1400", "mtu", 1400), ("mtu 1500", "mtu", 1500),
                                ("address 02:00:00:00:0f:77", "mac", [2, 0, 0, 0, 15, 0x77]),
                                (f"address {setup.macs['host']}", "mac", [2, 0, 0, 0, 15, 1])):
        before = setup.facts()
        setup.world.ip(f"link set pf0 {words}", setup.wire.host)
        wait.until(lambda f=field, v=value: plain(setup.facts()[f]) == v, words, FOLLOW_S * SLOW)
        assert {k: v for k, v in setup.facts().items() if k != field} == \
            {k: v for k, v in before.items() if k != field}


def plain(value):
    """A number, or bytes as numbers however bpftool writes them."""
    if isinstance(value, list):
        return [int(str(v), 0) for v in value]
    return value


def test_without_the_daemon_facts_stand_still_and_the_next_one_finds_out(setup):
    for pid in setup.world.pids("svf-loader"):
        setup.world.kill(pid)
    wait.until(lambda: not setup.world.pids("svf-loader"), "its end", 5)
    setup.pf("down")
    setup.points["far"].arm(frames.new_round(), 1, 300)  # nothing comes: 0.3 s
    setup.points["far"].take()
    assert setup.facts()["carrier"] == 1 and setup.representors()[0]
    setup.svf.up("--lane", setup.lane, vfs=VFS)
    assert setup.facts()["carrier"] == 0
    assert set(setup.representors().values()) == {False}, "when `up` returns"
