# SPDX-License-Identifier: GPL-2.0-only
"""
Changing the number of VFs with a failure, a signal or a SIGKILL at each call by which it makes or
changes something: growing is all or nothing, and what a kill has left `up` brings to its end.
"""

import json
import re

import pytest
from svfnet import inject, paths, snapshot, wait
from svfnet.product import Svf
from svfnet.topology import Topology
from svfnet.world import World

GROW = [paths.LOADER, "numvfs", "pf0", "3"]
SHRINK = [paths.LOADER, "numvfs", "pf0", "1"]
OWN = re.compile(r"state\.json\.new|\.ifindex = |[rqs]\d+\]\.address = |\.handle = |bpftool net: ")
SHORT_LIMIT = 24  # points per test without --long: each takes a second


class Place:
    """Two VFs that are up, and how the host is with them."""

    def __init__(self):
        self.world = None
        self.make()

    def make(self):
        """A new world: what one attempt left behind must not disturb the next."""
        if self.world:
            self.world.close()
        self.world = World()
        self.wire = Topology(self.world, addresses=False, ipv6=False)
        self.svf = Svf(self.world, self.wire.host, self.wire.pf)
        self.before_up = self.snapshot()
        self.svf.up("--ring-size", 64, vfs=2)
        self.svf.command("numvfs", "pf0", 3)
        self.svf.command("numvfs", "pf0", 2)
        self.before = self.snapshot()

    def snapshot(self):
        """State of host and far end, but for what each new netdev has of its own."""
        return [line for line in snapshot.take(self.world, self.wire.host, self.wire.far)
                if not OWN.search(line)]

    def works(self, number):
        """What is wrong with a PF that should have so many VFs, "" if nothing."""
        told = self.svf.show()
        if told["num_vf"] != number or len(told["vfinfo_list"]) != number:
            return f"{told['num_vf']} VFs instead of {number}"
        for vf in told["vfinfo_list"]:
            if not all(vf["svf"][k] for k in ("netdev", "representor", "ring_port")):
                return f"VF {vf['vf']} is not whole"
        wait.until(self.svf.agent_alive, "a living agent", 10)
        check = json.loads(self.svf.command("-j", "stats", "pf0", "--check").stdout)
        return "" if check["verdict"] == "exact" else str(check["equations"])

    def back(self):
        """Two VFs again."""
        self.svf.command("numvfs", "pf0", 2)


@pytest.fixture(scope="module", name="place")
def place_fixture():
    """One for all tests; a complaint makes it anew."""
    made = Place()
    yield made
    made.world.close()


def points_of(place, args):
    """The creating calls of an undisturbed run."""
    found = inject.record(place.world, args, place.wire.host)
    place.back()
    return found


def run_all(place, points, attempt):
    """Runs attempt at each point; complaints."""
    complaints = []
    for i, point in enumerate(points):
        complaint = attempt(i, point)
        if complaint:
            complaints.append(f"at {point}: {complaint}")
            place.make()
    return complaints


def chosen(place, args, long, limit=SHORT_LIMIT):
    """Those to be tried."""
    points = points_of(place, args)
    assert len(points) > 30, "calls worth failing"
    return points if long else inject.spread(points, limit)


@pytest.mark.parametrize("kind", ["error", "signal"])
def test_growing_is_all_or_nothing(place, long, kind):
    words = {"error": ["error=EPERM"], "signal": ["signal=TERM", "signal=INT"]}[kind]

    def attempt(i, point):
        done = inject.run(place.world, GROW, place.wire.host, point, words[i % len(words)])
        if done.returncode == 0:
            complaint = place.works(3)
            place.back()
        else:
            complaint = place.works(2)
            if not complaint and done.stderr.count("\n") != 1:
                complaint = f"not one line: {done.stderr}"
        left = snapshot.difference(place.before, place.snapshot())
        return complaint or (f"exit {done.returncode} {done.stderr}: not as before:\n{left}"
                             if left else "")
    complaints = run_all(place, chosen(place, GROW, long), attempt)
    assert not complaints, "\n".join([f"{len(complaints)}:", *complaints])


@pytest.mark.parametrize("args, number", [(GROW, 3), (SHRINK, 1)])
def test_up_ends_what_a_kill_cut_short(place, long, args, number):
    def attempt(_, point):
        inject.run(place.world, args, place.wire.host, point, "signal=KILL")
        for wanted in (number, 2):  # what the record says depends on when it was
            done = place.svf.up(vfs=wanted, check=False)
            if done.returncode == 0:
                break
        if done.returncode != 0:
            return f"up: {done.stderr}"
        complaint = place.works(wanted)
        if not complaint and "nothing changed" not in place.svf.up(vfs=wanted).stdout:
            complaint = "up again changed something"
        place.back()
        left = snapshot.difference(place.before, place.snapshot())
        return complaint or (f"not as before:\n{left}" if left else "")
    complaints = run_all(place, chosen(place, args, long), attempt)
    assert not complaints, "\n".join([f"{len(complaints)}:", *complaints])


def test_down_clears_up_what_a_kill_cut_short(place, long):
    def attempt(_, point):
        inject.run(place.world, GROW, place.wire.host, point, "signal=KILL")
        place.svf.down()
        left = snapshot.difference(place.before_up, place.snapshot())
        place.make()
        return left
    complaints = run_all(place, chosen(place, GROW, long, SHORT_LIMIT // 3), attempt)
    assert not complaints, "\n".join([f"{len(complaints)}:", *complaints])


def test_a_reset_that_was_killed_is_ended_by_the_daemon(place, long):
    args = [paths.LOADER, "reset", "pf0", "vf", "1"]

    def attempt(_, point):
        inject.run(place.world, args, place.wire.host, point, "signal=KILL")

        def is_back():
            return "UP" in place.world.link("pf0r1", place.wire.host)["flags"] and all(
                value["representor"] for _, value in place.svf.table("svf_vfs"))
        wait.until(is_back, "the VF's link", 5)
        left = snapshot.difference(place.before, place.snapshot())
        return place.works(2) or left
    points = inject.record(place.world, args, place.wire.host)
    points = points if long else inject.spread(points, SHORT_LIMIT // 2)
    complaints = run_all(place, points, attempt)
    assert not complaints, "\n".join([f"{len(complaints)}:", *complaints])
