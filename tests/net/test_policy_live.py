# SPDX-License-Identifier: GPL-2.0-only
"""
Attributes change under traffic: while VF 1's are changed, all of them and again and again, VF 0
loses no frame, and VF 1 keeps its netdev and its carrier. 1,000 changes with --long, else 100.
"""

from itertools import cycle, islice

import pytest
from svfnet import frames, paths, policy, tools
from svfnet.topology import FAR_MAC

VFS, CHANGES, CHANGES_LONG = 2, 100, 1000
PPS, CHUNK = 10000, 8000  # frames a sender is given at once, for both VFs together
OTHER_MAC, LISTED = "02:00:00:00:77:01", "02:00:00:00:77:02,02:00:00:00:77:03"
# Each attribute away from its default and back, so that a whole round changes nothing.
WORDS = [
    "vlan 100 qos 3", "vlan 200 qos 1 proto 802.1ad", "vlan 0 qos 0 proto 802.1Q",
    "spoofchk off", "trust on", "promisc unmatched", "promisc all allmulti on",
    "spoofchk on promisc off allmulti off trust off",
    "trunk add 10,20-30", "trunk add 5 proto 802.1ad", "untagged off", "untagged on",
    "trunk rem 5 proto 802.1ad", "trunk rem 10,20-30",
    f"mac_list add {LISTED}", f"mac_list rem {LISTED}", f"mac {OTHER_MAC}", "mac 0",
    "max_tx_rate 100", "max_tx_rate 200 min_tx_rate 10", "min_tx_rate 0 max_tx_rate 0",
    "max_rx_rate 100", "max_rx_rate 0", "storm 50", "storm 0", "bcast off", "bcast on",
    "isolation private", "isolation vepa", "isolation inherit", "host_access off",
    "host_access on", "state enable", "state auto", "query_rss on", "query_rss off",
    "allow_proto add lldp,stp", "allow_proto rem lldp,stp", "mtu 1000", "mtu 1500",
]


@pytest.fixture(scope="module", params=["afxdp", "tc"], name="setup")
def setup_fixture(request, world):
    """Two VFs; rings that hold what comes while another program has the CPU."""
    words = ["--ring-size", "4096"] if request.param == "afxdp" else []
    made = policy.Setup(world, request.param, VFS, words=words)
    yield made
    made.close()


def identity(setup):
    """What must stay of VF 1's netdev."""
    ns, netdev = setup.exchange.netdev(1)
    link = setup.world.json(["ip", "-s", "-s", "-d", "-j", "link", "show", netdev], ns)[0]
    changes = link["stats64"]["tx"]["carrier_changes"]
    return link["ifindex"], link["operstate"], "LOWER_UP" in link["flags"], changes


def stream(setup, round_):
    """Frames from the wire, to both VFs in turn, then a sentinel for VF 0."""
    data = [frames.build(setup.vfs[i % VFS].mac, FAR_MAC, "ipv4", round_, i, flow=i)
            for i in range(CHUNK)]
    return [*data, frames.build(setup.vfs[0].mac, FAR_MAC, "ipv4", round_, frames.SENTINEL)]


def change_all(setup, count):
    """Starts so many `set` commands, one after the other."""
    with open(setup.world.path("/run/words"), "w", encoding="ascii") as f:
        f.write("\n".join(islice(cycle(WORDS), count)) + "\n")
    script = (f"while read -r words; do {paths.LOADER} set {setup.wire.pf} vf 1 $words < /dev/null"
              " || exit 1; done < /run/words; echo done")
    return setup.world.start(["sh", "-c", script], setup.wire.host, stderr=-2)


def test_nothing_of_vf_0_is_lost_while_vf_1_is_changed(setup, long):
    rounds = (CHANGES_LONG if long else CHANGES) // len(WORDS) + 1
    before, counters = identity(setup), setup.counters()
    changing = change_all(setup, rounds * len(WORDS))
    chunks = 0
    while changing.poll() is None or not chunks:
        round_ = frames.new_round()
        tools.send(setup.world, setup.wire.wire, stream(setup, round_), setup.wire.far, rate=PPS)
        got = [r.id for r in setup.exchange.points[0].collect(round_, 1)]
        assert sorted(got) == [*range(0, CHUNK, VFS), frames.SENTINEL], f"chunk {chunks}"
        chunks += 1
    assert changing.communicate()[0] == "done\n"
    assert identity(setup) == before
    moved = setup.counters().minus(counters)
    assert not any(moved.drops[0, "rx"].values())
    assert moved.stats[0, "rx"]["packets"] == chunks * (CHUNK // VFS + 1)
    assert setup.svf.vf_mac(1) == setup.stable[1]


def test_after_all_that_everything_is_as_at_first(setup):
    setup.check_all(targets=[*setup.station_macs(), frames.BROADCAST, "01:00:5e:00:00:01"])


def test_then_the_account_is_exact(setup):
    setup.check_account()
