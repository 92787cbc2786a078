# SPDX-License-Identifier: GPL-2.0-only
"""
Who must get a frame, with which bytes, counted how: the policy written down a second time,
independent of the sorter. Stations are "wire", "host" and VF numbers; each of them is a source of
frames (TX; what the wire sends us is its RX) and a receiver (RX; the wire's TX).

VLANs are (tpid, vid); untagged and priority-tagged frames are in NO_VLAN; None is the VLAN of
what can be for no VF.
"""

from dataclasses import dataclass, field

from .frames import (BROADCAST, ETHER_LEN, ETHERTYPE_8021AD, ETHERTYPE_8021Q, TPIDS, Tag,
                     ethertype_at, outer_tag, tagged, untagged)

WIRE, HOST = "wire", "host"
NO_VLAN = (ETHERTYPE_8021Q, 0)
TAGS_MAX = 4  # a VF may stack
GROUPS_RESERVED = ("01:80:c2:00:00:0", "01:80:c2:00:00:2")
CONTROL_TYPES = {0x88CC: "lldp", 0x8809: "lacp", 0x8808: "pause", 0x888E: "dot1x"}
STP_GROUPS = ("01:80:c2:00:00:00", "01:80:c2:00:00:08")


@dataclass
class Vf:
    """A VF's settings, by default as after `up`."""

    mac: str
    vlan: int = 0
    qos: int = 0
    proto: int = ETHERTYPE_8021Q
    spoofchk: bool = True
    trust: bool = False
    state: str = "auto"
    trunk: frozenset = frozenset()  # 802.1Q VIDs
    trunk_8021ad: frozenset = frozenset()
    untagged: bool = True
    mac_list: frozenset = frozenset()
    promisc: str = "off"
    allmulti: bool = False
    bcast: bool = True
    isolation: str = "inherit"
    host_access: bool = True
    allow_proto: frozenset = frozenset()
    mtu: int = 1500
    groups: frozenset = frozenset()  # its netdev has joined

    def owns(self, mac):
        """Whether the address is one of its own."""
        return mac == self.mac or mac in self.mac_list

    @property
    def is_trunk(self):
        """Whether it has a trunk list."""
        return bool(self.trunk or self.trunk_8021ad)

    def may_use(self, vlan):
        """Whether it gets frames of a VLAN."""
        if vlan is None:
            return False
        tpid, vid = vlan
        if self.vlan:
            return vlan == (self.proto, self.vlan)
        if vid == 0:
            return self.untagged
        return vid in (self.trunk if tpid == ETHERTYPE_8021Q else self.trunk_8021ad)

    def wants_group(self, group):
        """Whether it gets what is sent to a group, or to all."""
        if group == BROADCAST:
            return self.bcast
        return group in self.groups or (self.trust and self.allmulti)


@dataclass
class Switch:
    """The PF with its VFs, as set by the test."""

    pf_mac: str
    vfs: dict  # number -> Vf
    lane: str = "afxdp"
    skb_mode: bool = False
    isolation: str = "veb"
    mtu: int = 1500
    carrier: bool = True
    reflects: bool = False  # the far end sends back what is not for itself
    far_mac: str = ""

    def link_up(self, vf):
        """Whether the VF's link is up."""
        state = self.vfs[vf].state
        return state == "enable" or (state == "auto" and self.carrier)

    def isolation_of(self, vf):
        """The VF's isolation, the PF's if it inherits."""
        own = self.vfs[vf].isolation
        return self.isolation if own == "inherit" else own

    def owners(self, mac, vlan):
        """VFs that have the address in the VLAN."""
        return [n for n, vf in self.vfs.items() if vf.owns(mac) and vf.may_use(vlan)]

    def rings(self):
        """Whether unicast from the wire may be in rings."""
        return self.lane == "afxdp" and not self.skb_mode and not any(
            vf.trust and vf.promisc == "all" for vf in self.vfs.values())


@dataclass(frozen=True)
class Count:
    """One frame counted: a verdict or a drop of an entity in a direction."""

    entity: object
    direction: str
    name: str
    dropped: bool
    data: bytes  # without its outer tag


