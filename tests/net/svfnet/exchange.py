# SPDX-License-Identifier: GPL-2.0-only
"""
Sends many frames from every station, then sentinels on every path, and compares what each
observation point got with the model: each frame exactly as often, and byte for byte, as it must.
"""

from collections import Counter

from . import frames, model, tools

SENTINEL_FLOWS = 4  # sentinels per path, spread over queues as the frames before them were
# Behind tc, by type: what the stack gets. The tag is gone there, see Exchange.check_host().
HOST_TYPES = [*frames.KINDS.values(), frames.ETHERTYPE_8021Q]


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

    def sentinels(self, round_):
        """{source: frames} so that every station is reached by unicast from every other that may."""
        result, ids = {}, iter(range(frames.SENTINEL, frames.SENTINEL + 4096))
        wanted = Counter()
        for source in self.points:
            for dst in self.points:
                tags = self.path_tags(source, dst)
                if source == dst or tags is None:
                    continue
                for flow in range(SENTINEL_FLOWS):
                    result.setdefault(source, []).append(frames.build(
                        self.mac(dst), self.mac(source), "ipv4", round_, next(ids), tags, flow=flow))
                    wanted[dst] += 1
        return result, wanted

    def path_tags(self, source, dst):
        """Tags a unicast frame needs on this path; None if it may not pass."""
        vfs = self.switch.vfs
        if source in vfs and dst in vfs:
            return () if vfs[source].vlan == vfs[dst].vlan else None
        if source not in vfs and dst in vfs and vfs[dst].vlan:
            return (frames.Tag(vfs[dst].vlan),)
        return ()

    def check(self, batches, round_):
        """Sends {source: frames}, then sentinels on every path, and compares with the model what
        every station got; returns the outcomes, sentinels included: [(source, bytes, Outcome)]."""
        sentinels, wanted = self.sentinels(round_)
        outcomes = []
        for sent in (batches, sentinels):
            for source, data in sent.items():
                self.send(source, data)
                outcomes += [(source, d, model.deliver(self.switch, source, d)) for d in data]
        seen = {point: capture.collect(round_, wanted[point])
                for point, capture in self.points.items()}
        self.compare(outcomes, seen, self.take_tap(round_))
        return outcomes

    def compare(self, outcomes, seen, tap):
        """Every station got what the model says; all differences are told, not only the first."""
        lines = []
        for point, received in seen.items():
            wanted = Counter(o.copies[point] for _, _, o in outcomes if point in o.copies)
            got = Counter(r.data for r in received)
            if point == model.HOST:
                lines += difference_at_host(wanted, got, Counter(r.data for r in tap))
            else:
                lines += difference(point, wanted, got)
        assert not lines, "\n" + "\n".join(lines[:30]) + f"\n({len(lines)} differences)"

    def take_tap(self, round_):
        """What the tap in front of tc has by now: everything that the host got is in it."""
        self.host_tap.arm(round_, 0, 0)
        return self.host_tap.take()[0]


def difference_at_host(wanted, got, tapped):
    """At the host the kernel removes the tag behind tc: count there, look for tags in the tap."""
    bare = Counter()
    for data, n in wanted.items():
        bare[frames.untagged(data) if frames.outer_tag(data) else data] += n
    lines = difference(model.HOST, bare, got)
    return lines or [f"host: its tag is wrong: {describe(data)}"
                     for data, n in wanted.items() if tapped[data] < n]


def describe(data):
    """A frame in one line."""
    known = frames.identify(data)
    tag = frames.outer_tag(data)
    return (f"id {known[1] if known else '?'} {model.mac_of(data, 6)} > {model.mac_of(data)}"
            f" {tag if tag else 'untagged'} {len(data)} bytes {data[12:18].hex()}")


def difference(point, wanted, got):
    """What two multisets of frames do not have in common."""
    lines = [f"{point}: {n} missing: {describe(d)}" for d, n in (wanted - got).items()]
    return lines + [f"{point}: {n} too many: {describe(d)}" for d, n in (got - wanted).items()]


def count(outcomes):
    """Counters that outcomes must have moved: ({(vf, dir): Counter}, {(vf, dir): Counter drops},
    {vf: rx ring}, {vf: tx ring})."""
    stats, drops, ring_rx, ring_tx = {}, {}, Counter(), Counter()

    def add(vf, direction, counter, data):
        entry = stats.setdefault((vf, direction), Counter())
        entry["packets"] += 1
        entry["bytes"] += len(data)
        entry[counter] += 1
        if model.is_multicast(model.mac_of(data)):
            kind = "broadcast" if model.mac_of(data) == frames.BROADCAST else "multicast"
            entry[kind] += 1

    for source, data, o in outcomes:
        if o.drop:
            drops.setdefault((source, "tx"), Counter())[o.drop] += 1
        elif o.verdict:
            add(source, "tx", o.verdict, model.split_vlan(data)[1])
        for vf, counter in o.received.items():
            add(vf, "rx", counter, o.copies[vf])
        if o.ring_rx is not None:
            ring_rx[o.ring_rx] += 1
        if o.ring_tx is not None:
            ring_tx[o.ring_tx] += 1
    return stats, drops, ring_rx, ring_tx
