# SPDX-License-Identifier: GPL-2.0-only
"""
Test frames. Scapy builds them once per shape; each carries a magic, the round (one exchange)
and an id, by which svf-capture and the tests know it again. Ids from SENTINEL on are sentinels:
sent last, their arrival proves that what has not come by then never will.
"""

import functools
import itertools
import struct
from dataclasses import dataclass

from scapy.layers.inet import IP, UDP
from scapy.layers.inet6 import IPv6
from scapy.layers.l2 import ARP, Dot1AD, Dot1Q, Ether
from scapy.packet import Raw

MAGIC = b"SVF-TEST"
SENTINEL = 0x80000000
HEADER = struct.Struct("!8sII")
BROADCAST = "ff:ff:ff:ff:ff:ff"
ETHERTYPE_LOCAL = 0x88B5  # IEEE 802: for local experiments
ETHERTYPE_8021Q, ETHERTYPE_8021AD = 0x8100, 0x88A8
KINDS = {"ipv4": 0x0800, "ipv6": 0x86DD, "arp": 0x0806, "local": ETHERTYPE_LOCAL}
FLOWS = 16
ADDRESSES_LEN, TAG_LEN, ETHER_LEN = 12, 4, 14

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


@functools.lru_cache(maxsize=4096)
def shape(dst, src, kind, tags, size, flow):
    """A test frame with round and id 0."""
    body = payload(kind, flow)
    text = HEADER.pack(MAGIC, 0, 0)
    short = size - ETHER_LEN - len(body) - len(text)
    text += bytes(i % 251 for i in range(max(short, 0)))
    header = Ether(dst=dst, src=src, type=KINDS[kind])
    for tag in tags:
        shim = Dot1AD if tag.tpid == ETHERTYPE_8021AD else Dot1Q
        header = header / shim(vlan=tag.vid, prio=tag.pcp, type=KINDS[kind])
    return fix_tpids(bytes(header / body / Raw(text)), tags)


def build(dst, src, kind="ipv4", round_=0, id_=0, tags=(), size=0, flow=0):
    """The bytes of one test frame, at least `size` long (tags not counted)."""
    data = shape(dst, src, kind, tags, size, flow % FLOWS)
    at = data.index(MAGIC)
    return data[:at] + HEADER.pack(MAGIC, round_, id_) + data[at + HEADER.size:]


def fix_tpids(data, tags):
    """Scapy derives one type from the other; write what was asked for."""
    for i, tag in enumerate(tags):
        at = ADDRESSES_LEN + i * TAG_LEN
        data = data[:at] + tag.bytes() + data[at + TAG_LEN:]
    return data


def untagged(data):
    """The frame without its outer tag."""
    return data[:ADDRESSES_LEN] + data[ADDRESSES_LEN + TAG_LEN:]


def tagged(data, tag):
    """The frame with a further outer tag."""
    return data[:ADDRESSES_LEN] + tag.bytes() + data[ADDRESSES_LEN:]


def outer_tag(data):
    """The outer tag, or None."""
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