@dataclass
class Outcome:
    """What one frame leads to."""

    copies: list = field(default_factory=list)  # (station, bytes)
    counts: list = field(default_factory=list)  # Count
    redirects: list = field(default_factory=list)  # VFs whose RX ring carried a copy
    ring_tx: list = field(default_factory=list)  # VFs whose TX ring carried a copy

    def add(self, other):
        """What else it leads to."""
        for name in ("copies", "counts", "redirects", "ring_tx"):
            getattr(self, name).extend(getattr(other, name))

    def at(self, station):
        """Copies that a station gets."""
        return [data for who, data in self.copies if who == station]

    @property
    def drop(self):
        """Reason if its sender may not send it, else ""."""
        first = self.counts[0] if self.counts else None
        return first.name if first and first.dropped else ""


def mac_of(data, offset=0):
    """Address at an offset: 0 destination, 6 source."""
    return data[offset:offset + 6].hex(":")


def is_multicast(mac):
    """Broadcast included."""
    return bool(int(mac[:2], 16) & 1)


def vlan_of(data):
    """The VLAN of a frame as it is on the wire."""
    tag = outer_tag(data)
    if not tag:
        return None if ethertype_at(data) in TPIDS else NO_VLAN
    if tag.vid == 0 and (tag.tpid != ETHERTYPE_8021Q or ethertype_at(data, 1) in TPIDS):
        return None
    return tag.tpid, tag.vid


def bare(data):
    """The frame without its outer tag, if it has one."""
    return untagged(data) if outer_tag(data) else data


def l3_len(data):
    """What an MTU limits: no Ethernet header, no outer tag."""
    return len(bare(data)) - ETHER_LEN


def deliver(switch, source, data):
    """The outcome of `data` sent by `source`."""
    sent = {WIRE: from_wire, HOST: from_host}.get(source)
    outcome = sent(switch, data) if sent else from_vf(switch, source, data)
    if switch.reflects and source != WIRE:
        for back in outcome.at(WIRE):
            if mac_of(back) != switch.far_mac:
                outcome.add(from_wire(switch, back))
    return outcome


class Delivery:
    """A frame, as it is outside the VFs, on its way to its receivers."""

    def __init__(self, switch, data, vlan):
        self.switch, self.data, self.vlan = switch, data, vlan
        self.outcome = Outcome()

    def count(self, entity, direction, name, dropped=False):
        """Counts it once."""
        self.outcome.counts.append(Count(entity, direction, name, dropped, bare(self.data)))

    def drop(self, entity, direction, name):
        """Counts it as dropped."""
        self.count(entity, direction, name, True)
        return self.outcome

    def to_vf(self, vf, verdict):
        """To a VF that may have it, unless its link or its MTU forbid. Its bytes: with the tag
        for a trunk VF, else without."""
        config = self.switch.vfs[vf]
        if not self.switch.link_up(vf):
            return self.drop(vf, "rx", "link_down")
        if l3_len(self.data) > config.mtu:
            return self.drop(vf, "rx", "mtu")
        keeps = config.is_trunk and self.vlan[1]
        self.outcome.copies.append((vf, self.data if keeps else bare(self.data)))
        self.count(vf, "rx", verdict)
        return self.outcome

    def to_host(self, verdict, data=None):
        """To the host, tags and all."""
        self.outcome.copies.append((HOST, data or self.data))
        self.count(HOST, "rx", verdict)

    def to_wire(self, verdict, data=None):
        """To the wire, tags and all."""
        if l3_len(self.data) > self.switch.mtu:
            self.drop(WIRE, "tx", "mtu")
            return
        self.outcome.copies.append((WIRE, data or self.data))
        self.count(WIRE, "tx", verdict)


def from_wire(switch, data):
    """From the wire; what the host sees of it does not depend on the VFs, except for unicast that
    is theirs, and what one of them had sent that may not talk to the host."""
    way = Delivery(switch, data, vlan_of(data))
    dst, src = mac_of(data), mac_of(data, 6)
    senders = switch.owners(src, way.vlan)  # it comes back
    if is_multicast(dst):
        way.count(WIRE, "rx", "flood")
        if may_reach_host(switch, senders):
            way.to_host("flood")
        flood_from_wire(way, dst, senders)
        return way.outcome
    owners = [] if dst == switch.pf_mac else switch.owners(dst, way.vlan)
    if not owners:
        way.count(WIRE, "rx", "pass")
        if may_reach_host(switch, senders):
            way.to_host("pass")
        else:
            way.drop(HOST, "rx", "host_access")
    elif len(owners) > 1:
        way.count(WIRE, "rx", "copy")
    for vf in owners:
        unicast_from_wire(way, vf, senders, len(owners) > 1)
    to_promiscuous(way, owners, dst == switch.pf_mac, senders)
    return way.outcome


