# SPDX-License-Identifier: GPL-2.0-only
"""
What others do to a PF that is up - rename it, take programs off it, delete VF netdevs, look from
where bpffs is hidden - and what the commands make of it.
"""

import pytest

from svfnet import paths
from svfnet.product import EXIT_BUSY, EXIT_NOT_FOUND, EXIT_REFUSED
from svfnet.topology import FAR_IP4

PING = ["ping", "-q", "-c", "2", "-i", "0.05", "-W", "2", FAR_IP4]


def one_line(done, code, *words):
    """The exit code, and one line on stderr with all the words."""
    assert done.returncode == code, done.stderr
    assert len(done.stderr.splitlines()) == 1 and not [w for w in words if w not in done.stderr]


@pytest.mark.parametrize("damage", [
    ["tc", "qdisc", "del", "dev", "pf0", "clsact"],
    ["tc", "filter", "del", "dev", "pf0", "ingress"],
    ["tc", "filter", "del", "dev", "pf0", "egress"],
    "the XDP link"])
def test_up_again_attaches_what_was_taken_off_the_pf(wire, svf, unchanged, damage):
    svf.up()
    vf = wire.take_vf(0)
    if isinstance(damage, str):
        damage = ["rm", f"{svf.pins}/links/svf_wire"]
    wire.world.run(damage, wire.host)
    assert "attached to the PF again" in svf.up().stdout
    assert "nothing changed" in svf.up().stdout
    before = svf.counters(1)
    wire.world.run(PING, vf)
    counted = svf.counters(1).minus(before)
    assert counted.stats[0, "rx"]["ring"] >= 2 and counted.stats[0, "tx"]["ring"] >= 2
    wire.world.run(["ip", "netns", "del", vf])
    wire.moved.clear()
    svf.down()


def test_a_vf_whose_netdevs_are_gone_cannot_be_set(wire, svf, unchanged):
    svf.up()
    wire.world.kill(svf.show()["svf"]["daemon"]["pid"])  # else it makes them anew: test_mend.py
    wire.world.ip("link del pf0r1", wire.host)
    for words in (["set", "pf0", "vf", 1, "vlan", 5], ["reset", "pf0", "vf", 1]):
        one_line(svf.command(*words, check=False), EXIT_NOT_FOUND, "vf 1", "svf-loader up pf0")
    svf.down()


def test_a_renamed_pf_is_known_by_its_old_name(wire, svf, unchanged):
    svf.up()
    wire.world.ip("link set pf0 name lan0", wire.host)
    for words in (["up", "lan0", "--vfs", 2], ["down", "lan0"], ["show", "lan0"],
                  ["set", "lan0", "vf", 0, "vlan", 7]):
        one_line(svf.command(*words, check=False), EXIT_BUSY, "lan0: is up as pf0")
    assert "nothing changed" in svf.up().stdout
    assert "up as pf0, renamed lan0" in svf.command("-d", "show").stdout
    told = svf.show()
    assert (told["ifname"], told["svf"]["pf"]) == ("lan0", "pf0")
    pid = svf.kill_agent()
    svf.wait_for_agent()
    assert svf.agent_pid() != pid
    svf.down()
    wire.world.ip("link set lan0 name pf0", wire.host)


def test_no_command_believes_a_hidden_bpffs(wire, svf, unchanged):
    """`ip netns exec` puts a /sys of its own in front of the one with the pins."""
    svf.up()
    for words in (["show"], ["show", "pf0"], ["set", "pf0", "vf", 0, "vlan", 7], ["down", "pf0"],
                  ["up", "pf0", "--vfs", 2]):
        done = wire.world.run(["ip", "netns", "exec", wire.host, paths.LOADER, *words], check=False)
        one_line(done, EXIT_REFUSED, "ip netns exec", f"nsenter --net=/run/netns/{wire.host}")
    assert svf.show()["num_vf"] == 2 and svf.vf(0)["vlan_list"] == [{}]
    svf.down()


def test_down_says_what_it_cannot_know(wire, svf):
    one_line(svf.command("down", "nosuch"), 0, "nosuch: no such netdev")
    svf.up()
    wire.world.run(["rm", "-r", svf.run_dir])
    one_line(svf.up(check=False), EXIT_BUSY, "svf_wire", "svf-loader down pf0")
    one_line(svf.down(), 0, "no record", "allmulticast")
