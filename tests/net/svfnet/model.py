# SPDX-License-Identifier: GPL-2.0-only
"""
Who must get a frame, with which bytes, counted how: SR-IOV's rules written down a second time,
independent of the sorter. Stations are "wire", "host" and VF numbers.
"""

from dataclasses import dataclass, field

from .frames import ETHERTYPE_8021Q, Tag, outer_tag, tagged, untagged

WIRE, HOST = "wire", "host"


@dataclass
class Vf:
    """A VF's settings."""

    mac: str
    vlan: int = 0
    qos: int = 0


@dataclass
class Switch:
    """The PF with its VFs, as set by the test."""

    pf_mac: str
    vfs: dict  # number -> Vf
    lane: str = "afxdp"
    skb_mode: bool = False


@dataclass
class Outcome:
    """What one frame leads to."""

    copies: dict = field(default_factory=dict)  # station -> bytes
    verdict: str = ""  # for the sender, if a VF: counter in svf_stats; "" if dropped
    drop: str = ""  # counter in svf_drops
    received: dict = field(default_factory=dict)  # vf -> counter in svf_stats
    ring_rx: int = None  # VF whose RX ring carried it
    ring_tx: int = None  # VF whose TX ring carried it


def mac_of(data, offset=0):
    """Address at an offset: 0 destination, 6 source."""
    return data[offset:offset + 6].hex(":")


def is_multicast(mac):
    """Broadcast included."""
    return bool(int(mac[:2], 16) & 1)


def split_vlan(data):
    """(vlan, frame as a member of that VLAN gets it); vlan is None where no VF can be meant."""
    tag = outer_tag(data)
    if not tag:
        return 0, data
    if tag.tpid != ETHERTYPE_8021Q:
        return None, data
    return tag.vid, untagged(data)


def owner(switch, mac, vlan):
    """VF that has {mac, vlan}, or None."""
    return next((n for n, vf in switch.vfs.items() if (vf.mac, vf.vlan) == (mac, vlan)), None)


def deliver(switch, source, data):
    """The outcome of `data` sent by `source`."""
    if source in (WIRE, HOST):
        return from_trunk(switch, source, data)
    return from_vf(switch, source, data)


def from_trunk(switch, source, data):
    """From the wire or the host, where frames carry their tags."""
    other = HOST if source == WIRE else WIRE
    vlan, inner = split_vlan(data)
    outcome = Outcome()
    if is_multicast(mac_of(data)):
        outcome.copies[other] = data
        flood(switch, outcome, vlan, inner, None)
        return outcome
    vf = owner(switch, mac_of(data), vlan)
    if vf is None:
        outcome.copies[other] = data
        return outcome
    outcome.copies[vf] = inner
    outcome.received[vf] = wire_verdict(switch) if source == WIRE else "host"
    if outcome.received[vf] == "ring":
        outcome.ring_rx = vf
    return outcome


def wire_verdict(switch):
    """Counter of a unicast frame from the wire to a VF."""
    if switch.lane == "tc":
        return "tc"
    return "no_ring" if switch.skb_mode else "ring"


def flood(switch, outcome, vlan, inner, source):
    """One copy for each member of the VLAN but the sender."""
    for n, vf in switch.vfs.items():
        if vf.vlan == vlan and n != source:
            outcome.copies[n] = inner
            outcome.received[n] = "flood"


def from_vf(switch, source, data):
    """From a VF: it may send untagged or priority-tagged frames only."""
    me, outcome = switch.vfs[source], Outcome()
    vlan, inner = split_vlan(data)
    if vlan != 0 or outer_tag(inner):
        outcome.drop = "spoof_vlan"
        return outcome
    if is_multicast(mac_of(data, 6)) or mac_of(data, 6) == "00:00:00:00:00:00":
        outcome.drop = "malformed"
        return outcome
    outside = tagged(inner, Tag(me.vlan, me.qos)) if me.vlan else inner
    dst = mac_of(inner)
    if is_multicast(dst):
        outcome.verdict = "flood"
        outcome.copies = {WIRE: outside, HOST: outside}
        flood(switch, outcome, me.vlan, inner, source)
    elif dst == switch.pf_mac:
        outcome.verdict, outcome.copies = "host", {HOST: outside}
    else:
        unicast_from_vf(switch, source, inner, outside, outcome)
    return outcome


def unicast_from_vf(switch, source, inner, outside, outcome):
    """To itself, to another VF of its VLAN, or to the wire."""
    vf = owner(switch, mac_of(inner), switch.vfs[source].vlan)
    if vf == source:
        outcome.drop = "to_self"
    elif vf is not None:
        outcome.verdict, outcome.copies, outcome.received = "veb", {vf: inner}, {vf: "veb"}
    elif switch.lane == "tc":
        outcome.verdict, outcome.copies = "tc", {WIRE: outside}
    else:
        outcome.verdict, outcome.copies, outcome.ring_tx = "ring", {WIRE: outside}, source
