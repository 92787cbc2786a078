# SPDX-License-Identifier: GPL-2.0-only
"""
A PF with its VFs in containers, captures at every station, and the model beside it: what is set
is set in both. One exchange sends many frames and compares frames and counters with the model.
"""

from dataclasses import replace

from . import exchange, frames, model, paths, tools, wait
from .product import PF_ID, WIRE_ID, Svf
from .topology import FAR_MAC, Topology

ALL_GROUPS = "00:00:00:00:00:00"  # in svf_mcast
LEARN_S = 5  # until the daemon knows a VF's groups; how fast it is, test_mcast.py says
UNKNOWN = "02:00:00:00:de:ad"
LISTS = {"trunk", "trunk_8021ad", "mac_list", "allow_proto"}
PROTOS = {frames.ETHERTYPE_8021Q: "802.1Q", frames.ETHERTYPE_8021AD: "802.1ad"}


def words_of(old, new):
    """The commands that lead from one setting of a VF to another, each a list of words."""
    commands, plain = [], []
    for name, value in vars(new).items():
        was = getattr(old, name)
        if name == "groups" or value == was:
            continue
        if name in LISTS:
            commands += list_words(name, was, value)
        elif name in ("vlan", "qos", "proto"):
            if "vlan" not in plain:
                plain += ["vlan", new.vlan, "qos", new.qos, "proto", PROTOS[new.proto]]
        else:
            plain += [name, {True: "on", False: "off"}.get(value, value)]
    # What a list excludes must be gone before the list comes, and the other way round.
    grows = any(c[1] == "add" for c in commands)
    commands.insert(0 if grows else len(commands), plain)
    return [words for words in commands if words]


def list_words(name, was, now):
    """`LIST rem` and `LIST add` as needed."""
    word, *tail = {"trunk_8021ad": ("trunk", "proto", "802.1ad")}.get(name, (name,))
    commands = []
    for verb, entries in (("rem", was - now), ("add", now - was)):
        if entries:
            commands.append([word, verb, ",".join(str(e) for e in sorted(entries)), *tail])
    return commands


