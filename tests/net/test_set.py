# SPDX-License-Identifier: GPL-2.0-only
"""
`set PF vf N ...` and `set PF ...`: at once, wherever the VF lives, whole or not at all.
"""

import json
from dataclasses import replace

import pytest
from svfnet import exchange, frames, inject, model, paths, product, snapshot, tools, wait
from svfnet.product import Svf
from svfnet.topology import FAR_MAC, PF_MAC, Topology

VFS = 3
NEW_MAC, OTHER_MAC = "02:00:00:00:ab:cd", "02:00:00:00:ab:ce"
STREAM_FRAMES, STREAM_PPS = 400, 1000
FOLLOW_S = 5  # until the PF daemon has looked for VLAN netdevs; how fast it is, others test
TABLES = ("svf_fdb", "svf_vfs", "svf_vlans", "svf_ports", "svf_pf", "svf_policy", "svf_rates")
POINTS_MAX = 8  # failures injected into one command, without --long


class Setup:
    """VFs 0 and 2 in namespaces of their own, VF 1 in the host's."""

    def __init__(self, world, lane):
        self.world = world
        self.wire = Topology(world, addresses=False, ipv6=False)
        self.svf = Svf(world, self.wire.host, self.wire.pf)
        self.svf.up("--lane", lane, vfs=VFS)
        for vf in (0, 2):
            self.wire.take_vf(vf, addresses=False)
        world.ip("link set pf0v1 up", self.wire.host)
        vfs = {v["vf"]: model.Vf(v["address"]) for v in self.svf.show()["vfinfo_list"]}
        self.switch = model.Switch(self.wire.pf_mac, vfs, lane)
        self.exchange = exchange.Exchange(self.wire, self.switch)

    def set_mac(self, vf, mac):
        """In the product and in the model."""
        self.svf.set(vf, "mac", mac)
        self.switch.vfs[vf].mac = mac

    def netdev_mac(self, vf):
        """The VF netdev's own address, wherever it is."""
        return self.world.link(self.wire.vf_name(vf), self.wire.vf_netns(vf))["address"]

    def filters(self):
        """Unicast filters of the PF."""
        fdb = self.world.json(["bridge", "-j", "fdb", "show", "dev", "pf0"], self.wire.host)
        return {entry["mac"] for entry in fdb}

    def state(self):
        """Everything that `set` may change, but for generation numbers."""
        def bare(value):
            if "count" in value:  # VFs, in any order
                return sorted(value["vf"][:value["count"]])
            return {k: v for k, v in value.items() if k != "generation"}
        tables = [f"{name} {key} {bare(value)}" for name in TABLES
                  for key, value in self.svf.table(name)]
        classes = self.world.shell("tc class show dev pf0s0", self.wire.host).splitlines()
        return sorted(tables + classes) + snapshot.take(self.world, self.wire.host,
                                                        *self.wire.moved.values())

    def check(self, *macs):
        """All stations to these addresses."""
        round_, ids = frames.new_round(), iter(range(frames.SENTINEL))
        batches = {source: [frames.build(mac, self.exchange.mac(source), "ipv4", round_, next(ids))
                            for mac in (*macs, FAR_MAC, self.switch.pf_mac)]
                   for source in (model.WIRE, model.HOST, *self.switch.vfs)}
        self.exchange.check(batches, round_)

    def close(self):
        """Everything away."""
        self.exchange.close()
        self.svf.down(check=False)
        self.wire.close()


@pytest.fixture(scope="module", params=["afxdp", "tc"], name="setup")
def setup_fixture(request, world):
    """Both lanes."""
    made = Setup(world, request.param)
    yield made
    made.close()


