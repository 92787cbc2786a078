# SPDX-License-Identifier: GPL-2.0-only
"""
Broadcast and multicast, and who may get more: groups, trust with promiscuous and all-multicast
VFs, `bcast off`, control protocols, storm limits.
"""

import time

import pytest
from svfnet import frames, model, policy, tools
from svfnet.frames import ETHERTYPE_8021AD, Tag
from svfnet.product import WIRE_ID
from svfnet.topology import FAR_MAC

VFS, VLAN = 6, 100
IN_VLAN, SERVICE, TRUNK = 3, 4, 5
GROUPS = ["01:00:5e:01:02:03", "33:33:00:00:00:99", "01:00:0c:cc:cc:cd", "01:00:5e:7f:ff:fa"]
TAGS = [(), (Tag(0, 3),), (Tag(VLAN),), (Tag(VLAN, 0, ETHERTYPE_8021AD),), (Tag(9),)]
RESERVED = [f"01:80:c2:00:00:0{i:x}" for i in range(16)]
CONTROL = {  # protocol -> (destination, kind)
    "lldp": ("01:80:c2:00:00:0e", "lldp"), "lacp": ("01:80:c2:00:00:02", "lacp"),
    "stp": ("01:80:c2:00:00:00", "llc"), "pause": ("01:80:c2:00:00:01", "pause"),
    "dot1x": ("01:80:c2:00:00:03", "dot1x"), "reserved": ("01:80:c2:00:00:07", "local"),
}
STORM_PPS, STORM_S, BURST_S = 100, 1.0, 0.1


@pytest.fixture(scope="module", params=["afxdp", "tc"], name="setup")
def setup_fixture(request, world):
    """Three VFs without a VLAN, one in an 802.1Q, one in an 802.1ad one, one with both."""
    made = policy.Setup(world, request.param, VFS)
    made.set(IN_VLAN, vlan=VLAN, qos=2)
    made.set(SERVICE, vlan=VLAN, proto=ETHERTYPE_8021AD)
    made.set(TRUNK, trunk=(VLAN,), trunk_8021ad=(VLAN,))
    for vf, groups in {0: GROUPS[:2], 2: GROUPS[1:3], IN_VLAN: GROUPS, TRUNK: GROUPS[:1]}.items():
        made.join(vf, *groups, *RESERVED)  # joined, but it takes more than that
    made.start_from()
    yield made
    made.close()


@pytest.fixture(autouse=True)
def as_at_first(setup):
    """Each test starts from the same settings."""
    yield
    setup.reset()


def test_groups_reach_who_joined_and_broadcast_everybody(setup):
    setup.check_all((model.WIRE, model.HOST), TAGS, targets=[*GROUPS, frames.BROADCAST])
    setup.check_all(setup.vfs, TAGS, targets=[*GROUPS, frames.BROADCAST])


def test_bcast_off_takes_broadcast_and_nothing_else(setup):
    for vf in (1, IN_VLAN, TRUNK):
        setup.set(vf, bcast=False)
    setup.check_all(tags=TAGS, targets=[*GROUPS, frames.BROADCAST, *setup.station_macs()])


def test_allmulti_needs_trust(setup):
    done = setup.svf.set(1, "allmulti", "on", check=False)
    assert done.returncode != 0 and "trust" in done.stderr and done.stderr.count("\n") == 1
    for vf in (1, SERVICE, TRUNK):
        setup.set(vf, trust=True, allmulti=True)
    setup.check_all(tags=TAGS, targets=[*GROUPS, frames.BROADCAST, RESERVED[14]],
                    sources=(model.WIRE, 0, IN_VLAN, TRUNK))
    setup.check_all(tags=TAGS, targets=GROUPS, sources=(model.HOST,))


@pytest.mark.parametrize("promisc", ["unmatched", "all"])
def test_promiscuous_vfs_get_copies_of_the_wires_unicast(setup, promisc):
    done = setup.svf.set(1, "promisc", promisc, check=False)
    assert done.returncode != 0 and "trust" in done.stderr and done.stderr.count("\n") == 1
    for vf in (1, IN_VLAN, TRUNK):
        setup.set(vf, trust=True, promisc=promisc)
    setup.check_all(tags=TAGS)
    setup.set(IN_VLAN, promisc="off")
    setup.check_all((model.WIRE,), TAGS)


def test_promiscuous_vfs_of_both_kinds(setup):
    setup.set(1, trust=True, promisc="unmatched")
    setup.set(2, trust=True, promisc="all")
    setup.check_all(tags=TAGS)


def control_frames(setup, source, stacks, round_, ids):
    """Every control protocol to its group and, where its type says it, to other addresses."""
    src, result = setup.exchange.mac(source), []
    for stack in stacks:
        for dst, kind in CONTROL.values():
            others = [] if kind in ("llc", "local") or source == model.WIRE else \
                [FAR_MAC, setup.switch.pf_mac, setup.vfs[1].mac, frames.BROADCAST]
            result += [frames.build(d, src, kind, round_, next(ids), stack) for d in [dst, *others]]
        result += [frames.build(dst, src, "local", round_, next(ids), stack) for dst in RESERVED]
    return result


