# SPDX-License-Identifier: GPL-2.0-only
"""
The agent's engines against the kernel's: random superframes that a VF sends leave the PF byte for
byte as without the engines (TUNSETOFFLOAD 0: the kernel cuts them); random segments from the wire
that LRO merged, cut again by the kernel behind the VF, are those that were sent.
"""

import random
import struct

import pytest
from scapy.layers.inet import IP, TCP
from scapy.layers.inet6 import IPv6
from scapy.layers.l2 import Ether
from scapy.packet import Raw
from svfnet import frames, tools
from svfnet.frames import Tag
from svfnet.product import Svf
from svfnet.topology import FAR_MAC, Topology

VFS, TRUNK, VLAN = 2, 1, 100
MACS = ["02:00:00:00:77:00", "02:00:00:00:77:01"]
ELSEWHERE = "02:00:00:00:77:77"
SUPERFRAMES, SEGMENTS, ROUNDS = 40, 300, 4
SLOWLY_PPS = 100  # superframes a second: no queue on the way overflows
PORT = 4711
MSS = 1300
FLAGS = ["A", "PA", "FPA", "FA", "UA", "CA", "EA", "CEA", "A", "PA"]


class Side:
    """A wire and a PF whose agent has its engines on, or off."""

    def __init__(self, world, engines):
        self.world, self.engines = world, engines
        self.wire = Topology(world, addresses=False, ipv6=False, suffix=engines)
        self.svf = Svf(world, self.wire.host, self.wire.pf)
        self.svf.up("--lane", "afxdp", "--engines", engines, vfs=VFS)
        for vf in range(VFS):
            self.svf.set(vf, "mac", MACS[vf])
            self.wire.take_vf(vf, addresses=False)
        self.svf.set(TRUNK, "trunk", "add", VLAN)
        self.far = tools.Capture(world, self.wire.wire, self.wire.far)
        self.behind = [self.forward(vf) for vf in range(VFS)]

    def forward(self, vf):
        """All that the VF gets goes on to a netdev for which the kernel must cut and finish it; a
        capture there. (The tenant's bridge floods: nobody has the VF's address behind it.)"""
        name = self.wire.vf_name(vf)
        self.world.shell("ip link add out type veth peer name seen && ethtool -K out tx off "
                         "tso off gso off sg off txvlan off tx-vlan-stag-hw-insert off",
                         self.wire.vf_netns(vf))
        self.world.ip(f"""link add across type bridge mcast_snooping 0
            link set {name} address {ELSEWHERE}
            link set {name} master across
            link set out master across
            link set across up
            link set out up
            link set seen up""", self.wire.vf_netns(vf))
        return tools.Capture(self.world, "seen", self.wire.vf_netns(vf))

    def ring(self, name):
        """A counter of the VFs' rings, added up."""
        return sum(ring[name] for ring in self.svf.rings(VFS).values())

    def send(self, vf, data, gso_size=0):
        """From a VF."""
        tools.send(self.world, self.wire.vf_name(vf), data, self.wire.vf_netns(vf),
                   rate=SLOWLY_PPS, gso_size=gso_size)

    def close(self):
        """Everything away."""
        for capture in [self.far, *self.behind]:
            capture.close()
        self.svf.down(check=False)
        self.wire.close()


@pytest.fixture(scope="module", params=["on", "off"], name="side")
def side_fixture(request, world):
    """For what holds with the engines and without."""
    made = Side(world, request.param)
    yield made
    made.close()


def random_ip(rng, ipv6, options=True):
    """A header with everything that a cut must repeat."""
    if ipv6:
        return IPv6(src="2001:2::1", dst="2001:2::2", tc=rng.choice([0, 0x10, 2, 3]),
                    fl=rng.randrange(1 << 20), hlim=rng.randrange(1, 256), nh=6)
    return IP(src="198.18.0.1", dst="198.18.0.2", tos=rng.choice([0, 0x10, 2, 3]),
              id=rng.randrange(1 << 16), flags=rng.choice(["DF", 0]), ttl=rng.randrange(1, 256),
              options=b"\1" * 4 * rng.choice([0, 0, 1, 10]) if options else b"")


