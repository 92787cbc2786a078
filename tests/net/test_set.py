# SPDX-License-Identifier: GPL-2.0-only
"""
`set PF vf N mac ... vlan ...`: at once, wherever the VF lives, whole or not at all.
"""

import pytest
from svfnet import exchange, frames, inject, model, paths, product, snapshot, tools
from svfnet.product import Svf
from svfnet.topology import FAR_MAC, PF_MAC, Topology

VFS = 3
NEW_MAC, OTHER_MAC = "02:00:00:00:ab:cd", "02:00:00:00:ab:ce"
STREAM_FRAMES, STREAM_PPS = 400, 1000
TABLES = ("svf_fdb", "svf_vfs", "svf_vlans", "svf_ports", "svf_pf")


class Setup:
    """VFs 0 and 2 in namespaces of their own, VF 1 in the host's."""

    def __init__(self, world, lane):
        self.world = world
        self.wire = Topology(world, addresses=False, ipv6=False)
        self.svf = Svf(world, self.wire.host, self.wire.pf)
        self.svf.up("--lane", lane, vfs=VFS)
        for vf in (0, 2):
            self.wire.take_vf(vf, addresses=False)
        world.ip("link set pf0v1 up", self.wire.host)
        vfs = {v["vf"]: model.Vf(v["address"]) for v in self.svf.show()["vfinfo_list"]}
        self.switch = model.Switch(self.wire.pf_mac, vfs, lane)
        self.exchange = exchange.Exchange(self.wire, self.switch)

    def set_mac(self, vf, mac):
        """In the product and in the model."""
        self.svf.set(vf, "mac", mac)
        self.switch.vfs[vf].mac = mac

    def netdev_mac(self, vf):
        """The VF netdev's own address, wherever it is."""
        return self.world.link(self.wire.vf_name(vf), self.wire.vf_netns(vf))["address"]

    def filters(self):
        """Unicast filters of the PF."""
        fdb = self.world.json(["bridge", "-j", "fdb", "show", "dev", "pf0"], self.wire.host)
        return {entry["mac"] for entry in fdb}

    def state(self):
        """Everything that `set` may change, but for generation numbers."""
        def bare(value):
            return {k: v for k, v in value.items() if k != "generation"}
        tables = [f"{name} {key} {bare(value)}" for name in TABLES
                  for key, value in self.svf.table(name)]
        return sorted(tables) + snapshot.take(self.world, self.wire.host, *self.wire.moved.values())

    def check(self, *macs):
        """All stations to these addresses."""
        round_, ids = frames.new_round(), iter(range(frames.SENTINEL))
        batches = {source: [frames.build(mac, self.exchange.mac(source), "ipv4", round_, next(ids))
                            for mac in (*macs, FAR_MAC, self.switch.pf_mac)]
                   for source in (model.WIRE, model.HOST, *self.switch.vfs)}
        self.exchange.check(batches, round_)

    def close(self):
        """Everything away."""
        self.exchange.close()
        self.svf.down(check=False)
        self.wire.close()


@pytest.fixture(scope="module", params=["afxdp", "tc"], name="setup")
def setup_fixture(request, world):
    """Both lanes."""
    made = Setup(world, request.param)
    yield made
    made.close()


@pytest.mark.parametrize("vf", [0, 1], ids=["in a container", "in the host"])
def test_a_new_mac_works_at_once_and_the_old_one_is_dead(setup, vf):
    old = setup.switch.vfs[vf].mac
    setup.set_mac(vf, NEW_MAC)
    setup.check(old, NEW_MAC)
    assert setup.netdev_mac(vf) == NEW_MAC == setup.svf.vf_mac(vf)
    assert NEW_MAC in setup.filters() and old not in setup.filters()
    setup.set_mac(vf, old)
    setup.check(old, NEW_MAC)
    assert NEW_MAC not in setup.filters() and old in setup.filters()


def test_the_same_setting_again_changes_nothing(setup):
    before = setup.state()
    done = setup.svf.set(0, "mac", setup.switch.vfs[0].mac, "vlan", 0)
    assert done.stdout == "" and done.stderr == ""
    snapshot.assert_same(before, setup.state(), "the same again")


def test_set_works_where_the_kernel_has_no_membarrier(setup):
    """As with nohz_full= on its command line."""
    for vlan in (9, 0):
        setup.world.run(["strace", "-o", "/run/trace", "-e", "inject=membarrier:error=EINVAL",
                         paths.LOADER, "set", setup.wire.pf, "vf", 0, "vlan", vlan], setup.wire.host)
        with open(setup.world.path("/run/trace"), encoding="ascii") as trace:
            assert "(INJECTED)" in trace.read()
        assert setup.svf.vf(0)["vlan_list"] == ([{"vlan": 9}] if vlan else [{}])


def test_mac_and_vlan_together(setup):
    old = setup.switch.vfs[2].mac
    setup.svf.set(2, "mac", NEW_MAC, "vlan", 7, "qos", 1)
    shown = setup.svf.vf(2)
    assert shown["address"] == NEW_MAC and shown["vlan_list"] == [{"vlan": 7, "qos": 1}]
    assert ({"mac": mac_value(setup, NEW_MAC), "vlan": 7}, {"vf": 2}) in setup.svf.table("svf_fdb")
    setup.svf.set(2, "mac", old, "vlan", 0)
    setup.check(old, NEW_MAC)