@pytest.mark.parametrize("vf", [0, 1], ids=["in a container", "in the host"])
def test_a_new_mac_works_at_once_and_the_old_one_is_dead(setup, vf):
    old = setup.switch.vfs[vf].mac
    setup.set_mac(vf, NEW_MAC)
    setup.check(old, NEW_MAC)
    assert setup.netdev_mac(vf) == NEW_MAC == setup.svf.vf_mac(vf)
    assert NEW_MAC in setup.filters() and old not in setup.filters()
    setup.set_mac(vf, old)
    setup.check(old, NEW_MAC)
    assert NEW_MAC not in setup.filters() and old in setup.filters()


def test_the_same_setting_again_changes_nothing(setup):
    before = setup.state()
    done = setup.svf.set(0, "mac", setup.switch.vfs[0].mac, "vlan", 0)
    assert done.stdout == "" and done.stderr == ""
    snapshot.assert_same(before, setup.state(), "the same again")


@pytest.mark.parametrize("vf", [0, 1], ids=["in a container", "in the host"])
def test_the_same_again_undoes_what_the_tenant_did_to_its_netdev(setup, vf):
    """The sorter knows nothing of a new address or MTU there; frames to the VF's own still come."""
    before, name, ns = setup.state(), setup.wire.vf_name(vf), setup.wire.vf_netns(vf)
    mac, round_ = setup.switch.vfs[vf].mac, frames.new_round()
    stream = [frames.build(mac, FAR_MAC, "ipv4", round_, i) for i in range(STREAM_FRAMES)]
    stream.append(frames.build(mac, FAR_MAC, "ipv4", round_, frames.SENTINEL))
    sender = tools.start_sending(setup.world, setup.wire.wire, stream, setup.wire.far,
                                 rate=STREAM_PPS)
    for mtu in (1400, 9000):
        setup.world.ip(f"link set {name} address {OTHER_MAC} mtu {mtu}", ns)
        setup.svf.set(vf, "spoofchk", "on")  # about something else
        assert setup.netdev_mac(vf) == OTHER_MAC and setup.world.link(name, ns)["mtu"] == mtu
        assert setup.svf.set(vf, "mac", mac).stderr == ""
        assert setup.netdev_mac(vf) == mac and setup.world.link(name, ns)["mtu"] == mtu
        assert setup.svf.set(vf, "mtu", 1500).stderr == ""
        assert setup.world.link(name, ns)["mtu"] == 1500
    tools.finish(sender)
    received = setup.exchange.points[vf].collect(round_, 1)
    assert [r.id for r in received] == [*range(STREAM_FRAMES), frames.SENTINEL]
    snapshot.assert_same(before, setup.state(), "what was asked for, again")


@pytest.mark.parametrize("words, text, trusts", [
    ("on", ", trust on,", ["mac", "promisc", "allmulti", "vlan"]), ("off", ", trust off,", []),
    ("vlan,mac", " trusts mac,vlan\n", ["mac", "vlan"]),
    ("allm", " trusts allmulti\n", ["allmulti"])])
def test_trust_is_a_list(setup, words, text, trusts):
    setup.svf.set(0, "trust", words)
    assert setup.svf.vf(0)["trust"] == (words == "on")
    assert setup.svf.show("-d")["vfinfo_list"][0]["svf"]["trusts"] == trusts
    assert text in setup.svf.command("show", "-d", "pf0", "vf", 0).stdout
    setup.svf.set(0, "trust", "off")


class Registrar:
    """In the PF daemon's stead, which finds no VLAN netdevs where the kernel knows none."""

    def __init__(self, setup, vf):
        self.setup, self.vf = setup, vf
        self.daemon = setup.svf.show("-d")["svf"]["daemon"]["pid"]

    def __enter__(self):
        self.setup.world.run(["kill", "-STOP", self.daemon])
        return self

    def __exit__(self, *_):
        self.setup.world.run(["kill", "-CONT", self.daemon])

    def register(self, *vids):
        """These and no others; 4096 more are 802.1ad."""
        self.setup.world.run([paths.REGISTER, "pf0", self.vf, *vids], self.setup.wire.host)

    def told(self, *keys):
        """Of the VF's own part of `show`."""
        ours = self.setup.svf.show("-d")["vfinfo_list"][self.vf]["svf"]
        return [ours[key] for key in keys]