def random_tcp(rng, flags):
    """The same."""
    known = [("Timestamp", (rng.randrange(1 << 32), 7)), ("NOP", None), ("NOP", None)]
    return TCP(sport=rng.randrange(1, 1 << 16), dport=PORT, seq=rng.randrange(1 << 32),
               ack=rng.randrange(1 << 32), window=rng.randrange(1 << 16), flags=flags,
               urgptr=rng.randrange(1 << 16) if "U" in flags else 0, options=rng.choice([[], known]))


def magic(round_, number, size, rng):
    """A payload of that size; what it has room for of the mark of a test frame."""
    return (frames.HEADER.pack(frames.MAGIC, round_, number) + rng.randbytes(size))[:size]


def pseudo(ip, length):
    """What a stack leaves in an unfinished checksum: the pseudo header's sum."""
    data = bytes(ip)
    addresses = data[8:40] if ip.version == 6 else data[12:20]
    return frames.fold(addresses + struct.pack("!HH", 6, length))


def superframe(rng, vf, round_, gso_size):
    """A random one. No segment is too short to be recognised."""
    segments, last = rng.randrange(1, 20), rng.randrange(frames.HEADER.size, gso_size + 1)
    text = b"".join(magic(round_, i, gso_size, rng) for i in range(segments))
    text += magic(round_, segments, last, rng)
    ip, tcp = random_ip(rng, rng.random() < 0.5), random_tcp(rng, rng.choice(FLAGS))
    data = bytes(ip / tcp / Raw(text))
    l4 = len(data) - len(bytes(tcp)) - len(text)
    data = bytearray(data)
    struct.pack_into("!H", data, l4 + 16, pseudo(type(ip)(bytes(data[:l4])), len(data) - l4))
    data = bytes(Ether(dst=FAR_MAC, src=MACS[vf], type=0x86dd if ip.version == 6 else 0x800)) + data
    return frames.tagged(data, Tag(VLAN)) if vf == TRUNK else data


def sentinel(dst, src, round_, vf):
    """The last frame of a round."""
    data = frames.build(dst, src, "ipv4", round_, frames.SENTINEL)
    return frames.tagged(data, Tag(VLAN)) if vf == TRUNK else data


def test_superframes_are_cut_as_the_kernel_cuts_them(world):
    rng = random.Random(1)
    made = {engines: Side(world, engines) for engines in ("on", "off")}
    try:
        for round_ in range(1, 2 * ROUNDS):
            vf, gso_size = round_ % VFS, rng.randrange(88, MSS)
            sent = [superframe(rng, vf, round_, gso_size) for _ in range(SUPERFRAMES)]
            seen = {}
            for engines, side in made.items():
                side.send(vf, sent, gso_size)
                side.send(vf, [sentinel(FAR_MAC, MACS[vf], round_, vf)])
                seen[engines] = [r.data for r in side.far.collect(round_, 1)]
            assert len(seen["on"]) > 2 * SUPERFRAMES
            for number, (ours, kernels) in enumerate(zip(seen["on"], seen["off"])):
                assert ours == kernels, f"frame {number}, gso_size {gso_size}"
            assert len(seen["on"]) == len(seen["off"])
        for side in made.values():
            assert not side.ring("tx_unsegmented") and not side.ring("tx_oversize")
    finally:
        for side in made.values():
            side.close()


