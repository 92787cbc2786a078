# SPDX-License-Identifier: GPL-2.0-only
"""
svf-ip is ip, with VFs where a card's would be. What it must print is what the real ip prints of
the same state (tests/shim/ip_vfinfo.c); what is not about VFs must be as without it.
"""

import json
import os
import subprocess

import pytest
from svfnet import paths, product, snapshot
from test_show import VFS, Setup, on_a_terminal

JQ = {  # scripts written for a card
    "addresses": '.[] | select(.vfinfo_list) | .vfinfo_list[] | "\\(.vf) \\(.address)"',
    "vlans": '[.[].vfinfo_list[]? | .vlan_list[0].vlan // 0]',
    "trusted": '[.[] | .vfinfo_list[]? | select(.trust) | .vf]',
    "rates": '[.[] | .vfinfo_list[]? | .rate.max_tx]',
}


@pytest.fixture(scope="module", name="setup")
def setup_fixture(world):
    """The PF of test_show.py, another one without VFs, and netdevs that are none."""
    made = Setup(world)
    world.ip("link add dummy0 type veth peer name dummy1", made.wire.host)
    yield made
    made.close()


def both(setup, *words, **kwargs):
    """(svf-ip's result, the real ip's under the shim)."""
    ours = setup.world.run([paths.SVF_IP, *words], setup.wire.host, check=False, **kwargs)
    return ours, setup.ip(*words)


def same(ours, theirs):
    """Output, messages and exit status."""
    assert (ours.stdout, ours.stderr, ours.returncode) == \
        (theirs.stdout, theirs.stderr, theirs.returncode)


@pytest.mark.parametrize("words", [
    "link", "l", "li sh", "link list", "link lst dev pf0", "link show pf0", "link show dev long1",
    "-s link", "-d link", "-s -d link show pf0", "-s -d -j l sh", "-d -s -p -j link", "-j link",
    "-p -j link show", "-o link", "-o -s -d link", "-c link", "-c=always -o -s link show dev pf0",
    "-color=never link", "-h -s link show pf0", "-iec -h -s link show pf0", "--stats link",
    "-j link show type veth", "link show type veth", "link show up", "-j link show up",
    "-f inet link", "-r -t link", "-- link", "link show dummy0",
    "-j link show nope", "link show nope", "-br link", "-br -j link",
    "link show novf", "-n nope link",
])
def test_show_is_ips_byte_for_byte(setup, words):
    if "novf" in words:
        return_to = setup.ip(*words.split(), shim=False)
        ours = setup.world.run([paths.SVF_IP, *words.split()], setup.wire.host, check=False)
        same(ours, return_to)
        return
    same(*both(setup, *words.split()))


def test_show_has_the_vfs(setup):
    """That the comparison above compares something."""
    ours, _ = both(setup, "-s", "link")
    assert ours.stdout.count("\n    vf ") == VFS


def test_in_another_namespace(setup):
    ns = setup.wire.host
    ours = setup.world.run([paths.SVF_IP, "-n", ns, "-j", "-s", "link", "show", "pf0"])
    theirs = setup.ip("-j", "-s", "link", "show", "pf0")
    assert json.loads(ours.stdout)[0]["vfinfo_list"] == json.loads(theirs.stdout)[0]["vfinfo_list"]
    setup.world.run([paths.SVF_IP, "-n", ns, "link", "set", "pf0", "vf", "3", "state", "auto"])
    assert setup.svf.vf(3)["link_state"] == "auto"


@pytest.mark.parametrize("words", [
    "addr", "-j addr show pf0", "a s pf0", "route", "-V", "link help", "neigh", "bogus",
    "-bogus link", "link show type nosuchtype", "-s", "maddr show dev pf0", "netns list",
    "link set nope vf 0 mac 02:00:00:00:00:01", "link set dummy0 vf 0 vlan 5",
    "link set dummy0 mtu x",
])
def test_the_rest_is_ips_untouched(setup, words):
    ours = setup.world.run([paths.SVF_IP, *words.split()], setup.wire.host, check=False)
    theirs = setup.world.run(["ip", *words.split()], setup.wire.host, check=False)
    same(ours, theirs)


def test_standard_input_reaches_ip(setup):
    ours = setup.world.run([paths.SVF_IP, "-batch", "-"], setup.wire.host, check=False,
                           stdin="link show dummy0\nlink show nope\n")
    theirs = setup.world.run(["ip", "-batch", "-"], setup.wire.host, check=False,
                             stdin="link show dummy0\nlink show nope\n")
    same(ours, theirs)
    assert "dummy0" in ours.stdout and ours.returncode == 1


def vf_after(setup, *words, vf=3):
    """A VF's entry after `svf-ip link set ...`."""
    done = setup.world.run([paths.SVF_IP, *words], setup.wire.host)
    assert not done.stdout and not done.stderr
    return setup.svf.vf(vf)


@pytest.mark.parametrize("start", [["link", "set", "pf0"], ["link", "set", "dev", "pf0"],
                                   ["li", "s", "dev", "long1"], ["-s", "-d", "l", "change", "pf0"]],
                         ids=" ".join)
def test_set_by_ips_words(setup, start):
    vf_after(setup, *start, "vf", "3", "trunk", "rem", "1-4094")
    vf = vf_after(setup, *start, "vf", "3", "vlan", "7", "qos", "2", "spoofchk", "off")
    assert vf["vlan_list"] == [{"vlan": 7, "qos": 2}] and vf["spoofchk"] is False
    vf = vf_after(setup, *start, "vf", "3", "vlan", "0", "vf", "1", "max_tx_rate", "300", vf=1)
    assert vf["rate"]["max_tx"] == 300 and setup.svf.vf(3)["vlan_list"] == [{}]
    vf_after(setup, *start, "vf", "1", "rate", "200", "vf", "3", "spoof", "on")


