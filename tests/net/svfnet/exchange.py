# SPDX-License-Identifier: GPL-2.0-only
"""
Sends many frames from every station, then sentinels on every path, and compares what each
observation point got with the model: each frame exactly as often, and byte for byte, as it must.
"""

from collections import Counter

from . import frames, model, tools
from .product import PF_ID, WIRE_ID

SENTINEL_FLOWS = 4  # sentinels per path, spread over queues as the frames before them were
# Behind tc, by type: what the stack gets. The tag is gone there, see behind_tc(). A length instead
# of a type makes the kernel call the frame ETH_P_802_2.
TYPE_MIN, ETH_P_802_2 = 0x600, 0x0004
HOST_TYPES = [*(t for t in frames.KINDS.values() if t >= TYPE_MIN), *frames.TPIDS, ETH_P_802_2]
ENTITIES = {model.HOST: PF_ID, model.WIRE: WIRE_ID}  # in svf_stats
NAMES = {number: name for name, number in ENTITIES.items()}


class Exchange:
    """Captures at wire, host and VFs of one topology, and the model of its switch."""

    def __init__(self, topology, switch):
        self.topology, self.switch, self.world = topology, switch, topology.world
        t = topology
        self.points = {
            model.WIRE: tools.Capture(t.world, t.wire, t.far),
            model.HOST: tools.Capture(t.world, t.pf, t.host, HOST_TYPES),
        }
        for vf in switch.vfs:
            self.points[vf] = tools.Capture(t.world, t.vf_name(vf), t.vf_netns(vf))
        # In front of tc: shows tags, but also what tc takes away afterwards.
        self.host_tap = tools.Capture(t.world, t.pf, t.host)

    def close(self):
        """Ends the captures."""
        for capture in [*self.points.values(), self.host_tap]:
            capture.close()

    def netdev(self, station):
        """(namespace, netdev) a station sends from."""
        t = self.topology
        if station == model.WIRE:
            return t.far, t.wire
        if station == model.HOST:
            return t.host, t.pf
        return t.vf_netns(station), t.vf_name(station)

    def mac(self, station):
        """Address of a station."""
        if station == model.WIRE:
            return self.topology.far_mac
        return self.switch.pf_mac if station == model.HOST else self.switch.vfs[station].mac

    def send(self, source, data, **kwargs):
        """Sends frames from a station."""
        ns, netdev = self.netdev(source)
        return tools.send(self.world, netdev, data, ns, **kwargs)

    def tags_in_use(self):
        """A tag of each VLAN that some VF is in."""
        found = {()}
        for vf in self.switch.vfs.values():
            if vf.vlan:
                found.add((frames.Tag(vf.vlan, 0, vf.proto),))
            found |= {(frames.Tag(vid),) for vid in sorted(vf.trunk)[:1]}
            found |= {(frames.Tag(vid, 0, frames.ETHERTYPE_8021AD),)
                      for vid in sorted(vf.trunk_8021ad)[:1]}
        return sorted(found, key=str)

    def sentinels(self, round_, sources=None):
        """{source: frames} so that every station is reached by unicast from every other (or from
        `sources`) that may, and {station: how many of them it gets}."""
        result, wanted, ids = {}, Counter(), iter(range(frames.SENTINEL, frames.SENTINEL + 4096))
        in_use = self.tags_in_use()
        for source in self.points if sources is None else sources:
            for dst in self.points:
                tags = next((t for t in in_use if source != dst and dst in self.reached(
                    source, frames.build(self.mac(dst), self.mac(source), "ipv4", 0, 0, t))), None)
                if tags is None:
                    continue
                for flow in range(SENTINEL_FLOWS):
                    data = frames.build(self.mac(dst), self.mac(source), "ipv4", round_, next(ids),
                                        tags, flow=flow)
                    result.setdefault(source, []).append(data)
                    wanted.update(self.reached(source, data))
        return result, wanted

    def reached(self, source, data):
        """Stations that get a frame."""
        return {station for station, _ in model.deliver(self.switch, source, data).copies}

    def check(self, batches, round_, send=None):
        """Sends {source: frames} (by `send`, which returns what they became), then sentinels on
        every path, and compares with the model what every station got; returns the outcomes,
        sentinels included: [(source, bytes, Outcome)]."""
        sentinels, wanted = self.sentinels(round_)
        plain, outcomes = self.send_as_they_are, []
        for sent, by in ((batches, send or plain), (sentinels, plain)):
            for source, data in sent.items():
                outcomes += [(source, d, model.deliver(self.switch, source, d))
                             for d in by(source, data)]
        self.compare(outcomes, self.collect(round_, wanted), self.take_tap(round_))
        return outcomes

    def collect(self, round_, wanted):
        """{point: what it got up to its last sentinel}; who gets none is asked last, at once."""
        points = sorted(self.points, key=lambda point: not wanted[point])
        return {point: self.points[point].collect(round_, wanted[point]) for point in points}

    def send_as_they_are(self, source, data):
        """The usual way for check()."""
        self.send(source, data)
        return data

    def compare(self, outcomes, seen, tap):
        """Every station got what the model says; all differences are told, not only the first."""
        wanted = {point: Counter() for point in seen}
        for _, _, outcome in outcomes:
            for station, data in outcome.copies:
                wanted[station][data] += 1
        lines = []
        for point, received in seen.items():
            got = Counter(r.data for r in received)
            if point == model.HOST:
                lines += difference_at_host(wanted[point], got, Counter(r.data for r in tap))
            else:
                lines += difference(point, wanted[point], got)
        assert not lines, "\n" + "\n".join(lines[:30]) + f"\n({len(lines)} differences)"

    def take_tap(self, round_):
        """What the tap in front of tc has by now: everything that the host got is in it."""
        self.host_tap.arm(round_, 0, 0)
        return self.host_tap.take()[0]