TAGS = [(), (frames.Tag(10),), (frames.Tag(10, 0, frames.ETHERTYPE_8021AD),), (frames.Tag(20),)]


def check_tags(setup, vf):
    """What the VF sends with tags and without, to the wire and to VF 2, and what comes back."""
    round_, ids = frames.new_round(), iter(range(frames.SENTINEL))
    mac, other = setup.switch.vfs[vf].mac, setup.switch.vfs[2].mac
    setup.exchange.check({source: [
        frames.build(to, setup.exchange.mac(source), "ipv4", round_, next(ids), tags)
        for tags in TAGS for to in targets] for source, targets in (
            (vf, (FAR_MAC, other, frames.BROADCAST)), (model.WIRE, (mac, frames.BROADCAST)),
            (2, (mac,)))}, round_)


def test_vlans_that_a_vf_registers_are_its_trunk(setup):
    """Published as a trunk is; what the admin says goes first, and only the VF gives them up."""
    before, name = setup.state(), "registered"
    setup.svf.set(0, "trust", "vlan")
    plain = setup.switch.vfs[0]
    with Registrar(setup, 0) as registrar:
        registrar.register(10, 4096 + 10)
        assert registrar.told(name, "trunk") == [
            [{"vlan": 10}, {"vlan": 10, "protocol": "802.1ad"}], []]
        text = setup.svf.command("-d", "show", "pf0", "vf", 0).stdout
        assert "        registered 10\n        registered 802.1ad 10\n" in text
        assert "Allowed" not in text
        setup.switch.vfs[0] = replace(plain, trunk=frozenset({10}), trunk_8021ad=frozenset({10}))
        check_tags(setup, 0)
        registrar.register(10)
        setup.switch.vfs[0] = replace(plain, trunk=frozenset({10}))
        check_tags(setup, 0)
        done = setup.svf.set(0, "trunk", "rem", "1-4094", check=False)
        assert done.returncode == product.EXIT_REFUSED and "itself (trust vlan)" in done.stderr
        assert registrar.told(name) == [[{"vlan": 10}]]
        for words, trunk, undo in ((["trunk", "add", "20"], [{"vlan": 20}], ["trunk", "rem", "20"]),
                                   (["vlan", "5"], [], ["vlan", "0"]),
                                   (["trust", "mac"], [], ["trust", "vlan"])):
            setup.svf.set(0, *words)
            assert registrar.told(name, "trunk") == [[], trunk]
            registrar.register(10)  # not now
            assert registrar.told(name, "trunk") == [[], trunk]
            setup.svf.set(0, *undo)
            registrar.register(10)
            assert registrar.told(name, "trunk") == [[{"vlan": 10}], []]
        registrar.register()
        assert registrar.told(name, "trunk") == [[], []]
        setup.switch.vfs[0] = plain
        check_tags(setup, 0)
        registrar.register(10)
    wait.until(lambda: registrar.told(name) == [[]], "the daemon, which finds none", FOLLOW_S)
    setup.svf.set(0, "trust", "off")
    snapshot.assert_same(before, setup.state(), "as before it registered")


def test_a_vf_that_falls_mute_is_told(setup):
    """Once, by the `set` that did it."""
    done = setup.svf.set(0, "trunk", "rem", "0-4094")
    assert "warning: pf0: vf 0:" in done.stderr and "untagged on" in done.stderr
    assert setup.svf.set(0, "bcast", "off").stderr == ""
    assert setup.svf.set(0, "untagged", "on", "bcast", "on").stderr == ""
    assert setup.svf.set(0, "untagged", "off", "trunk", "add", 5).stderr == ""
    assert "warning:" in setup.svf.set(0, "trunk", "rem", 5).stderr
    setup.svf.set(0, "untagged", "on")