def test_set_of_pf_and_vf_in_one_line(setup):
    vf = vf_after(setup, "link", "set", "dev", "pf0", "txqueuelen", "77", "vf", "3", "vlan", "8")
    assert vf["vlan_list"] == [{"vlan": 8}]
    link = setup.world.json(["ip", "-j", "link", "show", "pf0"], setup.wire.host)[0]
    assert link["txqlen"] == 77
    vf_after(setup, "link", "set", "pf0", "vf", "3", "vlan", "0")
    done = setup.world.run([paths.SVF_IP, "link", "set", "pf0", "mtu", "x", "vf", "3", "vlan", "9"],
                           setup.wire.host, check=False)
    theirs = setup.world.run(["ip", "link", "set", "pf0", "mtu", "x"], setup.wire.host, check=False)
    assert (done.stderr, done.returncode) == (theirs.stderr, theirs.returncode)
    assert setup.svf.vf(3)["vlan_list"] == [{}]


@pytest.mark.parametrize("words, code", [
    ("vf 99 vlan 5", 2), ("vf 3 vlan 5000", 255), ("vf 3 bogus 5", 255), ("vf", 255),
    ("vf x mac y", 255),
])
def test_a_refused_set_exits_as_ip_does(setup, words, code):
    before = setup.svf.show()["vfinfo_list"]
    done = setup.world.run([paths.SVF_IP, "link", "set", "pf0", *words.split()], setup.wire.host,
                           check=False)
    assert done.returncode == code and done.stderr.startswith("svf-ip: ")
    assert done.stderr.count("\n") == 1 and not done.stdout
    assert [v["vlan_list"] for v in setup.svf.show()["vfinfo_list"]] == \
        [v["vlan_list"] for v in before]


def test_scripts_for_a_card_run_unchanged(setup):
    """jq over vfinfo_list, and awk over the text: the same with the real ip and with svf-ip."""
    real = f"env LD_PRELOAD={paths.IP_VFINFO} SVF_VFINFO=/run/vfinfo ip"
    setup.ip("link")  # writes the shim's file
    scripts = [f"$IP -j link | jq -c '{jq}'" for jq in JQ.values()]
    scripts += [f"$IP link show pf0 | awk '/vf {vf}/{{print $4;}}'" for vf in range(VFS)]
    scripts += ["$IP -s -d link | awk '/vf 1/{f=1} f&&/RX:/{getline; print $1; exit}'",
                "$IP link | grep -c 'vf .*link/ether'", "$IP -o link | grep -o 'vf [0-9]*'",
                "$IP -d link show pf0 | sed -n 's/.*vf 0 .*, vlan \\([0-9][0-9]*\\).*/\\1/p'"]
    for script in scripts:
        wanted, got = (setup.world.run(["bash", "-c", f"IP='{ip}'\n{script}"],
                                       setup.wire.host).stdout for ip in (real, paths.SVF_IP))
        assert got == wanted and got.strip(), script


def test_under_the_name_of_ip(setup, tmp_path):
    """First in $PATH as `ip`: it does not find itself, and svf-loader does not find it either."""
    os.symlink(paths.SVF_IP, tmp_path / "ip")
    path = f"{tmp_path}:{os.environ['PATH']}"
    done = setup.world.run(["env", f"PATH={path}", "ip", "-s", "link"], setup.wire.host)
    assert done.stdout == setup.ip("-s", "link").stdout
    done = setup.world.run(["env", f"PATH={path}", paths.LOADER, "show", "pf0"], setup.wire.host)
    assert done.stdout == setup.show().stdout


def test_colour_on_a_terminal(setup):
    for when in ("auto", "always", "never"):
        wanted = setup.ip(f"-c={'never' if when == 'never' else 'always'}", "link").stdout
        args = [paths.SVF_IP, f"-c={when}", "link"]
        assert on_a_terminal(setup.world, setup.wire.host, args) == (wanted, 0)
    assert setup.world.run([paths.SVF_IP, "-c=auto", "link"], setup.wire.host).stdout == \
        setup.ip("link").stdout


def test_a_user_sees_what_ip_shows(setup):
    """Without privileges: ip's output, and a word on standard error."""
    args = ["setpriv", "--reuid=65534", "--clear-groups", "--inh-caps=-all"]
    done = setup.world.run([*args, paths.SVF_IP, "link"], setup.wire.host, check=False)
    theirs = setup.world.run([*args, "ip", "link"], setup.wire.host)
    assert (done.stdout, done.returncode) == (theirs.stdout, 0)
    assert done.stderr == "svf-ip: pf0: must be run as root: its VFs are not shown\n"


def test_a_closed_pipe_is_told(setup):
    with open("/dev/full", "w", encoding="ascii") as full:
        done = subprocess.run(setup.world.command([paths.SVF_IP, "link"], setup.wire.host),
                              stdout=full, stderr=subprocess.PIPE, check=False)
    assert done.returncode == product.EXIT_REFUSED and b"cannot write output" in done.stderr


def test_nothing_is_left(setup):
    before = snapshot.take(setup.world, setup.wire.host)
    setup.world.run([paths.SVF_IP, "-s", "-j", "link"], setup.wire.host)
    snapshot.assert_same(before, snapshot.take(setup.world, setup.wire.host), "after a show")
