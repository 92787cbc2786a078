# SPDX-License-Identifier: GPL-2.0-only
"""
`up`, `show` and `down`: what they make, what they refuse, and that the machine is as before,
object by object.
"""

import json
import re
import time

import pytest
from svfnet import product, snapshot, wait
from svfnet.product import Svf
from svfnet.topology import Topology



@pytest.mark.parametrize("lane", ["afxdp", "tc"])
@pytest.mark.parametrize("vfs", [1, 2, 8])
def test_up_makes_the_vfs_and_down_leaves_the_machine_as_before(wire, svf, unchanged, vfs, lane):
    svf.up("--lane", lane, vfs=vfs)
    ids = snapshot.bpf_objects(wire.world, svf.pins)
    links = {link["ifname"]: link for link in wire.world.json(["ip", "-d", "-j", "link"], wire.host)}
    shown = svf.show()["vfinfo_list"]
    svf.down()

    assert [v["vf"] for v in shown] == list(range(vfs))
    for vf in range(vfs):
        netdev = links[f"pf0v{vf}"]
        assert netdev["address"] == shown[vf]["address"]
        assert "UP" not in netdev["flags"], "VF netdevs are left down"
        assert f"pf0r{vf}" in links
        assert (f"pf0q{vf}" in links) == (lane == "afxdp")
    assert ids["prog"] and len(ids["map"]) >= 11
    assert bool(ids["link"]) == (lane == "afxdp")
    wait.until(lambda: not snapshot.living(wire.world, ids), "BPF objects freed by the kernel")


def test_up_says_what_it_did_in_at_most_12_lines(svf):
    done = svf.up(vfs=2)
    lines = done.stdout.splitlines()
    assert 0 < len(lines) <= 12 and not done.stderr
    for fact in ["native", "zero.copy", "afxdp", "512", "MiB", rf"pid {svf.agent_pid()}\b", "pf0v0"]:
        assert re.search(fact, done.stdout), fact


def test_vf_addresses_are_local_unicast_distinct_and_stable(svf):
    svf.up(vfs=8)
    first = [v["address"] for v in svf.show()["vfinfo_list"]]
    svf.down()
    svf.up(vfs=8)
    assert [v["address"] for v in svf.show()["vfinfo_list"]] == first
    assert len(set(first)) == 8
    for mac in first:
        assert int(mac[:2], 16) & 3 == 2, f"{mac}: locally administered, unicast"


def test_vfs_have_no_address_and_ports_no_ipv6(wire, svf):
    svf.up(vfs=2)
    for link in wire.world.json(["ip", "-j", "addr"], wire.host):
        if re.fullmatch(r"pf0[vrq]\d+", link["ifname"]):
            assert link["addr_info"] == [], link["ifname"]


def test_same_up_again_changes_nothing(wire, svf):
    svf.up(vfs=2)
    svf.set(1, "vlan", 100, "qos", 3)
    pid = svf.agent_pid()
    before = snapshot.take(wire.world, wire.host)
    for words in [(), ("--lane", "afxdp"), ("--queues", 1)]:
        assert "nothing changed" in svf.up(*words, vfs=2).stdout
    snapshot.assert_same(before, snapshot.take(wire.world, wire.host), "up again")
    assert svf.agent_pid() == pid
    assert svf.vf(1)["vlan_list"] == [{"vlan": 100, "qos": 3}]


@pytest.mark.parametrize("vfs, words, names", [
    (3, [], "--vfs"), (2, ["--lane", "tc"], "--lane"), (2, ["--ring-size", "128"], "--ring-size"),
    (2, ["--max-vfs", "9"], "--max-vfs"), (2, ["--xdp-mode", "skb"], "--xdp-mode"),
])
def test_up_with_other_arguments_is_refused_naming_what_differs(wire, svf, vfs, words, names):
    svf.up(vfs=2)
    before = snapshot.take(wire.world, wire.host)
    done = svf.up(*words, vfs=vfs, check=False)
    snapshot.assert_same(before, snapshot.take(wire.world, wire.host), "refused up")
    assert done.returncode == product.EXIT_BUSY
    assert names in done.stderr and done.stderr.count("\n") == 1


