# SPDX-License-Identifier: GPL-2.0-only
"""
The delivery matrix: frames from wire, host, VFs and VFs of another VLAN to each of them, to
groups and to nobody, in both lanes, with one and two queues, in skb mode, and with all that VFs
and host send going through the shaper. Every station gets exactly its copies, byte for byte, and
every frame is counted under its verdict, at its source and at each receiver. What can be set
besides a VLAN, the test_policy files have.
"""

import re
from collections import Counter
from itertools import product as combinations

import pytest
from svfnet import exchange, frames, model, wait
from svfnet.frames import ETHERTYPE_8021AD, Tag
from svfnet.policy import Setup
from svfnet.product import PF_ID, WIRE_ID
from svfnet.topology import FAR_MAC

VLAN, QOS = 100, 3
UNKNOWN = "02:00:00:00:de:ad"
GROUPS = ["01:00:5e:00:00:fb", "33:33:00:00:00:01", frames.BROADCAST]
TRUNK_TAGS = [(), (Tag(VLAN),), (Tag(VLAN, 6),), (Tag(0, 5),), (Tag(7),),
              (Tag(VLAN, 0, ETHERTYPE_8021AD),)]
VF_TAGS = [(), (Tag(0, 5),), (Tag(VLAN),), (Tag(7),), (Tag(0, 1), Tag(VLAN)),
           (Tag(VLAN, 0, ETHERTYPE_8021AD),)]
MAX_OTHERWISE = 1500
SIZES = {"ipv4": 0, "ipv6": 1514, "arp": 60, "local": 300}
CONFIGS = {
    "afxdp-1-queue": ("afxdp", 1, "native"),
    "afxdp-2-queues": ("afxdp", 2, "native"),
    "afxdp-skb-mode": ("afxdp", 1, "skb"),
    "tc": ("tc", 2, "native"),
    "afxdp-shaped": ("afxdp", 1, "native", "max_tx_rate", 10000, "min_tx_rate", 10),
    "tc-shaped": ("tc", 1, "native", "max_tx_rate", 10000, "min_tx_rate", 10),
}
# VF 1 stays in the host's namespace, the others move into their own; 2 and 3 are in a VLAN.
VFS, MOVED, TAGGED = 4, (0, 2, 3), (2, 3)
JOINED, UNCHECKED = (0, 2), 1  # VFs in the first group; the VF without spoof checking


def fitting(size, tags):
    """The kernel lets a packet socket exceed the MTU for one 802.1Q tag only."""
    plain = len(tags) <= 1 and all(tag.tpid == frames.ETHERTYPE_8021Q for tag in tags)
    return size if plain else min(size, MAX_OTHERWISE)


class Matrix:
    """One configuration: topology, VFs, captures, and what the matrix made of them."""

    def __init__(self, world, lane, queues, mode, *rates):
        self.setup = Setup(world, lane, VFS, queues, MOVED,
                           ["--xdp-mode", mode] if mode != "native" else [])
        self.wire, self.svf = self.setup.wire, self.setup.svf
        self.switch, self.exchange = self.setup.switch, self.setup.exchange
        self.switch.skb_mode, self.shaped = mode == "skb", bool(rates)
        for vf in TAGGED:
            self.setup.set(vf, vlan=VLAN, qos=QOS)
        self.setup.set(UNCHECKED, spoofchk=False)
        for vf in range(VFS if rates else 0):
            self.svf.set(vf, *rates)
        for vf in JOINED:
            self.setup.join(vf, GROUPS[0])
        self.outcomes = self.counted = None

    def frames(self, round_):
        """{source: frames} of the whole matrix."""
        vfs, ids = self.switch.vfs, iter(range(frames.SENTINEL))
        targets = [FAR_MAC, self.switch.pf_mac, UNKNOWN, *GROUPS, *(v.mac for v in vfs.values())]
        sources = (GROUPS[0], "00:00:00:00:00:00", UNKNOWN, self.switch.pf_mac)

        def batch(source, tags):
            return [frames.build(dst, self.exchange.mac(source), kind, round_, next(ids), t,
                                 fitting(size, t), flow=n)
                    for n, (dst, t, (kind, size)) in enumerate(
                        combinations(targets, tags, SIZES.items()))]
        batches = {source: batch(source, VF_TAGS if source in vfs else TRUNK_TAGS)
                   for source in (model.WIRE, model.HOST, *vfs)}
        for vf in vfs:
            batches[vf] += [frames.build(dst, src, "local", round_, next(ids)) for dst in targets
                            for src in sources]
        return batches

    def run(self):
        """Sends the matrix once, remembers outcomes and counters."""
        round_ = frames.new_round()
        before = self.svf.counters(VFS)
        self.outcomes = self.exchange.check(self.frames(round_), round_)
        ring_rx = sum(len(o.redirects) for _, _, o in self.outcomes)
        ring_tx = sum(len(o.ring_tx) for _, _, o in self.outcomes)
        if self.switch.lane == "afxdp":  # completions may come later than frames
            wait.until(lambda: self.ring_sums(before) == (ring_rx, ring_tx), "ring counters", 5)
        self.counted = self.svf.counters(VFS).minus(before)

    def ring_sums(self, before):
        """(RX, TX) frames of all rings since `before`."""
        rings = self.svf.counters(VFS).minus(before).rings.values()
        return sum(r["rx_packets"] for r in rings), sum(r["tx_packets"] for r in rings)

    def close(self):
        """Everything away."""
        self.setup.close()