@pytest.mark.parametrize("words, code, says", [
    (["nosuch", "vf", "0", "vlan", "5"], product.EXIT_NOT_FOUND, "nosuch: no such netdev"),
    (["lo", "vf", "0", "vlan", "5"], product.EXIT_NOT_FOUND, "lo: is not up"),
    (["vf", "0", "vlan", "5"], product.EXIT_USAGE, "no PF given"),
    (["pf0", "0", "vlan", "5"], product.EXIT_USAGE, "did you mean `vf 0`"),
    (["pf0", "vf", "x", "vlan", "5"], product.EXIT_USAGE, "vf x: must be a number"),
    (["pf0", "vf", "0", "vlan", "5", "vf", "1"], product.EXIT_USAGE, "one VF per command"),
    (["pf0", "vf", "0", "storm", "-1"], product.EXIT_USAGE, "negative")])
def test_who_is_meant_is_told(setup, words, code, says):
    before = setup.state()
    done = setup.svf.command("set", *words, check=False)
    assert done.returncode == code and says in done.stderr and done.stderr.count("\n") == 1
    snapshot.assert_same(before, setup.state(), "refused")


def test_a_failed_question_is_not_told_as_a_deleted_netdev(setup):
    """Each netlink message in turn cannot be sent: refused, with the kernel's reason."""
    before, said = setup.state(), []
    for ordinal in range(1, POINTS_MAX):
        done = inject.run(setup.world, set_words(setup, 0, ["mac", NEW_MAC]), setup.wire.host,
                          inject.Point("sendto", ordinal, ""), "error=ENOBUFS")
        if done.returncode == 0:
            break
        said.append(done.stderr)
        assert "No buffer space" in said[-1] and said[-1].count("\n") == 1, said
        snapshot.assert_same(before, setup.state(), "refused")
    setup.svf.set(0, "mac", setup.switch.vfs[0].mac)
    assert any("representor" in s for s in said) and not any("deleted" in s for s in said)


def test_set_works_where_the_kernel_has_no_membarrier(setup):
    """As with nohz_full= on its command line."""
    for vlan in (9, 0):
        setup.world.run(["strace", "-o", "/run/trace", "-e", "inject=membarrier:error=EINVAL",
                         paths.LOADER, "set", setup.wire.pf, "vf", 0, "vlan", vlan], setup.wire.host)
        with open(setup.world.path("/run/trace"), encoding="ascii") as trace:
            assert "(INJECTED)" in trace.read()
        assert setup.svf.vf(0)["vlan_list"] == ([{"vlan": 9}] if vlan else [{}])


def test_mac_and_vlan_together(setup):
    old = setup.switch.vfs[2].mac
    setup.svf.set(2, "mac", NEW_MAC, "vlan", 7, "qos", 1)
    shown = setup.svf.vf(2)
    assert shown["address"] == NEW_MAC and shown["vlan_list"] == [{"vlan": 7, "qos": 1}]
    assert owners(setup, NEW_MAC, 7) == [2]
    setup.svf.set(2, "mac", old, "vlan", 0)
    setup.check(old, NEW_MAC)


def owners(setup, mac, vlan):
    """VFs that svf_fdb has for an address."""
    wanted = {"mac": mac_value(setup, mac), "vlan": vlan}
    return next((v["vf"][:v["count"]] for k, v in setup.svf.table("svf_fdb") if k == wanted), [])


def mac_value(setup, mac):
    """An address as bpftool prints it in a key of svf_fdb."""
    sample = setup.svf.table("svf_fdb")[0][0]["mac"][0]
    octets = [int(octet, 16) for octet in mac.split(":")]
    return octets if isinstance(sample, int) else [hex(o) for o in octets]