@pytest.mark.parametrize("words, code", [
    (["up", "pf0", "--vfs", "0"], product.EXIT_USAGE),
    (["up", "pf0", "--vfs", "257"], product.EXIT_USAGE),
    (["up", "pf0", "--vfs", "x"], product.EXIT_USAGE),
    (["up", "pf0"], product.EXIT_USAGE),
    (["up", "pf0", "--vfs", "2", "--lane", "hardware"], product.EXIT_USAGE),
    (["up", "pf0", "--vfs", "2", "--queues", "2"], product.EXIT_REFUSED),
    (["up", "lo", "--vfs", "2"], product.EXIT_REFUSED),
    (["up", "nosuch", "--vfs", "2"], product.EXIT_NOT_FOUND),
    (["show", "nosuch"], product.EXIT_NOT_FOUND),
    (["show", "pf0"], product.EXIT_NOT_FOUND),
    (["set", "pf0", "vf", "0", "vlan", "5"], product.EXIT_NOT_FOUND),
])
def test_refused_words_give_one_line_and_an_exit_code(svf, unchanged, words, code):
    done = svf.command(*words, check=False)
    assert done.returncode == code, done.stderr
    assert done.stderr.startswith("svf-loader: ") and done.stderr.count("\n") == 1


def test_a_device_without_ethernet_is_refused(wire, svf, unchanged):
    wire.world.run(["ip", "tuntap", "add", "tun9", "mode", "tun"], wire.host)
    done = svf.command("up", "tun9", "--vfs", "1", check=False)
    wire.world.run(["ip", "link", "del", "tun9"], wire.host)
    assert done.returncode == product.EXIT_REFUSED
    assert "tun9" in done.stderr and "Ethernet" in done.stderr


@pytest.mark.parametrize("netdev", ["pf0v0", "pf0r0", "pf0q0"])
def test_our_own_netdevs_are_refused(svf, netdev):
    svf.up(vfs=1)
    done = svf.command("up", netdev, "--vfs", "1", check=False)
    assert done.returncode == product.EXIT_REFUSED and netdev in done.stderr


def test_a_foreign_xdp_program_is_named_and_stays(wire, svf):
    wire.world.shell("""
        cat > /run/foreign.c <<'END'
            #include <linux/bpf.h>
            __attribute__((section("xdp"), used))
            int foreign_xdp(struct xdp_md *ctx) { return XDP_PASS; }
        END
        clang -O2 -g -target bpf -idirafter /usr/include/x86_64-linux-gnu -c /run/foreign.c \
            -o /run/foreign.o
        ip link set pf0 xdp obj /run/foreign.o sec xdp""".replace("        END", "END"), wire.host)
    before = snapshot.take(wire.world, wire.host)
    done = svf.up(vfs=2, check=False)
    after = snapshot.take(wire.world, wire.host)
    tc_lane = svf.up("--lane", "tc", vfs=2, check=False)
    svf.down()
    still = snapshot.take(wire.world, wire.host)
    wire.world.run(["ip", "link", "set", "pf0", "xdp", "off"], wire.host)
    assert done.returncode in (product.EXIT_REFUSED, product.EXIT_BUSY)
    assert "foreign_xdp" in done.stderr and done.stderr.count("\n") == 1
    snapshot.assert_same(before, after, "refused up")
    assert tc_lane.returncode == 0, "the tc lane needs no XDP"
    snapshot.assert_same(before, still, "down of the tc lane")


def test_what_others_put_on_the_pf_before_stays(wire, svf):
    """clsact, filters, altname, addresses, promiscuity, a unicast filter that is a VF's too."""
    svf.up(vfs=2)
    mac = svf.vf_mac(1)
    svf.down()
    bare = snapshot.take(wire.world, wire.host)
    wire.world.shell(f"""
        tc qdisc add dev pf0 clsact
        tc filter add dev pf0 ingress prio 7 protocol ip u32 match u32 0 0 flowid 1:1
        tc filter add dev pf0 egress prio 9 protocol ipv6 u32 match u32 0 0 flowid 1:1
        ip link property add dev pf0 altname the-uplink
        ip link set pf0 promisc on
        ip link set pf0 allmulticast on
        ip addr add 192.0.2.1/24 dev pf0
        bridge fdb add {mac} dev pf0 self""", wire.host)
    before = snapshot.take(wire.world, wire.host)
    svf.up(vfs=2)
    during = snapshot.take(wire.world, wire.host)
    svf.down()
    after = snapshot.take(wire.world, wire.host)
    wire.world.shell(f"""
        tc qdisc del dev pf0 clsact
        ip link property del dev pf0 altname the-uplink
        ip link set pf0 promisc off
        ip link set pf0 allmulticast off
        ip addr del 192.0.2.1/24 dev pf0
        bridge fdb del {mac} dev pf0 self""", wire.host)
    snapshot.assert_same(before, after, "down")
    gone = [line for line in before if line not in set(during) and "filter pf0" in line]
    assert not gone, "foreign filters stay while up"
    snapshot.assert_same(bare, snapshot.take(wire.world, wire.host), "test cleans up")


