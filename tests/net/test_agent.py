# SPDX-License-Identifier: GPL-2.0-only
"""
The agent's death and life: traffic goes on without it, comes back to the rings, and a VF that does
not drain disturbs nobody. Outages are measured at the receiver, in the kernel's time stamps.
"""

import os
import re

import pytest
from svfnet import frames, tools, wait
from svfnet.product import Svf
from svfnet.topology import FAR_IP4, FAR_MAC, Topology

VFS, QUEUES, RING = 8, 2, 512
SLOW = 5  # what a slow and shared machine may take longer than promised
OUTAGE_S, BACK_S = 0.1, 1.0
STREAM_PPS, STREAM_FRAMES = 1000, 1500
FLOOD_PPS = 20000
IDLE_S = 2


class Setup:
    """VF 0 and 1 in containers, the others unused."""

    def __init__(self, world):
        self.world = world
        self.wire = Topology(world, QUEUES)
        self.svf = Svf(world, self.wire.host, self.wire.pf, QUEUES)
        self.svf.up(vfs=VFS)
        self.macs = [v["address"] for v in self.svf.show()["vfinfo_list"]]
        for vf in (0, 1):
            self.wire.take_vf(vf)
        self.far = tools.Capture(world, self.wire.wire, self.wire.far)
        self.vf0 = tools.Capture(world, "pf0v0", self.wire.vf_netns(0))

    def streams(self, count=STREAM_FRAMES):
        """Starts wire -> VF 0 and VF 0 -> wire; returns what finish_streams() needs."""
        round_ = frames.new_round()
        inward = stream(FAR_MAC, self.macs[0], round_, count)
        outward = stream(self.macs[0], FAR_MAC, round_, count)
        return round_, [
            tools.start_sending(self.world, self.wire.wire, inward, self.wire.far, rate=STREAM_PPS),
            tools.start_sending(self.world, "pf0v0", outward, self.wire.vf_netns(0),
                                rate=STREAM_PPS)]

    def finish_streams(self, started):
        """[(received, longest gap in seconds)] at VF 0 and at the far host."""
        round_, senders = started
        for sender in senders:
            tools.finish(sender)
        return [arrivals(capture.collect(round_, 1)) for capture in (self.vf0, self.far)]

    def verdicts(self, before):
        """{verdict: frames} of VF 0 since `before`, both directions."""
        stats = self.svf.counters(VFS).minus(before).stats
        return {way: stats[0, way] for way in ("rx", "tx")}

    def close(self):
        """Everything away."""
        self.far.close()
        self.vf0.close()
        self.svf.down(check=False)


def stream(src, dst, round_, count):
    """Numbered frames and a sentinel."""
    ids = [*range(count), frames.SENTINEL]
    return [frames.build(dst, src, "ipv4", round_, i, flow=i) for i in ids]


def arrivals(received):
    """(ids, longest gap between two arrivals in seconds)."""
    times = sorted(r.time_ns for r in received)
    gap = max(b - a for a, b in zip(times, times[1:])) / 1e9
    return [r.id for r in received if r.id < frames.SENTINEL], gap


@pytest.fixture(scope="module", name="setup")
def setup_fixture(world):
    """8 VFs on a PF of two queues."""
    made = Setup(world)
    yield made
    made.close()


@pytest.fixture(autouse=True)
def living_agent(setup):
    """Each test starts with an agent that moves frames."""
    setup.svf.up(vfs=VFS)
    setup.svf.wait_for_agent(BACK_S * SLOW)


def ring_packets(setup):
    """(RX, TX) frames of VF 0's rings."""
    rings = [r for (vf, _), r in setup.svf.rings(VFS).items() if vf == 0]
    return sum(r["rx_packets"] for r in rings), sum(r["tx_packets"] for r in rings)


def test_the_agent_verifies_its_frames_in_all_tests(setup):
    cmdline = setup.world.path(f"/proc/{setup.svf.agent_pid()}/cmdline")
    with open(cmdline, encoding="ascii") as f:
        assert "--verify-frames" in f.read().split("\0")


def test_kill_9_under_traffic_costs_at_most_a_ring_and_the_rings_come_back(setup):
    before = setup.svf.counters(VFS)
    started = setup.streams()
    wait.until(lambda: min(b - a for a, b in zip(sums(before), ring_packets(setup))) > 50, "traffic")
    killed = setup.svf.kill_agent()
    wait.until(lambda: setup.svf.agent_pid() not in (None, killed) and setup.svf.agent_alive(),
               "the agent's return", BACK_S * SLOW)
    results = setup.finish_streams(started)
    verdicts = setup.verdicts(before)
    for (ids, gap), way in zip(results, ("rx", "tx")):
        assert STREAM_FRAMES - len(ids) <= RING, f"{way}: {STREAM_FRAMES - len(ids)} lost"
        assert len(set(ids)) == len(ids), f"{way}: no frame twice"
        assert gap <= OUTAGE_S * SLOW, f"{way}: outage of {gap:.3f} s"
        assert verdicts[way]["no_agent"] > 0, f"{way}: the fallback is counted"
        assert verdicts[way]["ring"] > 0
    in_rings = ring_packets(setup)
    started = setup.streams(100)
    setup.finish_streams(started)
    after = ring_packets(setup)
    assert all(b - a >= 100 for a, b in zip(in_rings, after)), "back on the rings"