def test_set_mac_under_traffic_of_others_costs_them_nothing(setup):
    """A stream wire -> VF 2 while VF 0's address changes to and fro."""
    round_, old = frames.new_round(), setup.switch.vfs[0].mac
    stream = [frames.build(setup.switch.vfs[2].mac, FAR_MAC, "ipv4", round_, i)
              for i in range(STREAM_FRAMES)]
    stream.append(frames.build(setup.switch.vfs[2].mac, FAR_MAC, "ipv4", round_, frames.SENTINEL))
    sender = tools.start_sending(setup.world, setup.wire.wire, stream, setup.wire.far,
                                 rate=STREAM_PPS)
    changes = 0
    while sender.poll() is None:
        setup.set_mac(0, OTHER_MAC if changes % 2 == 0 else old)
        changes += 1
    tools.finish(sender)
    setup.set_mac(0, old)
    received = setup.exchange.points[2].collect(round_, 1)
    assert [r.id for r in received] == [*range(STREAM_FRAMES), frames.SENTINEL]
    assert changes > 2


def test_set_mac_of_a_vf_that_sends_loses_none_of_its_frames(setup):
    """Its address changes to and fro while it streams to the wire from the first one, which
    spoofchk would not let it."""
    round_, old = frames.new_round(), setup.switch.vfs[0].mac
    setup.svf.set(0, "spoofchk", "off")
    stream = [frames.build(FAR_MAC, old, "ipv4", round_, i) for i in range(STREAM_FRAMES)]
    stream.append(frames.build(FAR_MAC, old, "ipv4", round_, frames.SENTINEL))
    sender = tools.start_sending(setup.world, setup.wire.vf_name(0), stream,
                                 setup.wire.vf_netns(0), rate=STREAM_PPS)
    changes = 0
    while sender.poll() is None:
        setup.set_mac(0, OTHER_MAC if changes % 2 == 0 else old)
        changes += 1
    tools.finish(sender)
    setup.set_mac(0, old)
    setup.svf.set(0, "spoofchk", "on")
    received = setup.exchange.points[model.WIRE].collect(round_, 1)
    assert [r.id for r in received] == [*range(STREAM_FRAMES), frames.SENTINEL]
    assert changes > 2


REFUSED = [
    (0, ["mtu", "1501"], product.EXIT_REFUSED, "1500"),
    (0, ["min_tx_rate", "10001"], product.EXIT_REFUSED, "10000"),
    (0, ["mac_list", "add", PF_MAC], product.EXIT_REFUSED, "PF"),
    (0, ["mac", "01:00:5e:00:00:01"], product.EXIT_USAGE, "multicast"),
    (0, ["mac", "ff:ff:ff:ff:ff:ff"], product.EXIT_USAGE, "multicast"),
    (0, ["mac", PF_MAC], product.EXIT_REFUSED, "PF"),
    (0, ["mac", "02:00:00"], product.EXIT_USAGE, "02:00:00"),
    (0, ["vlan", "4095"], product.EXIT_USAGE, "4094"),
    (0, ["vlan", "-1"], product.EXIT_USAGE, "-1"),
    (0, ["vlan", "5", "qos", "8"], product.EXIT_USAGE, "7"),
    (0, ["colour", "blue"], product.EXIT_USAGE, "colour"),
    (0, ["vlan", "5", "mac"], product.EXIT_USAGE, "mac"),
    (0, [], product.EXIT_USAGE, ""),
    (9, ["vlan", "5"], product.EXIT_NOT_FOUND, "no such VF, there are 0-2"),
    (0, ["promisc", "all", "trust", "mac,vlan"], product.EXIT_REFUSED, "trust promisc"),
    (0, ["allmulti", "on"], product.EXIT_REFUSED, "trust allmulti"),
    (0, ["trust", "mac,almulti"], product.EXIT_USAGE, "allmulti"),
    (0, ["max_tx_pps", "20m"], product.EXIT_USAGE, "10000000"),
    (0, ["link-state", "auto"], product.EXIT_USAGE, "did you mean `state`"),
    (0, ["vlan=100"], product.EXIT_USAGE, "did you mean `vlan 100`"),
]


