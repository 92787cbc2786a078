# SPDX-License-Identifier: GPL-2.0-only
"""
VFs that change their own address: a trusted one may, and the PF's view follows; of an untrusted
one the frames are dropped, and the log says so. The PF daemon runs in the foreground here, so that
its log is on its standard error.
"""

import statistics
import threading
import time

import pytest
from svfnet import frames, paths, tools, wait
from svfnet.product import Svf
from svfnet.topology import FAR_MAC, Topology

VFS = 6  # one for each test that looks for a line about it: the log is rate-limited
SLOW = 5
FOLLOW_S = 1
NEW = "02:00:00:00:bb:0{}"
LAST = "02:00:00:00:bb:ff"
# Two addresses in turn, until a line comes; then the last one.
CHANGE_IN_A_LOOP = f"""
echo begun
until read -rt 0.001; do
    ip link set {{0}} address 02:00:00:00:bb:f1
    ip link set {{0}} address 02:00:00:00:bb:f2
done
ip link set {{0}} address {LAST}
"""


class Daemon:
    """`svf-loader run`, and what it says."""

    def __init__(self, svf):
        self.svf, self.lines = svf, []
        for pid in svf.world.pids("svf-loader"):
            svf.world.kill(pid)
        wait.until(lambda: not svf.world.pids("svf-loader"), "the end of the old one", 5)
        agents = svf.world.pids("vf-agent")
        for pid in agents:
            svf.world.kill(pid)
        self.process = svf.world.start([paths.LOADER, "run", svf.pf], svf.ns, stderr=-1)
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()
        wait.until(lambda: svf.world.pids("svf-loader"), "the new one", 5)
        if agents:
            svf.wait_for_agent(5)

    def read(self):
        """Takes lines as they come."""
        for line in self.process.stderr:
            self.lines.append(line.rstrip("\n"))

    def said(self, *words):
        """Lines with all these words."""
        return [line for line in self.lines if all(word in line for word in words)]

    def close(self):
        """Ends it."""
        for pid in self.svf.world.pids("svf-loader"):
            self.svf.world.kill(pid, "TERM")
        self.process.wait(10)
        self.reader.join(10)
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            pipe.close()


class Setup:
    """VF 0 in a container, the others in the host's namespace; captures at VF 0 and the wire."""

    def __init__(self, world, lane):
        self.world, self.lane = world, lane
        self.wire = Topology(world, addresses=False, ipv6=False)
        self.svf = Svf(world, self.wire.host, self.wire.pf)
        self.svf.up("--lane", lane, vfs=VFS)
        self.wire.take_vf(0, addresses=False)
        self.world.ip("link set pf0v1 up", self.wire.host)
        self.first = {vf: self.svf.vf_mac(vf) for vf in range(VFS)}
        self.vf0 = tools.Capture(world, "pf0v0", self.wire.vf_netns(0))
        self.far = tools.Capture(world, self.wire.wire, self.wire.far)
        self.daemon = Daemon(self.svf)

    def change(self, vf, mac):
        """As a tenant does."""
        self.world.ip(f"link set {self.wire.vf_name(vf)} address {mac}", self.wire.vf_netns(vf))

    def netdev_mac(self, vf):
        """What the netdev has."""
        return self.world.link(self.wire.vf_name(vf), self.wire.vf_netns(vf))["address"]

    def owners(self):
        """{address: VFs} of svf_fdb."""
        return {":".join(f"{int(str(b), 0):02x}" for b in key["mac"]):
                value["vf"][:value["count"]] for key, value in self.svf.table("svf_fdb")}

    def follows(self, vf, mac):
        """Waits until the PF's view and the table have it."""
        wait.until(lambda: self.svf.vf_mac(vf) == mac, f"vf {vf} has {mac}", FOLLOW_S * SLOW)
        wait.until(lambda: [a for a, vfs in self.owners().items() if vf in vfs] == [mac],
                   f"{mac} is vf {vf}'s, and no other", FOLLOW_S * SLOW)

    def send(self, src, dst):
        """5 frames from VF 0 with this source, or from the far host to this address; those that
        arrive."""
        round_ = frames.new_round()
        data = [frames.build(dst, src, "ipv4", round_, i) for i in range(5)]
        if dst == FAR_MAC:
            tools.send(self.world, "pf0v0", data, self.wire.vf_netns(0))
        else:
            tools.send(self.world, self.wire.wire, data, self.wire.far)
        point = self.far if dst == FAR_MAC else self.vf0
        point.arm(round_, 1, 200)
        return len(point.take()[0])

    def close(self):
        """Everything away."""
        self.daemon.close()
        self.vf0.close()
        self.far.close()
        self.svf.down(check=False)
        self.wire.close()


@pytest.fixture(scope="module", params=["afxdp", "tc"], name="setup")
def setup_fixture(request, world):
    """Both lanes."""
    made = Setup(world, request.param)
    yield made
    made.close()


@pytest.fixture(autouse=True)
def as_at_first(setup):
    """Every test begins with the first addresses and no trust."""
    yield
    for vf, mac in setup.first.items():
        setup.svf.set(vf, "trust", "off")
        setup.svf.set(vf, "mac", mac)
        setup.change(vf, mac)
    setup.daemon.lines.clear()


@pytest.mark.parametrize("vf", [0, 1], ids=["container", "host"])
def test_a_trusted_vf_changes_its_own_address(setup, vf):
    setup.svf.set(vf, "trust", "on")
    new = NEW.format(1 + vf)
    setup.change(vf, new)
    setup.follows(vf, new)
    assert setup.netdev_mac(vf) == new
    wait.until(lambda: setup.daemon.said(f"vf {vf}:", "is trusted", new), "a line", 1)
    if vf == 0:
        assert setup.send(new, FAR_MAC) == 5 and setup.send(FAR_MAC, new) == 5


