# SPDX-License-Identifier: GPL-2.0-only
"""`fdb show`: every address in every VLAN with its owners, and how often frames were delivered to it."""

import json

import pytest
from svfnet import frames, tools
from svfnet.product import EXIT_NOT_FOUND, EXIT_USAGE
from svfnet.topology import FAR_MAC

VFS = 5
EXTRA, SHARED = "02:00:00:00:aa:01", "02:00:00:00:aa:02"


def rows(svf):
    """{(mac, tag, vlan): row}."""
    told = json.loads(svf.command("fdb", "show", "-j", svf.pf).stdout)[0]
    assert told["ifname"] == svf.pf
    return {(r["mac"], r["tag"], r["vlan"]): r for r in told["fdb"]}


def owners(row):
    """{vf: kind} of a row."""
    return {o["vf"]: o["kind"] for o in row["vfs"]}


@pytest.fixture(name="macs")
def macs_fixture(svf):
    """VFs in all sorts of VLANs; their addresses."""
    svf.up(vfs=VFS)
    svf.set(1, "vlan", 100)
    svf.set(2, "vlan", 5, "proto", "802.1ad")
    svf.set(3, "trunk", "add", "100,200")
    svf.set(0, "mac_list", "add", EXTRA)
    return [v["address"] for v in svf.show()["vfinfo_list"]]


def test_every_address_has_its_row(wire, svf, macs):
    got = rows(svf)
    assert set(got) == {(wire.pf_mac, "any", None), (macs[0], "untagged", None),
                        (EXTRA, "untagged", None), (macs[4], "untagged", None),
                        (macs[1], "802.1Q", 100), (macs[2], "802.1ad", 5), (macs[3], "trunk", None)}
    assert got[wire.pf_mac, "any", None]["pf"] and not got[macs[0], "untagged", None]["pf"]
    assert owners(got[EXTRA, "untagged", None]) == {0: "mac_list"}
    assert owners(got[macs[2], "802.1ad", 5]) == {2: "main"}
    assert all(r["hits"] == 0 and r["age"] is None and not r["duplicate"] for r in got.values())


def test_an_address_held_twice(svf, macs):
    svf.set(0, "mac_list", "add", SHARED)
    svf.set(4, "mac_list", "add", SHARED)
    row = rows(svf)[SHARED, "untagged", None]
    assert row["duplicate"] and owners(row) == {0: "mac_list", 4: "mac_list"}
    svf.set(0, "mac_list", "rem", SHARED)
    row = rows(svf)[SHARED, "untagged", None]
    assert not row["duplicate"] and owners(row) == {4: "mac_list"}
    assert macs


def test_hits_and_age(wire, svf, macs):
    """Counted where frames were delivered: by ring and by tc, tagged and not, to extra addresses."""
    ns = wire.take_vf(4, addresses=False)
    for vf in range(4):
        wire.world.ip(f"link set {wire.vf_name(vf)} up", wire.host)
    before = rows(svf)
    tools.send(wire.world, wire.wire, [
        frames.build(macs[0], FAR_MAC), frames.build(EXTRA, FAR_MAC), frames.build(EXTRA, FAR_MAC),
        frames.build(macs[1], FAR_MAC, tags=(frames.Tag(100),)),
        frames.build(macs[1], FAR_MAC, tags=(frames.Tag(200),)),  # not its VLAN
        frames.build(macs[2], FAR_MAC, tags=(frames.Tag(5, 0, frames.ETHERTYPE_8021AD),)),
        frames.build(macs[3], FAR_MAC, tags=(frames.Tag(200),))], wire.far, count=3)
    tools.send(wire.world, wire.vf_name(4), [frames.build(macs[0], macs[4])], ns, count=5)
    svf.command("stats", svf.pf, "--check")  # waits until the last one has come out of its ring
    after = rows(svf)
    moved = {key: row["hits"] - before[key]["hits"] for key, row in after.items()}
    assert {key: n for key, n in moved.items() if n} == {
        (macs[0], "untagged", None): 3 + 5, (EXTRA, "untagged", None): 6, (macs[1], "802.1Q", 100): 3,
        (macs[2], "802.1ad", 5): 3, (macs[3], "trunk", None): 3}
    assert 0 <= after[macs[0], "untagged", None]["age"] < 10
    text = svf.command("fdb", "show", svf.pf).stdout.splitlines()
    assert text[0].split() == ["MAC", "VLAN", "VF", "KIND", "HITS", "AGE"]
    line = next(row.split() for row in text if row.startswith(macs[2]))
    assert line[1:6] == ["802.1ad", "5", "2", "main", "3"]
    assert any(row.startswith(macs[3]) and " trunk " in row for row in text)


def test_wrong_words(wire, svf):
    svf.up(vfs=1)
    for words, code in ((["fdb"], EXIT_USAGE), (["fdb", "list", wire.pf], EXIT_USAGE),
                        (["fdb", "show"], EXIT_USAGE), (["fdb", "show", "nil0"], EXIT_NOT_FOUND),
                        (["fdb", "show", wire.pf, "x"], EXIT_USAGE)):
        done = svf.command(*words, check=False)
        assert done.returncode == code and done.stderr.count("\n") == 1, (words, done.stderr)
