# SPDX-License-Identifier: GPL-2.0-only
"""
Addresses: what an untrusted VF sends from another one nobody ever sees; lists of addresses, the
stable address, one held twice and swapped, the PF's own; a trusted VF that takes another.
"""

import json

import pytest
from svfnet import frames, model, policy, wait
from svfnet.frames import Tag
from svfnet.topology import FAR_MAC

VFS = 4
STRANGER, SECOND, THIRD = "02:00:00:00:be:ef", "02:00:00:00:00:a1", "02:00:00:00:00:a2"
LISTED = [f"02:00:00:01:00:{i:02x}" for i in range(32)]
FOLLOW_S = 1


@pytest.fixture(scope="module", params=["afxdp", "tc"], name="setup")
def setup_fixture(request, world):
    """Four VFs in one VLAN, in both lanes."""
    made = policy.Setup(world, request.param, VFS)
    yield made
    made.close()


@pytest.fixture(autouse=True)
def as_at_first(setup):
    """Each test starts with the defaults."""
    yield
    setup.reset()


def strange_sources(setup, vf):
    """Addresses that a VF might put into what it sends, its own and listed ones among them."""
    return [STRANGER, SECOND, FAR_MAC, setup.switch.pf_mac, LISTED[0], LISTED[31],
            *(v.mac for v in setup.vfs.values()), "ff:ff:ff:ff:ff:ff", "00:00:00:00:00:00",
            "01:00:5e:00:00:01", setup.vfs[vf].mac[:-2] + "ff"]


def send_spoofed(setup, senders):
    """From each sender, with each source, to each station and to all."""
    round_, ids = frames.new_round(), iter(range(frames.SENTINEL))
    targets = [*setup.station_macs(), SECOND, frames.BROADCAST, "01:00:5e:00:00:01"]
    return setup.check({vf: [
        frames.build(dst, src, kind, round_, next(ids), stack)
        for src in strange_sources(setup, vf) for dst in targets
        for kind in ("ipv4", "arp") for stack in ((), (Tag(0),), (Tag(9),))]
        for vf in senders}, round_)


def test_a_foreign_source_is_seen_by_nobody(setup):
    outcomes = send_spoofed(setup, setup.vfs)
    for vf, entry in setup.vfs.items():
        passed = {model.mac_of(d, 6) for s, d, o in outcomes if s == vf and o.copies}
        assert passed == {entry.mac}


def test_spoofchk_off_lets_any_source_pass_but_the_pfs(setup):
    setup.set(0, spoofchk=False)
    setup.set(1, spoofchk=False, trust=True)
    outcomes = send_spoofed(setup, (0, 1, 2))
    drops = {vf: {model.mac_of(d, 6) for s, d, o in outcomes if s == vf and o.drop == "spoof_mac"}
             for vf in (0, 1)}
    assert drops == {0: {setup.switch.pf_mac}, 1: set()}


def test_listed_addresses_are_the_vfs_in_both_directions(setup):
    setup.set(0, mac_list=[SECOND, *LISTED[1:]])
    assert setup.vfs[0].spoofchk
    round_, ids = frames.new_round(), iter(range(frames.SENTINEL))
    listed = [SECOND, THIRD, *LISTED]
    batches = {source: [frames.build(dst, setup.exchange.mac(source), "ipv4", round_, next(ids))
                        for dst in listed] for source in (model.WIRE, model.HOST, 1, 2)}
    batches[0] = [frames.build(dst, src, "ipv4", round_, next(ids)) for src in listed
                  for dst in (FAR_MAC, setup.switch.pf_mac, setup.vfs[1].mac, SECOND)]
    setup.check(batches, round_)
    send_spoofed(setup, (0,))
    setup.set(0, mac_list=[THIRD])
    setup.check({s: [frames.build(d, setup.exchange.mac(s), "local", round_, next(ids))
                     for d in listed] for s in batches}, round_)


def test_more_listed_addresses_than_there_is_room_for_are_refused(setup):
    setup.set(0, mac_list=LISTED)
    done = setup.svf.set(0, "mac_list", "add", STRANGER, check=False)
    assert done.returncode != 0 and "32" in done.stderr and done.stderr.count("\n") == 1
    send_spoofed(setup, (0,))