def sums(counters):
    """ring_packets() of a snapshot of counters."""
    rings = [r for (vf, _), r in counters.rings.items() if vf == 0]
    return sum(r["rx_packets"] for r in rings), sum(r["tx_packets"] for r in rings)


def test_without_daemon_and_agent_all_frames_take_the_fallback(setup):
    """Nobody restarts the agent; `up` does."""
    for pid in setup.world.pids("svf-loader"):
        setup.world.kill(pid)
    setup.svf.kill_agent()
    wait.until(lambda: setup.svf.agent_pid() is None, "the agent's end")
    before = setup.svf.counters(VFS)
    results = setup.finish_streams(setup.streams(300))
    verdicts = setup.verdicts(before)
    assert [ids for ids, _ in results] == [list(range(300))] * 2, "nothing is lost"
    for way in ("rx", "tx"):
        assert verdicts[way]["no_agent"] >= 300 and verdicts[way]["ring"] == 0
    setup.svf.up(vfs=VFS)
    before = setup.svf.counters(VFS)
    setup.finish_streams(setup.streams(100))
    verdicts = setup.verdicts(before)
    for way in ("rx", "tx"):
        assert verdicts[way]["ring"] >= 100 and verdicts[way]["no_agent"] == 0


def test_an_agent_asked_to_end_hands_over_without_loss(setup):
    """SIGTERM: it leaves the traffic to the tc lane first."""
    before = setup.svf.counters(VFS)
    started = setup.streams(600)
    wait.until(lambda: min(b - a for a, b in zip(sums(before), ring_packets(setup))) > 50, "traffic")
    pid = setup.svf.agent_pid()
    setup.world.kill(pid, "TERM")
    wait.until(lambda: setup.svf.agent_pid() not in (pid, None), "a new agent", BACK_S * SLOW)
    for ids, gap in setup.finish_streams(started):
        assert 600 - len(ids) <= 2, "SIGTERM hands over"
        assert gap <= OUTAGE_S * SLOW


def test_a_ping_flood_loses_at_most_a_rings_worth(setup):
    ping = setup.world.start(["ping", "-f", "-q", "-c", "20000", "-w", "10", FAR_IP4],
                             setup.wire.vf_netns(0))
    before = ring_packets(setup)
    wait.until(lambda: ring_packets(setup)[0] - before[0] > 200, "the ping flood")
    setup.svf.kill_agent()
    assert ping.poll() is None, "killed in the middle of it"
    out = ping.stdout.read()
    ping.wait(20)
    sent, received = map(int, re.search(r"(\d+) packets transmitted, (\d+) received", out).groups())
    assert sent - received <= RING and received > 0, out


def test_a_vf_that_is_down_while_its_mac_is_flooded_disturbs_nobody(setup):
    setup.world.ip("link set pf0v1 down", setup.wire.vf_netns(1))
    flood = tools.start_flood(setup.world, setup.wire.wire, frames.build(setup.macs[1], FAR_MAC),
                              setup.wire.far, seconds=1.5, rate=FLOOD_PPS)
    results = setup.finish_streams(setup.streams(800))
    flooded = tools.finish(flood)
    setup.world.ip("link set pf0v1 up", setup.wire.vf_netns(1))
    assert flooded["sent"] > FLOOD_PPS / 4
    for ids, gap in results:
        assert len(ids) >= 800 * 0.99, f"{800 - len(ids)} lost"
        assert gap <= OUTAGE_S * SLOW


def test_an_idle_agent_uses_no_cpu(setup):
    """At most one clock tick of each of its threads' time in two seconds without traffic."""
    pid = setup.svf.agent_pid()
    before = cpu_ticks(setup, pid)
    setup.far.arm(frames.new_round(), 1, IDLE_S * 1000)  # nothing comes: ends at its deadline
    setup.far.take()
    used = (cpu_ticks(setup, pid) - before) / os.sysconf("SC_CLK_TCK")
    assert used <= 0.02 * IDLE_S, f"{used} s of CPU in {IDLE_S} s"


def cpu_ticks(setup, pid):
    """User and system time of a process."""
    with open(setup.world.path(f"/proc/{pid}/stat"), encoding="ascii") as f:
        fields = f.read().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


def test_pidfile_is_held_and_a_second_agent_refused(setup):
    pidfile = f"{setup.svf.run_dir}/agent.pid"
    assert int(setup.world.shell(f"cat {pidfile}")) == setup.svf.agent_pid()
    cmdline = setup.world.path(f"/proc/{setup.svf.agent_pid()}/cmdline")
    with open(cmdline, encoding="ascii") as f:
        words = f.read().rstrip("\0").split("\0")
    ready = words.index("--ready-fd") if "--ready-fd" in words else None
    if ready:
        del words[ready:ready + 2]
    program = os.readlink(setup.world.path(f"/proc/{setup.svf.agent_pid()}/exe"))
    done = setup.world.run([program, "--foreground", *words[1:]], setup.wire.host, check=False)
    assert done.returncode != 0 and done.stderr.count("\n") == 1
    assert len(setup.world.pids("vf-agent")) == 1
