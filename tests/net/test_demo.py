# SPDX-License-Identifier: GPL-2.0-only
"""
scripts/demo.sh and scripts/lab.sh do what README says of them and leave nothing behind. They run
in a namespace of a private world, so that their fixed names and addresses meet no other run's.
"""

import re
import shutil
from pathlib import Path

import pytest
from svfnet import paths, snapshot, traffic, wait
from svfnet.product import Svf
from svfnet.topology import Topology
from svfnet.world import World

DEMO, LAB = paths.TREE / "scripts/demo.sh", paths.TREE / "scripts/lab.sh"
TMP = "/run/tmp"
CGROUPS = Path("/sys/fs/cgroup")
SCRIPT_S = 60
PINGS = ["VF 0 to VF 1", "VF 0 to the far host", "host to the far host", "VF 0 to the host"]
TRANSFERS = ["VF 0 to VF 1", "VF 0 to the far host", "the far host to VF 0", "VF 0 to the host"]
ON_A_PF = ["VF 0 to VF 1", "VF 0 to the host"]  # the far host of a user's PF is unknown
RUNC = f"""#!/bin/sh
case " $* " in *" run "*) echo not permitted >&2; exit 1;; esac
exec {shutil.which("runc")} "$@" """  # as where a sandbox forbids it
SIGNALLED = {"INT": 130, "TERM": 143}


class Place:
    """A world with the namespaces that a script finds, and all that it could leave there."""

    def __init__(self, world, *namespaces):
        self.world, self.namespaces = world, namespaces
        world.run(["mkdir", TMP])
        self.before = self.snapshot()

    def snapshot(self):
        """Netdevs and the like, files in TMPDIR, and every process of the world."""
        lines = self.world.shell(f"find {TMP} -mindepth 1").splitlines()
        script = "for f in /proc/[0-9]*/comm; do read -r comm < $f && echo process $comm; done"
        lines += self.world.shell(script, check=False).splitlines()
        return sorted(lines) + snapshot.take(self.world, *self.namespaces)

    def assert_unchanged(self):
        """Nothing was left, nothing is missing."""
        snapshot.assert_same(self.before, self.snapshot(), "after the script")

    def command(self, script, *words, path=""):
        """The command line; nothing is built."""
        env = ["env", "SVF_NO_BUILD=1", f"BUILD={paths.BUILD}", f"TMPDIR={TMP}"]
        return [*env, *([f"PATH={path}"] if path else []), script, *words]

    def run(self, script, *words, stdin="", path=""):
        """Runs it in the first namespace, without a terminal."""
        command = self.command(script, *words, path=path)
        return self.world.run(command, self.namespaces[0], False, stdin, timeout_s=SCRIPT_S)

    def run_well(self, script, *words, **kwargs):
        """The same; what it printed. Nothing went wrong that it does not tell of."""
        done = self.run(script, *words, **kwargs)
        assert (done.returncode, done.stderr) == (0, ""), done.stderr + done.stdout
        return done.stdout


@pytest.fixture(name="empty")
def empty_fixture():
    """A host with nothing but lo."""
    with World() as world:
        world.add_netns("host")
        yield Place(world, "host")


@pytest.fixture(name="place")
def place_fixture():
    """A host with a PF and, at its wire's far end, another host."""
    with World() as world:
        wire = Topology(world)
        yield Place(world, wire.host, wire.far)


def shown(output, kind):
    """{title: result} of the pings or transfers that the demo shows."""
    lines = re.findall(rf"^   {kind}, (.+?)  +(\S.*)$", output, re.M)
    assert len(lines) == len(dict(lines))
    return dict(lines)


def check_traffic(output, pings, transfers):
    """All of them were shown, with results."""
    answers, rates = shown(output, "ping"), shown(output, "TCP")
    assert list(answers) == pings and list(rates) == transfers
    assert all(re.fullmatch(r"3 of 3 answered, [\d.]+ ms", text) for text in answers.values())
    assert all(re.fullmatch(r"[1-9]\d* Mbit/s", text) for text in rates.values())


def check_tables(output, pf):
    """VF 0 and VF 1 whole, with what they carried, and the first entries of the sorter's table."""
    name = re.escape(pf)
    header = rf"^\$ \S*svf-loader -s show {name}\n\d+: {name}[:@].* state [A-Z]+ "
    assert re.search(header, output, re.M)
    counters = r" +vf {} .*\n +RX: .*\n +[1-9]\d+ +[1-9].*\n +TX: .*\n +[1-9]\d+ +[1-9].*\n"
    assert re.search(counters.format(0) + counters.format(1) + r" +\.\.\.\n", output)
    dump = output.partition("$ bpftool map dump pinned /sys/fs/bpf/svf/")[2]
    assert dump.startswith(pf.replace(".", "%2e"))
    assert re.search(r'"mac": \[\d[^}]*"vlan": 0\s+\},\s+"value": \{\s+"count": 1,\s+"vf": \[\d', dump)


def check_cgroups(output):
    """The containers' control groups are gone; they are the machine's, not the world's."""
    names = set(re.findall(rf"{TMP}/(svf-demo-\S+?)/", output))
    assert len(names) == 1
    assert not list(CGROUPS.rglob(f"{names.pop()}-*"))


