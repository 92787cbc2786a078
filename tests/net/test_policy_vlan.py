# SPDX-License-Identifier: GPL-2.0-only
"""
The tag matrix: VFs without a VLAN, with an 802.1Q VLAN (VST), with an 802.1ad VLAN, with trunk
lists of both kinds, without untagged frames; every stack of tags, in the frame and beside it, from
every station to every station. Nobody gets into a VLAN that is not his.
"""

import pytest
from svfnet import frames, model, policy
from svfnet.frames import ETHERTYPE_8021AD, Tag

V, W, QOS, RATE = 100, 200, 3, 10000
VFS = 8
PLAIN, VST, VST_AD, TRUNK, TAGGED_ONLY, PRIORITY, VST_TOO, NOTHING = range(VFS)
SETTINGS = {
    PLAIN: {},
    VST: {"vlan": V, "qos": QOS},
    VST_AD: {"vlan": V, "qos": 5, "proto": ETHERTYPE_8021AD},
    TRUNK: {"trunk": (V, W, W + 1), "trunk_8021ad": (V, 300)},
    TAGGED_ONLY: {"trunk": (V, 7), "untagged": False},
    PRIORITY: {"qos": 4},
    VST_TOO: {"vlan": V},
    NOTHING: {"untagged": False},
}
SERVICE, C = Tag(V, 1, ETHERTYPE_8021AD), Tag(V, 2)
STACKS = {
    "none": (), "VID 0": (Tag(0, 5),), "V": (C,), "W": (Tag(W, 6),), "unused": (Tag(9),),
    "S-tag V": (SERVICE,), "S-tag W": (Tag(W, 0, ETHERTYPE_8021AD),),
    "S-tag 300": (Tag(300, 0, ETHERTYPE_8021AD),),
    "S + C": (SERVICE, C), "S + C + C": (SERVICE, C, Tag(W)), "S + S": (SERVICE, SERVICE),
    "S VID 0": (Tag(0, 0, ETHERTYPE_8021AD),), "S VID 0 + V": (Tag(0, 0, ETHERTYPE_8021AD), C),
    "VID 0 + V": (Tag(0, 5), C), "VID 0 + S": (Tag(0), SERVICE), "VID 0 + VID 0": (Tag(0), Tag(0)),
    "V + V": (C, C), "V + W": (C, Tag(W)), "V + VID 0": (C, Tag(0)), "V + S": (C, SERVICE),
    "0x9100": (Tag(V, 0, 0x9100),), "0x9200": (Tag(V, 0, 0x9200),), "0x9300": (Tag(V, 0, 0x9300),),
    "VID 0 + 0x9100": (Tag(0), Tag(V, 0, 0x9100)), "V + 0x9100": (C, Tag(V, 0, 0x9100)),
    "S + 0x9100": (SERVICE, Tag(V, 0, 0x9100)),
    "four": (C, C, C, C), "five": (C, C, C, C, C),
}
GROUP = "01:00:5e:00:00:77"


@pytest.fixture(scope="module", params=["afxdp", "tc"], name="setup")
def setup_fixture(request, world):
    """A VF of each kind, half of them in a group, in both lanes."""
    made = policy.Setup(world, request.param, VFS)
    for vf, settings in SETTINGS.items():
        made.set(vf, **settings)
    for vf in (VST, VST_AD, TRUNK, PRIORITY):
        made.join(vf, GROUP)
    made.start_from()
    yield made
    made.close()


@pytest.fixture(autouse=True)
def as_at_first(setup):
    """Each test starts with SETTINGS."""
    yield
    set_rates(setup, 0)
    setup.reset()


def targets(setup):
    """Every address."""
    return [*setup.station_macs(), frames.BROADCAST, GROUP]


@pytest.mark.parametrize("source", [model.WIRE, model.HOST, "vfs"])
def test_every_stack_of_tags_from_every_station(setup, source):
    outcomes = setup.check_all(setup.vfs if source == "vfs" else (source,), STACKS.values(),
                               targets=targets(setup))
    if source == "vfs":
        dropped = {vf: {o.drop for s, _, o in outcomes if s == vf} for vf in setup.vfs}
        assert all("spoof_vlan" in reasons for reasons in dropped.values())