def may_reach_host(switch, senders):
    """Whether the host gets what VFs of ours had sent."""
    return all(switch.vfs[vf].host_access for vf in senders)


def unicast_from_wire(way, vf, senders, held_twice):
    """A VF's unicast from the wire: by its ring if it has one and is ready for the frame."""
    switch = way.switch
    ready = switch.link_up(vf) and l3_len(way.data) <= switch.vfs[vf].mtu
    verdict = "ring" if switch.rings() and ready else "tc" if switch.lane == "tc" else "no_ring"
    if held_twice:
        verdict = "copy"
    elif verdict == "ring":
        way.outcome.redirects.append(vf)
    else:
        way.count(WIRE, "rx", verdict)
    why_not = refused_from_wire(way, vf, senders) if ready else ""
    if why_not:
        way.drop(vf, "rx", why_not)
    else:
        way.to_vf(vf, verdict)


def refused_from_wire(way, vf, senders):
    """Why a VF does not get what a VF of ours or the host had sent, "" if it does."""
    switch = way.switch
    if vf in senders:
        return "src_prune"
    if any("private" in (switch.isolation_of(vf), switch.isolation_of(s)) for s in senders):
        return "isolation"
    if mac_of(way.data, 6) == switch.pf_mac and not switch.vfs[vf].host_access:
        return "host_access"
    return ""


def to_promiscuous(way, owners, is_pfs, senders):
    """Copies of the wire's unicast for promiscuous VFs."""
    for n, vf in way.switch.vfs.items():
        asks = vf.promisc == "all" or (vf.promisc == "unmatched" and not owners and not is_pfs)
        if not (vf.trust and asks and vf.may_use(way.vlan)) or n in owners:
            continue
        if way.switch.link_up(n) and not refused_from_wire(way, n, senders):
            way.to_vf(n, "copy")


def flood_from_wire(way, group, senders):
    """To the VFs that want the group; what comes back not to its sender."""
    for n in wanting(way, group):
        why_not = refused_from_wire(way, n, senders)
        if not why_not:
            way.to_vf(n, "flood")
        elif why_not == "src_prune":
            way.drop(n, "rx", why_not)


def wanting(way, group):
    """VFs whose settings say that they get a group, if nothing else is against it. What is between
    a station and its switch is only for those who may speak it."""
    proto = control_protocol(bare(way.data)) if group.startswith(GROUPS_RESERVED) else ""
    return [n for n, vf in way.switch.vfs.items()
            if vf.may_use(way.vlan) and way.switch.link_up(n) and vf.wants_group(group)
            and (not proto or proto in vf.allow_proto)]


def from_host(switch, data):
    """From the host, where frames carry their tags."""
    way = Delivery(switch, data, vlan_of(data))
    dst = mac_of(data)
    if is_multicast(dst):
        way.count(HOST, "tx", "flood")
        for n in wanting(way, dst):
            if switch.vfs[n].host_access and not by_the_wire(switch, n):
                way.to_vf(n, "flood")
        way.to_wire("flood")
        return way.outcome
    owners = switch.owners(dst, way.vlan)
    open_ = [n for n in owners if switch.vfs[n].host_access]
    if owners and not open_:
        return way.drop(HOST, "tx", "host_access")
    here = [n for n in open_ if not by_the_wire(switch, n)]
    held_twice = len(owners) > 1
    verdict = "copy" if held_twice else "host" if here else "pass"
    way.count(HOST, "tx", verdict)
    for n in here:
        way.to_vf(n, verdict)
    if len(here) < len(open_) or not owners:
        way.to_wire(verdict)
    return way.outcome


def by_the_wire(switch, vf):
    """Whether the host reaches a VF by the wire only."""
    return "vepa" in (switch.isolation, switch.isolation_of(vf))


def from_vf(switch, source, data):
    """From a VF: first what it may send at all."""
    me = switch.vfs[source]
    way = Delivery(switch, data, None)
    reason = refused(switch, source, data)
    if reason:
        return way.drop(source, "tx", reason)
    way.vlan, way.data = enter_vlan(me, data)
    # A priority tag of the VF's own is for outside.
    outside = tagged(way.data, Tag(0, me.qos)) if way.vlan == NO_VLAN and me.qos else way.data
    dst = mac_of(data)
    if is_multicast(dst):
        flood_from_vf(way, source, outside, is_control(data))
    elif dst == switch.pf_mac and not me.host_access:
        return way.drop(source, "tx", "host_access")
    elif dst == switch.pf_mac and switch.isolation_of(source) != "vepa":
        way.count(source, "tx", "host")
        way.to_host("host", outside)
    else:
        unicast_from_vf(way, source, outside)
    return way.outcome