@pytest.mark.parametrize("vf, words, code, names", REFUSED, ids=[" ".join(r[1]) for r in REFUSED])
def test_refused_settings_change_nothing(setup, vf, words, code, names):
    before = setup.state()
    done = setup.svf.set(vf, *words, check=False)
    assert done.returncode in (code, product.EXIT_REFUSED), done.stderr
    assert names in done.stderr and done.stderr.count("\n") == 1
    snapshot.assert_same(before, setup.state(), "refused")


def test_another_vfs_address_in_the_same_vlan_is_told(setup):
    """Accepted, since two VFs may swap theirs so; `mac 0` gives the VF its own back."""
    before, mine, others = setup.state(), setup.switch.vfs[0].mac, setup.switch.vfs[1].mac
    done = setup.svf.set(0, "mac", others)
    assert "warning: pf0: vf 0:" in done.stderr and "vf 1" in done.stderr
    assert done.stderr.count("\n") == 1
    assert sorted(owners(setup, others, 0)) == [0, 1]
    done = setup.svf.set(0, "mac", "00:00:00:00:00:00")
    assert done.stderr == "" and setup.svf.vf_mac(0) == mine
    snapshot.assert_same(before, setup.state(), "with its own address again")


def test_a_killed_set_leaves_no_filter_that_down_does_not_know(world):
    """At each call; the next `set` puts right what it left."""
    wire = Topology(world, addresses=False, ipv6=False, suffix="8")
    svf = Svf(world, wire.host, wire.pf)

    def filters():
        return {entry["mac"] for entry in world.json(["bridge", "-j", "fdb", "show", "dev", "pf0"],
                                                     wire.host)}

    before = filters()
    svf.up("--lane", "tc", vfs=1)
    command = [paths.LOADER, "set", "pf0", "vf", "0", "mac_list", "add", f"{NEW_MAC},{OTHER_MAC}"]
    points, seen = inject.record(world, command, wire.host), set()
    for point in points:
        svf.set(0, "mac_list", "rem", f"{NEW_MAC},{OTHER_MAC}")
        done = inject.run(world, command, wire.host, point, "signal=KILL")
        assert done.returncode != 0
        left = filters() - before - {svf.vf_mac(0)}
        known = json.loads(world.shell(f"cat {svf.run_dir}/state.json"))["filters"]
        assert left <= set(known), point
        seen.add(len(left))
        svf.set(0, "mac_list", "add", f"{NEW_MAC},{OTHER_MAC}")
        assert {NEW_MAC, OTHER_MAC} <= filters(), point
    assert seen == {0, 1, 2}, "killed before, between and after"
    inject.run(world, [*command[:6], "rem", *command[7:]], wire.host, points[-1], "signal=KILL")
    svf.down()
    assert filters() == before
    wire.close()


def test_addresses_have_so_many_owners_at_most(world):
    """And as many VFs may be promiscuous."""
    wire = Topology(world, addresses=False, ipv6=False, suffix="9")
    svf = Svf(world, wire.host, wire.pf)
    svf.up("--lane", "tc", vfs=9)
    for vf in range(8):
        svf.set(vf, "mac", NEW_MAC, "trust", "on", "promisc", "all")
    for words, names in ((["mac", NEW_MAC], NEW_MAC),
                         (["trust", "on", "promisc", "all"], "promisc")):
        done = svf.set(8, *words, check=False)
        assert done.returncode == product.EXIT_REFUSED, done.stderr
        assert names in done.stderr and "maximum" in done.stderr and done.stderr.count("\n") == 1
    svf.down()
    wire.close()


