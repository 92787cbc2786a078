# SPDX-License-Identifier: GPL-2.0-only
"""
Sizes: frames longer than the MTU of the VF that sends, of the VF that gets, of the PF; superframes
with a senseless segment size; superframes counted as the frames they become.
"""

import pytest
from svfnet import exchange, frames, model, policy, wait
from svfnet.frames import ETHERTYPE_8021AD, Tag
from svfnet.product import PF_ID, WIRE_ID
from svfnet.topology import FAR_MAC

VFS, VLAN = 4, 100
IN_VLAN, TRUNK = 2, 3
TENANT_MTU, SMALL, PF_SMALL = 9000, 1000, 1200
GSO_MIN = 88
LEARN_S = 5


@pytest.fixture(scope="module", params=["afxdp", "tc"], name="setup")
def setup_fixture(request, world):
    """Two VFs without a VLAN, one in one, one with a trunk; their tenants have raised the MTU of
    their netdevs as far as it goes."""
    made = policy.Setup(world, request.param, VFS)
    made.set(IN_VLAN, vlan=VLAN, qos=2)
    made.set(TRUNK, trunk=(VLAN,), trunk_8021ad=(VLAN,))
    made.start_from()
    yield made
    made.close()


@pytest.fixture(autouse=True)
def tenants_raise_their_mtu(setup):
    """Each test starts from the same settings."""
    raise_mtus(setup)
    yield
    setup.reset()


def raise_mtus(setup):
    """In their namespaces, where they may."""
    for vf in setup.vfs:
        ns, netdev = setup.exchange.netdev(vf)
        setup.world.ip(f"link set {netdev} mtu {TENANT_MTU}", ns)


def batch(setup, source, round_, ids, l3_sizes, stacks=((),), targets=None):
    """Frames of these sizes behind the Ethernet header and tags."""
    return [frames.build(dst, setup.exchange.mac(source), "ipv4", round_, next(ids), stack,
                         size + frames.ETHER_LEN)
            for dst in targets or [*setup.station_macs(), frames.BROADCAST]
            for size in l3_sizes for stack in stacks]


def test_what_is_longer_than_the_senders_mtu_reaches_nobody(setup):
    round_, ids = frames.new_round(), iter(range(frames.SENTINEL))
    sizes = [1499, 1500, 1501, 1504, 1505, 1600, 2100, 4000, 8000]
    batches = {vf: batch(setup, vf, round_, ids, sizes, stacks) for vf, stacks in {
        0: [(), (Tag(0),)], IN_VLAN: [(), (Tag(0),)],
        TRUNK: [(), (Tag(VLAN),), (Tag(VLAN, 0, ETHERTYPE_8021AD),)]}.items()}
    outcomes = setup.check(batches, round_)
    assert {o.drop for _, d, o in outcomes if model.l3_len(d) > 1500} == {"mtu"}
    assert [o for _, d, o in outcomes if model.l3_len(d) == 1500 and o.copies]


def test_mtu_of_one_vf_holds_in_both_directions(setup):
    for vf in (1, IN_VLAN, TRUNK):
        setup.set(vf, mtu=SMALL)
    raise_mtus(setup)
    round_, ids = frames.new_round(), iter(range(frames.SENTINEL))
    sizes, unicast = [SMALL - 1, SMALL, SMALL + 1, 1500], setup.station_macs()
    batches = {vf: batch(setup, vf, round_, ids, sizes, targets=unicast) for vf in setup.vfs}
    for source in (model.WIRE, model.HOST):
        batches[source] = batch(setup, source, round_, ids, sizes, [(), (Tag(VLAN),)], unicast)
    outcomes = setup.check(batches, round_)
    dropped = {(c.entity, c.direction) for _, _, o in outcomes for c in o.counts if c.name == "mtu"}
    assert dropped == {(vf, way) for vf in (1, IN_VLAN, TRUNK) for way in ("rx", "tx")}


def test_more_than_the_pfs_mtu_is_refused_naming_the_maximum(setup):
    for mtu in (1501, 9000, 67):
        done = setup.svf.set(0, "mtu", mtu, check=False)
        assert done.returncode != 0 and done.stderr.count("\n") == 1
        assert str(mtu) in done.stderr and ("1500" in done.stderr or mtu < 68)
    batches = {0: batch(setup, 0, 1, iter(range(9)), [1500])}
    setup.check(batches, 1)