def difference_at_host(wanted, got, tapped):
    """At the host the kernel removes the tag behind tc: count there, look for tags in the tap."""
    stripped = Counter()
    for data, n in wanted.items():
        stripped[behind_tc(data)] += n
    lines = difference(model.HOST, stripped, got)
    return lines or [f"host: its tag is wrong: {describe(data)}"
                     for data, n in wanted.items() if tapped[data] < n]


def behind_tc(data):
    """What a host without VLAN netdevs makes of a frame: the outer tag goes, and below a VID of
    zero the next one too."""
    tag = frames.outer_tag(data)
    while tag:
        data = frames.untagged(data)
        tag = None if tag.vid else frames.outer_tag(data)
    return data


def describe(data):
    """A frame in one line."""
    known = frames.identify(data)
    return (f"id {known[1] if known else '?'} {model.mac_of(data, 6)} > {model.mac_of(data)}"
            f" {len(data)} bytes {data[12:30].hex()}")


def difference(point, wanted, got):
    """What two multisets of frames do not have in common."""
    lines = [f"{point}: {n} missing: {describe(d)}" for d, n in (wanted - got).items()]
    return lines + [f"{point}: {n} too many: {describe(d)}" for d, n in (got - wanted).items()]


def count(outcomes):
    """Counters that outcomes must have moved: ({(entity, dir): Counter} of svf_stats, the same of
    svf_drops, {vf: frames redirected into its rings}, {vf: frames from its TX rings})."""
    stats, drops, redirects, ring_tx = {}, {}, Counter(), Counter()
    for _, _, outcome in outcomes:
        for c in outcome.counts:
            key = ENTITIES.get(c.entity, c.entity), c.direction
            if c.dropped:
                drops.setdefault(key, Counter())[c.name] += 1
            else:
                add(stats.setdefault(key, Counter()), c)
        redirects.update(outcome.redirects)
        ring_tx.update(outcome.ring_tx)
    return stats, drops, redirects, ring_tx


def add(entry, counted):
    """Adds a delivered frame."""
    dst = model.mac_of(counted.data)
    entry["packets"] += 1
    entry["bytes"] += len(counted.data)
    entry[counted.name] += 1
    if model.is_multicast(dst):
        entry["broadcast" if dst == frames.BROADCAST else "multicast"] += 1


def wrong_names(what, must, has, skip):
    """Counters of one entry that are not what they must be: lines."""
    return [f"{what}{name}: {n}, must be {must.get(name, 0)}" for name, n in has.items()
            if name not in ("dropped", "skbs", "dropped_skbs", *skip) and n != must.get(name, 0)]


def wrong_counts(outcomes, moved, entities, skip=()):
    """Where counters (product.Counters) did not move as outcomes say: lines."""
    stats, drops, redirects, _ = count(outcomes)
    wrong = []
    for entity in entities:
        for direction in ("rx", "tx"):
            key = entity, direction
            for kind, wanted, got in (("", stats, moved.stats), ("drop ", drops, moved.drops)):
                wrong += wrong_names(f"{NAMES.get(entity, entity)} {direction} {kind}",
                                     wanted.get(key, {}), got[key], skip)
            if moved.stats[key]["dropped"] != sum(moved.drops[key].values()):
                wrong.append(f"{entity} {direction}: dropped is not the sum of the reasons")
    for vf in {*redirects, *moved.redirects}:
        wrong += wrong_names(f"{vf} ", {"redirects": redirects[vf]},
                             {"redirects": moved.redirects.get(vf, 0)}, ())
    return wrong