class Setup:
    """The VFs of one PF, those of `moved` (all) in namespaces of their own."""

    def __init__(self, world, lane, vfs, queues=1, moved=None, words=()):
        self.world, self.lane, self.n_vfs = world, lane, vfs
        self.wire = Topology(world, queues, addresses=False, ipv6=False)
        self.svf = Svf(world, self.wire.host, self.wire.pf, queues if lane == "afxdp" else 1)
        self.svf.up("--lane", lane, *words, vfs=vfs)
        for vf in range(vfs):
            if moved is None or vf in moved:
                self.wire.take_vf(vf, addresses=False)
            else:
                world.ip(f"link set {self.wire.vf_name(vf)} up", self.wire.host)
        told = self.svf.show()["vfinfo_list"]
        self.stable = {v["vf"]: v["address"] for v in told}
        members = {vf: model.Vf(mac, groups=frozenset(self.wire.groups(vf)))
                   for vf, mac in self.stable.items()}
        self.switch = model.Switch(self.wire.pf_mac, members, lane, far_mac=FAR_MAC)
        self.defaults = dict(members)
        self.exchange = exchange.Exchange(self.wire, self.switch)
        self.wait_for_groups()

    @property
    def vfs(self):
        """The model of each VF, by number."""
        return self.switch.vfs

    def set(self, vf, **settings):
        """Sets attributes of a VF in product and model; lists are given whole."""
        old = self.vfs[vf]
        self.tell_model(vf, **settings)
        for words in words_of(old, self.vfs[vf]):
            self.svf.set(vf, *words)

    def tell_model(self, vf, **settings):
        """The model alone, for what a test sets in the product by words of its own."""
        self.vfs[vf] = replace(self.vfs[vf], **{
            name: frozenset(value) if name in LISTS else value for name, value in settings.items()})

    def set_pf(self, isolation):
        """Sets the PF's isolation in both."""
        if isolation != self.switch.isolation:
            self.svf.set_pf("isolation", isolation)
        self.switch.isolation = isolation

    def start_from(self):
        """What is set now is what reset() goes back to."""
        self.defaults = dict(self.vfs)

    def reset(self):
        """All VFs as they were at first, the PF too."""
        for vf, settings in self.defaults.items():
            self.set(vf, **{k: v for k, v in vars(settings).items() if k != "groups"})
        self.set_pf("veb")

    def reflect(self, on):
        """Makes the far end send back, or not."""
        if on != self.switch.reflects:
            self.wire.reflect() if on else self.wire.no_reflect()
        self.switch.reflects = on

    def join(self, vf, *groups):
        """Joins groups on a VF's netdev and waits until the sorter knows."""
        self.wire.join(vf, *groups)
        self.vfs[vf] = replace(self.vfs[vf], groups=frozenset(self.wire.groups(vf)))
        self.defaults[vf] = replace(self.defaults[vf], groups=self.vfs[vf].groups)
        self.wait_for_groups()

    def wait_for_groups(self):
        """Until svf_mcast has what the VFs' netdevs have joined."""
        wanted = {(g, n) for n, vf in self.vfs.items() for g in vf.groups}

        def known():
            rows = {(mac_text(key["mac"]), key["vf"]) for key, _ in self.svf.table("svf_mcast")}
            return rows >= wanted and not [mac for mac, _ in rows if mac == ALL_GROUPS]
        wait.until(known, "the VFs' groups in svf_mcast", LEARN_S)

    def station_macs(self):
        """Addresses worth sending to."""
        return [FAR_MAC, self.switch.pf_mac, UNKNOWN, *dict.fromkeys(
            vf.mac for vf in self.vfs.values())]

    def counters(self):
        """The product's counters of PF, wire and these VFs."""
        return self.svf.counters(self.n_vfs)

    def check(self, batches, round_, send=None, skip=()):
        """One exchange of {source: frames}: every station gets what the model says and every
        counter moves as it says; the outcomes."""
        before = self.counters()
        outcomes = self.exchange.check(batches, round_, send)
        wrong = self.wrong_counts(outcomes, before, skip)
        assert not wrong, "\n" + "\n".join(wrong[:30])
        return outcomes

    def wrong_counts(self, outcomes, before, skip=()):
        """Complaints about what was counted since `before`."""
        entities = (*self.vfs, PF_ID, WIRE_ID)
        return exchange.wrong_counts(outcomes, self.counters().minus(before), entities,
                                     ("bytes", *skip))

    def check_all(self, sources=None, tags=((),), kinds=("ipv4",), targets=None):
        """Frames from every station (or `sources`) to `targets` with each of the tag stacks."""
        round_, ids = frames.new_round(), iter(range(frames.SENTINEL))
        targets = [*self.station_macs(), frames.BROADCAST] if targets is None else targets
        batches = {
            source: [frames.build(dst, self.exchange.mac(source), kind, round_, next(ids), stack)
                     for dst in targets for stack in tags for kind in kinds]
            for source in (sources if sources is not None else (model.WIRE, model.HOST, *self.vfs))}
        return self.check(batches, round_)

    def check_account(self):
        """`stats --check`: what the kernel's counters say of all that was sent so far."""
        done = self.svf.command("stats", self.wire.pf, "--check", check=False)
        assert done.returncode == 0 and "exact" in done.stdout, done.stdout + done.stderr

    def close(self):
        """Everything away."""
        self.exchange.close()
        self.svf.down(check=False)
        self.wire.close()


def mac_text(values):
    """bpftool prints byte arrays as numbers or as strings."""
    return bytes(v if isinstance(v, int) else int(v, 0) for v in values).hex(":")


# Programs of tests/tools/vlan-push.bpf.c, and the tag that each puts beside a frame
BESIDE = {"push_100": frames.Tag(100), "push_priority": frames.Tag(0, 5),
          "push_service": frames.Tag(100, 0, frames.ETHERTYPE_8021AD)}


def with_tag_beside(setup, program):
    """For Setup.check(): VFs send while a tc program of their own puts a tag beside every frame,
    as a VLAN netdev does."""
    def send(vf, data):
        ns, netdev = setup.exchange.netdev(vf)
        setup.world.shell(f"""tc qdisc add dev {netdev} clsact
            tc filter add dev {netdev} egress bpf da obj {paths.VLAN_PUSH} sec tc/{program}""", ns)
        try:
            setup.exchange.send(vf, data)
        finally:
            setup.world.run(["tc", "qdisc", "del", "dev", netdev, "clsact"], ns)
        return [frames.tagged(d, BESIDE[program]) for d in data]
    return send
