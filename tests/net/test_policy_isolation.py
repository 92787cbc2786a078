# SPDX-License-Identifier: GPL-2.0-only
"""
Who talks to whom: VEB, VEPA with a far end that sends back, private, per PF and per VF; source
pruning; VFs and host that may not talk.
"""

import pytest
from svfnet import frames, model, policy
from svfnet.frames import Tag

VLAN, MODES = 100, ("inherit", "veb", "vepa", "private")
VFS = 7
TWIN, CLOSED, IN_VLAN = 4, 5, 6  # a second veb one, one without host access, one in a VLAN
GROUP = "01:00:5e:01:02:03"


@pytest.fixture(scope="module", params=["afxdp", "tc"], name="setup")
def setup_fixture(request, world):
    """A VF of each mode and some more, in both lanes."""
    made = policy.Setup(world, request.param, VFS)
    for vf, mode in enumerate(MODES):
        made.set(vf, isolation=mode)
    made.set(TWIN, isolation="veb")
    made.set(CLOSED, host_access=False)
    made.set(IN_VLAN, vlan=VLAN)
    for vf in range(VFS):
        made.join(vf, GROUP)
    made.start_from()
    yield made
    made.close()


@pytest.fixture(autouse=True)
def as_at_first(setup):
    """Each test starts from the same settings."""
    yield
    setup.reset()
    setup.reflect(False)


@pytest.mark.parametrize("reflects", [False, True], ids=["plain", "reflecting"])
@pytest.mark.parametrize("mode", ["veb", "vepa", "private"])
def test_every_pair_under_every_mode(setup, mode, reflects):
    setup.set_pf(isolation=mode)
    setup.reflect(reflects)
    setup.check_all(tags=[(), (Tag(VLAN),)],
                    targets=[*setup.station_macs(), frames.BROADCAST, GROUP])


@pytest.mark.parametrize("mode", ["vepa", "private"])
def test_a_pair_of_one_mode(setup, mode):
    for vf in (0, 1):
        setup.set(vf, isolation=mode)
    setup.reflect(True)
    setup.check_all((model.HOST, model.WIRE, 0, 1, TWIN), targets=[
        setup.vfs[0].mac, setup.vfs[1].mac, setup.switch.pf_mac, frames.BROADCAST])


def test_what_comes_back_does_not_reach_its_sender(setup):
    """The wire sends frames with a VF's own address as source, to it and to all."""
    round_, ids = frames.new_round(), iter(range(frames.SENTINEL))
    batch = [frames.build(dst, setup.vfs[vf].mac, "ipv4", round_, next(ids), tags)
             for vf in setup.vfs for dst in (*setup.station_macs(), frames.BROADCAST, GROUP)
             for tags in ((), (Tag(VLAN),))]
    outcomes = setup.check({model.WIRE: batch}, round_)
    pruned = {c.entity for _, _, o in outcomes for c in o.counts if c.name == "src_prune"}
    assert pruned == set(setup.vfs)


def test_host_access_off_separates_vf_and_host_only(setup):
    for vf in (0, IN_VLAN):
        setup.set(vf, host_access=False)
    setup.check_all(tags=[(), (Tag(VLAN),)],
                    targets=[*setup.station_macs(), frames.BROADCAST, GROUP])


def test_then_the_account_is_exact(setup):
    setup.check_account()
