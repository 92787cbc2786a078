# SPDX-License-Identifier: GPL-2.0-only
"""
`set vlan` on a live VF: any VLAN, changed and left again under traffic, one address in two VLANs,
and how it is shown. Which tags a VF may send and get, test_policy_vlan.py has.
"""

import pytest
from svfnet import frames, model, tools
from svfnet.frames import Tag
from svfnet.policy import Setup
from svfnet.topology import FAR_MAC

VFS = 3
STREAM_PPS, STREAM_FRAMES = 1000, 400


@pytest.fixture(scope="module", params=["afxdp", "tc"], name="setup")
def setup_fixture(request, world):
    """Three VFs in their namespaces, in both lanes."""
    made = Setup(world, request.param, VFS)
    yield made
    made.close()


@pytest.fixture(autouse=True)
def no_vlans_afterwards(setup):
    """Each test starts without VLANs."""
    yield
    setup.reset()


def check(setup, tags):
    """Every station to every other: trunk sources with these tags, VFs without."""
    setup.check_all((model.WIRE, model.HOST), tags)
    setup.check_all(setup.vfs)


@pytest.mark.parametrize("vlan, qos", [(100, 0), (1, 7), (4094, 3)])
def test_only_the_vfs_vlan_reaches_it_and_its_frames_carry_the_tag(setup, vlan, qos):
    setup.set(1, vlan=vlan, qos=qos)
    check(setup, [(), (Tag(vlan),), (Tag(vlan, 5),), (Tag(vlan % 4094 + 1),)])


def test_vlan_is_shown_as_ip_does(setup):
    setup.set(0, vlan=100, qos=3)
    setup.set(1, vlan=5, proto=frames.ETHERTYPE_8021AD)
    text = setup.svf.command("show", "pf0").stdout
    assert setup.svf.vf(0)["vlan_list"] == [{"vlan": 100, "qos": 3}]
    assert setup.svf.vf(1)["vlan_list"] == [{"vlan": 5, "protocol": "802.1ad"}]
    assert setup.svf.vf(2)["vlan_list"] == [{}]
    assert f"vf 0     link/ether {setup.vfs[0].mac} brd ff:ff:ff:ff:ff:ff, vlan 100, qos 3," in text
    assert f"{setup.vfs[1].mac} brd ff:ff:ff:ff:ff:ff, vlan 5, vlan protocol 802.1ad," in text


def test_a_vf_can_change_its_vlan_and_leave_it(setup):
    for vlan in (100, 200, 0, 100):
        setup.set(2, vlan=vlan)
        check(setup, [(), (Tag(100),), (Tag(200),)])


def test_two_vfs_may_have_one_address_in_two_vlans(setup):
    setup.set(1, vlan=100)
    setup.set(2, vlan=200)
    setup.set(2, mac=setup.vfs[1].mac)
    check(setup, [(), (Tag(100),), (Tag(200),)])


def test_set_vlan_under_traffic_loses_no_frame_and_never_mixes(setup):
    """A stream from the VF: untagged, from one frame on tagged, nothing missing."""
    round_ = frames.new_round()
    ns, netdev = setup.exchange.netdev(0)
    stream = [frames.build(FAR_MAC, setup.vfs[0].mac, "ipv4", round_, i)
              for i in range(STREAM_FRAMES)]
    stream.append(frames.build(FAR_MAC, setup.vfs[0].mac, "ipv4", round_, frames.SENTINEL))
    sender = tools.start_sending(setup.svf.world, netdev, stream, ns, rate=STREAM_PPS)
    setup.set(0, vlan=100, qos=2)
    tools.finish(sender)
    received = setup.exchange.points[model.WIRE].collect(round_, 1)
    assert [r.id for r in received] == [*range(STREAM_FRAMES), frames.SENTINEL]
    tags = [frames.outer_tag(r.data) for r in received]
    first = tags.index(Tag(100, 2))
    assert tags == [None] * first + [Tag(100, 2)] * (len(tags) - first)


def test_then_the_account_is_exact(setup):
    setup.check_account()