def refused(switch, source, data):
    """Why a VF may not send this, "" if it may."""
    me, src = switch.vfs[source], mac_of(data, 6)
    if not switch.link_up(source):
        return "link_down"
    if l3_len(data) > me.mtu:
        return "mtu"
    if is_multicast(src) or src == "00:00:00:00:00:00":
        return "malformed"
    if me.spoofchk and not me.owns(src):
        return "spoof_mac"
    if not me.trust and src == switch.pf_mac and not me.owns(src):
        return "spoof_mac"
    if enter_vlan(me, data) is None:
        return "spoof_vlan"
    if is_control(data) and control_protocol(data) not in me.allow_proto:
        return "control"
    return ""


def stack_of(data):
    """TPIDs of all tags of a frame, outer one first."""
    stack = []
    while ethertype_at(data, len(stack)) in TPIDS:
        stack.append(ethertype_at(data, len(stack)))
    return stack


def enter_vlan(me, data):
    """(VLAN, the frame as it is outside) of what a VF sends; None if it may not."""
    stack, tag = stack_of(data), outer_tag(data)
    if len(stack) > TAGS_MAX:
        return None
    if me.vlan and me.proto == ETHERTYPE_8021AD:
        if any(tpid != ETHERTYPE_8021Q for tpid in stack):
            return None  # the tenant's own tags are C-tags
        return (me.proto, me.vlan), tagged(data, Tag(me.vlan, me.qos, me.proto))
    if not stack or stack == [ETHERTYPE_8021Q] and tag.vid == 0:
        inner = bare(data)
        if me.vlan:
            return (me.proto, me.vlan), tagged(inner, Tag(me.vlan, me.qos, me.proto))
        return (NO_VLAN, inner) if me.untagged else None
    if stack == [ETHERTYPE_8021Q] and tag.vid in me.trunk:
        return (tag.tpid, tag.vid), data
    if stack[0] == ETHERTYPE_8021AD and tag.vid in me.trunk_8021ad and all(
            tpid == ETHERTYPE_8021Q for tpid in stack[1:]):
        return (tag.tpid, tag.vid), data
    return None


def control_protocol(data):
    """The control protocol that a frame is of, whatever tags it has; "" if none."""
    dst, ethertype = mac_of(data), ethertype_at(data, len(stack_of(data)))
    if ethertype in CONTROL_TYPES:
        return CONTROL_TYPES[ethertype]
    if dst in STP_GROUPS:
        return "stp"
    return "reserved" if dst.startswith(GROUPS_RESERVED) else ""


def is_control(data):
    """Whether it is a control frame."""
    return bool(control_protocol(data))


def flood_from_vf(way, source, outside, control):
    """To wire and host, and unless it is a control frame to the VFs that want the group."""
    switch, mode = way.switch, way.switch.isolation_of(source)
    way.count(source, "tx", "flood")
    way.to_wire("flood", outside)
    if switch.vfs[source].host_access and mode != "vepa":
        way.to_host("flood", outside)
    for n in wanting(way, mac_of(way.data)):
        if n != source and not control and mode == switch.isolation_of(n) == "veb":
            way.to_vf(n, "flood")


def unicast_from_vf(way, source, outside):
    """To itself, to other VFs of its VLAN, or to the wire."""
    switch = way.switch
    dst = mac_of(way.data)
    owners = [] if dst == switch.pf_mac else switch.owners(dst, way.vlan)
    if owners == [source]:
        way.drop(source, "tx", "to_self")
        return
    held_twice = len(owners) > 1
    owners = [n for n in owners if n != source]
    modes = {switch.isolation_of(n) for n in (source, *owners)}
    control = is_control(way.data)
    if owners and "private" in modes and not control:
        way.drop(source, "tx", "isolation")
    elif owners and modes == {"veb"} and not control:
        verdict = "copy" if held_twice else "veb"
        way.count(source, "tx", verdict)
        for n in owners:
            way.to_vf(n, verdict)
    else:
        too_long = l3_len(way.data) > switch.mtu
        verdict = "tc" if switch.lane == "tc" else "no_ring" if too_long else "ring"
        way.count(source, "tx", verdict)
        way.to_wire(verdict, outside)
        if verdict == "ring" and way.outcome.at(WIRE):
            way.outcome.ring_tx.append(source)