@pytest.fixture(scope="module", params=CONFIGS, name="matrix")
def matrix_fixture(request, world):
    """A configuration with its VFs up."""
    made = Matrix(world, *CONFIGS[request.param])
    yield made
    made.close()


def test_every_frame_reaches_whom_it_must_and_nobody_else(matrix):
    matrix.run()
    kinds = Counter(bool(o.copies) for _, _, o in matrix.outcomes)
    assert kinds[True] > 500 and kinds[False] > 100, "the matrix has both kinds of frames"


@pytest.fixture(name="done")
def done_fixture(matrix):
    """A matrix whose frames all arrived as they must: only then are counters worth comparing."""
    if matrix.counted is None:
        pytest.fail("the frames themselves did not arrive as they must")
    return matrix


def test_every_frame_is_counted_under_its_verdict(done):
    wrong = exchange.wrong_counts(done.outcomes, done.counted, (*range(VFS), PF_ID, WIRE_ID))
    assert not wrong, "\n" + "\n".join(wrong)


def test_unicast_between_wire_and_vf_is_in_the_vfs_rings(done):
    _, _, ring_rx, ring_tx = exchange.count(done.outcomes)
    got_rx, got_tx = Counter(), Counter()
    for (vf, _), ring in done.counted.rings.items():
        got_rx[vf] += ring["rx_packets"]
        got_tx[vf] += ring["tx_packets"]
        faults = {k: v for k, v in ring.items() if v and not k.endswith(("packets", "bytes"))
                  and k not in ("rx_fill_ring_empty_descs", "tx_ring_empty_descs")}
        assert not faults, f"vf {vf}: {faults}"
    assert got_rx == ring_rx and got_tx == ring_tx
    if done.switch.lane == "afxdp":
        assert all(ring_tx[vf] for vf in range(VFS))
    assert not any(s["no_agent"] for s in done.counted.stats.values())


def test_all_queues_carried_frames(done):
    rings = done.switch.lane == "afxdp" and not done.switch.skb_mode
    used = {queue for (_, queue), ring in done.counted.rings.items() if ring["rx_packets"]}
    assert used == (set(range(done.wire.queues)) if rings else set())


def test_what_is_shaped_went_through_the_shaper(done):
    if not done.shaped:
        return
    text = done.wire.world.run(["tc", "-s", "class", "show", "dev", "pf0s0"], "host").stdout
    sent = dict(re.findall(r"class htb 1:(\w+) .*\n Sent \d+ bytes (\d+) pkt", text))
    may = Counter(source for source, _, o in done.outcomes if o.drop in ("", "to_self"))
    assert {leaf: int(n) for leaf, n in sent.items() if leaf != "1"} == {
        "fffe": may[model.HOST], **{f"{vf + 2:x}": may[vf] for vf in range(VFS)}}


def test_show_tells_the_same_counters(done):
    shown = {v["vf"]: v["stats"] for v in done.svf.show("-s")["vfinfo_list"]}
    counters = done.svf.counters(VFS)
    for vf in range(VFS):
        rx, tx = counters.stats[vf, "rx"], counters.stats[vf, "tx"]
        assert shown[vf]["rx"] == {n: rx[n] for n in ("bytes", "packets", "multicast",
                                                      "broadcast", "dropped")}
        assert shown[vf]["tx"] == {"tx_bytes": tx["bytes"], "tx_packets": tx["packets"],
                                   "dropped": tx["dropped"]}


def test_the_account_is_exact(done):
    done.setup.check_account()