def test_demo_with_its_own_wire(empty):
    output = empty.run_well(DEMO)
    empty.assert_unchanged()
    pf = re.search(r"^== A wire: (\S+) is", output, re.M).group(1)
    assert f"{pf}: 8 VFs up: {pf}v0 to {pf}v7\n" in output
    check_traffic(output, PINGS, TRANSFERS)
    check_tables(output, pf)
    assert "runc cannot be used here" not in output
    assert len(re.findall(r"^svf-demo-\S+-c[01] +\d+ +running ", output, re.M)) == 2
    check_cgroups(output)


def test_demo_on_a_pf(place):
    output = place.run_well(DEMO, "pf0", "--yes")
    place.assert_unchanged()
    assert "pf0: 8 VFs up: pf0v0 to pf0v7\n" in output and "Go on?" not in output
    check_traffic(output, ON_A_PF, ON_A_PF)
    check_tables(output, "pf0")


def test_demo_without_runc(place):
    """Namespaces stand in for the containers, the answer comes from standard input, and the PF, a
    long and odd name, is down: there is nobody to talk to behind it."""
    pf = "enx0242.c0ffee1"
    place.world.ip(f"link set pf0 down\nlink set pf0 name {pf}", "host")
    place.world.shell(f"mkdir /run/bin; echo '{RUNC}' > /run/bin/runc; chmod +x /run/bin/runc")
    wait.until(lambda: place.world.link("wire0", "far")["operstate"] == "DOWN", "no carrier")
    before = place.snapshot()
    output = place.run_well(DEMO, pf, stdin="y\n", path="/run/bin:/usr/sbin:/usr/bin:/sbin:/bin")
    snapshot.assert_same(before, place.snapshot(), "after the demo")
    assert "runc cannot be used here: not permitted\n" in output
    assert f"left out: {pf} is down" in output
    check_traffic(output, ON_A_PF[:1], ON_A_PF[:1])
    check_tables(output, pf)


@pytest.mark.parametrize("stdin", ["", "n\n", "\n"])
def test_demo_asks_first(place, stdin):
    """No terminal and no answer is no."""
    done = place.run(DEMO, "pf0", stdin=stdin)
    assert (done.returncode, done.stderr) == (1, "demo.sh: nothing was done\n")
    assert "This puts 8 VFs on pf0" in done.stdout
    place.assert_unchanged()


@pytest.mark.parametrize("words, complaint", [
    (["nopf0", "--yes"], "demo.sh: there is no netdev nopf0\n"),
    (["--no-such-option"], "Usage: demo.sh "),
    (["pf0", "pf0", "--yes"], "Usage: demo.sh "),
])
def test_demo_refuses(place, words, complaint):
    done = place.run(DEMO, *words)
    assert done.returncode == 1 and done.stderr.startswith(complaint)
    place.assert_unchanged()


def test_demo_leaves_a_users_vfs_alone(place):
    svf = Svf(place.world, "host", "pf0")
    svf.up()
    before = place.snapshot()
    done = place.run(DEMO, "pf0", "--yes")
    assert done.returncode == 1 and "svf-loader down pf0" in done.stderr
    snapshot.assert_same(before, place.snapshot(), "after the demo refused")
    svf.down()


@pytest.mark.parametrize("signal", SIGNALLED)
def test_demo_interrupted(empty, signal):
    """In the middle of a transfer, as Ctrl-C does it: the whole job gets the signal."""
    demo = empty.world.start(["setsid", *empty.command(DEMO)], "host")
    for line in demo.stdout:
        if line.startswith("   ping, VF 0 to VF 1"):
            break
    wait.until(lambda: len(empty.world.pids("iperf3")) == 2, "a transfer")
    empty.world.shell(f"kill -s {signal} -- -$(pgrep -o -x demo.sh)")
    output = demo.stdout.read()
    demo.stdin.close()
    demo.stdout.close()
    assert demo.wait(SCRIPT_S) == SIGNALLED[signal], output
    assert "Taking everything away" in output
    empty.assert_unchanged()


def test_lab(empty):
    output = empty.run_well(LAB, "up", "--queues", "1")
    net = re.search(r"^  (\S+)\.1 +this host, on svfpf0$", output, re.M).group(1)
    for ns, address in [("svf-lab-c0", f"{net}.2"), ("svf-lab-c1", f"{net}.10"),
                        ("svf-lab-far", f"{net}.11"), ("host", f"{net}.10")]:
        traffic.ping(empty.world, ns, address)
    empty.run_well(LAB, "shell", "c0", "ping", "-c", "1", "-W", "2", f"{net}.1")
    up = empty.snapshot()
    again = empty.run(LAB, "up")
    assert again.returncode == 1 and "lab.sh down" in again.stderr
    snapshot.assert_same(up, empty.snapshot(), "after a second up")
    for _ in range(2):
        empty.run_well(LAB, "down")
        empty.assert_unchanged()


def test_lab_that_cannot_come_up(empty):
    done = empty.run(LAB, "up", "--lane", "none")
    assert done.returncode != 0 and "lane" in done.stderr
    empty.assert_unchanged()


def test_lab_leaves_a_strangers_netdev_alone(empty):
    empty.world.ip("link add svfpf0 type veth peer name other", "host")
    before = empty.snapshot()
    assert empty.run(LAB, "up").returncode == 1
    empty.run_well(LAB, "down")
    snapshot.assert_same(before, empty.snapshot(), "after lab.sh")