@pytest.mark.parametrize("shaped", [False, True], ids=["", "shaped"])
@pytest.mark.parametrize("program", policy.BESIDE)
def test_a_tag_beside_the_frame_is_judged_as_one_in_it(setup, program, shaped):
    """With nothing, a tag, and two in the frame's bytes below it."""
    set_rates(setup, RATE if shaped else 0)
    round_, ids = frames.new_round(), iter(range(frames.SENTINEL))
    below = [(), (Tag(W),), (Tag(0),), (SERVICE,), (C, C)]
    batches = {vf: [frames.build(dst, setup.vfs[vf].mac, "ipv4", round_, next(ids), stack)
                    for dst in targets(setup) for stack in below] for vf in setup.vfs}
    setup.check(batches, round_, policy.with_tag_beside(setup, program))


def set_rates(setup, rate):
    """What VFs send is judged before the shaper and after it, or once."""
    for vf in setup.vfs:
        setup.svf.set(vf, "max_tx_rate", rate)


def test_every_stack_of_tags_through_the_shaper(setup):
    set_rates(setup, RATE)
    setup.check_all(setup.vfs, STACKS.values(), targets=targets(setup))


def test_a_trunk_list_changes_at_once_in_both_spellings(setup):
    """`add 2,4,10-12` as on a switch, `add 10 12` as was proposed for iproute2; 0 is untagged."""
    stacks = [(), *((Tag(vid),) for vid in (2, 3, 4, 9, 10, 11, 12, 13, 4094)),
              (Tag(5, 0, ETHERTYPE_8021AD),), (Tag(5),)]
    for words, now in [
            (("add", "2,4,10-12"), {"trunk": {2, 4, 10, 11, 12}}),
            (("rem", "4,11"), {"trunk": {2, 10, 12}}),
            (("add", "10", "13"), {"trunk": {2, 10, 11, 12, 13}}),
            (("rem", "12", "13"), {"trunk": {2, 10, 11}}),
            (("add", "5", "proto", "802.1ad"), {"trunk_8021ad": {5}}),
            (("add", "4094"), {"trunk": {2, 10, 11, 4094}}),
            (("rem", "0"), {"untagged": False}),
            (("add", "0"), {"untagged": True}),
            (("rem", "5", "proto", "802.1ad"), {"trunk_8021ad": frozenset()}),
            (("rem", "1-4094"), {"trunk": frozenset()})]:
        setup.svf.set(PLAIN, "trunk", *words)
        setup.tell_model(PLAIN, **now)
        setup.check_all((model.WIRE, PLAIN), stacks,
                        targets=[setup.vfs[PLAIN].mac, setup.vfs[TRUNK].mac, frames.BROADCAST])


def test_one_address_in_two_vlans_and_two_kinds_of_tags(setup):
    """VST V, VST 802.1ad V and no VLAN: three VFs with one address, never mixed."""
    mac = setup.vfs[PLAIN].mac
    for vf in (VST, VST_AD):
        setup.set(vf, mac=mac)
    setup.check_all((model.WIRE, model.HOST, PLAIN, VST_TOO, TRUNK),
                    [(), (C,), (SERVICE,), (Tag(0),)], targets=[mac])


def test_the_last_tag_drop_is_told_with_its_tag(setup):
    data = frames.build(setup.switch.pf_mac, setup.vfs[VST].mac, tags=(Tag(77),))
    setup.exchange.send(VST, [data])
    found = [v for k, v in setup.svf.table("svf_offenders")
             if (k["vf"], k["direction"]) == (VST, 1) and v["vlan"] == 77]
    assert len(found) == 1 and found[0]["ethertype"] == 0x0800
    assert policy.mac_text(found[0]["src"]) == setup.vfs[VST].mac
    assert policy.mac_text(found[0]["dst"]) == setup.switch.pf_mac


def test_then_the_account_is_exact(setup):
    setup.check_account()