def test_filters_of_others_added_while_up_survive_down(wire, svf, unchanged):
    svf.up(vfs=1)
    wire.world.shell("tc filter add dev pf0 ingress prio 70 protocol ip u32 match u32 0 0 "
                     "flowid 1:1", wire.host)
    svf.down()
    left = wire.world.shell("tc filter show dev pf0 ingress", wire.host)
    wire.world.shell("tc qdisc del dev pf0 clsact", wire.host)
    assert "u32" in left and "bpf" not in left


def test_two_pfs_at_once(wire, svf):
    other = Topology(wire.world, suffix="2", addresses=False)
    second = Svf(wire.world, other.host, other.pf)
    before = [snapshot.take(wire.world, wire.host), snapshot.take(wire.world, other.host)]
    svf.up(vfs=2)
    second.up("--lane", "tc", vfs=3)
    assert len(svf.show()["vfinfo_list"]) == 2 and len(second.show()["vfinfo_list"]) == 3
    svf.down()
    assert len(second.show()["vfinfo_list"]) == 3
    second.down()
    after = [snapshot.take(wire.world, wire.host), snapshot.take(wire.world, other.host)]
    other.close()
    for old, new in zip(before, after):
        snapshot.assert_same(old, new)


def test_two_pfs_in_one_namespace_are_both_shown(wire, svf):
    wire.world.ip(f"link add pf1 type veth peer name wire1 netns {wire.far}\nlink set pf1 up",
                  wire.host)
    second = Svf(wire.world, wire.host, "pf1")
    svf.up(vfs=1)
    second.up(vfs=2)
    listed = json.loads(svf.command("-j", "show").stdout)
    second.down()
    left = json.loads(svf.command("-j", "show").stdout)
    wire.world.ip("link del pf1", wire.host)
    assert {pf["ifname"]: len(pf["vfinfo_list"]) for pf in listed} == {"pf0": 1, "pf1": 2}
    assert [pf["ifname"] for pf in left] == ["pf0"]


def test_a_command_waits_for_another_and_then_names_the_holder(wire, svf):
    wire.world.shell(f"mkdir -p {svf.run_dir}")
    # flock keeps the lock until its standard input ends: a command that takes long
    holder = wire.world.start(["flock", f"{svf.run_dir}/lock", "sh", "-c", "echo held; cat"], wire.host)
    assert holder.stdout.readline() == "held\n"
    wire.world.shell(f"echo '4711 svf-loader up' > {svf.run_dir}/lock")
    done = svf.up("--timeout", 1, vfs=1, check=False)
    waiting = wire.world.start([product.paths.LOADER, "up", "pf0", "--vfs", "1"], wire.host)
    holder.stdin.close()
    holder.wait(10)
    assert waiting.wait(10) == 0, "goes on when the lock is free"
    assert done.returncode == product.EXIT_BUSY
    assert "4711" in done.stderr and done.stderr.count("\n") == 1


def test_down_is_idempotent(svf, unchanged):
    assert svf.down(check=False).returncode == 0
    svf.up(vfs=2)
    assert svf.down().stderr == ""
    assert svf.down().stderr == ""


@pytest.mark.parametrize("lane", ["afxdp", "tc"])
def test_down_takes_away_all_that_was_set(wire, svf, unchanged, lane):
    svf.up("--lane", lane, vfs=2)
    ns = wire.take_vf(0)
    svf.set(0, "max_tx_rate", 100, "min_tx_rate", 50, "max_rx_rate", 100, "trust", "on", "promisc",
            "all", "allmulti", "on", "mac_list", "add", "02:00:00:00:00:a1", "mtu", 1400, "state",
            "disable", "storm", 10)
    svf.set(1, "trunk", "add", "5,10-20", "allow_proto", "add", "lldp", "isolation", "private")
    svf.set_pf("isolation", "vepa", "storm", 100, "rate", 1000)
    svf.down()
    wire.world.del_netns(ns)
    wire.moved.clear()


DAMAGE = {
    "VF netdev deleted": "ip link del pf0v0",
    "representor deleted": "ip link del pf0r1",
    "ring port deleted": "ip link del pf0q0",
    "all netdevs deleted": "for p in r0 r1 q0 q1; do ip link del pf0$p; done",
    "clsact of the PF deleted": "tc qdisc del dev pf0 clsact",
    "VF netdev renamed": "ip link set pf0v0 name eth7",
    "pins removed": "rm -r {pins}",
    "one pin removed": "rm {pins}/svf_fdb",
    "agent killed": "kill -9 $(cat {run}/agent.pid)",
    "daemon killed": "kill -9 $(cat {run}/daemon.pid)",
    "both killed": "kill -9 $(cat {run}/daemon.pid {run}/agent.pid)",
}
# Then nobody knows any more how the PF was set before `up`; all else must go nevertheless.
STATE_LOST = {
    "state file removed": "rm {run}/state.json",
    "state file cut short": "echo '{{' > {run}/state.json",
    "run directory removed": "rm -r {run}",
    "both killed and state removed": "kill -9 $(cat {run}/daemon.pid {run}/agent.pid); rm -r {run}",
}
PF_SETTINGS = re.compile(r"[-+] host (link\[pf0\]\.(flags|promiscuity|allmulti)|addr\[pf0\]\.flags"
                         r"|features pf0: rx-vlan|qdisc\[\d\]|fdb\[pf0\])")