def test_a_pf_that_takes_less_counts_what_it_cannot_take(setup):
    """Between VFs nothing changes."""
    setup.world.ip(f"link set pf0 mtu {PF_SMALL}", setup.wire.host)
    try:
        wait.until(lambda: dict(setup.svf.table("svf_pf"))[0]["mtu"] == PF_SMALL, "svf_pf", LEARN_S)
        setup.switch.mtu = PF_SMALL
        round_, ids = frames.new_round(), iter(range(frames.SENTINEL))
        setup.check({vf: batch(setup, vf, round_, ids, [PF_SMALL, PF_SMALL + 1, 1500],
                               targets=[FAR_MAC, setup.vfs[0].mac, setup.vfs[1].mac])
                     for vf in (0, 1, IN_VLAN)}, round_)
    finally:
        setup.world.ip("link set pf0 mtu 1500", setup.wire.host)
        wait.until(lambda: dict(setup.svf.table("svf_pf"))[0]["mtu"] == 1500, "svf_pf", LEARN_S)
        setup.switch.mtu = 1500


def send_superframe(setup, vf, dst, gso_size, segments, tags=(), ipv6=False):
    """One superframe from a VF: (its payload, what moved, {station: frames})."""
    round_ = frames.new_round()
    src = setup.vfs[vf].mac
    data, payload = frames.superframe(dst, src, round_, gso_size, segments, tags, ipv6)
    sentinels, wanted = setup.exchange.sentinels(round_, (vf,))
    before = setup.counters()
    setup.exchange.send(vf, [data], gso_size=gso_size)
    outcomes = []
    for source, list_ in sentinels.items():
        setup.exchange.send(source, list_)
        outcomes += [(source, d, model.deliver(setup.switch, source, d)) for d in list_]
    seen = {point: [r.data for r in received if r.id < frames.SENTINEL]
            for point, received in setup.exchange.collect(round_, wanted).items()}
    moved = setup.counters().minus(before)
    return payload, without(setup, moved, outcomes), {p: f for p, f in seen.items() if f}


def without(setup, moved, outcomes):
    """What moved besides the sentinels."""
    stats, drops, _, _ = exchange.count(outcomes)
    for kind, known in ((moved.stats, stats), (moved.drops, drops)):
        for key, counters in known.items():
            if key in kind:
                for name, n in counters.items():
                    kind[key][name] -= n
                if kind is moved.stats:
                    kind[key]["skbs"] -= counters["packets"]
    return moved


DESTINATIONS = {"wire": (model.WIRE, WIRE_ID, "tx"), "host": (model.HOST, PF_ID, "rx"),
                "vf": (1, 1, "rx")}


@pytest.mark.parametrize("ipv6", [False, True], ids=["ipv4", "ipv6"])
@pytest.mark.parametrize("to", DESTINATIONS)
def test_a_superframe_counts_as_the_frames_it_becomes(setup, to, ipv6):
    station, entity, way = DESTINATIONS[to]
    size, segments = 1000, 12
    payload, moved, seen = send_superframe(setup, 0, setup.exchange.mac(station), size, segments,
                                           ipv6=ipv6)
    assert list(seen) == [station]
    assert b"".join(data[header_len(data):] for data in seen[station]) == payload
    for key in ((0, "tx"), (entity, way)):
        assert (moved.stats[key]["packets"], moved.stats[key]["skbs"]) == (segments, 1), key
        assert not any(moved.drops[key].values())


def header_len(data):
    """Ethernet, IP without options, TCP without options."""
    return frames.ETHER_LEN + (40 if data[12:14] == b"\x86\xdd" else 20) + frames.TCP_LEN


@pytest.mark.parametrize("vf, tags", [
    (0, ()), (0, (Tag(0),)), (TRUNK, (Tag(VLAN),)), (IN_VLAN, ())])
@pytest.mark.parametrize("gso_size, segments, reason", [
    (1, 600, "bad_gso"), (8, 100, "bad_gso"), (GSO_MIN - 1, 20, "bad_gso"), (GSO_MIN, 20, ""),
    (1460, 3, ""), (1461, 3, "mtu"), (4000, 3, "mtu")])
def test_senseless_segments_are_dropped(setup, vf, tags, gso_size, segments, reason):
    _, moved, seen = send_superframe(setup, vf, FAR_MAC, gso_size, segments, tags)
    drops = {name: n for name, n in moved.drops[vf, "tx"].items() if n}
    assert drops == ({reason: segments} if reason else {})
    assert moved.stats[vf, "tx"]["packets"] == (0 if reason else segments)
    assert moved.stats[vf, "tx"]["dropped_skbs"] == bool(reason)
    assert list(seen) == ([] if reason else [model.WIRE])


def test_a_receiver_with_a_smaller_mtu_drops_superframes_of_longer_frames(setup):
    setup.set(1, mtu=SMALL)
    _, moved, seen = send_superframe(setup, 0, setup.vfs[1].mac, SMALL - 40, 5)
    assert list(seen) == [1] and moved.stats[1, "rx"]["packets"] == 5
    _, moved, seen = send_superframe(setup, 0, setup.vfs[1].mac, SMALL - 39, 5)
    assert not seen and moved.drops[1, "rx"]["mtu"] == 5
    assert moved.stats[0, "tx"]["packets"] == 5, "its sender did nothing wrong"


def test_then_the_account_is_exact(setup):
    setup.check_account()
