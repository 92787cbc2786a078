# SPDX-License-Identifier: GPL-2.0-only
"""
VLANs as hardware does them (VST): `set vlan` on a live VF, and tags that a container makes itself,
in the frame's bytes and beside it in the skb's metadata. The delivery matrix has the rest.
"""

import pytest
from svfnet import exchange, frames, model, paths, tools
from svfnet.frames import Tag
from svfnet.product import Svf
from svfnet.topology import FAR_MAC, Topology

VFS = 3
STREAM_PPS, STREAM_FRAMES = 1000, 400


class Setup:
    """Three VFs in their namespaces, captures at every station."""

    def __init__(self, world, lane):
        self.wire = Topology(world, addresses=False, ipv6=False)
        self.svf = Svf(world, self.wire.host, self.wire.pf)
        self.svf.up("--lane", lane, vfs=VFS)
        for vf in range(VFS):
            self.wire.take_vf(vf, addresses=False)
        vfs = {v["vf"]: model.Vf(v["address"]) for v in self.svf.show()["vfinfo_list"]}
        self.switch = model.Switch(self.wire.pf_mac, vfs, lane)
        self.exchange = exchange.Exchange(self.wire, self.switch)

    def set_vlan(self, vf, vlan, qos=0):
        """`set vlan`, in the product and in the model."""
        self.svf.set(vf, "vlan", vlan, "qos", qos)
        self.switch.vfs[vf].vlan, self.switch.vfs[vf].qos = vlan, qos

    def set_mac(self, vf, mac):
        """`set mac`, in both."""
        self.svf.set(vf, "mac", mac)
        self.switch.vfs[vf].mac = mac

    def check(self, trunk_tags, vf_tags=((),)):
        """Every station to every address and to all, with these tags."""
        round_, ids = frames.new_round(), iter(range(frames.SENTINEL))
        targets = [FAR_MAC, self.switch.pf_mac, frames.BROADCAST,
                   *(v.mac for v in self.switch.vfs.values())]
        batches = {}
        for source in (model.WIRE, model.HOST, *self.switch.vfs):
            tags = vf_tags if source in self.switch.vfs else trunk_tags
            batches[source] = [
                frames.build(dst, self.exchange.mac(source), "ipv4", round_, next(ids), t)
                for dst in targets for t in tags]
        return self.exchange.check(batches, round_)

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


@pytest.fixture(autouse=True)
def no_vlans_afterwards(setup):
    """Each test starts without VLANs."""
    yield
    for vf, entry in setup.switch.vfs.items():
        if entry.vlan:
            setup.set_vlan(vf, 0)


@pytest.mark.parametrize("vlan, qos", [(100, 0), (1, 7), (4094, 3)])
def test_only_the_vfs_vlan_reaches_it_and_its_frames_carry_the_tag(setup, vlan, qos):
    setup.set_vlan(1, vlan, qos)
    setup.check([(), (Tag(vlan),), (Tag(vlan, 5),), (Tag(vlan % 4094 + 1),)])


def test_vlan_is_shown_as_ip_does(setup):
    setup.set_vlan(0, 100, 3)
    text = setup.svf.command("show", "pf0").stdout
    assert setup.svf.vf(0)["vlan_list"] == [{"vlan": 100, "qos": 3}]
    assert setup.svf.vf(2)["vlan_list"] == [{}]
    assert f"vf 0     link/ether {setup.switch.vfs[0].mac} brd ff:ff:ff:ff:ff:ff, vlan 100, qos 3," \
        in text


def test_a_vf_can_change_its_vlan_and_leave_it(setup):
    for vlan in (100, 200, 0, 100):
        setup.set_vlan(2, vlan)
        setup.check([(), (Tag(100),), (Tag(200),)])


def test_two_vfs_may_have_one_address_in_two_vlans(setup):
    old = setup.switch.vfs[2].mac
    setup.set_vlan(1, 100)
    setup.set_vlan(2, 200)
    setup.set_mac(2, setup.switch.vfs[1].mac)
    setup.check([(), (Tag(100),), (Tag(200),)])
    setup.set_mac(2, old)


def test_set_vlan_under_traffic_loses_no_frame_and_never_mixes(setup):
    """A stream from the VF: untagged, from one frame on tagged, nothing missing."""
    round_ = frames.new_round()
    ns, netdev = setup.exchange.netdev(0)
    stream = [frames.build(FAR_MAC, setup.switch.vfs[0].mac, "ipv4", round_, i)
              for i in range(STREAM_FRAMES)]
    stream.append(frames.build(FAR_MAC, setup.switch.vfs[0].mac, "ipv4", round_, frames.SENTINEL))
    sender = tools.start_sending(setup.svf.world, netdev, stream, ns, rate=STREAM_PPS)
    setup.set_vlan(0, 100, 2)
    tools.finish(sender)
    received = setup.exchange.points[model.WIRE].collect(round_, 1)
    assert [r.id for r in received] == [*range(STREAM_FRAMES), frames.SENTINEL]
    tags = [frames.outer_tag(r.data) for r in received]
    first = tags.index(Tag(100, 2))
    assert tags == [None] * first + [Tag(100, 2)] * (len(tags) - first)


@pytest.mark.parametrize("vlan", [0, 100])
@pytest.mark.parametrize("program, tag, passes", [
    ("push_100", Tag(100), False),
    ("push_priority", Tag(0, 5), True),
    ("push_service", Tag(100, 0, frames.ETHERTYPE_8021AD), False),
])
def test_tags_beside_the_frame_are_judged_as_tags_in_it(setup, vlan, program, tag, passes):
    """The container's own tc program makes them with bpf_skb_vlan_push(), as a VLAN device does."""
    setup.set_vlan(0, vlan)
    world, (ns, netdev) = setup.svf.world, setup.exchange.netdev(0)
    round_ = frames.new_round()
    targets = [FAR_MAC, setup.switch.pf_mac, setup.switch.vfs[1].mac, frames.BROADCAST]
    sent = [frames.build(dst, setup.switch.vfs[0].mac, "ipv4", round_, i)
            for i, dst in enumerate(targets)]
    before = setup.svf.counters(VFS)
    world.shell(f"""tc qdisc add dev {netdev} clsact
        tc filter add dev {netdev} egress bpf da obj {paths.VLAN_PUSH} sec tc/{program}""", ns)
    try:
        setup.exchange.send(0, sent)
    finally:
        world.run(["tc", "qdisc", "del", "dev", netdev, "clsact"], ns)
    outcomes = [(0, d, model.deliver(setup.switch, 0, frames.tagged(d, tag))) for d in sent]
    check_received(setup, outcomes, round_)
    drops = setup.svf.counters(VFS).minus(before).drops[0, "tx"]
    assert drops["spoof_vlan"] == (0 if passes else len(sent))


def check_received(setup, outcomes, round_):
    """Sentinels on every path, then the model against what came."""
    sentinels, wanted = setup.exchange.sentinels(round_)
    for source, data in sentinels.items():
        setup.exchange.send(source, data)
        outcomes += [(source, d, model.deliver(setup.switch, source, d)) for d in data]
    seen = {point: capture.collect(round_, wanted[point])
            for point, capture in setup.exchange.points.items()}
    setup.exchange.compare(outcomes, seen, setup.exchange.take_tap(round_))