@pytest.mark.parametrize("damage", DAMAGE)
def test_down_works_from_any_half_state(wire, svf, unchanged, damage):
    svf.up(vfs=2)
    wire.world.shell(DAMAGE[damage].format(run=svf.run_dir, pins=svf.pins), wire.host)
    done = svf.down(check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("damage", STATE_LOST)
def test_down_without_its_state_leaves_at_most_settings_of_the_pf(wire, svf, damage):
    before = snapshot.take(wire.world, wire.host, wire.far)
    svf.up(vfs=2)
    wire.world.shell(STATE_LOST[damage].format(run=svf.run_dir, pins=svf.pins), wire.host)
    svf.down(check=False)
    again = svf.down(check=False)
    after = snapshot.take(wire.world, wire.host, wire.far)
    left = [line for line in snapshot.difference(before, after).splitlines()
            if not PF_SETTINGS.match(line)]
    assert not left, "\n".join(left)
    assert again.returncode == 0, again.stderr
    svf.up(vfs=2)
    svf.down()


@pytest.mark.parametrize("damage", ["agent killed", "daemon killed", "both killed"])
def test_up_again_restarts_what_died(wire, svf, damage):
    svf.up(vfs=2)
    wire.world.shell(DAMAGE[damage].format(run=svf.run_dir, pins=svf.pins))
    svf.up(vfs=2)
    assert svf.agent_alive()
    assert len(wire.world.pids("vf-agent")) == 1
    assert len(wire.world.pids("svf-loader")) == 1


def test_down_takes_vfs_back_from_containers(wire, svf, unchanged):
    svf.up(vfs=3)
    for vf in (0, 1):
        wire.take_vf(vf)
    wire.world.del_netns(wire.moved.pop("pf0v1"))
    assert svf.down(check=False).returncode == 0
    left = wire.world.json(["ip", "-j", "link"], wire.moved["pf0v0"])
    wire.world.del_netns(wire.moved.pop("pf0v0"))
    assert [link["ifname"] for link in left] == ["lo"]


def test_up_in_the_initial_namespace_needs_no_label(world):
    """There the PF's name alone is the label. Names of our own, so that nothing is touched."""
    name = f"svf{world.pid % 100000}"
    world.add_netns("elsewhere")
    world.ip(f"link add {name} type veth peer name wire0 netns elsewhere\nlink set {name} up")
    svf = Svf(world, "", name)
    try:
        svf.up(vfs=2)
        assert len(svf.show()["vfinfo_list"]) == 2
        assert world.shell("ls /run/svf /sys/fs/bpf/svf").split().count(name) == 2
    finally:
        svf.down(check=False)
        world.ip(f"link del {name}")
    assert world.shell("ls /run/svf /sys/fs/bpf/svf", check=False).count(name) == 0


def test_long_and_dotted_pf_names(wire):
    world = wire.world
    for name in ("a-long-name-0.5", "uplink.100"):
        world.ip(f"link add {name} type veth peer name w1 netns {wire.far}\nlink set {name} up",
                 wire.host)
        before = snapshot.take(world, wire.host)
        svf = Svf(world, wire.host, name)
        svf.up(vfs=2)
        world.run(["ip", "link", "show", "dev", f"{name}v1"], wire.host)  # name or altname
        assert len(svf.show()["vfinfo_list"]) == 2
        svf.down()
        snapshot.assert_same(before, snapshot.take(world, wire.host), name)
        world.ip(f"link del {name}", wire.host)


def test_8_vfs_are_up_in_a_second_and_a_2_queue_pf_has_16_sockets(world):
    wire = Topology(world, queues=2, suffix="q2", addresses=False)
    svf = Svf(world, wire.host, wire.pf, queues=2)
    start = time.monotonic()
    svf.up(vfs=8)
    took = time.monotonic() - start
    protocols = world.shell("grep ^XDP /proc/net/protocols", wire.host).split()
    rings = [ring for v in svf.show("-d")["vfinfo_list"] for ring in v["svf"]["rings"]]
    svf.down()
    wire.close()
    assert len(rings) == 16
    assert int(protocols[2]) == 17, "16 rings and the life sign"
    assert took < 5 * 1, f"up took {took:.1f} s"