def test_mac_0_returns_to_the_stable_address(setup):
    stable = setup.stable[0]
    setup.set(0, mac=SECOND)
    assert setup.svf.vf_mac(0) == SECOND
    setup.svf.set(0, "mac", "0")
    assert setup.svf.vf_mac(0) == stable
    ns, netdev = setup.exchange.netdev(0)
    assert setup.world.link(netdev, ns)["address"] == stable
    setup.tell_model(0, mac=stable)
    setup.check_all()
    setup.set(0, mac=SECOND)
    setup.svf.set(0, "mac", "00:00:00:00:00:00")
    setup.tell_model(0, mac=stable)
    assert setup.svf.vf_mac(0) == stable


def test_an_address_held_twice_is_warned_of_and_both_get_copies(setup):
    first, second = setup.vfs[0].mac, setup.vfs[1].mac
    done = setup.svf.set(0, "mac", second)
    setup.tell_model(0, mac=second)
    assert second in done.stderr and done.stderr.count("\n") == 1, "it warns"
    assert [setup.svf.vf(vf)["svf"]["dup"] for vf in (0, 1, 2)] == [
        [{"address": second, "vf": 1}], [{"address": second, "vf": 0}], []]
    setup.check_all(sources=(model.WIRE, model.HOST, 0, 1, 2))
    setup.set(1, mac=first)  # and so they have swapped
    setup.check_all()
    setup.set(1, vlan=5)
    setup.set(0, mac=first)  # held twice, but not in one VLAN
    setup.check_all(sources=(model.WIRE, model.HOST), tags=[(), (Tag(5),)])


@pytest.mark.parametrize("words", [("mac",), ("mac_list", "add")])
@pytest.mark.parametrize("mac, why", [
    (None, "pf0"), ("01:00:5e:00:00:01", "multicast"), ("ff:ff:ff:ff:ff:ff", "")])
def test_addresses_no_vf_may_have_are_refused(setup, words, mac, why):
    before = setup.svf.show()["vfinfo_list"]
    done = setup.svf.set(0, *words, mac or setup.switch.pf_mac, check=False)
    assert done.returncode != 0 and done.stderr.count("\n") == 1 and why in done.stderr
    assert setup.svf.show()["vfinfo_list"] == before
    setup.check_all(sources=(model.WIRE, 0))


def test_a_trusted_vf_may_take_another_address_and_the_tables_follow(setup):
    ns, netdev = setup.exchange.netdev(2)
    setup.set(2, trust=True)
    setup.world.ip(f"link set {netdev} address {THIRD}", ns)
    wait.until(lambda: setup.svf.vf_mac(2) == THIRD, "the PF's view follows", FOLLOW_S)
    setup.tell_model(2, mac=THIRD)
    setup.check_all()
    send_spoofed(setup, (2,))


def test_an_untrusted_vf_that_takes_another_address_is_not_followed(setup):
    ns, netdev = setup.exchange.netdev(3)
    setup.world.ip(f"link set {netdev} address {THIRD}", ns)
    round_ = frames.new_round()
    before = setup.counters()
    outcomes = setup.exchange.check({3: [
        frames.build(dst, THIRD, "ipv4", round_, i)
        for i, dst in enumerate([*setup.station_macs(), frames.BROADCAST])]}, round_)
    assert {o.drop for s, _, o in outcomes[:len(setup.station_macs()) + 1]} == {"spoof_mac"}
    assert not setup.wrong_counts(outcomes, before)
    assert setup.svf.vf_mac(3) == setup.vfs[3].mac
    setup.svf.set(3, "mac", setup.vfs[3].mac)
    setup.world.ip(f"link set {netdev} address {setup.vfs[3].mac}", ns)


def test_drops_are_told_alike_by_show_and_by_the_maps(setup):
    send_spoofed(setup, (0,))
    setup.check_all(sources=(0,), tags=[(Tag(9),)])
    shown = json.loads(setup.svf.command("-d", "-j", "show", "pf0").stdout)[0]["vfinfo_list"][0]
    counted = setup.counters().drops[0, "tx"]
    told = shown["svf"]["drops"]["tx"]
    assert counted["spoof_mac"] and counted["spoof_vlan"] and counted["malformed"]
    for name, n in counted.items():
        assert told.get(name, 0) == n, name


def test_then_the_account_is_exact(setup):
    setup.check_account()