# What is set, for VF 0 (in a container) or the PF, and what takes it back.
CHANGES = {
    "mac and vlan": (0, ["mac", NEW_MAC, "vlan", "9", "qos", "2"], ["mac", "0", "vlan", "0"]),
    "mac_list": (0, ["mac_list", "add", f"{NEW_MAC},{OTHER_MAC}"],
                 ["mac_list", "rem", f"{NEW_MAC},{OTHER_MAC}"]),
    "trunk": (0, ["trunk", "add", "5,7-9"], ["trunk", "rem", "5,7-9"]),
    "max_tx_rate": (0, ["max_tx_rate", "100"], ["max_tx_rate", "0"]),
    "min_tx_rate": (0, ["min_tx_rate", "100", "max_tx_rate", "200"],
                    ["min_tx_rate", "0", "max_tx_rate", "0"]),
    "max_rx_rate": (0, ["max_rx_rate", "100", "burst", "30000"],
                    ["max_rx_rate", "0", "burst", "0"]),
    "storm": (0, ["storm", "100"], ["storm", "0"]),
    "pps": (0, ["max_tx_pps", "1k", "max_rx_pps", "1m"], ["max_tx_pps", "0", "max_rx_pps", "0"]),
    "state": (0, ["state", "disable"], ["state", "auto"]),
    "mtu": (0, ["mtu", "1400"], ["mtu", "1500"]),
    "promisc": (0, ["trust", "on", "promisc", "all"], ["promisc", "off", "trust", "off"]),
    "of the PF": (None, ["rate", "5000", "isolation", "vepa", "storm", "100"],
                  ["rate", "0", "isolation", "veb", "storm", "0"]),
}


def set_words(setup, vf, words):
    """The command."""
    subject = [] if vf is None else ["vf", str(vf)]
    words = [setup.switch.vfs[vf].mac if w == "0" and words[i - 1] == "mac" else w
             for i, w in enumerate(words)]
    return [paths.LOADER, "set", "pf0", *subject, *words]


def run_set(setup, vf, words):
    """Runs it."""
    return setup.world.run(set_words(setup, vf, words), setup.wire.host)


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_can_be_taken_back_and_repeated(setup, name):
    vf, there, back = CHANGES[name]
    before = setup.state()
    for words in (there, back):
        run_set(setup, vf, words)
        tables = [setup.svf.table(t) for t in TABLES]
        done = run_set(setup, vf, words)
        assert done.stdout == "" and done.stderr == ""
        assert tables == [setup.svf.table(t) for t in TABLES], "repeated: not even published"
    snapshot.assert_same(before, setup.state(), "taken back")


@pytest.mark.parametrize("direction", ["there", "back"])
@pytest.mark.parametrize("name", CHANGES)
def test_set_is_all_or_nothing_at_each_call(setup, name, direction, long):
    """A failure at each call that changes something, as in test_failure.py."""
    vf, there, back = CHANGES[name]
    words, opposite = (there, back) if direction == "there" else (back, there)
    if direction == "back":
        run_set(setup, vf, opposite)
    try:
        check_each_call(setup, vf, words, opposite, long)
    finally:
        setup.world.run(set_words(setup, vf, back), setup.wire.host, check=False)


def check_each_call(setup, vf, words, opposite, long):
    """Fails each call in turn; between two of them all is as before."""
    command = set_words(setup, vf, words)
    points = inject.record(setup.world, command, setup.wire.host)
    run_set(setup, vf, opposite)
    before, complaints = setup.state(), []
    for point in points if long else inject.spread(points, POINTS_MAX):
        done = inject.run(setup.world, command, setup.wire.host, point, "error=ENOMEM")
        if done.returncode == 0:
            run_set(setup, vf, opposite)
        changed = snapshot.difference(before, setup.state())
        if changed or (done.returncode and done.stderr.count("\n") != 1):
            complaints.append(f"{point}: exit {done.returncode}: {done.stderr}{changed}")
            setup.world.run(command, setup.wire.host, check=False)
            run_set(setup, vf, opposite)
    assert len(points) > 3
    assert not complaints, "\n".join(complaints)
