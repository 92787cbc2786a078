# SPDX-License-Identifier: GPL-2.0-only
"""
Test frames. Scapy builds what is above Ethernet; each carries a magic, the round (one exchange)
and an id, by which svf-capture and the tests know it again. Ids from SENTINEL on are sentinels:
sent last, their arrival proves that what has not come by then never will.
"""

import functools
import itertools
import struct
from dataclasses import dataclass

from scapy.layers.inet import IP, TCP, UDP
from scapy.layers.inet6 import IPv6
from scapy.layers.l2 import ARP, Ether
from scapy.packet import Raw

MAGIC = b"SVF-TEST"
SENTINEL = 0x80000000
HEADER = struct.Struct("!8sII")
BROADCAST = "ff:ff:ff:ff:ff:ff"
ETHERTYPE_LOCAL = 0x88B5  # IEEE 802: for local experiments
ETHERTYPE_8021Q, ETHERTYPE_8021AD = 0x8100, 0x88A8
# TPIDs: the two of the standards, and those that came before them
TPIDS = (ETHERTYPE_8021Q, ETHERTYPE_8021AD, 0x9100, 0x9200, 0x9300)
KINDS = {"ipv4": 0x0800, "ipv6": 0x86DD, "arp": 0x0806, "local": ETHERTYPE_LOCAL,
         "lldp": 0x88CC, "lacp": 0x8809, "pause": 0x8808, "dot1x": 0x888E,
         "llc": 38}  # a length: LLC follows, as in a BPDU
FLOWS = 16
ADDRESSES_LEN, TAG_LEN, ETHER_LEN, TCP_LEN = 12, 4, 14, 20

_rounds = itertools.count(1)


def new_round():
    """A number for one exchange, never used before in this process."""
    return next(_rounds)


@dataclass(frozen=True)
class Tag:
    """A VLAN tag."""

    vid: int
    pcp: int = 0
    tpid: int = ETHERTYPE_8021Q

    def bytes(self):
        """As in the frame."""
        return struct.pack("!HH", self.tpid, self.pcp << 13 | self.vid)


def payload(kind, flow):
    """Everything behind the Ethernet header up to our payload; `flow` moves the frame to another
    queue where the kernel spreads by flow. No UDP checksum, so that ids can be put in later."""
    udp = UDP(sport=10000 + flow, dport=9, chksum=0)
    if kind == "ipv4":
        return IP(src="198.18.0.1", dst="198.18.0.2") / udp
    if kind == "ipv6":
        return IPv6(src="2001:2::1", dst="2001:2::2") / udp
    if kind == "arp":
        return ARP(op=1, hwsrc="02:00:00:00:00:01", hwdst="00:00:00:00:00:00",
                   psrc="198.18.0.1", pdst="198.18.0.2")
    return Raw(b"")


@functools.lru_cache(maxsize=1024)
def body(kind, size, flow):
    """What follows the type field: payload() and ours, with round and id 0."""
    data, text = bytes(payload(kind, flow)), HEADER.pack(MAGIC, 0, 0)
    short = size - ETHER_LEN - len(data) - len(text)
    text += bytes(i % 251 for i in range(max(short, 0)))
    return bytes(payload(kind, flow) / Raw(text))


def address(mac):
    """A MAC address as bytes."""
    return bytes.fromhex(mac.replace(":", ""))


def build(dst, src, kind="ipv4", round_=0, id_=0, tags=(), size=0, flow=0):
    """The bytes of one test frame, at least `size` long (tags not counted)."""
    data = body(kind, size, flow % FLOWS)
    at = data.index(MAGIC)
    return b"".join((address(dst), address(src), *(tag.bytes() for tag in tags),
                     struct.pack("!H", KINDS[kind]), data[:at], HEADER.pack(MAGIC, round_, id_),
                     data[at + HEADER.size:]))


def superframe(dst, src, round_, gso_size, segments, tags=(), ipv6=False):
    """(one TCP frame that becomes `segments` of gso_size bytes, its payload); each segment starts
    with magic, round and its number. The checksum is the pseudo header's."""
    filling = bytes(i % 251 for i in range(gso_size))
    text = b"".join((HEADER.pack(MAGIC, round_, i) + filling)[:gso_size] for i in range(segments))
    tcp = TCP(sport=10000, dport=9, flags="A", seq=1, ack=1, chksum=0) / Raw(text)
    if ipv6:
        ip = IPv6(src="2001:2::1", dst="2001:2::2", nh=6) / tcp
    else:
        ip = IP(src="198.18.0.1", dst="198.18.0.2") / tcp
    header = Ether(dst=dst, src=src, type=KINDS["ipv6" if ipv6 else "ipv4"])
    data = bytearray(bytes(header / ip))
    at = len(data) - len(text) - TCP_LEN
    addresses = data[ETHER_LEN + 8:at] if ipv6 else data[ETHER_LEN + 12:at]
    struct.pack_into("!H", data, at + 16, fold(addresses + struct.pack("!HH", 6, len(data) - at)))
    data = bytes(data)
    for tag in reversed(tags):
        data = tagged(data, tag)
    return data, text


def fold(data):
    """The internet checksum's sum, not inverted."""
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total


def untagged(data):
    """The frame without its outer tag, which it has."""
    return data[:ADDRESSES_LEN] + data[ADDRESSES_LEN + TAG_LEN:]


def tagged(data, tag):
    """The frame with a further outer tag."""
    return data[:ADDRESSES_LEN] + tag.bytes() + data[ADDRESSES_LEN:]


def ethertype_at(data, tags=0):
    """The type field behind that many tags."""
    return struct.unpack_from("!H", data, ADDRESSES_LEN + tags * TAG_LEN)[0]


def outer_tag(data):
    """The outer tag, or None; an old TPID is none to the kernel and to us."""
    tpid, tci = struct.unpack_from("!HH", data, ADDRESSES_LEN)
    if tpid not in (ETHERTYPE_8021Q, ETHERTYPE_8021AD):
        return None
    return Tag(tci & 0xFFF, tci >> 13, tpid)


def identify(data):
    """(round, id) of a test frame, or None."""
    at = data.find(MAGIC)
    if at < 0 or at + HEADER.size > len(data):
        return None
    return HEADER.unpack_from(data, at)[1:]


def pack(frames):
    """The format svf-send reads."""
    return b"".join(struct.pack("!H", len(f)) + f for f in frames)