def test_no_control_protocol_leaves_a_vf_tagged_or_not(setup):
    round_, ids = frames.new_round(), iter(range(frames.SENTINEL))
    stacks = [*TAGS, (Tag(0), Tag(VLAN)), (Tag(VLAN), Tag(7)), (Tag(1), Tag(2), Tag(3), Tag(4))]
    outcomes = setup.check({vf: control_frames(setup, vf, stacks, round_, ids)
                            for vf in setup.vfs}, round_)
    sent = [o for s, d, o in outcomes if frames.identify(d)[1] < frames.SENTINEL]
    assert not [o for o in sent if o.copies] and len(sent) > 1000
    assert {o.drop for o in sent} == {"control", "spoof_vlan"}


@pytest.mark.parametrize("beside", policy.BESIDE)
def test_no_control_protocol_leaves_with_a_tag_beside_it(setup, beside):
    round_, ids = frames.new_round(), iter(range(frames.SENTINEL))
    setup.check({vf: control_frames(setup, vf, [()], round_, ids) for vf in (0, SERVICE, TRUNK)},
                round_, policy.with_tag_beside(setup, beside))


@pytest.mark.parametrize("proto", CONTROL)
def test_what_is_allowed_goes_to_the_wire_and_no_further_than_the_host(setup, proto):
    """And what the wire sends of it comes to who may speak it, not to others."""
    for vf in (0, IN_VLAN):
        setup.set(vf, allow_proto=[proto])
    round_, ids = frames.new_round(), iter(range(frames.SENTINEL))
    batches = {source: [frames.build(dst, setup.exchange.mac(source), kind, round_, next(ids), tags)
                        for tags in TAGS[:3] for dst, kind in CONTROL.values()]
               for source in (model.WIRE, *setup.vfs)}
    if CONTROL[proto][1] not in ("llc", "local"):  # to one station: the type says what it is
        batches[0] += [frames.build(dst, setup.vfs[0].mac, CONTROL[proto][1], round_, next(ids))
                       for dst in setup.station_macs()]
    outcomes = setup.check(batches, round_)
    assert [o for s, _, o in outcomes if s == 0 and o.at(model.WIRE)]
    setup.set(0, allow_proto=[p for p in CONTROL if p != proto])
    setup.check({s: [frames.build(dst, setup.exchange.mac(s), kind, round_, next(ids))
                     for dst, kind in CONTROL.values()] for s in (model.WIRE, 0)}, round_)


@pytest.mark.parametrize("source", [0, model.WIRE])
def test_storm_limits_broadcast_and_multicast_and_nothing_else(setup, source):
    """Far above the limit; what came through is the rate times the time, and one burst."""
    if source == model.WIRE:
        setup.svf.set_pf("storm", STORM_PPS)
    else:
        setup.svf.set(source, "storm", STORM_PPS)
    round_, entity, way = frames.new_round(), *((0, "tx") if source == 0 else (WIRE_ID, "rx"))
    src, dst = setup.exchange.mac(source), setup.vfs[1].mac
    sent = [frames.build(to, src, "ipv4", round_, i)
            for i, to in enumerate([frames.BROADCAST, dst, GROUPS[1]] * 600)]
    before, start = setup.counters(), time.monotonic()
    setup.exchange.send(source, sent, rate=1800 / STORM_S)
    took = time.monotonic() - start
    setup.exchange.send(source, [frames.build(dst, src, "ipv4", round_, frames.SENTINEL)])
    at_one = setup.exchange.points[1].collect(round_, 1)
    moved = setup.counters().minus(before)
    dropped = moved.drops[entity, way]["storm"]
    passed = 1200 - dropped
    most = STORM_PPS * (took + BURST_S) + 2
    assert 0.8 * STORM_PPS * STORM_S <= passed <= most, f"{passed} in {took:.2f} s"
    unicast = [r for r in at_one if model.mac_of(r.data) == dst and r.id < frames.SENTINEL]
    broadcast = [r for r in at_one if model.mac_of(r.data) == frames.BROADCAST]
    assert len(unicast) == 600 and 0 < len(broadcast) <= most
    assert not any(moved.drops[1, "rx"].values())
    others = setup.counters()
    setup.check_all((model.HOST, 2), targets=[frames.BROADCAST])
    assert not any(setup.counters().minus(others).drops[2, "tx"].values()), "others are not limited"
    if source == model.WIRE:
        setup.svf.set_pf("storm", 0)
    else:
        setup.svf.set(source, "storm", 0)
    burst = [frames.build(frames.BROADCAST, src, "ipv4", round_, i) for i in range(300)]
    before = setup.counters()
    setup.exchange.send(source, burst, rate=tools.RATE_PPS)
    assert setup.counters().minus(before).drops[entity, way]["storm"] == 0, "no limit any more"


def test_then_the_account_is_exact(setup):
    setup.check_account()
