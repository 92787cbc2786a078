# SPDX-License-Identifier: GPL-2.0-only
"""
What somebody deletes of a VF - its namespace, its netdev, its representor, its ring port - comes
back in the host; and what the host's admin does to a representor is the VF's link.
"""

import json
import time

import pytest
from svfnet import frames, tools, wait
from svfnet.product import EXIT_NOT_FOUND, Svf
from svfnet.topology import FAR_IP4, FAR_MAC, Topology, vf_ip4
from svfnet.world import World

SLOW = 5  # what a slow and shared machine may take longer than promised
BACK_S = 1.0
ROUNDS, ROUNDS_LONG = 12, 100
PING = ["ping", "-q", "-c", "2", "-i", "0.05", "-W", "2", FAR_IP4]


class Lab:
    """Two VFs on a quiet wire."""

    def __init__(self, world, lane="afxdp"):
        self.world = world
        self.wire = Topology(world)
        self.svf = Svf(world, self.wire.host, self.wire.pf)
        self.svf.up("--lane", lane, vfs=2)
        self.lane = lane

    def is_whole(self, vf=1):
        """Whether the VF's netdevs are all in the host, with their names, and its link is up."""
        told = self.svf.vf(vf)["svf"]
        return (told["netdev"] == f"pf0v{vf}" and told["representor"] == f"pf0r{vf}" and
                told["netnsid"] is None and
                told["ring_port"] == (f"pf0q{vf}" if self.lane == "afxdp" else None) and
                "UP" in self.world.link(f"pf0r{vf}", self.wire.host)["flags"])

    def wait_whole(self, vf=1):
        """Seconds until it is."""
        start = time.monotonic()
        wait.until(lambda: self.is_whole(vf), f"VF {vf} whole again", BACK_S * SLOW)
        return time.monotonic() - start

    def use(self, vf=1):
        """A container takes the VF, pings the far host through it, and goes."""
        ns = self.wire.take_vf(vf)
        self.world.run(PING, ns)
        return ns

    def delete_netns(self, vf=1):
        """With the VF in it."""
        self.world.del_netns(self.wire.moved.pop(f"pf0v{vf}"))

    def check(self):
        """`stats --check` at rest."""
        told = json.loads(self.svf.command("-j", "stats", "pf0", "--check").stdout)
        assert told["verdict"] == "exact", [e for e in told["equations"] if e["wrong"]]


@pytest.fixture(params=("afxdp", "tc"), name="lab")
def lab_fixture(request):
    """In both lanes."""
    with World() as world:
        made = Lab(world, request.param)
        yield made
        made.svf.down()


def test_a_vf_comes_back_from_every_namespace_that_is_deleted(lab, long):
    lab.svf.set(1, "max_rx_rate", 100, "spoofchk", "off", "storm", 50)
    kept = lab.svf.vf(1)
    for _ in range(ROUNDS_LONG if long else ROUNDS):
        ns = lab.use()
        lab.world.ip("link set pf0v1 name eth7 address 02:00:00:00:00:99 mtu 1300", ns)
        lab.delete_netns()
        assert lab.wait_whole() <= BACK_S * SLOW
    again = lab.svf.vf(1)
    for key in kept.keys() - {"svf"}:
        assert again[key] == kept[key], key
    link = lab.world.json(["ip", "-j", "addr", "show", "dev", "pf0v1"], lab.wire.host)[0]
    assert link["address"] == kept["address"] and link["mtu"] == 1500
    assert not link.get("addr_info"), "the container's addresses went with it"
    qdisc = lab.world.shell("tc qdisc show dev pf0r1 root", lab.wire.host)
    assert "tbf" in qdisc and "rate 100Mbit" in qdisc
    lab.use()
    lab.check()
    lab.delete_netns()
    lab.wait_whole()


@pytest.mark.parametrize("how", ["tenant", "representor", "ring port"])
def test_a_deleted_netdev_is_made_anew(lab, how):
    if how == "ring port" and lab.lane == "tc":
        assert lab.svf.vf(1)["svf"]["ring_port"] is None  # so there is none to delete
        return
    lab.svf.set(1, "vlan", 0)
    ns = lab.use()
    pid = lab.svf.agent_pid()
    if how == "tenant":
        lab.world.ip("link del pf0v1", ns)
    else:
        lab.world.ip("link del " + {"representor": "pf0r1", "ring port": "pf0q1"}[how],
                     lab.wire.host)
    if how == "ring port":
        wait.until(lambda: lab.svf.vf(1)["svf"]["ring_port"] and lab.svf.agent_alive() and
                   lab.svf.agent_pid() not in (None, pid), "another agent", BACK_S * SLOW)
        lab.world.run(PING, ns)
        before = lab.svf.counters(2)
        lab.world.run(PING, ns)
        assert lab.svf.counters(2).minus(before).stats[1, "rx"]["ring"] >= 2
    else:
        lab.wait_whole()
        lab.delete_netns()
        lab.use()
        assert lab.svf.agent_pid() == pid, "its rings and ring port stay"
    lab.check()


def test_the_others_lose_nothing_meanwhile(lab):
    ns = lab.wire.take_vf(0, addresses=False)
    mac, count = lab.svf.vf_mac(0), 4000
    capture = tools.Capture(lab.world, "pf0v0", ns)
    round_ = frames.new_round()
    data = [frames.build(mac, FAR_MAC, "ipv4", round_, i) for i in [*range(count), frames.SENTINEL]]
    sender = tools.start_sending(lab.world, "wire0", data, lab.wire.far, rate=1000)
    for _ in range(2):
        lab.use()
        lab.delete_netns()
        lab.wait_whole()
    assert sender.poll() is None
    tools.finish(sender)
    got = {r.id for r in capture.collect(round_, 1)} - {frames.SENTINEL}
    capture.close()
    assert len(got) == count