class Flow:
    """A sender of consecutive segments, which sometimes does something else."""

    def __init__(self, rng, vf, round_):
        self.rng, self.vf, self.round = rng, vf, round_
        self.ip, self.tcp = random_ip(rng, rng.random() < 0.5, False), random_tcp(rng, "A")
        self.size = rng.randrange(88, MSS)

    def change(self):
        """The next segment's fields, mostly as they should be."""
        self.tcp.flags, odd = "A", self.rng.randrange(40)
        if odd == 0:
            self.tcp.ack = (self.tcp.ack + 1) % (1 << 32)
        elif odd == 1:
            self.tcp.window ^= 1
        elif odd == 2:
            self.tcp.seq = self.rng.randrange(1 << 32)
        elif odd == 3:
            self.tcp.flags = self.rng.choice(FLAGS)
        elif odd == 4 and self.ip.version == 4:
            self.ip.id = self.rng.randrange(1 << 16)
        elif odd == 5:
            self.size = self.rng.randrange(88, MSS)

    def segment(self, number):
        """One frame; some are damaged."""
        self.change()
        size = self.size if self.rng.randrange(20) else self.rng.randrange(16, MSS)
        text = magic(self.round, number, size, self.rng)
        data = bytearray(bytes(Ether(dst=MACS[self.vf], src=FAR_MAC) / self.ip / self.tcp /
                               Raw(text)))
        self.tcp.seq = (self.tcp.seq + size) % (1 << 32)
        if self.ip.version == 4:
            self.ip.id = (self.ip.id + 1) % (1 << 16)
        if not self.rng.randrange(40):  # in the TCP header or the payload, not in the mark
            at = self.rng.choice([-1, len(data) - size - 4, len(data) - size - 18])
            data[at] ^= 1 << self.rng.randrange(8)
        data = bytes(data)
        return frames.tagged(data, Tag(VLAN)) if self.vf == TRUNK else data


def receive(side, vf, sent, round_):
    """The agent finds them all in the ring at once; what is seen behind the VF."""
    pid = side.svf.show()["svf"]["agent"]["pid"]
    end = sentinel(MACS[vf], FAR_MAC, round_, vf)
    side.world.kill(pid, "STOP")
    try:
        tools.send(side.world, side.wire.wire, [*sent, end], side.wire.far, rate=0)
    finally:
        side.world.kill(pid, "CONT")
    return [r.data for r in side.behind[vf].collect(round_, 1) if r.id != frames.SENTINEL]


def test_merged_segments_cut_again_are_those_sent(side):
    rng = random.Random(2)
    before = side.ring("rx_merged")
    for round_ in range(100, 100 + ROUNDS):
        vf = round_ % VFS
        flows = [Flow(rng, vf, round_) for _ in range(3)]
        by_flow = [rng.choice(flows) for _ in range(SEGMENTS)]
        sent = [flow.segment(number) for number, flow in enumerate(by_flow)]
        seen = receive(side, vf, sent, round_)
        for flow in flows:  # each in its own order
            mine = [data for data, owner in zip(sent, by_flow) if owner is flow]
            assert [data for data in seen if data in set(mine)] == mine
        assert len(seen) == len(sent)
    merged = side.ring("rx_merged") - before
    assert merged == 0 if side.engines == "off" else merged > ROUNDS * SEGMENTS / 4
    assert side.ring("rx_packets") >= ROUNDS * SEGMENTS


def test_then_the_account_is_exact(side):
    done = side.svf.command("stats", side.wire.pf, "--check", check=False)
    assert done.returncode == 0 and "exact" in done.stdout, done.stdout + done.stderr


def test_superframes_are_what_the_vf_gets(side):
    """Counted as frames by the sorter, as a superframe by the netdevs."""
    if side.engines == "off":
        return
    rng = random.Random(3)
    flow = Flow(rng, 0, 999)
    flow.size, flow.change = 1000, lambda: None
    stats = side.svf.counters(VFS).stats[0, "rx"]
    data = [flow.segment(number) for number in range(40)]
    assert len(receive(side, 0, data, 999)) == 40
    now = side.svf.counters(VFS).stats[0, "rx"]
    assert now["packets"] - stats["packets"] == 41
    assert now["skbs"] - stats["skbs"] < 20