def test_trust_given_afterwards_takes_it_over(setup):
    new = NEW.format(3)
    setup.change(2, new)
    wait.until(lambda: setup.daemon.said("vf 2:", "not trusted"), "a line", FOLLOW_S * SLOW)
    assert setup.svf.vf_mac(2) == setup.first[2]
    setup.svf.set(2, "trust", "on")
    setup.follows(2, new)


def test_an_untrusted_vf_may_not(setup):
    new, before = NEW.format(4), setup.svf.counters(VFS)
    tables = [sorted(map(repr, setup.svf.table(name))) for name in ("svf_fdb", "svf_vfs")]
    setup.change(0, new)
    assert setup.send(new, FAR_MAC) == 0
    assert setup.send(FAR_MAC, new) == 0
    drops = setup.svf.counters(VFS).minus(before).drops[0, "tx"]
    assert drops["spoof_mac"] >= 5
    wait.until(lambda: setup.daemon.said("vf 0:", "not trusted"), "a line", FOLLOW_S * SLOW)
    line, = setup.daemon.said("vf 0:", "not trusted")
    assert setup.first[0] in line and new in line and "spoof_mac" in line and "trust on" in line
    wait.until(lambda: setup.daemon.said("vf 0: dropped spoof_mac:", new), "the event", FOLLOW_S)
    assert [sorted(map(repr, setup.svf.table(name))) for name in ("svf_fdb", "svf_vfs")] == tables
    assert setup.netdev_mac(0) == new, "it is not put back"


def test_the_log_is_not_flooded(setup):
    """Another address each time, and frames all the time."""
    for i in range(6):
        setup.change(1, NEW.format(i))
        tools.send(setup.world, "pf0v1",
                   [frames.build(FAR_MAC, NEW.format(i), "ipv4", frames.new_round(), 1)],
                   setup.wire.host)
    wait.until(lambda: setup.daemon.said("vf 1:", "not trusted"), "a line", FOLLOW_S * SLOW)
    setup.far.arm(frames.new_round(), 1, 1500)  # nothing comes: longer than a look at all takes
    setup.far.take()
    assert len(setup.daemon.said("vf 1:", "not trusted")) == 1
    assert len(setup.daemon.said("vf 1: dropped")) == 1


def test_set_mac_is_not_taken_for_the_vfs_own_doing(setup):
    for i in range(10):
        setup.svf.set(4, "mac", NEW.format(i))
        assert setup.svf.vf_mac(4) == NEW.format(i)
    setup.far.arm(frames.new_round(), 1, 1500)
    setup.far.take()
    assert not setup.daemon.said("vf 4:", "address")
    assert setup.svf.vf_mac(4) == NEW.format(9) == setup.netdev_mac(4)


def test_a_trusted_vf_that_changes_all_the_time_keeps_nobody(setup):
    """Another VF's `set` gets the lock, the log is quiet, and the last address is followed."""
    setup.svf.set(5, "trust", "on")
    tenant = setup.world.start(["bash", "-c", CHANGE_IN_A_LOOP.format(setup.wire.vf_name(5))],
                               setup.wire.host)
    assert tenant.stdout.readline() == "begun\n"
    took_s = []
    for i in range(10):
        before = time.monotonic()
        setup.svf.set(4, "min_tx_rate", str(1 + i))
        took_s.append(time.monotonic() - before)
    tenant.communicate("end\n", timeout=10)
    setup.svf.set(4, "min_tx_rate", "0")
    assert statistics.median(took_s) < 1 and max(took_s) < SLOW, took_s
    setup.follows(5, LAST)
    assert setup.netdev_mac(5) == LAST
    told = setup.daemon.said("vf 5:", "is trusted")
    assert len(told) == 1, told


def test_it_is_followed_a_few_times_at_once_and_then_once_in_a_second(setup):
    """Counted by the generation of its configuration, which every change makes a new one."""
    setup.svf.set(3, "trust", "on")
    generation, began = config(setup, 3)["generation"], time.monotonic()
    changes = 0
    while time.monotonic() - began < 3:
        setup.change(3, NEW.format(changes % 9))
        changes += 1
    setup.follows(3, setup.netdev_mac(3))
    followed = config(setup, 3)["generation"] - generation
    assert changes > 30 and 4 <= followed <= 4 + (time.monotonic() - began) + 1


def config(setup, vf):
    """What the sorter knows of a VF."""
    return next(value for key, value in setup.svf.table("svf_vfs") if key == vf)


def test_the_pfs_address_is_refused_to_a_trusted_vf(setup):
    setup.svf.set(3, "trust", "on")
    setup.change(3, setup.wire.pf_mac)
    wait.until(lambda: setup.daemon.said("vf 3:", "cannot have"), "a line", FOLLOW_S * SLOW)
    assert setup.svf.vf_mac(3) == setup.first[3]


def test_while_somebody_has_the_lock_it_waits_and_still_ends_at_once(setup):
    setup.svf.set(0, "trust", "on")
    lock = f"{setup.svf.run_dir}/lock"
    holder = setup.world.start(["flock", lock, "cat"])
    wait.until(lambda: setup.world.run(["flock", "-n", lock, "true"], check=False).returncode,
               "that it is taken", 5)
    setup.change(0, NEW.format(5))
    setup.far.arm(frames.new_round(), 1, 1500)
    setup.far.take()
    assert setup.svf.vf_mac(0) == setup.first[0], "nothing is changed without the lock"
    pid, = setup.world.pids("svf-loader")
    setup.world.kill(pid, "TERM")
    setup.daemon.process.wait(SLOW)
    holder.communicate(timeout=10)
    setup.daemon = Daemon(setup.svf)
    setup.follows(0, NEW.format(5))