def test_up_mends_what_no_daemon_did(lab):
    daemon = lab.svf.show()["svf"]["daemon"]["pid"]
    lab.use()
    lab.world.kill(daemon)
    lab.delete_netns()
    before = lab.svf.counters(2)
    frame = [frames.build(lab.svf.vf_mac(1), FAR_MAC)]
    assert lab.svf.vf(1)["svf"]["netdev"] is None
    done = lab.svf.set(1, "vlan", 5, check=False)
    assert done.returncode == EXIT_NOT_FOUND and "svf-loader up pf0 --vfs 2" in done.stderr
    told = lab.svf.up(vfs=2).stdout
    assert "deleted netdevs of 1 made anew" in told, told
    assert lab.is_whole() and "nothing changed" in lab.svf.up(vfs=2).stdout
    tools.send(lab.world, "wire0", frame, lab.wire.far)
    wait.until(lambda: lab.svf.counters(2).minus(before).stats[1, "rx"]["packets"], "the frame")
    lab.use()
    lab.check()
    lab.delete_netns()


def test_a_name_that_is_taken_is_waited_for(lab):
    lab.use()
    lab.world.ip("link add pf0v1 type veth peer name other0", lab.wire.host)
    lab.delete_netns()
    before = lab.svf.counters(2)
    frame = [frames.build(lab.svf.vf_mac(1), FAR_MAC)]
    wait.until(lambda: lab.svf.vf(1)["svf"]["representor"] is None and not
               [k for k, v in lab.svf.table("svf_vfs") if k == 1 and v["representor"]],
               "the sorter's knowing", BACK_S * SLOW)
    tools.send(lab.world, "wire0", frame * 3, lab.wire.far)
    wait.until(lambda: lab.svf.counters(2).minus(before).drops[1, "rx"]["link_down"] == 3,
               "told as dropped, not as delivered")
    lab.world.ip("link del pf0v1", lab.wire.host)
    lab.wait_whole()
    lab.use()
    lab.check()
    lab.delete_netns()


# --- the representor is a port of its own right ---

def carrier(lab, ns):
    """Whether the tenant sees a link."""
    return "LOWER_UP" in lab.world.link("pf0v1", ns)["flags"]


def test_a_representor_set_down_takes_the_link_until_it_is_set_up(lab):
    ns = lab.use()
    lab.world.ip("link set pf0r1 down", lab.wire.host)
    wait.until(lambda: not carrier(lab, ns), "no carrier")
    assert lab.world.run(PING[:3] + ["1", "-W", "1", FAR_IP4], ns, check=False).returncode != 0
    # the PF's carrier comes and goes; a PF daemon is replaced; VFs are added
    lab.world.ip("link set wire0 down", lab.wire.far)
    wait.until(lambda: not lab.svf.show()["svf"]["carrier"], "the PF's loss of carrier")
    lab.world.ip("link set wire0 up", lab.wire.far)
    wait.until(lambda: lab.svf.show()["svf"]["carrier"] and
               "UP" in lab.world.link("pf0r0", lab.wire.host)["flags"], "the PF's carrier")
    lab.svf.command("numvfs", "pf0", 3)
    assert "UP" not in lab.world.link("pf0r1", lab.wire.host)["flags"] and not carrier(lab, ns)
    lab.world.ip("link set pf0r1 up", lab.wire.host)
    wait.until(lambda: carrier(lab, ns), "the carrier")
    lab.world.run(PING, ns)
    lab.world.ip("link set wire0 down", lab.wire.far)
    wait.until(lambda: not carrier(lab, ns), "following the PF again")
    lab.world.ip("link set wire0 up", lab.wire.far)
    wait.until(lambda: carrier(lab, ns), "the carrier")


def test_what_a_vf_sends_is_seen_at_its_representor(lab):
    ns = lab.use()
    capture = tools.Capture(lab.world, "pf0r1", lab.wire.host)
    round_ = frames.new_round()
    data = [frames.build(FAR_MAC, lab.svf.vf_mac(1), "ipv4", round_, i)
            for i in (*range(3), frames.SENTINEL)]
    tools.send(lab.world, "pf0v1", data, ns)
    assert {r.id for r in capture.collect(round_, 1)} == {0, 1, 2, frames.SENTINEL}
    capture.close()


def test_mtu_of_the_pair_is_made_anew_as_it_was_set(lab):
    lab.svf.set(1, "mtu", 1280)
    lab.use()
    lab.delete_netns()
    lab.wait_whole()
    assert lab.world.link("pf0v1", lab.wire.host)["mtu"] == 1280
    ns = lab.wire.take_vf(1)
    big = ["ping", "-q", "-c", "1", "-W", "1", "-M", "do", "-s", "1300", vf_ip4(1)]
    before = lab.svf.counters(2)
    lab.world.run(big, lab.wire.far, check=False)
    wait.until(lambda: lab.svf.counters(2).minus(before).drops[1, "rx"]["mtu"] >= 1,
               "too long for the VF: seen and counted, since its representor takes all")
    lab.world.del_netns(ns)
    lab.wire.moved.clear()