def mac_value(setup, mac):
    """An address as bpftool prints it in a key of svf_fdb."""
    sample = setup.svf.table("svf_fdb")[0][0]["mac"][0]
    octets = [int(octet, 16) for octet in mac.split(":")]
    return octets if isinstance(sample, int) else [hex(o) for o in octets]


def test_set_mac_under_traffic_of_others_costs_them_nothing(setup):
    """A stream wire -> VF 2 while VF 0's address changes to and fro."""
    round_, old = frames.new_round(), setup.switch.vfs[0].mac
    stream = [frames.build(setup.switch.vfs[2].mac, FAR_MAC, "ipv4", round_, i)
              for i in range(STREAM_FRAMES)]
    stream.append(frames.build(setup.switch.vfs[2].mac, FAR_MAC, "ipv4", round_, frames.SENTINEL))
    sender = tools.start_sending(setup.world, setup.wire.wire, stream, setup.wire.far,
                                 rate=STREAM_PPS)
    changes = 0
    while sender.poll() is None:
        setup.set_mac(0, OTHER_MAC if changes % 2 == 0 else old)
        changes += 1
    tools.finish(sender)
    setup.set_mac(0, old)
    received = setup.exchange.points[2].collect(round_, 1)
    assert [r.id for r in received] == [*range(STREAM_FRAMES), frames.SENTINEL]
    assert changes > 2


def test_set_mac_of_a_vf_that_sends_loses_none_of_its_frames(setup):
    """Its address changes to and fro while it streams to the wire."""
    round_, old = frames.new_round(), setup.switch.vfs[0].mac
    stream = [frames.build(FAR_MAC, old, "ipv4", round_, i) for i in range(STREAM_FRAMES)]
    stream.append(frames.build(FAR_MAC, old, "ipv4", round_, frames.SENTINEL))
    sender = tools.start_sending(setup.world, setup.wire.vf_name(0), stream,
                                 setup.wire.vf_netns(0), rate=STREAM_PPS)
    changes = 0
    while sender.poll() is None:
        setup.set_mac(0, OTHER_MAC if changes % 2 == 0 else old)
        changes += 1
    tools.finish(sender)
    setup.set_mac(0, old)
    received = setup.exchange.points[model.WIRE].collect(round_, 1)
    assert [r.id for r in received] == [*range(STREAM_FRAMES), frames.SENTINEL]
    assert changes > 2


REFUSED = [
    (0, ["mac", "01:00:5e:00:00:01"], product.EXIT_USAGE, "multicast"),
    (0, ["mac", "ff:ff:ff:ff:ff:ff"], product.EXIT_USAGE, "multicast"),
    (0, ["mac", PF_MAC], product.EXIT_REFUSED, "PF"),
    (0, ["mac", "02:00:00"], product.EXIT_USAGE, "02:00:00"),
    (0, ["vlan", "4095"], product.EXIT_USAGE, "4094"),
    (0, ["vlan", "-1"], product.EXIT_USAGE, "-1"),
    (0, ["vlan", "5", "qos", "8"], product.EXIT_USAGE, "7"),
    (0, ["colour", "blue"], product.EXIT_USAGE, "colour"),
    (0, ["vlan", "5", "mac"], product.EXIT_USAGE, "mac"),
    (0, [], product.EXIT_USAGE, ""),
    (9, ["vlan", "5"], product.EXIT_NOT_FOUND, "9"),
]


@pytest.mark.parametrize("vf, words, code, names", REFUSED, ids=[" ".join(r[1]) for r in REFUSED])
def test_refused_settings_change_nothing(setup, vf, words, code, names):
    before = setup.state()
    done = setup.svf.set(vf, *words, check=False)
    assert done.returncode in (code, product.EXIT_REFUSED), done.stderr
    assert names in done.stderr and done.stderr.count("\n") == 1
    snapshot.assert_same(before, setup.state(), "refused")


def test_another_vfs_address_in_the_same_vlan_is_refused(setup):
    before = setup.state()
    done = setup.svf.set(0, "mac", setup.switch.vfs[1].mac, check=False)
    assert done.returncode == product.EXIT_REFUSED and "vf 1" in done.stderr
    snapshot.assert_same(before, setup.state(), "refused")


def test_set_is_all_or_nothing_at_each_call(setup):
    """A failure at each call that changes something, as in test_failure.py."""
    old = setup.switch.vfs[0].mac
    words = [paths.LOADER, "set", "pf0", "vf", "0", "mac", NEW_MAC, "vlan", "9", "qos", "2"]
    points = inject.record(setup.world, words, setup.wire.host)
    setup.svf.set(0, "mac", old, "vlan", 0)
    before, complaints = setup.state(), []
    for point in points:
        done = inject.run(setup.world, words, setup.wire.host, point, "error=ENOMEM")
        if done.returncode == 0:
            setup.svf.set(0, "mac", old, "vlan", 0)
        changed = snapshot.difference(before, setup.state())
        if changed or (done.returncode and done.stderr.count("\n") != 1):
            complaints.append(f"{point}: exit {done.returncode}: {done.stderr}{changed}")
            setup.svf.set(0, "mac", old, "vlan", 0, check=False)
    assert len(points) > 5
    assert not complaints, "\n".join(complaints)
